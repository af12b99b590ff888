"""No two issues that a reader gets one after the other begin alike, whatever came between."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from digest.delivery.message import Recipe
from digest.settings import NewsletterSettings
from subscribers.preferences import CADENCES, Preferences
from tests.installation import Installation, paper

DAYS = 24
TOPICS = ("tides", "harbours", "lanterns")
# Each says the same after its name: without turns, subjects and preheaders would be alike.
TITLE = "{name}: keeping {topic} safe from the moon"
PROFILES = (
    Preferences("tides"),
    Preferences("harbours, lanterns"),
    Preferences("safe, moon"),
    Preferences("keeping", language="de"),
    Preferences("tides, harbours", cadence="weekdays"),
    Preferences("tides, lanterns", cadence="days", weekdays=(0, 1, 3, 6)),
    Preferences("lanterns, harbours", cadence="days", weekdays=(2, 4)),
    Preferences("moon", cadence="weekly", weekdays=(4,)),
)


def papers_of(chance: random.Random, day: int) -> list[tuple[str, str]]:
    """Return a day's papers: of some topics only, on some days none."""
    topics = [topic for topic in TOPICS if chance.random() < 0.4]
    names = (f"{chance.choice(_SYLLABLES)}{chance.choice(_SYLLABLES)}{day}" for _ in topics)
    return [
        paper(TITLE.format(name=name.title(), topic=t))
        for name, t in zip(names, topics, strict=True)
    ]


_SYLLABLES = "ba ce di fo gu ka le mi no pu ra se ti vo wu".split()  # noqa: SIM905


@pytest.mark.parametrize("tone", ["plain", "warm", "terse"])
def test_subjects_and_preheaders_of_a_reader_differ_from_one_issue_to_the_next(
    tmp_path: Path, tone: str
) -> None:
    chance = random.Random(tone)
    made = Installation(tmp_path).reopened(newsletter=NewsletterSettings(tone=tone))  # type: ignore[arg-type]
    readers = [
        made.app.desk.add(f"r{n}@example.org", wishes, made.now, confirmed=True, how="test")[0]
        for n, wishes in enumerate(PROFILES)
    ]
    opened = 0
    for day in range(DAYS):
        if papers := papers_of(chance, day):
            made.ingest(*papers)
        opened += made.run(made.now.date()).number is not None
        made.now += timedelta(days=1)
    assert DAYS / 2 < opened < DAYS, "some days bring nothing to anybody"
    recipes, sent = made.app.stores.recipes, made.app.stores.sent_issues
    gaps = 0
    for reader in readers:
        editions = sorted(issue.edition for issue in sent.page(reader.id))
        gaps += sum(b - a > 1 for a, b in pairwise(editions))
        lines = [Recipe.unpack(recipes.of_reader(reader.id, number)) for number in editions]
        assert len(lines) > 1
        for before, after in pairwise(lines):
            assert before.subject != after.subject
            assert before.fills["preheader"] != after.fills["preheader"]
    assert gaps > len(readers), "readers miss editions"


def test_every_cadence_is_among_them() -> None:
    assert {wishes.cadence for wishes in PROFILES} == set(CADENCES)
