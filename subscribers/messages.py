"""Sentences for readers: English as they stand, and still translatable. Pure.

What goes wrong is found far from any page, and not knowing whose it will be. So a reason is a
`Message`: a str in English, which the command line prints as it is, that also remembers how it was
put together, so that a page can say the same in its reader's language.

`pybabel extract -k message` collects the texts: write them as one literal, with `{named}` holes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Self


class Message(str):
    """A sentence with its parts. Made by `message`."""

    text: str  # the English text with its holes: what a catalogue translates
    values: Mapping[str, object]  # what fills them; a Message among them is translated too

    def __new__(cls, english: str, text: str, values: Mapping[str, object]) -> Self:
        """Take the sentence, and what it is made of."""
        made = super().__new__(cls, english)
        made.text, made.values = text, values
        return made


def message(text: str, **values: object) -> Message:
    """Return a sentence; whole numbers get their thousands marked."""
    return Message(_filled(text, values, _english), text, values)


def in_english_only(text: str, otherwise: Message) -> Message:
    """Return a sentence that is not ours to translate, with what other languages say instead."""
    return Message(text, otherwise.text, otherwise.values)


def told(
    what: object, say: Callable[[str], str], number: Callable[[int], str] = "{:,}".format
) -> str:
    """Return a sentence, or what an exception says, in the language of `say`.

    Plain text stays as it is, and so does a sentence whose translation has lost its holes.
    """
    if isinstance(what, Exception):
        what = what.args[0] if what.args else ""
    if isinstance(what, int):
        return number(what)
    if not isinstance(what, Message):
        return str(what)
    translated = say(what.text)
    if translated == what.text and not any(isinstance(v, Message) for v in what.values.values()):
        return str(what)
    try:
        return _filled(translated, what.values, lambda value: told(value, say, number))
    except (LookupError, ValueError):
        return str(what)


def _english(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _filled(text: str, values: Mapping[str, object], shown: Callable[[object], str]) -> str:
    return text.format(**{name: shown(value) for name, value in values.items()})
