"""Dumps that were made to cost time: each is read or refused at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.dumps import formats
from digest.dumps.entries_to_dump import MAX_RECORDS, MAX_REJECTIONS
from digest.errors import DumpError

NOW = datetime(2026, 1, 4, 12, tzinfo=UTC)

# Each took minutes, or for ever, before it was bounded: a timeout is the failure.
COSTLY = {
    "page-html": b"<!doctype html>" + b"<div>" * 300_000,
    "feed": b'<rss version="2.0"><channel>' + b"<item><" * 200_000,
    "ris": b"TY  - JOUR\nTI  - a\nAB  - x\n" + b"more\n" * 100_000 + b"ER  -\n",
    "bibtex": b"@a{" * 300_000,
    "csv": b"Title,DOI\n" + b'a,"\n""\n' * 20_000,
    "semantic-scholar": b'{"paperId": 1}\n' + b"{\n" * 100_000,
    "nbib": b"PMID- 1\nTI  - a\n" + b"      more\n" * 100_000,
    "scholar-alert": b"<html><h3><a class=gse_alrt_title>" * 50_000,
    "arxiv-list": b"<html><dl><dt><a href=/abs/>" * 50_000,
    "hf-json": b'[{"paper": 1},' + b"[" * 300_000,
    "page-text": b"Daily Papers\n" + b"words of a line that never ends\n" * 20_000,
}


@pytest.mark.timeout(90)
@pytest.mark.parametrize("name", COSTLY)
def test_a_costly_dump_is_read_or_refused_at_once(name: str) -> None:
    try:
        told = formats.read(COSTLY[name], now=NOW, format_name=name)
    except DumpError as error:
        assert error.reason
    else:
        assert told.records or told.rejections


@pytest.mark.parametrize(
    "strings",
    [
        "".join(f"@string{{a{n + 1} = a{n} # a{n}}}\n" for n in range(60)),  # twice as much, each
        f"@string{{a60 = {{{'long ' * 20_000}}}}}\n",  # or one, named often
    ],
)
def test_strings_of_bibtex_never_stand_for_more_than_a_memory_holds(strings: str) -> None:
    entries = "@misc{k, title = a60 # a60}\n" * 2_000 + "@misc{k, title = {Tides}}\n"
    text = f"@string{{a0 = {{word }}}}\n{strings}{entries}"
    told = formats.read(text.encode(), now=NOW, format_name="bibtex")
    assert [record.title for record in told.records][-1] == "Tides"
    assert "too much text" in told.rejections[0].reason


def test_strings_of_bibtex_may_be_used_in_every_entry() -> None:
    journal = "Proceedings of the Very Long Conference on Tides and Everything That They Move"
    entries = "".join(f"@misc{{k{n}, title={{Tide {n}}}, journal=j}}\n" for n in range(5_000))
    told = formats.read(f"@string{{j = {{{journal}}}}}\n{entries}".encode(), now=NOW)
    assert len(told.records) == 5_000
    assert not told.rejections
    assert {record.venue for record in told.records} == {journal}


@pytest.mark.timeout(90)
def test_recognising_costs_no_time_either() -> None:
    for head in (b"<!-- -->" * 8000 + b"x", b"<?xml ?>" * 8000, b"<!--" * 16_000):
        with pytest.raises(DumpError):
            formats.recognise(head)


def test_what_one_dump_may_hold_is_bounded_and_said() -> None:
    many = b"[" + b'{"paper":{"title":"x"}},' * (MAX_RECORDS + 5) + b"{}]"
    told = formats.read(many, now=NOW)
    assert len(told.records) == MAX_RECORDS
    assert [r.reason for r in told.rejections] == ["more than 50,000 papers: the rest is left out"]
    bad = b'[{"paper":0},' + b"1," * (MAX_REJECTIONS + 50) + b"1]"
    assert len(formats.read(bad, now=NOW).rejections) == MAX_REJECTIONS + 1
