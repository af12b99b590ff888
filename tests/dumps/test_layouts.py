"""Answers in the layouts that the services really send, with sentences of our own (data/)."""

from __future__ import annotations

import html
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from digest.archive.merging import FIELDS
from digest.dumps import formats
from digest.dumps.interface import Dump
from digest.errors import SourceRefused
from digest.papers import Link

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MOSS, FERN, REED = "Ada Moss", "Bo Fern", "Cy Reed"


def read(data: bytes) -> Dump:
    return formats.read(data, now=NOW)


# file → what is told of each paper, in the order of the source; what is not named is not told
LAYOUTS: dict[str, list[dict[str, Any]]] = {
    "arxiv-old-listing.xml": [
        {
            "title": "How snails agree on a pace",
            "abstract": "Snails agree within 2.6<η<4 minutes.",
            "authors": (MOSS, FERN),
            "organisations": ("Snail Society, North",),
            "arxiv_id": "1805.00001",
        },
        {
            "title": "Slugs as clocks",
            "abstract": "They are late.",
            "authors": (REED,),
            "arxiv_id": "1805.00002",
        },
    ],
    "arxiv-listing.xml": [
        {
            "title": "Lantern²: light for slow networks",
            "abstract": "We need 10× less light if a < b, …, z.",
            "authors": (MOSS, "Bo Fern, Jr.", "Cy O'Reed"),
            "organisations": ("Institute of Lamps, North",),
            "published": date(2026, 9, 18),
            "keywords": ("cs.NI", "cs.LG"),
            "arxiv_id": "2609.00001",
            "doi": "10.1000/3795866.3844758",
        }
    ],
    "arxiv-answer.xml": [
        {
            "title": "Testing kettles & their lids",
            "abstract": "We lift every lid once.",
            "authors": (MOSS,),
            "published": date(2022, 2, 24),
            "keywords": ("cs.SE", "cs.LG"),
            "arxiv_id": "2202.00001",
            "doi": "10.1000/kettle55395.2022.00035",
            "organisations": ("Kettle Collaboration",),
            "venue": "Proc. Kettles 2022, pages 14-26",
            "comment": "10 pages. Code: https://github.com/moss/lids. "
            "Page: https://lids.example.org/.",
        }
    ],
    "nature.xml": [
        {
            "title": "Moss drinks CO2 at night",
            "abstract": "Moss was watched for forty nights.",
            "authors": (MOSS, FERN),
            "published": date(2026, 5, 12),
            "doi": "10.1000/s1-026-01535-6",
        },
        {
            "title": "Author Correction: Moss and stone",
            "published": date(2026, 5, 13),
            "doi": "10.1000/s2-2",
        },
    ],
    "sciencedirect.xml": [
        {"title": "De novo brewing", "authors": (MOSS, FERN), "venue": "Tea Engineering"}
    ],
    "pubmed.xml": [
        {
            "title": "Stress, rest & spores",
            "abstract": "Spores rest when it is dry, and wake when it is not.",
            "authors": ("Ada B Moss", FERN),
            "published": date(2026, 7, 20),
            "doi": "10.1000/icb/icag118",
            "venue": "Spore Biol",
        }
    ],
    "plos.xml": [
        {
            "title": "A Talpa map",
            "abstract": "We map the burrows of Talpa.",
            "authors": (MOSS, "Bo B. Fern"),
            "published": date(2026, 1, 1),
            "doi": "10.1000/journal.pbio.3003333",
        }
    ],
    "atypon.xml": [
        {
            "title": "Ants count",
            "abstract": "Ants count their steps.",
            "authors": (MOSS,),
            "published": date(2026, 2, 3),
            "doi": "10.1000/ants.25",
        },
        {"title": "Robot ants", "published": date(2026, 9, 16), "doi": "10.1000/ants.26"},
    ],
    "wiley.xml": [
        {
            "title": "Small reeds",
            "abstract": "We bend a reed.",
            "authors": (MOSS, FERN),
            "published": date(2026, 1, 1),
            "keywords": ("RESEARCH ARTICLE",),
            "doi": "10.1000/abc.123",
        }
    ],
    "ieee.xml": [
        {
            "title": "Depth from 2 ponds",
            "abstract": "We look into two ponds.",
            "authors": (MOSS, "Bo B. Fern"),
            "published": date(2026, 9, 18),
        }
    ],
    "jmlr.xml": [
        {"title": "Learning ridges", "abstract": "We learn a ridge.", "authors": (MOSS, FERN)}
    ],
    "aps.xml": [
        {
            "title": "Ripples x",
            "abstract": "We count ripples.",
            "authors": (MOSS, FERN, REED),
            "doi": "10.1000/abcd-1234",
        }
    ],
    "biorxiv-feed.xml": [
        {
            "title": "Leaves fold",
            "abstract": "We fold leaves.",
            "authors": ("A. Moss", "B. C. Fern", "D. van der Reed"),
            "published": date(2026, 1, 2),
            "doi": "10.64898/2026.01.01.000001",
        }
    ],
    "biorxiv-answer.json": [
        {
            "title": "Sounds & shapes in Talpa",
            "abstract": "Moles hear round shapes.",
            "authors": ("A. Moss", "B. Fern", "C. van der Reed"),
            "published": date(2026, 8, 1),
            "keywords": ("animal behavior and cognition",),
            "doi": "10.64898/2026.07.31.000001",
            "organisations": ("Burrow Institute",),
        }
    ],
    "hf-daily.json": [
        {
            "title": "Forge: Train τ-Agents",
            "abstract": "Since agents now outrun their trainers, we run, too.",
            "authors": (MOSS, FERN),
            "published": date(2026, 7, 23),
            "comments": 2,
            "upvotes": 5,
            "keywords": ("training", "running"),
            "arxiv_id": "2607.00001",
            "ai_summary": "Short.",
            "ai_summary_model": "x/y",
            "ai_keywords": ("training", "running"),
            "organisations": ("Moss",),
            "github_url": "https://github.com/moss/forge",
            "github_stars": 19,
            "submitter": "Cy Reed",
        }
    ],
    "dblp.bib": [
        {
            "title": "CARD: A Channel A Test of Cards in Two Lines",
            "authors": ("Grégoire Moss", "Klaus-Dieter Fern", "Yamine Aït Reed"),
            "doi": "10.1000/978-3-662-43652-3_20",
            "venue": "Proceedings",
        },
        {"title": "Home Rearrangement", "authors": (MOSS,), "arxiv_id": "2412.00001"},
    ],
    "anthology.bib": [
        {
            "title": "Direct Large Models: A “Quoted” Word — and “more”",
            "abstract": "We do 50% of k things – “well”, at ~3× <cost>.",
            "authors": (MOSS, "Bo Łomnicki", "J. Šarić", "V. Nguyễn"),
            "doi": "10.1000/v1/2024.long.523",
        }
    ],
    "managers.bib": [
        {
            "title": "Relations for Joint Moss",
            "abstract": "We derive a relation.",
            "authors": ("Ada M. Moss", "Volkher B. Fern"),
            "arxiv_id": "1402.00001",
            "doi": "10.1000/978-3-662-46803-6_26",
        },
        {
            "title": "Current title",
            "authors": ("Sam von Reed", "The Moss Collaboration"),
            "published": date(2024, 2, 29),
            "keywords": ("moss", "fern"),
            "arxiv_id": "2206.00002",
        },
        {"title": "Which pond?", "authors": ("E. G. Reed Jr.",), "arxiv_id": "2506.00003"},
    ],
    "managers.ris": [
        {
            "title": "Moss at rest",
            "abstract": "BACKGROUND: Moss rests. CONCLUSIONS: So it does.",
            "authors": (MOSS, FERN),
            "published": date(2024, 3, 15),
            "keywords": ("moss", "rest"),
            "doi": "10.1000/rest.24",
        },
        {
            "title": "Only a short title",
            "abstract": "Two lines, one after the other.",
            "authors": ("C. Y. Reed",),
        },
        {"title": "No end before the next", "authors": ("D. Pond",)},
        {
            "title": "From the archive",
            "published": date(2020, 1, 5),
            "comment": "arXiv: 2001.00004 Comment: 9 pages",
            "arxiv_id": "2001.00004",
        },
    ],
}
TOLD = tuple(sorted(set(FIELDS) - {"source_title", "source_abstract", "author_count", "links"}))


