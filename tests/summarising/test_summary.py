"""What a card says of a paper: its own words, and nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.dumps.formats import read
from digest.summarising.clauses import width
from digest.summarising.summary import LIMIT, Summary, summarise

TITLE = "ShellNet: Sorting Shells by Colour"
ABSTRACT = (
    "Shells are pretty, and sorting them by hand takes long. However, earlier tools need labels. "
    "In this paper, we propose ShellNet, a small network that sorts shells by colour without "
    "labels. It is easy to train. Experiments on three beaches show that ShellNet outperforms "
    "hand sorting by 12.5 %. Our code is available at https://example.org/shellnet."
)


def test_a_card_says_what_a_paper_does_and_what_came_of_it() -> None:
    assert summarise(TITLE, ABSTRACT) == Summary(
        "We propose ShellNet, a small network that sorts shells by colour without labels.",
        "Experiments on three beaches show that ShellNet outperforms hand sorting by 12.5 %.",
    )


@pytest.mark.parametrize("abstract", ["", "  \n ", "https://example.org/" + "a" * 400])
def test_without_words_there_is_no_summary(abstract: str) -> None:
    assert summarise(TITLE, abstract) is None


def test_a_sentence_that_hangs_in_the_air_brings_the_one_that_it_refers_to() -> None:
    abstract = "ShellNet sorts shells by colour. It learns colours from pictures of beaches alone."
    summary = summarise("Learning colours from pictures of beaches", abstract)
    assert summary is not None
    assert not summary.contribution.startswith("It ")


def test_a_hanging_sentence_without_a_better_one_is_joined_with_the_one_before() -> None:
    abstract = (
        "Sorting shells by hand takes long. "
        "This is why we propose ShellNet, a network that sorts shells by colour."
    )
    summary = summarise(TITLE, abstract)
    assert summary is not None
    assert summary.contribution == abstract


def test_how_an_abstract_is_wrapped_does_not_matter() -> None:
    wrapped = ABSTRACT.replace(" ", "\n", 30).replace(" ", " \N{NO-BREAK SPACE}\t", 3)
    assert summarise(TITLE, wrapped) == summarise(TITLE, ABSTRACT)


@pytest.mark.parametrize(
    "last",
    [
        "Code is available at https://example.org/x and outperforms nothing.",
        "Our code is released publicly at github.com/x/y with improved models.",
        "It outperforms all others by 20%.",
        "We hope to improve this in future work.",
    ],
)
def test_what_is_no_result_is_not_shown_as_one(last: str) -> None:
    summary = summarise(TITLE, f"We propose ShellNet, which sorts shells by their colour. {last}")
    assert summary is not None
    assert summary.result is None


@pytest.mark.parametrize(
    ("last", "shown"),
    [
        ("RESULTS Shells of 40 beaches were sorted, and 31% of them were white at the end.", 8),
        ("CONCLUSIONS Washing by hand is associated with whiter shells on all of the beaches.", 12),
        ("CONCLUSIONS AND RELEVANCE Washing is associated with whiter shells on beaches.", 26),
        ("Results: Washed shells were significantly whiter than the others (P < 0.05).", 9),
        ("These data indicate that the colour of shells comes from the sand below them.", 0),
        ("We conclude that washed shells are whiter than those that were left alone.", 0),
        ("Whiteness of all the shells was correlated with the washing (r = 0.71, P < .01).", 0),
    ],
)
def test_results_are_found_as_other_fields_tell_them(last: str, shown: int) -> None:
    summary = summarise(TITLE, f"We sorted shells by their colour on beaches. {last}")
    assert summary is not None
    assert summary.result == last[shown:]


def test_a_stop_between_spaces_ends_a_sentence() -> None:
    summary = summarise("", "we sorted shells by colour . washing improved whiteness by 12.5 % .")
    assert summary == Summary(
        "we sorted shells by colour .", "washing improved whiteness by 12.5 % ."
    )


def test_a_result_that_is_cut_before_its_main_clause_is_not_shown() -> None:
    does = (
        "We propose ShellNet, which sorts shells by their colour and by their ribs, from pictures "
        "that were taken on beaches of five coasts and in the drawers of two old museums in the "
        "north and then looked through by hand."
    )
    result = (
        "When the colours are improved by 20% after ten long days of careful washing with fresh "
        "water, the accuracy of ShellNet rises above that of all five experts, by four points."
    )
    summary = summarise(TITLE, f"{does} {result}")
    assert summary is not None and summary.contribution.startswith("We propose ShellNet")
    assert summary.result is None or "," in summary.result


def test_a_result_of_which_hardly_a_word_fits_is_not_shown() -> None:
    does = (
        "We propose ShellNet, which sorts shells by their colour and by their ribs, from pictures "
        "that were taken on beaches of five coasts and in the drawers of two old museums in the "
        "north and then looked through by hand."
    )
    result = "Our results indicate a lack of " + "-".join(["water"] * 60) + " in 20% of the shells."
    summary = summarise(TITLE, f"{does} {result}")
    assert summary is not None and summary.result is None


@pytest.mark.parametrize(
    "begins",
    [
        "We show that ShellNet (i) improves the order of all shells of the five northern beaches, ",
        "We find that, while the shells of all five beaches improve, ",
    ],
)
def test_a_result_that_is_cut_before_its_point_is_not_shown(begins: str) -> None:
    does = (
        "We propose ShellNet, which sorts shells by their colour and by their ribs, from pictures "
        "that were taken on beaches of five coasts and in the drawers of two old museums."
    )
    summary = summarise(TITLE, f"{does} {begins}{'carefully and patiently washed ' * 6}shells.")
    assert summary is not None and summary.result is None


ROOM = (
    "We propose ShellNet, which sorts shells by their colour and by their ribs, from pictures "
    "that were taken on beaches of five coasts."
)


@pytest.mark.parametrize(
    "result",
    [
        "ShellNet sorts the shells of all beaches patiently to improve the order of the boxes.",
        "We support the above claim and improve the boxes by experiments on shells.",
        "Do shells of all beaches improve if we wash them?",
    ],
)
def test_an_aim_or_a_question_or_what_points_back_is_no_result(result: str) -> None:
    summary = summarise(TITLE, f"{ROOM} {result}")
    assert summary is not None and summary.result is None


def test_what_was_shown_by_experiments_is_said_without_them_where_room_is_short() -> None:
    result = (
        "Through extensive experiments on the pictures of five long beaches and two museums, we "
        "show that ShellNet improves the order of shells by 12.5 % on all of them, and of pebbles "
        "too."
    )
    summary = summarise(TITLE, f"{ROOM} {result}")
    assert summary is not None and summary.result is not None
    assert summary.result.startswith("ShellNet improves the order")


def test_a_contribution_ends_a_clause_earlier_for_a_whole_result() -> None:
    does = (
        "We propose ShellNet, a network that sorts shells by their colour and by their ribs, in "
        "boxes of five sizes that stand in a row, which were built by hand in two old museums of "
        "the north in the last long winter."
    )
    result = (
        "We show that ShellNet improves the order of all shells that lie in the boxes by 12.5 %."
    )
    summary = summarise(TITLE, f"{does} {result}")
    assert summary is not None
    assert summary.contribution.endswith("…") and len(summary.contribution) >= 120
    assert summary.result in (result, result.removeprefix("We show that "))


def test_without_a_result_what_a_paper_does_has_all_the_room() -> None:
    does = (
        "We propose ShellNet, which sorts shells by their colour and by their ribs, from pictures "
        "that were taken on beaches of five coasts and in the drawers of two old museums in the "
        "north, and which were then looked through by hand."
    )
    summary = summarise(TITLE, f"{does} We find that {'-'.join(['water'] * 60)} helps by 5%.")
    assert summary == Summary(does)


def test_a_question_is_not_what_a_paper_does() -> None:
    abstract = (
        "How can we sort shells by their colour without labels? "
        "Our network sorts shells by their colour, as we show on three beaches."
    )
    summary = summarise(TITLE, abstract)
    assert summary is not None and summary.contribution.startswith("Our network")


@pytest.mark.parametrize(
    "empty",
    [
        "To address the challenges, we introduce two innovative solutions.",
        "We present a novel and simple method for this task.",
        "In this work, we make several key contributions.",
        "How can we answer the question 'which beach did a shell come from?'",
        'Given shells alone, can one ask for "the colour of their beach?"',
        "Prior work already shows that we propose colours in networks of shells.",
        "Existing methods sort shells by colour, which we present in this paper.",
    ],
)
def test_what_says_nothing_yet_or_speaks_of_others_is_not_what_a_paper_does(empty: str) -> None:
    others = ["Sorting shells by hand takes long.", "ShellNet sorts them by the colour of a beach."]
    summary = summarise("Sorting shells", f"{others[0]} {empty} {others[1]}")
    assert summary is not None
    assert summary.contribution in others


def test_background_is_not_taken_for_what_the_paper_does() -> None:
    abstract = (
        "ShellNet sorting shells by colour, as earlier work proposed, is slow. "
        "Our paper addresses this gap by looking at pebbles. We count them."
    )
    summary = summarise(TITLE, abstract)
    assert summary is not None
    assert not summary.contribution.startswith("ShellNet")


@pytest.mark.parametrize(
    ("abstract", "begins"),
    [
        ("贝壳很漂亮。本文提出了一种给贝壳分类的新方法。实验结果很好。", "本文提出"),
        (
            "Muscheln sind schön. Wir schlagen ein Netz vor, das Muscheln sortiert. Es ist gut.",
            "Wir",
        ),
    ],
)
def test_other_languages_are_read_too(abstract: str, begins: str) -> None:
    summary = summarise("Muscheln", abstract)
    assert summary is not None
    assert summary.contribution.startswith(begins)


def test_a_machines_summary_is_labelled_and_believed_only_where_the_abstract_says_it() -> None:
    told = "ShellNet sorts shells by colour."
    assert summarise(TITLE, ABSTRACT, told, "Some-LM 7B") == Summary(told, model="Some-LM 7B")
    invented = summarise(TITLE, ABSTRACT, "ShellNet beats PebbleNet by 99%.", "Some-LM 7B")
    assert invented == summarise(TITLE, ABSTRACT)
    assert summarise(TITLE, "", told, "Some-LM 7B") is None


def test_long_sentences_share_the_room() -> None:
    long = (
        "We propose ShellNet, " + ", ".join(["a network which sorts shells by colour"] * 9) + ". "
    )
    summary = summarise(
        TITLE, long + "We find that it is fast. " + long.replace("propose", "show that")
    )
    assert summary is not None
    assert width(summary.contribution) + width(summary.result or "") <= LIMIT
    assert summary.contribution.endswith("…")


_PARTS = st.sampled_from(
    ["In this paper, ", "We propose Zeta", "it outperforms Eta by 5%", ", which is new", ". ", "! ",
     "However, ", "We show that ", "e.g. this", " (as in Fig. 2)", "这是一个方法。", " Wir zeigen",
     "$x$ ",
     "Results: ", "It ", "This ", "a very long word ", "ß", "\n"]
)  # fmt: skip


@given(st.lists(_PARTS, max_size=60).map("".join), st.text(max_size=20))
@settings(derandomize=True)
def test_what_is_shown_is_always_a_piece_of_the_abstract(abstract: str, title: str) -> None:
    summary = summarise(title, abstract)
    if summary is None:
        return
    text = " ".join(abstract.split())
    assert width(summary.contribution) + width(summary.result or "") <= LIMIT
    for shown in filter(None, (summary.contribution, summary.result)):
        assert all(_stands_in(piece, text) for piece in _pieces(shown, text))


def _pieces(shown: str, text: str) -> list[str]:
    """One piece, or two that stand apart in the abstract: a sentence and what it refers to."""
    if _stands_in(shown, text):
        return [shown]
    gaps = [match.end() for match in re.finditer(r" ", shown)]
    for at in gaps:
        if _stands_in(shown[: at - 1], text) and _stands_in(shown[at:], text):
            return [shown[: at - 1], shown[at:]]
    return [shown]


def _stands_in(piece: str, text: str) -> bool:
    piece = piece.removesuffix("…")
    return piece in text or piece[1:] in text  # the first letter may have been raised


@pytest.mark.shared
def test_of_the_real_dumps_cards_nearly_all_say_what_and_most_say_what_came_of_it(
    shared: Path,
) -> None:
    papers = [
        record
        for path in sorted((shared / "dumps").iterdir())
        for record in read(path.read_bytes(), now=datetime(2026, 11, 30, tzinfo=UTC)).records
        if record.abstract
    ]
    summaries = [summarise(paper.title, paper.abstract) for paper in papers]
    assert sum(each is not None for each in summaries) >= 0.95 * len(papers)
    assert sum(bool(each and each.result) for each in summaries) >= 0.6 * len(papers)
    shown = [
        text for each in summaries if each for text in (each.contribution, each.result) if text
    ]
    hanging = [text for text in shown if re.match(r"(?:It|They|These|Its)\b", text)]
    assert len(hanging) <= 0.01 * len(shown)
    assert not [text for text in shown if "github.com" in text]
