"""Headers by hand."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timedelta, timezone
from email.header import decode_header, make_header

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.delivery import headers


@given(st.text(max_size=400))
@example("=?utf-8?q?x?=")
@example("plain =?utf-8?b?eA==?= words")
def test_a_subject_survives_folding_and_encoding(text: str) -> None:
    written = headers.unstructured("Subject", text)
    for line in written.split(b"\r\n"):
        assert len(line) <= 78
    value = written.decode("ascii").removeprefix("Subject:").replace("\r\n", "").strip()
    shown = str(make_header(decode_header(value))) if "=?" in value else value
    assert shown == headers.header_line(text).encode("utf-8", "replace").decode()


@pytest.mark.parametrize(("last", "lines"), [(1, 1), (2, 2)])
def test_a_line_is_broken_before_the_word_that_would_pass_78_octets(last: int, lines: int) -> None:
    text = "x" * 60 + " " + "y" * 6 + " " + "z" * last  # Subject:, blanks and x, y are 76
    assert headers.unstructured("Subject", text).count(b"\r\n") == lines


@pytest.mark.parametrize("text", ["Grüße an alle Leser der Zeitung " * 6, "深层学习的方法" * 20])
def test_encoded_words_are_long_and_never_too_long(text: str) -> None:
    words = headers.encoded_words(text, first_column=9)
    assert max(map(len, words)) <= 75
    assert min(map(len, words[1:-1])) >= 70
    assert len(words[0]) <= 78 - 9


def test_mostly_ascii_is_encoded_legibly() -> None:
    assert b"=?utf-8?q?Sparse_graphs" in headers.unstructured("Subject", "Sparse graphs, naïve")
    assert b"=?utf-8?b?" in headers.unstructured("Subject", "Разреженные графы")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ada Lovelace", b"To: Ada Lovelace <a@b.org>\r\n"),
        ("Lovelace, Ada", b'To: "Lovelace, Ada" <a@b.org>\r\n'),
        ('The "Count" \\', b'To: "The \\"Count\\" \\\\" <a@b.org>\r\n'),
        ("", b"To: <a@b.org>\r\n"),
        ("x\r\nBcc: eve@evil.org", b'To: "x Bcc: eve@evil.org" <a@b.org>\r\n'),
    ],
)
def test_names_are_quoted_when_they_must_be(name: str, expected: bytes) -> None:
    assert headers.mailbox("To", name, "a@b.org") == expected


def test_an_international_domain_becomes_its_a_label() -> None:
    assert headers.ascii_domain("ada@bücher.example") == "ada@xn--bcher-kva.example"
    assert headers.ascii_domain("джо@пример.рф") == "джо@xn--e1afmkfd.xn--p1ai"
    assert headers.ascii_domain("ada@example.org") == "ada@example.org"


@pytest.mark.parametrize("address", ["", "ada", "@x.org", "ada@", "ada@-.☃️☃️..x"])
def test_what_has_no_a_label_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"no mail address|cannot be written"):
        headers.ascii_domain(address)


@pytest.mark.parametrize(
    "url", ["https://x.org/a b", "https://x.org/\r\nBcc: e", "https://é.org", "<x>"]
)
def test_an_address_that_is_no_plain_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="plain URL"):
        headers.addresses("List-Help", [url])


# --- to the octet


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("x" * 75, True),
        ("x" * 76, False),
        ("a " + "x" * 75, True),
        ("a " + "x" * 76, False),
        ("x" * 76 + " a", False),
        ("a =? b", False),
        ("a b", True),
    ],
)
def test_a_word_that_fills_a_line_is_encoded(text: str, plain: bool) -> None:
    assert (b"=?utf-8?" not in headers.unstructured("Subject", text)) is plain


def test_encoded_words_fill_their_line_and_no_more() -> None:
    text = "é" + "a" * 200
    first, second, *_ = headers.encoded_words(text, first_column=9)
    assert first == "=?utf-8?q?=C3=A9" + "a" * (78 - 9 - 12 - 6) + "?="
    assert second == "=?utf-8?q?" + "a" * 63 + "?="
    assert headers.unstructured("Subject", text).startswith(f"Subject: {first}\r\n ".encode())
    assert headers.mailbox("From", text, "a@b.org").startswith(
        b"From: =?utf-8?q?=C3=A9" + b"a" * 54
    )
    near, *_ = headers.encoded_words(text, first_column=3)
    assert near == "=?utf-8?q?=C3=A9" + "a" * 57 + "?=", "75 is the most, wherever it stands"
    [first, second] = headers.encoded_words("ж" * 30, first_column=9)
    assert first == "=?utf-8?b?" + b64encode(("ж" * 21).encode()).decode() + "?="
    assert second == "=?utf-8?b?" + b64encode(("ж" * 9).encode()).decode() + "?="
    assert headers.encoded_words("", first_column=9) == ["=?utf-8?q??="]


@pytest.mark.parametrize(
    ("text", "letter"), [("aaaaaaaé", "b"), ("a" * 10 + "é", "q"), ("a" * 9 + "é", "b")]
)
def test_q_is_taken_where_it_is_a_third_longer_at_most(text: str, letter: str) -> None:
    [word] = headers.encoded_words(text, first_column=9)
    assert word.startswith(f"=?utf-8?{letter}?")
    assert str(make_header(decode_header(word))) == text


def test_short_names_stand_as_they_are_and_long_ones_fold() -> None:
    name = "Ada Lovelace"
    fits = "a" * (78 - 5 - 2 - len(name) - len("@b.org")) + "@b.org"
    assert headers.mailbox("To", name, fits) == f"To: {name} <{fits}>\r\n".encode()
    assert headers.mailbox("To", name, "a" + fits) == f"To: {name}\r\n <a{fits}>\r\n".encode()
    assert headers.mailbox("To", "=?x?=", "a@b.org").startswith(b"To: =?utf-8?b?")
    assert headers.mailbox("To", "a" * 60 + ".", "a@b.org").startswith(b"To: =?utf-8?q?")
    assert headers.mailbox("To", "a" * 59 + ".", "a@b.org").startswith(b'To: "aaa')
    assert headers.mailbox("To", " Ada  B ", "a@b.org") == b"To: Ada B <a@b.org>\r\n"


def test_addresses_are_folded_between_and_fit_on_their_lines() -> None:
    longest = "https://x.org/" + "y" * (998 - len("List-Help") - 5 - 14)
    made = headers.addresses("List-Help", [longest, "mailto:a@b.org"])
    assert made == f"List-Help: <{longest}>,\r\n <mailto:a@b.org>\r\n".encode()
    with pytest.raises(ValueError, match="an address of 985 characters fits on no line"):
        headers.addresses("List-Help", ["mailto:a@b.org", longest + "y"])


def test_other_headers_are_one_line() -> None:
    assert headers.plain_header("X-A", "b\r\n c\u2028d é") == b"X-A: b c d ?\r\n"
    moment = datetime(2026, 5, 1, 7, 5, 9, tzinfo=timezone(timedelta(hours=-3)))
    assert headers.date(moment) == b"Date: Fri, 01 May 2026 07:05:09 -0300\r\n"
    assert headers.mailbox_named(b"Sub\tJECT : a  b\r\n\tc\r\n") == (
        *(b"sub\tject", b"sub\tject:a b c\r\n"),
    )


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("ada@example.org", "ada@example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@", "ada@"),
        ("é", "é"),
        ("a@☃️..x", "a@☃️..x"),
    ],
)
def test_an_address_is_shown_in_ascii_where_it_can_be(address: str, shown: str) -> None:
    assert headers.wire_address(address) == shown


@pytest.mark.parametrize(
    ("line", "breaks"), [("", False), (" ", False), ("To:", False), ("To: a", True), (" a", True)]
)
def test_no_fold_leaves_an_empty_line(line: str, breaks: bool) -> None:
    assert headers.lines_can_break(line, "To") is breaks
