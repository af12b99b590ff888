"""BibTeX as people and their programs write it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from digest.dumps import formats
from digest.dumps.bibtex_scan import scan
from digest.dumps.interface import Dump

NOW = datetime(2026, 1, 4, 12, tzinfo=UTC)
POND = "A Pond at Rest"
REED = "The Reed That Bent"


def read(text: str | bytes) -> Dump:
    data = text if isinstance(text, bytes) else text.encode()
    return formats.read(data, now=NOW)


def titles(text: str | bytes) -> list[str]:
    return [record.title for record in read(text).records]


@pytest.mark.parametrize(
    "text",
    [
        f"@article{{,\ntitle={{{POND}}}}}\n@article{{,\ntitle={{{REED}}}}}",
        f"@article{{\n  title = {{{POND}}},\n}}\n@article{{ title={{{REED}}}\n}}",
        f"@article{{pond one, title={{{POND}}}}}\n@article{{Müller (2020), title={{{REED}}}}}",
        f"@article{{a title={{{POND}}}}}\n@article{{b\n title={{{REED}}}}}",
        f"@article{{a, title={{{POND}}} year=2020}}\n@article{{b, year=2020 title={{{REED}}}}}",
        f"@article{{a, title={{{POND}}}}}@article{{b, title={{{REED}}}}}",
        f"@article{{a, title={{{POND}}}}} and @article{{b, title={{{REED}}}}}",
        f"\ufeff@article{{a, title={{{POND}}}}}\r\n\ufeff@article{{b, title={{{REED}}}}}",
        f"@in_proceedings{{a, title={{{POND}}}}}\n@data-set{{b, title={{{REED}}}}}",
        f"@misc(a, title={{{POND}}})\n@misc(b, title={{{REED}}})",
        f"@misc{{a, title={{{POND}}}}}\nmail ann@pond.example {{now}} @ once\n"
        f"@misc{{b, title={{{REED}}}}}",
        f"@misc{{a, title={{{POND}}}, note={{see\n@reed{{5}} and\n@pond}}}}\n"
        f"@misc{{b, title={{{REED}}}}}",
        f'@misc{{a, title="{POND}", note="a "quoted" word"}}\n@misc{{b, title="{REED}"}}',
        f"@misc{{a, title={{{POND}}}, note={{an \\{{ escaped}}}}\n@misc{{b, title={{{REED}}}}}",
        f"@misc{{a,\n% title={{Old}},\ntitle={{{POND}}}, % checked\nyear=2020}}\n"
        f"% @misc{{c, title={{Out}}}}\n@misc{{b, title={{{REED}}}}}",
        f"@comment{{@misc{{c, title={{Out}}}}}}\n@misc{{a, title={{{POND}}}}}\n"
        f"@misc{{b, title={{{REED}}}}}",
        f"@misc{{a,\n title={{{POND}}},\n abstract={{about }}7 m}},\n year={{2020}},\n}}\n"
        f"@misc{{b,\n abstract={{a ratio {{&gt; 1}},\n title={{{REED}}},\n}}",
        f"@misc{{a, title={{{POND}}}, month=, }}\n@MISC {{b, TITLE = {{{REED}}},,}}",
    ],
)
def test_every_entry_is_read(text: str) -> None:
    told = read(text)
    assert [record.title for record in told.records] == [POND, REED]
    assert told.rejections == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"\n@misc{{x, title={{Open @misc{{b, title={{{REED}}}}}", 2),
        (f'@misc{{x, title="Open, year=2020}}\n@misc{{b, title={{{REED}}}}}', 1),
        (f"@misc{{x, title Open}}\n@misc{{b, title={{{REED}}}}}", 1),
        (f"@article x, title={{A}}\n@misc{{b, title={{{REED}}}}}", 1),
        (f"@misc{{x}}\n@misc{{b, title={{{REED}}}}}", 1),
        (f"@misc{{b, title={{{REED}}}}}\n@misc{{x, title={{{{Open}}", 2),
        (f"@misc{{x, title={{Open {{brace}}, year={{2020}}\n}}\n@misc{{b, title={{{REED}}}}}", 1),
    ],
)
def test_a_broken_entry_costs_itself_and_is_named(text: str, line: int) -> None:
    told = read(text)
    assert [record.title for record in told.records] == [REED]
    assert [rejection.line for rejection in told.rejections] == [line]


def test_an_entry_that_only_lacks_its_end_is_kept_and_said() -> None:
    told = read(f"@misc{{a, title={{{POND}}}, year=2020\n\n@misc{{b, title={{{REED}}}}}")
    assert [record.title for record in told.records] == [POND, REED]
    assert [note.reason for note in told.notes] == ["entry 1: no closing brace: it may be cut off"]
    assert told.rejections == ()


@pytest.mark.parametrize("quoted", [1, 3])
def test_entries_in_an_abstracts_text_are_no_papers(quoted: int) -> None:
    example = "@article{key,\n  title = {Quoted},\n  year = 1999\n}\n" * quoted
    told = read(
        f"@misc{{a, title={{{POND}}}, abstract={{Entries such as\n{example} are read.}},\n"
        f"year=2020}}\n@misc{{b, title={{{REED}}}}}"
    )
    assert [record.title for record in told.records] == [POND, REED]
    assert told.records[0].abstract.count("Quoted") == quoted
    assert told.rejections == ()


def test_a_title_without_its_brace_takes_no_other_field_in() -> None:
    entry = f"@misc{{a,\n title={{{POND},\n author={{Moss, Ann}},\n year=2020\n}}\n"
    told = read(f"{entry}@misc{{b, title={{{REED}}}}}")
    assert [record.title for record in told.records] == [REED]
    assert [rejection.line for rejection in told.rejections] == [1]


def test_a_second_entry_of_one_doi_is_accounted_for() -> None:
    told = read("@misc{a, title={A}, doi={10.1000/a}}\n@misc{b, title={B}, doi={10.1000/A}}\n")
    assert [(each.line, each.record) for each in told.repeats] == [(2, 0)]


@pytest.mark.parametrize(
    "data",
    [
        "@misc{a, title={Schöne – Teiche}}".encode("cp1252"),
        "% Encoding: ISO-8859-2\n@misc{a, title={Schöne – Teiche}}".encode(),
        "% Encoding: Cp1252\n@misc{a, title={Schöne – Teiche}}".encode("cp1252"),
        "@misc{a, title={Schöne – Teiche}}".encode("utf-16"),
        "% Encoding: mac-roman\n@misc{a, title={Schöne – Teiche}}".encode("mac-roman"),
    ],
)
def test_western_encodings_are_read_declared_or_not(data: bytes) -> None:
    assert titles(data) == ["Schöne – Teiche"]


def test_bytes_of_another_script_are_refused_not_garbled() -> None:
    told = read("@misc{a, title={池塘的休息}}\n".encode("gbk") + b"@misc{b, title={Fine}}")
    assert [record.title for record in told.records] == ["Fine"]
    assert "not UTF-8" in told.rejections[0].reason


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ("title={Ponds}, subtitle={A History}", "Ponds: A History"),
        ("title={Why Ponds?}, subtitle={A History}", "Why Ponds? A History"),
        ("title={Ponds: A History}, subtitle={A history}", "Ponds: A History"),
        ("title={{Pond}s of {\\'E}ire -- {a {b {c {d {e}}}}}}", "Ponds of Éire – a b c d e"),
        ("title={\\mkbibemph{Reed} and \\mkbibquote{rush}}", "Reed and “rush”"),
        ("title={Gr{\\`e}s {\\`a} l'eau, fran\\c cais}", "Grès à l'eau, français"),
        (
            "title={{\\textless}i{\\textgreater}P. stagnum{\\textless}/i{\\textgreater} at rest}",
            "P. stagnum at rest",
        ),
        ("title={$<$i$>$P. stagnum$<$/i$>$ at $p<0.05$}", "P. stagnum at p<0.05"),
        (
            "title={Ponds {\\&}amp$\\mathsemicolon$ Reeds \\&amp; Co &apos;20}",
            "Ponds & Reeds & Co '20",
        ),
        ("title={R\\&D in ponds}", "R&D in ponds"),
        ("title={South\\–western ponds}", "South–western ponds"),
        ("title={{$^{13}$CO} at 20~{$^\\circ$C}}", "¹³CO at 20 °C"),
    ],
)
def test_titles_are_whole_and_without_tex(fields: str, title: str) -> None:
    assert titles(f"@misc{{a, {fields}}}") == [title]


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ('year=2020, month="10~" # jan', date(2020, 1, 10)),
        ('year=2020, month=jan # "~10"', date(2020, 1, 10)),
        ("year=2020, month={May 3}", date(2020, 5, 3)),
        ("year=2020, month={3~May}", date(2020, 5, 3)),
        ("year=2020, month=august, day=3", date(2020, 8, 3)),
        ("year=2020, month={08}, day={03}", date(2020, 8, 3)),
        ("year={2020-05-03}", date(2020, 5, 3)),
        ("date={2020-05-03/2020-05-09}", date(2020, 5, 3)),
        ("date={2020-05}", None),
        ("year=2020, month=may", None),
        ("year=2020, month={May--June}, day=1", None),
    ],
)
def test_days_are_those_that_the_entry_tells(fields: str, day: date | None) -> None:
    (record,) = read(f"@misc{{a, title={{T}}, {fields}}}").records
    assert record.published == day


def test_crossref_and_xdata_give_what_the_entry_lacks() -> None:
    told = read(
        "@inproceedings{a, title={A}, crossref={Whole}, xdata={x}}\n"
        "@proceedings{whole, title={Proceedings}, date={2020-05-03}, doi={10.1000/whole}}\n"
        "@xdata{x, keywords={moss, fern}}\n"
    )
    paper, whole = told.records
    assert (paper.published, paper.doi, paper.keywords) == (
        date(2020, 5, 3),
        None,
        ("moss", "fern"),
    )
    assert whole.doi == "10.1000/whole"


@pytest.mark.parametrize(
    "told",
    [
        "10.1002/(SICI)1521-3862(199901)5:1<21::AID-CVDE21>3.0.CO;2-9",
        r"10.1002/(SICI)1521-3862(199901)5:1{\textless}21::AID-CVDE21{\textgreater}3.0.CO;2-9",
        r"10.1002/(SICI)1521-3862(199901)5:1$<$21::AID-CVDE21$>$3.0.CO;2-9",
        "10.1002/(SICI)1521-3862(199901)5:1&lt;21::AID-CVDE21&gt;3.0.CO;2-9",
        "https://doi.org/10.1002/%28SICI%291521-3862%28199901%295:1%3C21::AID-CVDE21%3E3.0.CO%3B2-9",
    ],
)
def test_an_old_doi_stays_whole(told: str) -> None:
    (record,) = read(f"@misc{{a, title={{T}}, doi={{{told}}}}}").records
    assert record.doi == "10.1002/(sici)1521-3862(199901)5:1<21::aid-cvde21>3.0.co;2-9"
    assert "<" not in record.links[0].url


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "@a{b,c={" * 50_000,
        '@a{b,c="' * 50_000,
        '@a{b,c="x" ' + 'd="x" ' * 50_000,
        "@a{" + " " * 200_000,
        "@a{b,c={" + "x\n@a{b,\n" * 30_000 + "}}",
        "@" * 200_000,
    ],
)
def test_a_hostile_file_takes_no_time(text: str) -> None:
    assert len(list(scan(text))) <= 50_000


@pytest.mark.parametrize(
    ("fields", "venue", "comment"),
    [
        ("journal={Journal of {Pots}}", "Journal of Pots", None),
        ("journaltitle={Pots \\& Lids}", "Pots & Lids", None),
        ("booktitle={Proc. of {POT}}, note={Oral}", "Proc. of POT", "Oral"),
        ("journal={\\apj}", "The Astrophysical Journal", None),
        ("journal=jop", "Journal of Ponds", None),
        ("journal={arXiv preprint arXiv:2601.00041}", None, None),
        (
            "journal={CoRR}, note={Accepted at POT 2026}",
            "POT 2026",
            "Accepted at POT 2026",
        ),
        ("note={9 pages}, addendum={with code}, annote={mine}", None, "9 pages; with code"),
        ("note={cited By 0}", None, None),
        ("note={Publisher: Ponds Inc}", None, None),
        ("note={arXiv:2601.00041 [cs]}", None, None),
        ("note={PMID: 30000001}, addendum={Oral}", None, "Oral"),
    ],
)
def test_the_venue_and_what_is_noted_are_carried_through(
    fields: str, venue: str | None, comment: str | None
) -> None:
    (record,) = read(
        f"@string{{jop = {{Journal of Ponds}}}}\n@misc{{a, title={{T}}, {fields}}}"
    ).records
    assert (record.venue, record.comment) == (venue, comment)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("funding_text\u00a01={We, too}, __mark={[x:]}, año={2}, doi={10.1000/a}",
         {"doi": "10.1000/a"}),
        ("affiliation={Dept. Ponds, Univ. Reed; Moss {\\&} Co}",
         {"organisations": ("Dept. Ponds, Univ. Reed", "Moss & Co")}),
        ("affiliation={Moss, A (Reprint Author), Univ Reed}, affiliations={Univ Reed; Pond U}",
         {"organisations": ("Univ Reed", "Pond U")}),
        ("affiliation={Moss, A (Corresponding Author), Univ Reed}", {"organisations": ()}),
        ("school={Univ. Reed}", {"organisations": ("Univ. Reed",)}),
        ("author_keywords={ponds; reeds}, keywords={reeds; water}",
         {"keywords": ("ponds", "reeds", "water")}),
        ("author={{Moss, Ann and Li, Bo}}", {"authors": ("Ann Moss", "Bo Li")}),
        ("author={{Moss and Li}}", {"authors": ("Moss and Li",)}),
        ("author={Moss, A.B., ann@pond.example}", {"authors": ("A.B. Moss",)}),
        ("author={Ann Moss$^{1}$ and Bo Li{\\dag}}", {"authors": ("Ann Moss", "Bo Li")}),
        ("author={Moss, Jr., Ann B.}", {"authors": ("Ann B. Moss Jr.",)}),
        ("author={张, 三 and 李, 四}", {"authors": ("张三", "李四")}),
    ],
)  # fmt: skip
def test_fields_are_read_as_databases_write_them(fields: str, told: dict[str, Any]) -> None:
    (record,) = read(f"@misc{{a, title={{T}}, {fields}}}").records
    assert {name: getattr(record, name) for name in told} == told


def test_a_broken_entry_on_a_line_of_entries_costs_itself() -> None:
    told = read(f"@misc{{x, title A}}@misc{{y, title B}}@misc{{b, title={{{REED}}}}}")
    assert [record.title for record in told.records] == [REED]
    assert len(told.rejections) == 2


_FIRST = "@article{, title={First}, author={Moss, Ann}, doi={10.1000/a}, date={2020-03-05}}\n"
_WHOLE = "@proceedings{w, title={Whole}, date={2020-05-03}, doi={10.1000/w}}\n"
_OTHER = "@proceedings{w, title={Other}, date={2021-06-04}}\n"
_PART = "@inproceedings{p, title={Part}, crossref={w}}\n"


@pytest.mark.parametrize(
    ("text", "day", "venue"),
    [
        (_FIRST + "@article{b, title={Part}}", None, None),
        (_FIRST + "@article{b, title={Part}, crossref={}, xdata={}}", None, None),
        (_FIRST + "@article{b, title={Part}, crossref={ }, xdata={, ,}}", None, None),
        (_FIRST + "@article{, title={Part}}", None, None),
        ("@article{b, title={Part}}\n" + _FIRST, None, None),
        (_PART.replace("={w}", "={p}") + _WHOLE, None, None),  # itself
        ("@inproceedings{w, title={Part}, crossref={w}}\n" + _WHOLE, None, None),
        (_WHOLE + "@inproceedings{w, title={Part}, crossref={w}}", None, None),
        (_PART + _WHOLE.replace("date", "crossref={p}, date"), None, None),  # a ring of two
        (
            _PART
            + _WHOLE.replace("date", "crossref={v}, date")
            + "@collection{v, title={Volume}, crossref={p}}",
            None,
            None,
        ),
        (_PART + _WHOLE, date(2020, 5, 3), "Whole"),  # the whole stands behind it
        (_WHOLE + _PART, date(2020, 5, 3), "Whole"),  # … or before
        (_PART.replace("={w}", "={ W }") + _WHOLE, date(2020, 5, 3), "Whole"),
        (_PART + _WHOLE + _OTHER, date(2020, 5, 3), "Whole"),  # the first of a key
        (_WHOLE.replace("{w", "{W") + _OTHER + _PART, date(2021, 6, 4), "Other"),
        (_PART + "@xdata{w, date={2020-05-03}}", None, None),
        ("@misc{p, title={Part}, xdata={x}}\n@xdata{x, date={2020-05-03}}", date(2020, 5, 3), None),
        ("@misc{p, title={Part}, xdata={w}}\n" + _WHOLE, None, None),
        (
            "@misc{p, title={Part}, xdata={x}}\n@xdata{x, xdata={y}}\n"
            "@xdata{y, xdata={x}, date={2020-05-03}}",
            date(2020, 5, 3),
            None,
        ),
        (
            _PART + _WHOLE.replace("date={2020-05-03}", "xdata={x}") + "@xdata{x, date=2020-05-03}",
            date(2020, 5, 3),
            "Whole",
        ),
    ],
)
def test_only_an_entry_that_is_named_gives_its_fields(
    text: str, day: date | None, venue: str | None
) -> None:
    dump = read(text)
    (part,) = (record for record in dump.records if record.title == "Part")
    assert (part.published, part.venue or None) == (day, venue)
    assert (part.doi, part.authors, part.abstract) == (None, (), "")
    assert dump.rejections == ()


@pytest.mark.timeout(20)
def test_entries_that_all_name_each_other_take_no_time() -> None:
    text = "".join(
        f"@misc{{k{n}, title={{T{n}}}, crossref={{k{n + 1}}}, xdata={{x{n},x{n + 1}}}}}\n"
        f"@xdata{{x{n}, xdata={{x{n + 1},x{n + 2}}}}}\n"
        for n in range(3_000)
    )
    assert len(read(text).records) == 3_000


@pytest.mark.parametrize(
    "told",
    [
        r"R$\backslash$'enyi",
        r"R{$\backslash$}'{e}nyi",
        r"R{\textbackslash}'enyi",
        r"R\textbackslash{}'{e}nyi",
    ],
)
def test_an_accent_whose_backslash_was_escaped_is_one(told: str) -> None:
    (record,) = read(f"@misc{{a, title={{{told} Ponds}}, abstract={{Of {told}}}}}").records
    assert (record.title, record.abstract) == ("Rényi Ponds", "Of Rényi")
