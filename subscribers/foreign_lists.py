"""Lists of readers as other programs write them: their columns by our names. Pure.

Newsletter programs and address books export an address, a name in one or two columns, perhaps a
state, and much that means nothing here. None has keywords. What is not taken is named, and who has
left there, or never agreed, is rejected: their columns say so in many ways.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from subscribers.mailbox_lists import read_mailbox

EMAIL_COLUMNS = (
    *("email", "email address", "e mail", "e mail address", "mail", "mail address", "emailaddress"),
    *("subscriber email", "contact email", "user email", "primary email", "subscriber"),
    *("e mail 1 value", "adresse e mail", "e mail adresse", "mailadresse", "correo electronico"),
)
_NAME = ("name", "full name", "fullname", "display name", "subscriber name", "contact name")
_FIRST = ("first name", "firstname", "fname", "given name", "first", "vorname", "prenom", "nombre")
_LAST = (
    *("last name", "lastname", "lname", "family name", "surname", "last"),
    *("nachname", "familienname", "nom", "apellidos"),
)
_STATE = (
    *("state", "status", "subscription status", "subscriber status", "member status"),
    *("email status", "email subscription status", "type"),
)
# Columns that say that somebody left, when they hold anything but a no; and that somebody is in,
# when they hold a no.
_LEFT = re.compile(
    r"^(un ?sub|opt(ed)? ?out|clean(ed)? |bounce|complain|spam|delete|black ?list|block ?list"
    r"|abgemeldet|abbestellt|ausgetragen|gesperrt|geloscht|desabonne|desinscri|bajas? )"
)
# Lines above addresses that say that those below have left, and that they are in.
_LEFT_BELOW = re.compile(
    r"(left|former|ex|inactive|inaktiv|removed|invalid|dead|do not|dont|don't|no longer"
    r"|not (?!un|opted out)|ausgetreten|ehemaligen?|entfernt|ungultig|nicht|inactifs?|anciens?)\b"
)
_IN_BELOW = re.compile(
    r"(still )?(subscribe|active|enabled|confirmed|member|reader|recipient|current|new|opted in"
    r"|not (un|opted out)|abonn|aktiv|mitglied|leser|empfang|inscri|actif|activo|suscri)"
)
_IN = re.compile(r"^(is )?(subscribed|opt(ed)? ?in|accepts|marketing consent|email consent)")
_NO = ("", "0", "false", "no", "n", "none", "null", "never", "nein", "non")
_RUNNING = ("", "active", "subscribed", "enabled", "confirmed", "regular", "opted in", "live")
_WAITING = ("pending", "unconfirmed", "unactivated", "not confirmed", "invited")


@dataclass(frozen=True, slots=True)
class ForeignColumns:
    """Where a list from elsewhere has what we take."""

    header: tuple[str, ...]  # as the file writes it
    email: int
    name: tuple[int, ...]
    states: tuple[int, ...]
    departures: tuple[int, ...]
    agreements: tuple[int, ...]

    @property
    def left_out(self) -> tuple[str, ...]:
        """The columns that are not taken."""
        taken = {self.email, *self.name, *self.states, *self.departures, *self.agreements}
        return tuple(name for at, name in enumerate(self.header) if at not in taken)

    def fields(self, cells: Sequence[str]) -> Mapping[str, str]:
        """Return a row under our names: email, name, keywords (empty) and state."""
        name = " ".join(" ".join(cells[at].split()) for at in self.name).strip()
        return {
            "email": cells[self.email].strip(),
            "name": name,
            "keywords": "",
            "state": self._state(cells),
        }

    def _state(self, cells: Sequence[str]) -> str:
        for at in self.departures:
            if plain_name(cells[at]) not in _NO:
                return plain_name(self.header[at])
        for at in self.agreements:
            if cells[at].strip() and plain_name(cells[at]) in _NO:
                return f"not {plain_name(self.header[at])}"
        said = [plain_name(cells[at]) for at in self.states]
        if others := [each for each in said if each not in _RUNNING + _WAITING]:
            return others[0]
        return "pending" if any(each in _WAITING for each in said) else ""


def read_foreign_header(
    header: Sequence[str], rows: Sequence[Sequence[str]]
) -> ForeignColumns | str:
    """Return where the columns stand, or why this is no list of readers.

    A column may have any name when it alone has addresses in the first `rows`.
    """
    plain = [plain_name(name) for name in header]

    def where(names: Sequence[str]) -> tuple[int, ...]:
        return tuple(at for name in names for at, said in enumerate(plain) if said == name)

    emails = where(EMAIL_COLUMNS) or _columns_of_addresses(len(header), rows)
    if not emails:
        return "the header lacks email; it needs email,name,keywords, or email alone to invite"
    if len(emails) > 1 and not where(EMAIL_COLUMNS):
        told = " and ".join(repr(header[at]) for at in emails)
        return f"there are addresses in {told}: name the column email that is to be used"
    for cell, said in zip(header, plain, strict=True):
        if get_close_matches(said, ["keywords", "key words"], cutoff=0.75):
            return f"unknown column {cell!r}; if it holds keywords, name it keywords"
    named = where(_NAME)[:1] or (*where(_FIRST)[:1], *where(_LAST)[:1])
    return ForeignColumns(
        tuple(header),
        emails[0],
        named,
        where(_STATE),
        tuple(at for at, said in enumerate(plain) if _says_left(said)),
        tuple(at for at, said in enumerate(plain) if _IN.match(said) and " at" not in said),
    )


def _columns_of_addresses(many: int, rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    return tuple(
        at
        for at in range(many)
        if any(at < len(row) and "@" in row[at] and read_mailbox(row[at]) for row in rows)
    )


def heading_in(line: str) -> str:
    """Return the words of a line that stands above addresses; '' when it is none."""
    cells = [cell.strip(" \"'#=-*:\n\u2022\u2013") for cell in re.split(r"[,;|\t]", line)]
    return cells[0] if "@" not in line and not any(cells[1:]) else ""


def heading_says_left(heading: str) -> bool | None:
    """Return whether a heading says that those below it have left; None: it says nothing of it."""
    said = plain_name(heading)
    if _says_left(said) or _LEFT_BELOW.match(said):
        return True
    return False if _IN_BELOW.match(said) else None


def name_says_left(name: str) -> bool:
    """Return whether what stands in the place of a name says that its bearer has left."""
    said = plain_name(name)
    return " " not in said and _says_left(said)


def _says_left(plain: str) -> bool:
    return bool(_LEFT.match(plain + " "))


def our_name(column: str) -> str:
    """Return a column's name as we write it: email, name, first or last; else as it is."""
    plain = plain_name(column)
    aliases = {"email": EMAIL_COLUMNS, "name": _NAME, "first": _FIRST, "last": _LAST}
    return next((ours for ours, names in aliases.items() if plain in names), column)


def plain_name(text: str) -> str:
    """Return a column's name or value without case and accents, or what writers join words by."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)  # firstName
    apart = unicodedata.normalize("NFKD", spaced.casefold())
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[\s_\-./:*]+", " ", bare).split())
