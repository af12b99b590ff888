"""What each structured format tells of a paper."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from digest.dumps import biorxiv, formats
from digest.dumps.interface import Dump
from digest.errors import DumpError
from digest.papers import Link
from tests.dumps import samples

NOW = datetime(2026, 1, 4, 12, tzinfo=UTC)


def read(data: bytes, name: str | None = None) -> Dump:
    return formats.read(data, now=NOW, format_name=name)


def test_hugging_face_tells_upvotes_inside_and_comments_outside() -> None:
    told = read(samples.HF_JSON)
    paper = told.records[0]
    assert (paper.upvotes, paper.comments, paper.arxiv_id) == (41, 3, "2601.00011")
    assert paper.authors == ("Ada Moss", "Ben Alder")
    assert paper.published == date(2025, 12, 30)
    assert paper.keywords == ("routing", "patience")
    assert Link("code", "https://github.com/moss/lanterns") in paper.links
    assert Link("project", "https://lanterns.example.org/") in paper.links
    assert told.rejections == ()


def test_a_models_summary_does_not_stand_in_for_the_abstract() -> None:
    paper = {"id": "2601.00013", "title": "Kettles", "ai_summary": "It boils."}
    (record,) = read(json.dumps([{"paper": paper}]).encode()).records
    assert (record.abstract, record.ai_summary) == ("", "It boils.")


def test_hugging_faces_midnight_utc_is_that_day() -> None:
    assert read(samples.HF_JSON).captured_on == date(2026, 1, 2)


def test_a_day_without_papers_is_an_empty_list_not_an_error() -> None:
    told = read(b"[]\n")
    assert (told.format, told.records, told.rejections) == ("hf-json", (), ())


def test_hugging_faces_refusal_comes_with_its_words() -> None:
    with pytest.raises(DumpError, match="refused: Invalid date"):
        read(b'{"error": "Invalid date"}')


def test_truncated_json_keeps_what_came_before_and_names_the_line() -> None:
    told = read(samples.HF_JSON[:1100])
    assert [r.title for r in told.records] == ["Lanterns for Slow Networks"]
    assert told.rejections[-1].line and "broken JSON" in told.rejections[-1].reason


def test_one_bad_paper_is_a_rejection_with_its_line_and_the_rest_is_kept() -> None:
    papers = [{"paper": {"title": ["no"], "summary": 5}}, 7, {"paper": None}, *samples.PAPERS]
    told = read(json.dumps(papers, indent=1).encode())
    assert len(told.records) == 2
    assert [r.reason for r in told.rejections] == [
        "entry 1: no title",
        "entry 2: no object",
        "entry 3: its paper is no object",
    ]
    assert told.rejections[0].line == 2


def test_an_unreadable_field_costs_the_field_not_the_paper() -> None:
    paper = {**samples.PAPERS[0]["paper"], "upvotes": "many", "publishedAt": "2026-02-30"}  # type: ignore[dict-item]
    told = read(json.dumps([{"paper": paper}]).encode())
    assert (told.records[0].upvotes, told.records[0].published) == (None, None)
    assert (len(told.notes), told.rejections) == (2, ())


def test_a_huge_number_is_no_count() -> None:
    paper = '[{"paper": {"title": "T", "upvotes": ' + "9" * 5000 + "}}]"
    assert read(paper.encode()).records[0].upvotes is None


def test_a_page_gives_its_embedded_papers_and_those_it_only_shows() -> None:
    told = read(samples.PAGE_HTML)
    hidden, shown = told.records
    assert (hidden.abstract, hidden.upvotes) == (
        "We light the way for packets that arrive late.",
        41,
    )
    assert (shown.title, shown.arxiv_id) == ("Counting Sheep with Sparse Attention", "2601.00012")
    assert (shown.upvotes, shown.comments, shown.author_count) == (7, 5, 8)
    assert shown.published == date(2024, 11, 25)
    assert shown.abstract == "Sleepy models count better."
    assert told.captured_on == date(2026, 1, 2)


def test_a_page_whose_embedded_data_is_broken_is_read_from_what_it_shows() -> None:
    told = read(samples.PAGE_HTML.replace(b"[{&quot;paper&quot;", b"[&quot;paper&quot;,,{"))
    assert [r.arxiv_id for r in told.records] == ["2601.00011", "2601.00012"]


def test_a_page_without_papers_is_refused_with_its_title() -> None:
    with pytest.raises(DumpError, match="Just a moment"):
        read(b"<!doctype html><title>Just a moment...</title><p>Checking your browser")


def test_arxivs_versions_are_one_paper() -> None:
    told = read(samples.ARXIV_API)
    (paper,) = told.records
    assert (paper.arxiv_id, paper.doi) == ("2601.00021", "10.1000/bridges.1")
    assert paper.title == "Bridges of Small Graphs"
    assert paper.authors == ("Eve Birch", "Finn Oak")
    assert paper.keywords == ("math.CO", "cs.DM")
    assert Link("code", "https://github.com/b/g") in paper.links
    assert paper.line == 6


def test_arxivs_listing_keeps_new_and_cross_and_passes_over_replacements() -> None:
    told = read(samples.ARXIV_RSS)
    assert [r.title for r in told.records] == ["Pruning Hedges", "Crossing Fields"]
    assert told.rejections == ()
    assert told.records[0].abstract == "We cut a < b and keep the rest."
    assert told.records[0].authors == ("Gus Pine", "Hana Rush")
    assert told.records[0].organisations == ("Institute, of Hedges",)
    assert told.captured_on == date(2026, 1, 2)


def test_arxivs_old_listing_hides_id_and_mark_in_the_title() -> None:
    told = read(
        b"""<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="http://export.arxiv.org/rss/cs.LG"><dc:date>2024-01-05T20:30:00-05:00</dc:date></channel>
