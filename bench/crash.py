"""Does everybody get it once? Kill the sender, 200 times, and count.

    python -m bench.crash [--mails 2000] [--kills 200] [--seed 1] [--on-uncertain resend]

An edition is sent to a real SMTP server that records what it accepted. The sender is killed
by SIGKILL at every kind of state change and at random byte offsets of its traffic, and
started again at once. After each kill, by the server's record:

- whoever has accepted it is `accepted` or `uncertain` in the store, nobody else is accepted;
- at most one mail per connection is `uncertain`, and it had left whole, up to its final dot
  (but for a kill between the note of that and the system call: counted as `unsent`).

In the end, with `hold`: everybody was accepted exactly once, but those who are uncertain at
most once, and sent again on the operator's word these arrive with the same Message-ID and
bytes. With `resend` each new run sends again what is in doubt, once: only who was in doubt may
have it twice, both alike, nobody three times, and who was in doubt twice is held.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Literal

from bench.crash_worker import CONNECTIONS, PIPELINE, POINTS, work
from bench.delivery_fixture import NOW, address_of, make_store
from bench.smtp_recorder import Mail, Recorder
from digest.delivery.crash_board import DeadSenders
from digest.states import IDEMPOTENT, SECOND_TRY, ResendRule, State
from digest.storage.deliveries import DeliveryStore

Policy = Literal["hold", "resend"]

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["bench.crash_worker"])


@dataclass
class Figures:
    """What a series of kills came to."""

    mails: int
    on_uncertain: Policy
    kills: int = 0
    by_point: Counter[str] = field(default_factory=Counter)
    doubts: int = 0  # mails that kills left uncertain
    worst_kill: int = 0  # … the most by one kill
    unsent: Counter[str] = field(default_factory=Counter)  # … whose dot never left, by point
    uncertain: int = 0  # held, in the end
    uncertain_arrived: int = 0  # … of which the server has accepted
    twice: int = 0  # accepted twice and never in doubt: must be 0
    lost: int = 0  # accepted by nobody and not uncertain: must be 0
    copies: int = 0  # of one mail, the most: 1, or 2 with `resend`
    resent_same: int = 0  # arrived after a resend, the same as before if it had come before
    resent_other: int = 0  # … with another Message-ID or other bytes: must be 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)


@dataclass
class Ordeal:
    """One edition under kills."""

    folder: Path
    server: Recorder
    store: DeliveryStore
    figures: Figures
    rng: random.Random
    doubted: set[str] = field(default_factory=set)  # addresses that were ever uncertain

    @property
    def resends(self) -> bool:
        """Whether each new run sends again what is uncertain."""
        return self.figures.on_uncertain == "resend"

    @property
    def rule(self) -> ResendRule | None:
        """How: the product's rule, without its pause, since the clock stands."""
        return SECOND_TRY._replace(after=timedelta(0)) if self.resends else None

    def kill_one(self) -> bool:
        """Kill one run; False when it ended before the fuse burnt down."""
        before = set() if self.resends else self.uncertain()
        point = self.rng.choice((*POINTS, "bytes", "bytes", "bytes"))
        process = self._started(point)
        process.join()
        self.server.kill_after = None
        if process.exitcode == 0:
            return False
        if process.exitcode != -9:
            self.figures.problems.append(f"the sender ended with {process.exitcode}")
        self.figures.kills += 1
        self.figures.by_point[point] += 1
        self.server.settle()
        left = self.store.accounting(1)
        if left.sending > CONNECTIONS * PIPELINE:
            self.figures.problems.append(f"{left.sending} in sending")
        self.store.reap(DeadSenders(self.folder / "owners", alone=True), NOW)
        self._look(point, before)
        return True

    def _started(self, point: str) -> ForkServerProcess:
        """Start a run that will be killed, early enough that all kills fit into the edition."""
        count = 0
        if point != "bytes":
            count = self.rng.randrange(1, 3 if point.startswith("turn") else 16)
            count = 1 if point in ("claimed", "frozen") else count
        process = _context.Process(
            target=work,
            args=(str(self.folder), self.server.port, "" if point == "bytes" else point, count),
            kwargs={"resend": self.rule},
        )
        if point == "bytes":
            self.server.kill = process.kill
            self.server.kill_after = self.rng.randrange(1, 900_000)
        process.start()
        return process

    def _look(self, point: str, before: set[str]) -> None:
        """Compare the store with the server's record after a kill."""
        figures, now = self.figures, self.uncertain()
        doubt = now - before
        self.doubted |= doubt
        figures.doubts += len(doubt)
        figures.worst_kill = max(figures.worst_kill, len(doubt))
        if len(doubt) > CONNECTIONS:
            figures.problems.append(f"a kill at {point} left {len(doubt)} uncertain")
        has_it = {mail.recipient for mail in self.server.accepted}
        if unsent := len(doubt - has_it):
            figures.unsent[point] += unsent
        accepted = {view.email for view in self.store.listed(1, [State.ACCEPTED], limit=10**9)}
        again = self.doubted - now if self.resends else set()  # on their way once more
        if has_it - accepted - now - again or accepted - has_it:
            figures.problems.append(f"after a kill at {point} the store and the server disagree")
        after = self.store.accounting(1)
        if after.eligible != figures.mails or after.sending:
            figures.problems.append(f"the accounting does not close: {after}")

    def uncertain(self) -> set[str]:
        """Return the addresses of the mails that are in doubt now."""
        return {view.email for view in self.store.listed(1, [State.UNCERTAIN], limit=10**9)}


