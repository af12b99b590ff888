"""Which edition of the time zone database is in use."""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from pathlib import Path


def version(paths: Sequence[str] = ()) -> str:
    """Return e.g. `2025b/2025.2`: the system's edition and the `tzdata` package's.

    The system's files come first (PEP 615), and only their `tzdata.zi` names an edition; without
    it the folder's time of change stands in.
    """
    return f"{_system(paths or zoneinfo.TZPATH)}/{_package()}"


def _system(paths: Sequence[str]) -> str:
    for folder in map(Path, paths):
        if not folder.is_dir():
            continue
        try:
            with (folder / "tzdata.zi").open(encoding="ascii") as stream:
                return stream.readline().removeprefix("# version").strip()
        except (OSError, UnicodeDecodeError):
            return str(int(folder.stat().st_mtime))
    return "none"


def _package() -> str:
    try:
        return package_version("tzdata")
    except PackageNotFoundError:
        return "none"
