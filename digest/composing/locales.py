"""The languages of mails and pages: gettext catalogues for the words, Babel for the rest.

A catalogue is one text file, `LANGUAGE/LC_MESSAGES/digest.po`. It is read as it is when the
process starts (about 10 ms): nobody has to compile anything, in a clone or in a wheel.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, get_timezone_name
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from digest.errors import TemplateError
from subscribers.language_tags import nearest

SHIPPED = Path(__file__).parent.parent / "locale"
_PO = "LC_MESSAGES/digest.po"


@dataclass(frozen=True, eq=False)  # there is one of each language: a key that costs nothing
class Catalogue:
    """One language: how it says things, counts, dates and lists."""

    language: str  # as in <html lang>: "en", "de", "pt-BR"
    locale: Locale
    translations: NullTranslations

    @cached_property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return str(self.locale.text_direction)

    @cached_property
    def name(self) -> str:
        """What the language calls itself: Deutsch."""
        return str(self.locale.display_name).capitalize()

    def say(self, message: str) -> str:
        """Return the translation of a message."""
        return str(self.translations.ugettext(message))

    def plural(self, singular: str, plural: str, n: int) -> str:
        """Return the right plural form, with `{n}` filled by the formatted number."""
        form = str(self.translations.ungettext(singular, plural, n))
        return form.replace("{n}", self.number(n))

    def number(self, n: int) -> str:
        """Format a number: 1,234 or 1.234."""
        return _decimal(n, self)

    def day(self, day: date) -> str:
        """Format a date with its year, short: 25 Nov 2022."""
        return _day(day, self.locale)

    def weekday(self, day: date) -> str:
        """Format a date for the masthead: Thursday, 25 November 2022."""
        return format_date(day, "full", locale=self.locale)

    def short_weekday(self, day: date) -> str:
        """Format a date for one line with other words: Thu, 25 Nov."""
        return format_skeleton("MMMEd", day, locale=self.locale)

    def hour(self, hour: int, zone: str) -> str:
        """Format a full hour with its time zone: 07:00 (Central European Time)."""
        form = self.say("{time} ({zone})").replace("{time}", f"{time(hour):%H:%M}")
        return form.replace("{zone}", _zone(zone, self.locale))

    def join(self, items: Sequence[str]) -> str:
        """Join as a list: a, b and c."""
        if len(items) == 1:
            return items[0]
        before, *after = _around(len(items), self.locale)
        return before + "".join(chain.from_iterable(zip(items, after, strict=True)))


@lru_cache(maxsize=4096)  # Babel takes 20 µs, and the same few come again and again
def _decimal(n: int, words: Catalogue) -> str:
    return format_decimal(n, locale=words.locale)


@lru_cache(maxsize=4096)
def _day(day: date, locale: Locale) -> str:
    return format_date(day, "medium", locale=locale)


@lru_cache(maxsize=64)
def _zone(name: str, locale: Locale) -> str:
    """Return what people call a time zone, summer or winter; its IANA name if they do not."""
    if "/" not in name or name.startswith("Etc/"):  # UTC, and offsets
        return name
    return get_timezone_name(ZoneInfo(name), zone_variant="generic", locale=locale)


@lru_cache(maxsize=4096)
def _around(count: int, locale: Locale) -> list[str]:
    """Return what stands before, between and after the items of a list."""
    return format_list(["\0"] * count, locale=locale).split("\0")


class Catalogues:
    """The languages that there are: English, what is shipped, and what the operator added."""

    def __init__(self, folders: Sequence[Path] = (), default: str = "en") -> None:
        self._files: dict[str, Path] = {}
        for folder in (SHIPPED, *folders):
            for file in sorted(folder.glob(f"*/{_PO}")):
                self._files[file.parts[-3].replace("_", "-")] = file
        self.default = default if default in self.names() else "en"
        self._words: dict[str, Catalogue] = {}

    @property
    def files(self) -> dict[str, Path]:
        """The catalogue of each language; English needs none."""
        return dict(self._files)

    def names(self) -> list[str]:
        """Return the language codes that have words of their own."""
        return sorted({"en", *self._files})

    def words(self, language: str) -> Catalogue:
        """Return a language's words; `de-AT` is content with `de`, an unknown one with the default.

        Raises TemplateError if its catalogue cannot be read.
        """
        tag = self._nearest(language)  # kept by it: of what people ask for there is no end
        found = self._words.get(tag)
        if found is None:
            found = self._words[tag] = _read(tag, self._files.get(tag))
        return found

    def _nearest(self, language: str) -> str:
        return nearest(language, self.names()) or self.default


def _read(tag: str, file: Path | None) -> Catalogue:
    try:
        locale = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        raise TemplateError(
            f"{tag!r} is no language code that Babel knows", template=str(file or tag)
        ) from None
    if file is None:
        return Catalogue(tag, locale, NullTranslations())
    try:
        with file.open("rb") as source:
            catalogue = read_po(source, locale=str(locale), abort_invalid=True)
    except PoFileError as error:
        raise TemplateError(str(error), template=str(file), line=error.lineno) from None
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"cannot be read: {error}", template=str(file)) from None
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Catalogue(tag, locale, Translations(compiled, domain="digest"))
