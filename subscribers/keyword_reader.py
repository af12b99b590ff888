"""Keyword text → items, what is wrong, and what could be meant otherwise. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from subscribers.boolean_query import (
    MOST_CLAUSES,
    Clause,
    QueryReader,
    is_must,
    looks_like_a_query,
    stretches,
)
from subscribers.conditions import alternatives, as_must, meaning, without_repeats
from subscribers.errors import Problem
from subscribers.item_lexer import ItemLexer
from subscribers.items import Item, ItemPart
from subscribers.keyword_lines import Line, lines_of
from subscribers.messages import Message, message
from subscribers.misreadings import misreadings
from subscribers.pasted_text import cleaned
from subscribers.typed_words import says_nothing

MAX_ITEMS = 100
_JSON_OBJECT = re.compile(r"\s*(?:\[\s*)?\{\s*\"[^\"]*\"\s*:")
_OR = re.compile(r"(?<=\s)(?:or|oder)(?=\s)")


class Found(NamedTuple):
    """The items of a text."""

    wanted: tuple[Item, ...]
    excluded: tuple[Item, ...]
    any_of: tuple[tuple[Item, ...], ...]


@dataclass(slots=True)
class KeywordReader:
    """Reads a text line by line and puts together what was found."""

    text: str
    long_exclusions: bool = True
    tells: bool = True  # of what is not read as it may have been meant; it changes no item
    wanted: list[ItemPart] = field(default_factory=list)
    excluded: list[ItemPart] = field(default_factory=list)
    musts: list[Clause] = field(default_factory=list)
    queries: list[list[Clause]] = field(default_factory=list)  # those that make conditions
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Message] = field(default_factory=list)

    def read(self) -> None:
        """Take in the whole text."""
        clean, self.remarks, sentences = cleaned(self.text)
        if _JSON_OBJECT.match(clean):
            self.problem(
                clean.index("{"),
                "this looks like JSON: write the keywords alone, with commas between",
            )
        for line in lines_of(clean):
            if line.style.required:
                clean = _with_or(clean, line)
            if line.style.scope == "author":
                clean = _with_whole_names(clean, line)
            if line.remark:
                self.remarks.append(line.remark)
            if not looks_like_a_query(clean[line.start : line.end]):
                self._read_items(clean[: line.end], line.start, line)
                continue
            for start, end in stretches(clean, line.start, line.end):
                if looks_like_a_query(clean[start:end]):
                    self._read_query(clean[:end], start, line)
                else:
                    self._read_items(clean[:end], start, line)
        self._join_queries()
        if self.tells:
            self._tell_misreadings(clean, sentences)

    def _tell_misreadings(self, clean: str, sentences: Sequence[int]) -> None:
        told = {problem.position for problem in self.problems}
        for found in misreadings(clean, sentences):
            if not found.refused:
                self.remarks.append(found.says)
            elif told.isdisjoint(range(found.position, found.end)):
                self.problems.append(Problem(found.position, "", found.says))

    def problem(self, position: int, text: str, **values: object) -> None:
        """Note what is wrong at a position."""
        self.problems.append(Problem(position, "", message(text, **values)))

    def _read_items(self, text: str, start: int, line: Line) -> None:
        lexer = ItemLexer(text, start, line.style, long_exclusions=self.long_exclusions)
        lexer.read()
        items = lexer.items
        self.wanted += items.wanted
        self.excluded += items.excluded
        self.problems += lexer.problems
        self.remarks += items.remarks

    def _read_query(self, text: str, start: int, line: Line) -> None:
        must = is_must(text, start)
        reader = QueryReader(text, start + must, line.style)
        query = reader.read()
        self.problems += reader.problems
        self.remarks += reader.remarks
        self.excluded += query.excluded
        asked = [part for clause in query.clauses for part in clause]
        self.wanted += sorted(asked, key=lambda part: part.position)
        if line.style.excluded:
            self.problem(start, "on a line of exclusions, put commas between what never comes")
        elif must or line.style.required:
            self.musts += query.clauses
        elif len(query.clauses) > 1:
            self.queries.append(query.clauses)

    def _join_queries(self) -> None:
        """Make conditions of the queries: what AND joins must be there.

        Of several queries one has to hold, so their conditions are combined. Beside keywords that
        are no query they would keep out all that the others bring.
        """
        if not self.queries:
            return
        asked = {part.position for clauses in self.queries for clause in clauses for part in clause}
        asked |= {part.position for clause in self.musts for part in clause}
        count = 1
        for clauses in self.queries:
            count *= len(clauses)
        if any(part.position not in asked and not part.item.required for part in self.wanted):
            first = min(part.position for clause in self.queries[0] for part in clause)
            self.problem(
                first,
                "AND makes conditions for the whole mail, and other keywords beside it would bring"
                " nothing: leave the AND out, as the words of one item count together anyway",
            )
        elif count > MOST_CLAUSES:
            self.problem(0, "too many ANDs at once: write several keywords instead")
        else:
            self.musts += [
                [part for clause in chosen for part in clause] for chosen in product(*self.queries)
            ]

    def found(self) -> Found:
        """Return what was understood, and check the items together."""
        musts = [[meaning(part.item) for part in clause] for clause in self.musts]
        alone = {clause[0] for clause in musts if len(set(clause)) == 1}
        wanted = without_repeats([as_must(part.item, alone) for part in self.wanted])
        excluded = without_repeats([part.item for part in self.excluded])
        self._check(wanted, excluded)
        return Found(wanted, excluded, alternatives(wanted, musts))

    def _check(self, wanted: Sequence[Item], excluded: Sequence[Item]) -> None:
        """Note what is wrong with the items together."""
        self.problems += _contradictions(self.wanted, self.excluded)
        self.remarks += _nearly_contradictions(self.wanted, self.excluded)
        if len(wanted) + len(excluded) > MAX_ITEMS:
            places = sorted(part.position for part in (*self.wanted, *self.excluded))
            self.problem(
                places[MAX_ITEMS],
                "there are {count} items; {most} at most are allowed",
                count=len(wanted) + len(excluded),
                most=MAX_ITEMS,
            )
        self.remarks += [
            message("“{item}” is in nearly every paper", item=item.text)
            for item in wanted
            if says_nothing(item.words)
        ]
        if self.problems:
            return
        if not wanted and excluded:
            self.problem(
                len(self.text), "this only excludes; name at least one thing to read about"
            )
        elif not wanted:
            self.problem(
                len(self.text), "there is nothing here yet; name at least one thing to read about"
            )
        elif all(says_nothing(item.words) for item in wanted):
            self.problem(
                min(part.position for part in self.wanted),
                "“{item}” is in nearly every paper: write what the papers are about",
                item=wanted[0].text,
            )


def _with_or(text: str, line: Line) -> str:
    """Return the text with the `or` of a line of musts in capitals: one of these must be there."""
    here = _OR.sub(lambda found: "OR".ljust(len(found[0])), text[line.start : line.end])
    return text[: line.start] + here + text[line.end :]


def _with_whole_names(text: str, line: Line) -> str:
    """Return the text with a line of `Lovelace, Ada; Somerville, Mary` as names without commas."""
    here = text[line.start : line.end]
    names = here.rstrip("; .").split(";")
    if len(names) < 2 or any(name.count(",") != 1 for name in names):
        return text
    return text[: line.start] + here.replace(",", " ") + text[line.end :]


def _contradictions(wanted: Sequence[ItemPart], excluded: Sequence[ItemPart]) -> list[Problem]:
    """Name what keeps out all that is wanted beside it: it could never be picked."""
    return [
        Problem(
            part.position,
            "",
            message(
                "“{item}” is both wanted and excluded: take one of them out", item=part.item.text
            ),
        )
        for part in excluded
        if any(_is_within(part.item, each.item) for each in wanted)
    ]


def _nearly_contradictions(
    wanted: Sequence[ItemPart], excluded: Sequence[ItemPart]
) -> list[Message]:
    """Name what keeps out most of what is wanted: a paper need not say all words of an item."""
    return [
        message(
            "“{out}” also keeps out the papers for “{item}” that say it",
            out=f"-{out.item.text}",
            item=part.item.text,
        )
        for out in excluded
        for part in wanted
        if set(out.item.words) < set(part.item.words) and not part.item.phrase
    ]


def _is_within(excluded: Item, wanted: Item) -> bool:
    """Return whether every paper with what is wanted has what is excluded, too."""
    out, asked = excluded.words, wanted.words
    if excluded.scope != wanted.scope:
        return False
    places = range(len(asked) - len(out) + 1) if wanted.phrase else range(1)
    return any(asked[at : at + len(out)] == out for at in places) and (
        wanted.phrase or len(out) == len(asked)
    )
