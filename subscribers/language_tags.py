"""Which language will do for another: RFC 4647's look-up, but never in another script. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from babel.core import get_global


def nearest(tag: str, languages: Iterable[str]) -> str | None:
    """Return the language that will do for a BCP 47 tag, as `de` for `de-AT`; None: none does.

    RFC 4647, 3.4; but whoever reads `zh-TW` reads another script than `zh` is written in (CLDR's
    likely subtags), and Chinese in that one is no answer.
    """
    known = {each.lower(): each for each in languages}
    asked = short = tag.replace("_", "-").lower()
    while short:
        if short in known and _script(short) in (_script(asked), None):
            return known[short]
        short = short.rpartition("-")[0]
    return None


def _script(tag: str) -> str | None:
    """Return the script that a language is written in there; None: CLDR does not know it."""
    language, *rest = tag.split("-")
    if rest and len(rest[0]) == 4 and rest[0].isalpha():
        return rest[0].title()
    likely = get_global("likely_subtags")
    region = rest[0].upper() if rest else ""
    found = likely.get(f"{language}_{region}") or likely.get(language)
    return str(found).split("_")[1] if found else None
