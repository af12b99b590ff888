import pytest

from digest.composing.checks.header_checks import bytes_findings

GOOD = (
    b"From: Digest <digest@example.org>\r\nTo: ada@example.org\r\nSubject: Tides\r\n"
    b"Date: Mon, 02 Mar 2026 07:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n"
    b"MIME-Version: 1.0\r\n"
    b"List-Unsubscribe: <https://example.org/m/"
    + b"x"
    * 300
    + b"/unsubscribe>,\r\n <mailto:leave@example.org>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"Content-Type: text/plain\r\n\r\nHello\r\n"
)


def test_a_good_mail_passes() -> None:
    assert list(bytes_findings(GOOD)) == []


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        (b"Hello", b"x" * 999, "lines"),
        (b"Hello", b"a\nb", "lines"),
        (b"Subject: Tides\r\n", b"", "header"),
        (b"Subject: Tides\r\n", b"Subject: " + b"Tides " * 20 + b"\r\n", "header"),
        (b"Tides", "Gezeiten für alle".encode(), "header"),
        (b"<https://", b"=?utf-8?q?<https://", "unsubscribe"),
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b"", "unsubscribe"),
        (b"text/plain", b"text/html", "parts"),
    ],
)
def test_each_fault_of_the_bytes_is_found(old: bytes, new: bytes, check: str) -> None:
    assert {finding.check for finding in bytes_findings(GOOD.replace(old, new))} == {check}


def test_a_letter_needs_no_list_headers() -> None:
    letter = b"\r\n".join(line for line in GOOD.split(b"\r\n") if b"nsubscribe" not in line)
    assert list(bytes_findings(letter, bulk=False)) == []
    assert list(bytes_findings(letter))
