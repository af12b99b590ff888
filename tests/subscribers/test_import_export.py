"""Readers in and out of files, one bad line at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.import_export import Rejected, Row, read_rows, write_csv, write_json_lines
from subscribers.importing import import_rows
from subscribers.preferences import Preferences, preferences_of
from subscribers.store import Subscriber
from tests.subscribers.desk import NOW, Front, open_desk


@pytest.fixture
def front() -> Front:
    return open_desk()


def rejects(data: bytes) -> list[tuple[int, str]]:
    return [(r.line, r.reason) for r in read_rows(data) if isinstance(r, Rejected)]


def emails(data: bytes) -> list[str]:
    return [r.fields["email"] for r in read_rows(data) if isinstance(r, Row)]


def kept(front: Front) -> list[tuple[object, ...]]:
    return [(r.email, r.keywords, r.name, r.weekdays, r.state) for r in front.store.every()]


@pytest.mark.parametrize(
    "data",
    [
        b"email,name,keywords\na@x.org,Ada,robots\n",
        b"\xef\xbb\xbfEMAIL,Name,Keywords\r\na@x.org,Ada,robots",
        b'keywords,email,name\r"robots","a@x.org",Ada\r',
        b"email;name;keywords\na@x.org;Ada;robots\n",
        b"\n\nemail\tname\tkeywords\n\na@x.org\tAda\trobots\n\n",
        b'{"email": "a@x.org", "name": "Ada", "keywords": "robots"}\n',
        b'\xef\xbb\xbf\n{"email": "a@x.org", "name": "Ada", "keywords": ["robots"]}',
    ],
)
def test_every_usual_way_of_writing_the_file_is_read(data: bytes) -> None:
    (row,) = read_rows(data)
    assert isinstance(row, Row)
    assert {k: row.fields[k] for k in ("email", "name", "keywords")} == {
        "email": "a@x.org", "name": "Ada", "keywords": "robots"
    }  # fmt: skip


def test_cells_hold_commas_quotes_and_lines() -> None:
    data = b'email,name,keywords\na@x.org,"L, Ada","""a b""^2,\nrobots"\nb@x.org,B,y\n'
    first, second = read_rows(data)
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    assert first.fields["keywords"] == '"a b"^2,\nrobots'
    assert (first.line, second.line) == (2, 4)


def test_an_open_quotation_mark_does_not_swallow_the_rest() -> None:
    data = b'email,name,keywords\na@x.org,"Ada,robots\nb@x.org,Bo,"y"\nc@x.org,Cy,z\n'
    assert emails(data) == ["b@x.org", "c@x.org"]
    assert [line for line, _ in rejects(data)] == [2]


def test_a_line_that_is_not_utf8_is_rejected_alone() -> None:
    data = b"email,name,keywords\na@x.org,Andr\xe9,x\nb@x.org,B\xc3\xb4,y\n"
    assert emails(data) == ["b@x.org"]
    ((line, reason),) = rejects(data)
    assert line == 2
    assert "UTF-8" in reason


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [
        (b"", 1, "empty"),
        (b"name,keywords\n", 1, "lacks email"),
        (b"email,name,keywords,zip\n", 1, "unknown column 'zip'"),
        (b"email,name,keywords,name\n", 1, "twice"),
        (b"email,name,keywords\na@x.org,Ada,x,y\n", 2, "quote the commas"),
        (b"email,name,keywords\n,Ada,x\n", 2, "no email"),
        (b"email,name,keywords\na@x.org,Ada," + b"x" * 200_000 + b"\n", 2, "not CSV"),
        (b"email,name,keywords\na@x.org,Ada," + b"x" * 20_001 + b"\n", 2, "longer than"),
        (b'{"email": "a@x.org"\n', 1, "not JSON"),
        (b"{}\n[1]\n", 2, "one object"),
        (b'{"email": "a@x.org", "zip": 1}\n', 1, "unknown name"),
        (b'{"email": {"a": 1}}\n', 1, "email is not a text"),
        (b"{" + b'"a":[' * 100_000, 1, "not JSON"),
    ],
)
def test_a_bad_line_says_why(data: bytes, line: int, says: str) -> None:
    found = rejects(data)
    assert found[-1][0] == line
    assert says in found[-1][1]


