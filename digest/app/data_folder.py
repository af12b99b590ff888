"""The data folder, DIR: everything that changes lives below it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from digest.errors import StoreError


def make_folder(folder: Path) -> None:
    """Make the data folder; raises StoreError when it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # readers' addresses are in it
    except OSError as error:
        raise StoreError(f"cannot make the data folder {folder}: {error.strerror}") from None


def secret_key(folder: Path) -> str:
    """Return the key that signs links, made in DIR on first use and readable by nobody else."""
    make_folder(folder)
    path = folder / "secret.key"
    if not path.exists():
        _make_key(path)
    return path.read_text(encoding="ascii").strip()


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
