"""The law of every format: what looks like the beginning of an entry is a paper, the same as an
earlier one, or a named rejection."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.dumps import formats

NOW = datetime(2026, 12, 1, tzinfo=UTC)
MARK = "\ufeff"

# A paper of its own, one that another entry told before, one that nobody can read.
Kind = Literal["good", "again", "broken"]
Told = tuple[str, str]  # title, or "" in a broken entry; DOI


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


FORMATS: dict[str, Callable[[Sequence[Told], str], str]] = {
    "bibtex": bibtex,
    "ris": ris,
    "hf-json": hf_json,
    "arxiv": arxiv,
    "biorxiv": biorxiv,
    "feed": rss,
    "json-feed": json_feed,
}
# What may stand between two entries: line ends of every system, or none, and what files that
# were put together have in the middle.
JOINTS = {
    "bibtex": [
        "",
        "\n",
        "\r\n",
        "\n\n",
        f"\n{MARK}",
        ",\n",
        "\n% seen\n",
        "\nann@kettle.example\n",
    ],
    "ris": ["", "\n", "\r\n", "\n\n", f"\n{MARK}", "\r"],
}


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
def test_papers_repeats_and_rejections_are_all_the_entries(name: str, data: st.DataObject) -> None:
    kinds: list[Kind] = data.draw(
        st.lists(st.sampled_from(["good", "again", "broken"]), min_size=1, max_size=9)
    )
    joint = data.draw(st.sampled_from(JOINTS.get(name, ["", "\n", "\r\n\r\n"])))
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
    dump = formats.read(FORMATS[name](entries, joint).encode(), now=NOW, format_name=name)
    broken = sum(not title for title, _ in entries)
    assert len(dump.rejections) == broken, dump.rejections
    assert len(dump.records) + len(dump.repeats) == len(entries) - broken
    titles = dict.fromkeys(title for title, _ in entries if title)
    assert dict.fromkeys(record.title for record in dump.records) == titles
