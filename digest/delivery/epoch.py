"""How an older store is known: its epoch also stands in a file that is not a part of it.

Every turn of a sender raises the epoch in the store, in its own transaction, and then in the file,
before a mail of that turn leaves. So a store whose epoch is lower than the file's does not know
all that was sent: it was put back. The file knows its own inode: one that was copied along with
the store proves nothing. A copy that is laid over the folder keeps that inode; but it does not have
the mark, a file that bears its epoch in its name, and does not take away the one that is there.
What is left is a snapshot of the whole disk; for that the file can lie on another one
(`store.epoch_file`).
"""

from __future__ import annotations

import fcntl
import glob
import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol

from digest.delivery.sender_needs import Journal
from digest.errors import OlderStore, StoreError
from digest.private_files import private_file
from digest.states import Result, Turn

_HEAD, _SIZE = "digest epoch 1", 256  # octets: one sector, so written whole or not at all
_SYNC_EVERY = timedelta(seconds=1)
_GET_VERSION = 2 << 30 | struct.calcsize("l") << 16 | ord("v") << 8 | 1  # FS_IOC_GETVERSION
_WHAT_TO_DO = "nothing is sent until you say what was sent meanwhile: `digest restored`"


class Noted(NamedTuple):
    """What the file says."""

    store: str
    inode: str  # of the file that it was written in
    number: int
    at: datetime  # when it was raised last


class SaysItsEpoch(Protocol):
    """What a store says of itself."""

    @property
    def store(self) -> str:
        """Its name."""

    @property
    def number(self) -> int:
        """Its epoch."""

    @property
    def editions(self) -> int:
        """How many editions it knows."""


class KeepsEpoch(Protocol):
    """Where the store's epoch is kept."""

    def get(self) -> SaysItsEpoch:
        """Return it."""


@dataclass(slots=True)
class EpochFile:
    """The file, read and written under a lock; opened anew each time, as it may be replaced."""

    path: Path
    _synced: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    def read(self) -> tuple[Noted | None, str]:
        """Return what it says, if there is one, and the inode that it has now.

        What cannot be read was written by nobody: its number is -1. Raises StoreError.
        """
        try:
            with self._opened(os.O_RDONLY, fcntl.LOCK_SH) as file:
                noted, inode = _parsed(os.pread(file, _SIZE, 0)), _inode(file)
                return self._with_marks(noted), inode
        except FileNotFoundError:
            return None, ""
        except OSError as error:
            raise self._trouble(error) from error

    def note(self, store: str, number: int, now: datetime) -> None:
        """Raise it; never lower it while it is the same store's. Raises StoreError.

        On the disk within a second: what a power cut takes back is less than that.
        """
        try:
            with self._opened(os.O_RDWR | os.O_CREAT, fcntl.LOCK_EX) as file:
                before = _parsed(os.pread(file, _SIZE, 0))
                inode = _inode(file)
                ours = before is not None and (before.store, before.inode) == (store, inode)
                if ours and before is not None and before.number >= number:
                    return
                noted = Noted(store, inode, number, now)
                os.pwrite(file, _written(noted), 0)
                if not ours or abs(now - self._synced) >= _SYNC_EVERY:
                    self._synced = now
                    os.fsync(file)
                    self._mark(noted)
        except OSError as error:
            raise self._trouble(error) from error

    def remove(self) -> None:
        """Remove it with its marks. Raises OSError."""
        self.path.unlink(missing_ok=True)
        for mark in self._marks():
            mark.unlink(missing_ok=True)

    def _marks(self) -> list[Path]:
        """Return the files that bear an epoch in their names: one, or more under a copy."""
        found = self.path.parent.glob(f"{glob.escape(self.path.name)}.*")
        return [mark for mark in found if mark.suffix[1:].isdecimal()]

    def _mark(self, noted: Noted) -> None:
        """Leave a mark in place of those before."""
        before = self._marks()
        mark = self.path.with_name(f"{self.path.name}.{noted.number}")
        private_file(mark)
        mark.write_bytes(_written(noted))
        for each in before:
            if each != mark:
                each.unlink(missing_ok=True)

    def _with_marks(self, noted: Noted | None) -> Noted | None:
        """Return what says more: the file, or a mark of the same store."""
        for mark in self._marks() if noted is not None and noted.number >= 0 else ():
            told = _parsed(mark.read_bytes())
            if told and noted and told.store == noted.store and told.number > noted.number:
                noted = told._replace(inode=noted.inode)
        return noted

    @contextmanager
    def _opened(self, flags: int, lock: int) -> Iterator[int]:
        file = os.open(self.path, flags | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, lock)
            yield file
        finally:
            os.close(file)

    def _trouble(self, error: OSError) -> StoreError:
        return StoreError(f"the epoch's file {self.path}: {error.strerror}")


