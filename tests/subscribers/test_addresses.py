"""Addresses and names: what is taken, what is refused and why."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.addresses import (
    MAX_NAME,
    address_hash,
    address_keys,
    mailbox_key,
    masked,
    parse_address,
    parse_name,
)
from subscribers.errors import AddressError


@pytest.mark.parametrize(
    ("typed", "email", "key"),
    [
        (" ada@example.org\n", "ada@example.org", "ada@example.org"),
        ("Ada.L+papers@EXAMPLE.org", "Ada.L+papers@example.org", "ada.l+papers@example.org"),
        ("用户@例え.jp", "用户@例え.jp", "用户@xn--r8jz45g.jp"),
        ("ada@xn--r8jz45g.jp", "ada@例え.jp", "ada@xn--r8jz45g.jp"),
        ("¸@x.org", "¸@x.org", "\u0327@x.org"),
        ("ada@lab.test", "ada@lab.test", "ada@lab.test"),
        ("Ada Two <ada@example.org>", "ada@example.org", "ada@example.org"),
        ('"Two, Ida" <ida@example.org>;', "ida@example.org", "ida@example.org"),
        ("mailto:ada@example.org", "ada@example.org", "ada@example.org"),
        ("<ada@example.org>, ", "ada@example.org", "ada@example.org"),
        ("ada@example.org.", "ada@example.org", "ada@example.org"),
    ],
)
def test_an_address_is_kept_as_typed_and_found_by_its_key(typed: str, email: str, key: str) -> None:
    address = parse_address(typed)
    assert (address.email, address.key) == (email, key)


@pytest.mark.parametrize(
    "typed",
    ["", "ada", "ada@", "@example.org", "ada@example", "a b@example.org", "ada@ex ample.org",
     "ada@example.org\r\nBcc: eve@example.org", "a\0b@example.org",
     "ada@[127.0.0.1]", "ada@example.org,eve@example.org", "a" * 65 + "@example.org", "ada@-x.org",
     "ada\u202e@example.org", "ada@localhost"],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(AddressError):
        parse_address(typed)


def test_refused_domains_are_refused_with_their_subdomains() -> None:
    refused = {"throwaway.example"}
    for typed in ("a@throwaway.example", "a@x.throwaway.example", "a@THROWAWAY.example"):
        with pytest.raises(AddressError, match=r"not taken here|reserved"):
            parse_address(typed, refused)
    assert parse_address("a@notthrowaway.com", {"throwaway.com"}).domain == "notthrowaway.com"
    with pytest.raises(AddressError, match="not taken here"):
        parse_address("a@x.throwaway.com", {"throwaway.com"})


@pytest.mark.parametrize(
    "name", ["Ada Lovelace", "王小明", "محمد", "José d'Ávila-Núñez", "", "हिन्दी"]
)
def test_names_in_any_script_are_kept(name: str) -> None:
    assert parse_name(f" {name} ") == name


@pytest.mark.parametrize("name", ["a\nb", "a\r\nBcc: x", "a\0", "a\u202eb", "a\u2028b", "x" * 101])
def test_a_name_that_could_break_a_header_is_refused(name: str) -> None:
    with pytest.raises(AddressError):
        parse_name(name)


@settings(max_examples=150)
@given(
    st.text(max_size=40) | st.from_regex(r"[^@\s]{1,9}@[a-z.-]{1,9}\.[a-z]{2,3}", fullmatch=True)
)
def test_any_text_is_an_address_in_one_line_or_refused(text: str) -> None:
    try:
        address = parse_address(text)
    except AddressError as error:
        assert str(error)
        return
    assert not any(c.isspace() or ord(c) < 32 for c in address.email + address.key)
    assert parse_address(address.email).key == address.key


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("Ada.L+papers@Example.org", "ada.l@example.org"),
        ("a.d.a+1+2@gmail.com", "ada@gmail.com"),
        ("A.da@GoogleMail.com", "ada@gmail.com"),
        ("a.da@notgmail.com", "a.da@notgmail.com"),
        ("+papers@example.org", "+papers@example.org"),
        ("ａda@example.org", "ada@example.org"),
        ("㎑@example.org", "khz@example.org"),
        ('"a@b"@example.org', '"a@b"@example.org'),
        ("ada@例え.jp", "ada@例え.jp"),
    ],
)
def test_limits_count_a_mailbox_once_in_all_its_forms(email: str, mailbox: str) -> None:
    assert mailbox_key(email) == mailbox


def test_the_keys_of_a_trial_are_those_that_find_its_readers() -> None:
    keys = address_keys(["ADA@example.org", " bo@Example.ORG "])
    assert keys == tuple(parse_address(each).key for each in ("ada@example.org", "bo@example.org"))
    with pytest.raises(AddressError):
        address_keys(["ada@example.org", "nobody"])


def test_the_longest_name_is_kept_whole() -> None:
    assert parse_name("x" * MAX_NAME) == "x" * MAX_NAME


def test_the_hash_of_an_address_needs_the_key() -> None:
    one = address_hash("ada@example.org", b"k" * 32)
    assert one == address_hash("ada@example.org", b"k" * 32)
    assert one != address_hash("ada@example.org", b"j" * 32)
    assert "ada" not in one


def test_a_masked_address_shows_one_letter() -> None:
    assert masked("ada@example.org") == "a…@example.org"
