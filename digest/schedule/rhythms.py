"""What passes between the scheduler and the store about readers' rhythms. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class RhythmRow:
    """What the scheduler has to know of one reader."""

    id: int
    timezone: str | None  # None, here and below: the newsletter's
    hour: int | None
    cadence: str
    weekdays: tuple[int, ...]
    paused_until: date | None
    since: datetime  # when they confirmed
    last_period: str | None
    last_edition: int = 0  # what their last issue ended with


@dataclass(frozen=True, slots=True)
class Served:
    """A reader whose issue is planned: for which period, and when to look at them again."""

    reader: int
    period: str
    next_due_at: datetime
