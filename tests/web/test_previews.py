"""Previews: what they hold, what they cost, and what they keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from digest.archive.dump_results import IncomingDump
from digest.choosing.editor import Knowledge
from digest.errors import ModelError
from digest.operations.dumps import ingest_one
from digest.operations.readers_pages import preview_service
from digest.ranking.corpus import Corpus
from digest.ranking.model_description import ModelDescription
from digest.ranking.onnx_model import OnnxModel
from digest.ranking.semantics import Semantics
from digest.web.later_meanings import LaterMeanings
from digest.web.previews import Previews
from digest.web.vocabulary import Budget, Vocabulary
from subscribers.profile import parse, read_profile
from tests.composing.conftest import paper
from tests.installation import Installation, page
from tests.ranking.tiny_model import WIDTH, write_model

TITLES = (
    "Diffusion models for speech",
    "Diffusion models for images",
    "Planning with world models",
    "Sparse attention in practice",
)


@dataclass
class Desk:
    """A digest with editions on four days, and what previews it."""

    place: Installation
    service: Previews
    background: list[Callable[[], None]] = field(default_factory=list)


def _words(number: int, at: int, count: int) -> str:
    """Return words that stand in no other paper."""
    return " ".join(f"w{number}{at}{each}" for each in range(count))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    installation = Installation(tmp_path)
    for number in range(4):
        page_of_day = page(
            *(
                (f"{title} {_words(number, at, 4)}", f"{_words(number, at, 30)}.".capitalize())
                for at, title in enumerate(TITLES)
            )
        )
        ingest_one(installation.app, IncomingDump(f"{number}.txt", page_of_day))
        installation.run()
        installation.tomorrow()
    service = preview_service(installation.app)
    waiting: list[Callable[[], None]] = []
    service._in_background = waiting.append
    service._first_within = 0.0
    yield Desk(installation, service, waiting)
    installation.app.close()


def test_a_preview_replays_the_last_editions(desk: Desk) -> None:
    issue = desk.service.preview(parse("speech"), None)
    assert issue is not None
    assert issue.replayed == (1, 1, 1)  # the first edition may lie outside the recent papers
    quiet = desk.service.preview(parse("zebra"), None)
    assert quiet is not None
    assert quiet.replayed == (0, 0, 0)


def test_each_keyword_counts_alone_as_it_does_together(desk: Desk) -> None:
    both = desk.service.preview(parse("speech, planning, zebra"), None)
    assert both is not None
    for hits in both.keywords:
        alone = desk.service.preview(parse(hits.text), None)
        assert alone is not None
        assert alone.keywords[0].hits == hits.hits


def test_the_same_keywords_are_answered_from_memory(desk: Desk) -> None:
    first = desk.service.preview(parse("speech"), None)
    assert desk.service.preview(parse("speech"), None) is first
    assert desk.service.preview(parse("speech"), 2) is not first


def test_a_new_edition_is_looked_at_without_making_anybody_wait(desk: Desk) -> None:
    before = desk.service.preview(parse("speech"), None)
    desk.place.ingest(("Speech again", "Of all that was said this is the last word."))
    desk.place.run()
    assert desk.service.preview(parse("speech"), None) is before  # the old answer, at once
    desk.background.pop()()
    after = desk.service.preview(parse("speech"), None)
    assert after is not None
    assert [paper.title for paper in after.papers if paper.section == "picked"] == ["Speech again"]


def test_what_visitors_type_is_not_kept_for_ever(desk: Desk) -> None:
    for number in range(30):
        words = ", ".join(f"w{number}x{at}" for at in range(100))
        desk.service.preview(parse(words), None)
    stock = desk.service._stock
    assert stock is not None
    assert stock.by_words.recent.index.scorer.known_items <= 2_100


def test_the_first_visitor_after_the_start_sees_the_sample(desk: Desk) -> None:
    service = preview_service(desk.place.app)  # with its threads
    sample = service.sample()
    assert sample is not None
    assert sample.topics


def test_a_sample_that_is_made_ready_is_there_when_it_is_asked_for(desk: Desk) -> None:
    desk.service.make_ready()
    desk.background.pop()()
    assert desk.service.sample() is not None
    desk.service.make_ready()
    assert desk.background == []


def test_nobody_waits_for_a_sample_that_could_not_be_made(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ModelError("the model is gone")

    monkeypatch.setattr(desk.service, "_new_stock", fail)
    desk.service.sample()
    with pytest.raises(ModelError):
        desk.background.pop()()
    desk.service._first_within = 3600.0
    assert desk.service.sample() is None


def test_a_sample_is_for_what_is_much_written_about(desk: Desk) -> None:
    assert desk.service.sample() is None  # nothing is made while somebody waits
    desk.background.pop()()
    sample = desk.service.sample()
    assert sample is not None
    assert "diffusion models" in sample.topics
    assert sample.week == 16
    assert sample.issue.papers


def test_a_misspelt_word_finds_what_is_written_like_it() -> None:
    vocabulary = Vocabulary(("diffusion", "planning", "speech"), frozenset(), ())
    assert vocabulary.close_to(["difusion"], Budget()) == ("diffusion",)
    assert vocabulary.close_to(["diffusion"], Budget()) == ()


def test_what_is_suggested_is_for_the_one_word_that_is_wrong(desk: Desk) -> None:
    issue = desk.service.preview(
        parse('"speach transducers"^2, atention (world), title:spech'), None
    )
    assert issue is not None
    assert [(hits.unknown, hits.suggestions[:1]) for hits in issue.keywords] == [
        ("speach", ("speech",)),
        ("atention", ("attention",)),
        ("spech", ("speech",)),
    ]
    fine = desk.service.preview(parse('"models speech"'), None)
    assert fine is not None
    assert fine.keywords[0].suggestions == (), "each of its words is known"


@pytest.mark.parametrize(
    "words", [["difusion"] * 5_000, [f"difusio{n}" for n in range(5_000)], ["d" * 30_000]]
)
def test_no_text_looks_up_more_than_a_few_words(words: list[str]) -> None:
    vocabulary, budget = Vocabulary(("diffusion",), frozenset(), ()), Budget()
    vocabulary.close_to(words, budget)
    assert len(budget.known) <= 20


def test_characters_that_stand_for_many_are_refused_beyond_a_bound() -> None:
    assert read_profile('"' + "\ufdfa" * 1900 + '"').problems
    assert not read_profile("ﬁne-tuning, ① ﷺ").problems


@pytest.fixture
def meaning(desk: Desk, tmp_path: Path) -> Iterator[tuple[Desk, list[Callable[[], None]]]]:
    """The same with a sentence model, and what is left for later."""
    (tmp_path / "model").mkdir()
    model = OnnxModel(
        ModelDescription("words", "0", WIDTH),
        write_model(tmp_path / "model") / "model.onnx",
        tmp_path / "model" / "tokenizer.json",
    )
    known, later = desk.place.app.knowledge.read(), list[Callable[[], None]]()
    semantics = Semantics(model)
    corpus = Corpus.of(list(desk.place.app.stores.archive.newest(100)), known.background, semantics)
    editor = desk.place.app.editor()
    editor.knowledge = Knowledge(known.background, corpus, semantics)
    desk.service._editor = lambda: editor
    desk.service._later = LaterMeanings(later.append)
    yield desk, later


def test_a_preview_waits_for_the_meaning_of_one_keyword_only(
    meaning: tuple[Desk, list[Callable[[], None]]],
) -> None:
    desk, later = meaning
    one = desk.service.preview(parse("speech"), None)
    assert one is not None
    assert not one.is_by_words
    assert not later
    asked = parse("speech, planning, images")
    words = desk.service.preview(asked, None)
    assert words is not None
    assert words.is_by_words
    later.pop()()
    found = desk.service.preview(asked, None)
    assert found is not None
    assert not found.is_by_words
    assert not later


def test_each_preview_works_out_the_meaning_of_a_few_keywords_after_it(
    meaning: tuple[Desk, list[Callable[[], None]]],
) -> None:
    desk, later = meaning
    asked = parse(", ".join(f"planning{n}" for n in range(10)))
    model = desk.service.preview(asked, None) and desk.service._stock
    assert model is not None
    assert model.semantics is not None
    unknown = []
    while later:
        later.pop()()
        unknown.append(len(model.semantics.unknown_keywords([i.text for i in asked.wanted])))
        issue = desk.service.preview(asked, None)
        assert issue is not None
        assert issue.is_by_words == (unknown[-1] > 1)
    assert unknown == [6, 2, 0]


def test_a_long_keyword_is_worked_out_alone(
    meaning: tuple[Desk, list[Callable[[], None]]],
) -> None:
    desk, later = meaning
    asked = parse("planning " * 30 + ", speech, images")
    for left in (2, 0):
        desk.service.preview(asked, None)
        later.pop()()
        assert desk.service._stock is not None
        model = desk.service._stock.semantics
        assert model is not None
        assert len(model.unknown_keywords([i.text for i in asked.wanted])) == left


def test_a_preview_by_words_is_what_ranks_without_a_model(
    desk: Desk, meaning: tuple[Desk, list[Callable[[], None]]]
) -> None:
    asked = parse("sparse attention, world planning, images")
    words = desk.service.preview(asked, None)
    assert words is not None
    assert words.is_by_words
    plain = preview_service(desk.place.app).preview(asked, None)
    assert plain is not None
    assert plain.papers == words.papers


def test_authors_wait_for_no_meaning(meaning: tuple[Desk, list[Callable[[], None]]]) -> None:
    desk, later = meaning
    issue = desk.service.preview(parse(", ".join(f"author:name{n}" for n in range(50))), None)
    assert issue is not None
    assert not issue.is_by_words
    assert not later


def test_what_visitors_type_is_not_written_down(
    meaning: tuple[Desk, list[Callable[[], None]]],
) -> None:
    desk, later = meaning
    desk.service.preview(parse("zebras, okapis"), None)
    later.pop()()
    model = desk.service._editor().knowledge.semantics
    assert model is not None
    assert model.unknown_keywords(["zebras", "okapis"]) == ["zebras", "okapis"]


def test_no_topic_is_the_tail_of_a_hyphenated_word() -> None:
    titles = (
        "In-context learning at work",
        "How in-context learning fails",
        "World models at work",
    )
    papers = [paper(at, title, "") for at, title in enumerate((*titles, "How world models fail"))]
    assert Vocabulary.of(papers, ()).topics == ("world models",)
