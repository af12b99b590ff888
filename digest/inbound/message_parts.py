"""A message taken apart: the notice, its fields for machines, and the mail that came back.

Reports are written by programs of forty years; half of them are no correct MIME. What cannot be
decoded is read as Latin-1: addresses and codes are ASCII in any case.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser

MAX_PARTS = 60
MAX_TEXT = 50_000  # characters of notice that are looked at
MAX_LINE = 998  # RFC 5322, 2.1.1; what is longer is no line that a server wrote

# Where a notice ends and the mail begins that it is about, in reports of one part.
_RETURNED = re.compile(
    r"""^[ \t>*]*(?:
      -{2,}.*\b(?:copy\ of|original|returned|undelivered|unsent|failed)\b
        .*(?:message|mail|headers?).*
    | -{2,}.*\b(?:message|mail)\b.*\b(?:follows|below|header|headers|text|body|attached)\b.*
    | -{2,}.*\boriginal\b.*
    | .*\bbelow\ (?:this|the\ next)\ line\ is\ a\ copy\b.*
    | .*\b(?:original|returned|unsent|undelivered|rejected)\ (?:message|mail)(?:\ headers?)?
        \ (?:follows|is\ below|text\ follows|attached|begins?)\b.*
    | .*\bcopy\ of\ (?:the|your)\ (?:original\ )?(?:message|mail)\b.*(?:header|follow|below|:).*
    | .*\b(?:the\ )?(?:message|mail)?\ ?headers?\ (?:of\ the\ original\ message\ )?follows?\b.*
    | .*\bthis\ is\ a\ copy\ of\b.*
    | =+\s*(?:original|returned)\ .*
    | \s*start\ of\ returned\ message.*
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
_FIELDS_IN_TEXT = re.compile(r"^(?:Reporting-MTA|Final-Recipient|Original-Recipient):", re.M | re.I)
_HEADER_LINE = re.compile(r"^(?:received|return-path|message-id|from|to|subject|date):", re.I)
_ADDRESS_AS_TAG = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]*)[ \t]*:[ \t]*(.*)$")


@dataclass
class Anatomy:
    """The parts of one message that matter here."""

    headers: Message
    notice: str = ""  # what the program tells people
    body: str = ""  # the same, uncut, with what follows it
    returned_text: str = ""  # the mail that came back, as far as it is there, headers first
    attached: Message | None = None  # the same, where it is one of its own
    status: list[dict[str, str]] = field(default_factory=list)  # per recipient, names in lower case
    status_head: dict[str, str] = field(default_factory=dict)  # per message
    feedback: dict[str, list[str]] = field(default_factory=dict)  # ARF, RFC 5965

    @cached_property
    def returned(self) -> dict[str, str]:
        """The headers of the mail that came back, names in lower case; once it is taken apart."""
        return first_headers(self.returned_text)


def parse_mail(raw: bytes) -> Message:
    """Return a message as the standard library sees it. Never raises."""
    if raw.startswith(b"From ") and b"\n" in raw:
        raw = raw.split(b"\n", 1)[1]  # an mbox's envelope line
    try:
        return email.message_from_bytes(raw, policy=email.policy.compat32)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        plain = Message()  # nested a thousand times, or what the parser does not foresee
        plain.set_payload(raw[:MAX_TEXT].decode("latin-1"))
        return plain


def take_apart(message: Message) -> Anatomy:
    """Return the parts of a message. Never raises: what is broken counts as text."""
    anatomy = Anatomy(message)
    notices: list[str] = []
    for part in _leaves(message):
        _sort_part(part, anatomy, notices)
    anatomy.body = "\n".join(notices)
    text = _within_bounds(anatomy.body)
    if not (text.strip() or anatomy.status or anatomy.returned_text or anatomy.feedback):
        text = _within_bounds(f"{message.preamble or ''}\n{_decoded(message)}")
    anatomy.notice, rest = _split_returned(text)
    fields = _FIELDS_IN_TEXT.search(anatomy.notice)
    if fields and not anatomy.status:  # a report whose MIME boundaries were lost on the way
        _add_status(anatomy.notice[fields.start() :], anatomy)
    anatomy.returned_text = anatomy.returned_text or rest
    return anatomy


def _within_bounds(text: str) -> str:
    return "\n".join(line[:MAX_LINE] for line in text[:MAX_TEXT].split("\n"))


def _leaves(message: Message) -> Iterator[Message]:
    """Yield the parts, without going into the mail that came back."""
    stack, seen = [message], 0
    while stack and (seen := seen + 1) <= MAX_PARTS:
        part = stack.pop()
        kind = part.get_content_type()
        if part.is_multipart() and not kind.startswith("message/"):
            stack.extend(reversed([sub for sub in part.get_payload() if isinstance(sub, Message)]))
        else:
            yield part


