"""A line with AND, OR, NOT or brackets → what must be there, any of what, and what never. Pure.

    (grasping OR manipulation) AND "imitation learning" NOT surgery

What a database's query can say beyond a list of keywords is a conjunction of alternatives
(conjunctive normal form): each clause a few items, of which one must be there. AND and OR side by
side mean different things in different databases (Scopus takes OR first, others AND, PubMed goes
from left to right), so brackets have to say which.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from subscribers.errors import Problem
from subscribers.item_lexer import ItemLexer
from subscribers.items import ItemPart, joined_item
from subscribers.keyword_cursor import QUOTES, SEPARATORS
from subscribers.keyword_lines import LINE_ENDS, PLAIN, LineStyle
from subscribers.messages import Message, message
from subscribers.search_syntax import CALL, OPERATOR, OPERATORS, QUERY, SearchField, field_called
from subscribers.typed_words import is_short_for

MOST_CLAUSES = 24

Clause = list[ItemPart]  # any of these
_MUST = re.compile(r"(?<![\w+)-])[+＋](?=\()")
_ABBREVIATION = re.compile(r"\(([A-Z]\w{1,8})\)")
_WEIGHT = re.compile(r"[\^＾](\d{1,2}(?:\.\d+)?)")
_BRACKET = re.compile(r"[()（）]")


@dataclass(slots=True)
class BooleanQuery:
    """What a stretch of text asks for."""

    clauses: list[Clause] = field(default_factory=list)
    excluded: list[ItemPart] = field(default_factory=list)


@dataclass(slots=True)
class _Level:
    """What stands between two brackets, so far."""

    opened: int
    parts: list[BooleanQuery] = field(default_factory=list)
    operators: list[str] = field(default_factory=list)  # before each part: "", AND, OR, NOT
    scope: SearchField | None = None


def looks_like_a_query(text: str) -> bool:
    """Return whether there may be an operator in a text; a quick look."""
    return QUERY.search(text) is not None or (
        "(" in text and any(map(field_called, CALL.finditer(text)))
    )


class QueryReader:
    """Reads one stretch of text; `read` returns what it asks for."""

    def __init__(self, text: str, at: int, style: LineStyle = PLAIN) -> None:
        self.text = text
        self.at = at
        self.style = style
        self.problems: list[Problem] = []
        self.remarks: list[Message] = []
        self._levels = [_Level(at)]
        self._operator = ""
        self._operator_at = -1

    def read(self) -> BooleanQuery:
        """Take in the whole text."""
        chunk = self.at
        while self.at < len(self.text):
            here = self.text[self.at]
            if here in QUOTES:
                self.at = _after_phrase(self.text, self.at, len(self.text))
            elif operator := OPERATOR.match(self.text, self.at):
                self._take(chunk, self.at)
                self._set_operator(operator[0])
                self.at = chunk = operator.end()
            elif call := self._call_here():
                self._take(chunk, self.at)
                self._open(call.end(), field_called(call), call[0].strip(" =\t"))
                chunk = self.at
            elif here in "(（" and (short := self._abbreviation_here(chunk)):
                self.at = short.end()
            elif here in "(（" and groups(self.text, self.at):
                self._take(chunk, self.at)
                self._open(self.at)
                chunk = self.at
            elif here in ")）" and len(self._levels) > 1:
                self._take(chunk, self.at)
                self._close()
                chunk = self.at
            else:
                self.at += 1
        self._take(chunk, self.at)
        self._finish()
        return self._query_of(self._levels[0])

    def _problem(self, position: int, reason: Message) -> None:
        self.problems.append(Problem(position, self.text[position : position + 1], reason))

    def _finish(self) -> None:
        while len(self._levels) > 1:
            opened = self._levels[-1].opened
            self._problem(opened, message("this bracket is never closed"))
            self._close()
        self._check_followed()

    def _check_followed(self) -> None:
        """Tell of an operator that nothing follows."""
        if self._operator:
            reason = message(
                "nothing follows {operator}: write a keyword after it, or take it out",
                operator=self._operator,
            )
            self._problem(self._operator_at, reason)
        self._operator = ""

    def _call_here(self) -> re.Match[str] | None:
        if self.at and (self.text[self.at - 1].isalnum() or self.text[self.at - 1] in "-_"):
            return None
        call = CALL.match(self.text, self.at)
        return call if call and field_called(call) else None

    def _abbreviation_here(self, chunk: int) -> re.Match[str] | None:
        """Return the `(GNN)` after the words that it is short for."""
        short = _ABBREVIATION.match(self.text, self.at)
        words = self.text[chunk : self.at].split()
        return short if short and is_short_for(short[1], words) else None

    def _set_operator(self, typed: str) -> None:
        operator = OPERATORS.get(typed, "NOT")
        level = self._levels[-1]
        if self._operator == "OR" and operator == "NOT":
            self._problem(
                self.at,
                message("OR and NOT side by side: write what is wanted first, then NOT"),
            )  # fmt: skip
        elif (self._operator and operator != "NOT") or (not level.parts and operator != "NOT"):
            self._problem(
                self.at, message("nothing stands before {operator}: take it out", operator=typed)
            )
        self._operator, self._operator_at = operator, self.at

    def _open(self, at: int, scope: SearchField | None = None, name: str = "") -> None:
        if scope:
            checking = ItemLexer(self.text, at)
            checking.check_field(self.at, scope, name)
            self.problems += checking.problems
            self.remarks += checking.items.remarks
        outer = self._levels[-1]
        inner = _Level(self.at, scope=scope or outer.scope)
        outer.operators.append(self._operator)
        self._operator = ""
        self._levels.append(inner)
        self.at = at + 1 if self.text[at : at + 1] in ("(", "（") else self.at + 1

    def _close(self) -> None:
        level = self._levels.pop()
        self._check_followed()
        query = self._query_of(level)
        self.at = min(self.at + 1, len(self.text))
        if weight := _WEIGHT.match(self.text, self.at):
            self.at = weight.end()
            self._weigh(query, weight)
        outer = self._levels[-1]
        if not query.clauses and not query.excluded:
            outer.operators.pop()
        else:
            outer.parts.append(query)

    def _weigh(self, query: BooleanQuery, found: re.Match[str]) -> None:
        weight = float(found[1])
        if not 0.1 <= weight <= 10:
            reason = message(
                "the weight {weight} is not between 0.1 and 10 (write ^0.5)", weight=found[1]
            )
            self._problem(found.start(), reason)
            return
        query.clauses = [
            [replace(part, item=replace(part.item, weight=weight)) for part in clause]
            for clause in query.clauses
        ]

    def _take(self, start: int, end: int) -> None:
        """Read the words between two brackets or operators."""
        if not self.text[start:end].strip(" \t.,;" + LINE_ENDS):
            return
        level = self._levels[-1]
        lexer = ItemLexer(self.text[:end], start)
        lexer.read()
        self.problems += lexer.problems
        self.remarks += lexer.items.remarks
        excluded = [self._as_exclusion(part) for part in lexer.items.excluded]
        listed: dict[int, list[Clause]] = {}
        for part in lexer.items.wanted:
            _join(listed.setdefault(part.number, []), self._in_query(part, level))
        if listed or excluded:
            clauses = self._alternatives(list(listed.values()), level) if listed else []
            level.parts.append(BooleanQuery(clauses, excluded))
            level.operators.append(self._operator)
            self._operator = ""

    def _in_query(self, part: ItemPart, level: _Level) -> ItemPart:
        """Return an item as a query means it: with its bracket's field, its words all together."""
        item = part.item
        if _BRACKET.search(item.text):  # `f(x)`: within the brackets of a query it has to be quoted
            item = replace(item, phrase=True)
        if level.scope and level.scope.known and not item.scope:
            scope = level.scope.scope
            if scope or len(item.words) > 1:
                made = joined_item(item.text, scope)
                phrase = made.phrase or item.phrase
                item = replace(made, phrase=phrase, required=item.required, weight=item.weight)
        return replace(part, item=replace(item, group=self.style.group))

    def _query_of(self, level: _Level) -> BooleanQuery:
        """Put the parts of a level together, as its operators say."""
        wanted = [p for p, op in zip(level.parts, level.operators, strict=True) if op != "NOT"]
        refused = [p for p, op in zip(level.parts, level.operators, strict=True) if op == "NOT"]
        joined = [op for op in level.operators[1:] if op != "NOT"]
        either = "OR" in joined
        if either and any(op != "OR" for op in joined):
            self._problem(
                level.opened,
                message(
                    "AND and OR side by side mean either: put brackets, as in"
                    " (grasping OR planning) AND robots"
                ),
            )
        made = BooleanQuery(excluded=[part for query in level.parts for part in query.excluded])
        if either and any(query.excluded for query in wanted) and len(self._levels) > 1:
            self._say_not_within()
        for query in refused:
            made.excluded += self._refused(query)
        if either:
            made.clauses = self._alternatives([q.clauses for q in wanted if q.clauses], level)
        else:
            made.clauses = [clause for query in wanted for clause in query.clauses]
        return made

    def _say_not_within(self) -> None:
        self._problem(
            self._levels[-1].opened,
            message(
                "NOT within alternatives: what is excluded never comes, so write it at the end"
            ),
        )

    def _alternatives(self, of: Sequence[Sequence[Clause]], level: _Level) -> list[Clause]:
        """Return the clauses of `this OR that`: all ways to take one of each (distribution)."""
        count = 1
        for clauses in of:
            count *= len(clauses)
        if count > MOST_CLAUSES:
            self._problem(
                level.opened, message("too many ANDs within an OR: write several keywords instead")
            )
            return [[part for clauses in of for clause in clauses for part in clause]]
        return [[part for clause in chosen for part in clause] for chosen in product(*of)]

    def _refused(self, query: BooleanQuery) -> list[ItemPart]:
        """Return what `NOT …` excludes: each of some alternatives, a word or a phrase."""
        if len(query.clauses) > 1:
            self._problem(
                query.clauses[0][0].position,
                message(
                    "NOT before several things that must come together: write -this or -that for"
                    " each that you never want to see"
                ),
            )
        return [self._as_exclusion(part) for clause in query.clauses for part in clause]

    def _as_exclusion(self, part: ItemPart) -> ItemPart:
        item = part.item
        text = item.text
        made = item if item.phrase or item.scope else joined_item(text)
        return replace(part, item=replace(made, weight=1.0, required=False, group=""))