<item><title>A Walk. (arXiv:2401.00001v1 [cs.LG])</title><link>http://arxiv.org/abs/2401.00001</link>
<description>&lt;p&gt;We walk.&lt;/p&gt;</description>
<dc:creator>&lt;a href="http://x.org/a"&gt;Ada Moss&lt;/a&gt;,
&lt;a href="http://x.org/b"&gt;Bo Li&lt;/a&gt;</dc:creator></item>
<item><title>Old. (arXiv:2301.00001v3 [cs.LG] UPDATED)</title><description>x</description></item>
</rdf:RDF>"""
    )
    (paper,) = told.records
    assert (paper.title, paper.abstract, paper.arxiv_id) == ("A Walk", "We walk.", "2401.00001")
    assert paper.authors == ("Ada Moss", "Bo Li")
    assert told.captured_on == date(2024, 1, 5)


def test_arxivs_error_entry_is_a_refusal_with_its_text() -> None:
    with pytest.raises(DumpError, match="arXiv refused: incorrect id format for 1234"):
        read(
            b"""<feed xmlns="http://www.w3.org/2005/Atom"><id>http://arxiv.org/api/x</id><entry>
<id>http://arxiv.org/api/errors#incorrect_id_format_for_1234</id><title>Error</title>
<summary>incorrect id format for 1234</summary></entry></feed>"""
        )


def test_xml_that_breaks_off_keeps_the_whole_entries() -> None:
    told = read(samples.ARXIV_RSS[: samples.ARXIV_RSS.index(b"<item><title>An Old")])
    assert len(told.records) == 2
    assert "broken XML" in told.rejections[0].reason and told.rejections[0].line


def test_biorxivs_versions_are_one_paper_without_markup() -> None:
    (paper,) = read(samples.BIORXIV).records
    assert paper.title == "How E. coli rests"
    assert paper.abstract == "Rest is short & sweet."
    assert paper.authors == ("A. Moss", "B. C. Alder")
    assert paper.doi == "10.1101/2026.01.01.000001"


def test_biorxivs_cursor_leads_from_page_to_page_and_ends() -> None:
    first = "https://api.biorxiv.org/details/biorxiv/2026-01-01/2026-01-02/0/json"
    assert biorxiv.next_address(first, samples.BIORXIV) == first.replace("/0/", "/2/")
    last = samples.BIORXIV.replace(b'"5"', b'"2"')
    assert biorxiv.next_address(first, last) is None
    stuck = first.replace("/0/", "/4/")
    assert biorxiv.next_address(stuck, samples.BIORXIV) is None
    assert biorxiv.next_cursor(b"nonsense") is None


def test_a_biorxiv_day_without_posts_is_empty_and_a_bad_query_is_refused() -> None:
    assert read(b'{"messages":[{"status":"no posts found"}],"collection":[]}').records == ()
    with pytest.raises(DumpError, match="refused: error: bad interval"):
        read(b'{"messages":[{"status":"error: bad interval"}]}')


def test_a_feeds_html_becomes_text_and_its_day_stays_in_its_own_zone() -> None:
    told = read(samples.RSS)
    (paper,) = told.records
    assert paper.title == "Moss & stone"
    assert paper.abstract == "Moss grows. Stone stays."
    assert paper.authors == ("Ivy Lane", "Jo Heath")
    assert (paper.doi, paper.published) == ("10.1000/moss.1", date(2026, 1, 2))
    assert [(r.line, r.reason) for r in told.rejections] == [(8, "entry 2: no title")]


@pytest.mark.parametrize("code", ["x110000", "XD800", "55296", "99999999999999"])
def test_a_reference_to_no_character_costs_itself_only(code: str) -> None:
    told = read(samples.RSS.replace(b"<item>", f"<item><source>&#{code};</source>".encode(), 1))
    assert [r.title for r in told.records] == [r.title for r in read(samples.RSS).records]


def test_a_feed_that_names_a_local_file_is_not_opened(tmp_path: object) -> None:
    with pytest.raises(DumpError):
        read(b"/etc/passwd", "feed")


def test_json_feed_is_read() -> None:
    (paper,) = read(samples.JSON_FEED).records
    assert (paper.title, paper.abstract) == ("Tides", "In & out.")
    assert (paper.authors, paper.published) == (("Kim Shore",), date(2026, 1, 2))


def test_bibtex_entries_survive_a_missing_brace_beside_them() -> None:
    told = read(samples.BIBTEX)
    lantern, second = told.records
    assert lantern.title == "LANTERN: a Test of x² models"
    assert lantern.abstract == "We keep 50% of it."
    assert lantern.authors == ("Ada Moss", "Ben C. Alder", "Kurt Gödel")
    assert (lantern.published, lantern.doi) == (date(2026, 1, 3), "10.1000/abc.1")
    assert second.arxiv_id == "2601.00041"
    assert [r.line for r in told.rejections] == [7, 10]


def test_one_files_bibtex_strings_do_not_reach_the_next_file() -> None:
    read(b'@string{leak = "Leaked"}\n@misc{a, title = leak # { one}}\n')
    told = read(b"@misc{b, title = {Second}, note = leak}\n@misc{c, title = leak}\n")
    assert [r.title for r in told.records] == ["Second"]


def test_ris_records_are_read_with_their_lines() -> None:
    told = read(samples.RIS)
    paper, cut_off = told.records
    assert (paper.title, paper.abstract) == ("A Study of Puddles", "First line and its second.")
    assert paper.authors == ("Ada Moss", "B. Alder")
    assert (paper.doi, paper.published) == ("10.1000/puddle", date(2026, 1, 3))
    assert cut_off.title == "It Breaks Of"
    assert [(r.line, r.reason) for r in (*told.rejections, *told.notes)] == [
        (12, "entry 2: no title (TI or T1)"),
        (15, "entry 3: no ER line: it may be cut off"),
    ]


@pytest.mark.parametrize(("data", "name"), [(samples.BIBTEX, "bibtex"), (samples.RIS, "ris")])
def test_a_byte_of_no_encoding_costs_its_own_record_only(data: bytes, name: str) -> None:
    told = read(
        data.replace(b"Moss, Ada", b"M\x81ss, Ada"), name
    )  # 0x81 is none of Windows' either
    assert any("not UTF-8: byte 0x81" in r.reason for r in told.rejections)
    assert len(told.records) == len(read(data, name).records) - 1
