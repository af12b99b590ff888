"""Issues become recipes; what they share is stored once an edition."""

from __future__ import annotations

from collections.abc import Sequence

from bench.delivery_room import NOW, SampleIssues
from digest.delivery.dkim import KeyRing
from digest.delivery.freezing import Freezer
from digest.delivery.in_memory import MemoryFragments
from digest.delivery.message import Letterhead
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