def _sort_part(part: Message, anatomy: Anatomy, notices: list[str]) -> None:
    kind = part.get_content_type()
    if kind in ("message/delivery-status", "message/global-delivery-status"):
        _add_status(_whole(part), anatomy)
    elif kind == "message/feedback-report":
        for group in _groups(_whole(part)):
            for name, value in group:
                anatomy.feedback.setdefault(name, []).append(value)
    elif kind in (
        "message/rfc822",
        "message/global",
        "message/partial",
        "text/rfc822-headers",
        "text/rfc822-header",
        "message/rfc822-headers",
        "message/global-headers",
        "message/news",
    ):
        anatomy.returned_text = anatomy.returned_text or _whole(part)
        anatomy.attached = anatomy.attached or _attached(part)
    elif kind == "message/disposition-notification":
        anatomy.status_head["disposition"] = _whole(part)
    elif kind == "text/html":
        if not any(text.strip() for text in notices):
            notices.append(_plain(_decoded(part)))
    elif part.get_content_maintype() in ("text", "multipart"):  # multipart: its boundary is lost
        notices.append(_decoded(part))


def _add_status(text: str, anatomy: Anatomy) -> None:
    for fields in _per_recipient(text):
        if "final-recipient" in fields or "original-recipient" in fields or "action" in fields:
            anatomy.status.append(anatomy.status_head | fields)
        else:
            anatomy.status_head |= fields


def _per_recipient(text: str) -> Iterator[dict[str, str]]:
    """Yield the groups of a delivery status; some programs leave out the blank lines between."""
    for group in _groups(text):
        fields: dict[str, str] = {}
        for name, value in group:
            if name == "final-recipient" and name in fields:
                yield fields
                fields = {}
            fields.setdefault(name, value)
        yield fields


def _groups(text: str) -> Iterator[list[tuple[str, str]]]:
    """Yield the groups of fields, which blank lines part."""
    for block in re.split(r"\n[ \t]*\n", text.replace("\r", "")):
        fields: list[tuple[str, str]] = []
        for line in block.split("\n"):
            found = _FIELD.match(line)
            if found:
                fields.append((found[1].lower(), found[2].strip()))
            elif fields and line[:1] in " \t" and line.strip():
                fields[-1] = (fields[-1][0], f"{fields[-1][1]} {line.strip()}")
        if fields:
            yield fields


def _attached(part: Message) -> Message | None:
    payload = part.get_payload()
    first = payload[0] if isinstance(payload, list) and payload else None
    return first if isinstance(first, Message) else None


def _whole(part: Message) -> str:
    """Return a part of type message/… as text: the parser has made messages of it."""
    payload = part.get_payload()
    if not isinstance(payload, list):
        return _decoded(part)
    return "\n\n".join(_written(sub) for sub in payload if isinstance(sub, Message))


def _written(message: Message) -> str:
    """Return a message's headers and its text; `as_string` raises on what is broken."""
    headers = "\n".join(f"{name}: {value}" for name, value in message.items())
    body = message.get_payload()
    return f"{headers}\n\n{body}" if isinstance(body, str) else f"{headers}\n"


def _decoded(part: Message) -> str:
    try:
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            return str(part.get_payload())
        text = payload.decode(part.get_content_charset() or "utf-8")
    except (LookupError, ValueError, TypeError, AttributeError):
        text = _as_latin1(part)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _as_latin1(part: Message) -> str:
    payload = part.get_payload()
    text = payload if isinstance(payload, str) else ""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _plain(html: str) -> str:
    tree = LexborHTMLParser(_ADDRESS_AS_TAG.sub(r"&lt;\1&gt;", html))
    tree.strip_tags(["style", "script", "head"])
    body = tree.body
    return body.text(separator="\n") if body else ""


def _split_returned(text: str) -> tuple[str, str]:
    """Return the notice, and the mail behind it where the report is one text."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if number and _RETURNED.match(line):
            return "\n".join(lines[:number]), "\n".join(lines[number + 1 :]).lstrip("\n")
        if number > 2 and _HEADER_LINE.match(line) and _looks_like_headers(lines, number):
            return "\n".join(lines[:number]), "\n".join(lines[number:])
    return text, ""


def _looks_like_headers(lines: list[str], number: int) -> bool:
    names = set()
    for line in lines[number : number + 12]:
        if not line.strip():
            break
        found = _FIELD.match(line)
        if found:
            names.add(found[1].lower())
        elif line[:1] not in " \t":
            break
    return len(names & {"received", "message-id", "from", "to", "subject", "date"}) >= 3


def first_headers(text: str) -> dict[str, str]:
    """Return the headers at the beginning of a mail's text, names in lower case."""
    found: dict[str, str] = {}
    last = ""
    for line in text.lstrip("\n").split("\n")[:400]:
        if not line.strip():
            if found:
                break
            continue
        header = _FIELD.match(line.rstrip("\r").lstrip("> "))
        if header and not (last and line[:1] in " \t"):
            last = header[1].lower()
            found.setdefault(last, header[2].strip())
        elif last and line[:1] in " \t" and last in found:
            found[last] += " " + line.strip()
    return found
