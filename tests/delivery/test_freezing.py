"""Issues become recipes; what they share is stored once an edition."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from bench.delivery_fixture import NOW, SampleIssues
from digest.delivery import freezing
from digest.delivery.dkim import KeyRing, load_key, make_key
from digest.delivery.freezing import DEAD_TOKEN, Freezer, as_test
from digest.delivery.in_memory_store import MemoryFragments
from digest.delivery.message import Letterhead, Recipe
from digest.errors import NotFound
from digest.mail import Fragment


class Shelf(MemoryFragments):
    """Remembers for which edition each fragment was kept."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[tuple[int, Fragment]] = []

    def keep_fragments(self, fragments: Sequence[Fragment], edition: int) -> Sequence[int]:
        self.kept += [(edition, fragment) for fragment in fragments]
        return super().keep_fragments(fragments, edition)


def test_each_edition_keeps_its_own_fragments_and_each_of_them_once() -> None:
    samples, shelf = SampleIssues(cards=12, card_bytes=300), Shelf()
    freezer = Freezer(shelf, Letterhead("papers@digest.example.org"), KeyRing(), b"x" * 32)
    issues = {
        (edition, reader): samples.issue(reader, edition)
        for edition in (1, 2)
        for reader in range(1, 9)
    }
    for edition in (1, 2, 1):  # a mail that was put off comes between those of the next edition
        mine = [issue for (number, _), issue in issues.items() if number == edition]
        for issue, frozen in zip(mine, freezer.freeze(mine, NOW), strict=True):
            stored = shelf.fragments(frozen.made.fragments)
            shown = [stored[number] for number in frozen.made.fragments]
            assert shown == list(issue.fragments)
    for edition in (1, 2):
        needed = {f for (number, _), i in issues.items() if number == edition for f in i.fragments}
        assert {fragment for number, fragment in shelf.kept if number == edition} == needed
    assert len(shelf.kept) == 3 * len(needed), "once for each turn of an edition"


def test_equal_fragments_are_one_whoever_made_them() -> None:
    shelf = Shelf()
    freezer = Freezer(shelf, Letterhead("papers@digest.example.org"), KeyRing(), b"x" * 32)
    first, again = SampleIssues(cards=3).issue(1), SampleIssues(cards=3).issue(1)
    one, other = freezer.freeze([first], NOW), freezer.freeze([again], NOW)
    assert one[0].made.fragments == other[0].made.fragments
    assert len(shelf.kept) == len(set(first.fragments))


HEAD = Letterhead("papers@b\u00fccher.example")


def freezer_of(shelf: MemoryFragments, letterhead: Letterhead = HEAD) -> Freezer:
    return Freezer(shelf, letterhead, KeyRing(), b"x" * 32)


def test_a_recipe_says_all_that_the_issue_says() -> None:
    shelf, issue = Shelf(), SampleIssues(cards=3).issue(4)
    zone = timezone(timedelta(hours=5, minutes=45))
    [frozen] = freezer_of(shelf).freeze([issue], NOW.astimezone(zone))
    made = frozen.made
    assert Recipe.unpack(frozen.recipe) == made
    assert struct.unpack(f"<{len(issue.papers)}I", frozen.papers) == issue.papers
    assert (made.to_address, made.to_name, made.subject, made.html) == (
        *(issue.to_address, issue.to_name, issue.subject),
        True,
    )
    assert made.fills == issue.fills and made.scores == issue.scores
    assert made.unsubscribe == (issue.unsubscribe_url, issue.unsubscribe_mailto)
    assert (made.sent_at, made.offset) == (int(NOW.timestamp()), 5 * 60 + 45)
    assert frozen.message_id == made.message_id
    assert re.fullmatch(r"<[0-9a-f]{32}@xn--bcher-kva\.example>", made.message_id)
    plain = issue._replace(unsubscribe_mailto=None, composed_at=NOW - timedelta(hours=1))
    [frozen] = freezer_of(shelf).freeze([plain], NOW)
    assert frozen.made.unsubscribe == (issue.unsubscribe_url,)
    assert (frozen.made.sent_at, frozen.made.offset) == (int(NOW.timestamp()) - 3600, 0)
    assert freezer_of(shelf).freeze([], NOW) == []


