from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from digest.dumps import record
from digest.papers import PaperRecord
from digest.sources.enrichment import Enricher, best_match, candidates, filled_in, lookup_address
from tests.dumps import samples

NOW = datetime(2026, 1, 4, 12, tzinfo=UTC)


def paper(title: str, arxiv_id: str | None = None, abstract: str = "") -> PaperRecord:
    return record.build_record(title=title, abstract=abstract, position=0, arxiv_id=arxiv_id)


class Memory(dict[str, bytes]):
    def answer(self, address: str) -> bytes | None:
        return self.get(address)

    def keep(self, address: str, body: bytes) -> None:
        self[address] = body


def test_a_title_is_asked_for_by_its_words() -> None:
    address = lookup_address('Bridges: of "small" graphs?', "arxiv")
    query = parse_qs(urlsplit(address).query)
    assert query["search_query"] == ['ti:"Bridges of small graphs"']
    assert "q=Bridges+of" in lookup_address("Bridges of", "hugging-face")


def test_gaps_are_filled_and_the_second_lookup_comes_from_the_cache() -> None:
    asked: list[str] = []
    memory = Memory()

    def fetch(address: str) -> bytes:
        asked.append(address)
        return samples.ARXIV_API

    enricher = Enricher("arxiv", fetch, memory)
    for _ in range(2):
        told = enricher.enrich(paper("Bridges of small graphs!", abstract="Ours."), now=NOW)
        assert (told.arxiv_id, told.abstract) == ("2601.00021", "Ours.")
        assert told.authors == ("Eve Birch", "Finn Oak")
    assert len(asked) == 1


@pytest.mark.parametrize("body", [None, b"", b"<html>down</html>", b"[]", samples.HF_JSON])
def test_a_fruitless_lookup_leaves_the_paper_as_it_was(body: bytes | None) -> None:
    told = paper("Bridges of Small Graphs")
    for service in ("arxiv", "hugging-face"):
        assert Enricher(service, lambda _: body, Memory()).enrich(told, now=NOW) == told  # type: ignore[arg-type]


def test_a_paper_with_an_id_is_not_looked_up() -> None:
    def fetch(address: str) -> bytes:
        raise AssertionError(address)

    told = paper("Bridges of Small Graphs", "2601.00021")
    assert Enricher("arxiv", fetch, Memory()).enrich(told, now=NOW) is told


@pytest.mark.parametrize("text", ["2601.00021", "arXiv:2601.00021v1", "Bridges of small graphs"])
def test_a_paper_is_found_by_its_id_or_its_title_and_no_other_is(text: str) -> None:
    asked: list[str] = []

    def fetch(address: str) -> bytes:
        asked.append(address)
        return samples.ARXIV_API

    found = Enricher("arxiv", fetch, Memory()).find(text, now=NOW)
    assert found and found.arxiv_id == "2601.00021"
    assert ("id_list=2601.00021" in asked[0]) == text.startswith(("2", "a"))
    for other in ("2601.99999", "Bridges of large graphs"):
        assert Enricher("arxiv", fetch, Memory()).find(other, now=NOW) is None
    assert Enricher("arxiv", lambda _: None, Memory()).find(text, now=NOW) is None


def test_hugging_faces_answer_is_read_too() -> None:
    found = candidates(samples.HF_JSON, "hugging-face", now=NOW)
    match = best_match("Lanterns for slow networks", found)
    assert match and match.arxiv_id == "2601.00011"


@pytest.mark.parametrize(
    ("wanted", "offered", "same"),
    [
        ("Multi-Task Learning", "Multitask learning", True),
        ("A long title on the behaviour of neural nets",
         "A long title on the behavior of neural nets", True),
        ("Language models: GPT-3 at work", "Language models: GPT-4 at work", False),
        ("On Long Walks in Deep Forests, Part I", "On Long Walks in Deep Forests, Part II", False),
        ("MEAL", "MEAL V2", False),
        ("Learning to rank", "Learning to walk", False),
    ],
)  # fmt: skip
def test_only_the_same_title_matches(wanted: str, offered: str, same: bool) -> None:
    assert (best_match(wanted, [paper(offered, "2601.00001")]) is not None) is same


def test_two_papers_with_the_same_title_are_no_match() -> None:
    several = [paper("Walks", "2601.00001"), paper("Walks", "2601.00002")]
    assert best_match("Walks", several) is None
    assert best_match("Walks", several[:1]) == several[0]


def test_what_the_record_says_itself_stays() -> None:
    own = replace(paper("Walks", abstract="Ours."), author_count=7)
    told = filled_in(own, replace(paper("Walks", "2601.00001", "Theirs."), author_count=2))
    assert (told.abstract, told.author_count, told.arxiv_id) == ("Ours.", 7, "2601.00001")
