"""Exports of databases and reference managers, in the forms that people have them (exports/).

`exports.json` says what each file tells: it was read off the files by eye.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.archive.merging import FIELDS
from digest.dumps import formats
from digest.dumps.interface import Dump
from digest.errors import DumpError, SourceRefused

FILES = Path(__file__).parent / "exports"
EXPORTS: dict[str, dict[str, Any]] = json.loads(FILES.with_suffix(".json").read_text("utf-8"))
NOW = datetime(2026, 12, 1, tzinfo=UTC)
UNTOLD = {"source_title", "source_abstract", "author_count"}


def read(data: bytes | str) -> Dump:
    return formats.read(data.encode() if isinstance(data, str) else data, now=NOW)


def told(dump: Dump) -> dict[str, Any]:
    """Return what a dump tells, as `exports.json` writes it."""
    found: dict[str, Any] = {"format": dump.format, "papers": []}
    for record in dump.records:
        values = {name: getattr(record, name) for name in FIELDS if name not in UNTOLD}
        values = {name: value for name, value in values.items() if value not in (None, "", ())}
        links = [link.url for link in record.links]
        found["papers"].append({"line": record.line, **values, "links": links})
    if dump.captured_on:
        found["captured_on"] = dump.captured_on
    if dump.rejections:
        found["rejections"] = [f"{each.line}: {each.reason}" for each in dump.rejections]
    if dump.notes:
        found["notes"] = [f"{each.line}: {each.reason}" for each in dump.notes]
    if dump.replacements:
        found["replacements"] = [each.title for each in dump.replacements]
    return dict(json.loads(json.dumps(found, default=_plain)))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else list(value)


@pytest.mark.parametrize("name", sorted(path.name for path in FILES.iterdir()))
def test_an_export_tells_all_that_it_has_and_each_entry_is_accounted_for(name: str) -> None:
    assert told(read((FILES / name).read_bytes())) == EXPORTS[name]


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_line_ends_and_a_byte_order_mark_change_nothing(name: str) -> None:
    data = (FILES / name).read_bytes()
    if data[:2] == b"\xff\xfe":
        pytest.skip("UTF-16 has its own mark")
    bare = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    # A cell or a title with line ends of its own is one line of text either way.
    dressed = b"\xef\xbb\xbf" + bare.replace(b"\n", b"\r\n")
    assert told(read(bare)) == told(read(dressed)) == EXPORTS[name]


ENTRIES: dict[str, Callable[[list[str]], str]] = {
    "nbib": lambda titles: "\n".join(
        f"PMID- {n}\n{f'TI  - {title}{chr(10)}' if title else ''}AB  - Text.\nDP  - 2026\n"
        for n, title in enumerate(titles)
    ),
    "wos": lambda titles: (
        "FN Clarivate Analytics Web of Science\nVR 1.0\n"
        + "\n".join(f"PT J\n{f'TI {t}{chr(10)}' if t else ''}AB Text.\nER\n" for t in titles)
    ),
    "refer": lambda titles: "\n".join(
        f"%0 Journal Article\n{f'%T {t}{chr(10)}' if t else ''}%X Text.\n" for t in titles
    ),
    "csv": lambda titles: (
        "Title,Authors,Abstract\n" + "".join(f'"{t}","Moss, Ann","Text,\nmore."\n' for t in titles)
    ),
    "csl-json": lambda titles: json.dumps(
        [{"type": "article-journal", "title": t, "abstract": "Text."} for t in titles]
    ),
    "openalex": lambda titles: json.dumps(
        {"meta": {"count": 1, "db_response_time_ms": 1}, "results": [{"title": t} for t in titles]}
    ),
    "semantic-scholar": lambda titles: json.dumps([{"paperId": "a", "title": t} for t in titles]),
    "openreview": lambda titles: json.dumps({"notes": [{"content": {"title": t}} for t in titles]}),
    "europe-pmc": lambda titles: json.dumps(
        {"hitCount": 1, "resultList": {"result": [{"id": "1", "title": t} for t in titles]}}
    ),
    "pubmed-xml": lambda titles: (
        "<PubmedArticleSet>"
        + "".join(
            "<PubmedArticle><MedlineCitation><Article><ArticleTitle>"
            f"{t}</ArticleTitle></Article></MedlineCitation></PubmedArticle>"
            for t in titles
        )
        + "</PubmedArticleSet>"
    ),
    "oai-pmh": lambda titles: (
        "<OAI-PMH><ListRecords>"
        + "".join(
            f"<record><header/><metadata><dc><title>{t}</title></dc></metadata></record>"
            for t in titles
        )
        + "</ListRecords></OAI-PMH>"
    ),
    "arxiv-mail": lambda titles: "".join(
        f"\\\\\narXiv:2611.{10_000 + n}\nTitle: {t}\nAuthors: Ann Moss\n\\\\\n  Text.\n"
        f"\\\\ ( https://arxiv.org/abs/2611.{10_000 + n} ,  1kb)\n{'-' * 78}\n"
        for n, t in enumerate(titles)
    ),
    "arxiv-list": lambda titles: (
        "<!doctype html><html><body><dl id='articles'>"
        + "".join(
            f"<dt><a href='/abs/2611.{10_000 + n}'>x</a></dt>"
            f"<dd><div class='list-title'>{t}</div></dd>"
            for n, t in enumerate(titles)
        )
        + "</dl></body></html>"
    ),
    "scholar-alert": lambda titles: (
        "<html><body>"
        + "".join(
            f"<h3><a class='gse_alrt_title' href='https://e.org/{n}'>{t}</a></h3><div>A Moss</div>"
            for n, t in enumerate(titles)
        )
        + "</body></html>"
    ),
}


@pytest.mark.parametrize("name", ENTRIES)
@given(titles=st.lists(st.sampled_from(["Kettles", "Lids of pots", ""]), min_size=1, max_size=8))
def test_each_beginning_of_an_entry_is_a_paper_or_a_rejection(name: str, titles: list[str]) -> None:
    dump = formats.read(ENTRIES[name](titles).encode(), now=NOW, format_name=name)
    assert [record.title for record in dump.records] == [title for title in titles if title]
    assert len(dump.rejections) == titles.count("")


@pytest.mark.parametrize("name", ENTRIES)
def test_a_format_is_recognised_by_one_paper(name: str) -> None:
    assert formats.recognise(ENTRIES[name](["Kettles"]).encode()).name == name


@pytest.mark.parametrize(
    "text",
    [
        '{"meta":{"count":0,"db_response_time_ms":5},"results":[]}',
        '{"status":"ok","message-type":"work-list","message":{"items":[]}}',
        '{"total":0,"offset":0,"data":[]}',
        '{"notes":[],"count":0}',
        '{"version":"6.9","hitCount":0,"resultList":{"result":[]}}',
        "<OAI-PMH><error code='noRecordsMatch'>nothing</error></OAI-PMH>",
        "<PubmedArticleSet></PubmedArticleSet>",
    ],
)
def test_an_answer_without_papers_is_an_empty_dump(text: str) -> None:
    dump = read(text)
    assert (dump.records, dump.rejections) == ((), ())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("semantic-scholar", '{"message": "Too many requests", "code": "429"}'),
        ("openreview", '{"name": "ForbiddenError", "message": "Too many requests"}'),
        ("oai-pmh", "<OAI-PMH><error code='badArgument'>Too many requests</error></OAI-PMH>"),
    ],
)
def test_a_refusal_is_told_in_the_services_words(name: str, text: str) -> None:
    with pytest.raises(SourceRefused, match="Too many requests"):
        formats.read(text.encode(), now=NOW, format_name=name)


def test_a_list_that_breaks_off_keeps_what_stands_before() -> None:
    dump = read('{"meta":{"db_response_time_ms":5},"results":[{"title":"Kettles"},{"title":"Li')
    assert [record.title for record in dump.records] == ["Kettles"]
    assert "broken JSON" in dump.rejections[0].reason


def test_a_paper_a_line_is_read_and_a_broken_line_costs_itself() -> None:
    dump = read(
        '{"paperId":"a","title":"Kettles"}\n{"paperId":"b",\n{"paperId":"c","title":"Lids"}'
    )
    assert [(record.title, record.line) for record in dump.records] == [("Kettles", 1), ("Lids", 3)]
    assert len(dump.rejections) == 1


def test_a_quotation_mark_that_is_never_closed_costs_its_own_row() -> None:
    dump = read(
        'Title,Authors,DOI\n"Kettles","Moss, Ann",\n"Lids,Li,10.1/b\nPots,"Fern, Cy",10.1/a\n'
    )
    assert [record.title for record in dump.records] == ["Kettles", "Pots"]
    assert [each.line for each in dump.rejections] == [3]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("作者,标题,年份,来源出版物名称,DOI", "Moss A.,Kettles,2026,J Kettles,10.1000/ab.1"),
        ("著者名\tタイトル\t出版年\tDOI", "Moss A.\tKettles\t2026\t10.1000/ab.1"),
        (
            "display_name,authorships.author.display_name,publication_date,doi",
            "Kettles,A. Moss,2026-03-05,https://doi.org/10.1000/ab.1",
        ),
        (
            '"About the data: Exported Mar 5, 2026"\nRank,DOI,Title,PubYear,Authors,Dimensions URL',
            '1,10.1000/AB.1,Kettles,2026,"Moss, A.",https://pot.example/1',
        ),
        ("Autores;Título;Año;DOI", '"Moss, A.";Kettles;2026;10.1000/ab.1'),
    ],
)
def test_columns_have_names_in_other_languages_and_programs(header: str, row: str) -> None:
    (paper,) = read(f"{header}\n{row}\n").records
    assert (paper.title, paper.authors, paper.doi) == ("Kettles", ("A. Moss",), "10.1000/ab.1")


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        (b"<opml><body><outline xmlUrl='https://a/'/></body></opml>", r"a list of 1 feed \(OPML\)"),
        (b"<?xml version='1.0'?><catalogue/>", "XML with the root <catalogue>"),
        (b"<article dtd-version='1.2'><front><article-meta/></front></article>", ".* in JATS XML"),
        (b"<?xml version='1.0'?><pmc-articleset><article/></pmc-articleset>", ".* in JATS XML"),
        (b"<TEI xmlns='http://www.tei-c.org/ns/1.0'/>", "the full text of a paper in TEI XML"),
        (b"<xml><records><record/></records></xml>", "a library in EndNote XML"),
        (b"<m:mods xmlns:m='http://www.loc.gov/mods/v3'/>", "a library in MODS XML"),
        (
            b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
            b"xmlns:bib='http://purl.org/net/biblio#'/>",
            "a library in RDF",
        ),
        (b'{"name": 1, "size": 2}', "JSON with name, size"),
        (b"name,size,colour,price\nkettle,1,red,2\n", "a table with the columns name, size, col"),
        (b"\\documentclass{article}", "a LaTeX document"),
        (b"From: a@b\nTo: c@d\nSubject: Kettles\n\nHello.", "a mail"),
        (b"Dear all,\nkettles.\n", "text that begins “Dear all,”"),
    ],
)
def test_a_refusal_says_what_the_file_looks_like_and_what_there_is(data: bytes, looks: str) -> None:
    with pytest.raises(DumpError, match=f"looks like {looks}.*none of page-text, .*csv.* and ris"):
        read(data)


@pytest.mark.parametrize(
    ("header", "row", "authors", "keywords"),
    [
        ("Title,Authors,Keywords", "Kettles,\"['Moss, Ann', 'Li, Bo']\",\"['steam', 'lids']\"",
         ("Ann Moss", "Bo Li"), ("steam", "lids")),
        ("title;authors;keywords", 'Kettles;"[""Ann Moss"", ""Bo Li""]";"[""steam""]"',
         ("Ann Moss", "Bo Li"), ("steam",)),
        ("Title,Authors,Keywords", 'Kettles,"[Moss, Ann","[steam]"',
         ("Ann [Moss",), ("[steam]",)),
        ("Item Title,Authors,Keywords", "Kettles,Ann B. McMossBo LiÉva DeFern,",
         ("Ann B. McMoss", "Bo Li", "Éva DeFern"), ()),
        ("Title,Authors,Keywords", "Kettles,KettleHub Team,", ("KettleHub Team",), ()),
    ],
)  # fmt: skip
def test_cells_with_lists_and_names_run_together_are_parted(
    header: str, row: str, authors: tuple[str, ...], keywords: tuple[str, ...]
) -> None:
    (paper,) = read(f"{header}\n{row}\n").records
    assert (paper.authors, paper.keywords) == (authors, keywords)


def test_a_table_of_rayyan_tells_the_day_in_three_columns() -> None:
    (paper,) = read(
        "key,title,year,month,day,journal,authors,url,abstract,doi\n"
        'rayyan-1,Kettles,2026,3,5,J. Kettles,"Moss, A. and Li, B.C.",'
        "https://pot.example/1     U2  - L1,Hot.,10.1000/pot.1     LK  - https://lid.example\n"
    ).records
    assert (paper.authors, paper.published) == (("A. Moss", "B.C. Li"), date(2026, 3, 5))
    assert (paper.doi, [link.url for link in paper.links]) == (
        "10.1000/pot.1",
        ["https://pot.example/1"],
    )


def test_a_table_of_embase_has_its_query_before_and_authors_before_addresses() -> None:
    (paper,) = read(
        '"SEARCH QUERY","kettles:ti"\n-------------------------------------\n\n'
        '"Title","Author Names","Author Addresses","Source","Source title","Publication Year",'
        '"Date of Publication","Abstract","Medline PMID","DOI","Full Text Link"\n'
        '"Kettles","Moss A., Li B.C.","(Moss A., a@pot.example; Li B.C.) Univ. Pots, Pottery. , '
        '(Li B.C.) Lid Inst.","J Pots (2026) 1:2 (3)","J Pots","2026","5 Mar 2026","Hot.",30000001,'
        '10.1000/pot.1,"http://dx.doi.org/10.1000/pot.1"\n'
    ).records
    assert (paper.authors, paper.organisations) == (
        ("A. Moss", "B. C. Li"),
        ("Univ. Pots, Pottery", "Lid Inst"),
    )
    assert (paper.published, paper.venue, paper.doi) == (
        date(2026, 3, 5),
        "J Pots",
        "10.1000/pot.1",
    )


def test_a_title_before_the_type_belongs_to_its_record() -> None:
    """bepress writes `%T` before `%0`."""
    told = read(
        "%T Kettles\n%0 Journal Article\n%A Moss, Ann\n%X Hot.\n\n\n"
        "%T Lids\n%0 Journal Article\n%A Li, Bo\n%X Shut.\n"
    )
    assert [(r.title, r.authors, r.abstract) for r in told.records] == [
        ("Kettles", ("Ann Moss",), "Hot."),
        ("Lids", ("Bo Li",), "Shut."),
    ]


def test_medline_of_eric_has_other_numbers_and_blank_lines() -> None:
    told = read(
        "\nOWN - ERIC\nTI  - Kettles\nAU  - Moss, Ann\nDP  - 2026\n\n"
        "OWN - ERIC\nTI  - Lids\nAU  - Li, Bo\n"
    )
    assert (told.format, [(r.title, r.authors) for r in told.records]) == (
        "nbib",
        [("Kettles", ("Ann Moss",)), ("Lids", ("Bo Li",))],
    )


def test_a_row_that_does_not_fit_its_columns_is_no_paper() -> None:
    dump = read(
        'Title,Authors,Abstract\nA,"Moss, A",x,more\nB,"Li, B",x,,\nC\nD,"Reed, C","open\nend'
    )
    assert [(record.title, record.abstract) for record in dump.records] == [
        ("B", "x"),
        ("D", "open end"),
    ]
    assert [(each.line, each.reason) for each in dump.rejections] == [
        (2, "entry 1: too many cells: 4 for 3 columns"),
        (4, "entry 3: too few cells: 1 for 3 columns"),
    ]
    assert [(each.line, each.reason) for each in dump.notes] == [
        (5, "entry 4: its last cell is never closed: it may be cut off"),
    ]


@pytest.mark.parametrize(
    ("name", "sender", "kind"),
    [
        ("arxiv-mail.txt", "no-reply@arXiv.org (send mail ONLY to cs)", "plain"),
        ("scholar-alert.html", "Google Scholar <scholaralerts-noreply@google.com>", "html"),
    ],
)
@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_a_mail_that_was_saved_whole_is_read_as_its_body(
    name: str, sender: str, kind: str, encoding: str
) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "a@example.org", "Kettles"
    text = (FILES / name).read_text("utf-8")
    message.set_content(text, subtype=kind, cte=encoding)
    assert told(read(message.as_bytes()))["papers"] == EXPORTS[name]["papers"]


def test_authors_whom_a_listing_does_not_name_are_counted() -> None:
    mail = (
        "\\\\\narXiv:2611.10001\nTitle: Kettles\nAuthors: Ann Moss, Bo Li, et al. (25 additional"
        "\n  authors not shown)\n\\\\\n  Text.\n\\\\ ( https://arxiv.org/abs/2611.10001 ,  1kb)\n"
    )
    (paper,) = read(mail).records
    assert (paper.authors, paper.author_count, paper.organisations) == (
        ("Ann Moss", "Bo Li"),
        27,
        (),
    )


def test_a_table_may_say_something_before_its_header() -> None:
    text = "About the data: all of it\n\nTitle,DOI,Publication date\nA,10.1000/a,2026-11-26\n"
    (paper,) = read(text).records
    assert (paper.title, paper.line, str(paper.published)) == ("A", 4, "2026-11-26")


@pytest.mark.parametrize("separator", [",", "\t"])
def test_the_header_of_a_second_table_in_the_file_is_no_paper(separator: str) -> None:
    header = separator.join(["Title", "Authors", "DOI"])
    first = separator.join(["Drying peat", "Ada Moss", "10.1000/a"])
    second = separator.join(["Wetting peat", "Bo Fern", "10.1000/b"])
    told = read("\n".join([header, first, header, second]).encode())
    assert [each.title for each in told.records] == ["Drying peat", "Wetting peat"]
    assert told.rejections == ()