def crash(
    folder: Path, *, mails: int, kills: int, seed: int = 1, on_uncertain: Policy = "hold"
) -> Figures:
    """Run the harness in an empty folder and return its figures."""
    figures = Figures(mails, on_uncertain)
    started = time.monotonic()
    database = make_store(folder / "digest.db", mails)
    store = DeliveryStore(database)
    store.plan(1, NOW)
    with Recorder() as server:
        ordeal = Ordeal(folder, server, store, figures, random.Random(seed))
        while figures.kills < kills and ordeal.kill_one():
            pass
        _run(folder, server, ordeal.rule)
        figures.copies = max(Counter(mail.recipient for mail in server.accepted).values())
        if ordeal.resends:
            _check_resent(ordeal)
        else:
            _check_held(server, store, figures)
        _resend_held(folder, server, figures)
        if store.accounting(1).accepted != mails:
            figures.problems.append(f"in the end: {store.accounting(1)}")
    figures.seconds = round(time.monotonic() - started, 1)
    database.close()
    return figures


def _run(folder: Path, server: Recorder, resend: ResendRule | None = None) -> None:
    process = _context.Process(
        target=work, args=(str(folder), server.port), kwargs={"resend": resend}
    )
    process.start()
    process.join()
    if process.exitcode != 0:
        raise SystemExit(f"the last run ended with {process.exitcode}")


def _check_held(server: Recorder, store: DeliveryStore, figures: Figures) -> None:
    times = Counter(mail.recipient for mail in server.accepted)
    listed = store.listed(1, limit=figures.mails)
    states = {view.email: view.state for view in listed}
    for number in range(1, figures.mails + 1):
        address = address_of(number)
        got, state = times[address], states[address]
        figures.twice += got > 1
        if state is State.UNCERTAIN:
            figures.uncertain += 1
            figures.uncertain_arrived += got
        elif state is not State.ACCEPTED or got == 0:
            figures.lost += 1
    if figures.twice or figures.lost:
        figures.problems.append(f"{figures.twice} twice, {figures.lost} lost")


def _resend_held(folder: Path, server: Recorder, figures: Figures) -> None:
    """Send again what is held, as the operator would, and compare."""
    first = {mail.recipient: mail for mail in server.accepted}
    server.accepted.clear()
    _run(folder, server, IDEMPOTENT)
    for mail in server.accepted:
        _compare(first.get(mail.recipient), mail, figures)
    if len(server.accepted) != figures.uncertain:
        figures.problems.append(f"resent {len(server.accepted)}, not {figures.uncertain}")


def _check_resent(ordeal: Ordeal) -> None:
    """Who was never in doubt has it once; who was has it at least once, always the same."""
    figures, first = ordeal.figures, dict[str, Mail]()
    for mail in ordeal.server.accepted:
        before = first.setdefault(mail.recipient, mail)
        if before is not mail and mail.recipient in ordeal.doubted:
            _compare(before, mail, figures)
        elif before is not mail:
            figures.twice += 1
    held = ordeal.uncertain()
    figures.uncertain, figures.uncertain_arrived = len(held), len(held & set(first))
    figures.lost = figures.mails - len(first.keys() | held)
    if figures.copies > 2:
        figures.problems.append(f"somebody got {figures.copies} copies")
    if figures.twice or figures.lost:
        figures.problems.append(f"{figures.twice} twice, {figures.lost} lost")


def _compare(before: Mail | None, mail: Mail, figures: Figures) -> None:
    if before is None or (before.message_id, before.digest) == (mail.message_id, mail.digest):
        figures.resent_same += 1
    else:
        figures.resent_other += 1
        figures.problems.append(f"{mail.recipient} got another mail than before")


def main() -> int:
    """Run from the command line; exit 1 when the promise did not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mails", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--on-uncertain", choices=("hold", "resend"), default="hold")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = crash(
            Path(folder),
            mails=options.mails,
            kills=options.kills,
            seed=options.seed,
            on_uncertain=options.on_uncertain,
        )
    print(json.dumps(vars(figures), indent=2))
    return 1 if figures.problems else 0


if __name__ == "__main__":
    sys.exit(main())