@dataclass(frozen=True, slots=True)
class Epoch:
    """Store and file, compared."""

    file: EpochFile
    store: KeepsEpoch
    alone: bool  # no other machine sends from this store: then a file that is missing tells

    def doubt(self) -> str:
        """Return why the store may not know all that was sent; empty when it does."""
        noted, inode = self.file.read()  # first: what is raised meanwhile is no doubt
        known = self.store.get()
        if noted is None:
            if not known.number or not self.alone:
                return ""
            why = f"{self.file.path} is missing: this may be an older copy of a store"
        elif noted.number < 0:
            why = f"{self.file.path} cannot be read: nobody knows whether this store is older"
        elif noted.store != known.store:
            if not known.editions:
                return ""  # a new store
            why = f"{self.file.path} belongs to another store"
        elif noted.number > known.number:
            why = (
                f"this store is older than what was sent: it knows {known.number} turns of senders,"
                f" and there were {noted.number}, the last at {noted.at:%Y-%m-%d %H:%M} UTC"
            )
        elif noted.inode != inode:
            why = f"{self.file.path} is a copy: mails may have been sent after it was made"
        else:
            return ""
        return f"{why}; {_WHAT_TO_DO}"

    def begin(self, now: datetime) -> None:
        """Lay the file beside a store that has sent nothing yet. Raises StoreError.

        So a copy of the whole folder that was made before its first mail is known as a copy, too.
        """
        if self.alone and not self.file.path.exists():
            known = self.store.get()
            if not known.number:
                self.file.note(known.store, 0, now)

    def check(self) -> None:
        """Raise OlderStore when the store may not know all that was sent.

        From here on the file is the store's, if it was another's and this one is new.
        """
        if why := self.doubt():
            raise OlderStore(why)
        noted, _ = self.file.read()
        known = self.store.get()
        if noted is not None and noted.store != known.store:
            self.file.note(known.store, known.number, noted.at)

    def noting(self, journal: Journal) -> EpochJournal:
        """Return a journal whose turns are noted in the file."""
        return EpochJournal(journal, self.file, self.store.get().store)

    def last_sent(self, now: datetime) -> datetime:
        """Return until when mails may have left that the store does not know of."""
        noted, _ = self.file.read()
        told = noted is not None and noted.number >= 0 and noted.store == self.store.get().store
        return min(noted.at, now) if noted is not None and told else now

    def settle(self, number: int, now: datetime) -> None:
        """Let the file agree with the store, whatever it said. Raises StoreError."""
        self.file.remove()
        self.file.note(self.store.get().store, number, now)


@dataclass(frozen=True, slots=True)
class EpochJournal:
    """A journal whose every turn is noted beside the store before a mail of it leaves."""

    journal: Journal
    file: EpochFile
    store: str

    def turn(
        self,
        owner: str,
        results: Sequence[Result],
        starts: Sequence[tuple[int, int]],
        now: datetime,
    ) -> Turn:
        """See `Journal`."""
        turn = self.journal.turn(owner, results, starts, now)
        if turn.epoch:
            self.file.note(self.store, turn.epoch, now)
        return turn


def _written(noted: Noted) -> bytes:
    lines = (_HEAD, noted.store, noted.inode, str(noted.number), noted.at.isoformat(), "")
    return "\n".join(lines).encode().ljust(_SIZE - 1) + b"\n"


def _parsed(content: bytes) -> Noted | None:
    """Read it; None: there is nothing in it yet."""
    if not content:
        return None
    try:
        head, store, inode, number, at, *_ = content.decode().split("\n")
        if head != _HEAD:
            raise ValueError(head)
        return Noted(store, inode, int(number), datetime.fromisoformat(at))
    except ValueError:
        return Noted("", "", -1, datetime.min.replace(tzinfo=UTC))


def _inode(file: int) -> str:
    """Return what tells a file from a later one that has its number, where the system knows."""
    try:
        answer = fcntl.ioctl(file, _GET_VERSION, bytes(struct.calcsize("l")))
        generation = int.from_bytes(answer[:4], "little")
    except OSError:
        generation = 0
    return f"{os.fstat(file).st_ino}-{generation}"
