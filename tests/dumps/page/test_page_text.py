"""The saved page as text: layouts, damage, refusals."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.dumps.interface import Rejection
from digest.dumps.page.as_text import PageText
from digest.errors import DumpError
from digest.papers import keys_of
from tests.dumps.pages import (
    SAMPLES,
    alternating,
    blank_separated,
    new_papers,
    papers,
    parse,
    titles,
    with_bylines,
)

REAL = ("000_670caa44276c57b7.txt", "001_ba6e790d5ab8e3ba.txt", "002_1fdba7db88587f01.txt")
LAYOUTS: dict[str, Callable[[list[tuple[str, str]]], str]] = {
    "alternating": alternating,
    "blank": blank_separated,
    "bylines": lambda pairs: with_bylines(pairs, ["Nov 2, 2024"] * len(pairs)),
}
every_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)


# --- the real dumps ---------------------------------------------------------------------------


@pytest.mark.shared
@pytest.mark.parametrize(
    ("order", "counts", "new"),
    [((0, 1, 2), [223, 79, 37], [223, 66, 29]), ((2, 1, 0), [37, 79, 223], [37, 77, 204])],
    ids=["as named", "in reverse"],
)
def test_real_dumps_give_every_paper_in_either_order(
    shared: Path, order: tuple[int, ...], counts: list[int], new: list[int]
) -> None:
    dumps = [parse((shared / "dumps" / REAL[n]).read_bytes()) for n in order]
    assert [len(dump.records) for dump in dumps] == counts
    assert [dump.rejections for dump in dumps] == [(), (), ()]
    assert new_papers(dumps) == new
    assert sum(new) == 318


@pytest.mark.shared
def test_real_dumps_are_recognised_and_read_quickly(shared: Path) -> None:
    for name in REAL:
        data = (shared / "dumps" / name).read_bytes()
        assert PageText().recognises(data[:65536])
        started = time.process_time()
        parse(data)
        assert time.process_time() - started < 2


@pytest.mark.shared
def test_real_page_with_bylines_tells_authors_days_and_comments(shared: Path) -> None:
    dump = parse((shared / "dumps" / REAL[2]).read_bytes())
    assert dump.captured_on == date(2025, 12, 11)
    first, without = dump.records[0], [r for r in dump.records if r.author_count is None]
    assert (first.author_count, first.published, first.line) == (8, date(2022, 11, 25), 13)
    assert [(r.published, r.comments) for r in without] == [(None, None)]
    assert sum(r.comments or 0 for r in dump.records) > 0
    assert {r.published.year for r in dump.records if r.published} >= {2022, 2025}


# --- layouts ----------------------------------------------------------------------------------


@every_layout
@pytest.mark.parametrize("count", [1, 2, 9, 34])
def test_pages_of_any_length_are_read(
    layout: Callable[[list[tuple[str, str]]], str], count: int
) -> None:
    pairs = papers(count)
    dump = parse(layout(pairs))
    assert [(r.source_title, r.source_abstract) for r in dump.records] == pairs
    assert dump.rejections == ()
    assert [r.position for r in dump.records] == list(range(count))


@every_layout
@pytest.mark.parametrize(
    "disguise",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text + "\n\n\n",
        lambda text: text.replace("\n\n", "\n\u00a0\n"),
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: text.replace("\n", "  \n\t"),
        lambda text: text.replace("in your email inbox!", "in your email inbox once a day!"),
    ],
    ids=["CRLF", "CR", "BOM", "blank end", "NBSP lines", "NBSP words", "indent", "once a day"],
)
def test_white_space_and_line_ends_change_nothing(
    layout: Callable[[list[tuple[str, str]]], str], disguise: Callable[[str], str]
) -> None:
    pairs = papers(12)
    dump = parse(disguise(layout(pairs)))
    assert [(r.source_title, r.source_abstract) for r in dump.records] == pairs
    assert dump.rejections == ()


@every_layout
def test_titles_and_abstracts_of_unusual_length_are_read(
    layout: Callable[[list[tuple[str, str]]], str],
) -> None:
    pairs = papers(8)
    pairs[0] = ("Grokking", pairs[0][1])
    pairs[3] = ("A " + "very " * 33 + "long title", pairs[3][1])
    pairs[5] = (pairs[5][0], pairs[5][1][:398] + ".")
    assert len(pairs[3][0]) > 170
    dump = parse(layout(pairs))
    assert titles(dump) == [title for title, _ in pairs]
    assert dump.rejections == ()


@pytest.mark.parametrize("layout", ["blank", "bylines"])
@pytest.mark.parametrize("width", [40, 80, 400])
def test_an_abstract_broken_over_lines_is_one_abstract(layout: str, width: int) -> None:
    pairs = papers(10)

    def broken(text: str) -> str:
        words, lines = text.split(" "), [""]
        for word in words:
            if len(lines[-1]) + len(word) > width:
                lines.append("")
            lines[-1] = f"{lines[-1]} {word}".strip()
        return "\n".join(lines)

    dump = parse(LAYOUTS[layout]([(title, broken(abstract)) for title, abstract in pairs]))
    assert [(r.source_title, r.source_abstract) for r in dump.records] == pairs


@every_layout
def test_the_header_may_be_missing(layout: Callable[[list[tuple[str, str]]], str]) -> None:
    pairs = papers(6)
    text = layout(pairs)
    bare = text[text.index(pairs[0][0]) :]
    dump = parse(bare)
    assert titles(dump) == [title for title, _ in pairs]
    assert PageText().recognises(bare.encode())


@pytest.mark.parametrize("title", ["π0: A Policy", "e3nn for Crystals", "Subscribers Who Leave"])
def test_the_word_subscribe_is_cut_off_the_first_title_only(title: str) -> None:
    pairs = papers(3)
    pairs[0] = (title, pairs[0][1])
    pairs[2] = ("Subscribers and Their Reasons", pairs[2][1])
    assert titles(parse(alternating(pairs))) == [title, pairs[1][0], pairs[2][0]]
    unglued = alternating(pairs, glue="")
    assert titles(parse(unglued))[1:] == [pairs[1][0], pairs[2][0]]


def test_bylines_are_read_in_all_their_forms() -> None:
    pairs = papers(5)
    text = with_bylines(pairs, ["Nov 25, 2022 3", "Sep 25", "Mar 13 1.2k", None, "Feb 9, 2016"])
    text = text.replace("• 4 authors", "• 1 authors", 1).replace("• 4 authors", "• 1 author", 1)
    records = parse(text).records
    assert [r.author_count for r in records] == [1, 1, 4, None, 4]
    assert [r.comments for r in records] == [3, None, 1200, None, None]
    assert [str(r.published) for r in records] == [
        *("2022-11-25", "2023-09-25", "2023-03-13", "None", "2016-02-09")
    ]


def test_a_byline_on_one_line_and_upvotes_above_a_title_are_read() -> None:
    (t1, a1), (t2, a2) = papers(2)
    byline = "8 authors · Nov 2 4"
    text = "\n\n".join(["Daily Papers", "Nov 3", "27", t1, a1, byline, "1.1k", t2, a2])
    first, second = parse(text).records
    assert (first.upvotes, first.author_count, first.comments) == (27, 8, 4)
    assert (second.upvotes, second.author_count) == (1100, None)


def test_a_number_is_never_a_title() -> None:
    pairs = papers(4)
    pairs[2] = ("2048", pairs[2][1])
    dump = parse(blank_separated(pairs))
    assert titles(dump) == [title for title, _ in pairs if title != "2048"]
    assert [r.reason for r in dump.rejections] == ["abstract without title"]


# --- damage -----------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", [alternating, blank_separated])
@pytest.mark.parametrize("lost", [0, 5, 11])
def test_a_missing_abstract_costs_one_paper(
    layout: Callable[[list[tuple[str, str]]], str], lost: int
) -> None:
    pairs = papers(12)
    text = layout(pairs)
    damaged = text.replace(pairs[lost][1], "\x01")
    damaged = damaged.replace("\x01\n\n", "").replace("\x01\n", "").replace("\x01", "")
    dump = parse(damaged)
    assert titles(dump) == [title for n, (title, _) in enumerate(pairs) if n != lost]
    assert [r.reason for r in dump.rejections] == ["title without abstract"]
    line = dump.rejections[0].line
    assert line is not None
    assert pairs[lost][0] in damaged.split("\n")[line - 1]


@pytest.mark.parametrize("lost", [0, 5, 11])
def test_a_title_with_a_byline_is_a_paper_without_an_abstract(lost: int) -> None:
    pairs = papers(12)
    text = LAYOUTS["bylines"](pairs).replace(pairs[lost][1] + "\n\n", "")
    dump = parse(text)
    assert titles(dump) == [title for title, _ in pairs]
    assert [n for n, r in enumerate(dump.records) if not r.source_abstract] == [lost]
    assert dump.records[lost].author_count == 4
    assert dump.rejections == ()


def test_a_title_and_an_abstract_are_no_pair_across_a_byline() -> None:
    pairs = papers(8)
    text = LAYOUTS["bylines"](pairs)
    # The abstract of one paper and the title of the next are gone: what is left is not one paper.
    text = text.replace(pairs[3][1] + "\n\n", "").replace(pairs[4][0] + "\n\n", "")
    dump = parse(text)
    assert dict(pairs)[pairs[3][0]] not in [r.source_abstract for r in dump.records]
    assert [r.source_abstract for r in dump.records if r.source_title == pairs[3][0]] == [""]
    assert pairs[4][1] not in [r.source_abstract for r in dump.records]
    assert [r.reason for r in dump.rejections] == ["abstract without title"]


@every_layout
@pytest.mark.parametrize("lost", [1, 6, 11])
def test_a_missing_title_costs_one_paper(
    layout: Callable[[list[tuple[str, str]]], str], lost: int
) -> None:
    pairs = papers(12)
    dump = parse(layout(pairs).replace(pairs[lost][0] + "\n", ""))
    assert titles(dump) == [title for n, (title, _) in enumerate(pairs) if n != lost]
    assert [r.reason for r in dump.rejections] == ["abstract without title"]


@every_layout
@pytest.mark.parametrize("extra", ["Load more results here", "x" * 20 + " " + "words " * 120])
def test_a_stray_line_costs_no_paper(
    layout: Callable[[list[tuple[str, str]]], str], extra: str
) -> None:
    pairs = papers(12)
    text = layout(pairs).replace(pairs[7][0], f"{extra}\n\n{pairs[7][0]}")
    if layout is alternating:
        text = text.replace("\n\n", "\n")
    dump = parse(text)
    assert titles(dump) == [title for title, _ in pairs]
    assert len(dump.rejections) == 1


@every_layout
def test_an_implausible_pair_is_one_rejection(
    layout: Callable[[list[tuple[str, str]]], str],
) -> None:
    pairs = papers(12)
    pairs[4] = ("A title " + "that goes on and on " * 20, pairs[4][1])
    pairs[8] = (pairs[8][0], "None.")
    dump = parse(layout(pairs))
    assert titles(dump) == [title for n, (title, _) in enumerate(pairs) if n not in (4, 8)]
    assert [r.reason for r in dump.rejections] == [
        f"title of {len(pairs[4][0].strip())} characters, more than 300",
        "abstract of 5 characters, shorter than its title",
    ]


def test_a_truncated_page_keeps_what_came_before() -> None:
    pairs = papers(12)
    text = alternating(pairs)
    dump = parse(text[: text.index(pairs[11][0]) + 20])
    assert len(dump.records) == 11
    assert dump.rejections == (Rejection(24, "title without abstract"),)


def test_a_line_that_is_not_utf8_costs_its_paper_and_is_named() -> None:
    pairs = papers(12)
    data = alternating(pairs).encode().replace(pairs[3][1][:5].encode(), b"\xff\xfe\xff", 1)
    dump = parse(data)
    assert titles(dump) == [title for n, (title, _) in enumerate(pairs) if n != 3]
    assert dump.rejections == (Rejection(9, "not UTF-8: byte 0xff at 1"),)


@given(seed=st.integers(0, 10**6), layout=st.sampled_from(sorted(LAYOUTS)))
@settings(max_examples=60)
def test_one_deleted_line_never_costs_more_than_one_paper(seed: int, layout: str) -> None:
    chance = random.Random(seed)
    pairs = papers(10)
    lines = LAYOUTS[layout](pairs).split("\n")
    del lines[chance.randrange(len(lines))]
    kept = titles(parse("\n".join(lines)))
    assert len(set(kept) & {title for title, _ in pairs}) >= 9


@given(cut=st.integers(0, 9000), layout=st.sampled_from(sorted(LAYOUTS)))
@settings(max_examples=60)
def test_a_page_cut_anywhere_is_read_or_refused(cut: int, layout: str) -> None:
    data = LAYOUTS[layout](papers(10)).encode()[:cut]
    PageText().recognises(data)
    try:
        dump = parse(data)
    except DumpError as error:
        assert cut < 1600
        assert str(error)
    else:
        assert all(r.source_abstract for r in dump.records)


# --- what is no dump --------------------------------------------------------------------------

PROSE = "It was a bright day in April. The clocks were striking, and nobody in the town minded.\n"
NO_DUMPS = {
    "prose": (PROSE * 9 + "\n") * 12,
    "code": Path(__file__).read_text(encoding="utf-8"),
    "readme": "# Title\n\n" + "\n\n".join(f"## Part {n}\n\n{PROSE * 3}" for n in range(9)),
    "table": "id,name,remark\n" + "\n".join(f"{n},somebody,something long" for n in range(200)),
    "log": "\n".join(f"2026-01-01T00:00:{n:02} INFO request {n} done" for n in range(60)),
    "header only": "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nMar 13\n",
    "one word": "hello",
}


@pytest.mark.parametrize("text", NO_DUMPS.values(), ids=NO_DUMPS)
def test_other_texts_are_refused_with_a_reason(text: str) -> None:
    assert not PageText().recognises(text.encode()[:65536])
    with pytest.raises(DumpError) as refused:
        parse(text)
    assert refused.value.reason


def test_licences_of_this_system_are_no_dumps() -> None:
    folder = Path("/usr/share/common-licenses")
    if not folder.is_dir():
        pytest.skip("no folder of licences on this system")
    recognised = [f.name for f in folder.iterdir() if PageText().recognises(f.read_bytes()[:65536])]
    assert recognised == []


@given(st.binary(max_size=400))
@settings(max_examples=60)
def test_any_bytes_are_refused_without_another_error(data: bytes) -> None:
    assert PageText().recognises(data) is False
    with pytest.raises(DumpError):
        parse(data)


# --- the samples that ship --------------------------------------------------------------------


def test_the_samples_hold_sixty_papers_on_two_days_with_some_on_both() -> None:
    dumps = [parse((SAMPLES / f"day-{n}.txt").read_bytes()) for n in (1, 2)]
    assert [dump.rejections for dump in dumps] == [(), ()]
    first, second = new_papers(dumps)
    assert first + second >= 60
    assert second < len(dumps[1].records)
    assert dumps[0].captured_on != dumps[1].captured_on
    everything = [key for dump in dumps for record in dump.records for key in keys_of(record)]
    assert not any("{" in r.abstract for dump in dumps for r in dump.records)
    assert len(set(everything)) >= 60
