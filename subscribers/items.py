"""Words and phrases, as they are read → the items of a profile. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from subscribers.keyword_lines import PLAIN, LineStyle
from subscribers.messages import Message, message
from subscribers.profile_words import normalised
from subscribers.search_syntax import Scope, SearchField
from subscribers.typed_words import parted, slashed

_INITIALS = re.compile(r"(?:[^\W\d_]\.[ -]?)+")
_CAPITALS = re.compile(r"[A-Z]{1,3}")
_JOINING_FIRST = frozenset(("and", "und", "et", "sowie", "&"))  # the last thing of a list
_JOINING = frozenset(("und", "et", "&"))  # in English they are ranking's to leave out


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a reader asked for, or asked never to see."""

    text: str  # as the reader typed it, without weight, signs and quotes: shown in reasons
    words: tuple[str, ...]  # NFKC, casefolded, in order; `zero-shot` is one word
    phrase: bool = False  # quoted: the words stand together, in order
    weight: float = 1.0  # 0.1 to 10
    required: bool = False  # `+`: a paper without it is never picked
    scope: Scope | None = None  # `title:`, `author:`, `org:`; None: anywhere
    group: str = ""  # the name that its line begins with; none for what is excluded


@dataclass(frozen=True, slots=True)
class ItemPart:
    """An item and where it stands."""

    item: Item
    position: int
    number: int = 0  # of the item that it is a part of


@dataclass(slots=True)
class Signs:
    """What stands before a word or phrase."""

    excluded: bool = False
    required: bool = False
    scope: Scope | None = None
    field: SearchField | None = None
    start: int = 0

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return self.excluded or self.required or self.field is not None


def bag(text: str, *, required: bool = False) -> Item:
    """Return the item of some loose words."""
    words = normalised(text)
    return Item(text, tuple(w for w in words if w not in _JOINING) or words, required=required)


def joined_item(text: str, scope: Scope | None = None) -> Item:
    """Return the item of some loose words that are one word or phrase after all."""
    if scope == "author":
        text = text.replace("*", "")  # `Okafor A*`: an initial stands for its name anyway
    words = normalised(text)
    return Item(text, words, phrase=len(words) > 1 or len(parted(text)) > 1, scope=scope)


