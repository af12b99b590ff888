"""Ranking papers for profiles: rules of matching, exclusions, order, reasons."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from digest.choosing.choose import choose
from digest.papers import Paper
from digest.ranking.background import Background
from digest.ranking.features import Csr, Feature, Matrix
from digest.ranking.index import Index
from subscribers.profile import parse

PAPERS = [
    Paper(1, "Continual Learning without Forgetting", "We keep old tasks while new ones arrive."),
    Paper(2, "Diffusion Models for Speech", "A generative model denoises audio step by step."),
    Paper(3, "A Survey of Speech Corpora", "Corpora of spoken language are listed."),
    Paper(4, "Sparse Solvers", "We speed up linear algebra; diffusion equations are one case."),
    Paper(5, "Pre-training on Proteins", "Self-supervised pretraining of transformers."),
    Paper(6, "Learning, the Continual Way", "Another way entirely.", upvotes=9),
]


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.build(PAPERS, Background.of(PAPERS))


def ranked(index: Index, text: str) -> tuple[int, ...]:
    return index.rank([parse(text)])[0].papers


def test_a_title_match_stands_above_an_abstract_match(index: Index) -> None:
    assert ranked(index, "diffusion") == (2, 4)


def test_a_phrase_matches_only_where_its_words_stand_together_in_order(index: Index) -> None:
    assert ranked(index, '"continual learning"') == (1,)


def test_the_words_of_a_bag_score_alone_but_more_together(index: Index) -> None:
    assert ranked(index, "continual learning")[0] == 1
    assert set(ranked(index, "continual learning")) == {1, 6}


def test_words_match_by_stem(index: Index) -> None:
    assert ranked(index, "corpus solver") == ranked(index, "corpus solvers")


def test_hyphenated_spaced_and_joined_spellings_meet(index: Index) -> None:
    for text in ("pre-training", '"pre training"', "pretraining"):
        assert ranked(index, text) == (5,)


def test_an_exclusion_holds_against_every_match(index: Index) -> None:
    assert set(ranked(index, "diffusion, speech, -audio")) == {3, 4}


def test_items_that_forbid_are_looked_up_together_and_once(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    rows = Matrix.rows

    def counted(matrix: Matrix, features: Sequence[Feature]) -> Csr:
        asked.append(len(features))
        return rows(matrix, features)

    index.forget_items(beyond=0)
    ranked(index, "diffusion, learning")  # so that its words are known
    monkeypatch.setattr(Matrix, "rows", counted)
    many = ", ".join([f'-"w{at} x"' for at in range(40)] + [f"-w{at}" for at in range(40)])
    profile = parse(f"diffusion, learning, {many}, -audio")
    for _ in range(2):
        assert set(index.rank([profile])[0].papers) == {1, 4, 6}
    assert not index.allowed(profile, 2)
    assert asked == [81]


@pytest.mark.parametrize("clause", ["+(corpora OR solvers)", "+speech", '+"speech corpora"'])
@pytest.mark.parametrize("exclusion", ["", "-audio", '-"of speech"', "-author:nobody"])
def test_a_paper_is_allowed_where_no_exclusion_and_every_requirement_stands(
    index: Index, clause: str, exclusion: str
) -> None:
    profile = parse(f"diffusion, speech, solvers, {clause}, {exclusion}".rstrip(", "))
    alone = [Index.build([each], index.background) for each in PAPERS]
    allowed = {each.papers[0].id for each in alone if each.allowed(profile, each.papers[0].id)}
    assert {each.id for each in PAPERS if index.allowed(profile, each.id)} == allowed
    matching = set(ranked(index, "diffusion, speech, solvers"))
    assert set(index.rank([profile])[0].papers) == matching & allowed


def test_a_required_word_must_be_there(index: Index) -> None:
    assert ranked(index, "diffusion, +speech") == (2, 3)


def test_papers_already_sent_are_left_out(index: Index) -> None:
    profile = parse("speech, diffusion")
    rankings = index.rank([profile, profile], sent=[{2}, set()])
    assert 2 not in rankings[0].papers
    assert 2 in rankings[1].papers


@pytest.mark.parametrize(
    "text", ["diffusion, speech^2", "continual learning, pre-training", "models"]
)
def test_reasons_add_up_to_the_score(index: Index, text: str) -> None:
    profile = parse(text)
    ranking = index.rank([profile])[0]
    assert ranking.papers
    for number, score in zip(ranking.papers, ranking.scores, strict=True):
        why = index.explain(profile, number)
        assert sum(reason.gain for reason in why.reasons) == pytest.approx(score, abs=1e-5)


def test_highlights_point_at_the_matching_words(index: Index) -> None:
    why = index.explain(parse("pretraining"), 5)
    texts = {"title": PAPERS[4].title, "abstract": PAPERS[4].abstract}
    assert [texts[s.field][s.start : s.end] for s in why.spans] == ["Pre-training", "pretraining"]


def test_too_few_matches_are_filled_with_trending_papers(index: Index) -> None:
    profile = parse("proteins, -audio")
    picks = choose(profile, index.rank([profile])[0], index)
    assert [(pick.paper, pick.section) for pick in picks] == [
        (5, "picked"),
        (6, "trending"),
        (1, "trending"),
    ]


def test_a_reader_without_a_match_gets_nothing(index: Index) -> None:
    profile = parse("volcanology")
    assert choose(profile, index.rank([profile])[0], index) == ()


def test_a_paper_without_an_abstract_is_ranked_by_its_title() -> None:
    papers = [Paper(1, "Volcanology", ""), Paper(2, "", "")]
    index = Index.build(papers, Background.empty())
    assert ranked(index, "volcanology") == (1,)


def test_the_number_of_threads_changes_nothing(index: Index) -> None:
    texts = ["diffusion, speech", "continual learning", "corpora, -spoken", "+speech, learning"]
    profiles = [parse(text) for text in texts] * 500
    alone = list(index.rank(profiles, threads=1))
    for threads in (2, 3, 8):
        assert list(index.rank(profiles, threads=threads)) == alone


def test_equal_scores_stand_in_order_of_popularity_also_when_there_are_many() -> None:
    papers = [Paper(n, "Same Robots", "One robot.", upvotes=n % 7, position=n) for n in range(200)]
    index = Index.build(papers, Background.of(papers))
    found = index.rank([parse("robots")], depth=200)[0].papers
    assert found == tuple(sorted(range(200), key=lambda n: (-(n % 7), n)))


def test_the_same_papers_are_kept_for_any_number_of_equal_profiles() -> None:
    papers = [Paper(n, f"Robots {n}", "One robot.", position=n) for n in range(60)]
    index = Index.build(papers, Background.of(papers))
    assert len(set(index.rank([parse("robots")] * 50, depth=10))) == 1


def test_of_alternatives_one_must_be_there(index: Index) -> None:
    assert set(ranked(index, "(diffusion OR corpora) AND speech")) == {2, 3}
    assert set(ranked(index, "(diffusion OR continual) AND (algebra OR tasks)")) == {1, 4}
    assert set(ranked(index, "(diffusion AND algebra) OR proteins")) == {4, 5}
    assert set(ranked(index, "diffusion, +(algebra, audio) -speech")) == {4}


def test_all_words_of_a_required_bag_must_be_there(index: Index) -> None:
    assert set(ranked(index, "new old AND tasks")) == {1}


def test_what_none_of_some_alternatives_fulfils_is_lacking(index: Index) -> None:
    profile = parse("(diffusion OR corpora) AND speech")
    lacking = index.lacking(profile, 4)
    assert [[item.text for item in clause] for clause in lacking] == [["speech"]]
    assert index.allowed(profile, 3)
    assert not index.allowed(profile, 1)


def test_an_initial_matches_the_name_that_begins_with_it() -> None:
    papers = [
        Paper(1, "Moss", "", authors=("Yara M. Okafor",)),
        Paper(2, "Ferns", "", authors=("Y. Okafor", "Bruno Lindqvist")),
        Paper(3, "Peat", "", authors=("Zoe Okafor", "Yann Lindqvist")),
        Paper(4, "Bogs", "", authors=("Yara Ng",)),
    ]
    index = Index.build(papers, Background.of(papers))
    for text in ('author:"Y. Okafor"', "author:Okafor, Y.", "Okafor Y[au]", "au:okafor_y"):
        assert set(ranked(index, text)) == {1, 2}, text
    assert set(ranked(index, "author:Yara Okafor")) == {1, 2}
    assert set(ranked(index, "author:Okafor")) == {1, 2, 3}
    assert ranked(index, 'author:"Y. M."') == ()


@pytest.mark.parametrize(
    ("keyword", "title", "found"),
    [
        ("context", "In-Context Learning", False),
        ("context", "In-Context Learning in Context", True),
        ("policy", "Off-Policy Evaluation", False),
        ("distribution", "Out-of-Distribution Detection", False),
        ("in-context learning", "In-Context Learning", True),
        ("in context learning", "In-Context Learning", True),
        ("learning in context", "In-Context Learning", True),
        ("off policy", "Off-Policy Evaluation", True),
        ("out of distribution", "Out-of-Distribution Detection", True),
        ("thought", "Chain-of-Thought Prompting", True),
        ("chain of thought", "Chain-of-Thought Prompting", True),
        ("training", "Pre-Training at Scale", True),
    ],
)
def test_what_a_hyphen_joins_to_a_function_word_is_another_word(
    keyword: str, title: str, *, found: bool
) -> None:
    papers = [*PAPERS, Paper(7, title, "")]
    index = Index.build(papers, Background.of(papers))
    assert (7 in ranked(index, keyword)) is found
