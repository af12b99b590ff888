"""`digest backup` and `digest restore`: store, key and settings in one file."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from digest.app.application import App
from digest.app.data_folder import STORE_FILES, make_folder
from digest.delivery.crash_board import DeadSenders
from digest.errors import NotFound, StoreError
from digest.operations.restored import Held, hold
from digest.private_files import private_folder
from digest.storage.store_copy import check_copy, copy_store, sqlite_file

_STORE, _KEY, _SETTINGS = "digest.db", "secret.key", "settings.toml"
_DKIM, _KEYS = "dkim", "*.pem"  # the keys that lie in the data folder or in its folder of keys
_LARGEST = 1 << 20  # octets of a key or of settings


def back_up(app: App, settings_file: Path | None, target: Path) -> list[str]:
    """Write store, key, settings and DKIM keys to a new file; return their names in it.

    The store is as it was at one moment, whatever is being sent. Raises StoreError.
    """
    source = sqlite_file(app.stores.database)
    if source is None:
        raise StoreError("the store is on a server: back it up there, and secret.key beside it")
    found = {_KEY: app.data / _KEY}
    if settings_file is not None:
        found[_SETTINGS] = settings_file
    for path in sorted([*app.data.glob(_KEYS), *(app.data / _DKIM).glob(_KEYS)]):
        found[str(path.relative_to(app.data))] = path
    with _new_file(target) as file, TemporaryDirectory(dir=app.data) as folder:
        copy = Path(folder) / _STORE
        copy_store(source, copy)
        present = {_STORE: copy} | {name: path for name, path in found.items() if path.is_file()}
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as archive:
            for name, path in present.items():
                archive.add(path, arcname=name, recursive=False)
    return list(present)


def put_back(
    data: Path, source: Path, reopen: Callable[[], App], now: datetime, *, replace: bool
) -> Held:
    """Put a backup into a data folder, and hold what may have been sent after it was made.

    reopen: opens the folder once the files lie there. replace: put it in the place of the store
    that is there, which is kept in `backups/`. Raises NotFound and StoreError.
    """
    with TemporaryDirectory() as folder:
        names = _unpacked(source, Path(folder))
        check_copy(Path(folder) / _STORE)
        _refuse_while_sending(data)
        make_folder(data)
        if (data / _STORE).exists():
            if not replace:
                raise StoreError(
                    f"{data / _STORE} is there already; --replace keeps it in {data / 'backups'}"
                )
            _set_old_store_aside(data, now)
        for name in names:
            if name == _SETTINGS and (data / name).exists() and not replace:
                continue
            _put(Path(folder) / name, data / name)
    return hold(reopen())


def _unpacked(source: Path, folder: Path) -> list[str]:
    """Unpack what a backup may hold, and nothing else; return the names."""
    names = []
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                parts = Path(member.name).parts
                key = member.name.endswith(".pem") and parts[:-1] in ((), (_DKIM,))
                known = key or member.name in (_STORE, _KEY, _SETTINGS)
                small = member.name == _STORE or member.size <= _LARGEST
                content = archive.extractfile(member) if member.isfile() else None
                if not (known and small) or content is None:
                    raise StoreError(f"{source} holds {member.name!r}: no backup of ours does")
                _write(folder / member.name, content)
                names.append(member.name)
    except FileNotFoundError:
        raise NotFound(f"there is no file {source}") from None
    except (tarfile.TarError, EOFError, OSError) as error:
        raise StoreError(f"{source} is no backup, or not whole: {error}") from error
    if _STORE not in names:
        raise StoreError(f"{source} holds no store")
    return names


def _refuse_while_sending(data: Path) -> None:
    folder = data / "owners"
    files = folder.iterdir() if folder.is_dir() else ()
    if any(DeadSenders(folder, alone=True).examine(file.name) is None for file in files):
        raise StoreError(f"mail is being sent from {data}: stop `digest serve` or `digest run`")


def _set_old_store_aside(data: Path, now: datetime) -> None:
    private_folder(data / "backups")
    copy_store(data / _STORE, data / "backups" / f"replaced-{now:%Y%m%dT%H%M%S%f}.db")
    for name in STORE_FILES:
        (data / name).unlink(missing_ok=True)


def _put(source: Path, target: Path) -> None:
    """Put a file in its place, whole or not at all."""
    if target.parent.name == _DKIM:
        private_folder(target.parent)
    draft = target.with_name(f"{target.name}.restored")
    with source.open("rb") as stream:
        _write(draft, stream)
    draft.replace(target)


def _write(path: Path, content: IO[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        while block := content.read(1 << 20):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _new_file(target: Path) -> Iterator[io.BufferedWriter]:
    """Give a file that its owner alone may read; what fails leaves none."""
    draft = target.with_name(f"{target.name}.part")
    try:
        if target.exists():
            raise StoreError(f"{target} exists: choose another name")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as error:
        raise StoreError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)
