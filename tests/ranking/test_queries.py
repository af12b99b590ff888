import pytest

from digest.papers import Paper
from digest.ranking.background import ENOUGH_PAPERS, Background
from digest.ranking.corpus import ATTESTED, Corpus
from digest.ranking.queries import Term, terms_of
from subscribers.profile import Item

BAG = Item("tidal gauges", ("tidal", "gauges"))


def corpus(together: int, papers: int = ENOUGH_PAPERS) -> Corpus:
    """Return an archive in which both words stand everywhere, side by side in some papers."""
    texts = ["Tidal gauges"] * together + ["Gauges of tidal basins"] * (papers - together)
    made = [Paper(number, text, "") for number, text in enumerate(texts, 1)]
    return Corpus.of(made, Background.of(made))


def pair_share(archive: Corpus) -> float:
    terms = terms_of(BAG, archive.background, archive.neighbours)
    assert sum(term.share for term in terms) == pytest.approx(1)
    return _pair(terms).share


def _pair(terms: tuple[Term, ...]) -> Term:
    (pair,) = (term for term in terms if not term.cover)
    return pair


def test_a_pair_counts_the_more_the_surer_the_archive_has_it_side_by_side() -> None:
    shares = [pair_share(corpus(count)) for count in range(ATTESTED + 2)]
    assert shares[: ATTESTED + 1] == sorted(set(shares[: ATTESTED + 1]))
    assert shares[ATTESTED] == pytest.approx(shares[ATTESTED + 1], abs=0.01)


def test_before_there_is_an_archive_neighbours_are_believed() -> None:
    assert (
        pair_share(corpus(0, ENOUGH_PAPERS - 1)) == _pair(terms_of(BAG, Background.empty())).share
    )


@pytest.mark.parametrize(
    ("item", "runs"),
    [
        (("tide-level", "gauges"), {("tide", "level", "gaug"), ("tidelevel", "gaug")}),
        (("gauges", "tide-level"), {("gaug", "tide", "level"), ("gaug", "tidelevel")}),
        (("tide", "gauges"), {("tide", "gaug")}),
    ],
)
def test_what_a_hyphen_joins_stands_beside_a_word_as_a_whole(
    item: tuple[str, ...], runs: set[tuple[str, ...]]
) -> None:
    terms = terms_of(Item(" ".join(item), item), Background.empty())
    assert set(_pair(terms).feature.variants) == runs
