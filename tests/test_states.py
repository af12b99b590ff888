"""The states of deliveries, counted and grouped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.states import (
    IDEMPOTENT,
    LONGEST_WAIT,
    PENDING,
    SECOND_TRY,
    UNSENT,
    WELCOME,
    Accounting,
    State,
)

MAY_STILL_BE_SENT = {"planned", "claimed", "sending"}


@pytest.mark.parametrize("state", State)
def test_what_one_delivery_in_a_state_says_of_its_edition(state: State) -> None:
    one = Accounting(**{state.value: 1})
    assert one.eligible == 1
    assert one.pending == (state in MAY_STILL_BE_SENT)
    assert one.finished == (state not in MAY_STILL_BE_SENT | {"deferred"})
    assert one.refused_to_all == (state == "refused")


@pytest.mark.parametrize("state", State)
def test_a_refusal_is_everybodys_when_no_mail_arrived_or_may_still(state: State) -> None:
    both = Accounting(**{state.value: 2, "refused": 2 if state == "refused" else 1})
    may = MAY_STILL_BE_SENT | {"deferred", "uncertain", "accepted"}
    assert both.refused_to_all == (state not in may)


def test_nothing_is_finished_and_refused_to_nobody() -> None:
    assert (Accounting().eligible, Accounting().pending) == (0, 0)
    assert Accounting().finished and not Accounting().refused_to_all


def test_three_of_each_are_added_up() -> None:
    three = Accounting(**{state.value: 3 for state in State})
    assert (three.pending, three.eligible) == (9, 3 * len(State))


def test_groups_and_bounds_that_statements_and_stores_rely_on() -> None:
    assert set(PENDING) == {"planned", "claimed", "sending"}
    assert set(UNSENT) == {"planned", "claimed", "deferred"}
    assert WELCOME == "welcome", "it is stored"
    assert timedelta(hours=4) * 1.25 == LONGEST_WAIT, "pace's longest pause, with its chance"
    assert (SECOND_TRY.after, SECOND_TRY.copies) == (timedelta(minutes=15), 2)
    assert (IDEMPOTENT.after, IDEMPOTENT.copies) == (timedelta(0), None)
