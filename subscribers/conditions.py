"""Items that mean the same are one, and conditions on them are as few as can be. Pure."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from typing import TypeAlias

from subscribers.items import Item

Meaning: TypeAlias = "tuple[object, ...]"


def meaning(item: Item) -> Meaning:
    """Return what makes two items the same to a reader."""
    return item.words, item.phrase and len(item.words) > 1, item.scope


def as_must(item: Item, alone: Container[Meaning]) -> Item:
    """Return the item, required if it is the only one that fulfils some condition."""
    return replace(item, required=True) if meaning(item) in alone else item


def without_repeats(items: list[Item]) -> tuple[Item, ...]:
    """Keep the first of items that mean the same: required if one is, with the greatest weight."""
    kept: dict[Meaning, Item] = {}
    for item in items:
        key = meaning(item)
        first = kept.setdefault(key, item)
        if item.weight > first.weight or (item.required and not first.required):
            weight, required = max(item.weight, first.weight), item.required or first.required
            kept[key] = replace(first, weight=weight, required=required)
    return tuple(kept.values())


def alternatives(
    wanted: Sequence[Item], musts: Sequence[Sequence[Meaning]]
) -> tuple[tuple[Item, ...], ...]:
    """Return the conditions that no single item fulfils, in the order of the items."""
    places = {meaning(item): at for at, item in enumerate(wanted)}
    clauses = {tuple(sorted({places[each] for each in clause})) for clause in musts}
    asked = [clause for clause in sorted(clauses) if len(clause) > 1]
    needed = [
        clause
        for clause in asked
        if not any(wanted[at].required for at in clause)
        and not any(set(other) < set(clause) for other in asked)
    ]
    return tuple(tuple(wanted[at] for at in clause) for clause in needed)
