"""Lists of readers as other programs export them: who is taken, who has left, what is left out."""

from __future__ import annotations

import pytest

from subscribers.import_export import Rejected, Row, read_rows
from subscribers.importing import import_rows
from tests.subscribers.desk import NOW, open_desk

HEADERS = [
    '"Email Address","First Name","Last Name","MEMBER_RATING"\n"a@x.org","Ada","Lovelace",2\n',
    "E-Mail;Vorname;Nachname;Ort\na@x.org;Ada;Lovelace;London\n",
    "uuid,email,name,attributes,status,created_at\n1,a@x.org,Ada Lovelace,{},enabled,2026\n",
    "id,email,name,note,subscribed_to_emails,deleted_at\n1,a@x.org,Ada Lovelace,,true,\n",
    "Subscriber\tFirstName\tLastName\tGroups\na@x.org\tAda\tLovelace\tx\n",
    "email_address,full_name,tags,unsubscribed_at\na@x.org,  Ada   Lovelace ,t,\n",
]


@pytest.mark.parametrize("text", HEADERS)
def test_the_address_and_the_name_are_found(text: str) -> None:
    (row,) = read_rows(text.encode())
    assert isinstance(row, Row), row
    assert (row.fields["email"], row.fields["name"]) == ("a@x.org", "Ada Lovelace")
    assert row.fields["keywords"] == row.fields["state"] == ""


def test_what_is_left_out_is_named() -> None:
    result = import_rows(open_desk().desk, read_rows(HEADERS[0].encode()), NOW, confirmed=True)
    assert (result.invited, list(result.left_out)) == (1, ["MEMBER_RATING"])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("status", "Unsubscribed"), ("status", "blocklisted"), ("Email Status", "Hard bounced"),
        ("Status", "cleaned"), ("type", "unsubscribed"), ("state", "left"),
        ("UNSUB_TIME", "2026-01-02 10:00:00"), ("CLEAN_TIME", "2026-01-02"),
        ("unsubscribed_at", "2026"), ("Unsubscribed", "TRUE"), ("deleted_at", "2026-01-01"),
        ("opted_out", "yes"), ("bounced", "1"), ("Complaints?", "1"), ("Blacklisted", "x"),
        ("subscribed_to_emails", "false"), ("Accepts Email Marketing", "no"), ("opt-in", "0"),
    ],
)  # fmt: skip
def test_who_left_there_or_never_agreed_is_not_invited(column: str, value: str) -> None:
    front = open_desk()
    data = f"Email Address,{column}\na@x.org,{value}\nb@x.org,\n".encode()
    result = import_rows(front.desk, read_rows(data), NOW, confirmed=True)
    assert [each.line for each in result.rejected] == [2], result
    assert [letter.to_address for letter in front.post.letters] == ["b@x.org"]


@pytest.mark.parametrize("header", ["email,keyword", "email,Key-Words", "e-mail,keywrods"])
def test_a_misspelt_column_of_keywords_invites_nobody(header: str) -> None:
    (rejected,) = read_rows(f"{header}\na@x.org,robots\n".encode())
    assert isinstance(rejected, Rejected)
    assert "keywords" in rejected.reason


def test_a_list_without_addresses_is_refused() -> None:
    (rejected,) = read_rows(b"First Name,Phone\nAda,1\n")
    assert isinstance(rejected, Rejected)
    assert "lacks email" in rejected.reason


def test_addresses_alone_need_no_header() -> None:
    rows = list(read_rows(b"a@x.org\n\nb@x.org\n"))
    assert [row.fields["email"] for row in rows if isinstance(row, Row)] == ["a@x.org", "b@x.org"]


@pytest.mark.parametrize(
    "text",
    [
        "Adresse,Name\na@x.org,Ada Lovelace\nb@x.org,\n",
        "Kontakt;Name/First name\na@x.org;x\n",
        "sep=;\nAdresse;Prénom;Nom\na@x.org;Ada;Lovelace\n",
        "Mitglieder 2026\n\nName;Mailbox\nAda Lovelace;a@x.org\n",
        "Correo electrónico|Nombre|Apellidos\na@x.org|Ada|Lovelace\n",
        "Full Name\tWork\nAda Lovelace\tAda <a@x.org>\n",
    ],
)
def test_the_column_of_addresses_may_have_any_name(text: str) -> None:
    rows = [row for row in read_rows(text.encode()) if isinstance(row, Row)]
    assert rows[0].fields["email"] == "a@x.org"
    assert rows[0].fields["name"] in ("Ada Lovelace", "", "Ada")


def test_of_two_columns_of_addresses_none_is_guessed() -> None:
    (rejected,) = read_rows(b"work;home\na@x.org;b@x.org\n")
    assert isinstance(rejected, Rejected)
    assert "'work' and 'home'" in rejected.reason


@pytest.mark.parametrize(
    "header",
    ["email,keywords,name", "E-Mail,Keywords,Name", "Email Address,keywords,First name",
     "e-mail adresse,KEYWORDS,Vorname"],
)  # fmt: skip
def test_our_columns_are_known_by_their_other_names(header: str) -> None:
    (row,) = read_rows(f"{header}\na@x.org,robots,Ada\n".encode())
    assert isinstance(row, Row), row
    assert [row.fields[name] for name in ("email", "keywords", "name")] == [
        "a@x.org", "robots", "Ada"
    ]  # fmt: skip
    (bare,) = read_rows(b"email,keywords\na@x.org,robots\n")
    assert isinstance(bare, Row)


@pytest.mark.parametrize("column", ["Abgemeldet am", "Ausgetragen", "Désabonné le", "Gelöscht"])
def test_departures_are_known_in_other_languages(column: str) -> None:
    (row,) = read_rows(f"Adresse;{column}\na@x.org;2026-01-01\n".encode())
    assert isinstance(row, Row)
    assert row.fields["state"] not in ("", "active")


@pytest.mark.parametrize(
    "text",
    [
        "b@x.org\nUnsubscribed\na@x.org\n",
        "Unsubscribed:\na@x.org\n\nStill subscribed:\nb@x.org\n",
        "# Bounced\na@x.org\n# Active\nb@x.org\n",
        "Not subscribed\na@x.org\nNot unsubscribed\nb@x.org\n",
        "email,name\nb@x.org,Bo\nUnsubscribed,\na@x.org,Ada\n",
        "Name;E-Mail\nBo;b@x.org\nAbgemeldet;\nAda;a@x.org\n",
        "Ehemalige Mitglieder\na@x.org\nMitglieder\nb@x.org\n",
        "a@x.org (unsubscribed)\nb@x.org\n",
        "a@x.org;unsubscribed\nb@x.org;Bo\n",
        "Unsubscribed <a@x.org>\nBo Bajaj <b@x.org>\n",
    ],
)
def test_who_stands_below_or_beside_a_word_of_leaving_is_not_invited(text: str) -> None:
    front = open_desk()
    result = import_rows(front.desk, read_rows(text.encode()), NOW, confirmed=True)
    at = text[: text.index("a@x.org")].count("\n") + 1
    assert at in [each.line for each in result.rejected], result
    assert [letter.to_address for letter in front.post.letters] == ["b@x.org"]
