"""The life of a subscription, without pages: what is kept, what is mailed, what is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from subscribers import own_data
from subscribers.errors import AddressError, ConsentError, TokenError, UnknownReader, UsedLink
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
    assert (letter.kind, letter.to_address) == ("confirm", "Ada@example.org")
    assert letter.link.startswith("https://digest.example/confirm/")
    reader = front.desk.by_email("ada@example.org")
    assert reader.state == "pending"
    confirmed = front.desk.confirm(front.post.token("confirm"), LATER)
    assert (confirmed.state, confirmed.confirmed_at) == ("active", LATER)
    assert actions(front, reader) == ["ask/form/reader", "confirm/link/reader"]


def test_a_confirmation_link_confirms_one_request_once(front: Front) -> None:
    front.desk.subscribe("ada@example.org", WISHES, NOW)
    token = front.post.token("confirm")
    front.desk.confirm(token, LATER)
    with pytest.raises(UsedLink):
        front.desk.confirm(token, LATER + timedelta(hours=1))
    assert len(front.store.evidence) == 2


@pytest.mark.parametrize("meanwhile", ["left", "moved", "vouched", "left and asked anew"])
def test_an_old_confirmation_link_does_nothing_to_what_came_after(
    front: Front, meanwhile: str
) -> None:
    front.desk.subscribe("ada@example.org", WISHES, NOW)
    old = front.post.token("confirm")
    front.desk.subscribe("ada@example.org", WISHES, NOW)
    reader = front.desk.confirm(front.post.token("confirm"), LATER)
    if meanwhile.startswith("left"):
        front.desk.leave(reader, LATER, how="form")
    if meanwhile == "left and asked anew":
        front.desk.subscribe("ada@example.org", Preferences("a stranger's"), LATER)
    if meanwhile == "moved":
        own_data.ask_to_move(front.desk, reader, "ada@new.org", LATER)
        own_data.move(front.desk, front.post.token("move"), LATER)
    if meanwhile == "vouched":
        front.desk.add("ada@example.org", WISHES, LATER, confirmed=True, how="command")
    before = front.desk.by_number(reader.id)
    with pytest.raises(TokenError):
        front.desk.confirm(old, LATER + timedelta(minutes=1))
    assert front.desk.by_number(reader.id) == before


def test_a_confirmation_link_obeys_that_was_not_me(front: Front) -> None:
    reader = front.active()
    front.desk.leave(reader, NOW, how="one-click")
    front.desk.subscribe("ada@example.org", WISHES, NOW)
    own_data.stop(front.desk, front.desk.links.stop(reader.id, NOW).rpartition("/")[2], NOW)
    with pytest.raises(TokenError, match="no longer works"):
        front.desk.confirm(front.post.token("confirm"), LATER)


def test_asking_for_an_address_that_has_left_changes_nothing_of_theirs(front: Front) -> None:
    left = front.desk.leave(front.active(keywords="robots"), NOW, how="form")
    front.desk.subscribe("ada@example.org", WISHES, LATER)
    assert front.desk.by_number(left.id) == left
    assert front.desk.undo_leave(left, LATER).keywords == "robots"


def test_an_address_that_has_left_comes_back_by_its_own_letter(front: Front) -> None:
    left = front.desk.leave(front.active(keywords="robots"), NOW, how="form")
    front.desk.subscribe("ada@example.org", WISHES, LATER)
    back = front.desk.confirm(front.post.token("confirm"), LATER)
    assert (back.id, back.state, back.keywords) == (left.id, "active", WISHES.keywords)


def test_a_twin_of_a_pending_address_gets_only_its_own_letter(front: Front) -> None:
    front.desk.subscribe("ada@example.org", WISHES, NOW)
    front.desk.subscribe("ａda@example.org", Preferences("robots"), LATER)
    assert [letter.to_address for letter in front.post.letters] == [
        "ada@example.org",
        "ａda@example.org",
    ]
    first = front.post.letters[0].link.rpartition("/")[2]
    confirmed = front.desk.confirm(first, LATER)
    assert (confirmed.email, confirmed.keywords) == ("ada@example.org", WISHES.keywords)


def test_the_first_letter_holds_no_word_of_the_request(front: Front) -> None:
    wishes = Preferences("claim your prize at evil.example", name="Your bank, call +1 555")
    front.desk.subscribe("ada@example.org", wishes, NOW)
    (letter,) = front.post.letters
    assert (letter.to_name, letter.keywords) == ("", "")
    assert "evil" not in repr(letter)
    assert "bank" not in repr(letter)


def test_a_confirmation_link_expires(front: Front) -> None:
    front.desk.subscribe("ada@example.org", WISHES, NOW)
    with pytest.raises(TokenError, match="expired"):
        front.desk.confirm(front.post.token("confirm"), NOW + timedelta(days=8))


def test_each_letter_confirms_what_its_own_request_asked_for(front: Front) -> None:
    front.desk.subscribe("ada@example.org", WISHES, NOW)
    front.desk.subscribe("ada@example.org", Preferences("robots"), LATER)
    assert front.desk.by_email("ada@example.org").keywords == WISHES.keywords
    assert front.post.kinds() == ["confirm", "confirm"]
    assert front.desk.confirm(front.post.token("confirm"), LATER).keywords == "robots"


def test_a_known_address_gets_a_link_to_its_preferences_and_keeps_them(front: Front) -> None:
    reader = active(front)
    front.desk.subscribe(" ada@EXAMPLE.org", Preferences("robots"), LATER)
    (letter,) = front.post.letters
    assert (letter.kind, letter.to_address) == ("known", "ada@example.org")
    assert front.desk.by_email("ada@example.org") == reader


def test_a_lookalike_address_never_receives_another_ones_letter(front: Front) -> None:
    active(front, "ada@example.org")
    front.desk.subscribe("ａda@example.org", Preferences("robots"), LATER)
    front.desk.send_link("ａda@example.org", LATER)
    for letter in front.post.letters:
        to_the_twin = letter.to_address == "ａda@example.org"
        assert letter.kind == ("move" if to_the_twin else "moving")
        if to_the_twin:  # no key to the subscription, and not a word of it
            assert (letter.to_name, letter.keywords) == ("", "")
            assert "/move/" in letter.link


def test_a_letter_beyond_the_limit_is_not_sent_and_nobody_is_told(front: Front) -> None:
    front.desk.limits.may_post = lambda key: False
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
    visit = front.desk.visit("preferences", token, LATER)
    assert (visit.reader, visit.edition) == (reader, 12)


def test_an_old_mail_still_unsubscribes_but_changes_nothing_else(front: Front) -> None:
    reader = active(front)
    token = front.desk.links.mail_token(reader.id, 12, NOW)
    years = NOW + timedelta(days=3_000)
    assert front.desk.visit("unsubscribe", token, years).reader == reader
    with pytest.raises(TokenError, match="expired"):
        front.desk.visit("preferences", token, years)


def test_the_link_of_somebody_erased_finds_nobody(front: Front) -> None:
    reader = active(front)
    token = front.desk.links.mail_token(reader.id, 12, NOW)
    front.desk.erase(reader, NOW, how="command", source="operator")
    with pytest.raises(UnknownReader):
        front.desk.visit("unsubscribe", token, LATER)


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
    for act in ("preferences", "unsubscribe"):
        with pytest.raises(UnknownReader):
            front.desk.visit(act, token, LATER)


@pytest.mark.parametrize("until", [None, date(2026, 5, 1)])
def test_a_pause_is_kept_through_leaving_and_undoing(front: Front, until: date | None) -> None:
    paused = front.desk.pause(active(front), until, NOW)
    left = front.desk.leave(paused, LATER, how="one-click")
    front.desk.leave(left, LATER, how="form")  # twice is once
    back = front.desk.undo_leave(front.desk.by_number(paused.id), LATER)
    assert (back.state, back.paused_until) == ("paused", until)
    assert back == front.desk.by_number(back.id)
    steps = [each.action for each in front.store.consents(back.id)]
    assert steps[-3:] == ["leave", "undo", "pause"]


def test_who_comes_back_by_a_new_request_is_not_paused(front: Front) -> None:
    paused = front.desk.pause(active(front), date(2026, 5, 1), NOW)
    front.desk.leave(paused, LATER, how="form")
    front.desk.subscribe(paused.email, Preferences("robots"), LATER)
    back = front.desk.confirm(front.post.token("confirm"), LATER)
    assert (back.state, back.paused_until) == ("active", None)
    front.desk.leave(front.desk.pause(back, date(2026, 6, 1), LATER), LATER, how="form")
    vouched, _ = front.desk.add(
        paused.email, Preferences("birds"), LATER, confirmed=True, how="import"
    )
    assert (vouched.state, vouched.paused_until) == ("active", None)


def test_a_pause_that_ended_before_leaving_does_not_come_back(front: Front) -> None:
    paused = front.desk.pause(active(front), None, NOW)
    running = front.desk.resume(paused, NOW)
    left = front.desk.leave(running, LATER, how="form")
    assert front.desk.undo_leave(left, LATER).state == "active"


def test_undoing_ends_what_a_stranger_asked_for_meanwhile(front: Front) -> None:
    reader, _ = front.desk.add("ada@example.org", Preferences("x"), NOW, confirmed=True, how="test")
    left = front.desk.leave(reader, NOW, how="form")
    front.desk.subscribe("ada@example.org", Preferences("strange"), NOW)
    front.desk.undo_leave(left if left.state == "left" else reader, NOW)
    with pytest.raises(UsedLink):
        front.desk.requests.to_confirm(front.post.token("confirm"), NOW)
