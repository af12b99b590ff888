"""Addresses as mail programs write them: with names, several a line, in a column."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from subscribers.import_export import Rejected, Row, read_rows
from subscribers.mailbox_lists import mailboxes_in

IDA, BO = ("Ida Two", "ida2@example.com"), ("", "bo@example.org")
CY = ("", "cy@x.org")


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Several a line, in any mixture.
        ("Ida Two <ida2@example.com>, bo@example.org; <cy@x.org>", [IDA, BO, CY]),
        ("bo@example.org cy@x.org\n", [BO, CY]),
        ("Ida Two <ida2@example.com> <bo@example.org>\n", [IDA, BO]),
        # Labels of a mail's head, bullets, and names behind, in brackets, or that say nothing.
        ("To: Ida Two <ida2@example.com>, bo@example.org\n", [IDA, BO]),
        ("An: Ida Two <ida2@example.com>; bo@example.org;\nCc: <cy@x.org>", [IDA, BO, CY]),
        ("mailto:bo@example.org\n", [BO]),
        ("- bo@example.org\n* Ida Two <ida2@example.com>\n", [BO, IDA]),
        ("1. bo@example.org\n2) Ida Two <ida2@example.com>\n", [BO, IDA]),
        ("ida2@example.com (Ida Two)\n", [IDA]),
        ("Ida Two [mailto:ida2@example.com]\n", [IDA]),
        ("bo@example.org<mailto:bo@example.org>\n", [BO]),
        # Tables without a header.
        ("ida2@example.com\tIda Two\n", [IDA]),
        ("Ida\tTwo\tida2@example.com\nbo@example.org\n", [IDA, BO]),
        ("ida2@example.com;Ida Two\nbo@example.org;\n", [IDA, BO]),
        ("Ida,Two,ida2@example.com\nCy,,cy@x.org\n", [IDA, ("Cy", "cy@x.org")]),
        ("Ida Two|ida2@example.com\nCy|cy@x.org\n", [IDA, ("Cy", "cy@x.org")]),
    ],
)  # fmt: skip
def test_lists_are_taken_as_people_paste_them(text: str, expected: list[tuple[str, str]]) -> None:
    assert rows_of(text) == expected


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("# our group\nbo@example.org\n", 1, "a comment"),
        ("Dear all\nbo@example.org\n", 1, "'Dear all'"),
        ("Dear all, dear friends\nbo@example.org, Ida Two <ida2@example.com>\n", 1, "'Dear all"),
        ("First, thank you all\nbo@example.org\n", 1, "'First, thank"),
        ("Liebe Leute,\n\nbo@example.org\n", 1, "'Liebe Leute,'"),
        ("From: boss@x.org\nbo@example.org\n", 1, "'From:'"),
        ("Message-ID: <1@x.org>\nbo@example.org\n", 1, "'Message-ID:'"),
        ("Unsubscribed: cy@x.org\nbo@example.org\n", 1, "'Unsubscribed:'"),
        ("bo@example.org\n# cy@x.org\n", 2, "a comment"),
        ("bo@example.org\nplease write to cy@x.org\n", 2, "no address"),
        ("bo@example.org\ncy@x.org\tunsubscribed 2024\n", 2, "no address"),
        ("bo@example.org;Bo\ncy@x.org;bounced 2x\n", 2, "a line above that names the columns"),
        ("Best wishes\nbo@example.org\n-- \nAda\n", 1, "'Best wishes'"),
        ("Team list\nemail;name\nbo@example.org;\n", 1, "names of columns"),
        ("# export of 2026\n\nemail,keywords\nbo@example.org,x\n", 1, "names of columns"),
    ],
)
def test_other_lines_are_named_and_the_rest_is_taken(text: str, line: int, says: str) -> None:
    rows = list(read_rows(text.encode()))
    told = [row for row in rows if isinstance(row, Rejected)]
    assert (told[0].line, says in told[0].reason) == (line, True), told
    assert "bo@example.org" in [row.fields["email"] for row in rows if isinstance(row, Row)]


@example(["# x", "a;b", "Ida <i@x.org>; <j@x.org>"])
@given(
    st.lists(
        st.sampled_from(
            ["bo@example.org", "# x", "Dear all", "ida@x.org, and others", "To: cy@x.org", "a;b",
             "email", "name;email", "Ida <i@x.org>; <j@x.org>", '"open', "Adresse\tName", "{",
             "sep=;"]
        ),
        max_size=6,
    )
)  # fmt: skip
def test_no_line_goes_without_a_word(lines: list[str]) -> None:
    rows = list(read_rows("\n".join(lines).encode()))
    whole_refused = any(
        isinstance(row, Rejected) and row.reason.endswith("no line below it was read")
        for row in rows
    )
    named = [at for at, line in enumerate(lines, start=1) if "@" in line]
    assert whole_refused or {*named} <= {row.line for row in rows}, rows
