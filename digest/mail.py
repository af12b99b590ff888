"""What composing hands to delivery: text with holes, and what fills them.

An issue is not kept as 45 KB of mail but as a recipe: which fragments, in which order, with
which fills. Composing writes fragments as Unicode text; delivery encodes each fragment once
and joins bytes per mail. Both meet here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

# A hole in a fragment is one private-use character; a reader's fill takes its place.
# No text from outside can hold one: `without_holes` removes them at the edge.
HOLES: Mapping[str, str] = {
    "token": "\ue100",  # the mail's signed token, URL-safe
    "preheader": "\ue101",
    "name": "\ue102",
    "address": "\ue103",
    "count": "\ue104",
    "message": "\ue105",  # one free line, e.g. how many more papers are on the web
    "unsubscribe": "\ue106",  # the whole unsubscribe address (https or mailto)
    "contents": "\ue107",  # one line: how many papers, how long they take, under what keywords
}


class Fragment(NamedTuple):
    """A piece of an issue, in both its forms, shared by every mail of an edition.

    A tuple, as it is looked up some fifteen times a mail: its hash is that of two known strings.
    """

    html: str  # may hold HOLES; fills are escaped for HTML when they are put in
    text: str  # the same piece for the text part; its lines are wrapped already


class Issue(NamedTuple):
    """One reader's mail, composed: what to say, not yet in bytes."""

    subscriber: int
    edition: int
    to_address: str
    to_name: str  # may be empty
    subject: str  # Unicode, one line
    fragments: tuple[Fragment, ...]  # joined in this order
    fills: Mapping[str, str]  # hole name → text, unescaped
    papers: tuple[int, ...]  # the numbers of the papers shown, in order: they enter the ledger
    language: str = "en"
    html: bool = True  # False: this reader wants text only
    unsubscribe_url: str | None = None  # https one-click address, for List-Unsubscribe
    unsubscribe_mailto: str | None = None
    web_url: str | None = None  # the issue on the web, when there is a base_url
    scores: Mapping[int, float] = MappingProxyType({})  # paper → score
    composed_at: datetime | None = None
    turn: int | None = None  # 0 or 1: which form the subject has; None: it has only one


def without_holes(text: str) -> str:
    """Return outside text with the private-use characters of HOLES removed."""
    return text.translate(_NO_HOLES)


_NO_HOLES = {ord(mark): None for mark in HOLES.values()}
