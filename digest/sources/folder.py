"""A watched folder: new files are picked up, then filed in `done/` or `rejected/`."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.errors import DumpError

DONE, REJECTED = "done", "rejected"
SETTLED = timedelta(seconds=5)  # untouched for so long, a file is complete
_PARTIAL = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", "~")
_MAX_NAME = 200  # bytes; leaves room for a number and ".report.txt" below the usual 255


def ready(folder: Path, *, now: datetime, settled: timedelta = SETTLED) -> tuple[Path, ...]:
    """Return the folder's complete files, the oldest first.

    Left alone: sub-folders, links, hidden and partial files, and what was written within
    `settled` before `now` (aware). A file from the future counts as complete. Raises DumpError
    when the folder cannot be read.
    """
    try:
        found = [(moments, path) for path, moments in _files(folder)]
    except OSError as error:
        raise DumpError(
            f"the watched folder cannot be read: {error.strerror}", path=folder
        ) from None

    def still_written(moments: tuple[datetime, datetime]) -> bool:
        return any(timedelta(0) <= now - moment < settled for moment in moments)

    complete = [(moments[0], path) for moments, path in found if not still_written(moments)]
    return tuple(path for _, path in sorted(complete))


def file_away(path: Path, *, accepted: bool, report: str = "") -> Path:
    """Move a file to `done/` or `rejected/` beside it, with its report; return where it is now.

    A file of the same name that is there already is kept: the new one gets a number. Raises
    OSError as the system gives it; FileNotFoundError when another process took the file away.
    """
    folder = path.parent / (DONE if accepted else REJECTED)
    folder.mkdir(exist_ok=True)
    target = _reserve(folder, path.name)
    try:
        path.replace(target)  # onto an empty placeholder, so nothing is overwritten
    except OSError:
        if _is_empty(target):  # else another process has filed the very file there
            target.unlink(missing_ok=True)
        raise
    if report:
        beside = _reserve(folder, f"{target.name}.report.txt")
        beside.write_text(report.rstrip("\n") + "\n", encoding="utf-8", errors="replace")
    return target


def _files(folder: Path) -> Iterator[tuple[Path, tuple[datetime, datetime]]]:
    """Yield files with when they were written, and when they came (a copy may keep old times)."""
    for path in folder.iterdir():
        name = path.name
        if name.startswith((".", "#")) or name.lower().endswith(_PARTIAL):
            continue
        try:
            seen = path.lstat()
        except FileNotFoundError:  # taken away between the listing and the look
            continue
        if stat.S_ISREG(seen.st_mode):
            modified, changed = (
                datetime.fromtimestamp(moment, UTC) for moment in (seen.st_mtime, seen.st_ctime)
            )
            yield path, (modified, changed)


def _reserve(folder: Path, name: str) -> Path:
    """Create an empty file of this name, or of this name with a number, and return it.

    One that is empty already is another process's, which files the same file at this moment.
    """
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - Path has no stem for "a.report.txt"
    while len(os.fsencode(stem)) > _MAX_NAME:
        stem = stem[:-1]
    number = 1
    while True:
        target = folder / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
        except FileExistsError:
            if _is_empty(target):
                return target
            number += 1
        else:
            return target


def _is_empty(path: Path) -> bool:
    try:
        return path.stat().st_size == 0
    except FileNotFoundError:
        return False
