"""Signed links: what they say, how long they last, and that nothing else passes."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.errors import TokenError
from subscribers.tokens import LIFETIMES, PREFERENCES_WITHIN, Purpose, Tokens, check_age
from tests.subscribers.desk import KEY, NOW

TOKENS = Tokens([KEY])
NEW_KEY = b"a new key of at least 32 bytes!!"
fields = st.lists(st.integers(0, 10**12) | st.text(max_size=30), max_size=4)


@settings(max_examples=100)
@given(fields)
def test_a_token_says_what_was_signed(said: list[int | str]) -> None:
    said = [s if isinstance(s, int) else s.encode("utf-8", "replace").decode() for s in said]
    token = TOKENS.sign("confirm", *said, now=NOW)
    claim = TOKENS.read("confirm", token, NOW)
    assert claim.fields == tuple(said)
    assert claim.issued_at == NOW


def test_a_mails_token_is_short_and_needs_no_escaping() -> None:
    token = TOKENS.sign("mail", 1_000_000, 4_000, now=NOW)
    assert len(token) < 70
    assert token.replace(".", "").replace("-", "").replace("_", "").isalnum()


def test_tokens_are_for_ever_the_same_bytes() -> None:
    # Mails of years ago hold them: another way to sign would end every link that is out.
    said = "n5.n7.tb9me0.5D9v-7ix-oDYejIEc8DLz22H9fdsDncSIZrM58TpJyk"
    assert TOKENS.sign("mail", 5, 7, now=NOW) == said


def test_a_token_is_what_itsdangerous_would_sign() -> None:
    token = TOKENS.sign("mail", 12, "word", now=NOW)
    signer = Tokens([bytes(32), KEY])._readers["mail"]  # the newest of its keys signs
    assert signer.sign(token.rpartition(".")[0]).decode() == token


def test_a_token_has_a_thousand_characters_at_most() -> None:
    blank = len(TOKENS.sign("restore", "", now=NOW))
    for letters in range(690, 720):
        token = TOKENS.sign("restore", "x" * letters, now=NOW)
        assert len(token) > blank
        if len(token) <= 1_000:
            assert TOKENS.read("restore", token, NOW).words() == ("x" * letters,)
        else:
            with pytest.raises(TokenError, match="incomplete"):
                TOKENS.read("restore", token, NOW)
    with pytest.raises(TokenError, match=r"^this link is incomplete or was changed"):
        TOKENS.read("restore", "x" * 1_000, NOW)


@pytest.mark.parametrize("purpose", [p for p in get_args(Purpose) if p != "confirm"])
def test_a_token_is_good_for_its_own_purpose_only(purpose: Purpose) -> None:
    with pytest.raises(TokenError):
        TOKENS.read(purpose, TOKENS.sign("confirm", 1, now=NOW), NOW)


def test_how_long_links_work() -> None:
    days = {
        "confirm": 7,
        "move": 2,
        "stop": 7,
        "restore": 7,
        "export": 1,
        "erase": 1,
        "form": 1,
        "invite": 30,
    }
    expected = {p: timedelta(days=d) for p, d in days.items()}
    assert {p: LIFETIMES[p] for p in expected} == expected  # type: ignore[index]
    assert LIFETIMES["mail"] is None
    assert timedelta(days=90) == PREFERENCES_WITHIN


@pytest.mark.parametrize("purpose", [p for p in LIFETIMES if LIFETIMES[p]])
def test_a_token_expires(purpose: Purpose) -> None:
    lifetime = LIFETIMES[purpose]
    assert lifetime is not None
    token = TOKENS.sign(purpose, 1, now=NOW)
    assert TOKENS.read(purpose, token, NOW + lifetime).fields == (1,)
    with pytest.raises(TokenError, match="expired"):
        TOKENS.read(purpose, token, NOW + lifetime + timedelta(seconds=1))


def test_a_mails_token_never_expires_by_itself() -> None:
    token = TOKENS.sign("mail", 1, 2, now=NOW)
    claim = TOKENS.read("mail", token, NOW + timedelta(days=20_000))
    with pytest.raises(TokenError, match="expired"):
        check_age(claim, timedelta(days=90), NOW + timedelta(days=91))


def test_a_token_from_the_future_is_refused_but_clocks_may_differ_a_little() -> None:
    token = TOKENS.sign("confirm", 1, now=NOW + timedelta(minutes=5))
    assert TOKENS.read("confirm", token, NOW)
    with pytest.raises(TokenError, match="future"):
        TOKENS.read("confirm", token, NOW - timedelta(seconds=1))


def test_old_links_survive_a_new_key_and_end_with_the_old_one() -> None:
    token = TOKENS.sign("mail", 1, 2, now=NOW)
    assert Tokens([KEY, NEW_KEY]).read("mail", token, NOW).fields == (1, 2)
    with pytest.raises(TokenError):
        Tokens([NEW_KEY]).read("mail", token, NOW)


def test_the_newest_key_signs() -> None:
    token = Tokens([KEY, NEW_KEY]).sign("mail", 1, 2, now=NOW)
    assert Tokens([NEW_KEY]).read("mail", token, NOW).fields == (1, 2)


def test_fields_are_told_apart_by_kind() -> None:
    fields = TOKENS.read("restore", TOKENS.sign("restore", 7, "a@b.org", "k", now=NOW), NOW)
    assert (fields.numbers(), fields.words()) == ((7,), ("a@b.org", "k"))


def test_a_rotation_keeps_the_hashes_of_addresses() -> None:
    assert Tokens([KEY, NEW_KEY]).address_key == Tokens([KEY]).address_key == KEY


@pytest.mark.parametrize("keys", [[], [b"short"], [KEY, b""]])
def test_weak_keys_are_refused(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 random bytes"):
        Tokens(keys)


@settings(max_examples=200)
@given(st.integers(0, 200), st.characters())
def test_a_token_with_one_character_changed_is_refused(at: int, character: str) -> None:
    token = TOKENS.sign("mail", 12, 34, now=NOW)
    at %= len(token)
    changed = token[:at] + character + token[at + 1 :]
    try:
        claim = TOKENS.read("mail", changed, NOW)
    except TokenError:
        return
    # base64 has spare bits in its last character: another spelling of the same signature
    assert changed == token or at == len(token) - 1
    assert claim.fields == (12, 34)


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_any_text_is_refused_without_another_error(text: str) -> None:
    with pytest.raises(TokenError):
        TOKENS.read("mail", text, NOW)


@pytest.mark.parametrize("value", ["", ".", "n1.zzzzzzzzzzzzzz", "x1.t0", "n1.-5", "ta.1", "t_w.1"])
def test_a_signed_text_that_is_no_token_is_refused(value: str) -> None:
    token = TOKENS._readers["mail"].sign(value).decode()
    with pytest.raises(TokenError):
        TOKENS.read("mail", token, NOW)


def test_a_token_of_absurd_length_is_refused_at_once() -> None:
    with pytest.raises(TokenError):
        TOKENS.read("mail", "a." * 1_000_000, NOW)
