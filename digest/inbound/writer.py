"""Who wrote a message: a program about a mail of ours, a program for its owner, or a person."""

from __future__ import annotations

import email.errors
import email.header
import re
from email.message import Message

from digest.inbound.message_parts import Anatomy
from digest.inbound.recipients import ADDRESS, names_recipient
from digest.inbound.report import Cause

_PROGRAM = re.compile(
    r"mailer-?daemon|post_?master|mdaemon@|mail (?:delivery|system)|delivery (?:sub)?system",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|deliver\w* (?:status|fail|problem|error|notif|report|unsuc|incomplete)"
    r"|fail\w* (?:notice|to deliver|delivery|notif)|returned mail|non[- ]?deliver"
    r"|mail (?:delivery )?(?:fail|error|system error)|mail could not|could not (?:be )?deliver"
    r"|message (?:status|delayed|not delivered)|unzustellbar|non remis|rejected|\bbounce"
    r"|warning: ?(?:could not|message)|delay",
    re.IGNORECASE,
)
_FAILS = re.compile(
    r"(?:could not|couldn.t|can ?not|was not|wasn.t|unable to|failed to|not) (?:be )?"
    r"(?:deliver|send|sent|reach)|undeliverable|invalid user address|no such user|user unknown"
    r"|delivery (?:failed|failure|error)|mailbox (?:is )?full|送信できません"
    r"|permanent(?:ly)? (?:fatal )?(?:error|fail)|^\W*(?:<<<|5\d\d[ -])",
    re.IGNORECASE | re.MULTILINE,
)
_ABSENT = re.compile(
    r"out of (?:the )?office|auto(?:matic)?[- ]?(?:re(?:ply|sponse)|mated reply|antwort)|vacation"
    r"|on (?:leave|holiday)|\baway\b|abwesen|r[ée]ponse automatique|absence du bureau|ausente"
    r"|fuera de la oficina|respuesta autom|resposta autom|自动回复|自動返信",
    re.IGNORECASE,
)
_CHALLENGE = re.compile(
    r"(?:confirm|verif\w+|prove|validate)\b.{0,80}\b(?:your (?:e-?mail|message|address|identity)"
    r"|you are (?:a )?(?:human|person|real))|challenge|boxtrapper|spamarrest|approve your",
    re.IGNORECASE | re.DOTALL,
)
_STOP = re.compile(r"unsubscribe ([A-Za-z0-9._-]{20,1000})", re.IGNORECASE)


def automatic_reply(anatomy: Anatomy) -> Cause | None:
    """Return what a program answered for its owner (RFC 3834, and what came before it)."""
    subject = header(anatomy, "Subject")
    if _BOUNCE_SUBJECT.search(subject) or _PROGRAM.search(header(anatomy, "From")):
        return None
    told = (
        header(anatomy, "Auto-Submitted").lower().startswith("auto-replied")
        or "X-Autoreply" in anatomy.headers
        or "X-Autorespond" in anatomy.headers
        or header(anatomy, "Precedence").lower() in ("auto_reply", "auto-reply")
    )
    asks = _CHALLENGE.search(f"{subject}\n{anatomy.notice}") is not None
    if asks and (told or "confirm" in subject.lower()):
        return Cause.CHALLENGE
    return Cause.ABSENT if told or _ABSENT.search(subject) else None


def is_notice(anatomy: Anatomy) -> bool:
    """Return whether a program wrote it about a mail that did not arrive."""
    if "X-Failed-Recipients" in anatomy.headers:
        return True
    if _PROGRAM.search(f"{header(anatomy, 'From')} {header(anatomy, 'Sender')}"):
        return True
    path = header(anatomy, "Return-Path").lower()
    signs = (
        "<>" in path or "daemon" in path,
        _BOUNCE_SUBJECT.search(header(anatomy, "Subject")) is not None,
        anatomy.headers.get_content_type() == "multipart/report",
    )
    if sum(signs) > 1:
        return True
    told = any(signs) or _FAILS.search(anatomy.notice) is not None
    return told and names_recipient(anatomy)


def stop_token(message: Message) -> str:
    """Return the token of a mail that asks to unsubscribe; empty when it is none."""
    subject = " ".join(str(message.get("Subject", "")).split())
    found = _STOP.fullmatch(subject)
    return found[1] if found else ""


def author(anatomy: Anatomy) -> str:
    """Return the address in From; empty when it has none."""
    found = ADDRESS.search(header(anatomy, "From"))
    return found["a"] if found else ""


def header(anatomy: Anatomy, name: str) -> str:
    """Return a header's text, RFC 2047 decoded; empty when it is missing."""
    value = anatomy.headers.get(name)
    if value is None:
        return ""
    try:
        return str(email.header.make_header(email.header.decode_header(str(value))))
    except (LookupError, UnicodeError, ValueError, email.errors.HeaderParseError):
        return str(value)
