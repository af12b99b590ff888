from __future__ import annotations

import json
from datetime import UTC, date, datetime
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.dumps import formats
from digest.dumps.interface import Dump
from digest.errors import DumpError
from tests.dumps import samples

NOW = datetime(2026, 1, 4, 12, tzinfo=UTC)


def read(data: bytes) -> Dump:
    return formats.read(data, now=NOW)


@pytest.mark.parametrize("name", samples.ALL)
def test_every_format_is_recognised_by_its_content_and_by_no_other_format(name: str) -> None:
    assert formats.recognise(samples.ALL[name]).name == name
    assert read(samples.ALL[name]).records


@pytest.mark.parametrize("name", [n for n in samples.ALL if n != "page-text"])
def test_a_byte_order_mark_hides_no_format(name: str) -> None:
    assert formats.recognise(b"\xef\xbb\xbf" + samples.ALL[name].lstrip()).name == name


def test_two_formats_in_one_file_are_an_error_that_names_both() -> None:
    with pytest.raises(DumpError, match="bibtex or ris"):
        read(samples.BIBTEX + samples.RIS)
    assert formats.read(samples.BIBTEX + samples.RIS, now=NOW, format_name="ris").format == "ris"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"  \n\n", "empty"),
        (b"\x7fELF\x02\x01", "a program"),
        (b"ab\0cd", "line 1: binary"),
        (b"one\ntwo\nthree\n", "none of page-text, "),
        (b'{"a": 1}', "none of"),
        (b"<opml><body/></opml>", "none of"),
        (b"x" * 2_000_000, "line 1: one line of more"),
    ],
)
def test_what_is_no_dump_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(DumpError, match=reason):
        read(data)


def test_an_unknown_format_name_lists_the_known_ones() -> None:
    with pytest.raises(DumpError, match=r"'ris2': there are page-text, .* and ris"):
        formats.read(b"x", now=NOW, format_name="ris2")


def test_captured_on_overrides_the_dumps_own_day() -> None:
    told = formats.read(samples.HF_JSON, now=NOW, captured_on=date(2025, 5, 5))
    assert told.captured_on == date(2025, 5, 5)
    assert read(samples.HF_JSON).captured_on == date(2026, 1, 2)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>
<rss version="2.0"><channel><link>http://rss.arxiv.org/rss/cs</link><title>&b;</title></channel></rss>"""
OUTSIDE = b"""<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel>
<item><title>&a;</title></item></channel></rss>"""


@pytest.mark.parametrize("data", [BOMB, OUTSIDE])
@pytest.mark.parametrize("name", ["arxiv", "feed"])
def test_xml_that_declares_entities_is_refused(data: bytes, name: str) -> None:
    with pytest.raises(DumpError, match="declares entities"):
        formats.read(data, now=NOW, format_name=name)


def test_deep_nesting_is_refused_or_costs_its_own_entry() -> None:
    deep = b'[{"paper": ' + b"[" * 100_000 + b"]" * 100_000 + b"}," + samples.HF_JSON[1:]
    told = read(deep)
    assert len(told.records) == 2
    assert "nested too deeply" in told.rejections[0].reason
    with pytest.raises(DumpError, match="nested too deeply"):
        formats.read(b"<a>" * 1000, now=NOW, format_name="arxiv")


@pytest.mark.parametrize("name", samples.ALL)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 30), st.binary(max_size=8)), max_size=6
    )
)
def test_no_mutation_makes_a_parser_raise_anything_but_a_dump_error(
    name: str, edits: list[tuple[float, int, bytes]]
) -> None:
    data = samples.ALL[name]
    for where, length, new in edits:
        at = int(where * len(data))
        data = data[:at] + new + data[at + length :]
    format_ = formats.format_named(name)
    format_.recognises(data[: formats.HEAD_BYTES])
    try:
        told = format_.parse(data, now=NOW, captured_on=None)
    except DumpError as error:
        assert error.reason
    else:
        for record in told.records:
            assert record.title.encode() and "\n" not in record.title


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)


def _spoil(value: Any, path: list[int], bad: Any) -> Any:
    """Replace one value somewhere inside, chosen by `path`."""
    if not path or not isinstance(value, dict | list) or not value:
        return bad
    if isinstance(value, list):
        at = path[0] % len(value)
        return [*value[:at], _spoil(value[at], path[1:], bad), *value[at + 1 :]]
    key = sorted(value)[path[0] % len(value)]
    return {**value, key: _spoil(value[key], path[1:], bad)}


_JSON = ["hf-json", "biorxiv", "json-feed", "csl-json", "openalex", "semantic-scholar"]


@pytest.mark.parametrize("name", [*_JSON, "openreview", "europe-pmc"])
@settings(max_examples=80)
@given(path=st.lists(st.integers(0, 20), min_size=1, max_size=5), bad=junk)
def test_no_field_of_the_wrong_type_raises_anything_but_a_dump_error(
    name: str, path: list[int], bad: Any
) -> None:
    data = json.dumps(_spoil(json.loads(samples.ALL[name]), path, bad)).encode()
    try:
        told = formats.format_named(name).parse(data, now=NOW, captured_on=None)
    except DumpError:
        return
    for record in told.records:
        record.title.encode()
        assert record.upvotes is None or 0 <= record.upvotes < 2**31


class _Own:
    name = "own"
    version = 1

    def recognises(self, head: bytes) -> bool:
        return head.startswith(b"OWN")

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        raise KeyError("a bug")


class _Taken(_Own):
    name = "ris"


class _Nothing:
    pass


def test_plug_ins_are_loaded_and_a_broken_one_is_left_out_with_its_reason() -> None:
    points = [
        EntryPoint(name, f"tests.dumps.test_formats:{value}", formats.ENTRY_POINT_GROUP)
        for name, value in [("a", "_Own"), ("b", "_Taken"), ("c", "_Nothing"), ("d", "_Absent")]
    ]
    usable, broken = formats.load_plug_ins(points, taken=["ris"])
    assert [each.name for each in usable] == ["own"]
    assert [each.name for each in broken] == ["b", "c", "d"]
    assert "taken" in broken[0].reason and "no str" in broken[1].reason
    assert formats.recognise(b"OWN x", formats=[*formats.built_in_formats(), *usable]).name == "own"


def test_a_formats_own_bug_becomes_a_dump_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "all_formats", lambda: (_Own(),))
    with pytest.raises(DumpError, match="the format own failed"):
        read(b"OWN")
