"""The fast path's bytes against the standard library's mail, for any text and any name."""

from __future__ import annotations

import email
import email.policy
import re
import struct
from datetime import UTC, datetime, timedelta, timezone
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from html import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.delivery.headers import header_line
from digest.delivery.message import Letterhead, Recipe, SenderHeaders, assemble, encoded
from digest.mail import HOLES, Fragment, without_holes

LETTERHEAD = Letterhead(
    from_address="papers@digest.example.org",
    from_name="The Paper Digest",
    list_id="papers.digest.example.org",
    list_name="Papers, daily",
    help_url="https://digest.example.org/help",
    feedback_id="1:papers:digest:digestorg",
)
STATIONERY = SenderHeaders(LETTERHEAD)

_any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=300)
_inside = _any_text.map(without_holes)
_holes = st.sampled_from(sorted(HOLES.values()))
_with_holes = st.lists(st.one_of(_inside, _holes), max_size=6).map("".join)
_fragments = st.lists(st.builds(Fragment, html=_with_holes, text=_with_holes), max_size=4)
_fills = st.dictionaries(st.sampled_from(sorted(HOLES)), _inside, max_size=7)
_one_line = st.text(max_size=200).map(without_holes)


def recipe_of(
    *,
    fills: dict[str, str] | None = None,
    name: str = "Ada",
    subject: str = "Sparse graphs",
    html: bool = True,
    unsubscribe: tuple[str, ...] = (),
    to: str = "ada@example.org",
) -> Recipe:
    return Recipe(
        letterhead=1,
        fragments=(1,),
        fills=fills or {},
        to_address=to,
        to_name=name,
        subject=subject,
        message_id="<0123456789abcdef0123456789abcdef@digest.example.org>",
        sent_at=1795244400,
        offset=60,
        html=html,
        unsubscribe=unsubscribe,
        scores={3: 0.5},
    )


def by_standard_library(recipe: Recipe, fragments: list[Fragment]) -> EmailMessage:
    """The same mail, as EmailMessage makes it."""
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = Address("The Paper Digest", addr_spec="papers@digest.example.org")
    message["To"] = Address(header_line(recipe.to_name), addr_spec=recipe.to_address)
    message["Subject"] = header_line(recipe.subject)
    zone = timezone(timedelta(minutes=recipe.offset))
    message["Date"] = datetime.fromtimestamp(recipe.sent_at, zone)
    message["Message-ID"] = recipe.message_id
    text, html = "".join(f.text for f in fragments), "".join(f.html for f in fragments)
    for name, mark in HOLES.items():
        text = text.replace(mark, recipe.fills.get(name, ""))
        html = html.replace(mark, escape(recipe.fills.get(name, "")))
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def name_in(raw: bytes) -> str:
    """The reader's name as RFC 2047 says it: the newer parser keeps spaces between words."""
    shown, address = parseaddr(str(email.message_from_bytes(raw)["To"]))
    assert address == "ada@example.org"
    return str(make_header(decode_header(shown)))


def content_of(part: EmailMessage | None) -> str:
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n").removesuffix("\n")


@settings(max_examples=150)
@given(_fragments, _fills, _one_line, _one_line)
@example(
    [Fragment(html="a \n.b\n", text="From x\n..\n--=_\n")], {}, "=?utf-8?q?x?=", "a\r\nBcc: b@c"
)
@example([Fragment(html="é" * 300, text=" x  y \t \n")], {"token": "." * 200}, "Ñ" * 90, "w" * 990)
@example([Fragment(html="", text="")], {}, "", "")
@example([Fragment(html=HOLES["token"], text="")], {"token": "<"}, "Ada", "Graphs")
@example([Fragment(html="".join(HOLES.values()), text="")], dict.fromkeys(HOLES, '&"'), "", "")
def test_bytes_parse_to_the_mail_that_the_standard_library_would_make(
    fragments: list[Fragment], fills: dict[str, str], name: str, subject: str
) -> None:
    recipe = recipe_of(fills=fills, name=name, subject=subject)
    raw = assemble(recipe, [encoded(f) for f in fragments], STATIONERY)
    ours, theirs = parsed(raw), by_standard_library(recipe, fragments)

    assert not ours.defects
    assert str(ours["Subject"] or "") == str(theirs["Subject"])
    assert ours["To"].addresses[0].addr_spec == "ada@example.org"
    assert name_in(raw) == header_line(name)
    for header in ("From", "Date", "Message-ID"):
        assert ours[header] == theirs[header]
    assert ours.get_content_type() == theirs.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in ours.iter_parts()]
    assert kinds == [part.get_content_type() for part in theirs.iter_parts()]
    for kind in ("plain", "html"):
        expected = content_of(theirs.get_body((kind,)))
        assert (
            content_of(ours.get_body((kind,))) == expected.removesuffix("\n")
            or content_of(ours.get_body((kind,))) == expected
        )
    assert_fit_for_smtp(raw)


@settings(max_examples=50)
@given(_fragments, _fills)
@example([Fragment(html="", text="\n\n\n")], {})
@example([Fragment(html="", text="x\n\n\n")], {})
def test_a_reader_of_plain_text_gets_one_part(
    fragments: list[Fragment], fills: dict[str, str]
) -> None:
    raw = assemble(recipe_of(fills=fills, html=False), [encoded(f) for f in fragments], STATIONERY)
    message = parsed(raw)
    assert message.get_content_type() == "text/plain"
    expected = "".join(f.text for f in fragments)
    for name, mark in HOLES.items():
        expected = expected.replace(mark, fills.get(name, ""))
    assert content_of(message).rstrip("\n") == expected.rstrip("\n")
    assert_fit_for_smtp(raw)


