"""Keyword text → Profile, or problems. Pure.

(The parser is being written; the types below are the contract.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scope = Literal["title", "author", "org"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a reader asked for, or asked never to see."""

    text: str  # as the reader typed it, without weight, signs and quotes: shown in reasons
    words: tuple[str, ...]  # NFKC, casefolded, in order; `zero-shot` is one word
    phrase: bool = False  # quoted: the words stand together, in order
    weight: float = 1.0  # 0.1 to 10
    required: bool = False  # `+`: a paper without it is never picked
    scope: Scope | None = None  # `title:`, `author:`, `org:`; None: anywhere


@dataclass(frozen=True, slots=True)
class Profile:
    """What one subscriber asked for. Equal profiles are ranked once."""

    wanted: tuple[Item, ...]
    excluded: tuple[Item, ...] = ()
