"""Files and folders that nobody else may read: readers' addresses and mails are in them."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

OTHERS = 0o077  # the rights of everybody but the owner
_FILE, _FOLDER = 0o600, 0o700


def private_folder(folder: Path) -> None:
    """Make a folder, with its parents, that its owner alone may enter. Raises OSError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=_FOLDER)
    close_to_others(folder)


def private_file(path: Path) -> None:
    """Make a file, if there is none, that its owner alone may read. Raises OSError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, _FILE))
    close_to_others(path)


def close_to_others(path: Path) -> None:
    """Take everybody else's rights to a file or folder; another owner's stays as it is."""
    with suppress(FileNotFoundError):
        about = path.stat()
        if about.st_mode & OTHERS and about.st_uid == os.geteuid():
            path.chmod(about.st_mode & ~OTHERS & 0o7777)


def is_open_to_others(path: Path) -> bool:
    """Return whether somebody but the owner may do something with a file or folder."""
    return path.exists() and bool(path.stat().st_mode & OTHERS)