def assert_fit_for_smtp(raw: bytes) -> None:
    assert raw.endswith(b"\r\n")
    assert not re.search(rb"[^\r]\n|\r[^\n]|\0", raw)
    head, _, body = raw.partition(b"\r\n\r\n")
    for line in raw.split(b"\r\n"):
        assert len(line) <= 998
        assert not line.startswith(b".")
    for line in body.split(b"\r\n"):
        assert len(line) <= 78
        assert not line.endswith((b" ", b"\t"))
        assert b"  " not in line
    assert all(line.strip() for line in head.split(b"\r\n"))


@settings(max_examples=100)
@given(st.text(max_size=60), st.text(max_size=60))
@example("x\r\nBcc: eve@example.org", "y\nX: 1")
@example("x\x0bBcc: eve", "\u2028Subject: two\u0085\x00")
def test_nothing_from_outside_adds_a_header(name: str, subject: str) -> None:
    raw = assemble(recipe_of(name=name, subject=subject), [], STATIONERY)
    plain = assemble(recipe_of(), [], STATIONERY)
    assert sorted(parsed(raw).keys()) == sorted(parsed(plain).keys())


def test_a_long_unsubscribe_address_stays_whole_and_unencoded() -> None:
    url = "https://digest.example.org/u/" + "aB3_-" * 60
    mailto = "mailto:leave@digest.example.org?subject=leave"
    raw = assemble(recipe_of(unsubscribe=(url, mailto)), [], STATIONERY)
    assert f"List-Unsubscribe: <{url}>,\r\n <{mailto}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


def test_one_click_is_not_promised_for_a_mailto_alone() -> None:
    raw = assemble(recipe_of(unsubscribe=("mailto:leave@example.org",)), [], STATIONERY)
    assert b"List-Unsubscribe: <mailto:leave@example.org>" in raw
    assert b"List-Unsubscribe-Post" not in raw


def test_an_unsubscribe_address_that_fits_on_no_line_is_refused() -> None:
    with pytest.raises(ValueError, match="fits on no line"):
        assemble(recipe_of(unsubscribe=("https://x.org/" + "a" * 990,)), [], STATIONERY)


def test_the_letterhead_says_who_sends_and_that_a_program_does() -> None:
    message = parsed(assemble(recipe_of(), [], STATIONERY))
    assert message["List-Id"] == '"Papers, daily" <papers.digest.example.org>'
    assert message["List-Help"] == "<https://digest.example.org/help>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Precedence"] == "bulk"
    assert message["Feedback-ID"] == "1:papers:digest:digestorg"
    assert message["Date"] == "Sat, 21 Nov 2026 08:00:00 +0100"


@pytest.mark.parametrize("hole", HOLES)
def test_every_fill_is_escaped_in_html_and_plain_in_text(hole: str) -> None:
    part = Fragment(html=f"<p>{HOLES[hole]}</p>", text=HOLES[hole])
    message = parsed(assemble(recipe_of(fills={hole: '<b>"A&B"'}), [encoded(part)], STATIONERY))
    assert content_of(message.get_body(("html",))) == "<p>&lt;b&gt;&quot;A&amp;B&quot;</p>"
    assert content_of(message.get_body(("plain",))) == '<b>"A&B"'


def test_a_recipe_and_a_letterhead_survive_being_stored() -> None:
    recipe = recipe_of(fills={"token": "é"}, unsubscribe=("https://x.org/u",))
    assert Recipe.unpack(recipe.pack()) == recipe
    letterhead = Letterhead(from_address="a@b.org", selectors=("s1", "s2"))
    assert Letterhead.from_json(letterhead.to_json()) == letterhead


@settings(max_examples=100)
@given(_fills, _one_line, st.lists(_inside, max_size=2))
@example({"token": "1", "name": "1"}, "1", ["https://x.org/1"])
@example({"token": '"\\\n', "name": '\\"'}, "\ue0ff", [])
@example({"token": HOLES["token"], "name": "x"}, HOLES["token"], [])
def test_any_recipe_survives_being_stored(
    fills: dict[str, str], subject: str, links: list[str]
) -> None:
    recipe = recipe_of(fills=fills, subject=subject, unsubscribe=tuple(links))
    assert Recipe.unpack(recipe.pack()) == recipe


def test_a_recipe_of_an_earlier_version_is_still_read() -> None:
    recipe = recipe_of(
        fills={"token": "t-1", "unsubscribe": "https://x.org/t-1"},
        unsubscribe=("https://x.org/t-1",),
    )
    stored = (
        '[1,[1],{"token":"t-1","unsubscribe":"https://x.org/M"},"ada@example.org","Ada",'
        '"Sparse graphs","<0123456789abcdef0123456789abcdef@digest.example.org>",1795244400,60,'
        'true,["https://x.org/M"],{"3":0.5}]'
    ).replace("M", HOLES["token"])
    assert Recipe.unpack(stored.encode()) == recipe


def test_packed_papers_are_little_endian_on_every_machine() -> None:
    assert struct.pack("<2I", 1, 2) == b"\1\0\0\0\2\0\0\0"


def test_the_date_is_in_the_senders_zone() -> None:
    message = parsed(assemble(recipe_of(), [], STATIONERY))
    assert message["Date"].datetime == datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
