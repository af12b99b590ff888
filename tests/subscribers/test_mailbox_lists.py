"""Addresses as mail programs write them: with names, several a line, in a column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.import_export import Rejected, Row, read_rows
from subscribers.mailbox_lists import mailboxes_in

IDA, BO = ("Ida Two", "ida2@example.com"), ("", "bo@example.org")


def rows_of(text: str) -> list[tuple[str, str]]:
    rows = list(read_rows(text.encode()))
    assert all(isinstance(row, Row) for row in rows), rows
    return [(row.fields["name"], row.fields["email"]) for row in rows if isinstance(row, Row)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ida Two <ida2@example.com>\n", [IDA]),
        ("Ida Two <ida2@example.com>\nbo@example.org\n", [IDA, BO]),
        ("bo@example.org\r\nIda Two <ida2@example.com>", [BO, IDA]),
        ("Ida Two <ida2@example.com>, bo@example.org", [IDA, BO]),
        ("Ida Two <ida2@example.com>; <bo@example.org>;\n", [IDA, BO]),
        ('"Two, Ida" <ida2@example.com>, bo@example.org', [("Two, Ida", IDA[1]), BO]),
        ("Two, Ida <ida2@example.com>", [("Two, Ida", IDA[1])]),
        ("Two, Ida <ida2@example.com>; bo@example.org", [("Two, Ida", IDA[1]), BO]),
        ('"Ida \\"I\\" Two"<ida2@example.com>', [('Ida "I" Two', IDA[1])]),
        ("'Ida Two' <ida2@example.com>", [IDA]),
        ("Ida Two <mailto:ida2@example.com>", [IDA]),
        ('"bo@example.org"\n"Ida Two <ida2@example.com>"', [BO, IDA]),
        ('"bo@x"@example.org', [("", '"bo@x"@example.org')]),
        ("email\nIda Two <ida2@example.com>\n", [IDA]),
        ("email,name\nIda <ida2@example.com>,Ida Two\nbo@example.org,\n", [IDA, BO]),
        ("Email Address;First\nIda Two <ida2@example.com>;\n", [IDA]),
        ('{"email": "Ida Two <ida2@example.com>"}\n', [IDA]),
        ("\n\n  Ida   Two\t<ida2@example.com>  \n", [IDA]),
    ],
)
def test_a_name_and_its_address_are_told_apart(text: str, expected: list[tuple[str, str]]) -> None:
    assert rows_of(text) == expected


def test_a_line_with_more_than_addresses_is_rejected_whole() -> None:
    rows = list(read_rows(b"bo@example.org\nida@example.org, and others\ncy@example.org\n"))
    assert [type(row) for row in rows] == [Row, Rejected, Row]
    assert "'and others'" in rows[1].reason  # type: ignore[union-attr]


@given(st.text(st.sampled_from("ab@.,;<>\"\\ '(\t"), max_size=40))
def test_nothing_of_a_line_is_lost(line: str) -> None:
    kept = "".join(mailboxes_in(line))
    for sign in "ab@<>":
        assert kept.count(sign) == line.count(sign)


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[A-Za-zÀ-ÿ]{1,8}(, | )[A-Za-z.]{1,8}", fullmatch=True),
            st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.org", fullmatch=True),
        ),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from([", ", ";", "; ", "\n"]),
)
def test_names_in_quotation_marks_come_back(written: list[tuple[str, str]], between: str) -> None:
    text = between.join(f'"{name}" <{email}>' for name, email in written)
    assert rows_of(text) == written
