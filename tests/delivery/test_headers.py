"""Headers by hand."""

from __future__ import annotations

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
