"""What an entry of BibTeX takes from others: by `crossref` (Patashnik 1988), by `xdata` (Biber).

Pure. A key names one entry and an empty one none: entries without keys are no wholes of others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from digest.dumps.bibtex_scan import Block

# What an entry does not take from the one that its `crossref` names: that is the whole's own.
_OWN = frozenset(
    """
    title subtitle titleaddon shorttitle author editor doi url eprint abstract annote note keywords
    pages crossref xref xdata ids label entryset options file isbn
    """.split()  # noqa: SIM905
)
_SHARED = "xdata"
_NO_WHOLES = (_SHARED, "set")
_LONGEST_CHAIN = 8  # entries; Biber's manual shows three
_LONGEST_LIST = 32  # keys in one field


class EntriesByKey:
    """The entries of a file that others may name."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        named = [block for block in blocks if block.key and not block.problem]
        self._shared = _by_key(block for block in named if block.kind == _SHARED)
        self._wholes = _by_key(block for block in named if block.kind not in _NO_WHOLES)

    def whole_fields(self, block: Block) -> dict[str, str]:
        """Return an entry's fields, with those that it lacks and the entries that it names have."""
        fields = self._with_shared(block)
        parent = self._parent(block, fields)
        if parent is None or self._is_in_ring(block, parent):
            return fields
        told = self._with_shared(parent)
        inherited = {name: value for name, value in told.items() if name not in _OWN}
        if title := told.get("title"):
            inherited["booktitle" if "title" in fields else "title"] = title
        return {**inherited, **fields}

    def _with_shared(self, block: Block) -> dict[str, str]:
        fields = dict(block.values)
        waiting, seen = [block], {block.key}
        while waiting and len(seen) <= _LONGEST_CHAIN:
            for key in (
                waiting.pop(0).values.get(_SHARED, "").split(",", _LONGEST_LIST)[:_LONGEST_LIST]
            ):
                found = _named(key, self._shared)
                if found is not None and found.key not in seen:
                    seen.add(found.key)
                    waiting.append(found)
                    fields = {**found.values, **fields}
        return fields

    def _parent(self, block: Block, fields: Mapping[str, str]) -> Block | None:
        """Return the entry that a `crossref` names; the first one of its key, as BibTeX has it."""
        found = _named(fields.get("crossref", ""), self._wholes)
        return None if found is None or found is block or found.key == block.key else found

    def _is_in_ring(self, block: Block, parent: Block) -> bool:
        """Return whether an entry is said to be a part of itself."""
        at: Block | None = parent
        for _ in range(_LONGEST_CHAIN):
            if at is None:
                return False
            at = self._parent(at, self._with_shared(at))
            if at is not None and at.key == block.key:
                return True
        return at is not None


def _by_key(blocks: Iterable[Block]) -> dict[str, Block]:
    """Return the first entry of each key, as it is written and in lower case."""
    found: dict[str, Block] = {}
    told = list(blocks)
    for block in told:
        found.setdefault(block.key, block)
    for block in told:
        found.setdefault(block.key.lower(), block)
    return found


def _named(key: str, entries: dict[str, Block]) -> Block | None:
    key = key.strip()
    if not key:
        return None
    return entries.get(key) or entries.get(key.lower())
