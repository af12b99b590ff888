"""What a card tells of a paper, and which of its words are marked."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.composing.card_text import CardText, card_text
from digest.composing.proofs.proof import proof
from digest.papers import Paper
from digest.ranking.interface import Pick, Span
from digest.summarising.summary import LIMIT
from tests.composing.conftest import MakeIssue, MakePress, paper, picked

ABSTRACT = (
    "Nets forget. In this paper, we propose replay, a way to keep forgetting small when nets "
    "forget. Experiments show that replay lowers forgetting by 31% on eleven data sets."
)
TIDAL = Paper(1, "Replay keeps nets", ABSTRACT)


def marked(told: CardText, paper: Paper, *words: str) -> list[str]:
    """Return what is marked of the words that matched, wherever they stand in the abstract."""
    spans = [
        Span("abstract", at, at + len(word))
        for word in words
        for at in range(len(paper.abstract))
        if paper.abstract.startswith(word, at)
    ]
    pick = Pick(1, 1.0, "picked", (), tuple(sorted(spans, key=lambda span: span.start)))
    both = zip((told.contribution, told.result), told.marks(paper, pick), strict=True)
    return [text.plain[start:end] for text, (_, places) in both for start, end in places]


def test_a_card_tells_what_a_paper_does_and_what_came_of_it() -> None:
    told = card_text(TIDAL, "summary", "full", 360)
    assert told.contribution.plain.endswith("a way to keep forgetting small when nets forget.")
    assert "31%" in told.result.plain
    assert len(told.plain) <= LIMIT + 1
    assert told.model is None


def test_each_word_is_marked_once() -> None:
    told = card_text(TIDAL, "summary", "full", 360)
    assert marked(told, TIDAL, "forgetting", "forget", "replay") == ["replay", "forgetting"]


def test_a_word_of_a_marked_phrase_is_not_marked_again() -> None:
    some = Paper(1, "T", "We propose continual learning for nets of continual use by learning.")
    told = card_text(some, "abstract", "full", 360)
    at = some.abstract.index("of continual") + 3
    spans = (Span("abstract", 11, 29), Span("abstract", at, at + 9))
    _, places = told.marks(some, Pick(1, 1.0, "picked", (), spans))[0]
    assert places == ((11, 29),)


def test_a_models_summary_is_marked_where_the_abstracts_words_stand_in_it() -> None:
    some = replace(TIDAL, ai_summary="Replay keeps forgetting small.", ai_summary_model="Qwen3")
    told = card_text(some, "summary", "full", 360)
    assert (told.contribution.plain, told.model) == ("Replay keeps forgetting small.", "Qwen3")
    assert marked(told, some, "replay", "forgetting", "eleven") == ["Replay", "forgetting"]


@pytest.mark.parametrize("summary", ["Replay wins by 77%.", "", " "])
def test_a_models_summary_that_says_more_than_the_abstract_is_left_out(summary: str) -> None:
    told = card_text(replace(TIDAL, ai_summary=summary, ai_summary_model="Q"), "summary", "full", 9)
    assert (told.model, "31%" in told.plain) == (None, True)


def test_without_an_abstract_nothing_is_told() -> None:
    for cards in ("summary", "abstract"):
        assert card_text(Paper(1, "T", ""), cards, "full", 360).plain == ""  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("model", "said"),
    [("Qwen3", "summary by Qwen3"), (None, "summary by a language model")],
)
def test_who_wrote_a_summary_is_said_in_both_parts(
    model: str | None, said: str, make_issue: MakeIssue
) -> None:
    some = replace(TIDAL, ai_summary="Replay keeps forgetting small.", ai_summary_model=model)
    mail = proof(make_issue([some]))
    assert said in mail.html
    assert said in mail.text


def test_a_setting_brings_the_abstract_back(make_press: MakePress, make_issue: MakeIssue) -> None:
    mail = proof(make_issue([TIDAL], of=make_press(cards="abstract")))
    assert "Nets forget. In this paper" in mail.html
    assert "Nets forget. In this paper" in mail.text


def test_fifty_papers_with_summaries_fit_into_a_mail(make_issue: MakeIssue) -> None:
    does = "We propose a way of keeping what was known, and " + "show that it holds " * 8 + "here."
    came = "Experiments show that it lowers the error by 31% on eleven public data sets."
    papers = [
        paper(n, f"Title {n} " + "of a usual length " * 4, f"Nets forget. {does} {came}")
        for n in range(1, 51)
    ]
    issue = make_issue(papers)
    assert len(issue.papers) == 50
    html = proof(issue).html
    assert len(html.encode()) < 98_000
    assert html.count("lowers the error by 31%") == 50


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(["we", "show", "Nets", "31%", "learn.", "It", "é<", "🙂"]), max_size=60
    ),
    st.lists(st.tuples(st.integers(-3, 300), st.integers(-3, 300)), max_size=6),
    st.sampled_from(["summary", "abstract"]),
)
def test_no_mark_leaves_its_text(
    words: list[str], places: list[tuple[int, int]], cards: str
) -> None:
    some = Paper(1, "T", " ".join(words))
    told = card_text(some, cards, "full", 360)  # type: ignore[arg-type]
    spans = tuple(Span("abstract", start, end) for start, end in places)
    pick = replace(picked(some), spans=spans)
    for text, (near, found) in zip(
        (told.contribution, told.result), told.marks(some, pick), strict=True
    ):
        assert not near
        assert text.marked(found, "", "") == text.marked([], "", "")
