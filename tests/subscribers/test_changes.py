"""Whose preferences are changed by a mail's link hears of it: the mail may be in other hands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from subscribers import own_data as sensitive
from subscribers.errors import TokenError
from subscribers.preferences import Preferences
from subscribers.service import FrontDesk
from subscribers.store import Subscriber
from tests.subscribers.desk import NOW, Front, open_desk

KEYWORDS = "diffusion, speech"
CHANGES: dict[str, Callable[[FrontDesk, Subscriber], object]] = {
    "preferences": lambda desk, reader: desk.change(reader, Preferences("robots"), NOW),
    "mute": lambda desk, reader: desk.mute(reader, 0, "diffusion", NOW),
    "pause": lambda desk, reader: desk.pause(reader, None, NOW),
}


@pytest.fixture
def front() -> Front:
    return open_desk(base_url="https://digest.example")


@pytest.mark.parametrize("change", CHANGES)
def test_a_reader_is_told_of_a_change(front: Front, change: str) -> None:
    reader = front.active(keywords=KEYWORDS)
    CHANGES[change](front.desk, reader)
    (letter,) = front.post.letters
    now = front.desk.by_number(reader.id)
    assert (letter.kind, letter.to_address) == ("changed", "ada@example.org")
    assert letter.keywords == now.keywords
    assert letter.expires_at == NOW + timedelta(days=7)


def test_the_letter_cuts_off_the_link_by_which_it_was_done(front: Front) -> None:
    reader = front.active(keywords=KEYWORDS)
    forwarded = front.desk.links.mail_token(reader.id, 3, NOW)
    front.desk.change(reader, Preferences("robots"), NOW)
    sensitive.stop(front.desk, front.post.token("changed"), NOW + timedelta(days=6))
    with pytest.raises(TokenError, match="no longer works"):
        front.desk.visit("change", forwarded, NOW + timedelta(days=6))
    fresh = front.desk.links.mail_token(reader.id, 0, NOW + timedelta(days=7))
    assert front.desk.visit("change", fresh, NOW + timedelta(days=7)).reader.id == reader.id


def test_what_was_saved_as_it_was_is_no_change(front: Front) -> None:
    reader = front.active(keywords=KEYWORDS)
    front.desk.change(reader, Preferences(KEYWORDS, name="Ada"), NOW)
    assert front.post.letters == []


def test_what_the_operator_does_is_recorded_as_theirs_and_not_told(front: Front) -> None:
    reader = front.active(keywords=KEYWORDS)
    front.desk.add(reader.email, Preferences("robots"), NOW, confirmed=True, how="command")
    paused = front.desk.pause(reader, None, NOW, how="command", source="operator")
    front.desk.resume(paused, NOW, how="command", source="operator")
    assert front.post.letters == []
    told = [(c.action, c.how, c.source) for c in front.store.consents(reader.id)]
    assert told[1:] == [("pause", "command", "operator"), ("resume", "command", "operator")]


def test_who_left_is_not_written_to(front: Front) -> None:
    left = front.desk.leave(front.active(keywords=KEYWORDS), NOW, how="one-click")
    front.desk.change(left, Preferences("robots"), NOW)
    assert front.post.letters == []


def test_a_change_is_told_however_many_letters_were_asked_for(front: Front) -> None:
    reader = front.active(keywords=KEYWORDS)
    front.desk.limits.may_post = lambda key: False
    front.desk.change(reader, Preferences("robots"), NOW)
    assert front.post.kinds() == ["changed"]
