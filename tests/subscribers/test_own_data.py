"""What a forwarded mail cannot do alone: move, download, erase."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import timedelta

import pytest

from subscribers import own_data as sensitive
from subscribers.errors import AddressError, ConsentError, TokenError
from subscribers.preferences import Preferences
from subscribers.store import Subscriber
from tests.subscribers.desk import NOW, Front, open_desk

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def front() -> Front:
    return open_desk()


@pytest.fixture
def ada(front: Front) -> Subscriber:
    return front.desk.add("ada@old.org", Preferences("x"), NOW, confirmed=True, how="command")[0]


def test_mails_move_when_the_new_address_agrees_and_the_old_one_is_told(
    front: Front, ada: Subscriber
) -> None:
    sensitive.ask_to_move(front.desk, ada, "ada@new.org", NOW)
    assert [(p.kind, p.to_address) for p in front.post.letters] == [
        ("move", "ada@new.org"),
        ("moving", "ada@old.org"),
    ]
    assert front.desk.by_number(ada.id).email == "ada@old.org"
    moved = sensitive.move(front.desk, front.post.token("move"), LATER)
    assert front.desk.by_number(ada.id).email == moved.email == "ada@new.org"
    assert (front.post.letters[-1].kind, front.post.letters[-1].to_address) == (
        "moved",
        "ada@old.org",
    )


def test_no_letter_to_the_old_address_tells_the_new_one(front: Front, ada: Subscriber) -> None:
    sensitive.ask_to_move(front.desk, ada, "ada@new.org", NOW)
    sensitive.move(front.desk, front.post.token("move"), LATER)
    old = [letter for letter in front.post.letters if letter.to_address == "ada@old.org"]
    assert [letter.kind for letter in old] == ["moving", "moved"]
    for letter in old:
        body = letter.link.rpartition("/")[2].partition(".")[0]
        readable = urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode("latin-1")
        assert "new.org" not in repr(letter) + readable


def test_the_old_address_can_stop_a_move_and_cuts_off_the_forwarded_mail(
    front: Front, ada: Subscriber
) -> None:
    forwarded = front.desk.links.mail_token(ada.id, 3, NOW)
    sensitive.ask_to_move(front.desk, ada, "eve@evil.org", NOW)
    sensitive.stop(front.desk, front.post.token("moving"), NOW)
    with pytest.raises(TokenError, match="no longer works"):
        sensitive.move(front.desk, front.post.token("move"), LATER)
    with pytest.raises(TokenError, match="no longer works"):
        front.desk.visit("preferences", forwarded, LATER)
    assert front.desk.visit("unsubscribe", forwarded, LATER).reader.id == ada.id


def test_who_stops_a_move_that_was_made_is_told_so(front: Front, ada: Subscriber) -> None:
    forwarded = front.desk.links.mail_token(ada.id, 3, NOW)
    sensitive.ask_to_move(front.desk, ada, "eve@evil.org", NOW)
    stop, moving = front.post.token("moving"), front.post.token("move")

    def has_moved() -> bool:
        return sensitive.has_moved_since(front.desk, front.desk.visit("stop", stop, LATER))

    assert not has_moved()
    sensitive.move(front.desk, moving, LATER)
    assert has_moved()
    sensitive.restore(front.desk, front.post.token("moved"), LATER)
    assert not has_moved()
    with pytest.raises(TokenError):
        front.desk.visit("preferences", forwarded, LATER)


def test_the_old_address_can_take_a_move_back_for_a_week(front: Front, ada: Subscriber) -> None:
    sensitive.ask_to_move(front.desk, ada, "eve@evil.org", NOW)
    sensitive.move(front.desk, front.post.token("move"), LATER)
    token = front.post.token("moved")
    back, way_back = sensitive.restore(front.desk, token, LATER + timedelta(days=7))
    assert (back.email, way_back) == ("ada@old.org", None)
    assert front.post.letters[-1].kind == "moved_back"
    assert front.post.letters[-1].to_address == "eve@evil.org"
    assert "old.org" not in repr(front.post.letters[-1])
    assert sensitive.restore(front.desk, token, LATER + timedelta(days=7)) == (back, None)
    assert front.post.kinds().count("moved_back") == 1
    with pytest.raises(TokenError, match="expired"):
        sensitive.restore(front.desk, token, LATER + timedelta(days=8))


def moved_on(front: Front, reader: Subscriber, *addresses: str) -> dict[str, str]:
    """Move a reader's mails from one address to the next; return each one's way to take it back."""
    ways, now = {}, NOW
    for address in addresses:
        now += timedelta(minutes=1)
        sensitive.ask_to_move(front.desk, reader, address, now)
        old, reader = reader.email, sensitive.move(front.desk, front.post.token("move"), now)
        ways[old] = front.post.token("moved")
    return ways


@pytest.mark.parametrize("leaves", [False, True])
def test_every_earlier_address_can_take_its_mails_back_and_none_that_came_after(
    front: Front, ada: Subscriber, leaves: bool
) -> None:
    ways = moved_on(front, ada, "eve@b.org", "eve@c.org", "eve@d.org")
    thief = front.desk.by_number(ada.id)
    if leaves:
        front.desk.leave(thief, LATER, how="form")
    second, _ = sensitive.restore(front.desk, ways["eve@b.org"], LATER)
    assert second.email == "eve@b.org"
    with pytest.raises(TokenError, match="moved again"):
        sensitive.restore(front.desk, ways["eve@c.org"], LATER)
    back, way_back = sensitive.restore(front.desk, ways["ada@old.org"], LATER)
    assert (back.email, way_back) == ("ada@old.org", True if leaves else None)
    for stolen in ("eve@b.org", "eve@c.org"):
        with pytest.raises(TokenError, match="moved again"):
            sensitive.restore(front.desk, ways[stolen], LATER)
    if leaves:
        assert front.post.letters[-1].to_address == "ada@old.org"
        undo = front.post.token("goodbye")
        front.desk.undo_leave(front.desk.visit("undo", undo, LATER).reader, LATER)
    assert front.desk.by_number(ada.id).state == "active"


@pytest.mark.parametrize("state", ["pending", "left", "active"])
def test_a_subscription_that_has_ended_at_the_new_address_makes_room(
    front: Front, ada: Subscriber, state: str
) -> None:
    if state == "pending":
        front.desk.subscribe("ada@new.org", Preferences("y"), NOW)
    else:
        other = front.active("ada@new.org")
        if state == "left":
            front.desk.leave(other, NOW, how="one-click")
    sensitive.ask_to_move(front.desk, ada, "ada@new.org", NOW)
    token = front.post.token("move")
    if state == "active":
        with pytest.raises(ConsentError, match="subscribed already"):
            sensitive.move_asked(front.desk, token, LATER)
        return
    assert sensitive.move_asked(front.desk, token, LATER).replaces
    sensitive.move(front.desk, token, LATER)
    assert [each.keywords for each in front.store.readers.values()] == ["x"]
    assert front.desk.by_email("ada@new.org").id == ada.id


def test_who_stops_a_stranger_that_ended_the_subscription_gets_the_way_back(
    front: Front, ada: Subscriber
) -> None:
    wishes = Preferences("y")
    changed = front.desk.change(ada, wishes, NOW)
    stop = front.post.token("changed")
    front.desk.leave(changed, LATER, how="form")
    stopped = sensitive.stop(front.desk, stop, LATER)
    assert stopped.way_back is True
    letter = front.post.letters[-1]
    assert (letter.kind, letter.expires_at) == ("goodbye", LATER + timedelta(days=7))
    visit = front.desk.visit("undo", front.post.token("goodbye"), LATER)
    assert front.desk.undo_leave(visit.reader, LATER).state == "active"
    assert sensitive.stop(front.desk, stop, LATER).way_back is None


def test_a_link_asked_for_in_the_second_of_a_move_works(front: Front, ada: Subscriber) -> None:
    sensitive.ask_to_move(front.desk, ada, "ada@new.org", NOW)
    sensitive.move(front.desk, front.post.token("move"), LATER)
    front.desk.send_link("ada@new.org", LATER)
    assert front.desk.visit("change", front.post.token("link"), LATER).reader.id == ada.id


def test_a_move_to_another_readers_address_is_refused_only_behind_their_link(
    front: Front, ada: Subscriber
) -> None:
    front.desk.add("bob@b.org", Preferences("y"), NOW, confirmed=True, how="command")
    sensitive.ask_to_move(front.desk, ada, "bob@b.org", NOW)
    assert front.post.kinds() == ["move", "moving"]
    with pytest.raises(ConsentError, match="subscribed already"):
        sensitive.move(front.desk, front.post.token("move"), LATER)


def test_pressing_the_moves_button_twice_is_no_error(front: Front, ada: Subscriber) -> None:
    sensitive.ask_to_move(front.desk, ada, "ada@new.org", NOW)
    token = front.post.token("move")
    moved = sensitive.move(front.desk, token, LATER)
    assert sensitive.move(front.desk, token, LATER) == moved
    assert front.post.kinds() == ["move", "moving", "moved"]


def test_a_move_to_the_same_address_is_refused(front: Front, ada: Subscriber) -> None:
    with pytest.raises(AddressError, match="already"):
        sensitive.ask_to_move(front.desk, ada, "ADA@old.org", NOW)


def test_who_left_cannot_move(front: Front, ada: Subscriber) -> None:
    left = front.desk.leave(ada, NOW, how="form")
    with pytest.raises(ConsentError):
        sensitive.ask_to_move(front.desk, left, "ada@new.org", NOW)


@pytest.mark.parametrize("what", ["export", "erase"])
def test_downloading_and_erasing_take_a_second_mail_that_ends_in_a_day(
    front: Front, ada: Subscriber, what: str
) -> None:
    sensitive.ask_for(front.desk, ada, what, NOW)  # type: ignore[arg-type]
    (letter,) = front.post.letters
    assert (letter.kind, letter.to_address) == (what, "ada@old.org")
    token = front.post.token(what)
    assert front.desk.visit(what, token, LATER).reader == ada  # type: ignore[arg-type]
    with pytest.raises(TokenError, match="expired"):
        front.desk.visit(what, token, NOW + timedelta(days=2))  # type: ignore[arg-type]


def test_a_mails_token_does_not_erase(front: Front, ada: Subscriber) -> None:
    token = front.desk.links.mail_token(ada.id, 1, NOW)
    with pytest.raises(TokenError):
        front.desk.visit("erase", token, NOW)


def test_the_download_holds_everything_that_is_kept(front: Front, ada: Subscriber) -> None:
    data = sensitive.exported(ada, front.store.consents(ada.id), [])
    assert data["subscription"]["email"] == "ada@old.org"
    assert data["consent"][0]["action"] == "vouch"
    assert set(data["subscription"]) == set(Subscriber.__dataclass_fields__)