def test_importing_counts_and_goes_on(front: Front) -> None:
    data = (
        b"email,name,keywords\nada@x.org,Ada,robots\nnot an address,B,x\n"
        b'bo@x.org,Bo,"""open"\nADA@x.org,Ada,again\ncy@x.org,Cy,"speech -audio"\n'
    )
    result = import_rows(front.desk, read_rows(data), NOW, confirmed=True)
    assert (result.added, result.updated) == (2, 0)
    assert [(r.line, r.reason.split(":")[0]) for r in result.rejected][1:] == [
        (4, "keywords"),
        (5, "the same address is on line 2 already"),
    ]
    assert [r.state for r in front.store.every()] == ["active", "active"]
    again = import_rows(front.desk, read_rows(data), NOW, confirmed=True)
    assert (again.added, again.updated) == (0, 2)


def test_without_vouching_everybody_is_asked_once(front: Front) -> None:
    data = b"email,name,keywords\nada@x.org,Ada,robots\n"
    import_rows(front.desk, read_rows(data), NOW, confirmed=False)
    assert [r.state for r in front.store.every()] == ["pending"]
    assert front.post.kinds() == ["confirm"]


def test_a_list_does_not_bring_back_who_left_or_was_erased(front: Front) -> None:
    data = b"email,name,keywords\nada@x.org,Ada,robots\nbo@x.org,Bo,y\n"
    import_rows(front.desk, read_rows(data), NOW, confirmed=True)
    front.desk.leave(front.desk.by_email("ada@x.org"), NOW, how="one-click")
    front.desk.erase(front.desk.by_email("bo@x.org"), NOW, how="link", source="reader")
    result = import_rows(front.desk, read_rows(data), NOW + timedelta(days=1), confirmed=True)
    assert (result.added, result.updated) == (0, 0)
    assert ["unsubscribed on 2026-03-02" in result.rejected[0].reason] == [True]
    assert "erased" in result.rejected[1].reason


def test_a_list_changes_only_what_it_says(front: Front) -> None:
    wishes = Preferences("x", "Ada", "fr", "Europe/Paris", 6, "days", (1, 3), 5, False)
    front.desk.add("ada@x.org", wishes, NOW, confirmed=True, how="command")
    data = b"email,name,keywords,cadence\nada@x.org,,robots,\n"
    assert import_rows(front.desk, read_rows(data), NOW, confirmed=True).updated == 1
    assert preferences_of(front.desk.by_email("ada@x.org")) == replace(wishes, keywords="robots")
    data = b"email,name,keywords,cadence\nada@x.org,,,daily\n"
    import_rows(front.desk, read_rows(data), NOW, confirmed=True)
    assert front.desk.by_email("ada@x.org").cadence == "daily"


def test_what_was_exported_is_imported_again(front: Front) -> None:
    wishes = Preferences("=1+1, +video, -audio", "'tis", "fr", "Europe/Paris", 6, "days", (1, 3), 5)
    front.desk.add("+ada@x.org", wishes, NOW, confirmed=True, how="command")
    paused = front.desk.add("bo@x.org", Preferences("y"), NOW, confirmed=True, how="command")[0]
    front.desk.pause(paused, None, NOW)
    for written in (write_csv(front.store.every()), write_json_lines(front.store.every())):
        other = open_desk()
        data = "".join(written).encode()
        result = import_rows(other.desk, read_rows(data), NOW, confirmed=True)
        assert (result.added, result.rejected) == (2, [])
        assert kept(other) == kept(front)


def test_no_cell_of_an_export_begins_like_a_formula() -> None:
    reader = Subscriber(1, "=cmd@x.org", "=cmd@x.org", "+video", name="@SUM(A1)")
    cells = "".join(write_csv([reader])).splitlines()[1].split(",")
    assert not any(cell.lstrip('"').startswith(("=", "+", "-", "@")) for cell in cells)


@settings(max_examples=150)
@given(
    st.binary(max_size=120)
    | st.text(max_size=120).map(lambda t: ("email,name,keywords\n" + t).encode("utf-8", "replace"))
    | st.text(max_size=60).map(lambda t: ('{"email": "' + t).encode("utf-8", "replace"))
)
def test_any_bytes_are_rows_or_rejected_lines(data: bytes) -> None:
    for row in read_rows(data):
        assert row.line >= 1
        assert row.fields["email"].strip() if isinstance(row, Row) else row.reason


def test_a_language_that_no_mail_is_in_is_refused_with_those_there_are(front: Front) -> None:
    rows = list(read_rows(b"email,name,keywords,language\na@example.org,,tides,xx\n"
                          b"b@example.org,,tides,de-AT\n"))  # fmt: skip
    done = import_rows(front.desk, rows, NOW, confirmed=True, languages=["de", "en"])
    assert [(each.line, each.reason) for each in done.rejected] == [
        (2, "language: choose one of de, en")
    ]
    assert done.added == 1
