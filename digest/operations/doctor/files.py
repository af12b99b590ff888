"""What a check-up says of files and folders: their room, their rights, their disk."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from digest.app.data_folder import PRIVATE_FOLDERS, STORE_FILES
from digest.errors import SettingsError, counted
from digest.operations.doctor.findings import Check, Verdict
from digest.operations.failed_messages import failed_messages
from digest.private_files import is_open_to_others
from digest.settings import Settings, secret_of
from subscribers.tokens import MIN_KEY_BYTES

_LITTLE_ROOM = 500_000_000  # octets free on the data folder's disk
_NO_ROOM = 50_000_000


def check_files(settings: Settings, data: Path, settings_file: Path | None) -> Iterator[Check]:
    """Yield what is found of the data folder and of the files that hold secrets."""
    yield _data_folder(data)
    yield from _room(data)
    yield from private_files(settings, data)
    yield from _settings_file(settings_file)
    yield from network_disk(settings, data)
    yield _secret_key(settings, data)
    yield from _failed_messages(data)


def _failed_messages(data: Path) -> Iterator[Check]:
    """Name messages that could not be handled."""
    if found := failed_messages(data):
        said = (
            f"{counted(len(found), 'message')} could not be handled: see {found[0].parent};"
            " `digest receive FILE` tries one again; remove what you have seen to"
        )
        yield Check("mail that came back", "warning", said)


def _data_folder(data: Path) -> Check:
    if not data.exists():
        return Check("data folder", "warning", f"{data} is not there yet; `digest init` makes it")
    if not os.access(data, os.W_OK | os.X_OK):
        return Check(
            "data folder",
            "error",
            f"{data} cannot be written to; its owner and permissions must let you write there",
        )
    return Check("data folder", "ok", str(data))


def _room(data: Path) -> Iterator[Check]:
    """Name a disk that is nearly full: a store that cannot write stops everything."""
    if not data.exists():
        return
    free = shutil.disk_usage(data).free
    if free < _LITTLE_ROOM:
        verdict: Verdict = "error" if free < _NO_ROOM else "warning"
        yield Check("disk space", verdict, f"{free // 1_000_000} MB are free where {data} lies")


def private_files(settings: Settings, data: Path) -> Iterator[Check]:
    """Name what others can read; opening the store closes what is ours to close."""
    names = [*PRIVATE_FOLDERS, *(() if settings.store.url else STORE_FILES)]
    for path in (data / name for name in names):
        if is_open_to_others(path):
            mode = "700" if path.is_dir() else "600"
            said = f"others can read {path}: chmod {mode} {path}"
            yield Check("private files", "error", said)


_SECRET = re.compile(
    r"^\s*(?:\w+\.)*(password|secret_key|old_secret_keys|oauth_client_secret|metrics_token)\s*="
    r"\s*\[?\s*[\"'][^\"']",
    re.MULTILINE,
)


def _settings_file(path: Path | None) -> Iterator[Check]:
    """Name a settings file that holds a secret and is not its owner's alone."""
    if path is None or not path.stat().st_mode & 0o044:
        return
    if found := _SECRET.search(path.read_text(encoding="utf-8-sig", errors="replace")):
        said = f"others can read {path}, which holds {found[1]}: chmod 600 {path}"
        yield Check("settings file", "error", said)


# What `mount` calls file systems of other machines: SQLite's WAL needs shared memory, and locks
# that work (https://www.sqlite.org/wal.html#overview, and faq.html#q5).
_NETWORKED = re.compile(
    r"nfs4?|cifs|smb[23]?|smbfs|afs|9p|ceph|glusterfs|lustre|gpfs|beegfs|ncpfs|davfs2?|webdav"
    r"|fuse\.(sshfs|glusterfs|ceph|s3fs|rclone|davfs|gcsfuse|smbnetfs|mergerfs)|virtiofs|orangefs"
)


def network_disk(
    settings: Settings, data: Path, mounts: Path = Path("/proc/self/mounts")
) -> Iterator[Check]:
    """Name a data folder that lies on another machine's disk. mounts: a text like /proc's."""
    if settings.store.url or not mounts.exists():
        return
    kind = file_system(data.absolute(), mounts.read_text(encoding="utf-8", errors="replace"))
    if _NETWORKED.fullmatch(kind):
        yield Check(
            "disk",
            "error",
            f"{data} lies on a network file system ({kind}), where SQLite can lose what was"
            " written; move the data folder to a disk of this machine, or set store.url to a"
            " PostgreSQL server",
        )


def file_system(path: Path, mounts: str) -> str:
    """Return the type of the file system that a path lies on, by a text like /proc/self/mounts."""
    best, found = -1, ""
    for line in mounts.splitlines():
        _, where, kind, *_ = (*line.split(" "), "", "", "")
        where = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), where)
        if where and path.is_relative_to(where) and len(where) >= best:  # of equals, the last
            best, found = len(where), kind
    return found


def _secret_key(settings: Settings, data: Path) -> Check:
    web, made = settings.web, data / "secret.key"
    file = web.secret_key_file or (made if made.exists() else None)
    try:
        key = secret_of(web.secret_key, file, name="web.secret_key_file")
    except SettingsError as error:
        return Check("secret key", "error", str(error))
    if key is None:
        return Check("secret key", "ok", f"will be made at first use: {made}")
    in_file = file if web.secret_key is None else None
    if in_file and is_open_to_others(in_file):
        return Check("secret key", "error", f"others can read {in_file}: chmod 600 {in_file}")
    if len(key.encode()) < MIN_KEY_BYTES:
        return Check(
            "secret key",
            "error",
            f"it has fewer than {MIN_KEY_BYTES} bytes, so that links could be forged",
        )
    return Check("secret key", "ok", str(made) if in_file == made else "set")
