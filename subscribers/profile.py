"""Keyword text → Profile, or problems. Pure.

    "continual learning"^2, diffusion, speech -audio, +video, author:"Ada Lovelace"
    Robots: grasping, "imitation learning"
    (planning OR control) AND "model-based"

- An item ends at a comma, a semicolon, a line end, or after its weight.
- `"…"` is a phrase; the loose words of an item are one bag; `^w` (0.1 to 10) is the item's weight.
- `-` excludes and `+` requires the one word or phrase right after it, anywhere in an item; an item
  that begins with `-` is excluded as a whole.
- `title:`, `author:` and `org:` say where that one word or phrase has to stand.
- `Name:` before the items of a line makes them a group.
- AND, OR, NOT in capitals and brackets say what must be there (`boolean_query`).
- Inside a word a hyphen is a hyphen. A dash that a word processor made of a hyphen excludes too.

Every problem is collected with its place, so that a reader can correct them all at once. What other
search engines write is read as it was meant, or is a problem that says what to write.
docs/subscribing.md explains the same to readers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from subscribers.conditions import alternatives, as_must, meaning, without_repeats
from subscribers.errors import ConsentError, Problem, ProfileError
from subscribers.items import Item
from subscribers.keyword_reader import KeywordReader
from subscribers.messages import Message, message

__all__ = [
    "Item",
    "Profile",
    "Reading",
    "parse",
    "parse_stored",
    "read_profile",
    "to_text",
    "without_item",
    "without_shown",
]

MAX_CHARACTERS = 2_000
# Without signs, capitals and figures no item changes what the next one is.
_PLAIN_LIST = re.compile(r"[a-z]+(?:[ -][a-z]+)*(?:, [a-z]+(?:[ -][a-z]+)*)*")


@dataclass(frozen=True, slots=True)
class Profile:
    """What one subscriber asked for. Equal profiles are ranked once."""

    wanted: tuple[Item, ...]
    excluded: tuple[Item, ...] = ()
    any_of: tuple[tuple[Item, ...], ...] = ()  # of each, one has to be there; all are wanted, too

    @property
    def musts(self) -> tuple[tuple[Item, ...], ...]:
        """What has to be there: of each of these, one."""
        return (*((item,) for item in self.wanted if item.required), *self.any_of)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a keyword text was understood to be."""

    profile: Profile
    problems: tuple[Problem, ...] = ()  # in the text's order; with any, it is not to be kept
    remarks: tuple[Message, ...] = ()  # how something was read that could be meant otherwise


def parse(text: str) -> Profile:
    """Read a keyword text.

    Raises:
        ProfileError: with every problem and its place. Nothing else is ever raised.
    """
    reading = read_profile(text)
    if reading.problems:
        raise ProfileError(reading.problems)
    return reading.profile


def parse_stored(text: str) -> Profile:
    """Read a keyword text that was accepted once, perhaps by an earlier and more lenient version.

    Raises:
        ProfileError: nothing in it can be wanted.
    """
    if plain := _read_plain(text):
        return plain
    if len(text) <= MAX_CHARACTERS:
        for long_exclusions in (True, False):  # `-audio speech` was the one word once
            profile = _read(text, long_exclusions=long_exclusions, tells=False).profile
            if profile.wanted:
                return profile
    raise ProfileError(read_profile(text).problems)


def _read_plain(text: str) -> Profile | None:
    """Return the profile of a list of plain words, put together of its items; None: it is more.

    Nearly every reader's list is unlike all others, but its items are not.
    """
    if len(text) > MAX_CHARACTERS or not _PLAIN_LIST.fullmatch(text):
        return None
    items: list[Item] = []
    for item in map(_plain_item, text.split(", ")):
        if item is None:
            return None
        items.append(item)
    return Profile(without_repeats(items))


@lru_cache(maxsize=20_000)
def _plain_item(text: str) -> Item | None:
    """Return the one item that a text is; None: there is more to it, or to be said of it."""
    reading = _read(text, tells=False)
    wanted = reading.profile.wanted
    plain = reading == Reading(Profile(wanted)) and len(wanted) == 1
    return wanted[0] if plain else None


