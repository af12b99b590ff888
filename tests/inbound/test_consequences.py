"""What reports do to readers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from digest.inbound.consequences import (
    HALF_LIFE,
    REMEMBERED,
    Action,
    SentMail,
    consequence_of,
)
from digest.inbound.report import HARD_REASONS, OURS, Cause, Kind, ReportedRecipient

NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)
SENT = SentMail(1, 7, "ada@example.org", NOW - timedelta(hours=1), NOW - timedelta(days=90), None)
SOFT = ReportedRecipient("ada@example.org", Kind.SOFT, Cause.FULL)


def days_ago(*days: float) -> list[datetime]:
    return [NOW - timedelta(days=day) for day in days]


@pytest.mark.parametrize("reason", sorted(HARD_REASONS))
def test_a_hard_bounce_stops_mail(reason: Cause) -> None:
    said = ReportedRecipient("ada@example.org", Kind.HARD, reason)
    assert consequence_of(said, SENT, [], NOW).action is Action.SUPPRESS


def test_a_complaint_stops_mail() -> None:
    said = ReportedRecipient("", Kind.COMPLAINT, Cause.ABUSE)
    assert consequence_of(said, SENT, [], NOW).action is Action.SUPPRESS


@pytest.mark.parametrize("kind", [Kind.HARD, Kind.SOFT, Kind.COMPLAINT])
def test_what_cannot_be_told_to_be_ours_changes_nothing(kind: Kind) -> None:
    said = ReportedRecipient("ada@example.org", kind, Cause.UNKNOWN_USER)
    assert consequence_of(said, None, days_ago(8, 7, 6, 5), NOW).action is Action.IGNORE


@pytest.mark.parametrize("field", ["confirmed_at", "moved_at"])
def test_a_report_of_an_older_mail_does_not_touch_who_came_back_or_moved(field: str) -> None:
    values = {"confirmed_at": SENT.confirmed_at, "moved_at": None, field: NOW}
    sent = SentMail(1, 7, "ada@example.org", SENT.sent_at, **values)
    said = ReportedRecipient("ada@example.org", Kind.HARD, Cause.UNKNOWN_USER)
    assert consequence_of(said, sent, [], NOW).action is Action.IGNORE


@pytest.mark.parametrize(
    ("softs", "action"),
    [
        ((), Action.NOTE),
        ((1, 0.5), Action.NOTE),
        ((6, 5, 4, 3, 2, 1), Action.NOTE),  # six days of a full mailbox: a holiday
        ((7, 6, 5, 4, 3, 2, 1), Action.SUPPRESS),
        ((21, 14, 7), Action.SUPPRESS),  # every week for a month
        ((7.01, 7.0, 7.02), Action.NOTE),  # one bad day
        ((150, 120, 90), Action.NOTE),  # long ago
    ],
)
def test_soft_bounces_add_up_and_fade(softs: tuple[float, ...], action: Action) -> None:
    assert consequence_of(SOFT, SENT, days_ago(*softs), NOW).action is action


@pytest.mark.parametrize("reason", sorted(OURS))
def test_what_blames_the_sender_never_stops_mail_to_a_reader(reason: Cause) -> None:
    said = ReportedRecipient("ada@example.org", Kind.SOFT, reason)
    assert consequence_of(said, SENT, days_ago(*range(1, 60)), NOW).action is Action.NOTE


@pytest.mark.parametrize(
    ("sent_at", "confirmed_at", "moved_at", "action"),
    [
        (NOW, NOW, None, Action.SUPPRESS),  # confirmed, and mailed in the same moment
        (NOW, None, NOW, Action.SUPPRESS),
        (NOW, None, NOW - timedelta(days=1), Action.SUPPRESS),  # moved, then mailed there
        (NOW, NOW - timedelta(days=1), None, Action.SUPPRESS),
        (NOW, None, None, Action.SUPPRESS),
        (None, NOW, NOW, Action.SUPPRESS),  # nobody knows when it went
        (NOW - timedelta(days=1), NOW, None, Action.IGNORE),
        (NOW - timedelta(days=1), None, NOW, Action.IGNORE),
    ],
)
def test_only_what_came_after_the_mail_takes_its_report_away(
    sent_at: datetime | None,
    confirmed_at: datetime | None,
    moved_at: datetime | None,
    action: Action,
) -> None:
    sent = SentMail(1, 7, "ada@example.org", sent_at, confirmed_at, moved_at)
    said = ReportedRecipient("ada@example.org", Kind.HARD, Cause.UNKNOWN_USER)
    assert consequence_of(said, sent, [], NOW).action is action


def test_what_tells_of_no_failure_changes_nothing_and_says_what_it_is() -> None:
    said = ReportedRecipient("ada@example.org", Kind.NONE, Cause.MESSAGE)
    decided = consequence_of(said, SENT, days_ago(8, 7, 6, 5), NOW)
    assert (decided.action, decided.why) == (Action.IGNORE, Cause.MESSAGE.value)


def test_a_soft_bounce_counts_half_after_thirty_days_and_for_half_a_year() -> None:
    assert timedelta(days=30) == HALF_LIFE
    assert timedelta(days=180) == REMEMBERED
    almost = days_ago(30, 30 + 1 / 24, 60)  # the first two of one day
    assert consequence_of(SOFT, SENT, almost, NOW).action is Action.NOTE


def test_actions_are_stored_by_these_words() -> None:
    assert [each.value for each in Action] == ["suppress", "note", "ignore", "unsubscribe"]
