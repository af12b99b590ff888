"""Profile → plain words: what was understood, as pages and the command line show it. Pure.

    wanted: diffusion, speech^2
    group Robots: grasping, "imitation learning",
    must: video
    by: Ada Lovelace
    never: image

The lines, written as keywords, are the same profile again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby

from subscribers.items import Item
from subscribers.messages import Message, message, told
from subscribers.profile import Profile, written


@dataclass(frozen=True, slots=True)
class UnderstoodLine:
    """Items of one sort, in a reader's order."""

    label: Message  # wanted, must, by, never, or the name of a group
    items: str

    def told(self, say: Callable[[str], str]) -> str:
        """Return the line in a language."""
        return f"{told(self.label, say)}: {self.items}"

    def __str__(self) -> str:
        return f"{self.label}: {self.items}"


WANTED, MUST, BY, NEVER = message("wanted"), message("must"), message("by"), message("never")


def understood(profile: Profile) -> tuple[UnderstoodLine, ...]:
    """Return what a profile asks for, line by line."""
    lines = []
    for label, items in groupby(profile.wanted, _label):
        named = label not in (WANTED, MUST, BY)
        texts = [written(item) if named else _shown(item, label) for item in items]
        text = ", ".join(texts) + ("," if named and len(texts) == 1 else "")
        lines.append(UnderstoodLine(label, text))
    lines += [
        UnderstoodLine(MUST, " OR ".join(written(item) for item in clause))
        for clause in profile.any_of
    ]
    if profile.excluded:
        lines.append(UnderstoodLine(NEVER, ", ".join(map(written, profile.excluded))))
    return tuple(lines)


def _label(item: Item) -> Message:
    if item.group:
        return message("group {name}", name=item.group)
    if item.required:
        return MUST
    return BY if item.scope == "author" else WANTED


def _shown(item: Item, label: Message) -> str:
    """Write an item without what its line's label says already."""
    if label == MUST:
        return written(replace(item, required=False))
    if label == BY:
        whole = len(item.words) > 1 and item.text.replace(" ", "").isalpha()  # without quotes, too
        return written(replace(item, scope=None, phrase=item.phrase and not whole))
    return written(item)
