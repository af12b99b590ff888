"""The fast product against a plain slow ranking, and ties down to the last one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.papers import Paper
from digest.ranking.audience import Sent, relative_weights
from digest.ranking.background import Background
from digest.ranking.blend import AT_THE_MARGIN, SCALE_ALONE
from digest.ranking.features import Document, length_norms, strengths
from digest.ranking.index import DEPTH, Index, by_popularity
from digest.ranking.levels import BESIDE, ENOUGH_COVER, SURENESS_OF_TERMS, USUAL_WORDS
from digest.ranking.queries import specificities, terms_of
from subscribers.profile import Item, Profile, parse

ROUNDING = 1e-5
SAME = [  # many more than fit, all equal; the popular ones are not the first
    Paper(n + 1, "Same Robots", "One robot.", upvotes=n % 7, position=n) for n in range(4 * DEPTH)
]
POPULAR = [paper.id for paper in sorted(SAME, key=by_popularity)]


@pytest.fixture(scope="module")
def same() -> Index:
    return Index.build(SAME, Background.of(SAME))


@pytest.mark.parametrize("depth", [1, 10, DEPTH, 4 * DEPTH])
@pytest.mark.parametrize("text", ["robots", "robots^3, same", "same robots"])
def test_a_cut_through_equal_scores_keeps_the_most_popular(
    same: Index, text: str, depth: int
) -> None:
    assert list(same.rank([parse(text)], depth=depth)[0].papers) == POPULAR[:depth]


def test_a_cut_through_equal_scores_keeps_the_most_popular_of_what_was_not_sent(
    same: Index,
) -> None:
    sent = [set(POPULAR[:3]), set(POPULAR[::2]), set()]
    rankings = same.rank([parse("robots")] * 3, sent=sent)
    for had, ranking in zip(sent, rankings, strict=True):
        left = [number for number in POPULAR if number not in had]
        assert list(ranking.papers) == left[:DEPTH]


def test_a_better_paper_stands_above_equal_ones_that_are_more_popular() -> None:
    better = Paper(999, "Robots, Robots, Robots", "Robots and a robot.", position=999)
    index = Index.build([*SAME, better], Background.of(SAME))
    assert list(index.rank([parse("robots")])[0].papers) == [999, *POPULAR[: DEPTH - 1]]


def test_a_requirement_that_few_meet_leaves_those_few_in_order_of_popularity() -> None:
    few = [Paper(500 + n, "Same Robots", "One whale.", upvotes=n, position=n) for n in range(3)]
    index = Index.build([*SAME, *few], Background.of(SAME))
    profile = parse("robots, same, +whale")
    assert index.rank([profile])[0].papers == (502, 501, 500)
    assert index.rank([profile], sent=[{502, *POPULAR}])[0].papers == (501, 500)


def test_a_ranking_depends_on_no_other_profile_ranked_with_it(same: Index) -> None:
    profiles = [parse(text) for text in ("same^3, robots, one", "one, robots^2", "robots one same")]
    alone = [same.rank([profile])[0] for profile in profiles]
    assert list(same.rank(profiles[::-1]))[::-1] == alone
    assert list(same.rank(profiles * 300, threads=2))[:3] == alone


def test_packed_numbers_leave_out_what_sets_leave_out(same: Index) -> None:
    sent = [POPULAR[:60], [], [10_000, POPULAR[5]]]
    packed = Sent.unpacked([np.array(each, "<u4").tobytes() for each in sent])
    profiles = [parse("robots")] * 3
    assert list(same.rank(profiles, sent=packed)) == list(same.rank(profiles, sent=sent))


# --- the plain slow ranking


WORDS = ["robot", "whale", "speech", "pre-training", "pretraining", "the", "learning", "deep"]
text_of = st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join)
papers_of = st.lists(st.tuples(text_of, text_of, st.integers(0, 2)), min_size=1, max_size=12).map(
    lambda rows: [
        Paper(100 - n, title, abstract, upvotes=upvotes, position=n)
        for n, (title, abstract, upvotes) in enumerate(rows)
    ]
)
item_of = st.builds(
    lambda words, phrase, weight, required, scope: Item(
        " ".join(words), tuple(words), phrase, weight, required, scope
    ),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    st.booleans(),
    st.sampled_from([0.1, 1.0, 2.5]),
    st.integers(0, 5).map(lambda n: n == 0),
    st.sampled_from([None, None, None, "title"]),
)
profile_of = st.builds(
    Profile,
    st.lists(item_of, min_size=1, max_size=4).map(tuple),
    st.lists(item_of, max_size=1).map(tuple),
)


def stands_in(document: Document, item: Item, background: Background) -> bool:
    """Whether a whole item stands in a paper: all words of a bag, in any order."""
    norms = length_norms(document, background)
    parts = [item] if item.phrase or item.scope else [Item(word, (word,)) for word in item.words]
    return all(
        any(strengths(document, term.feature, norms) for term in terms_of(part, background))
        for part in parts
    )


def slow_score(document: Document, profile: Profile, background: Background) -> float | None:
    """Return one paper's score for one profile; None when it is forbidden."""
    if any(stands_in(document, item, background) for item in profile.excluded):
        return None
    total, norms = 0.0, length_norms(document, background)
    for item, weight in zip(profile.wanted, relative_weights(profile), strict=True):
        if item.required and not stands_in(document, item, background):
            return None
        terms = terms_of(item, background)
        found = [sum(strengths(document, term.feature, norms).values()) for term in terms]
        stand = [bool(worth) for worth in found]
        words = sum(term.cover for term, there in zip(terms, stand, strict=True) if there)
        needed = ENOUGH_COVER * sum(term.cover for term in terms)  # of three words at most
        pairs = [there for term, there in zip(terms, stand, strict=True) if not term.cover]
        whole = sum(pairs) / len(pairs) >= BESIDE if pairs else stand == [True]
        matches = bool(terms) and (whole or words >= needed - ROUNDING)
        longer = max(sum(term.cover > 0 for term in terms) / USUAL_WORDS, 1) ** 0.5
        scale = SCALE_ALONE * specificities([terms])[0] * longer
        scale *= 1 if matches else AT_THE_MARGIN
        if sum(term.cover > 0 for term in terms) > 1:  # a word said twice is one word
            tells = words >= ENOUGH_COVER - ROUNDING
            scale *= SURENESS_OF_TERMS[4 if whole else 3 if matches else 2 if tells else 0]
        worths = (term.share * worth for term, worth in zip(terms, found, strict=True))
        total += weight * scale * sum(worths)
    return total


