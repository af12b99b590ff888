"""An edition's life, and its figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from digest.editions import Edition, EditionState, Figures
from digest.states import Accounting

NOW = datetime(2026, 5, 1, 7, tzinfo=UTC)
EDITION = Edition(7, date(2026, 5, 1), "open", NOW, NOW + timedelta(days=3), 40)
A_MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("state", "alive", "sent"),
    [
        ("open", True, True),
        ("awaiting_approval", True, False),
        ("paused", True, False),
        ("cancelled", False, False),
    ],
)
def test_an_edition_is_sent_while_it_is_open_and_its_time_is_not_over(
    state: EditionState, alive: bool, sent: bool
) -> None:
    edition = replace(EDITION, state=state)
    for moment in (NOW, edition.expires_at - A_MOMENT):
        assert (edition.is_alive(moment), edition.may_be_sent(moment)) == (alive, sent)
    for moment in (edition.expires_at, edition.expires_at + A_MOMENT):
        assert (edition.is_alive(moment), edition.may_be_sent(moment)) == (False, False)


COUNTS = {
    "planned": 1,
    "claimed": 20,
    "sending": 300,
    "accepted": 4_000,
    "refused": 50_000,
    "deferred": 600_000,
    "suppressed": 7_000_000,
    "nothing_to_send": 80_000_000,
    "uncertain": 9,
    "expired": 11,
    "cancelled": 13,
}


def test_figures_have_the_names_of_the_command_line() -> None:
    assert Figures.of(EDITION, Accounting(**COUNTS)).to_json() == {
        "edition": 7,
        "date": "2026-05-01",
        "part": 1,
        "state": "open",
        "papers": 40,
        "eligible": sum(COUNTS.values()),
        "pending": 321,
        "accepted": 4_000,
        "refused": 50_000,
        "deferred": 600_000,
        "suppressed": 7_000_000,
        "nothing_to_send": 80_000_000,
        "uncertain": 9,
        "expired": 11,
        "cancelled": 13,
    }


def test_an_open_edition_with_nothing_left_is_finished() -> None:
    finished, waiting = Accounting(accepted=2), Accounting(deferred=1)
    assert Figures.of(EDITION, finished).to_json()["state"] == "finished"
    assert Figures.of(EDITION, waiting).to_json()["state"] == "open"
    paused = replace(EDITION, state="paused")
    assert Figures.of(paused, finished).to_json()["state"] == "paused"


def test_no_edition_has_a_date_and_zeros() -> None:
    found = Figures(None, date(2026, 5, 1)).to_json()
    assert found["date"] == "2026-05-01"
    assert found["edition"] is None and found["state"] is None
    assert not any(value for name, value in found.items() if name not in ("date", "part"))
