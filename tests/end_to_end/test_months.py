"""A week of `python -m bench.months`: a sick relay, kills, joins, leaves, moves, papers again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bench.months import months


def test_a_week_with_a_sick_relay_brings_everybody_everything_once(tmp_path: Path) -> None:
    found = months(tmp_path, days=7, readers=20, step=timedelta(minutes=120))
    assert found.problems == []
    assert found.twice == found.thrice == found.papers_twice == found.lost == 0
    assert found.mails > 100 and found.kills and found.sick.total() == 3
