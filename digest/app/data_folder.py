"""The data folder, DIR: everything that changes lives below it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from digest.errors import SettingsError, StoreError
from digest.private_files import close_to_others, private_file
from digest.settings import Settings, secret_of
from subscribers.tokens import MIN_KEY_BYTES

_KEY = "secret.key"


def make_folder(folder: Path) -> None:
    """Make the data folder; raises StoreError when it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # readers' addresses are in it
    except OSError as error:
        raise StoreError(f"cannot make the data folder {folder}: {error.strerror}") from None


STORE_FILES = ("digest.db", "digest.db-wal", "digest.db-shm")
PRIVATE_FOLDERS = ("mailbox", "owners", "backups", "failed")


def make_private(folder: Path) -> None:
    """Close the store, mails and copies to others, whatever they were; raises StoreError.

    The data folder itself stays as its owner made it: it may be one that holds more.
    """
    try:
        private_file(folder / STORE_FILES[0])  # SQLite gives the files beside it the same rights
        for name in (*STORE_FILES[1:], *PRIVATE_FOLDERS):
            close_to_others(folder / name)
    except OSError as error:
        raise StoreError(
            f"the store in {folder} cannot be written: {error.strerror}; check the folder's rights"
        ) from None


def ensure_secret_key(settings: Settings, folder: Path) -> None:
    """Make DIR's key, readable by nobody else, where there is none and the settings name none."""
    path = folder / _KEY
    named = settings.web.secret_key or settings.web.secret_key_file
    if not named and not path.exists():
        _make_key(path)


def secret_key(settings: Settings, folder: Path) -> str:
    """Return the key that signs links: the settings', else DIR's. Raises SettingsError."""
    of = settings.web
    given = secret_of(of.secret_key, of.secret_key_file, name="web.secret_key_file")
    key = given or (folder / _KEY).read_text(encoding="ascii").strip()
    if len(key.encode()) < MIN_KEY_BYTES:
        raise SettingsError(
            f"web.secret_key: {MIN_KEY_BYTES} random bytes or more, else links can be forged;"
            " leave it out, and one is made in the data folder"
        )
    return key


def _make_key(path: Path) -> None:
    """Write a new key whole or not at all; of two processes that do, one wins and both read it."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(48) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