@dataclass(slots=True)
class ItemCollector:
    """Takes in words and phrases one after the other, and makes items of them."""

    style: LineStyle = PLAIN
    long_exclusions: bool = True  # `-deep learning` first in its item excludes both words together
    wanted: list[ItemPart] = field(default_factory=list)
    excluded: list[ItemPart] = field(default_factory=list)
    remarks: list[Message] = field(default_factory=list)
    count: int = 0  # items so far
    # the item being read
    loose: list[tuple[int, str]] = field(default_factory=list)  # place and text of bag words
    parts: list[ItemPart] = field(default_factory=list)  # its phrases, `+` and scoped words
    excluding: bool = False  # the item excludes something
    trail: list[tuple[int, str]] = field(default_factory=list)  # loose words after `-word`
    signed: Signs | None = None  # of the unquoted word just read: what follows may belong to it
    last: list[ItemPart] | None = None  # where the last thing went; None: among the loose words

    @property
    def holds(self) -> bool:
        """Whether the item being read wants anything yet."""
        return bool(self.loose or self.parts)

    def add(self, item: Item, signs: Signs) -> None:
        """Take in a phrase, or a word with signs."""
        self._settle(at_end=False)
        item = replace(item, required=signs.required, scope=signs.scope)
        self.last = self.excluded if signs.excluded else self.parts
        self.last.append(ItemPart(item, signs.start))
        self.excluding = self.excluding or signs.excluded
        self.signed = None if item.phrase or not signs.any else signs

    def add_loose(self, position: int, shown: str) -> None:
        """Take in a word of a bag, or what still belongs to the exclusion before it."""
        if self.signed and self.signed.excluded and self.signed.field is None:
            self.trail.append((position, shown))
            return
        if self.signed:
            part = self.parts[-1] if self.parts else self.excluded[-1]
            self._say_alone(self.signed, part.item.text, shown)
        self.signed = None
        self.last = None
        self.loose.append((position, shown))

    def add_alone(self, position: int, item: Item) -> None:
        """Take in what is an item of its own wherever it stands, as a hashtag is."""
        self._settle(at_end=False)
        self.parts.append(ItemPart(item, position))
        self.last, self.signed = self.parts, None

    def add_tag(self, item: Item, signs: Signs) -> None:
        """Take in a hashtag, which ends where it ends."""
        if signs.any:
            self.add(item, signs)
        else:
            self.add_alone(signs.start, item)
        self.signed = None

    def put_in(self, named: SearchField) -> bool:
        """Say where what was just read has to stand, as `[tiab]` after it does; False: nothing."""
        self._settle(at_end=True)
        if self.last:
            part = self.last[-1]
            self.last[-1] = replace(part, item=replace(part.item, scope=named.scope))
        elif self.loose:
            words = [shown for _, shown in self.loose]
            if named.scope == "author" and len(words) > 1 and _CAPITALS.fullmatch(words[-1]):
                words[-1] = " ".join(f"{letter}." for letter in words[-1])  # Smith JA
            self.parts.append(ItemPart(joined_item(" ".join(words), named.scope), self.loose[0][0]))
            self.loose, self.last = [], self.parts
        else:
            return False
        self.signed = None
        return True

    def put_before(self, initials: str) -> None:
        """Give the name before, on a line of names, the initials that stand alone in this item."""
        if self.wanted and self.wanted[-1].item.scope == "author":
            part = self.wanted[-1]
            name = joined_item(f"{part.item.text} {initials}")
            self.wanted[-1] = replace(
                part, item=replace(part.item, text=name.text, words=name.words, phrase=True)
            )
            self.loose = []

    def end(self, weight: float = 1.0) -> bool:
        """Take in what the item holds, with its weight, and begin the next; False: it was empty."""
        self._settle(at_end=True)
        found = [*self.parts, *self._loose_items()]
        found.sort(key=lambda part: part.position)
        found = [self._styled(part, weight) for part in found]
        if self.style.excluded:
            self.excluded += found
        else:
            self.wanted += found
        empty = not found and not self.excluding
        self.count += 1
        self.loose, self.parts, self.excluding = [], [], False
        self.signed = self.last = None
        return not empty

    def _loose_items(self) -> list[ItemPart]:
        if not self.loose:
            return []
        while len(self.loose) > 1 and self.loose[0][1] in _JOINING_FIRST:
            del self.loose[0]
        position = self.loose[0][0]
        words = [shown for _, shown in self.loose]
        text = " ".join(words)
        bracketed = self.style.required and any(bracket in text for bracket in "()（）")
        if self.style.excluded or self.style.scope or bracketed:
            return [ItemPart(joined_item(text), position)]
        if several := slashed(words):
            self._say_apart(text, several)
            return [ItemPart(bag(each), position) for each in several]
        return [ItemPart(bag(text), position)]

    def _say_apart(self, item: str, several: Sequence[str]) -> None:
        self.remarks.append(
            message(
                "“{item}” is read as {items}; in quotation marks it stays one",
                item=item,
                items=", ".join(several),
            )
        )

    def _styled(self, part: ItemPart, weight: float) -> ItemPart:
        item, style = part.item, self.style
        if style is not PLAIN or weight != 1.0:
            item = replace(
                item,
                weight=1.0 if style.excluded else weight,
                required=(item.required or style.required) and not style.excluded,
                scope=item.scope or style.scope,
                group=style.group,
            )
        return ItemPart(item, part.position, self.count)

    def _settle(self, *, at_end: bool) -> None:
        """Decide whether the loose words after an exclusion belong to it."""
        trail, self.trail = self.trail, []
        if not trail:
            return
        words = [shown for _, shown in trail]
        count = self._belonging(words) if self.long_exclusions else 0
        if count:
            part = self.excluded[-1]
            text = " ".join((part.item.text, *words[:count]))
            self.excluded[-1] = replace(part, item=joined_item(text))
        elif at_end:
            self._say_alone(Signs(excluded=True), self.excluded[-1].item.text, words[0])
        self.loose += trail[count:]
        self.loose.sort()
        self.signed = None
        self.last = self.excluded if count == len(trail) else None

    def _belonging(self, words: Sequence[str]) -> int:
        """Return how many words after `-word` are excluded with it.

        `-deep learning` alone is one thing. After `machine learning`, `-deep learning` is one thing
        too: nobody wants learning twice. In `speech -audio recognition` it is the word alone.
        """
        if not self.holds:
            return len(words)
        had = {word for _, shown in self.loose for word in normalised(shown)}
        had |= {word for part in self.parts for word in part.item.words}
        again = [at for at, shown in enumerate(words, 1) if had & set(normalised(shown))]
        return max(again, default=0)

    def _say_alone(self, signs: Signs, word: str, following: str) -> None:
        if signs.field and not signs.field.known:
            return
        sign = "-" if signs.excluded else "+" if signs.required else ""
        sign += f"{signs.scope}:" if signs.scope else ""
        self.remarks.append(
            message(
                "“{sign}{word}” is that word alone; for both words write"
                ' {sign}"{word} {following}"',
                sign=sign, word=word, following=following,
            )
        )  # fmt: skip


def are_initials(text: str) -> bool:
    """Return whether a token is a name's initials with their stops: `Y.`, `J.-P.`."""
    return text.isupper() and _INITIALS.fullmatch(text) is not None
