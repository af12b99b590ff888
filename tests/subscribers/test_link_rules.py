"""What a link may do: the table of docs/security.md, written down a second time."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest

from subscribers.consent import State
from subscribers.errors import ConsentError, TokenError
from subscribers.link_rules import RULES, Act, check, is_cut_off
from subscribers.store import Subscriber
from subscribers.tokens import TokenFields
from tests.subscribers.desk import NOW

RUNNING, CONFIRMED = "active paused", "active paused left"
ANY = "pending active paused left"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TABLE: dict[Act, tuple[str, timedelta | None, str, bool]] = {
    # token, for how long, in which states, whether older than a move or a "That was not me"
    "unsubscribe": ("mail", None, ANY, True),
    "undo": ("mail", None, CONFIRMED, False),
    "soften": ("mail", None, RUNNING, False),
    "preferences": ("mail", 90 * DAY, CONFIRMED, False),
    "change": ("mail", 90 * DAY, RUNNING, False),
    "feedback": ("mail", 90 * DAY, CONFIRMED, False),
    "read": ("mail", 90 * DAY, CONFIRMED, False),
    "collect": ("mail", 90 * DAY, CONFIRMED, False),
    "keep": ("mail", 90 * DAY, RUNNING, False),
    "feed": ("feed", None, RUNNING, False),
    "ask": ("mail", 90 * DAY, CONFIRMED, False),
    "confirm": ("confirm", 7 * DAY, ANY, False),
    "invite": ("invite", 30 * DAY, "pending", False),
    "move": ("move", 2 * DAY, RUNNING, False),
    "stop": ("stop", 7 * DAY, ANY, True),
    "restore": ("restore", 7 * DAY, CONFIRMED, True),
    "export": ("export", DAY, ANY, False),
    "erase": ("erase", DAY, ANY, False),
}
STATES: tuple[State, ...] = ("pending", "active", "paused", "left")


def reader(state: State = "active", *, links_from: timedelta | None = None) -> Subscriber:
    valid_from = None if links_from is None else NOW + links_from
    return Subscriber(
        1, "ada@example.org", "ada@example.org", "", state=state, links_valid_from=valid_from
    )


def opens(act: Act, by: Subscriber, age: timedelta = HOUR) -> bool:
    try:
        check(act, by, TokenFields((1,), NOW), NOW + age)
    except (TokenError, ConsentError):
        return False
    return True


@pytest.mark.parametrize("act", get_args(Act))
def test_a_link_does_what_the_table_says_and_no_more(act: Act) -> None:
    purpose, within, states, survives = TABLE[act]
    may: State = "active" if "active" in states else "pending"
    fine = reader(may)
    assert RULES[act].purpose == purpose
    assert " ".join(state for state in STATES if opens(act, reader(state))) == states
    if within is None:
        assert opens(act, fine, 9000 * DAY)
    else:
        assert opens(act, fine, within)
        assert not opens(act, fine, within + timedelta(seconds=1))
    assert opens(act, reader(may, links_from=timedelta(seconds=1))) is survives
    assert opens(act, reader(may, links_from=timedelta(0))), "made in the very moment, or later"


@pytest.mark.parametrize(("state", "why"), [("left", "ended"), ("pending", "not confirmed")])
def test_a_state_that_forbids_it_is_told(state: State, why: str) -> None:
    with pytest.raises(ConsentError, match=why):
        check("change", reader(state), TokenFields((1,), NOW), NOW)


def test_a_link_is_cut_off_by_what_came_after_it() -> None:
    made = TokenFields((1,), NOW)
    assert not is_cut_off(reader(), made)
    assert not is_cut_off(reader(links_from=-HOUR), made)
    assert is_cut_off(reader(links_from=HOUR), made)
