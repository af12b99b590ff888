"""Who sends: a name, a file lock that shows it lives, and a board of what is on the wire.

The store's commits tell which deliveries are in `sending`; one commit covers a window of
them. After a kill that would be too coarse: most of the window had not left yet, and some
had been answered already. The board, one memory-mapped page per owner, tells them apart. An
entry is a single 8-byte store, so it costs nothing, and since the page belongs to the kernel
it survives SIGKILL at any instruction. It does not survive the machine: it is never synced,
and its header names the boot and the file's own inode, so that after a power cut, or in a
copy or a restored backup, it is known to be incomplete.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import socket
import struct
import weakref
from pathlib import Path
from secrets import token_hex

from digest.delivery.outcomes import by_code
from digest.errors import DeliveryError
from digest.private_files import private_folder
from digest.states import Outcome, Remains

_HEADER = struct.Struct("<8s48sQQ")  # magic, boot, device, inode
_MAGIC = b"digest-1"
_SLOTS_AT = 128
_CODE_BITS = 10  # a slot is delivery << 10 | reply code; code 0: its dot went out, no answer yet
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class LivingSender:
    """A living sender. Make it in the process that sends, close it when nothing is in doubt."""

    def __init__(self, folder: Path, *, slots: int = 4096) -> None:
        """Create and lock `folder/<name>`. Raises DeliveryError when that cannot be."""
        self.name = f"{socket.gethostname()[:32]}-{os.getpid()}-{token_hex(4)}"
        self._path = folder / self.name
        try:
            private_folder(folder)
            self._file = os.open(
                self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600
            )
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Written, not only truncated to length: a full disk must show now, not as SIGBUS.
            os.write(self._file, bytes(_SLOTS_AT + 8 * slots))
            self._map = mmap.mmap(self._file, _SLOTS_AT + 8 * slots)
        except OSError as error:
            raise DeliveryError(
                f"cannot make the sender's file {self._path}: {error.strerror}"
            ) from None
        about = os.fstat(self._file)
        self._map[: _HEADER.size] = _HEADER.pack(_MAGIC, _boot(), about.st_dev, about.st_ino)
        with memoryview(self._map) as whole, whole[_SLOTS_AT:] as slots_part:
            self._board = slots_part.cast("Q")
        self.keep = False  # True: the board knows what the store does not
        self._free = list(range(slots - 1, -1, -1))
        self._slot_of: dict[int, int] = {}
        _living.add(self)

    def begun(self, delivery: int) -> None:
        """Note, right before it happens, that a delivery's final dot goes out."""
        slot = self._slot_of[delivery] = self._free.pop()
        self._board[slot] = delivery << _CODE_BITS

    def has_begun(self, delivery: int) -> bool:
        """Return whether its final dot went out, and the store does not have its outcome yet."""
        return delivery in self._slot_of

    def answered(self, delivery: int, code: int) -> None:
        """Note the server's answer to a delivery, if its final dot went out."""
        slot = self._slot_of.get(delivery)
        if slot is not None:
            self._board[slot] = delivery << _CODE_BITS | code

    def recalled(self, delivery: int) -> None:
        """Take back that its final dot went out."""
        self.settled(delivery)

    def settled(self, delivery: int) -> None:
        """Wipe a delivery off: the store has its outcome, durably."""
        slot = self._slot_of.pop(delivery, None)
        if slot is not None:
            self._board[slot] = 0
            self._free.append(slot)

    def close(self) -> None:
        """Release the lock; remove the file unless its board knows what the store does not."""
        if self not in _living:
            return
        _living.discard(self)
        if not self.keep and not self._slot_of:
            self._path.unlink(missing_ok=True)
        self._let_go()

    def _forked(self) -> None:
        """In a forked child: or the lock would outlive its owner."""
        self._let_go()

    def _let_go(self) -> None:
        self._board.release()
        self._map.close()  # it holds a second handle of the file, and so the lock
        os.close(self._file)


_living: weakref.WeakSet[LivingSender] = weakref.WeakSet()


def _after_fork() -> None:
    for owner in list(_living):
        owner._forked()
    _living.clear()


os.register_at_fork(after_in_child=_after_fork)


class DeadSenders:
    """Tells which owners are dead, and what they left; for the store's `reap`."""

    def __init__(self, folder: Path, *, alone: bool) -> None:
        """alone: every owner of this store has its file in `folder` (SQLite: one machine)."""
        self._folder = folder
        self._alone = alone

    def examine(self, name: str) -> Remains | None:
        """Return what a dead owner left; None when it lives, or nobody here can know.

        Its file is removed by `bury`, once the store has taken over.
        """
        path = self._folder / name
        try:
            file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            # Its file went when it closed in peace, or this is a copy of another data folder.
            return Remains(False, frozenset(), {}) if self._alone else None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return _read_board(file)
        except BlockingIOError:
            return None
        finally:
            os.close(file)

    def bury(self, name: str) -> None:
        """Remove a dead owner's file."""
        (self._folder / name).unlink(missing_ok=True)


def _read_board(file: int) -> Remains:
    about = os.fstat(file)
    content = os.pread(file, about.st_size, 0)
    if len(content) < _SLOTS_AT or content[:8] != _MAGIC:
        return Remains(False, frozenset(), {})
    _, boot, device, inode = _HEADER.unpack_from(content)
    same = (boot.rstrip(b"\0"), device, inode) == (_boot(), about.st_dev, about.st_ino)
    slots = memoryview(content)[_SLOTS_AT : len(content) // 8 * 8].cast("Q")
    started: set[int] = set()
    answered: dict[int, Outcome] = {}
    for entry in slots:
        if entry:
            delivery, code = entry >> _CODE_BITS, entry & ((1 << _CODE_BITS) - 1)
            if code:
                answered[delivery] = by_code(code)
            else:
                started.add(delivery)
    return Remains(same, frozenset(started), answered)


def _boot() -> bytes:
    """Return this boot's name; where the system has none, one that never matches again."""
    try:
        return _BOOT.read_bytes().strip()[:48]
    except OSError:
        return token_hex(20).encode()