def groups(text: str, at: int) -> bool:
    """Return whether the bracket at a place groups; within a word, as in `f(x)`, it does not."""
    before = text[at - 1 : at] if at else ""
    return not (before.isalnum() or before in (")", "]"))


def stretches(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where the items of a line begin and end, brackets and quotation marks kept whole."""
    at, depth = start, 0
    while at < end:
        here = text[at]
        if here in QUOTES:
            at = _after_phrase(text, at, end)
            continue
        if here in "(（" and (groups(text, at) or CALL.match(text, _word_before(text, at))):
            if depth == 0 and _MUST.match(text, at - 1) and at - 1 > start:
                yield start, at - 1
                start = at - 1
            depth += 1
        elif here in ")）" and depth:
            depth -= 1
            if depth == 0 and _MUST.match(text, start):
                weight = _WEIGHT.match(text, at + 1)
                at = weight.end() - 1 if weight else at
                yield start, at + 1
                start = at + 1
        elif here in SEPARATORS and depth == 0:
            yield start, at
            start = at + 1
        at += 1
    yield start, end


def is_must(text: str, start: int) -> bool:
    """Return whether a stretch is `+(this, that)`: one of them has to be there."""
    return _MUST.match(text, start) is not None


def _after_phrase(text: str, at: int, end: int) -> int:
    at += 1
    while at < end and text[at] not in QUOTES + LINE_ENDS:
        at += 1
    return min(at + 1, end)


def _word_before(text: str, at: int) -> int:
    while at and text[at - 1] in "= \t":
        at -= 1
    while at and (text[at - 1].isalpha() or text[at - 1] in "-:"):
        at -= 1
    return at + (text[at : at + 1] == "-")


def _join(clauses: list[Clause], part: ItemPart) -> None:
    """Add what must be there too; an abbreviation is another word for what is before it."""
    if clauses and is_short_for(part.item.text, list(clauses[-1][-1].item.text.split())):
        clauses[-1].append(part)
    else:
        clauses.append([part])
