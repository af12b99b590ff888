"""What takes the place of a match, as long as it: positions stay those of what was typed."""

from __future__ import annotations

import re


def blanked(found: re.Match[str]) -> str:
    """Return blanks."""
    return " " * len(found[0])


def inner_only(found: re.Match[str]) -> str:
    """Return what stands within, the first group, where it stood."""
    before = found.start(1) - found.start()
    return f"{' ' * before}{found[1]}".ljust(len(found[0]))
