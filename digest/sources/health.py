"""Is a source well? Told from its own history, never from the clock alone.

Pure. A page without weekend editions is quiet on Saturday, not broken; the same page a week
later without a new paper is stale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Literal

from digest.errors import counted

State = Literal["fresh", "quiet", "repeated", "shrunken", "empty", "stale", "failed"]
NOT_WELL: frozenset[State] = frozenset(("failed", "empty", "stale"))

_SHRUNKEN = 0.4  # of the median batch
_FEW = 3  # batches below which nothing is known of the usual size
_SEEN_WEEKDAYS = 2  # times that a weekday was seen before it is believed
_USUAL_GAP = timedelta(days=3)  # until the history says otherwise: a weekend and a day
_RECENT = 60  # fetches that count


@dataclass(frozen=True, slots=True)
class FetchRecord:
    """What one fetch of a source brought."""

    at: datetime  # aware
    papers: int = 0  # in the batch
    new: int = 0  # of them new to the archive
    bytes: int = 0
    digest: str = ""  # of the bytes; the same digest is the same batch
    error: str | None = None  # why it failed; holds no secret
    unchanged: bool = False  # the server said so (304), or nothing new lay there


@dataclass(frozen=True, slots=True)
class Health:
    """How a source is, in a word and a sentence."""

    state: State
    reason: str


def judge_health(history: Sequence[FetchRecord], latest: FetchRecord) -> Health:
    """Say how a source is after its latest fetch; `history` has the earlier ones, in any order."""
    past = sorted((each for each in history if each.at < latest.at), key=lambda r: r.at)[-_RECENT:]
    if latest.error:
        return Health("failed", f"the fetch failed: {latest.error}{_times(past)}")
    good = [each for each in past if not each.error]
    if latest.new > 0:
        return _size(good, latest)
    brought = [each.at for each in past if each.new > 0]  # also where a part of it failed
    gap = _usual_gap(brought)
    if brought and latest.at - brought[-1] > gap:
        return Health(
            "stale",
            f"nothing new since {brought[-1]:%Y-%m-%d}; it usually brings something within "
            f"{_days(gap)}",
        )
    if (latest.papers or latest.unchanged) and brought and brought[-1].date() == latest.at.date():
        return Health("quiet", f"nothing new since {brought[-1]:%H:%M} today")
    if _is_quiet_day(good, latest.at.date()):
        return Health("quiet", f"nothing new, as usual on a {latest.at:%A}")
    if latest.unchanged:
        return Health("repeated", "nothing changed since the last time")
    if latest.papers == 0:
        return Health("empty", f"no papers at all; the usual batch has {_usual(good)}")
    same = any(each.digest == latest.digest for each in good if latest.digest)
    what = "the very same bytes" if same else f"{counted(latest.papers, 'paper')}, all known"
    return Health("repeated", f"{what}: nothing new")


def _size(good: Sequence[FetchRecord], latest: FetchRecord) -> Health:
    sizes = [each.papers for each in good if each.new > 0]
    if len(sizes) >= _FEW and latest.papers < _SHRUNKEN * median(sizes):
        return Health(
            "shrunken", f"{counted(latest.papers, 'paper')}; the usual batch has {_usual(good)}"
        )
    return Health("fresh", f"{latest.new} new of {counted(latest.papers, 'paper')}")


def _usual(good: Sequence[FetchRecord]) -> str:
    sizes = [each.papers for each in good if each.new > 0]
    return f"{median(sizes):g}" if sizes else "not been seen yet"


def _usual_gap(brought: Sequence[datetime]) -> timedelta:
    """Return how long the source may be silent: its own longest silence but one, and a day."""
    gaps = sorted(after - before for before, after in pairwise(brought))
    if len(gaps) < _FEW:
        return _USUAL_GAP
    return max(gaps[-2], timedelta(days=1)) + timedelta(days=1)


def _is_quiet_day(good: Sequence[FetchRecord], today: date) -> bool:
    """Return whether this weekday usually brings nothing; unknown, Saturday and Sunday do not."""
    brought: dict[date, bool] = {}
    for each in good:
        day = each.at.date()
        if day.weekday() == today.weekday() and day != today:
            brought[day] = brought.get(day, False) or each.new > 0
    if len(brought) < _SEEN_WEEKDAYS:
        return today.weekday() >= 5
    return sum(brought.values()) * 2 < len(brought)


def _times(past: Sequence[FetchRecord]) -> str:
    failures = 0
    for each in reversed(past):
        if not each.error:
            break
        failures += 1
    return f" ({failures + 1} times in a row)" if failures else ""


def _days(gap: timedelta) -> str:
    days = round(gap / timedelta(days=1))
    return "a day" if days == 1 else f"{days} days"
