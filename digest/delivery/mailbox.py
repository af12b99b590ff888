"""The local mailbox: one Maildir per reader, `DIR/<address>/{cur,new,tmp}`.

Idempotent: a mail's file name comes from its Message-ID, so the same delivery written twice
is one file, and a crash leaves nothing in doubt.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from digest.delivery.interface import MailQueue, ReadyMail
from digest.delivery.outcomes import Verdict
from digest.errors import DeliveryError
from digest.private_files import private_folder
from digest.states import Outcome, State

# Bytes that a folder name may show as they are; `%` quotes the others.
_UNSAFE = re.compile(rb"[^A-Za-z0-9@+=_.,~-]|^\.|^-")
_LONGEST = 200  # bytes: file systems end at 255


class MailboxTransport:
    """Writes each mail to its reader's Maildir and syncs it before it counts as accepted."""

    lanes = 8  # their syncs overlap: the journal of the file system commits them together
    window = 64

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def run(self, feed: MailQueue) -> str | None:
        """Write until the feed ends; return what is wrong when the disk takes nothing."""
        with ThreadPoolExecutor(self.lanes) as pool:
            troubles = await asyncio.gather(*(self._lane(feed, pool) for _ in range(self.lanes)))
        return next((why for why in troubles if why), None)

    async def _lane(self, feed: MailQueue, pool: ThreadPoolExecutor) -> str | None:
        loop = asyncio.get_running_loop()
        while await feed.more():
            mail = feed.take()
            if mail is None:
                continue
            try:
                content = b"".join(mail.build())
            except Exception as error:  # one mail that cannot be made must not stop the others
                refused = Outcome(State.REFUSED, None, f"not sent: {error}"[:300])
                feed.done(mail, Verdict(refused))
                continue
            feed.begun(mail)
            try:
                name = await loop.run_in_executor(pool, store_mail, self._folder, mail, content)
            except OSError as error:
                why = f"cannot write to the mailbox {self._folder}: {error.strerror}"
                later = Outcome(State.DEFERRED, None, why, counts=False)
                feed.done(mail, Verdict(later))
                return why
            feed.done(mail, Verdict(Outcome(State.ACCEPTED, 250, f"stored as {name}")))
        return None


def maildir_name(address: str) -> str:
    """Return a folder name for an address: itself where it is safe, else %-quoted.

    Two addresses never share a folder, nor does any address leave it (`/`, `..`).
    """
    raw = address.encode("utf-8", "surrogatepass")
    name = _UNSAFE.sub(lambda found: b"".join(b"%%%02X" % byte for byte in found[0]), raw).decode()
    if len(name) > _LONGEST:
        name = f"{name[:150]}%{hashlib.sha256(raw).hexdigest()[:32]}"
    return name or "%"


def store_mail(folder: Path, mail: ReadyMail, content: bytes) -> str:
    """Put a mail into its reader's Maildir, durably; return its file name. Raises OSError."""
    box = folder / maildir_name(mail.recipient)
    name = hashlib.sha256(mail.message_id.encode()).hexdigest()[:40] + ".digest"
    new, cur, tmp = (box / part for part in ("new", "cur", "tmp"))
    if not cur.is_dir():
        private_folder(folder)
        private_folder(box)
        for part in (tmp, new, cur):  # cur last: when it is there, all are
            private_folder(part)
        for part in (box, folder, folder.parent):
            _sync(part)
    if (new / name).exists() or any(cur.glob(f"{name}*")):
        return name
    draft = tmp / f"{name}.{os.getpid()}"
    try:
        with open(draft, "wb", opener=_for_the_owner) as file:
            # On disk a mail has the system's line ends, as every Maildir program writes it.
            file.write(content.replace(b"\r\n", b"\n"))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(new / name)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    _sync(new)
    return name


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_folder(folder: Path) -> None:
    """Make sure that mails can be written. Raises DeliveryError."""
    try:
        private_folder(folder)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise DeliveryError(f"cannot write to the mailbox {folder}: {error.strerror}") from None
