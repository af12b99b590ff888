"""A press with our own sample papers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from digest.composing.branding import RenderSettings
from digest.composing.checks.specimen import SpecimenLinks
from digest.composing.compose import EditionRenderer, Recipient, Renderers, compose
from digest.composing.templates import Templates
from digest.mail import Issue
from digest.papers import Link, Paper
from digest.ranking.interface import Pick, Reason, Span

SHIPPED = Path(__file__).parents[2] / "templates" / "email"
DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)

MakePress = Callable[..., Renderers]
MakeIssue = Callable[..., Issue]


@pytest.fixture(scope="session")
def make_press() -> MakePress:
    """Make a press from settings."""

    def make(**settings: object) -> Renderers:
        chosen = RenderSettings(
            **{"base_url": "https://digest.example.org", **settings}  # type: ignore[arg-type]
        )
        return Renderers(chosen, Templates(SHIPPED, chosen.templates))

    return make


@pytest.fixture(scope="session")
def press(make_press: MakePress) -> Renderers:
    """The press as shipped, with a base_url."""
    return make_press(postal_address="Digest, 1 Example Street, Exampleton")


@pytest.fixture
def make_issue(press: Renderers) -> MakeIssue:
    """Compose an issue of some papers; each matched the first word of its title."""

    def make(papers: list[Paper], *, picks: list[Pick] | None = None, number: int = 1,
             of: Renderers | None = None, edition: EditionRenderer | None = None,
             **reader: object) -> Issue:  # fmt: skip
        who = Recipient(**{"id": 7, "address": "ada@example.org", **reader})  # type: ignore[arg-type]
        chosen = picks or [picked(paper) for paper in papers]
        edition = edition or (of or press).edition(number, DAY)
        by_number = {paper.id: paper for paper in papers}
        return compose(who, edition, chosen, by_number, now=NOW, links=SpecimenLinks())

    return make


def picked(paper: Paper, score: float = 0.5) -> Pick:
    """Pick a paper because its title's first word is a keyword."""
    word = paper.title.split(" ")[0]
    return Pick(
        paper.id,
        score,
        "picked",
        (Reason(word, "title", score),),
        (Span("title", 0, len(word)),),
    )


def paper(number: int, title: str = "", abstract: str = "", **more: object) -> Paper:
    """Make a paper with a title and an abstract of ours."""
    words = ("Gradients", "Sparse attention", "Tidal flows", "Protein folding", "Random forests")
    title = title or f"{words[number % 5]} in practice, part {number}"
    abstract = abstract or (
        "We look at an old question with new data. The answer is shorter than we thought, and "
        "it holds for every size that we tried. A small bound explains why. We release the code."
    )
    links = (Link("code", f"https://example.org/code/{number}"),)
    defaults: dict[str, object] = {"author_count": 3, "published": DAY, "links": links}
    return Paper(number, title, abstract, **{**defaults, **more})  # type: ignore[arg-type]
