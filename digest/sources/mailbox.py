"""Dumps that arrive as mail: a Maildir or an mbox file that the mail server fills.

For an IMAP account let a fetching program (mbsync, getmail) fill a Maildir: the password then
stays with it.
"""

from __future__ import annotations

import email
import email.policy
import mailbox
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from digest.errors import DumpError

MAX_PARTS = 50  # of one mail
MAX_MAILS = 200  # of one visit; what is more comes with the next one
_NO_DUMP = ("image/", "audio/", "video/", "font/")


@dataclass(frozen=True, slots=True)
class MailedDump:
    """One attachment, or the body of a mail without one."""

    name: str  # for messages: the subject and the attachment's name
    data: bytes = field(repr=False)
    key: str = ""  # the mail's own name in its mailbox, for `mark_read`


def unread(path: Path) -> Iterator[MailedDump]:
    """Yield the dumps in the unread mails of a Maildir or an mbox file, oldest mail first.

    A mail without any yields one that is empty. Raises DumpError when there is no mailbox that
    can be read.
    """
    for key, raw in unread_mails(path):
        yield from dumps_in(raw, key=key)


def unread_mails(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the unread mails, each with its name in the mailbox, oldest first.

    Raises DumpError when there is no mailbox that can be read.
    """
    try:
        box = _open(path)
        taken = 0
        for key in sorted(box.keys()):
            message = box.get_message(key)
            if "S" in message.get_flags() or "R" in message.get_flags():
                continue
            if (taken := taken + 1) > MAX_MAILS:
                return
            yield str(key), box.get_bytes(key)
    except (OSError, mailbox.Error) as error:
        raise DumpError(f"the mailbox cannot be read: {error}", path=path) from None


def mark_read(path: Path, keys: Set[str], *, flagged: Set[str] = frozenset()) -> None:
    """Mark mails as read, so that they are not offered again; flag those that a person should see.

    Raises DumpError or OSError.
    """
    box = _open(path)
    try:
        box.lock()
    except mailbox.ExternalClashError as error:
        raise DumpError(f"another program holds the mailbox: {error}", path=path) from None
    try:
        for key in list(box.iterkeys()):
            if str(key) in keys:
                message = box.get_message(key)
                message.add_flag("S" if isinstance(message, mailbox.MaildirMessage) else "R")
                if str(key) in flagged:
                    message.add_flag("F")
                if isinstance(message, mailbox.MaildirMessage):
                    message.set_subdir("cur")
                box[key] = message
        box.flush()
    finally:
        box.unlock()
        box.close()


def dumps_in(raw: bytes, *, key: str = "") -> Iterator[MailedDump]:
    """Yield a mail's attachments; without any, its HTML body, else its text body."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    subject = _header(message, "subject") or "mail without subject"
    parts = [part for part in message.walk() if not part.is_multipart()][:MAX_PARTS]
    attached = [
        MailedDump(f"{subject}: {name}", _payload(part), key)
        for part in parts
        if (name := _file_name(part)) and not part.get_content_type().startswith(_NO_DUMP)
    ]
    if attached:
        yield from attached
        return
    for kind in ("text/html", "text/plain"):
        for part in parts:
            if part.get_content_type() == kind and (data := _payload(part)).strip():
                yield MailedDump(subject, data, key)
                return
    yield MailedDump(subject, b"", key)


def _open(path: Path) -> mailbox.Maildir | mailbox.mbox:
    if (path / "cur").is_dir():
        return mailbox.Maildir(path, create=False)
    if path.is_file():
        return mailbox.mbox(path, create=False)
    raise DumpError("neither a Maildir nor an mbox file", path=path)


def _payload(part: EmailMessage) -> bytes:
    """Return a part's bytes; text is brought to UTF-8 whatever the mail's charset."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if part.get_content_maintype() == "text":
        charset = part.get_content_charset("utf-8")
        try:
            return data.decode(charset).encode()
        except (LookupError, UnicodeError):
            return data
    return data


def _file_name(part: EmailMessage) -> str:
    try:
        return part.get_filename() or ""
    except (ValueError, TypeError, AttributeError, IndexError):
        return "attachment"


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message[name] or "").split())
    except (ValueError, TypeError, AttributeError, IndexError):
        return ""  # the standard library's parser fails on some malformed headers
