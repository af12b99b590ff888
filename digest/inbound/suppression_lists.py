"""Lists of addresses that are not written to, as programs export them → entries. Pure.

Ours has the columns of `FIELDS`. Others are read by what their columns and values say, in CSV, in a
JSON document or in JSON lines: listmonk (subscribers, bounces), Mailchimp (cleaned, unsubscribed),
Amazon SES (`list-suppressed-destinations`, and the list of a bulk import, which has no header),
Postmark (suppressions, bounces), SendGrid (bounces, invalid addresses, spam reports). Whom a
program still writes to is told apart from what cannot be read. A list that does not say why needs
to be told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args

from digest.inbound.reasons import kind_for, reason_of
from digest.inbound.report import Cause, Kind
from subscribers.csv_lines import csv_records, delimiter_of, unguarded
from subscribers.foreign_lists import EMAIL_COLUMNS, plain_name
from subscribers.list_text import spreadsheet_lines
from subscribers.store import StopReason

FIELDS = ("email", "reason", "since", "evidence")
MAX_EVIDENCE = 1000  # characters
REASONS: tuple[StopReason, ...] = get_args(StopReason)

_ADDRESS = (*EMAIL_COLUMNS, "recipient", "address", "suppressed email address")
_WHY = (
    *("reason", "suppression reason", "suppression type", "bounce type", "type", "status", "state"),
    *("subscription status", "kind"),
)
_SINCE = (
    *("since", "created", "created at", "last update time", "last updated", "bounced at"),
    *("suppressed at", "added at", "updated at", "timestamp", "time", "date"),
)
_EVIDENCE = (
    *("evidence", "details", "detail", "description", "notes", "unsub reason", "origin"),
    *("unsub reason other", "unsub campaign title", "clean campaign title"),
)
_TIMED: Mapping[str, StopReason] = {"unsub time": "unsubscribed", "clean time": "bounce"}
_SPAM_REPORTS = {"email", "created", "ip"}  # SendGrid's list of them has these alone
_WORDS: Mapping[str, StopReason] = {
    **dict.fromkeys(("bounce", "bounced", "hardbounce", "hard", "permanent", "cleaned"), "bounce"),
    **dict.fromkeys(("invalid", "invalidemail", "bademailaddress", "undeliverable"), "bounce"),
    "maildomainmentionedinemailaddressisunknown": "bounce",  # SendGrid's invalid addresses
    **dict.fromkeys(("knownbaddomain", "badsyntax"), "bounce"),
    **dict.fromkeys(("complaint", "complained", "spamcomplaint", "spamreport"), "complaint"),
    **dict.fromkeys(("spam", "abuse", "spamnotification"), "complaint"),
    **dict.fromkeys(("unsubscribed", "unsubscribe", "optedout", "optout"), "unsubscribed"),
    **dict.fromkeys(("operator", "manual", "manualsuppression", "admin"), "operator"),
    **dict.fromkeys(("blocklisted", "blacklisted", "disabled"), "operator"),
}
_RUNNING = (
    *("enabled", "active", "subscribed", "confirmed", "unconfirmed", "none", "delivered"),
    *("soft", "softbounce", "softbounced", "transient"),
)
_CODE = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])")
_REPLY = re.compile(r"[45]\d\d\b")  # of SMTP, where there is no code of RFC 3463
_UNTOLD = (Cause.UNCLEAR, Cause.FILTERED, Cause.SUSPENDED, Cause.SYSTEM)
_SEPARATOR = re.compile(r"sep=.$")  # Excel's own line above a header
_EPOCH = re.compile(r"\d{9,13}(\.\d+)?$")


@dataclass(frozen=True, slots=True)
class ListedStop:
    """One address that another program, or this one, does not write to."""

    where: str  # line 3, or entry 3 of a JSON document
    email: str  # as it is written there
    reason: StopReason
    since: datetime | None  # UTC; None: the list does not say
    evidence: str


@dataclass(frozen=True, slots=True)
class NotStopped:
    """An address to which that program still writes."""

    where: str
    says: str


@dataclass(frozen=True, slots=True)
class RejectedStop:
    """What cannot be taken, and why."""

    where: str
    why: str


Read = ListedStop | NotStopped | RejectedStop


def read_suppressions(data: bytes, otherwise: StopReason | None = None) -> Iterator[Read]:
    """Read a list; a bad entry never stops the others, but a header that says nothing does.

    Args:
        data: as `spreadsheet_lines` reads it.
        otherwise: why, where the list does not say; None: such entries are unreadable.
    """
    lines = spreadsheet_lines(data)
    text = "".join(lines).lstrip()
    if text.startswith(("{", "[")):
        yield from _json_entries(text, lines, otherwise)
        return
    yield from _csv_entries(lines, otherwise)


def _csv_entries(lines: Sequence[str], otherwise: StopReason | None) -> Iterator[Read]:
    first = next((line for line in lines if line.strip() and not _SEPARATOR.match(line)), "")
    header: list[str] = []
    for number, cells in csv_records(lines, 0, delimiter_of(first)):
        where = f"line {number}"
        if isinstance(cells, str):
            yield RejectedStop(where, cells)
        elif _SEPARATOR.match(lines[number - 1]):
            continue
        elif header:
            yield _row(where, header, cells, otherwise)
        elif "@" in first:
            header = ["email", "reason"]
            if len(cells) == 1 and otherwise is None:
                yield RejectedStop(where, f"nothing says why it is not written to{_TELL}")
                return
            yield _row(where, header, cells, otherwise)
        else:
            header = [plain_name(cell) for cell in cells]
            if problem := _header_problem(header, cells, otherwise):
                yield RejectedStop(where, f"{problem}; no line below it was read")
                return
    if not header:
        yield RejectedStop("line 1", f"there is no list in it; ours has {','.join(FIELDS)}")


_TELL = f"; say it by --reason ({', '.join(REASONS)})"


def _header_problem(
    header: Sequence[str], cells: Sequence[str], otherwise: StopReason | None
) -> str:
    named = ", ".join(repr(cell.strip()[:40]) for cell in cells[:12])
    if not set(header) & set(_ADDRESS):
        return f"no column is known to hold addresses ({named}); name it email"
    says = set(header) & {*_WHY, *_TIMED} or set(header) == _SPAM_REPORTS
    if not says and otherwise is None:
        return f"no column is known to say why ({named}){_TELL}"
    return ""


def _row(
    where: str, header: Sequence[str], cells: Sequence[str], otherwise: StopReason | None
) -> Read:
    if len(cells) > len(header):
        many = f"there are {len(cells)} cells but {len(header)} columns"
        return RejectedStop(where, f"{many}: quote the commas")
    fields = {name: unguarded(cell) for name, cell in reversed([*zip(header, cells, strict=False)])}
    return _entry(where, fields, otherwise)


def _json_entries(text: str, lines: Sequence[str], otherwise: StopReason | None) -> Iterator[Read]:
    try:
        found: object = json.loads(text)
    except RecursionError:
        yield RejectedStop("line 1", "it is nested too deeply")
        return
    except json.JSONDecodeError as error:
        if len(list(filter(str.strip, lines))) < 2 or not _is_object(lines):
            yield RejectedStop(f"line {error.lineno}", f"this is not JSON: {error.msg}")
            return
        yield from _json_lines(lines, otherwise)
        return
    entries = _list_in(found)
    if entries is None and isinstance(found, dict):
        entries = [found]
    if entries is None:
        yield RejectedStop("line 1", "there is no list of objects in this JSON")
        return
    for number, one in enumerate(entries, start=1):
        yield _json_entry(f"entry {number}", one, otherwise)


def _is_object(lines: Sequence[str]) -> bool:
    """Return whether the first line is a whole object: the file is one of JSON lines."""
    try:
        return isinstance(json.loads(next(filter(str.strip, lines))), dict)
    except (ValueError, RecursionError):
        return False


def _json_lines(lines: Sequence[str], otherwise: StopReason | None) -> Iterator[Read]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found: object = json.loads(line)
        except (ValueError, RecursionError):
            yield RejectedStop(f"line {number}", "this is not JSON")
            continue
        yield _json_entry(f"line {number}", found, otherwise)


def _list_in(found: object, depth: int = 3) -> list[object] | None:
    """Return the list of entries: programs put it under a name of their own, or two."""
    if isinstance(found, list):
        return found
    if not isinstance(found, dict) or not depth:
        return None
    lists = (_list_in(value, depth - 1) for value in found.values())
    return next((entries for entries in lists if entries is not None), None)


def _json_entry(where: str, found: object, otherwise: StopReason | None) -> Read:
    if isinstance(found, str):
        return _entry(where, {"email": found}, otherwise)
    if not isinstance(found, dict):
        return RejectedStop(where, "it is neither an object nor an address")
    plain = {plain_name(name): value for name, value in reversed(found.items())}
    texts = {
        name: str(value)
        for name, value in plain.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    }
    return _entry(where, texts, otherwise)


def _entry(where: str, fields: Mapping[str, str], otherwise: StopReason | None) -> Read:
    email = _first(fields, _ADDRESS)
    if not email:
        return RejectedStop(where, "there is no address")
    if any("\ud800" <= sign <= "\udfff" for value in fields.values() for sign in value):
        return RejectedStop(where, "this is not UTF-8 text: save the file as UTF-8")
    timed = next((name for name in _TIMED if fields.get(name, "").strip()), None)
    if timed is not None:
        return _stop(where, email, _TIMED[timed], fields[timed], fields)
    said = [fields[name].strip() for name in _WHY if fields.get(name, "").strip()]
    words = "; ".join(value for value in said if _word(value) not in _WORDS)
    reason = _reason(fields, said)
    if reason is None and (_is_alive(said) or any(_word(each) in _RUNNING for each in said)):
        return NotStopped(where, words)
    if reason := reason or otherwise:
        return _stop(where, email, reason, _first(fields, _SINCE), fields, words)
    why = f"{words[:80]!r} is no reason known here" if words else "nothing says why"
    return RejectedStop(where, f"{why}{_TELL}")


def _reason(fields: Mapping[str, str], said: Sequence[str]) -> StopReason | None:
    found = next((_WORDS[word] for word in map(_word, said) if word in _WORDS), None)
    if found == "operator" and _word(fields.get("origin", "")) == "recipient":
        return "unsubscribed"  # Postmark calls both a manual suppression
    if found is None and set(fields) == _SPAM_REPORTS:
        return "complaint"
    return found or ("bounce" if _is_alive(said) is False else None)


def _is_alive(said: Sequence[str]) -> bool | None:
    """Return whether a code and the words beside it leave an address; None: they do not tell.

    The code is one of RFC 3463, or else the SMTP reply that begins a cell. A permanent one with
    words that may blame the address or a filter is for whoever knows the list to judge.
    """
    words = " ".join(said)
    code, reply = _CODE.search(words), next(filter(None, map(_REPLY.match, said)), None)
    if code is None and reply is None:
        return None
    status = code[0] if code else f"{reply[0][0]}.0.0" if reply else ""
    cause = reason_of(status, words)
    if status.startswith("5") and cause in _UNTOLD:
        return None
    return kind_for(cause) is not Kind.HARD


def _stop(
    where: str,
    email: str,
    reason: StopReason,
    when: str,
    fields: Mapping[str, str],
    words: str = "",
) -> ListedStop:
    since = _moment(when)
    parts = [words, *(fields.get(name, "").strip() for name in _EVIDENCE)]
    if when and since is None:
        parts.append(f"at {when}")
    evidence = "; ".join(dict.fromkeys(filter(None, parts)))
    return ListedStop(where, email, reason, since, evidence[:MAX_EVIDENCE])


def _moment(text: str) -> datetime | None:
    """Read ISO 8601 or seconds or milliseconds since 1970; without a zone it is UTC."""
    try:
        if _EPOCH.match(text):
            seconds = float(text)
            return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        found = datetime.fromisoformat(text.removesuffix(" UTC"))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _first(fields: Mapping[str, str], names: Sequence[str]) -> str:
    found = (fields[name].strip() for name in names if name in fields)
    return next(filter(None, found), "")


def _word(value: str) -> str:
    return plain_name(value).replace(" ", "")
