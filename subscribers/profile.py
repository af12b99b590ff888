"""Keyword text → Profile, or problems. Pure.

    "continual learning"^2, diffusion, speech -audio, +video, author:"Ada Lovelace"

- An item ends at a comma, at a line end, or after its weight.
- `"…"` is a phrase; the loose words of an item are one bag; `^w` (0.1 to 10) is the item's weight.
- `-` excludes and `+` requires the one word or phrase right after it, anywhere in an item.
- `title:`, `author:` and `org:` say where that one word or phrase has to stand.
- Inside a word a hyphen is a hyphen. A dash that a word processor made of a hyphen excludes too.

Every problem is collected with its place, so that a reader mends them all at once.
docs/subscribing.md explains the same to readers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from subscribers.errors import Problem, ProfileError
from subscribers.item_lexer import Item, ItemLexer
from subscribers.messages import message

__all__ = ["Item", "Profile", "parse", "to_text", "without_item"]

MAX_CHARACTERS = 2_000
MAX_ITEMS = 100


@dataclass(frozen=True, slots=True)
class Profile:
    """What one subscriber asked for. Equal profiles are ranked once."""

    wanted: tuple[Item, ...]
    excluded: tuple[Item, ...] = ()


def parse(text: str) -> Profile:
    """Read a keyword text.

    Raises:
        ProfileError: with every problem and its place. Nothing else is ever raised.
    """
    if len(text) > MAX_CHARACTERS:
        reason = message(
            "the text has {count} characters; {most} is the most",
            count=len(text),
            most=MAX_CHARACTERS,
        )
        raise ProfileError((Problem(MAX_CHARACTERS, text[MAX_CHARACTERS], reason),))
    reader = ItemLexer(text)
    reader.read()
    wanted = _without_repeats([part.item for part in reader.wanted])
    excluded = _without_repeats([part.item for part in reader.excluded])
    problems = [*reader.problems, *_contradictions(reader)]
    problems += _counted(reader, len(wanted) + len(excluded))
    if not wanted and not problems:
        reason = message("there is nothing here yet; name at least one thing to read about")
        if excluded:
            reason = message("this only excludes; name at least one thing to read about")
        problems.append(Problem(len(text), "", reason))
    if problems:
        raise ProfileError(tuple(sorted(problems, key=lambda problem: problem.position)))
    return Profile(wanted, excluded)


def to_text(profile: Profile) -> str:
    """Write a profile so that `parse` gives it back."""
    parts = [_written(item) for item in profile.wanted]
    parts += ["-" + _written(item) for item in profile.excluded]
    text = ", ".join(parts)
    return text if len(text) <= MAX_CHARACTERS else ",".join(parts)


def without_item(profile: Profile, index: int) -> Profile:
    """Return the profile without its wanted item number `index`, from 0.

    Raises:
        IndexError: there is no such item. The last one may go: what that means is for the caller.
    """
    if not 0 <= index < len(profile.wanted):
        raise IndexError(index)
    return replace(profile, wanted=profile.wanted[:index] + profile.wanted[index + 1 :])


def _written(item: Item) -> str:
    scope = f"{item.scope}:" if item.scope else ""
    quote = '"' if item.phrase else ""
    weight = f"^{item.weight!r}".removesuffix(".0") if item.weight != 1 else ""
    return f"{'+' if item.required else ''}{scope}{quote}{item.text}{quote}{weight}"


def _meaning(item: Item) -> tuple[object, ...]:
    return item.words, item.phrase and len(item.words) > 1, item.required, item.scope


def _without_repeats(items: list[Item]) -> tuple[Item, ...]:
    """Keep the first of items that mean the same, with the greatest of their weights."""
    kept: dict[tuple[object, ...], Item] = {}
    for item in items:
        first = kept.setdefault(_meaning(item), item)
        if item.weight > first.weight:
            kept[_meaning(item)] = replace(first, weight=item.weight)
    return tuple(kept.values())


def _contradictions(reader: ItemLexer) -> list[Problem]:
    """Name what is both wanted and excluded in the same words: it could never be picked."""
    wanted = {(part.item.words, part.item.scope) for part in reader.wanted}
    return [
        Problem(
            part.position,
            reader.text[part.position],
            message(
                "“{item}” is both wanted and excluded: take one of them out", item=part.item.text
            ),
        )
        for part in reader.excluded
        if (part.item.words, part.item.scope) in wanted
    ]


def _counted(reader: ItemLexer, items: int) -> list[Problem]:
    if items <= MAX_ITEMS:
        return []
    places = sorted(part.position for part in (*reader.wanted, *reader.excluded))
    reason = message("there are {count} items; {most} is the most", count=items, most=MAX_ITEMS)
    return [Problem(places[MAX_ITEMS], reader.text[places[MAX_ITEMS]], reason)]
