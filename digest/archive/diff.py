"""What is new to the archive: each record of a dump gets its paper.

Pure: `decide` asks `Known` what the archive has and answers with intents; the storage carries
them out in one transaction. (The split is lemon24/reader's, `_updater.py`: make the intents,
then store them.)

Matching any key is the same paper, with one exception: what contradicts each other is never one
paper, even under one title: identifiers (two arXiv ids, two DOIs), else authors, abstracts or
addresses (`near_duplicates.title_contradiction`). The title key then stays with the paper that had
it first, and the second is known by its identifier, or else by `papers.twin_key`. So a later record
with only that title counts for the first of the two: nothing is hidden, as both are in the archive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Protocol

from digest.archive.merging import FIELDS, improvements
from digest.archive.near_duplicates import Same, same_paper, title_contradiction
from digest.archive.title_blocks import CROWDED, blocking_hashes
from digest.papers import Paper, PaperRecord, arxiv_id_of, keys_of, twin_key, two_arxiv_ids


class Known(Protocol):
    """What `decide` asks of the archive."""

    def by_keys(self, keys: Sequence[str]) -> Mapping[str, Paper]:
        """Return the paper that owns each key; a key that nobody owns is absent.

        A merged paper's keys answer with its survivor.
        """


class Lookalikes(Protocol):
    """What `decide` asks of the archive to find near-duplicates."""

    def by_blocks(self, hashes: Sequence[int]) -> Mapping[int, Sequence[Paper]]:
        """Return the papers filed under each block (`title_blocks.blocking_hashes`).

        A block with more than `CROWDED` papers may be left out.
        """


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A paper that the archive does not have."""

    record: PaperRecord  # merged, when the dump tells it several times
    keys: tuple[str, ...]  # strongest first; keys that other papers own are left out
    records: tuple[int, ...]  # which records of the dump it is, by their index
    blocks: tuple[int, ...]  # to be found by under nearly the same title


@dataclass(frozen=True, slots=True)
class UpdatePaper:
    """A paper of the archive that the dump tells again, with nothing new or with something."""

    id: int
    changes: Mapping[str, Any]  # field → better value; empty when nothing is better
    new_keys: tuple[str, ...]
    records: tuple[int, ...]
    new_blocks: tuple[int, ...]  # of titles that are new; some may be filed already


@dataclass(frozen=True, slots=True)
class MergePapers:
    """Two papers of the archive that turn out to be one.

    The loser's keys, ledger entries and sightings go to the survivor, its number stays as an
    alias; the survivor keeps the earlier of their editions, or it would be offered again.
    """

    survivor: int
    loser: int
    changes: Mapping[str, Any]  # what the survivor takes from the loser, and with its provenance


@dataclass(frozen=True, slots=True)
class Intents:
    """What one dump does to the archive; to be carried out in this order."""

    merges: tuple[MergePapers, ...] = ()
    updates: tuple[UpdatePaper, ...] = ()
    new: tuple[NewPaper, ...] = ()


def decide(
    records: Sequence[PaperRecord], known: Known, lookalikes: Lookalikes | None = None
) -> Intents:
    """Plan the ingest of a dump: which of its records are new, and which paper the others are.

    Without `lookalikes`, near-duplicates are found within the dump only. Every record ends in
    exactly one `NewPaper` or `UpdatePaper`. Deciding again after the intents were carried out
    finds nothing new and nothing to merge.
    """
    keys = [keys_of(record) for record in records]
    owners = dict(known.by_keys(tuple(dict.fromkeys(chain(*keys)))))
    twins = [twin_key(r) for r, own in zip(records, keys, strict=True) if _is_twin(r, own, owners)]
    owners |= known.by_keys(tuple(dict.fromkeys(twins))) if twins else {}
    alike: Mapping[int, Sequence[Paper]] = {}
    filed: dict[str, tuple[int, ...]] = {}
    if lookalikes is not None:
        told = zip(records, keys, strict=True)
        strangers = [record.title for record, own in told if _is_stranger(record, own, owners)]
        filed = {title: blocking_hashes(title) for title in strangers}
        alike = lookalikes.by_blocks(tuple(dict.fromkeys(chain(*filed.values()))))
    plan = _Plan(owners, alike, filed)
    for index, record in enumerate(records):
        plan.place(index, record, keys[index])
    return plan.intents()


def _is_twin(record: PaperRecord, keys: Sequence[str], owners: Mapping[str, Paper]) -> bool:
    """Return whether the archive has nothing but other papers under the record's title."""
    owned = [(key, owners[key]) for key in keys if key in owners]
    return bool(owned) and all(
        key.startswith("title:") and title_contradiction(paper, record) for key, paper in owned
    )


def _is_stranger(record: PaperRecord, keys: Sequence[str], owners: Mapping[str, Paper]) -> bool:
    """Return whether no key tells which paper the record is."""
    if owners.keys().isdisjoint(keys):
        return True
    return _is_twin(record, keys, owners) and twin_key(record) not in owners


class _Slot:
    """A paper while a dump is planned: one of the archive, or one that the dump brings."""

    def __init__(self, facts: Paper | PaperRecord, rank: tuple[int, int]) -> None:
        self.base = facts  # as the archive has it
        self.facts = facts  # as it will be
        self.rank = rank  # who survives a merge: the archive's before new ones, then the older
        self.records: list[int] = []
        self.new_keys: list[str] = []
        self.new_blocks: dict[int, None] = {}
        self.survivor: _Slot | None = None

    @property
    def paper_id(self) -> int | None:
        return self.base.id if isinstance(self.base, Paper) else None


