"""Messages that could not be read or handled: kept whole in DIR/failed, counted, never retried.

Each lies there under its SHA-256, so that one that is met again is not kept twice. Whoever has
looked at one gives it to `digest receive` again, or removes the file.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from digest.private_files import private_folder

FOLDER = "failed"
_SUFFIX = ".eml"


def keep_failed(data: Path, raw: bytes) -> Path:
    """Keep a message's bytes below the data folder, durably; return its file. Raises OSError."""
    folder = data / FOLDER
    private_folder(folder)
    path = folder / f"{hashlib.sha256(raw).hexdigest()}{_SUFFIX}"
    part = path.with_suffix(f".{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return path


def forget_failed(data: Path, raw: bytes) -> None:
    """Remove a message that could be handled after all."""
    with suppress(FileNotFoundError):
        (data / FOLDER / f"{hashlib.sha256(raw).hexdigest()}{_SUFFIX}").unlink()


def failed_messages(data: Path) -> list[Path]:
    """Return the files of all that failed, by name."""
    return sorted((data / FOLDER).glob(f"*{_SUFFIX}"))
