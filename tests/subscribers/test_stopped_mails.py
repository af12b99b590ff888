"""Mails that stopped by themselves, and how their reader gets them back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from subscribers.errors import ConsentError
from subscribers.preferences import Preferences
from subscribers.reader_lookup import DeskVisit
from subscribers.stopped_mails import mail_again, may_lift
from subscribers.store import StoppedMails, StopReason, Subscriber
from tests.subscribers.desk import NOW, Front, open_desk

BEFORE, AFTER = NOW - timedelta(days=1), NOW + timedelta(seconds=1)


@pytest.fixture
def front() -> Front:
    return open_desk()


def stopped(front: Front, reason: StopReason = "bounce") -> Subscriber:
    reader = front.active()
    # Subscribed long before, so that there are links from before the stop.
    reader = replace(reader, created_at=NOW - timedelta(days=9))
    front.store.readers[reader.id] = reader
    front.store.stops[reader.email_key] = StoppedMails(reason, NOW)
    return reader


def visit(front: Front, reader: Subscriber, *, edition: int = 0, at: object = AFTER) -> DeskVisit:
    token = front.desk.links.mail_token(reader.id, edition, at)  # type: ignore[arg-type]
    return front.desk.visit("change", token, NOW + timedelta(hours=1))


@pytest.mark.parametrize("reason", ["bounce", "complaint"])
def test_a_letters_link_from_after_the_stop_ends_it(front: Front, reason: StopReason) -> None:
    reader = stopped(front, reason)
    assert mail_again(front.desk, visit(front, reader), AFTER)
    assert front.store.stop_of(reader.email_key) is None
    consent = front.store.consents(reader.id)[-1]
    assert (consent.action, consent.before, consent.after) == ("lift", "active", "active")
    assert (consent.how, consent.source, consent.at) == ("link", "reader", AFTER)
    assert front.desk.by_number(reader.id) == reader
    assert front.post.letters == []


@pytest.mark.parametrize(
    ("edition", "at"), [(0, BEFORE), (0, NOW), (5, BEFORE), (5, AFTER)], ids=str
)
def test_any_other_link_asks_for_a_letter_first(front: Front, edition: int, at: object) -> None:
    reader = stopped(front)
    came = visit(front, reader, edition=edition, at=at)
    assert not may_lift(front.store.stops[reader.email_key], came)
    assert mail_again(front.desk, came, AFTER)
    assert front.post.kinds() == ["link"]
    assert front.post.letters[0].to_address == reader.email
    assert front.store.stop_of(reader.email_key) is not None
    by_letter = front.desk.visit("change", front.post.token("link"), AFTER)
    assert mail_again(front.desk, by_letter, AFTER)
    assert front.store.stop_of(reader.email_key) is None


def test_the_letter_has_the_readers_own_allowance(front: Front) -> None:
    reader = stopped(front)
    front.desk.limits.may_post = lambda mailbox: False  # what strangers have used up
    assert mail_again(front.desk, visit(front, reader, at=BEFORE), AFTER)
    front.desk.limits.may_serve = lambda mailbox: False
    assert not mail_again(front.desk, visit(front, reader, at=BEFORE), AFTER)
    assert len(front.post.letters) == 1


def test_nobody_but_the_operator_ends_the_operators_stop(front: Front) -> None:
    reader = stopped(front, "operator")
    assert not may_lift(front.store.stops[reader.email_key], visit(front, reader))
    with pytest.raises(ConsentError, match="stopped these mails"):
        mail_again(front.desk, visit(front, reader), AFTER)
    assert front.store.stop_of(reader.email_key) is not None


def test_who_is_written_to_is_told_that_all_is_well(front: Front) -> None:
    reader = front.active()
    assert mail_again(front.desk, visit(front, reader), AFTER)
    assert (front.post.letters, front.store.consents(reader.id)[-1].action) == ([], "vouch")


def test_a_pause_stays_a_pause(front: Front) -> None:
    reader = front.desk.pause(stopped(front), None, NOW, source="operator")
    assert mail_again(front.desk, visit(front, reader), AFTER)
    assert front.desk.by_number(reader.id).state == "paused"


def test_who_left_meanwhile_is_told(front: Front) -> None:
    reader = stopped(front)
    came = visit(front, reader)
    front.desk.leave(reader, AFTER, how="form")
    with pytest.raises(ConsentError, match="meantime"):
        mail_again(front.desk, came, AFTER)
    assert front.store.stop_of(reader.email_key) is not None


@pytest.mark.parametrize(
    ("reason", "stays"), [("bounce", 0), ("complaint", 0), ("unsubscribed", 0), ("operator", 1)]
)
def test_a_new_confirmed_subscription_ends_it_too(
    front: Front, reason: StopReason, stays: bool
) -> None:
    reader = stopped(front, reason)
    front.desk.leave(reader, NOW, how="form")
    front.desk.subscribe(reader.email, Preferences("speech"), AFTER)
    front.desk.confirm(front.post.token("confirm"), AFTER)
    assert (front.store.stop_of(reader.email_key) is not None) == bool(stays)