def test_a_message_id_is_the_readers_the_editions_and_the_secrets() -> None:
    issue = SampleIssues(cards=3).issue(4)

    def made(secret: bytes = b"x" * 32, *, subscriber: int = 4, edition: int = 1) -> str:
        freezer = Freezer(Shelf(), HEAD, KeyRing(), secret)
        other = issue._replace(subscriber=subscriber, edition=edition)
        return freezer.freeze([other], NOW)[0].message_id

    assert made() == made()
    assert len({made(), made(subscriber=5), made(edition=2), made(secret=b"y" * 32)}) == 4


def test_what_waited_goes_to_where_its_reader_is_now() -> None:
    freezer = freezer_of(Shelf())
    [frozen] = freezer.freeze([SampleIssues(cards=3).issue(4)], NOW)
    kept, before = frozen.made, frozen.made.to_address
    for same in (None, "", before):
        assert freezer.as_of_today(kept, same) == kept
    moved = freezer.as_of_today(kept, "new@example.org")
    assert moved.to_address == moved.fills["address"] == "new@example.org"
    assert before.encode() not in freezer.bytes_of(moved)
    others = {name: text for name, text in kept.fills.items() if name != "address"}
    assert {name: moved.fills[name] for name in others} == others


def test_what_waited_is_signed_by_a_key_at_hand(tmp_path: Path) -> None:
    make_key(tmp_path / "old.pem", domain="example.org", selector="old", kind="rsa")
    key = load_key(tmp_path / "old.pem", domain="example.org", selector="old")
    signed = Letterhead("a@example.org", dkim_domain="example.org", selectors=("old",))
    shelf = Shelf()
    [frozen] = Freezer(shelf, signed, KeyRing([key]), b"x").freeze(
        [SampleIssues(cards=3).issue(4)], NOW
    )
    again = Freezer(shelf, signed, KeyRing([key]), b"x")
    assert again.as_of_today(frozen.made, None) == frozen.made
    assert again.preview(frozen.made) == (again.bytes_of(frozen.made), None)
    rotated = freezer_of(shelf)
    with pytest.raises(NotFound, match="'old' is gone"):
        rotated.bytes_of(frozen.made)
    raw, why = rotated.preview(frozen.made)
    assert why == "unsigned: the DKIM key of selector 'old' is gone"
    assert b"DKIM-Signature" not in raw and b"From: <a@example.org>" in raw
    today = rotated.as_of_today(frozen.made, None)
    assert shelf.letterhead(today.letterhead) == HEAD.to_json()
    assert rotated.as_of_today(frozen.made, None) == today, "it is stored once"
    assert rotated.bytes_of(today)
    gone = frozen.made._replace(fragments=(999,))
    with pytest.raises(IndexError):
        again.preview(gone)


def test_a_test_mail_can_do_nothing_in_the_readers_name() -> None:
    freezer = freezer_of(Shelf())
    [frozen] = freezer.freeze([SampleIssues(cards=3).issue(4)], NOW)
    token = frozen.made.fills["token"]
    test = as_test(frozen.made, "me@example.org", "<test@example.org>")
    assert (test.to_address, test.to_name, test.message_id) == (
        *("me@example.org", ""),
        "<test@example.org>",
    )
    assert test.subject == f"[Test] {frozen.made.subject}"
    assert test.fills["token"] == DEAD_TOKEN and test.fills["address"] == "me@example.org"
    assert all(DEAD_TOKEN in link and token not in link for link in test.unsubscribe)
    raw = freezer.test_mail(frozen.made, "me@example.org", "<test@example.org>")
    assert raw == freezer.bytes_of(test) and token.encode() not in raw
    bare = frozen.made._replace(fills={}, unsubscribe=("https://x.example/",))
    assert as_test(bare, "me@example.org", "<t@x>").unsubscribe == ("https://x.example/",)


def test_memory_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "_CACHED", 6)
    shelf, samples = Shelf(), SampleIssues(cards=40, card_bytes=200)
    freezer = freezer_of(shelf)
    issues = [samples.issue(reader, papers=3) for reader in range(12)]
    frozen = [freezer.freeze([issue], NOW)[0].made for issue in issues]
    for recipe in (*frozen, *frozen):
        assert freezer.bytes_of(recipe) == freezer_of(shelf).bytes_of(recipe)
        assert len(freezer._encoded) <= 6
