"""The law of every format: what looks like the beginning of an entry is a paper, the same as an
earlier one, or a named rejection."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.dumps import formats

NOW = datetime(2026, 12, 1, tzinfo=UTC)
MARK = "\ufeff"

# A paper of its own, one that another entry told before, one that nobody can read.
Kind = Literal["good", "again", "broken"]
Told = tuple[str, str]  # title, or "" in a broken entry; DOI
Builder = Callable[[Sequence[Told], str], str]


def doi_of(number: int) -> str:
    return f"10.1000/kettle.{number}"


def bibtex(entries: Sequence[Told], joint: str) -> str:
    told = (
        f"@article{{, title={{{t}}}, doi={{{doi}}}}}" if t else "@article{x, title Lids, year={1}}"
        for t, doi in entries
    )
    return joint.join(told)


def ris(entries: Sequence[Told], joint: str) -> str:
    return joint.join(
        f"TY  - JOUR\n{f'T1  - {t}{chr(10)}' if t else ''}DO  - {doi}\nER  - " for t, doi in entries
    )


def hf_json(entries: Sequence[Told], joint: str) -> str:
    papers = (
        json.dumps({"paper": {"id": f"26{int(doi.rpartition('.')[2]) + 10:02}.00001", "title": t}})
        for t, doi in entries
    )
    return f"[{(',' + joint).join(papers)}]".replace("2610", "2601")


def arxiv(entries: Sequence[Told], joint: str) -> str:
    atom = 'xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"'
    return (
        f"<feed {atom}><id>http://arxiv.org/api/x</id>"
        + joint.join(
            f"<entry><id>http://arxiv.org/abs/2601.{number(doi):05}v1</id><title>{t}</title>"
            "<summary>Text.</summary></entry>"
            for t, doi in entries
        )
        + "</feed>"
    )


def biorxiv(entries: Sequence[Told], joint: str) -> str:
    posts = (
        json.dumps(
            {
                "doi": f"10.1101/2026.01.02.{number(doi):06}",
                "title": t,
                "authors": "Moss, A.",
                "date": "2026-01-02",
                "version": "1",
                "abstract": "Text.",
                "server": "biorxiv",
            }
        )
        for t, doi in entries
    )
    status = '{"status":"ok","cursor":0,"count":1,"total":"1"}'
    return f'{{"messages":[{status}],"collection":[{("," + joint).join(posts)}]}}'


def rss(entries: Sequence[Told], joint: str) -> str:
    items = (
        f"<item><title>{t}</title><link>https://e.org/{number(doi)}</link><guid>{doi}</guid></item>"
        for t, doi in entries
    )
    return f'<rss version="2.0"><channel><title>J</title>{joint.join(items)}</channel></rss>'


def json_feed(entries: Sequence[Told], joint: str) -> str:
    items = (
        json.dumps({"id": doi, "title": t, "url": f"https://e.org/{doi}"}) for t, doi in entries
    )
    return f'{{"version":"https://jsonfeed.org/version/1.1","items":[{("," + joint).join(items)}]}}'


def number(doi: str) -> int:
    return int(doi.rpartition(".")[2])


def nbib(entries: Sequence[Told], joint: str) -> str:
    return joint.join(
        f"PMID- {number(doi)}\n{f'TI  - {t}{chr(10)}' if t else ''}AID - {doi} [doi]\nDP  - 2026"
        for t, doi in entries
    )


def wos(entries: Sequence[Told], joint: str) -> str:
    told = (f"PT J\n{f'TI {t}{chr(10)}' if t else ''}DI {doi}\nER" for t, doi in entries)
    return f"FN Clarivate Analytics Web of Science\nVR 1.0\n{joint.join(told)}\n\nEF"


def refer(entries: Sequence[Told], joint: str) -> str:
    return joint.join(
        f"%0 Journal Article\n{f'%T {t}{chr(10)}' if t else ''}%R {doi}\n%D 2026"
        for t, doi in entries
    )


def csv_table(entries: Sequence[Told], joint: str) -> str:
    return "Title,Authors,DOI\n" + joint.join(f'"{t}","Moss, Ann",{doi}\n' for t, doi in entries)


def json_list(before: str, entry: Callable[[str, str], dict[str, Any]], behind: str) -> Builder:
    def build(entries: Sequence[Told], joint: str) -> str:
        return before + f",{joint}".join(json.dumps(entry(*each)) for each in entries) + behind

    return build


def pubmed_xml(entries: Sequence[Told], joint: str) -> str:
    told = (
        f"<PubmedArticle><MedlineCitation><Article><ArticleTitle>{t}</ArticleTitle><ELocationID"
        f" EIdType='doi'>{doi}</ELocationID></Article></MedlineCitation></PubmedArticle>"
        for t, doi in entries
    )
    return f"<PubmedArticleSet>{joint.join(told)}</PubmedArticleSet>"


def oai_pmh(entries: Sequence[Told], joint: str) -> str:
    told = (
        f"<record><header/><metadata><dc><title>{t}</title><identifier>doi:{doi}</identifier></dc>"
        "</metadata></record>"
        for t, doi in entries
    )
    return f"<OAI-PMH><ListRecords>{joint.join(told)}</ListRecords></OAI-PMH>"


def arxiv_mail(entries: Sequence[Told], joint: str) -> str:
    return joint.join(
        f"\\\\\narXiv:2611.{number(doi):05}\nTitle: {t}\nAuthors: Ann Moss\n\\\\\n  Text.\n"
        f"\\\\ ( https://arxiv.org/abs/2611.{number(doi):05} ,  1kb)\n{'-' * 78}\n"
        for t, doi in entries
    )


def arxiv_list(entries: Sequence[Told], joint: str) -> str:
    told = (
        f"<dt><a href='/abs/2611.{number(doi):05}'>x</a></dt>"
        f"<dd><div class='list-title'>{t}</div></dd>"
        for t, doi in entries
    )
    return f"<!doctype html><html><body><dl id='articles'>{joint.join(told)}</dl></body></html>"


def scholar_alert(entries: Sequence[Told], joint: str) -> str:
    told = (
        f"<h3><a class='gse_alrt_title' href='https://doi.org/{doi}'>{t}</a></h3><div>A Moss</div>"
        for t, doi in entries
    )
    return f"<html><body>{joint.join(told)}</body></html>"


FORMATS: dict[str, Builder] = {
    "bibtex": bibtex,
    "ris": ris,
    "hf-json": hf_json,
    "arxiv": arxiv,
    "biorxiv": biorxiv,
    "feed": rss,
    "json-feed": json_feed,
    "nbib": nbib,
    "wos": wos,
    "refer": refer,
    "csv": csv_table,
    "csl-json": json_list("[", lambda t, doi: {"type": "article", "title": t, "DOI": doi}, "]"),
    "openalex": json_list(
        '{"meta":{"db_response_time_ms":1},"results":[',
        lambda t, doi: {"title": t, "doi": doi},
        "]}",
    ),
    "semantic-scholar": json_list(
        "[", lambda t, doi: {"paperId": doi, "title": t, "externalIds": {"DOI": doi}}, "]"
    ),
    "openreview": json_list('{"notes":[', lambda t, doi: {"content": {"title": t}}, "]}"),
    "europe-pmc": json_list(
        '{"hitCount":1,"resultList":{"result":[',
        lambda t, doi: {"id": doi, "title": t, "doi": doi},
        "]}}",
    ),
    "pubmed-xml": pubmed_xml,
    "oai-pmh": oai_pmh,
    "arxiv-mail": arxiv_mail,
    "arxiv-list": arxiv_list,
    "scholar-alert": scholar_alert,
}
# What may stand between two entries: line ends of every system, or none, and what files that
# were put together have in the middle.
JOINTS = {
    "bibtex": [
        "",
        "\n",
        "\n\n",
        f"\n{MARK}",
        ",\n",
        "\n% seen\n",
        "\nann@kettle.example\n",
    ],
    "ris": ["", "\n", "\n\n", f"\n{MARK}", "\n2.\n"],
    "nbib": ["", "\n", "\n\n", f"\n{MARK}", MARK],
    "wos": ["", "\n", "\n\n", f"\n\nEF{MARK}FN Clarivate Analytics Web of Science\nVR 1.0\n"],
    "refer": ["", "\n", "\n\n", f"\n{MARK}"],
    "csv": ["", "\n", MARK, ",,\n"],
    "arxiv-mail": ["", "\n", MARK],
}
UNENDED = {"feed", "arxiv", "pubmed-xml", "oai-pmh"}  # nothing may stand behind XML
# How the whole is written: line ends, what stands before and behind.
DRESSES: list[Callable[[str], str]] = [
    str,
    str.rstrip,
    lambda text: MARK + text,
    lambda text: text.replace("\n", "\r\n"),
    lambda text: text.replace("\n", "\r"),
    lambda text: f"\n\n{text}\n\n",
    lambda text: f"{text}\n\x1a",
    lambda text: text + "\0" * 9,
]


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
def test_papers_repeats_and_rejections_are_all_the_entries(name: str, data: st.DataObject) -> None:
    kinds: list[Kind] = data.draw(
        st.lists(st.sampled_from(["good", "again", "broken"]), min_size=1, max_size=9)
    )
    joint = data.draw(st.sampled_from(JOINTS.get(name, ["", "\n", "\n\n"])))
    dress = data.draw(st.sampled_from(DRESSES[:-2] if name in UNENDED else DRESSES))
    entries: list[Told] = []
    good = 0
    for at, kind in enumerate(kinds):
        if kind == "broken":
            entries.append(("", doi_of(100 + at)))
        elif kind == "again" and good:
            entries.append((f"Kettle {good} of many", doi_of(good)))
        else:
            good += 1
            entries.append((f"Kettle {good} of many", doi_of(good)))
    text = dress(FORMATS[name](entries, joint))
    dump = formats.read(text.encode(), now=NOW, format_name=name)
    broken = sum(not title for title, _ in entries)
    assert len(dump.rejections) == broken, dump.rejections
    assert len(dump.records) + len(dump.repeats) == len(entries) - broken
    titles = dict.fromkeys(title for title, _ in entries if title)
    assert dict.fromkeys(record.title for record in dump.records) == titles


@pytest.mark.parametrize(
    "name", [each for each in FORMATS if FORMATS[each]([], "")[:1] in ("[", "{")]
)
@pytest.mark.parametrize("joint", ["", "\n", f"\n{MARK}"])
def test_answers_put_into_one_file_are_all_read(name: str, joint: str) -> None:
    build = FORMATS[name]
    first, other = (
        [("Kettles } {", doi_of(1))],
        [("Lids [of] pots", doi_of(2)), ("Pans", doi_of(3))],
    )
    text = joint.join([build(first, "\n"), build([], ""), build(other, "\n")])
    dump = formats.read(text.encode(), now=NOW, format_name=name)
    titles = [record.title for record in dump.records]
    assert (titles, dump.rejections) == (["Kettles } {", "Lids [of] pots", "Pans"], ())
