"""What a dump changes in the archive: one transaction, the intents of `digest.archive.diff` in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from digest.archive.diff import Intents, MergePapers, NewPaper, UpdatePaper
from digest.archive.merging import FIELDS, provenance_of
from digest.archive.revisions import RevisePaper
from digest.archive.title_blocks import CROWDED
from digest.papers import Paper
from digest.storage.database import conflict_insert
from digest.storage.paper_rows import chunks, paper_of, plain_row, survivor, values_of
from digest.storage.schema import feedback, paper_keys, papers, revisions, title_blocks

ARCHIVE_ONLY = 0  # the edition of papers that were seeded and are never offered


class ArchiveChange:
    """One transaction on the archive: what it knows, and the intents that change it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_keys(self, keys: Sequence[str]) -> Mapping[str, Paper]:
        """Return the paper that owns each key (see diff.Known)."""
        owned: dict[str, int] = {}
        for chunk in chunks(list(keys)):
            rows = self._connection.execute(
                select(paper_keys.c.key, paper_keys.c.paper_id).where(paper_keys.c.key.in_(chunk))
            ).all()
            owned.update((row.key, row.paper_id) for row in rows)
        found = self._read(sorted(set(owned.values())))
        return {key: found[number] for key, number in owned.items()}

    def by_blocks(self, hashes: Sequence[int]) -> Mapping[int, Sequence[Paper]]:
        """Return the papers whose titles share a block (see diff.Lookalikes)."""
        owners: dict[int, list[int]] = {}
        for chunk in chunks(list(dict.fromkeys(hashes))):
            rows = self._connection.execute(
                select(title_blocks.c.hash, title_blocks.c.paper_id).where(
                    title_blocks.c.hash.in_(chunk)
                )
            ).all()
            for block, number in rows:
                owners.setdefault(block, []).append(number)
        owners = {block: owned for block, owned in owners.items() if len(owned) <= CROWDED}
        numbers = {number for owned in owners.values() for number in owned}
        found = self._read(sorted(numbers))
        return {
            block: [found[number] for number in sorted(owned)] for block, owned in owners.items()
        }

    def carry_out(
        self, intents: Intents, *, source: str, now: datetime, archive_only: bool = False
    ) -> None:
        """Write what was decided; `source` is the format's name, kept as provenance."""
        for merge in intents.merges:
            self._merge(merge)
        for change in intents.updates:
            self._update(change, source)
        for new in intents.new:
            self._add(new, source, now, ARCHIVE_ONLY if archive_only else None)

    def revise(self, revised: Sequence[RevisePaper], *, source: str) -> None:
        """Write newer versions of papers down; for those to be shown, also for the next edition."""
        for each in revised:
            number = survivor(self._connection, each.id)
            self._set(number, each.changes, dict.fromkeys(each.changes, source))
            told = each.revision
            self._connection.execute(
                update(papers).where(papers.c.id == number).values(version=told.version)
            )
            self._block(number, each.new_blocks)
            if each.new_keys:
                statement = conflict_insert(self._connection, paper_keys).on_conflict_do_nothing()
                keys = [{"key": key, "paper_id": number} for key in each.new_keys]
                self._connection.execute(statement, keys)
            if each.offer:
                values = {"paper_id": number, "version": told.version, "revised_on": told.on}
                statement = conflict_insert(self._connection, revisions).values(values)
                self._connection.execute(statement.on_conflict_do_nothing())

    def _read(self, numbers: Sequence[int]) -> dict[int, Paper]:
        found: dict[int, Paper] = {}
        for chunk in chunks(numbers):
            chosen = select(papers).where(papers.c.id.in_(chunk))
            for row in self._connection.execute(chosen).all():
                found[row.id] = paper_of(row)
        return found

    def _block(self, number: int, blocks: Sequence[int]) -> None:
        if blocks:
            self._connection.execute(
                conflict_insert(self._connection, title_blocks).on_conflict_do_nothing(),
                [{"hash": block, "paper_id": number} for block in dict.fromkeys(blocks)],
            )

    def _add(self, new: NewPaper, source: str, now: datetime, edition: int | None) -> None:
        values = values_of(new.record, [*FIELDS, "position", "version"])
        values |= {
            "first_seen": now,
            "edition": edition,
            "provenance": provenance_of(new.record, source),
        }
        number = self._connection.execute(
            insert(papers).values(values).returning(papers.c.id)
        ).scalar_one()
        self._own(number, new.keys)
        self._block(number, new.blocks)

    def _update(self, change: UpdatePaper, source: str) -> None:
        if change.changes:
            self._set(change.id, change.changes, dict.fromkeys(change.changes, source))
        self._own(change.id, change.new_keys)
        self._block(change.id, change.new_blocks)

    def _merge(self, merge: MergePapers) -> None:
        rows = {
            row.id: row
            for row in self._connection.execute(
                select(
                    papers.c.id, papers.c.edition, papers.c.first_seen, papers.c.provenance
                ).where(papers.c.id.in_([merge.survivor, merge.loser]))
            )
        }
        survivor, loser = rows[merge.survivor], rows[merge.loser]
        told_by = {name: loser.provenance.get(name, "") for name in merge.changes}
        self._set(merge.survivor, merge.changes, told_by)
        offered = [row.edition for row in rows.values() if row.edition is not None]
        self._connection.execute(
            update(papers)
            .where(papers.c.id == merge.survivor)
            .values(
                edition=min(offered, default=None),  # the earlier, or it would be offered again
                first_seen=min(survivor.first_seen, loser.first_seen),
            )
        )
        self._connection.execute(
            update(papers)
            .where(papers.c.id == merge.loser)
            .values(merged_into=merge.survivor, edition=None)
        )
        for owned in (paper_keys, title_blocks):
            self._hand_over(owned, merge)
        self._hand_over_feedback(merge)
        self._hand_over_revisions(merge)

    def _hand_over(self, owned: Any, merge: MergePapers) -> None:
        if owned is title_blocks:  # both may have the same block: the survivor's stays
            ours = select(owned.c.hash).where(owned.c.paper_id == merge.survivor)
            self._connection.execute(
                owned.delete().where(owned.c.paper_id == merge.loser, owned.c.hash.in_(ours))
            )
        self._connection.execute(
            update(owned).where(owned.c.paper_id == merge.loser).values(paper_id=merge.survivor)
        )

    def _hand_over_feedback(self, merge: MergePapers) -> None:
        ours = select(feedback.c.subscriber_id).where(feedback.c.paper_id == merge.survivor)
        self._connection.execute(
            update(feedback)
            .where(feedback.c.paper_id == merge.loser, feedback.c.subscriber_id.not_in(ours))
            .values(paper_id=merge.survivor)
        )

    def _hand_over_revisions(self, merge: MergePapers) -> None:
        both = papers.c.id.in_([merge.survivor, merge.loser])
        newest = select(func.max(papers.c.version)).where(both).scalar_subquery()
        self._connection.execute(
            update(papers).where(papers.c.id == merge.survivor).values(version=newest)
        )
        ours = select(revisions.c.version).where(revisions.c.paper_id == merge.survivor)
        theirs = revisions.c.paper_id == merge.loser
        self._connection.execute(revisions.delete().where(theirs, revisions.c.version.in_(ours)))
        self._connection.execute(update(revisions).where(theirs).values(paper_id=merge.survivor))

    def _set(self, number: int, changes: Mapping[str, Any], told_by: Mapping[str, str]) -> None:
        known = self._connection.scalar(select(papers.c.provenance).where(papers.c.id == number))
        values = {name: plain_row(name, value) for name, value in changes.items()}
        self._connection.execute(
            update(papers)
            .where(papers.c.id == number)
            .values(**values, provenance={**(known or {}), **told_by})
        )

    def _own(self, number: int, keys: Sequence[str]) -> None:
        if keys:
            rows = [{"key": key, "paper_id": number} for key in keys]
            self._connection.execute(insert(paper_keys), rows)
