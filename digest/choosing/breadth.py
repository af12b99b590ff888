"""What a reader's choice of breadth asks of a paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from subscribers.store import Breadth

_FLOORS: dict[Breadth, float] = {"strict": 4 / 3, "normal": 1.0, "wide": 2 / 3}


class Required(NamedTuple):
    """What a paper has to reach."""

    floor: float  # by the keyword that it matches best
    by_words: bool  # whether that keyword has to stand in it: its meaning alone is not enough


def required(breadth: Breadth, floor: float) -> Required:
    """Return what a reader asks of a paper where the newsletter's floor is `floor`."""
    return Required(floor * _FLOORS[breadth], breadth == "strict")