@settings(max_examples=150)
@given(papers_of, st.lists(profile_of, min_size=1, max_size=4), st.data())
def test_the_fast_ranking_is_the_plain_slow_one(
    papers: list[Paper], profiles: list[Profile], data: st.DataObject
) -> None:
    background = Background.of(papers)
    numbers = [paper.id for paper in papers]
    sent = [data.draw(st.sets(st.sampled_from(numbers), max_size=3)) for _ in profiles]
    depth = data.draw(st.integers(1, len(papers)))
    rankings = Index.build(papers, background).rank(profiles, sent=sent, depth=depth)
    for profile, had, ranking in zip(profiles, sent, rankings, strict=True):
        slow = {
            paper.id: score
            for paper in sorted(papers, key=by_popularity)
            if paper.id not in had
            and (score := slow_score(Document.of(paper), profile, background))
        }
        fast = dict(zip(ranking.papers, ranking.scores, strict=True))
        assert len(fast) == min(depth, len(slow))
        for number, score in fast.items():
            assert score == pytest.approx(slow[number], abs=ROUNDING)
        best = sorted(slow, key=lambda number: -slow[number])  # stable: ties by popularity
        full = [*ranking.papers, *(number for number in best if number not in fast)]
        for above, below in pairwise(full):
            assert slow[above] > slow[below] - ROUNDING
        texts = {paper.id: (paper.title, paper.abstract) for paper in papers}
        for text in set(texts.values()):  # equal papers have equal scores: exactly this order
            equal = [number for number in slow if texts[number] == text]
            kept = [number for number in ranking.papers if number in equal]
            assert kept == equal[: len(kept)]