def read_profile(text: str) -> Reading:
    """Read a keyword text as far as it can be read."""
    if len(text) > MAX_CHARACTERS:
        reason = message(
            "the text has {count} characters; {most} at most are allowed",
            count=len(text),
            most=MAX_CHARACTERS,
        )
        return Reading(Profile(()), (Problem(MAX_CHARACTERS, text[MAX_CHARACTERS], reason),))
    reading = _read(text)
    # One character may stand for a sentence: U+FDFA is four words. What is ranked is those.
    written_out = len(unicodedata.normalize("NFKC", text))
    if written_out > 2 * MAX_CHARACTERS:
        reason = message("some of these characters stand for many; please write fewer of them")
        return replace(reading, problems=(Problem(0, text[0], reason), *reading.problems))
    return reading


def _read(text: str, *, long_exclusions: bool = True, tells: bool = True) -> Reading:
    reader = KeywordReader(text, long_exclusions, tells)
    reader.read()
    profile = Profile(*reader.found())
    problems = sorted(reader.problems, key=lambda problem: problem.position)
    placed = tuple(
        replace(each, character=text[each.position : each.position + 1]) for each in problems
    )
    return Reading(profile, placed, tuple(dict.fromkeys(reader.remarks)))


def to_text(profile: Profile) -> str:
    """Write a profile so that `parse` gives it back."""
    text = _lines(profile, ", ")
    return text if len(text) <= MAX_CHARACTERS else _lines(profile, ",")


def without_shown(profile: Profile, index: int, shown: str) -> Profile:
    """Return the profile without the wanted item that a page showed at a place, from 0.

    Raises:
        ConsentError: it is gone or moved already, or it is the only one.
    """
    if index >= len(profile.wanted) or profile.wanted[index].text != shown:
        raise ConsentError(
            message("“{item}” is not at that place among your keywords any more", item=shown)
        )
    if len(profile.wanted) == 1:
        raise ConsentError(
            message("“{item}” is your only keyword: change it, pause or unsubscribe", item=shown)
        )
    return without_item(profile, index)


def without_item(profile: Profile, index: int) -> Profile:
    """Return the profile without its wanted item number `index`, from 0.

    Of alternatives of which one must be there the others remain.

    Raises:
        IndexError: there is no such item. The last one may go: what that means is for the caller.
    """
    if not 0 <= index < len(profile.wanted):
        raise IndexError(index)
    gone = profile.wanted[index]
    left = profile.wanted[:index] + profile.wanted[index + 1 :]
    musts = [
        [meaning(item) for item in clause if item != gone]
        for clause in profile.any_of
        if clause != (gone,)
    ]
    alone = {clause[0] for clause in musts if len(clause) == 1}
    left = tuple(as_must(item, alone) for item in left)
    return replace(profile, wanted=left, any_of=alternatives(left, musts))


def _lines(profile: Profile, comma: str) -> str:
    """Write the items, a line for each group and alternatives in brackets."""
    lines: list[tuple[str, list[str]]] = []
    for item in profile.wanted:
        if not lines or lines[-1][0] != item.group:
            lines.append((item.group, []))
        first = not lines[-1][1] and not item.group and not item.scope and not item.phrase
        # Behind a comma a word with a colon begins no line, and so no group.
        begins = "," if first and (":" in item.text or "：" in item.text) else ""
        lines[-1][1].append(begins + written(item))
    more = [f"+({' OR '.join(written(item) for item in clause)})" for clause in profile.any_of]
    more += ["-" + written(item) for item in profile.excluded]
    if lines and not lines[-1][0]:
        lines[-1][1].extend(more)
    elif more:
        lines.append(("", more))
    return "\n".join(_line(group, items, comma) for group, items in lines)


def _line(group: str, items: Sequence[str], comma: str) -> str:
    if not group:
        return comma.join(items)
    return f"{group}: {comma.join(items)}" + ("," if len(items) == 1 else "")


def written(item: Item) -> str:
    """Write an item as a reader would."""
    scope = f"{item.scope}:" if item.scope else ""
    text = f'"{item.text}"' if item.phrase else item.text
    weight = f"^{item.weight!r}".removesuffix(".0") if item.weight != 1 else ""
    if item.required and not item.phrase and not item.scope and len(item.words) > 1:
        text = f"({text})"
    return f"{'+' if item.required else ''}{scope}{text}{weight}"
