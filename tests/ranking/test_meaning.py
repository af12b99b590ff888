"""Meaning, feedback, acronyms and statistics, with a small model made for the tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

import numpy as np
import pytest

from digest.choosing.choose import FLOOR, Limits, choose
from digest.papers import Paper
from digest.ranking.acronyms import definitions
from digest.ranking.background import Background
from digest.ranking.blend import AT_THE_MARGIN
from digest.ranking.corpus import Corpus
from digest.ranking.index import Index
from digest.ranking.semantics import InMemory, Semantics, Vectors, unit
from digest.ranking.taste import HALF_LIFE_DAYS, Opinion, Taste
from subscribers.profile import parse

TOPICS = {"ocean": 0, "tides": 0, "sea": 0, "birds": 1, "wings": 1, "rocks": 2, "granite": 2}


class TopicModel:
    """Knows three topics, and counts what it is asked."""

    name, width = "topics", 4

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked.extend(texts)
        rows = np.full((len(texts), 4), 0.01, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().replace(".", " ").split():
                row[TOPICS.get(word, 3)] += 1 if word in TOPICS else 0.01
        return unit(rows)


PAPERS = [
    Paper(1, "Ocean tides", "Tides of the sea."),
    Paper(2, "Sea level", "The sea rises. Nobody knows why."),
    Paper(3, "Birds", "Wings of birds."),
    Paper(4, "Rocks", "Granite is hard."),
]


def build(model: TopicModel | None) -> Index:
    background = Background.of(PAPERS)
    semantics = Semantics(model) if model else None
    return Index.build(PAPERS, background, Corpus.of(PAPERS, background, semantics), semantics)


def test_a_paper_near_in_meaning_is_picked_without_the_word_and_says_which_sentence() -> None:
    profile, index = parse("ocean"), build(TopicModel())
    ranking = index.rank([profile])[0]
    assert ranking.papers == (1, 2)
    pick = next(p for p in choose(profile, ranking, index) if p.paper == 2)
    assert [reason.field for reason in pick.reasons] == ["meaning"]
    assert pick.closest_sentence is not None


def test_without_a_model_only_words_match() -> None:
    assert build(None).rank([parse("ocean")])[0].papers == (1,)


def test_reasons_with_meaning_add_up_to_the_score() -> None:
    index, profile = build(TopicModel()), parse("ocean^2, birds")
    ranking = index.rank([profile])[0]
    for number, score in zip(ranking.papers, ranking.scores, strict=True):
        reasons = index.explain(profile, number).reasons
        assert sum(reason.gain for reason in reasons) == pytest.approx(score, abs=1e-5)


def test_a_text_is_embedded_once() -> None:
    model = TopicModel()
    semantics = Semantics(model, InMemory())
    first = semantics.vectors(["ocean", "birds", "ocean"])
    again = semantics.vectors(["birds", "ocean"])
    assert model.asked == ["ocean", "birds"]
    assert np.array_equal(first[:2], again[::-1])


def test_a_score_does_not_depend_on_the_papers_of_the_day() -> None:
    background, semantics = Background.of(PAPERS), Semantics(TopicModel())
    corpus = Corpus.of(PAPERS, background, semantics)
    together = Index.build(PAPERS, background, corpus, semantics).rank([parse("ocean")])[0]
    alone = Index.build(PAPERS[:1], background, corpus, semantics).rank([parse("ocean")])[0]
    assert dict(zip(together.papers, together.scores, strict=True))[1] == alone.scores[0]


def test_likes_only_raise_and_dislikes_only_lower_what_resembles_them() -> None:
    index = build(TopicModel())
    like, dislike = Opinion(PAPERS[2], "like"), Opinion(PAPERS[2], "dislike")
    ((raised, nothing),) = index.taste_of((like,), [3])
    ((none, lowered),) = index.taste_of((dislike,), [3])
    assert raised > 0 and lowered > 0 and nothing == none == 0
    assert index.taste_of((dislike,), [1, 4]) == [(0, 0), (0, 0)]


def test_likes_weigh_more_the_more_of_them_there_are() -> None:
    index = build(TopicModel())
    few, many = (tuple(Opinion(PAPERS[2], "like") for _ in range(n)) for n in (1, 10))
    assert index.taste_of(few, [3])[0][0] < index.taste_of(many, [3])[0][0]


def test_no_paper_enters_by_dislikes() -> None:
    index, taste = build(TopicModel()), tuple(Opinion(paper, "dislike") for paper in PAPERS[:2])
    profile = parse("rocks")
    (ranking,) = index.rank([profile], tastes=[taste])
    assert ranking.papers == (4,)
    (alone,) = index.rank([profile])
    assert ranking.scores == alone.scores


def test_a_dislike_leaves_out_what_is_like_it_but_never_all_of_a_keyword() -> None:
    papers = [Paper(n, f"Tides number {n}", f"On the sea, place {n}.") for n in range(1, 5)]
    papers += [Paper(n, "Birds", f"Wings {n}.") for n in range(5, 8)]
    background, semantics = Background.of(papers), Semantics(TopicModel())
    index = Index.build(papers, background, Corpus.of(papers, background, semantics), semantics)
    profile, taste = parse("tides"), (Opinion(papers[0], "dislike"),)

    def picked(taste: Taste) -> list[int]:
        (ranking,) = index.rank([profile], tastes=[taste] if taste else None)
        floor = min(index.best(profile, [1, 2, 3, 4])) - 0.05
        picks = choose(
            profile, ranking, index, taste=taste, limits=Limits(min_papers=0, floor=floor)
        )
        return [pick.paper for pick in picks]

    assert picked(()) == [1, 2, 3, 4]
    assert len(picked(taste)) == 2
    elsewhere = [Paper(n, f"Tides, part {n}", "Of the sea.") for n in (8, 9)]
    assert len(picked(tuple(Opinion(paper, "dislike") for paper in elsewhere))) == 2


def test_likes_alone_bring_a_part_of_an_issue() -> None:
    papers = [Paper(n, f"Tides number {n}", f"On the sea, place {n}.") for n in range(1, 21)]
    papers += [Paper(21, "Granite", "Rocks.")]
    background, semantics = Background.of(papers), Semantics(TopicModel())
    index = Index.build(papers, background, Corpus.of(papers, background, semantics), semantics)
    profile, taste = parse("granite"), tuple(Opinion(paper, "like") for paper in papers[:3])
    (ranking,) = index.rank([profile], tastes=[taste])
    picks = choose(profile, ranking, index, taste=taste, limits=Limits(min_papers=0))
    assert len(picks) == 4 and 21 in {pick.paper for pick in picks}
    assert picks == choose(profile, ranking, index, taste=taste, limits=Limits(min_papers=0))


def test_a_paper_that_a_reader_brought_is_known_to_them() -> None:
    papers = [Paper(n, "Granite rocks", f"Rocks, place {n}.") for n in range(1, 4)]
    papers += [Paper(4, "Birds", "Wings.", upvotes=9), Paper(5, "Sea", "Tides.", upvotes=8)]
    index = Index.build(papers, Background.of(papers))
    profile, taste = parse("granite"), (Opinion(papers[0], "like"), Opinion(papers[3], "like"))
    (ranking,) = index.rank([profile], tastes=[taste])
    picks = choose(profile, ranking, index, taste=taste, limits=Limits(floor=0.01, min_papers=4))
    assert [(pick.paper, pick.section) for pick in picks] == [
        (2, "picked"),
        (3, "picked"),
        (5, "trending"),
    ]


def test_a_dislike_is_a_reason_that_takes_away() -> None:
    index, taste = build(TopicModel()), (Opinion(PAPERS[3], "dislike"),)
    profile = parse("rocks")
    (ranking,) = index.rank([profile], tastes=[taste])
    why = index.explain(profile, 4, taste)
    assert why.reasons[-1].field == "dislikes" and why.reasons[-1].gain < 0
    assert why.score == pytest.approx(ranking.scores[0], abs=1e-5)


def test_an_old_opinion_counts_less() -> None:
    new, old = Opinion(PAPERS[0], "like"), Opinion(PAPERS[0], "like", HALF_LIFE_DAYS)
    assert old.weight == pytest.approx(new.weight / 2)


def test_likes_are_a_reason_of_their_own_that_adds_up() -> None:
    index, taste = build(TopicModel()), (Opinion(PAPERS[2], "like"),)
    profile = parse("rocks")
    ranking = index.rank([profile], tastes=[taste])[0]
    score = dict(zip(ranking.papers, ranking.scores, strict=True))[3]
    reasons = index.explain(profile, 3, taste).reasons
    assert [reason.field for reason in reasons] == ["likes"]
    assert sum(reason.gain for reason in reasons) == pytest.approx(score, abs=1e-5)


def test_an_acronym_is_read_from_its_definition() -> None:
    found = dict(
        definitions("We use reinforcement learning (RL) and state of the art (SOTA) nets.")
    )
    assert found == {"rl": ("reinforc", "learn"), "sota": ("state", "of", "the", "art")}


def test_an_acronym_and_its_long_form_find_each_other() -> None:
    papers = [
        Paper(1, "Control by trial", "We study reinforcement learning (RL) for robots."),
        Paper(2, "Scaling RL", "More of it."),
        Paper(3, "Reinforcement learning in the wild", "Robots outdoors."),
    ]
    index = Index.build(papers, Background.of(papers))
    for text in ("RL", '"reinforcement learning"', "reinforcement learning"):
        assert set(index.rank([parse(text)])[0].papers) == {1, 2, 3}


def test_a_bag_is_not_matched_by_its_commonest_word_alone_though_it_scores() -> None:
    papers = [Paper(n, "A new method", "We design a method.") for n in range(1, 40)]
    papers.append(Paper(40, "Protein design", "Folding."))
    index = Index.build(papers, Background.of(papers))
    profile = parse("protein design")
    first, *rest = (ranking := index.rank([profile], depth=40)[0]).papers
    assert first == 40 and len(rest) == 39
    assert [
        pick.paper for pick in choose(profile, ranking, index, limits=Limits(min_papers=0))
    ] == [40]
    why = index.explain(profile, 1)
    assert 0 < why.score < FLOOR
    assert sum(reason.gain for reason in why.reasons) == pytest.approx(ranking.scores[1], abs=1e-6)
    assert {reason.field for reason in why.reasons} == {"abstract"}


def test_a_word_of_a_bag_that_stands_everywhere_is_not_required() -> None:
    papers = [Paper(n, "A new method", "We design a method.") for n in range(1, 40)]
    papers.append(Paper(40, "Protein folding", "Nothing else."))
    index = Index.build(papers, Background.of(papers))
    profile = parse("protein design")
    picks = choose(profile, index.rank([profile])[0], index, limits=Limits(min_papers=0, floor=0.2))
    assert [pick.paper for pick in picks] == [40]


def test_one_of_two_telling_words_is_no_match_without_a_model() -> None:
    papers = [Paper(n, "Rivers", "Water.") for n in range(1, 40)]
    papers += [Paper(40, "Audio manipulation", ""), Paper(41, "Arms", "Robot manipulation.")]
    index = Index.build(papers, Background.of(papers))
    profile = parse("robot manipulation")
    ranking = index.rank([profile])[0]
    assert ranking.papers == (41, 40)
    assert [pick.paper for pick in choose(profile, ranking, index)] == [41, 1, 2]
    assert ranking.scores[1] < AT_THE_MARGIN


def test_what_is_meant_by_a_word_decides_where_a_bag_stands_in_part() -> None:
    papers = [
        *PAPERS,
        Paper(5, "Wings and tides", "Birds of the sea."),
        Paper(6, "Tides of granite", "Rocks."),
    ]
    background, semantics = Background.of(papers), Semantics(TopicModel())
    corpus = Corpus.of(papers, background, semantics)
    index = Index.build(papers, background, corpus, semantics)
    scores = dict(zip(*astuple(index.rank([parse("tides ocean")])[0])[:2], strict=True))
    assert scores[1] > scores[2] > scores.get(6, 0.0)  # all of it; by meaning; a word, far away
    assert scores.get(6, 0.0) < FLOOR
    standing = [index.explain(parse("tides birds"), n).reasons[0].standing for n in (5, 1)]
    assert standing == ["apart", "word"]


@pytest.mark.parametrize(("common", "rare"), [("tides", "moths")])
def test_a_rare_word_is_a_better_match_than_a_common_one(common: str, rare: str) -> None:
    papers = [Paper(n, "Of the sea", f"We look at {common}.") for n in range(1, 30)]
    papers += [Paper(n, "Of the sea", "We look at rocks.") for n in range(30, 60)]
    papers += [Paper(60, "Of the sea", f"We look at {rare}.")]
    index = Index.build(papers, Background.of(papers))
    common_best, rare_best = (
        index.best(profile, index.rank([profile])[0].papers)[0]
        for profile in (parse(common), parse(rare))
    )
    assert rare_best > FLOOR and rare_best > 1.3 * common_best


@pytest.mark.parametrize(
    "keyword",
    [
        "{rare} of large language models",
        "large language model {rare}",
        "towards the {rare} of very large language models",
    ],
)
def test_a_paper_with_the_common_part_of_a_keyword_stands_below_one_with_its_telling_word(
    keyword: str,
) -> None:
    common = "Large language models. We train large language models on many large corpora."
    papers = [Paper(n, f"Large language models {n}", common) for n in range(1, 40)]
    papers += [Paper(n, "Rivers", "Water and very small stones.") for n in range(40, 120)]
    telling = "We look at weights, and at last at the tides that large language models know."
    papers += [Paper(120, "Weights", telling)]
    background = Background.of(papers)
    profile = parse(keyword.format(rare="tides"))
    for semantics in (None, Semantics(TopicModel())):
        corpus = Corpus.of(papers, background, semantics)
        index = Index.build(papers, background, corpus, semantics)
        ranking = index.rank([profile])[0]
        assert ranking.papers[0] == 120
        assert ranking.scores[1] < FLOOR
        for number, score in zip(ranking.papers[:3], ranking.scores[:3], strict=True):
            why = index.explain(profile, number)
            assert why.score == pytest.approx(score, abs=1e-5)
            assert {each.standing for each in why.reasons} <= {"close", "apart", "part", ""}


def test_many_weak_matches_do_not_add_up_to_a_strong_one() -> None:
    papers = [Paper(n, "Of the sea", "We look at tides, rocks and moths.") for n in range(1, 40)]
    papers += [Paper(n, "Rivers", "Water.") for n in range(41, 80)]
    papers += [Paper(40, "Moraines", "A survey.")]
    index = Index.build(papers, Background.of(papers))
    profile = parse("tides, rocks, moths, moraines")
    ranking = index.rank([profile])[0]
    assert ranking.papers[0] == 1 and ranking.scores[0] > 0.4
    picks = choose(profile, ranking, index, limits=Limits(min_papers=0, floor=0.4))
    assert [pick.paper for pick in picks] == [40]


def test_background_statistics_survive_storage_and_grow_by_parts() -> None:
    whole = Background.of(PAPERS)
    parts = Background.of(PAPERS[:2]).updated(PAPERS[2:])
    assert Background.from_bytes(parts.to_bytes()) == whole
    assert parts.to_bytes() == whole.to_bytes()
    with pytest.raises(ValueError, match="another format"):
        Background.from_bytes(b'{"format": 0}')


def test_a_rare_word_is_worth_more_than_a_common_one_on_the_first_day() -> None:
    empty = Background.empty()
    assert empty.idf("estuari") > empty.idf("learn") > empty.idf("the")
