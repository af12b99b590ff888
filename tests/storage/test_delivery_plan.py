"""Planning: where the window of an issue begins, and how many are planned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from digest.states import State
from digest.storage.delivery_plan import REACH
from digest.storage.schema import subscribers
from tests.storage.paper_round import DAY, PaperRound, papers_of

READER = 1
HOUR = timedelta(hours=1)


class Daily(PaperRound):
    """An edition a day, and one reader."""

    def planned(self) -> int:
        """Open the day's edition and plan its issue; return after which edition that begins."""
        coming = self.coming()
        would = self.windows.facts(READER, coming, self.now, welcome_since=0).since
        self.deliveries.expire(self.now)
        edition = self.open_edition()
        assert self.deliveries.plan(edition, self.now) == 1
        facts = self.windows.facts(READER, coming, self.now, welcome_since=0)
        assert facts.since == would, "a preview tells what a run does"
        return would

    def day(self, state: State | None = State.ACCEPTED) -> int:
        """Let a day come and end with this answer, or with an issue that waits; return as above."""
        since = self.planned()
        if state:
            self.send(self.newest, state)
        else:
            self.freeze(self.newest)
        self.now += DAY
        return since

    @property
    def got(self) -> list[int]:
        """The papers that the reader has had, or may have."""
        return sorted(self.had[READER])


@pytest.fixture
def daily(tmp_path: Path) -> Iterator[Daily]:
    made = Daily(tmp_path, [READER])
    with closing(made.database):
        yield made


def test_an_issue_begins_where_the_last_one_that_arrived_ended(daily: Daily) -> None:
    assert [daily.day(), daily.day(), daily.day(State.UNCERTAIN), daily.day()] == [0, 1, 2, 3]
    assert daily.got == papers_of(1, 2, 3, 4)


def test_what_expired_beside_a_later_issue_that_arrived_is_offered_again(daily: Daily) -> None:
    daily.day()
    daily.day(State.DEFERRED)
    daily.day()
    assert daily.got == papers_of(1, 3), "what waits is in no newer issue"
    daily.day()
    assert daily.day() == 1, "three days later it is over"
    assert daily.got == papers_of(1, 2, 3, 4, 5)


def test_what_was_refused_beside_a_later_issue_that_arrived_is_offered_again(daily: Daily) -> None:
    daily.day()
    daily.day(None)
    daily.day()
    daily.send(2, State.REFUSED)
    assert daily.day() == 1
    assert daily.got == papers_of(1, 2, 3, 4)


def test_what_was_cancelled_beside_a_later_issue_that_arrived_is_offered_again(
    daily: Daily,
) -> None:
    daily.day()
    daily.day(None)
    daily.day()
    assert daily.deliveries.cancel(2, daily.now) == 1
    assert daily.day() == 1
    assert daily.got == papers_of(1, 2, 3, 4)


def test_what_may_have_arrived_is_not_offered_again_when_sending_it_again_failed(
    daily: Daily,
) -> None:
    daily.day()
    daily.day(State.UNCERTAIN)
    daily.day()
    assert daily.deliveries.resend_uncertain(2, daily.now) == 1
    assert daily.deliveries.cancel(2, daily.now) == 1
    assert daily.day() == 3


def test_once_made_up_for_the_window_is_the_usual_one(daily: Daily) -> None:
    daily.day()
    daily.day(None)
    daily.day()
    daily.deliveries.cancel(2, daily.now - HOUR)
    assert [daily.day(), daily.day(), daily.day()] == [1, 4, 5]


def test_an_issue_of_an_edition_older_than_the_loss_may_not_make_up_for_it(daily: Daily) -> None:
    daily.day()
    daily.day(None)
    daily.day()
    daily.planned()
    daily.freeze(4)
    daily.deliveries.cancel(2, daily.now + HOUR)
    daily.send(4)
    daily.now += DAY
    assert [daily.day(), daily.day()] == [1, 5]
    assert daily.got == papers_of(1, 2, 3, 4, 5, 6)


def test_what_was_lost_again_is_offered_again(daily: Daily) -> None:
    daily.day()
    daily.day(None)
    daily.day()
    daily.deliveries.cancel(2, daily.now)
    assert [daily.day(State.REFUSED), daily.day(State.REFUSED), daily.day()] == [1, 1, 1]
    assert daily.got == papers_of(1, 2, 3, 4, 5, 6)


def test_an_issue_that_was_never_composed_kept_nothing_from_the_next(daily: Daily) -> None:
    daily.day()
    daily.planned()
    daily.now += DAY
    assert daily.day() == 1
    daily.deliveries.cancel(2, daily.now)
    assert daily.day() == 3


def test_what_a_first_issue_lost_is_offered_again(daily: Daily) -> None:
    daily.planned()
    _serve(daily)
    daily.deliveries.cancel(1, daily.now)
    daily.now += DAY
    assert daily.day() == 0
    assert daily.got == papers_of(1, 2)


def test_what_was_lost_long_ago_is_not_offered_again(daily: Daily) -> None:
    daily.day()
    daily.day(None)
    daily.day()
    daily.deliveries.cancel(2, daily.now)
    daily.now += REACH
    daily.open_edition()
    daily.now += DAY
    assert daily.planned() == 3


def test_refused_day_after_day_a_window_does_not_grow_for_ever(daily: Daily) -> None:
    for _ in range(30):
        daily.day(State.REFUSED)
        _serve(daily)
    since = daily.planned()
    assert 31 - since == REACH // DAY


def test_what_is_on_the_wire_when_its_time_is_over_is_in_no_newer_issue(daily: Daily) -> None:
    daily.day()
    daily.planned()
    [late] = daily.start(2)
    daily.now += 3 * DAY
    daily.day()
    daily.answer(late, State.ACCEPTED)
    assert daily.got == papers_of(1, 2, 3)


def _serve(daily: Daily) -> None:
    """Move the reader on, as the scheduler does."""
    with daily.database.write() as connection:
        connection.execute(update(subscribers).values(last_edition=daily.newest))