@pytest.mark.parametrize("name", LAYOUTS)
def test_everything_that_a_service_tells_is_read_and_nothing_else(name: str) -> None:
    told = read((DATA / name).read_bytes())
    found = [
        {field: value for field in TOLD if (value := getattr(record, field)) not in (None, "", ())}
        for record in told.records
    ]
    assert found == LAYOUTS[name]


def test_no_layout_is_missed_and_each_is_recognised_as_its_own() -> None:
    assert {path.name for path in DATA.iterdir()} == LAYOUTS.keys()
    own = {"xml": {"arxiv", "feed"}, "json": {"hf-json", "biorxiv"}}
    for name in LAYOUTS:
        ending = name.rpartition(".")[2]
        found = formats.recognise((DATA / name).read_bytes()).name
        assert found in own.get(ending, {"bibtex", "ris"}), name
        assert (found == "arxiv") == name.startswith("arxiv"), name


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("arxiv-old-listing.xml", date(2018, 5, 23)),
        ("arxiv-listing.xml", date(2026, 9, 18)),
        ("arxiv-answer.xml", None),
        ("hf-daily.json", date(2026, 7, 24)),
        ("sciencedirect.xml", date(2026, 6, 20)),
    ],
)
def test_a_listing_has_its_own_day(name: str, day: date | None) -> None:
    assert read((DATA / name).read_bytes()).captured_on == day


