"""Elements to cards: which paragraph is a title, which an abstract, and whose each fact is.

A card is read by a small grammar (votes and submitter, title, abstract, byline, buttons), each
part of which may be missing. Every step costs what it is unlikely; the cheapest path through the
page wins (Viterbi's algorithm), so one bad line costs one paper at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal, NamedTuple

from digest.dumps.page.card_facts import CardFacts, leads_to_organisation, paper_id
from digest.dumps.page.elements import CardElement
from digest.dumps.page.paragraphs import (
    LONGEST_TITLE,
    Unit,
    closes_sentence,
    count_sentences,
    may_name_title,
)

# What a paragraph or a fact is taken for.
Role = Literal["title", "abstract", "more", "organisation", "above", "below", "refused", "none"]
Phase = Literal["out", "above", "title", "abstract", "below", "lost"]

_REFUSED = 1.0  # the unit of all costs: one paragraph that is not understood
_NO_EVIDENCE = 1.2  # a title that neither an abstract nor a fact supports
_ONLY_FACTS = (0.3, 1.1)  # one that facts support, without an abstract; where others have one
_END = CardFacts(is_other=True)  # what follows the last card
_NEVER = 1e9
_SHORT_ABSTRACT = 300
_SHORT_TITLE = 25  # characters
_LONGEST_PARAGRAPH = 2_000  # characters: beyond it nothing is a misprinted title


class CardState(NamedTuple):
    """Where in a card the reading stands."""

    phase: Phase = "out"
    evidence: bool = False  # facts support the title
    abstract: bool = False
    authors: bool = False  # their number is known
    dated: bool = False
    counted: bool = False  # votes stand above the title that is to come


@dataclass(frozen=True, slots=True)
class Setting:
    """What a page is like as a whole."""

    usual_abstract: float  # characters
    only_facts: float  # what a title costs that facts support, without an abstract
    marked_titles: bool  # its titles are headings
    upvotes_lead: bool  # its vote buttons stand above the titles


def read_roles(elements: Sequence[CardElement]) -> list[Role]:
    """Return what each element is, on the cheapest reading of the whole page."""
    settings = _settings(elements)
    follows = _following_facts(elements)
    paths: dict[CardState, float] = {CardState(): 0.0}
    steps: list[dict[CardState, tuple[CardState, Role]]] = []
    for at, element in enumerate(elements):
        best: dict[CardState, float] = {}
        step: dict[CardState, tuple[CardState, Role]] = {}
        before = elements[at - 1] if at else None
        for role, state, after, cost in _moves(element, paths, settings[at], follows[at], before):
            if cost < best.get(after, _NEVER):
                best[after] = cost
                step[after] = (state, role)
        paths = best
        steps.append(step)
    last = settings[-1] if settings else None
    state = min(paths, key=lambda each: paths[each] + (_closing(each, last) if last else 0.0))
    roles: list[Role] = []
    for step in reversed(steps):
        state, role = step[state]
        roles.append(role)
    return roles[::-1]


def _settings(elements: Sequence[CardElement]) -> list[Setting]:
    """Return for each element what its page is like: a text may hold several."""
    starts = [
        0,
        *(at for at, e in enumerate(elements) if _begins_page(elements, at)),
        len(elements),
    ]
    found: list[Setting] = []
    for begin, end in pairwise(starts):
        found += [_setting(elements[begin:end])] * (end - begin)
    return found


def _begins_page(elements: Sequence[CardElement], at: int) -> bool:
    return elements[at].kind == "sign" and at > 0 and elements[at - 1].kind in ("unit", "facts")


def _setting(elements: Sequence[CardElement]) -> Setting:
    units = [element.unit for element in elements if element.unit is not None]
    lengths = [len(unit.text) for unit in units if is_prose(unit)]
    abstracts = sum(_abstract_cost(unit) < 0.5 for unit in units)
    headings = sum(unit.pieces[0].heading for unit in units)
    first_unit = next((at for at, e in enumerate(elements) if e.unit is not None), 0)
    return Setting(
        usual_abstract=median(lengths) if lengths else 800.0,
        only_facts=_ONLY_FACTS[abstracts >= 0.2 * len(units)],
        marked_titles=headings >= 2 and headings >= 0.6 * abstracts,
        upvotes_lead=any(e.facts and e.facts.role == "upvotes" for e in elements[:first_unit]),
    )


def _following_facts(elements: Sequence[CardElement]) -> list[CardFacts | None]:
    """Return for each element the facts right after it; `_END` where the page ends."""
    found: list[CardFacts | None] = []
    following: CardFacts | None = _END
    for element in reversed(elements):
        found.append(following)
        if element.kind == "facts":
            following = element.facts
        elif element.unit is not None:
            following = None
        elif element.kind == "sign":
            following = _END
    return found[::-1]


def is_prose(unit: Unit) -> bool:
    """Return whether a paragraph reads as an abstract: sentences, and more than a line."""
    if unit.pieces[0].heading:
        return False
    return len(unit.text) >= 200 and (count_sentences(unit.text) >= 2 or len(unit.text) >= 600)


def _moves(
    element: CardElement,
    paths: dict[CardState, float],
    setting: Setting,
    follows: CardFacts | None,
    before: CardElement | None,
) -> Iterator[tuple[Role, CardState, CardState, float]]:
    """Yield every step over an element: its role, from where, to where, the cost so far."""
    unit, facts = element.unit, element.facts
    if unit is not None:
        step = _UnitStep(unit, setting, follows, before)
        for state, spent in paths.items():
            yield from ((role, state, to, spent + cost) for role, to, cost in step.moves(state))
    elif facts is not None and not _is_button(facts):
        for state, spent in paths.items():
            for role, to, cost in _fact_moves(facts, state, setting):
                yield role, state, to, spent + cost
    else:
        ends = element.kind in ("sign", "day")
        for state, spent in paths.items():
            yield (
                "none",
                state,
                CardState() if ends else state,
                spent + ends * _closing(state, setting),
            )


def _closing(state: CardState, setting: Setting) -> float:
    """Return what it costs to end a card here."""
    if state.phase == "above":
        return 0.4
    if state.phase in ("out", "lost") or state.abstract:
        return 0.0
    return setting.only_facts if state.evidence else _NO_EVIDENCE


class _UnitStep:
    """What one paragraph can be, with what does not depend on the state worked out once."""

    def __init__(
        self, unit: Unit, setting: Setting, follows: CardFacts | None, before: CardElement | None
    ) -> None:
        self._setting = setting
        first = unit.pieces[0]
        self._marked = first.heading or any(map(paper_id, first.links))
        self._title = _title_cost(unit, setting, self._marked)
        self._abstract = _NEVER if first.heading and setting.marked_titles else _abstract_cost(unit)
        self._more = _more_cost(unit, setting, before)
        self._organisations = [_organisation_cost(unit, a, follows) for a in (False, True)]

    def moves(self, state: CardState) -> Iterator[tuple[Role, CardState, float]]:
        # A stray line stands before a title rather than after it.
        yield "refused", state, _REFUSED + 0.3 * (state.phase == "title")
        yield "refused", CardState("lost"), _REFUSED + 0.1 + _closing(state, self._setting)
        led = state.phase == "above"
        closing = 0.0 if led else _closing(state, self._setting)
        title = self._title - 0.3 * (led and not self._marked)
        yield "title", CardState("title", led or self._marked), closing + title
        if state.phase == "title":
            yield "abstract", CardState("abstract", abstract=True), self._abstract
        if state.phase == "abstract":
            yield "more", state, self._more
        if state.phase in ("title", "abstract"):
            below = CardState("below", True, state.abstract)
            yield "organisation", below, self._organisations[state.abstract]


def _title_cost(unit: Unit, setting: Setting, evidence: bool) -> float:
    text = unit.text
    if len(text) > _LONGEST_PARAGRAPH or not may_name_title(text):
        return _NEVER
    if unit.pieces[0].heading and setting.marked_titles:
        return -0.5
    cost = 1.0 if len(text) > LONGEST_TITLE else 0.0
    sentences = count_sentences(text)
    if sentences > 1:
        cost += 2.5
    elif closes_sentence(text) and text[-1] not in "?!":
        cost += 0.6
    is_word = " " not in text
    cost += 0.2 * text[0].islower() + 0.2 * is_word + 0.8 * (text[0].islower() and is_word)
    # Of two lines above an abstract the longer one is its title: the other may be anything.
    cost += 0.35 * (len(text) <= _SHORT_TITLE and not evidence)
    cost += 1.2 * (setting.marked_titles and not unit.pieces[0].heading)
    return cost - 0.3 * evidence


def _abstract_cost(unit: Unit) -> float:
    text, words = unit.text, unit.text.count(" ") + 1
    if is_prose(unit):
        return 0.0
    if closes_sentence(text):
        return 0.2 if words >= 6 else 1.3
    if len(text) >= _SHORT_ABSTRACT:
        return 0.5
    return 1.2 if words >= 25 else 1.7 if words >= 8 else 2.2


def _more_cost(unit: Unit, setting: Setting, before: CardElement | None) -> float:
    """Return what it costs to take a paragraph for an abstract's second one."""
    if unit.pieces[0].heading or before is None or before.unit is None:
        return _NEVER
    told = before.unit.text
    first = unit.text.lstrip("\"'(“‘[")[:1]
    broken = not closes_sentence(told)
    if broken and first.islower():
        return 0.1
    cost = 0.1 if setting.marked_titles else 0.5
    long = not setting.marked_titles and (len(told) + len(unit.text) > 1.4 * setting.usual_abstract)
    if long or not closes_sentence(unit.text):
        cost += 1.0
    if not unit.pieces[0].gap:
        cost += 0.7
    return cost - 0.2 * broken


