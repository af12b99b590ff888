"""Whatever becomes of their issues, readers get every paper, and none twice."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from digest.schedule.rhythms import Served
from digest.states import Claim, State
from digest.storage.delivery_plan import REACH
from digest.storage.schema import deliveries, subscribers
from tests.storage.paper_round import BEGIN, DAY, EXPIRY, PaperRound, papers_of

READERS = (1, 2)

outcomes = st.sampled_from(
    [State.ACCEPTED, State.ACCEPTED, State.DEFERRED, State.DEFERRED, State.REFUSED, State.UNCERTAIN]
)
some = st.integers(0, 10)  # which edition: so many before the newest, at most the first


class Newsletter(RuleBasedStateMachine):
    """Editions come, their deliveries go well or not, time passes, an operator interferes."""

    @initialize(by_rhythm=st.booleans())
    def begin(self, by_rhythm: bool) -> None:
        self.by_rhythm = by_rhythm  # some readers at a time; else everybody with each edition
        self.on_the_wire: list[Claim] = []
        self.folder = TemporaryDirectory()
        self.round = PaperRound(Path(self.folder.name), READERS)

    @rule(hours=st.sampled_from([1, 20, 24, 24]), readers=st.sets(st.sampled_from(READERS)))
    def open_edition(self, hours: int, readers: set[int]) -> None:
        self.wait(hours)
        self.round.open_edition()
        self.plan(readers)

    @precondition(lambda self: self.round.newest)
    @rule(readers=st.sets(st.sampled_from(READERS)))
    def plan(self, readers: set[int]) -> None:
        """Plan the newest edition, as `digest run` does or as the scheduler does."""
        newest = self.round.newest
        if not self.by_rhythm:
            self.round.deliveries.plan(newest, self.round.now)
            return
        s = subscribers.c
        due = select(s.id).where(s.id.in_(readers), s.last_edition < newest)
        with self.round.database.read() as connection:
            numbers = list(connection.scalars(due))
        period = (date(2026, 1, 1) + newest * DAY).isoformat()
        served = [Served(number, period, self.round.now) for number in numbers]
        self.round.rhythms.serve(newest, served, self.round.now)

    @rule(hours=st.sampled_from([1, 6, 24]))
    def wait(self, hours: int) -> None:
        later = self.round.now + timedelta(hours=hours)
        if later < BEGIN + REACH - EXPIRY:  # beyond, what was lost stays lost
            self.round.now = later

    @rule()
    def take_over(self) -> None:
        self.round.deliveries.expire(self.round.now)

    @precondition(lambda self: self.round.newest)
    @rule(back=some)
    def freeze(self, back: int) -> None:
        self.round.freeze(self._edition(back))

    @precondition(lambda self: self.round.newest)
    @rule(back=some)
    def start(self, back: int) -> None:
        self.on_the_wire += self.round.start(self._edition(back))

    @precondition(lambda self: self.on_the_wire)
    @rule(state=outcomes)
    def answer(self, state: State) -> None:
        self.round.answer(self.on_the_wire.pop(0), state)

    @precondition(lambda self: self.round.newest)
    @rule(back=some, what=st.sampled_from(["cancelled", "paused", "open", "open"]))
    def interfere(self, back: int, what: str) -> None:
        edition = self._edition(back)
        if self.round.editions.get(edition).state == "cancelled":
            return
        self.round.editions.set_state(edition, what)  # type: ignore[arg-type]
        if what == "cancelled":
            self.round.deliveries.cancel(edition, self.round.now)

    @precondition(lambda self: self.round.newest)
    @rule(back=some)
    def resend_uncertain(self, back: int) -> None:
        self.round.deliveries.resend_uncertain(self._edition(back), self.round.now)

    @invariant()
    def no_paper_is_in_two_issues_under_way(self) -> None:
        for reader in READERS:
            papers = self.round.under_way(reader)
            assert len(papers) == len(set(papers))

    def teardown(self) -> None:
        if not hasattr(self, "round"):
            return
        with self.folder:
            try:
                self._in_the_end_nothing_is_lost()
            finally:
                self.round.database.close()

    def _in_the_end_nothing_is_lost(self) -> None:
        """Let two editions arrive, after all else is over: the second makes up for any loss."""
        while self.on_the_wire:
            self.answer(State.DEFERRED)
        for _ in range(2):
            self.round.now += EXPIRY
            self.take_over()
            self.open_edition(1, set(READERS))
            self.round.send(self.round.newest)
        for reader, began in self._began().items():
            owed = papers_of(*range(began + 1, self.round.newest + 1))
            assert self.round.had[reader].keys() == set(owed), f"reader {reader} lost papers"

    def _began(self) -> dict[int, int]:
        """Return after which edition each reader's first issue began."""
        query = select(deliveries.c.subscriber_id, deliveries.c.since)
        with self.round.database.read() as connection:
            rows = connection.execute(query.order_by(deliveries.c.edition.desc()))
            return {row.subscriber_id: row.since for row in rows}

    def _edition(self, back: int) -> int:
        return max(1, self.round.newest - back)


Newsletter.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    suppress_health_check=list(HealthCheck),
)
TestNewsletter = Newsletter.TestCase
