"""Invitations: one letter, behind which people choose keywords or decline."""

from __future__ import annotations

from datetime import timedelta

import pytest

from subscribers.errors import AddressError, ConsentError, InvitedOnly, TokenError, UnknownReader
from subscribers.import_export import read_rows
from subscribers.importing import Imported, import_rows, invite_rows
from subscribers.invitations import accept, decline, invited
from subscribers.own_data import ask_to_move
from subscribers.preferences import Preferences
from subscribers.upkeep import look_after
from tests.subscribers.desk import NOW, Front, open_desk

WISHES = Preferences("diffusion")
LATER = NOW + timedelta(days=2)


@pytest.fixture
def front() -> Front:
    return open_desk()


def invite_all(front: Front, text: str, *, again: bool = False) -> Imported:
    return invite_rows(front.desk, read_rows(text.encode()), NOW, again=again)


def counts(outcome: Imported) -> tuple[int, int, int]:
    return outcome.invited, outcome.waiting, len(outcome.rejected)


def test_an_invitation_is_one_letter_and_its_button_begins(front: Front) -> None:
    assert counts(invite_all(front, "ada@example.org\nbo@example.org\n")) == (2, 0, 0)
    assert front.post.kinds() == ["invite", "invite"]
    assert [r.state for r in front.store.every()] == ["pending", "pending"]
    assert counts(invite_all(front, "ada@example.org\nbo@example.org\n")) == (0, 2, 0)
    assert len(front.post.letters) == 2, "who was asked is not asked again"
    reader = accept(front.desk, front.post.token("invite"), WISHES, LATER)
    assert (reader.email, reader.state, reader.keywords) == (
        "bo@example.org",
        "active",
        "diffusion",
    )
    assert [c.how for c in front.store.consents(reader.id)] == ["invite", "invite"]
    with pytest.raises(ConsentError):
        accept(front.desk, front.post.token("invite"), Preferences("x"), LATER)


def test_who_declines_is_never_invited_again(front: Front) -> None:
    invite_all(front, "ada@example.org\n")
    token = front.post.token("invite")
    decline(front.desk, token, LATER)
    assert front.desk.by_email("ada@example.org").state == "left"
    again = invite_all(front, "ada@example.org\n", again=True)
    assert counts(again) == (0, 0, 1)
    assert front.post.kinds() == ["invite"]
    with pytest.raises(ConsentError):
        accept(front.desk, token, WISHES, LATER)


def test_who_reads_or_was_erased_is_not_written_to(front: Front) -> None:
    front.active("ada@example.org")
    front.desk.erase(front.active("bo@example.org"), NOW, how="link", source="reader")
    assert counts(invite_all(front, "ada@example.org\nbo@example.org\n", again=True)) == (0, 1, 1)
    assert front.post.letters == []


def test_an_unanswered_invitation_is_forgotten_after_a_month(front: Front) -> None:
    invite_all(front, "ada@example.org\n")
    token = front.post.token("invite")
    assert look_after(front.desk, NOW + timedelta(days=29)) == (0, 0)
    assert invited(front.desk, token, NOW + timedelta(days=29)).email == "ada@example.org"
    assert look_after(front.desk, NOW + timedelta(days=31)) == (0, 1)
    with pytest.raises((TokenError, UnknownReader)):
        invited(front.desk, token, NOW + timedelta(days=29))


def test_an_invitation_shows_and_keeps_nothing_that_a_stranger_asked_for(front: Front) -> None:
    front.desk.subscribe("ａda@example.org", Preferences("evil", name="Eve"), NOW)
    outcome = invite_all(front, "ada@example.org\n")
    assert counts(outcome) == (0, 1, 0)
    invite_all(front, "ada@example.org\n", again=True)
    assert front.post.letters[-1].to_address == "ada@example.org"
    token = front.post.token("invite")
    seen = invited(front.desk, token, NOW)
    assert (seen.name, seen.keywords) == ("", "")
    reader = accept(front.desk, token, WISHES, NOW)
    assert (reader.email, reader.name, reader.keywords) == ("ada@example.org", "", "diffusion")
    with pytest.raises(TokenError):
        front.desk.confirm(front.post.token("confirm"), NOW)


def test_a_strangers_letter_and_the_invitation_end_each_other(front: Front) -> None:
    invite_all(front, "ada@example.org\n")
    token = front.post.token("invite")
    front.desk.subscribe("ada@example.org", WISHES, NOW)
    front.desk.confirm(front.post.token("confirm"), NOW)
    with pytest.raises(ConsentError):
        accept(front.desk, token, Preferences("other"), NOW)


def test_names_and_languages_of_a_file_are_kept_for_the_page(front: Front) -> None:
    invite_all(front, 'email,name,language\nada@example.org,"Ada, L.",de\n')
    reader = invited(front.desk, front.post.token("invite"), NOW)
    assert (reader.name, reader.language, reader.keywords) == ("Ada, L.", "de", "")
    assert front.post.letters[-1].language == "de"


def test_keywords_in_a_file_of_guests_are_told_not_dropped(front: Front) -> None:
    outcome = invite_all(front, "email,name,keywords\nada@example.org,Ada,robots\n")
    assert counts(outcome) == (0, 0, 1)
    assert "import" in outcome.rejected[0].reason


def test_importing_rows_without_keywords_invites(front: Front) -> None:
    data = b"email,name,keywords\nada@example.org,Ada,robots\nbo@example.org,Bo,\n"
    result = import_rows(front.desk, read_rows(data), NOW, confirmed=True)
    assert (result.added, result.invited, result.rejected) == (1, 1, [])
    assert front.post.kinds() == ["invite"]
    assert front.desk.by_email("bo@example.org").state == "pending"
    given = import_rows(front.desk, read_rows(data), NOW, confirmed=True, keywords="whales")
    assert (given.updated, given.invited) == (2, 0)
    assert front.desk.by_email("bo@example.org").keywords == "whales"
    assert front.desk.by_email("ada@example.org").keywords == "robots"


def test_without_an_invitation_nobody_subscribes_where_readers_are_invited() -> None:
    front = open_desk(is_invited_only=True)
    front.active("ada@example.org")
    for address in ("ada@example.org", "bo@example.org", "no address"):
        with pytest.raises(InvitedOnly):
            front.desk.subscribe(address, WISHES, NOW)
    assert front.post.letters == []
    invite_all(front, "bo@example.org\n")
    assert accept(front.desk, front.post.token("invite"), WISHES, NOW).state == "active"


@pytest.mark.parametrize(
    ("email", "is_taken"),
    [
        ("a@lab.example", True),
        ("a@CS.Lab.Example", True),
        ("a@bücher.example", True),
        ("a@xn--bcher-kva.example", True),
        ("a@lab.example.org", False),
        ("a@mylab.example", False),
        ("a@example", False),
        ('"a@lab.example"@other.example', False),
    ],
)
def test_only_the_allowed_domains_may_be_entered_by_readers(email: str, is_taken: bool) -> None:
    front = open_desk(allowed_domains=frozenset({"lab.example", "xn--bcher-kva.example"}))
    reader = front.active("op@elsewhere.example")  # the operator may add whom they like
    for enter in (
        lambda: front.desk.subscribe(email, WISHES, NOW),
        lambda: ask_to_move(front.desk, reader, email, NOW),
    ):
        if is_taken:
            enter()
        else:
            with pytest.raises(AddressError):
                enter()