def _organisation_cost(unit: Unit, has_abstract: bool, follows: CardFacts | None) -> float:
    text = unit.text
    if follows is None or len(text) > 120 or text.count(" ") > 13 or unit.pieces[0].heading:
        return _NEVER
    if closes_sentence(text) and not text.endswith(("Inc.", "Ltd.", "Co.", "Corp.", "e.V.")):
        return _NEVER
    if has_abstract:
        if any(map(leads_to_organisation, follows.addresses)):
            return 0.1
        if follows is _END or (follows.addresses and not follows.day):
            return 1.5
        return 0.1 if follows.day or follows.role == "upvotes" or _is_button(follows) else 1.5
    return 0.1 if follows.author_count is None and follows is not _END else 1.2


def _fact_moves(
    facts: CardFacts, state: CardState, setting: Setting
) -> Iterator[tuple[Role, CardState, float]]:
    in_card = state.phase in ("title", "abstract", "below")
    # A byline ends its card: it is never passed over to pair a title with a later abstract.
    passed_over = 3.0 if in_card and facts.is_byline else 0.6
    yield "refused", state, 0.1 if state.phase == "lost" else passed_over
    if facts.is_labelled and state.phase in ("title", "abstract", "below"):
        yield "below", state._replace(evidence=True), 0.0
        return
    is_button = facts.role == "upvotes"
    leads = facts.submitter is not None or facts.has_count or is_button
    if leads and not facts.is_byline:
        if state.phase == "above":
            cost = 0.5 * state.counted
            counted = state.counted or facts.submitter is None
            yield "above", CardState("above", counted=counted), cost
        else:
            cost = 0.3 * (is_button and in_card and not setting.upvotes_lead)
            to = CardState("above", counted=facts.submitter is None)
            yield "above", to, _closing(state, setting) + cost
    if in_card and facts.submitter is None and facts.role != "votes":
        again = (facts.author_count is not None and state.authors) or (
            facts.day is not None and state.dated
        )
        cost = 0.1 * facts.has_count + 0.3 * (is_button and setting.upvotes_lead) + 0.8 * again
        authors = state.authors or facts.author_count is not None
        dated = state.dated or facts.day is not None
        evidence = state.evidence or not facts.has_count
        yield "below", CardState("below", evidence, state.abstract, authors, dated), cost


def _is_button(facts: CardFacts) -> bool:
    """Return whether facts stand anywhere on a card and tell nothing but addresses."""
    return facts.is_idle and not facts.has_count and facts.role is None
