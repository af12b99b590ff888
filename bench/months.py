"""Two months of a newsletter whose relay is sick every other day: who got what, and how often?

    python -m bench.months [--days 60] [--readers 200] [--seed 1]

The whole product with its own scheduler, on a clock that is moved on by some minutes at a time,
and a real SMTP server on loopback. Every day new papers come with some of the days before, people
join, leave, move and pause; senders are killed; and the relay is sick in one of twenty ways for
minutes or hours (`bench.sick_relay`). In the evening an operator settles what is held, by the
relay's own record, with what the commands call. Every night is checked:

- nobody has a mail twice, but whose first try was in doubt: the same bytes, twice at most;
- nobody has a paper twice, whatever its source called it the second time;
- the store's `accepted` are the relay's, and each edition's accounting closes;
- whoever is mailed daily has had every paper.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import multiprocessing
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import event

from bench.sick_relay import WAYS, WELL, SickRelay, Taken
from digest.app import sending
from digest.app.application import App, open_app
from digest.archive.dump_results import IncomingDump
from digest.delivery.smtp_session import Relay
from digest.operations import deliveries as book
from digest.operations.dumps import ingest_one
from digest.operations.serving import Duties
from digest.settings import Settings
from digest.states import State
from subscribers import own_data
from subscribers.preferences import read_preferences

BEGIN = datetime(2026, 3, 2, 0, 7, tzinfo=UTC)
STEP = timedelta(minutes=20)
NEW, AGAIN = 4, 2  # papers a day, and of these that came before under another name
_TITLE = re.compile(rb"\bQ(\d{5})\b")
_MESSAGE_ID = re.compile(rb"\r\nMessage-ID: (<[^>]+>)")
_CADENCES = ("daily", "daily", "daily", "weekdays", "weekly")

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["digest.operations.serving"])


@dataclass
class Months:
    """What the months came to."""

    days: int
    readers: int
    mails: int = 0
    letters: int = 0
    connections: int = 0
    sick: Counter[str] = field(default_factory=Counter)  # days, by ailment
    kills: int = 0
    twice: int = 0  # the same issue twice, never in doubt: must be 0
    thrice: int = 0  # three copies or more: must be 0
    second_tries: int = 0  # issues that came twice, after a doubt
    papers_twice: int = 0  # to one reader, in two issues: must be 0
    lost: int = 0  # papers that a daily reader did not get, mails that never came: must be 0
    held: int = 0  # in doubt twice, so that the operator was asked
    doubts: float = 0.0  # these for each mail
    cost_first: float = 0.0  # CPU seconds for each mail, the first days
    cost_last: float = 0.0
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Newsletter:
    """One installation, and what is known of it from outside."""

    data: Path
    relay: SickRelay
    found: Months
    rng: random.Random
    now: datetime = BEGIN
    app: App = field(init=False)
    papers: int = 0
    people: int = 0
    steady: dict[int, int] = field(default_factory=dict)  # daily readers, since which paper
    addresses: dict[str, int] = field(default_factory=dict)  # who has had an address
    doubted: set[int] = field(default_factory=set)  # deliveries that were ever in doubt
    looked_at: int = 0  # of what the relay took
    copies: Counter[tuple[int, bytes]] = field(default_factory=Counter)
    bytes_of: dict[tuple[int, bytes], str] = field(default_factory=dict)
    had: defaultdict[int, dict[int, bytes]] = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        self.app = _opened(self.settings, self.data, lambda: self.now)

    @property
    def settings(self) -> Settings:
        """Without a model, whether or not this machine has one."""
        smtp = {"host": "127.0.0.1", "port": self.relay.port, "security": "none", "connections": 2}
        return Settings(
            ranking={"semantic": "off"},
            edition={"max_papers": 50, "min_papers": 0},
            delivery={"transport": "smtp", "processes": 1, "smtp": smtp},
        )

    # --- what happens

    def join(self) -> None:
        """Let somebody subscribe, and confirm."""
        self.people += 1
        cadence = self.rng.choice(_CADENCES)
        wishes = {"keywords": "robots", "cadence": cadence, "hour": str(self.rng.randrange(5, 21))}
        email = f"reader-{self.people}@d{self.people % 7}.example"
        reader, _ = self.app.desk.add(
            email, read_preferences(wishes), self.now, confirmed=True, how="bench"
        )
        self.addresses[email] = reader.id
        if cadence == "daily":
            self.steady[reader.id] = self.papers

    def befall(self) -> None:
        """Let somebody leave, move or pause."""
        reader = self.rng.choice([*self.app.stores.readers.every("active")])
        what = self.rng.choice(("leave", "move", "move", "pause"))
        if what == "move":
            email = f"moved-{len(self.addresses)}@d{reader.id % 5}.example"
            self.addresses[email] = reader.id
            token = self.app.tokens.sign("move", reader.id, email, now=self.now)
            own_data.move(self.app.desk, token, self.now)
            return
        self.steady.pop(reader.id, None)
        if what == "leave":
            self.app.desk.leave(reader, self.now, how="form")
        else:
            until = (self.now + timedelta(days=3)).date()
            self.app.desk.pause(reader, until, self.now, how="form")

    def ingest(self) -> None:
        """Read the day's dump: new papers, and some that came before."""
        numbers = [*range(self.papers, self.papers + NEW)]
        self.papers += NEW
        numbers += self.rng.sample(range(self.papers - NEW), min(AGAIN, self.papers - NEW))
        lines = ["Get trending papers in your email inbox once a day!"]
        lines += ["Get trending papers in your email inbox!"]
        for at, number in enumerate(numbers):
            words = random.Random(number)
            said = " ".join(f"w{words.randrange(9000)}" for _ in range(14))
            title = f"Q{number:05} robots {words.randrange(10**6)} of {words.randrange(10**6)}"
            lines += [("Subscribe" if at == 0 else "") + title, f"Robots do {said}. They {said}."]
        read = ingest_one(self.app, IncomingDump("page.txt", "\n".join(lines).encode()))
        if read.new != NEW:
            self.found.problems.append(f"{read.new} papers of a dump were new, not {NEW}")

    def pass_by(self, *, kill: bool = False) -> bool:
        """Do what `digest serve` does, once; return whether it was killed in the middle first."""
        duties, killed = Duties(self.app), False
        duties.tick()
        if kill and any(
            self.app.stores.windows.may_send(edition.number, self.now)
            for edition in self.app.stores.editions.unfinished(self.now)
        ):
            killed = self._killed()
            duties.tick()
        duties.send()
        duties.post()
        return killed

    def _killed(self) -> bool:
        process = _context.Process(target=_send, args=(self.settings, self.data, self.now))
        self.relay.kill, self.relay.kill_after = process.kill, self.rng.randrange(1, 4)
        process.start()
        process.join()
        self.relay.kill_after = None
        killed = process.exitcode == -9
        self.found.kills += killed
        return killed

    # --- what is looked at

    def evening(self) -> None:
        """Settle what is held, as an operator does with the relay's log at hand."""
        stores, has = self.app.stores, {mail_id(mail) for mail in self.relay.taken}
        for edition in stores.editions.unfinished(self.now):
            held = stores.deliveries.held(edition.number, self.settings.delivery.resend)
            self.found.held += held
            if not held:
                continue
            for view in stores.deliveries.listed(edition.number, [State.UNCERTAIN], limit=10**6):
                arrived = (view.message_id or "").encode() in has
                book.settle_doubts(self.app, edition.number, [view.email], arrived=arrived)

    def note_doubts(self) -> None:
        """Remember who is in doubt: only they may have a mail twice."""
        for edition in self.app.stores.editions.unfinished(self.now):
            views = self.app.stores.deliveries.listed(
                edition.number, [State.UNCERTAIN, State.DEFERRED], limit=10**6
            )
            self.doubted |= {
                view.id
                for view in views
                if view.state is State.UNCERTAIN or view.reply == "to be sent again"
            }

    def check(self) -> None:
        """Look at every mail that came since, and at the accounting."""
        found = self.found
        for mail in self.relay.taken[self.looked_at :]:
            self._look(mail)
        self.looked_at = len(self.relay.taken)
        stores = self.app.stores
        for edition in stores.editions.all():
            told = stores.deliveries.accounting(edition.number)
            if told.sending or (told.pending and not edition.is_alive(self.now)):
                found.problems.append(f"edition {edition.number} does not close: {told}")

    def _look(self, mail: Taken) -> None:
        name, reader = mail_id(mail), self.addresses[mail.recipient]
        if b"\r\nX-Digest-Issue: " not in mail.content:
            self.found.letters += 1
            return
        self.found.mails += 1
        key, same = (reader, name), hashlib.sha256(mail.content).hexdigest()
        self.copies[key] += 1
        if self.bytes_of.setdefault(key, same) != same:
            self.found.problems.append(f"reader {reader} has other bytes the second time")
        whole = mail.content.replace(b"=\r\n", b"")
        for number in {int(each) for each in _TITLE.findall(whole)}:
            if self.had[reader].setdefault(number, name) != name:
                self.found.papers_twice += 1

    def end(self) -> None:
        """Count what came twice, and what did not come."""
        found, deliveries = self.found, self.app.stores.deliveries
        by_id = {}
        for edition in self.app.stores.editions.all():
            views = deliveries.listed(edition.number, limit=10**6)
            for view in views:
                by_id[view.message_id] = view
            for view in views:
                taken = self.copies[(view.subscriber, (view.message_id or "").encode())]
                found.lost += view.state is State.ACCEPTED and not taken
        for reader, first in self.steady.items():
            found.lost += len(set(range(first, self.papers)) - self.had[reader].keys())
        for (_, name), count in self.copies.items():
            view = by_id.get(name.decode())
            found.thrice += count > 2
            if count > 1 and (view is None or view.id not in self.doubted):
                found.twice += 1
            elif count > 1:
                found.second_tries += 1


