"""Two buttons at the same moment: what comes of it, and what both pages say, is as one by one.

On the real store, in threads that both read the reader before either writes.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement, permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from digest.storage.database import open_database, sqlite_url
from digest.storage.subscribers import SqlSubscriberStore
from subscribers.consent import State
from subscribers.preferences import Preferences
from subscribers.store import Subscriber
from tests.blank_store import lay_blank_store
from tests.subscribers.desk import NOW
from tests.subscribers.web.site import Site, blank_site
from tests.subscribers.web.test_doors import UNLIMITED

_LOCKED_SECONDS = 0.05  # until one of two is taken to wait for the other's transaction


@dataclass
class MeetingStore(SqlSubscriberStore):
    """Lets two threads go on only when both have read their reader for the first time."""

    database: Any
    barrier: threading.Barrier | None = None

    def __post_init__(self) -> None:
        super().__init__(self.database)
        self.met = threading.local()

    def by_id(self, subscriber: int) -> Subscriber | None:
        found = super().by_id(subscriber)
        if self.barrier and not hasattr(self.met, "once"):
            self.met.once = True
            with suppress(threading.BrokenBarrierError):
                self.barrier.wait(_LOCKED_SECONDS)
        return found


Act = tuple[str, dict[str, str]]  # path, form; {mail} and the like stand for tokens
ACTS: dict[str, Act] = {
    "leave": ("/m/{mail}/unsubscribe", {"by": "page"}),
    "pause": ("/m/{mail}/pause", {"until": ""}),
    "what": ("/m/{mail}/preferences/what", {"keywords": "robots", "breadth": "wide"}),
    "other words": ("/m/{mail}/preferences/what", {"keywords": "moss, ferns", "breadth": "wide"}),
    "when": ("/m/{mail}/preferences/when", {"cadence": "weekly", "weekday": "2"}),
    "mute": ("/m/{mail}/mute/0", {"shown": "diffusion"}),
    "move": ("/move/{move}", {}),
    "stop": ("/stop/{stop}", {}),
    "erase": ("/erase/{erase}", {}),
    "one click": ("/m/{mail}/unsubscribe", {"List-Unsubscribe": "One-Click"}),
    "export": ("/export/{export}", {}),
    "resume": ("/m/{mail}/resume", {}),
    "undo": ("/m/{mail}/undo", {}),
    "confirm": ("/confirm/{confirm}", {}),
}
PAIRS: list[tuple[State, str, str]] = [
    *(("active", *pair) for pair in combinations_with_replacement(list(ACTS)[:9], 2)),
    *(("active", other, "erase") for other in ("one click", "export")),
    *(("paused", "resume", other) for other in ("leave", "pause", "resume", "move")),
    *(("left", *pair) for pair in combinations_with_replacement(("undo", "confirm", "erase"), 2)),
]


@contextmanager
def desk(state: State) -> Iterator[tuple[Site, MeetingStore, dict[str, str]]]:
    """Open the pages on a store of their own with one reader, and tokens of all that they need."""
    site = blank_site(UNLIMITED)
    front = site.front
    kept = front.desk.store, site.pages.feedback
    with TemporaryDirectory() as folder:
        lay_blank_store(Path(folder))
        database = open_database(sqlite_url(Path(folder) / "digest.db"))
        store = front.desk.store = site.pages.feedback = MeetingStore(database)  # type: ignore[assignment]
        reader = site.reader("diffusion, speech")
        if state == "paused":
            front.desk.pause(reader, None, NOW)
        elif state == "left":
            front.desk.leave(reader, NOW, how="form")
            front.desk.subscribe(reader.email, Preferences("robots"), NOW)
        front.post.letters.clear()
        sign, number = front.tokens.sign, reader.id
        tokens = {
            "mail": sign("mail", number, 5, now=NOW),
            "move": sign("move", number, "new@example.org", now=NOW),
            "confirm": sign("confirm", number, 1, now=NOW),
            **{name: sign(name, number, now=NOW) for name in ("stop", "erase", "export")},  # type: ignore[arg-type]
        }
        try:
            yield site, store, tokens
        finally:
            database.close()
            front.desk.store, site.pages.feedback = kept


def told(site: Site, act: str, tokens: dict[str, str]) -> str:
    """Press a button; return what its page says, without tokens, which are longer than that."""
    path, form = ACTS[act]
    answer = site.browser().post(path.format(**tokens), data=form)
    said = re.findall(r'<h1>.*?</h1>|<p class="lead">.*?</p>|"state": "\w+"', answer.text)
    location = re.sub(r"/m/[^/]+", "/m", answer.headers.get("location", ""))
    return f"{answer.status_code} {location} {' '.join(said)}"


def left_over(site: Site, store: MeetingStore) -> tuple[Any, ...]:
    """Return what is kept, and what was mailed."""
    steps = [(each.action, each.before, each.after) for each in store.consents(1)]
    return store.by_id(1), steps, sorted(site.front.post.kinds())


@cache
def one_by_one(state: State, acts: tuple[str, str]) -> tuple[Any, dict[str, str]]:
    with desk(state) as (site, store, tokens):
        said = [told(site, act, tokens) for act in acts]
        return left_over(site, store), said  # type: ignore[return-value]


@pytest.mark.parametrize(("state", "one", "other"), PAIRS)
def test_two_at_once_end_as_one_after_the_other(state: State, one: str, other: str) -> None:
    with desk(state) as (site, store, tokens), ThreadPoolExecutor(2) as threads:
        store.barrier = threading.Barrier(2)
        said = list(threads.map(lambda act: told(site, act, tokens), (one, other)))
        store.barrier = None
        outcome = left_over(site, store), said
    possible = []
    for first, second in permutations((0, 1)):
        acts = (one, other)
        kept, says = one_by_one(state, (acts[first], acts[second]))
        possible.append((kept, says if first == 0 else says[::-1]))
    assert outcome in possible
