"""Limits are the whole installation's: with one set, one process sends at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from digest.errors import DeliveryError
from digest.private_files import private_folder


class PaceLock:
    """Held by the process that sends within limits; let go when it closes or dies."""

    def __init__(self, path: Path) -> None:
        """Take it. Raises DeliveryError when another process has it."""
        private_folder(path.parent)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise DeliveryError(
                "another process is sending, and the limits of delivery.pace are for both together:"
                " what waits is sent by that one, or by the next pass"
            ) from None

    def close(self) -> None:
        """Let go of it."""
        os.close(self._file)
