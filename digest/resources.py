"""Where the files that come with digest lie: one answer for a clone and for a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def shipped(name: str) -> Path:
    """Return the path of a shipped file or folder, e.g. `templates/email`.

    A wheel has them below the package, a clone beside it. Raises FileNotFoundError.
    """
    for folder in (_PACKAGE / "_shipped", _PACKAGE.parent):
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(f"{name} is missing: this installation of digest is incomplete")
