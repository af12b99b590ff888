"""Bytes → lines: encodings, line ends, and what is no text at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from digest.errors import DumpError

MAX_BYTES = 64 * 1024 * 1024  # a saved page is 0.3 MB; nothing we read comes near this
MAX_LINE = 1_000_000  # bytes; an abstract is 2,000 characters
_CHUNK = 1 << 20
_MANY_BAD = 0.1  # share of lines that are not UTF-8: more is no accident but another encoding

_MAGIC = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"PK\x03\x04", "a zip archive"),
    (b"%PDF-", "a PDF: copy its text, or save the page as HTML"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office document: save it as text or HTML"),
)
_SAVE_AS = "save it as HTML, RTF or text"
_ZIPPED = (  # what zip archives hold of which programs
    (b"word/document.xml", f"a Word document (.docx): {_SAVE_AS}"),
    (b"application/vnd.oasis.opendocument.text", f"an OpenDocument text (.odt): {_SAVE_AS}"),
    (b"application/epub+zip", "an e-book (.epub): save the page as HTML"),
    (b"xl/workbook.xml", "an Excel workbook (.xlsx): save it as CSV"),
    (b"application/vnd.oasis.opendocument.spreadsheet", "a spreadsheet (.ods): save it as CSV"),
    (b"index.html", "a zip archive of a web page: unpack it and take the HTML file"),
)
UTF16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


@dataclass(frozen=True, slots=True)
class Lines:
    """A text, line by line; line n is `all[n - 1]`."""

    all: tuple[str, ...]  # without line ends
    bad: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))  # line → reason


def read_bytes(path: Path, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Return a file's bytes; a file over `max_bytes` is refused without reading it whole.

    Raises DumpError naming the file (and the line, when one line alone is too long), and OSError
    as the system gives it.
    """
    with path.open("rb") as file:
        data = file.read(max_bytes + 1) if path.stat().st_size <= max_bytes else b""
        if len(data) <= max_bytes and path.stat().st_size <= max_bytes:
            return data
        line, length = 1, 0
        file.seek(0)
        while (chunk := file.read(_CHUNK)) and length <= MAX_LINE:
            ends = chunk.count(b"\n")
            line += ends
            length = length + len(chunk) if not ends else len(chunk) - chunk.rfind(b"\n") - 1
    if length > MAX_LINE:
        raise DumpError(f"one line of more than {MAX_LINE:,} bytes", path=path, line=line)
    raise DumpError(f"more than {max_bytes:,} bytes: no dump is that large", path=path)


def decode_text(data: bytes, *, max_bytes: int = MAX_BYTES, max_line: int = MAX_LINE) -> Lines:
    """Return the lines of a UTF-8 text (or UTF-16 with its mark), LF, CRLF or CR alike.

    A line that is not UTF-8 comes with replacement characters and stands in `bad`.
    Raises DumpError when the bytes are empty, binary, another encoding or too long.
    """
    if not data.strip():
        raise DumpError("the file is empty")
    refuse_other_files(data)
    if len(data) > max_bytes:
        raise DumpError(f"more than {max_bytes:,} bytes: no dump is that large")
    if encoding := UTF16_MARKS.get(data[:2]):
        data = data[2:].decode(encoding, "replace").encode("utf-8", "replace")
    if (nul := data.find(b"\0")) >= 0:
        raise DumpError("binary data (a NUL byte), not text", line=_line_of(data, nul))
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    _refuse_long_line(data, max_line)
    try:
        return Lines(tuple(data.decode("utf-8").split("\n")))
    except UnicodeDecodeError:
        return _decode_by_line(data)


def refuse_other_files(data: bytes) -> None:
    """Raise DumpError when a file is no text but an archive, an image or the like."""
    for magic, what in _MAGIC:
        if data.startswith(magic):
            packed = (named for sign, named in _ZIPPED if magic == b"PK\x03\x04" and sign in data)
            raise DumpError(f"not text but {next(packed, what)}")


_WIDE_MARKS = {b"\xff\xfe\0\0": "utf-32-le", b"\0\0\xfe\xff": "utf-32-be"}
_XML_ENCODING = re.compile(rb"\A(\s*<\?xml[^<>]*?)\s+encoding\s*=\s*(?:\"[^\"]*\"|'[^']*')")


