"""Pages in other dress are the same pages: no junk title, no paper lost without a word."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.dumps import formats, text
from digest.dumps.interface import Dump
from digest.dumps.page.as_text import page_lines
from digest.dumps.page.plain import read_text
from digest.dumps.page.reading import read_page
from digest.errors import DumpError
from tests.dumps.mutations import MUTATIONS, WRITTEN, Mutation
from tests.dumps.page_forms import FORMS
from tests.dumps.pages import NOW, papers

PAIRS = papers(12)
KNOWN = {re.sub(r"[\s-]+", "", title) for title, _ in PAIRS}
TEXTS = {
    form: page
    for form, build in {**FORMS, **WRITTEN}.items()
    if isinstance(page := build(PAIRS), str)
    and form not in ("rtf", "reader mode", "tabs under a header")  # other formats' own
}
BY_NAME = {each.name: each for each in MUTATIONS}
# A stranger's lines around the page may be told as refused.
SIGNED = ("signature", "preface", "preface in the middle")


def squeezed(told: str) -> str:
    """Return a text without white space, what shows nothing, and hyphens that a line may break."""
    return re.sub(r"[\s\u00ad\u200b\ufeff-]+", "", told)


def as_bytes(page: str | bytes) -> bytes:
    return page.encode() if isinstance(page, str) else page


def read_or_none(page: str | bytes) -> Dump | None:
    try:
        return formats.read(as_bytes(page), now=NOW)
    except DumpError:
        return None


def lost_lines(page: str | bytes) -> list[str]:
    """Lines that are in no paper, in no rejection and no furniture."""
    lines = page_lines(as_bytes(page))
    reading = read_page(read_text(lines))
    return [
        line
        for number, line in enumerate(lines.all, 1)
        if text.visible(line) and number not in reading.lines
    ]


def check_whole(page: str, mutation: Mutation, seed: int) -> None:
    """Fail when a mutated page is not read as its papers."""
    dump = read_or_none(mutation.apply(page.split("\n"), Random(seed)))
    assert dump is not None
    found = {squeezed(record.source_title) for record in dump.records}
    assert found == KNOWN, (found ^ KNOWN, dump.rejections)
    if mutation.name not in SIGNED:
        assert dump.rejections == ()


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize("name", ["as it is", "twice", "quoted", "CRLF", "line separators"])
def test_every_form_is_read_in_simple_dress(form: str, name: str) -> None:
    check_whole(TEXTS[form], BY_NAME[name], 0)


@pytest.mark.parametrize("form", ["alternating", "blank", "bylines", "trending", "numbers"])
@pytest.mark.parametrize("name", [each.name for each in MUTATIONS if each.keeps])
def test_the_page_itself_is_read_in_any_dress(form: str, name: str) -> None:
    check_whole(TEXTS[form], BY_NAME[name], 0)


@given(
    form=st.sampled_from(sorted(TEXTS)),
    name=st.sampled_from(sorted(BY_NAME)),
    seed=st.integers(0, 10**6),
)
@settings(max_examples=25, deadline=None)
def test_no_line_vanishes_in_any_dress(form: str, name: str, seed: int) -> None:
    page = BY_NAME[name].apply(TEXTS[form].split("\n"), Random(seed))
    try:
        assert lost_lines(page) == []
    except DumpError:
        return
