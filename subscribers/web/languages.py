"""Which language a page is in: the reader's own, else what their browser asks for.

The words themselves come from outside, through a protocol: the mails' catalogue has those of the
pages too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Protocol

from subscribers.language_tags import nearest


class PageWords(Protocol):
    """One language."""

    @property
    def language(self) -> str:
        """Its BCP 47 tag, for `<html lang>`."""

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""

    @property
    def name(self) -> str:
        """What it calls itself: Deutsch."""

    @property
    def translations(self) -> Any:
        """Gettext translations, for Jinja."""

    def __hash__(self) -> int:
        """Compiled templates are kept by it."""

    def say(self, message: str) -> str:
        """Return the translation of a text; the text itself when there is none."""

    def number(self, n: int) -> str:
        """Format a whole number."""

    def day(self, day: date) -> str:
        """Format a date with its year: 2 Mar 2026."""

    def hour(self, hour: int, zone: str) -> str:
        """Format a full hour with its time zone: 07:00 (Central European Time)."""

    def join(self, items: Sequence[str]) -> str:
        """Join as a list: a, b and c."""


class PageLanguages(Protocol):
    """All languages that there are."""

    @property
    def default(self) -> str:
        """The newsletter's tag."""

    def names(self) -> list[str]:
        """Return the tags of all."""

    def words(self, language: str) -> PageWords:
        """Return the words of a tag or its nearest; of an unknown one the default's."""


def wanted(accept_language: str, known: Iterable[str]) -> str:
    """Return the known tag that a browser wants most, empty when it wants none of them.

    Args:
        accept_language: the header (RFC 9110, section 12.5.4); anything else wants nothing.
        known: tags that there are words for.
    """
    tags = list(known)
    return next(filter(None, (nearest(tag, tags) for tag in _ranges(accept_language))), "")


def _ranges(accept_language: str) -> list[str]:
    """Return the languages of the header in lower case, the most wanted first."""
    found: list[tuple[float, str]] = []
    for part in accept_language[:1000].split(","):
        tag, _, weight = part.strip().lower().partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        if tag and 0 < quality <= 1:
            found.append((quality, tag.strip()))
    return [tag for _, tag in sorted(found, key=lambda each: -each[0])]
