"""Looking papers up at a service, over a real loopback connection and the real store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Literal

import pytest

from digest.app.application import App, open_app
from digest.archive.dump_results import IncomingDump
from digest.operations.dumps import ingest_one
from digest.operations.sources import KEEP, forget_old
from digest.settings import Settings
from digest.sources.archive_enrichment import Lookups
from tests.sources.loopback import Site, World, says, serving

TITLES = ("On the Sleep of Sea Otters", "A Theory of Lukewarm Tea", "Lanterns for Late Moths")
BIB = "".join(f"@misc{{k{n}, title={{{title}}}}}\n" for n, title in enumerate(TITLES)).encode()


def arxiv(*entries: tuple[str, str]) -> bytes:
    """Answer as arXiv's API does."""
    told = "".join(
        f"""<entry><id>http://arxiv.org/abs/{number}</id><title>{title}</title>
<updated>2026-01-03T10:00:00Z</updated><summary>A summary.</summary>
<link href="https://arxiv.org/abs/{number}" rel="alternate" type="text/html"/>
<link href="https://arxiv.org/pdf/{number}" rel="related" type="application/pdf" title="pdf"/>
<category term="q-bio.PE" scheme="http://arxiv.org/schemas/atom"/>
<published>2026-01-02T10:00:00Z</published><arxiv:primary_category term="q-bio.PE"/>
<author><name>Ada Moss</name></author></entry>"""
        for number, title in entries
    )
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
 xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
<id>https://arxiv.org/api/qFNnN3</id><title>arXiv Query: search_query=ti</title>
<opensearch:itemsPerPage>5</opensearch:itemsPerPage>
<opensearch:totalResults>{len(entries)}</opensearch:totalResults>{told}</feed>""".encode()


def hugging_face(number: str, title: str) -> bytes:
    """Answer as Hugging Face's search does."""
    paper = {
        "id": number,
        "authors": [{"_id": "1", "name": "Ada Moss", "hidden": False}],
        "publishedAt": "2026-01-02T00:00:00.000Z",
        "title": title,
        "summary": "A summary.",
        "upvotes": 3,
        "ai_keywords": ["otters"],
    }
    return json.dumps([{"paper": paper, "title": title, "numComments": 0}]).encode()


class Answers(dict[str, Any]):
    """Answers every path alike until it is told otherwise."""

    default: Any = staticmethod(says(200, arxiv()))

    def __missing__(self, path: str) -> Any:
        return next((answer for part, answer in self.items() if part in path), self.default)


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def site(answers: Answers) -> Iterator[Site]:
    with serving(answers) as site:
        yield site


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def app(tmp_path: Path, world: World) -> App:
    app = open_app(
        Settings.model_validate({"ranking": {"semantic": "off"}}),
        tmp_path,
        clock=lambda: world.now,
    )
    ingest_one(app, IncomingDump("a.bib", BIB))
    return app


def lookups(
    app: App,
    world: World,
    site: Site,
    service: Literal["arxiv", "hugging-face"] = "arxiv",
    per_round: int = 20,
) -> Lookups:
    return Lookups(
        service,
        app.stores.archive,
        app.stores.facts,
        lambda: world.fetcher(attempts=1),
        lambda: world.now,
        per_round,
        site.url,
    )


def test_arxivs_answer_fills_the_gaps_and_only_of_the_very_paper(
    app: App, world: World, site: Site, answers: Answers
) -> None:
    answers["Sea+Otters"] = says(200, arxiv(("2601.00077v2", "On the sleep of sea otters")))
    answers["Lukewarm"] = says(200, arxiv(("2601.00078v1", "A Theory of Lukewarm Coffee")))
    assert lookups(app, world, site).run() == 1
    otters, tea, _ = app.stores.archive.all()
    assert (otters.arxiv_id, otters.authors) == ("2601.00077", ("Ada Moss",))
    assert otters.keywords == ("q-bio.PE",)
    assert (tea.arxiv_id, tea.abstract) == (None, "")


def test_hugging_faces_answer_does_too(
    app: App, world: World, site: Site, answers: Answers
) -> None:
    answers.default = says(200, hugging_face("2601.00078", "A theory of lukewarm tea"))
    assert lookups(app, world, site, "hugging-face").run() == 1
    assert [paper.arxiv_id for paper in app.stores.archive.all()] == [None, "2601.00078", None]
    assert site.asked[0][0] == "/api/papers/search?q=On+the+Sleep+of+Sea+Otters"


def test_a_round_asks_so_many_and_the_next_goes_on(app: App, world: World, site: Site) -> None:
    of = lookups(app, world, site, per_round=2)
    of.run()
    assert len(site.asked) == 2
    of.run()
    assert len(site.asked) == 3, "fruitless answers are remembered"
    of.run()
    assert len(site.asked) == 3


@pytest.mark.parametrize("status", [429, 500, 404])
def test_a_service_in_trouble_ends_the_round_and_is_asked_again(
    app: App, world: World, site: Site, answers: Answers, status: int
) -> None:
    answers.default = says(status, b"busy")
    assert lookups(app, world, site).run() == 0
    assert len(site.asked) == 1
    del answers.default
    assert lookups(app, world, site).run() == 0
    assert len(site.asked) == 4


@pytest.mark.parametrize("body", [b"", b"<html>Rate exceeded.</html>", b"Rate exceeded."])
def test_what_is_no_answer_is_not_remembered(
    app: App, world: World, site: Site, answers: Answers, body: bytes
) -> None:
    answers.default = says(200, body)
    lookups(app, world, site).run()
    answers.default = says(200, arxiv(("2601.00077v1", TITLES[0])))
    assert lookups(app, world, site).run() == 1


def test_answers_are_forgotten_after_a_while(app: App, world: World, site: Site) -> None:
    lookups(app, world, site).run()
    world.now += KEEP - timedelta(hours=1)
    forget_old(app)
    lookups(app, world, site).run()
    assert len(site.asked) == 3
    world.now += timedelta(hours=2)
    forget_old(app)
    lookups(app, world, site).run()
    assert len(site.asked) == 6


def test_the_store_is_free_while_a_service_thinks(
    app: App, world: World, site: Site, answers: Answers
) -> None:
    """A send that writes meanwhile does not wait: no transaction is open."""
    written: list[int] = []

    def think(handler: BaseHTTPRequestHandler) -> None:
        app.stores.facts.set("written", b"meanwhile", world.now)
        written.append(1)
        says(200, arxiv())(handler)

    answers.default = think
    lookups(app, world, site).run()
    assert len(written) == 3
