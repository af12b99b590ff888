"""The life of a subscription, without pages: what is kept, what is mailed, what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from subscribers.errors import AddressError, ConsentError, TokenError, UnknownReader
from subscribers.preferences import Preferences, preferences_of
from subscribers.store import Subscriber
from tests.subscribers.desk import NOW, Front, open_desk

WISHES = Preferences('"continual learning"^2, diffusion', name="Ada")
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def front() -> Front:
    return open_desk(base_url="https://digest.example")


def active(front: Front, email: str = "ada@example.org") -> Subscriber:
    reader, _ = front.desk.add(email, WISHES, NOW, confirmed=True, how="command")
    return reader


def actions(front: Front, reader: Subscriber) -> list[str]:
    return [f"{c.action}/{c.how}/{c.source}" for c in front.store.consents(reader.id)]


def test_a_request_waits_for_the_button_behind_the_confirmation_link(front: Front) -> None:
    front.desk.subscribe("Ada@Example.org", WISHES, NOW)
    (letter,) = front.post.letters
    assert (letter.kind, letter.to_address, letter.keywords) == (
        "confirm",
        "Ada@example.org",
        WISHES.keywords,
    )
    assert letter.link.startswith("https://digest.example/confirm/")
    reader = front.desk.by_email("ada@example.org")
    assert reader.state == "pending"
    confirmed = front.desk.confirm(front.post.token("confirm"), LATER)
    assert (confirmed.state, confirmed.confirmed_at) == ("active", LATER)
    assert actions(front, reader) == ["ask/form/reader", "confirm/link/reader"]


def test_pressing_confirm_twice_changes_nothing_more(front: Front) -> None:
    front.desk.subscribe("ada@example.org", WISHES, NOW)
    token = front.post.token("confirm")
    first = front.desk.confirm(token, LATER)
    assert front.desk.confirm(token, LATER + timedelta(hours=1)) == first
    assert len(front.store.evidence) == 2


def test_a_confirmation_link_expires(front: Front) -> None:
    front.desk.subscribe("ada@example.org", WISHES, NOW)
    with pytest.raises(TokenError, match="expired"):
        front.desk.confirm(front.post.token("confirm"), NOW + timedelta(days=8))


def test_asking_again_while_pending_keeps_the_newest_keywords(front: Front) -> None:
    front.desk.subscribe("ada@example.org", WISHES, NOW)
    front.desk.subscribe("ada@example.org", Preferences("robots"), LATER)
    assert front.desk.by_email("ada@example.org").keywords == "robots"
    assert front.post.kinds() == ["confirm", "confirm"]


def test_a_known_address_gets_a_link_to_its_preferences_and_keeps_them(front: Front) -> None:
    reader = active(front)
    front.desk.subscribe("ADA@example.org", Preferences("robots"), LATER)
    (letter,) = front.post.letters
    assert (letter.kind, letter.to_address) == ("known", "ada@example.org")
    assert front.desk.by_email("ada@example.org") == reader


def test_a_lookalike_address_never_receives_another_ones_letter(front: Front) -> None:
    active(front, "ada@example.org")
    front.desk.subscribe("ａda@example.org", Preferences("robots"), LATER)
    assert [letter.to_address for letter in front.post.letters] == ["ada@example.org"]


def test_a_letter_beyond_the_limit_is_not_sent_and_nobody_is_told(front: Front) -> None:
    front.desk.may_post = lambda key: False
    front.desk.subscribe("ada@example.org", WISHES, NOW)
    active(front, "bob@example.org")
    front.desk.subscribe("bob@example.org", WISHES, NOW)
    front.desk.send_link("bob@example.org", NOW)
    assert front.post.letters == []


def test_the_operator_vouches_and_no_letter_goes_out(front: Front) -> None:
    reader, is_new = front.desk.add("ada@example.org", WISHES, NOW, confirmed=True, how="command")
    assert (reader.state, reader.confirmed_at, is_new) == ("active", NOW, True)
    assert actions(front, reader) == ["vouch/command/operator"]
    assert front.post.letters == []


def test_without_vouching_the_reader_is_asked(front: Front) -> None:
    reader, is_new = front.desk.add("ada@example.org", WISHES, NOW, confirmed=False, how="command")
    assert (reader.state, is_new) == ("pending", True)
    assert front.post.kinds() == ["confirm"]


def test_adding_a_known_reader_updates_them(front: Front) -> None:
    reader = active(front)
    again, is_new = front.desk.add(
        "ada@example.org", Preferences("robots"), LATER, confirmed=False, how="command"
    )
    assert (again.id, again.keywords, again.state, is_new) == (reader.id, "robots", "active", False)
    assert front.post.letters == []


def test_leaving_is_immediate_and_can_be_taken_back_for_a_week(front: Front) -> None:
    reader = active(front)
    left = front.desk.leave(reader, NOW, how="one-click")
    assert (left.state, left.left_at) == ("left", NOW)
    assert front.desk.leave(left, LATER, how="one-click") == left
    back = front.desk.undo_leave(left, NOW + timedelta(days=7))
    assert (back.state, back.keywords, back.left_at) == ("active", WISHES.keywords, None)
    again = front.desk.leave(back, LATER, how="form")
    with pytest.raises(ConsentError, match="week is over"):
        front.desk.undo_leave(again, LATER + timedelta(days=8))


def test_leaving_works_from_a_page_that_is_out_of_date(front: Front) -> None:
    reader = active(front)
    front.desk.pause(reader, None, NOW)
    assert front.desk.leave(reader, NOW, how="form").state == "left"


def test_who_never_confirmed_cannot_come_in_by_undoing(front: Front) -> None:
    front.desk.subscribe("ada@example.org", WISHES, NOW)
    left = front.desk.leave(front.desk.by_email("ada@example.org"), NOW, how="form")
    with pytest.raises(ConsentError, match="never confirmed"):
        front.desk.undo_leave(left, NOW)


def test_a_change_does_not_bring_back_who_left_meanwhile(front: Front) -> None:
    reader = active(front)
    front.desk.leave(reader, NOW, how="one-click")
    with pytest.raises(ConsentError):
        front.desk.change(reader, Preferences("robots"), NOW)
    assert front.desk.by_number(reader.id).state == "left"


def test_all_preferences_can_be_changed(front: Front) -> None:
    wishes = Preferences("robots", "A. L.", "pt-BR", "UTC", 6, "weekly", (4,), 5, False)
    changed = front.desk.change(active(front), wishes, NOW)
    assert preferences_of(front.desk.by_number(changed.id)) == wishes


def test_a_keyword_is_muted_by_its_place_and_text(front: Front) -> None:
    reader = active(front)
    muted = front.desk.mute(reader, 0, "continual learning", NOW)
    assert muted.keywords == "diffusion"
    with pytest.raises(ConsentError, match="not at that place"):
        front.desk.mute(muted, 1, "diffusion", NOW)
    with pytest.raises(ConsentError, match="only keyword"):
        front.desk.mute(muted, 0, "diffusion", NOW)


def test_a_mails_link_says_who_came(front: Front) -> None:
    reader = active(front)
    token = front.desk.links.mail_token(reader.id, 12, NOW)
    visit = front.desk.visit(token, LATER)
    assert (visit.reader, visit.edition) == (reader, 12)


def test_an_old_mail_still_unsubscribes_but_changes_nothing_else(front: Front) -> None:
    reader = active(front)
    token = front.desk.links.mail_token(reader.id, 12, NOW)
    years = NOW + timedelta(days=3_000)
    assert front.desk.visit(token, years, strict=False).reader == reader
    with pytest.raises(TokenError, match="expired"):
        front.desk.visit(token, years)


def test_the_link_of_somebody_erased_finds_nobody(front: Front) -> None:
    reader = active(front)
    token = front.desk.links.mail_token(reader.id, 12, NOW)
    front.desk.erase(reader, NOW, how="command", source="operator")
    with pytest.raises(UnknownReader):
        front.desk.visit(token, LATER, strict=False)


def test_erasing_keeps_only_evidence_without_the_address(front: Front) -> None:
    reader = active(front)
    front.desk.erase(reader, LATER, how="link", source="reader")
    assert front.store.readers == {}
    assert actions(front, reader) == ["vouch/command/operator", "erase/link/reader"]
    assert "ada" not in repr(front.store.evidence)


def test_a_fresh_link_goes_to_readers_only(front: Front) -> None:
    active(front)
    front.desk.send_link("ada@example.org", NOW)
    front.desk.send_link("nobody@example.org", NOW)
    assert [(letter.kind, letter.to_address) for letter in front.post.letters] == [
        ("link", "ada@example.org")
    ]


def test_refused_domains_are_refused() -> None:
    front = open_desk(refused_domains=frozenset({"throwaway.com"}))
    with pytest.raises(AddressError):
        front.desk.subscribe("x@throwaway.com", WISHES, NOW)


def test_known_and_unknown_addresses_cost_the_same_lookups(front: Front) -> None:
    active(front)
    front.store.calls.clear()
    front.desk.send_link("ada@example.org", NOW)
    known = list(front.store.calls)
    front.store.calls.clear()
    front.desk.send_link("nobody@example.org", NOW)
    assert front.store.calls == known


def test_a_link_never_opens_the_door_of_somebody_who_came_later(front: Front) -> None:
    ada = active(front)
    token = front.desk.links.mail_token(ada.id, 12, NOW)
    front.desk.erase(ada, NOW, how="link", source="reader")
    front.store.last = ada.id - 1  # a store that gives numbers again
    bo, _ = front.desk.add("bo@example.org", WISHES, LATER, confirmed=True, how="command")
    assert bo.id == ada.id
    for strict in (True, False):
        with pytest.raises(UnknownReader):
            front.desk.visit(token, LATER, strict=strict)