def from_wide(data: bytes) -> bytes:
    """Return UTF-32, or UTF-16 without its mark, as UTF-8; anything else as it is.

    Most characters of a text are below U+0100, so each of theirs has NULs at the same places.
    """
    encoding = _WIDE_MARKS.get(data[:4])
    if encoding is None and data[:2] not in UTF16_MARKS:
        head = data[: len(data[:4_000]) // 4 * 4]
        shown = "".join("x0"[2 * head[at::4].count(0) > len(head) // 4] for at in range(4))
        encoding = _NULS.get(shown) if head else None
    if encoding is None:
        return data
    told = data.decode(encoding, "replace").removeprefix("\ufeff").encode("utf-8", "replace")
    return _XML_ENCODING.sub(rb"\1", told)


_NULS = {
    "x000": "utf-32-le",
    "000x": "utf-32-be",
    "x0x0": "utf-16-le",
    "0x0x": "utf-16-be",
}
_OF_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
# What Windows-1252 text hardly has: two letters that hardly any word has, and runs of Asian bytes.
_NOT_WESTERN = re.compile(rb"[\xfe\xff]|[\x80-\xff]{4}|[\xc2-\xf4][\x80-\xbf]{0,2}\Z")


def as_utf8(data: bytes) -> bytes:
    """Return text that another program's encoding betrays as UTF-8, anything else as it is.

    UTF-16 without its mark has a NUL at every second byte; Windows-1252 has no sequence of UTF-8
    at all, and letters where a Western text has them.
    """
    if data[:2] in UTF16_MARKS:
        return data
    head = data[:4_000]
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        with_nul, other = head[first::2], head[1 - first :: 2]
        if 2 * with_nul.count(0) > len(with_nul) > 0 and not other.count(0):
            return data.decode(encoding, "replace").encode("utf-8", "replace")
    if data.isascii() or _OF_UTF8.search(data) or _NOT_WESTERN.search(data):
        return data
    try:
        return data.decode("cp1252").encode()
    except UnicodeDecodeError:
        return data


_LINE_MARKS = re.compile("\r?\n|[\u0085\u2028\u2029]")


def with_marked_ends(lines: Lines) -> Lines:
    """Return lines parted at Unicode's own line ends too, where most of a text's ends are such."""
    marks = sum(len(_LINE_MARKS.findall(line)) for line in lines.all)
    if marks <= len(lines.all):
        return lines
    parted: list[str] = []
    bad: dict[int, str] = {}
    for number, line in enumerate(lines.all, start=1):
        if number in lines.bad:
            bad[len(parted) + 1] = lines.bad[number]
        parted += _LINE_MARKS.split(line)
    return Lines(tuple(parted), MappingProxyType(bad))


def _decode_by_line(data: bytes) -> Lines:
    lines: list[str] = []
    bad: dict[int, str] = {}
    for number, raw in enumerate(data.split(b"\n"), start=1):
        try:
            lines.append(raw.decode("utf-8"))
        except UnicodeDecodeError as error:
            bad[number] = f"not UTF-8: byte 0x{raw[error.start]:02x} at {error.start + 1}"
            lines.append(raw.decode("utf-8", "replace"))
    filled = sum(1 for line in lines if line.strip())
    if len(bad) > max(1, _MANY_BAD * filled):
        first = min(bad)
        raise DumpError(f"{bad[first]} ({len(bad)} such lines)", line=first)
    return Lines(tuple(lines), MappingProxyType(bad))


def _refuse_long_line(data: bytes, max_line: int) -> None:
    """Raise DumpError at the first line over `max_line` bytes, without splitting the data."""
    start = 0
    while len(data) - start > max_line:
        end = data.rfind(b"\n", start, start + max_line + 1)
        if end < 0:
            raise DumpError(f"one line of more than {max_line:,} bytes", line=_line_of(data, start))
        start = end + 1


def _line_of(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


# What shows nothing wherever it stands: marks of direction, zero-width spaces, soft hyphens, stray
# byte order marks; and joiners where Latin letters stand beside them: others belong to a script.
_UNSEEN = re.compile(
    "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]"
    "|(?<=[\x20-\u024f])[\u200c\u200d]|[\u200c\u200d](?=[\x20-\u024f])"
)


def visible(line: str) -> str:
    """Return a line as a reader sees it: nothing at its ends, single plain spaces within."""
    return " ".join(without_unseen(line).split()).strip(
        "\u200c\u200d "
    )  # joiners join nothing there


def without_unseen(line: str) -> str:
    """Return a line without the characters that show nothing, wherever they stand in it."""
    return line if line.isascii() else _UNSEEN.sub("", line)