def test_one_id_that_arxiv_refuses_costs_itself_only() -> None:
    told = read((DATA / "arxiv-answer.xml").read_bytes())
    assert [(r.line, r.reason) for r in told.rejections] == [
        (32, "arXiv refused: incorrect id format for abc")
    ]
    assert Link("code", "https://github.com/moss/lids") in told.records[0].links
    assert Link("project", "https://lids.example.org/") in told.records[0].links


def test_a_page_at_github_is_the_code_when_no_other_is_named() -> None:
    (paper,) = read((DATA / "hf-daily.json").read_bytes()).records
    assert Link("code", "https://github.com/moss/forge") in paper.links


def test_a_record_without_its_end_is_kept_and_said() -> None:
    told = read((DATA / "managers.ris").read_bytes())
    assert [note.reason for note in told.notes] == ["entry 4: no ER line: it may be cut off"]


def _page(target: str, props: dict[str, Any], shown: str) -> bytes:
    told = html.escape(json.dumps(props))
    return f"""<!doctype html>
<html class=""><head><meta charset="utf-8" /><title>Papers</title></head><body class="flex">
<div class="SVELTE_HYDRATER contents" data-target="MainHeader" data-props="{{&quot;isWide&quot;:
false}}"><header><a href="/papers">Daily Papers</a></header></div><main>
<div class="SVELTE_HYDRATER contents" data-target="{target}" data-props="{told}"><section>
{shown}</section></div></main></body></html>""".encode()


def _entry() -> dict[str, Any]:
    (entry,) = json.loads((DATA / "hf-daily.json").read_bytes())
    return dict(entry)


def test_the_page_of_one_paper_is_that_paper_not_those_it_is_compared_with() -> None:
    remark = {"data": {"latest": {"raw": 'I like "dailyPapers": [1]', "html": "<p>I do</p>"}}}
    props = {"comments": [remark], "primaryEmailConfirmed": False, "paper": _entry()["paper"]}
    shown = '<h1>Forge</h1><p>Since</p><h4><a href="/papers/2406.00005">Another</a></h4>'
    (paper,) = read(_page("PaperContent", props, shown)).records
    assert (paper.arxiv_id, paper.authors) == ("2607.00001", (MOSS, FERN))


def test_the_page_of_a_week_has_the_day_of_its_newest_paper() -> None:
    props = {"periodType": "week", "dateString": "2026-W30", "dailyPapers": [_entry()]}
    told = read(_page("DailyPapers", props, ""))
    assert (len(told.records), told.captured_on) == (1, date(2026, 7, 24))


def test_a_page_of_search_results_is_what_was_found() -> None:
    found = {"paper": {"id": "2502.00002", "title": "A Match", "summary": "Found."}}
    props = {"query": {"q": "match"}, "dailyPapers": [_entry()], "searchResults": [found]}
    (paper,) = read(_page("DailyPapers", props, "")).records
    assert paper.title == "A Match"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            b'{"messages":[{"status":"Server not recognized"}],"collection":[]}',
            "Server not recognized",
        ),
        (b'{"error":"Too big: expected number to be <=100"}', "expected number"),
    ],
)
def test_a_refusal_is_an_error_in_the_services_words(body: bytes, words: str) -> None:
    with pytest.raises(SourceRefused, match=words):
        read(body)


@pytest.mark.parametrize("names", ["", "[]", '[{"status":"no posts found"}],"collection":[]'])
def test_a_quiet_day_is_no_error(names: str) -> None:
    body = f'{{"messages":{names}}}' if "status" in names else "[]"
    assert read(body.encode()).records == ()