def mail_id(mail: Taken) -> bytes:
    """Return a mail's Message-ID."""
    named = _MESSAGE_ID.search(mail.content)
    return named[1] if named else b""


def _opened(settings: Settings, data: Path, clock: Callable[[], datetime]) -> App:
    """Open an installation from which nobody pulls the plug: processes are killed, not the disk."""
    app = open_app(settings, data, clock=clock)
    engine = app.stores.database.engine
    event.listen(engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF"))
    engine.dispose()
    return app


def _send(settings: Settings, data: Path, now: datetime) -> None:
    sending.Relay = partial(Relay, retry_seconds=0.0)  # type: ignore[misc, assignment]
    app = _opened(settings, data, lambda: now)
    duties = Duties(app)
    duties.tick()
    duties.send()
    app.close()


def months(
    folder: Path, *, days: int = 60, readers: int = 200, seed: int = 1, step: timedelta = STEP
) -> Months:
    """Let the months pass in an empty folder, and return what they came to."""
    found, rng, started = Months(days, readers), random.Random(seed), time.monotonic()
    relay_class: Any = sending.Relay
    sending.Relay = partial(Relay, retry_seconds=0.0)  # type: ignore[misc, assignment]
    costs: list[float] = []
    try:
        with SickRelay() as relay:
            place = Newsletter(folder, relay, found, rng)
            for _ in range(readers):
                place.join()
            for day in range(days):
                before, mails = time.process_time(), len(relay.taken)
                _day(place, day, step)
                costs.append((time.process_time() - before) / max(1, len(relay.taken) - mails))
            _calm_end(place)
            place.app.close()
            found.connections = relay.connections
    finally:
        sending.Relay = relay_class  # type: ignore[misc]
    some = max(1, min(5, days // 3))
    found.cost_first = round(sum(costs[:some]) / some, 5)
    found.cost_last = round(sum(costs[-some:]) / some, 5)
    found.doubts = found.held / max(1, found.mails)
    found.seconds = round(time.monotonic() - started, 1)
    _judge(found)
    return found


def _day(place: Newsletter, day: int, step: timedelta) -> None:
    rng, begin = place.rng, place.now
    ailment, sick_from, sick_to = WELL, begin, begin
    if day % 2:
        ailment = WAYS[(day // 2 + place.people) % len(WAYS)]
        sick_from = begin + timedelta(minutes=rng.randrange(4 * 60, 18 * 60))
        sick_to = sick_from + timedelta(minutes=rng.choice((5, 40, 120, 360, 540)))
        place.found.sick[ailment] += 1
    kill_at = begin + timedelta(minutes=rng.randrange(5 * 60, 20 * 60)) if day % 3 == 2 else None
    place.ingest()
    for _ in range(rng.randrange(4)):
        place.join()
        place.befall()
    while place.now < begin + timedelta(days=1):
        place.relay.ailment = ailment if sick_from <= place.now < sick_to else WELL
        if place.pass_by(kill=kill_at is not None and place.now >= kill_at):
            kill_at = None
        place.note_doubts()
        jitter = timedelta(seconds=rng.randrange(-200, 200), microseconds=rng.randrange(10**6))
        place.now += step + jitter
    place.now = begin + timedelta(days=1)
    place.evening()
    place.check()


def _calm_end(place: Newsletter) -> None:
    """Let the relay be well until all that waits has gone."""
    place.relay.ailment = WELL
    for _ in range(30):
        place.now += STEP * 3
        place.pass_by()
        place.note_doubts()
    place.check()
    place.end()


def _judge(found: Months) -> None:
    for name in ("twice", "thrice", "papers_twice", "lost"):
        if count := getattr(found, name):
            found.problems.append(f"{name}: {count}")
    if found.doubts > 0.001:
        found.problems.append(f"{found.held} mails were held: more than 0.1 %")


def main() -> int:
    """Run from the command line; exit 1 when something was twice, lost or in doubt too often."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:
        found = months(Path(folder), days=options.days, readers=options.readers, seed=options.seed)
    print(json.dumps(vars(found), indent=2))
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main())
