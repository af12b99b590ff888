"""Choosing an issue's papers: floor, near-duplicates, diversity, fill."""

from __future__ import annotations

from collections.abc import Container

from digest.choosing.choose import Limits, choose, diversified
from digest.papers import Paper
from digest.ranking.background import Background
from digest.ranking.index import Index
from subscribers.profile import parse

LONG = (
    "We train a small network to predict tides from satellite heights, compare harmonic"
    " methods with recurrent ones, release measurements of forty harbours and discuss failures."
)
PAPERS = [
    Paper(1, "Predicting Tides", LONG, upvotes=1),
    Paper(2, "Predicting Tides v2", LONG + " Now with code."),
    Paper(3, "Glaciers from Space", "Radar maps of glaciers.", upvotes=40),
    Paper(4, "Forests and Birds", "A census of birds.", upvotes=30),
    Paper(5, "Tides of Fashion", "An essay.", upvotes=20),
]
INDEX = Index.build(PAPERS, Background.of(PAPERS))


def chosen(text: str, sent: Container[int] = (), **limits: object) -> list[tuple[int, str]]:
    profile, held = parse(text), Limits(**limits)  # type: ignore[arg-type]
    picks = choose(profile, INDEX.rank([profile])[0], INDEX, limits=held, sent=sent)
    return [(pick.paper, pick.section) for pick in picks]


def test_near_duplicates_never_stand_together() -> None:
    numbers = [paper for paper, _ in chosen("tides")]
    assert len({1, 2} & set(numbers)) == 1


def test_the_fill_holds_no_near_duplicate_of_a_pick_and_no_excluded_word() -> None:
    assert chosen("satellite, -birds, -glaciers") == [(1, "picked"), (5, "trending")]


def test_a_score_below_the_floor_is_no_match() -> None:
    assert chosen("tides", floor=5.0) == []


def test_what_is_trending_is_no_paper_that_matches() -> None:
    assert chosen("birds, fashion", max_papers=2, trending=1) == [(4, "picked"), (3, "trending")]


def test_a_place_for_what_is_trending_is_given_back_when_everything_popular_matches() -> None:
    picks = chosen("tides, birds, glaciers", max_papers=3, trending=1)
    assert [section for _, section in picks] == ["picked"] * 3


def test_the_only_place_of_an_issue_is_for_a_match() -> None:
    assert chosen("birds", max_papers=1, trending=1) == [(4, "picked")]


def test_sent_papers_are_neither_picked_nor_filled_in() -> None:
    assert chosen("glaciers", sent={4, 5}, min_papers=5) == [(3, "picked"), (1, "trending")]


def test_one_keyword_gives_its_weakest_places_to_good_papers_of_others() -> None:
    candidates = [(n, 1.0 - n / 100) for n in range(12)]
    leading = [0] * 10 + [1, 1]
    assert [paper for paper, _ in diversified(candidates, leading, 10)] == [*range(8), 10, 11]


def test_a_keyword_keeps_its_places_when_the_others_have_nothing_good() -> None:
    candidates = [(n, 1.0) for n in range(10)] + [(10, 0.2)]
    assert [paper for paper, _ in diversified(candidates, [0] * 10 + [1], 10)] == list(range(10))


def test_what_no_keyword_leads_takes_nobodys_place() -> None:
    candidates = [(n, 1.0) for n in range(12)]
    assert [paper for paper, _ in diversified(candidates, [0] * 10 + [-1, 0], 10)] == [*range(10)]


def test_ten_papers_are_an_issue_unless_its_reader_chose_otherwise() -> None:
    papers = [Paper(n, f"Tides of Harbour {n}", f"{n * 7919} {n}") for n in range(1, 14)]
    index, profile = Index.build(papers, Background.of(papers)), parse("tides")
    ranking = index.rank([profile], depth=20)[0]
    assert len(choose(profile, ranking, index)) == 10
    assert len(choose(profile, ranking, index, limits=Limits(max_papers=12))) == 12


def test_each_choice_has_a_number_of_its_own() -> None:
    profile = parse("tides")
    ranking = INDEX.rank([profile])[0]
    one, other = (choose(profile, ranking, INDEX) for _ in range(2))
    assert one == other and one.number != other.number
    assert [pick.grounds for pick in one if pick.section == "picked"] == [
        pick.grounds for pick in other if pick.section == "picked"
    ], "the same reasons, known by the same number"