class _Plan:
    def __init__(
        self,
        owners: Mapping[str, Paper],
        alike: Mapping[int, Sequence[Paper]],
        filed: Mapping[str, tuple[int, ...]],  # titles whose blocks are known
    ) -> None:
        papers = chain(owners.values(), *alike.values())
        slots = {paper.id: _Slot(paper, (0, paper.id)) for paper in papers}
        self._owners = {key: slots[paper.id] for key, paper in owners.items()}
        self._blocks = {
            block: [slots[paper.id] for paper in papers] for block, papers in alike.items()
        }
        self._slots = list(slots.values())
        self._merges: list[MergePapers] = []
        self._filed = filed

    def place(self, index: int, record: PaperRecord, keys: Sequence[str]) -> None:
        """Find or make the record's slot, and let it claim the keys that are free."""
        blocks: tuple[int, ...] = ()
        slot = self._owner_of(record, keys)
        if slot is None and all(key in self._owners for key in keys):
            keys = (
                *keys,
                twin_key(record),
            )  # other papers have its title, and it has no identifier
            slot = self._find(keys[-1])
        if slot is None:
            blocks = self._blocks_of(record.title)
            slot = self._lookalike(record, blocks)
        if slot is None:
            # `arxiv_id` is filled even if only arXiv's DOI told it: merging looks at the field.
            slot = _Slot(replace(record, arxiv_id=arxiv_id_of(record)), (1, index))
            self._slots.append(slot)
        else:
            slot.facts = replace(slot.facts, **improvements(slot.facts, record))
        slot.records.append(index)
        for key in keys:
            if key not in self._owners:
                self._owners[key] = slot
                slot.new_keys.append(key)
                blocks = blocks or self._blocks_of(record.title)
        for block in blocks:
            slot.new_blocks[block] = None
            self._blocks.setdefault(block, []).append(slot)

    def _blocks_of(self, title: str) -> tuple[int, ...]:
        return self._filed.get(title) or blocking_hashes(title)

    def _owner_of(self, record: PaperRecord, keys: Sequence[str]) -> _Slot | None:
        """Return the slot that a record belongs to; merge the slots it shows to be one."""
        found: _Slot | None = None
        for key in keys:
            slot = self._find(key)
            # A shared identifier weighs more than another DOI (the preprint's and the journal's);
            # a shared title does not.
            differ = title_contradiction if key.startswith("title:") else two_arxiv_ids
            if slot is None or slot is found or differ(slot.facts, record):
                continue
            if found is None:
                found = slot
            elif not differ(found.facts, slot.facts):
                found = self._merge(found, slot)
        return found

    def _lookalike(self, record: PaperRecord, blocks: Sequence[int]) -> _Slot | None:
        """Return the slot whose paper the record is under another title, the likest one."""
        best: tuple[float, _Slot] | None = None
        filed = (self._blocks.get(block, ()) for block in blocks)
        candidates = {_last(slot) for slots in filed if len(slots) <= CROWDED for slot in slots}
        for slot in sorted(candidates, key=lambda slot: slot.rank):
            match same_paper(slot.facts, record):
                case Same(likeness) if best is None or likeness > best[0]:
                    best = likeness, slot
        return best[1] if best else None

    def _find(self, key: str) -> _Slot | None:
        slot = self._owners.get(key)
        return slot and _last(slot)

    def _merge(self, one: _Slot, other: _Slot) -> _Slot:
        survivor, loser = sorted((one, other), key=lambda slot: slot.rank)
        loser.survivor = survivor
        if survivor.paper_id is not None and loser.paper_id is not None:
            gained = improvements(survivor.base, loser.base)
            survivor.base = replace(survivor.base, **gained)
            self._merges.append(MergePapers(survivor.paper_id, loser.paper_id, gained))
        survivor.facts = replace(survivor.facts, **improvements(survivor.facts, loser.facts))
        survivor.records += loser.records
        survivor.new_keys += loser.new_keys
        survivor.new_blocks |= loser.new_blocks
        return survivor

    def intents(self) -> Intents:
        """Return the plan in the order in which it can be carried out."""
        told = [slot for slot in self._slots if slot.survivor is None and slot.records]
        return Intents(
            merges=tuple(self._merges),
            updates=tuple(_update(slot) for slot in told if slot.paper_id is not None),
            new=tuple(_new(slot) for slot in told if slot.paper_id is None),
        )


def _last(slot: _Slot) -> _Slot:
    """Follow the merges."""
    while slot.survivor is not None:
        slot = slot.survivor
    return slot


def _update(slot: _Slot) -> UpdatePaper:
    assert slot.paper_id is not None  # noqa: S101  (the caller picked the archive's slots)
    changes = {
        name: getattr(slot.facts, name)
        for name in FIELDS
        if getattr(slot.facts, name) != getattr(slot.base, name)
    }
    records, blocks = tuple(sorted(slot.records)), tuple(slot.new_blocks)
    return UpdatePaper(slot.paper_id, changes, tuple(slot.new_keys), records, blocks)


def _new(slot: _Slot) -> NewPaper:
    assert isinstance(slot.facts, PaperRecord)  # noqa: S101
    records, blocks = tuple(sorted(slot.records)), tuple(slot.new_blocks)
    return NewPaper(slot.facts, tuple(slot.new_keys), records, blocks)
