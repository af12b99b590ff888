"""Checks of a gettext catalogue: a translation that lost a placeholder would lose a link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import PoFileError, read_po

from digest.composing.checks.finding import Finding

_PLACEHOLDER = re.compile(r"\{[a-z]+\}|%\([a-z]+\)s")


def catalogue_findings(file: Path) -> list[Finding]:
    """Return what is wrong with one `.po` file, with its lines."""
    try:
        with file.open("rb") as source:
            catalogue = read_po(source, abort_invalid=True)
    except PoFileError as error:
        return [Finding("catalogue", "error", str(error), str(file), error.lineno)]
    except (OSError, UnicodeDecodeError) as error:
        return [Finding("catalogue", "error", f"cannot be read: {error}", str(file))]
    return [finding for message in catalogue if message.id
            for finding in _of_message(message, str(file))]  # fmt: skip


def _of_message(message: Message, file: str) -> Iterator[Finding]:
    originals = [message.id] if isinstance(message.id, str) else list(message.id)
    translated = [message.string] if isinstance(message.string, str) else list(message.string or ())
    if not translated or not all(translated):
        text = f"not translated: {originals[0]!r}"
        yield Finding("catalogue", "warning", text, file, message.lineno)
        return
    wanted = set(_PLACEHOLDER.findall(originals[-1]))
    for form in translated:
        given = set(_PLACEHOLDER.findall(form))
        # "{n}" may be left out where the form says it in words: "one paper".
        wrong = (wanted ^ given) - {"{n}"}
        if wrong:
            text = f"{form!r} and {originals[-1]!r} differ in {', '.join(sorted(wrong))}"
            yield Finding("catalogue", "error", text, file, message.lineno)
