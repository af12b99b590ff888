"""A newsletter without mails: editions of two papers, real deliveries, issues without limits.

An issue holds every paper that its window offers and the ledger does not know. So what a reader
did not get in the end was lost on the way.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event, insert, select

from digest.editions import Edition
from digest.states import Claim, Outcome, Result, State
from digest.storage.database import open_database, sqlite_url
from digest.storage.deliveries import DeliveryStore
from digest.storage.editions import EditionStore
from digest.storage.issue_windows import IssueWindowStore
from digest.storage.ledger import LedgerStore
from digest.storage.rhythms import RhythmStore
from digest.storage.schema import deliveries, editions, epoch, metadata, subscribers

BEGIN = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
EXPIRY, DAY = timedelta(hours=72), timedelta(days=1)
MAY_HAVE_ARRIVED = (State.ACCEPTED, State.UNCERTAIN)


@dataclass(frozen=True)
class Issue:
    """What freezing needs."""

    message_id: str
    papers: bytes
    recipe: bytes = b""
    turn: int | None = None


def papers_of(*numbers: int) -> list[int]:
    """Return the papers of editions."""
    return [paper for number in numbers for paper in (10 * number, 10 * number + 1)]


class PaperRound:
    """The stores, a clock, and what each reader has had, or may have."""

    def __init__(self, folder: Path, readers: Sequence[int]) -> None:
        self.database = open_database(sqlite_url(folder / "digest.db"))
        event.listen(  # nobody pulls the plug here
            self.database.engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF")
        )
        metadata.create_all(self.database.engine)
        with self.database.write() as connection:
            connection.execute(insert(epoch).values(store="round", number=0))
        self.deliveries = DeliveryStore(self.database)
        self.editions = EditionStore(self.database)
        self.rhythms = RhythmStore(self.database, self.deliveries)
        self.windows = IssueWindowStore(self.database)
        self.now, self.newest = BEGIN, 0
        self.had: dict[int, dict[int, int]] = {reader: {} for reader in readers}
        values = {"keywords": "x", "state": "active", "created_at": BEGIN, "weekdays": []}
        people = [{"id": n, "email": f"{n}@x.org", "email_key": f"{n}@x.org"} for n in readers]
        with self.database.write() as connection:
            connection.execute(insert(subscribers), [values | person for person in people])

    def coming(self) -> Edition:
        """The edition that is opened next."""
        number, expires_at = self.newest + 1, self.now + EXPIRY
        return Edition(number, BEGIN.date() + number * DAY, "open", self.now, expires_at, 2)

    def open_edition(self) -> int:
        """Open the next edition."""
        values = asdict(self.coming())
        self.newest += 1
        with self.database.write() as connection:
            connection.execute(insert(editions).values(values))
        return self.newest

    def ready(self, edition: int) -> list[Claim]:
        """Claim an edition's deliveries, and freeze those that are not."""
        claims = self.deliveries.claim(edition, "sender", 10, self.now)
        fresh = [claim for claim in claims if not claim.frozen]
        ledger = LedgerStore(self.database)
        had = ledger.sent_to([claim.subscriber for claim in fresh], self.now)
        issues: list[tuple[Claim, Issue]] = []
        empty: list[Claim] = []
        for claim in fresh:
            sent = array("I", had.get(claim.subscriber, b""))
            offered = papers_of(*range(claim.since + 1, edition + 1))
            papers = array("I", [paper for paper in offered if paper not in sent])
            if papers:
                issues.append((claim, Issue(f"<{claim.delivery}@x.org>", papers.tobytes())))
            else:
                empty.append(claim)
        self.deliveries.nothing_to_send("sender", empty, self.now)
        self.deliveries.freeze("sender", issues)
        return [claim for claim in claims if claim not in empty]

    def freeze(self, edition: int) -> None:
        """Compose an edition's issues, and get no further."""
        self.ready(edition)
        self.deliveries.release("sender", self.now)

    def start(self, edition: int) -> list[Claim]:
        """Put what may be sent of an edition on the wire."""
        claims = self.ready(edition)
        marks = [(claim.delivery, claim.generation) for claim in claims]
        started = self.deliveries.turn("sender", [], marks, self.now).started
        self.deliveries.release("sender", self.now)
        return [claim for claim in claims if claim.delivery in started]

    def answer(self, claim: Claim, state: State) -> None:
        """Let the server answer a mail; fail when it brings what another one brought."""
        result = Result(claim.delivery, claim.generation, Outcome(state, next_attempt_at=self.now))
        self.deliveries.turn("sender", [result], [], self.now)
        if state in MAY_HAVE_ARRIVED:
            for paper in self.frozen(claim.delivery):
                first = self.had[claim.subscriber].setdefault(paper, claim.delivery)
                assert first == claim.delivery, f"paper {paper} came twice"

    def send(self, edition: int, state: State = State.ACCEPTED) -> None:
        """Send what may be sent of an edition; each mail gets the same answer."""
        for claim in self.start(edition):
            self.answer(claim, state)

    def frozen(self, delivery: int) -> Sequence[int]:
        """Return the papers of a delivery."""
        with self.database.read() as connection:
            query = select(deliveries.c.papers).where(deliveries.c.id == delivery)
            return array("I", connection.scalar(query) or b"")

    def under_way(self, reader: int) -> list[int]:
        """Return the papers of a reader's issues that may still go out or be on their way."""
        d = deliveries.c
        alive = select(editions.c.number).where(editions.c.expires_at > self.now)
        may_go = d.edition.in_(alive) & d.state.in_((State.PLANNED, State.DEFERRED))
        query = select(d.papers).where(d.subscriber_id == reader, d.papers.is_not(None))
        with self.database.read() as connection:
            found = connection.scalars(query.where(may_go | (d.state == State.SENDING))).all()
        return [paper for papers in found for paper in array("I", papers)]
