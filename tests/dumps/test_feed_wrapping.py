"""Names, citations and DOIs in feeds, apart from the abstract."""

from __future__ import annotations

from datetime import date

import pytest

from digest.dumps.feed_wrapping import author_names, unwrap
from digest.dumps.links import doi_in_address


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ("Ann Moss, Bo Fern and Cy Reed", ("Ann Moss", "Bo Fern", "Cy Reed")),
        ("Ann Moss; Bo Fern", ("Ann Moss", "Bo Fern")),
        ("Moss, A. B., Fern, C.", ("A. B. Moss", "C. Fern")),
        ("Lovelace, Ada", ("Ada Lovelace",)),
        ("Ann Moss & Bo Fern", ("Ann Moss", "Bo Fern")),
        ("Anderson, Brand", ("Brand Anderson",)),
        ("Sandy Anderson", ("Sandy Anderson",)),
        ([{"name": "Moss, Ann"}, {"name": "Fern, Bo"}, {}], ("Ann Moss", "Bo Fern")),
        ([{"name": "<b>Ann</b> Moss"}, "Ann Moss"], ("Ann Moss",)),
        (None, ()),
    ],
)
def test_names_are_read_however_a_feed_lists_them(told: object, names: tuple[str, ...]) -> None:
    assert author_names(told) == names


@pytest.mark.parametrize(
    ("html", "venue", "day"),
    [
        ("<p>Publication date: Available online 4 July 2026</p><p><b>Source:</b> Pots</p>",
         "Pots", date(2026, 7, 4)),
        ("<p>Publication date: July 2026</p><p><b>Source:</b> Pots, Volume 5</p>", "Pots", None),
        ("<p>J Pots. 2026 Jul 4;5(7):12. doi: 10.1000/pot.1.</p><p>We boil.</p>",
         "J Pots", date(2026, 7, 4)),
        ("<p>J Pots. 2026 Jul:12. doi: 10.1000/pot.1.</p><p>We boil.</p>", "J Pots", None),
        ("<p>We boil.</p>", "", None),
    ],
)  # fmt: skip
def test_a_citation_tells_journal_and_day(html: str, venue: str, day: date | None) -> None:
    told = unwrap(html, title="Kettles")
    assert (told.venue, told.day) == (venue, day)


def test_an_articles_own_markup_is_no_text() -> None:
    told = unwrap("We boil <italic>N</italic> <bold>pots</bold> at a <b and c>d.", title="")
    assert told.abstract == "We boil N pots at a <b and c>d."


@pytest.mark.parametrize(
    "abstract",
    [
        "By the time moss grows, stones are gone.",
        "Abstract reasoning is hard for moss.",
        "Volume 3 of the diary, published in 1920, names no author.",
        "We cite Moss et al., Issue 4, 2020, and doi:10.1000/1 in a sentence that goes on and on.",
        "A source: the river rises in the hills.",
    ],
)
def test_a_sentence_that_looks_like_a_wrapping_stays(abstract: str) -> None:
    assert unwrap(f"<p>{abstract}</p><p>More.</p>", title="T").abstract == f"{abstract} More."


@pytest.mark.parametrize(
    ("address", "doi"),
    [
        ("https://x.org/doi/full/10.1000/ab.1?af=R", "10.1000/ab.1"),
        ("https://x.org/doi/10.1000/AB.1/abstract#top", "10.1000/ab.1"),
        ("https://x.org/article?id=10.1000/j.1&rss=yes", "10.1000/j.1"),
        ("https://x.org/article?id=10.1000%2Fj.1", "10.1000/j.1"),
        ("doi:10.1000/j.1", "10.1000/j.1"),
        ("https://x.org/10.10/short", None),
    ],
)
def test_a_doi_is_found_without_what_the_site_hung_on_it(address: str, doi: str | None) -> None:
    assert doi_in_address(address) == doi
