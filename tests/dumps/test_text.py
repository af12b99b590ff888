"""Bytes → lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.dumps.text import MAX_LINE, decode_text, read_bytes
from digest.errors import DumpError


@pytest.mark.parametrize("data", [b"a\nb", b"a\r\nb", b"a\rb", b"\xef\xbb\xbfa\nb"])
def test_line_ends_and_marks_are_normal(data: bytes) -> None:
    assert decode_text(data).all == ("a", "b")


def test_utf16_with_its_mark_is_read() -> None:
    assert decode_text("\ufeffaé\nb".encode("utf-16-le")).all == ("aé", "b")


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        (b" \n\t", "empty", None),
        (b"%PDF-1.7 x", "PDF", None),
        (b"\x1f\x8b\x08", "gzip", None),
        (b"a\nb\nc\0d", "NUL", 3),
        (b"a\n" + b"x" * (MAX_LINE + 1), "one line", 2),
        (b"a\n\xe9\xe8\nb\n\xff", "not UTF-8", 2),
    ],
)
def test_what_is_no_text_is_refused_with_its_line(
    data: bytes, reason: str, line: int | None
) -> None:
    with pytest.raises(DumpError, match=reason) as refused:
        decode_text(data)
    assert refused.value.line == line


def test_a_single_bad_line_is_kept_aside() -> None:
    lines = decode_text(b"good\nb\xffd\n" + b"good\n" * 20)
    assert lines.bad == {2: "not UTF-8: byte 0xff at 2"}
    assert lines.all[0] == "good"


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:  # sparse: 200 MB of one line that take no disk
        file.write(b"first line\n")
        file.truncate(200_000_000)
    with pytest.raises(DumpError, match="one line of more than") as refused:
        read_bytes(path)
    assert (refused.value.path, refused.value.line) == (path, 2)


def test_a_small_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "small.txt"
    path.write_bytes(b"x\ny")
    assert read_bytes(path) == b"x\ny"
    with pytest.raises(DumpError, match="more than 2 bytes"):
        read_bytes(path, max_bytes=2)
