"""Composing: CPU per mail from cards that exist, from none, and the naive way.

    python bench/composing.py [readers]

Naive is what most newsletters do: MJML and all templates for every mail. Readers are made
up: three of twelve keywords each, up to ten papers of the sample day.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from digest.composing.branding import PressSettings
from digest.composing.choose import choose
from digest.composing.render import EditionPress, Press, Reader, compose
from digest.composing.specimen import SpecimenLinks
from digest.composing.templates import Templates
from digest.dumps.formats import read
from digest.papers import Paper
from digest.ranking.background import Background
from digest.ranking.index import Index
from digest.ranking.interface import Pick
from subscribers.profile import parse

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
KEYWORDS = (
    "learning", "diffusion", "speech", "robot", "memory", "language model", "graph", "audio",
    "benchmark", "network", "image", "training",
)  # fmt: skip


def main(readers: int) -> None:
    """Print mails per second of CPU, three ways."""
    papers = sample_papers()
    picks = picks_of(papers, readers)
    by_number = {paper.id: paper for paper in papers}
    press = Press(PressSettings(base_url="https://digest.example.org"),
                  Templates(ROOT / "templates/email"))  # fmt: skip
    edition = press.edition(1, date(2026, 3, 2))
    links = SpecimenLinks()

    def joined(to: EditionPress, number: int) -> None:
        reader = Reader(number, f"r{number}@example.org")
        compose(reader, to, picks[number], by_number, now=NOW, links=links)

    mean = sum(map(len, picks)) / readers
    print(f"{readers} readers, {mean:.1f} papers a mail")
    report("no card yet", readers, lambda n: joined(edition, n))
    report("cards at hand", readers, lambda n: joined(edition, n))
    some = min(readers, 100)
    report("all from scratch", some, lambda n: naive_mail(press, picks[n], by_number))


def report(name: str, count: int, make: Callable[[int], None]) -> None:
    """Time one way of making mails."""
    start = time.process_time()
    for number in range(count):
        make(number)
    spent = time.process_time() - start
    print(f"{name:16} {count / spent:9,.0f} mails/s  {spent / count * 1e6:7.1f} µs a mail")


def sample_papers() -> list[Paper]:
    """Return the papers of both sample days."""
    papers: list[Paper] = []
    for day in ("day-1.txt", "day-2.txt"):
        dump = read((ROOT / "digest/samples" / day).read_bytes(), now=NOW)
        for record in dump.records:
            number = len(papers) + 1
            papers.append(Paper(number, record.title, record.abstract, links=record.links,
                                author_count=record.author_count,
                                published=record.published))  # fmt: skip
    return papers


def picks_of(papers: list[Paper], readers: int) -> list[tuple[Pick, ...]]:
    """Return the picks of made-up readers; those who match nothing get their first paper."""
    rng = random.Random(1)
    index = Index.build(papers, Background.empty().updated(papers))
    profiles = [parse(", ".join(rng.sample(KEYWORDS, 3))) for _ in range(readers)]
    return [
        choose(profile, ranking, index) or (Pick(papers[0].id, 0.0, "trending"),)
        for profile, ranking in zip(profiles, index.rank(profiles), strict=True)
    ]


def naive_mail(press: Press, picks: tuple[Pick, ...], papers: dict[int, Paper]) -> None:
    """Make one mail of the same templates from scratch: MJML, then Jinja for all its parts."""
    Templates(ROOT / "templates/email").html("issue.mjml")
    desk = press.desk("en")
    desk.top(1, date(2026, 3, 2), "daily")
    desk.section("picked", len(picks), "daily")
    for place, pick in enumerate(picks):
        desk.card(papers[pick.paper], pick, lead=place == 0, density="full")
    desk.foot(True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
