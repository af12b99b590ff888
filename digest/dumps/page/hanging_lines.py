"""Titles whose second line hangs below the first, indented by two, as arXiv prints them."""

from __future__ import annotations

from collections.abc import Sequence

from digest.dumps.page.card_facts import read_facts

LONGEST_TITLE_LINES = 5
_HANGING = 2  # blanks
_LONG_LINE = 25  # characters


def hangs(lines: Sequence[str], number: int) -> bool:
    """Return whether a line (from 1) hangs below one of full width, the few of them alone."""
    at = number - 1
    if _indent(lines[at]) != _HANGING:
        return False
    head, end = at - 1, at + 1
    while head > 0 and at - head < LONGEST_TITLE_LINES and _indent(lines[head]) == _HANGING:
        head -= 1
    while (
        end < len(lines) and end - head <= LONGEST_TITLE_LINES and _indent(lines[end]) == _HANGING
    ):
        end += 1
    first = lines[head].lstrip("# ") if head >= 0 else ""
    return (
        end - head <= LONGEST_TITLE_LINES
        and len(first) >= _LONG_LINE
        and not lines[head][:1].isspace()
        and not (lines[head - 1].strip() if head else "")
        and not (lines[end].strip() if end < len(lines) else "")
        and read_facts(first) is None
    )


def _indent(line: str) -> int:
    spread = line.expandtabs(4)
    return len(spread) - len(spread.lstrip())
