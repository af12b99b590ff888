import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from digest.composing.excerpt import Excerpt, cut, escaped, harmless
from digest.mail import HOLES

TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}  # the direction of all that follows
SENTENCES = (
    "We show that a bound holds. for $x + y = z$ and https://example.org/a?b=c. (see [1] there) "
    "e.g. et al. 3.5 ≤ O(n log n) x = y 深层学习。 \\(a b\\) { open ) wrong"
)
words = st.sampled_from(SENTENCES.split(" "))
texts = st.lists(words, min_size=1, max_size=60).map(" ".join)


def shown(text: str, limit: int) -> str:
    where = cut(text, limit)
    return text[: where.end] + ("…" if where.ellipsis else "")


def test_a_short_text_is_whole() -> None:
    assert shown("One sentence.", 40) == "One sentence."


def test_the_cut_falls_at_the_end_of_a_sentence() -> None:
    assert shown("We did it. Then we did it again, at length.", 30) == "We did it. Then we did it…"
    assert shown("We did it twice. Then again, at length.", 30) == "We did it twice."


@pytest.mark.parametrize(("limit", "kept"), [(10, "We did it."), (9, "We did…")])
def test_a_sentence_that_ends_at_the_limit_is_whole(limit: int, kept: str) -> None:
    assert shown("We did it. Twice.", limit) == kept


def test_nothing_that_could_break_a_mail_is_let_through_and_nothing_else_is_lost() -> None:
    for code in range(0x110000):
        character, kind = chr(code), unicodedata.category(chr(code))
        left = harmless(character)
        if character in "\t\n\r\u2028\u2029":
            assert left == " "
        elif kind in ("Cc", "Cs") or code in TURNING or character in HOLES.values():
            assert left == "", f"U+{code:04X}"
        elif code not in (0xFFFE, 0xFFFF):
            assert left == character, f"U+{code:04X}"


@pytest.mark.parametrize(
    "text",
    [
        "Nets, e.g. the deep ones of Smith et al. who began it, are slow to learn things",
        "Results of J. R. Miller show that nets, i.e. deep ones, are slow to learn things",
    ],
)
def test_an_abbreviation_ends_no_sentence(text: str) -> None:
    assert shown(text, 60).endswith("…")
    assert not re.search(r"(e\.g|al|i\.e|R)\.…?$", shown(text, 60).removesuffix("…"))


def test_a_formula_is_not_split() -> None:
    text = "We prove that a ≤ b + c holds"
    assert shown(text, 18) == "We prove that…"
    assert shown("It needs $n + m + k$ steps in all", 15) == "It needs…"
    assert shown("The cost is O(n log n) in all", 19) == "The cost is…"


def test_a_link_is_not_split() -> None:
    assert shown("Code: see https://example.org/a/very/long/path for more", 25) == "Code: see…"
    assert shown("https://example.org/a/very/long/path", 20) == "…"


def test_a_text_without_spaces_is_cut_all_the_same() -> None:
    assert shown("x" * 100, 20) == "x" * 20 + "…"


def test_chinese_sentences_end_too() -> None:
    assert shown("我们提出了一种新方法。它在所有数据集上都更好。", 14) == "我们提出了一种新方法。"


@settings(max_examples=200)
@given(texts, st.integers(5, 120))
def test_no_cut_is_too_long_or_inside_a_link_or_formula(text: str, limit: int) -> None:
    where = cut(text, limit)
    assert 0 <= where.end <= max(limit, 0) or where.end == len(text)
    for whole in re.finditer(r"https?://\S+|\\\(.+?\\\)|\\\[.+?\\\]|\$[^$]+\$", text):
        assert not whole.start() < where.end < whole.end()


def test_marks_are_escaped_merged_and_clipped() -> None:
    made = Excerpt("a <b> c"[:6], "…", 0)
    assert made.plain == "a <b> …"
    marked = made.marked([(5, 99), (0, 1), (0, 3), (-4, 0)], "<i>", "</i>")
    assert marked == "<i>a</i><i> &lt;</i>b&gt;<i> </i>…"


@settings(max_examples=150)
@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from("a&<\x02\u202e\ue100 '\n"), max_size=40).map("".join),
    st.lists(st.tuples(st.integers(-5, 50), st.integers(-5, 50))),
    st.integers(0, 40),
)
def test_marking_changes_no_letter(text: str, places: list[tuple[int, int]], end: int) -> None:
    made = Excerpt(text[:end], "", 0)
    marked = made.marked(places, "<i>", "</i>")
    assert made.plain == harmless(text[:end])
    assert Markup(marked.replace("<i>", "").replace("</i>", "")).unescape() == made.plain
    assert marked.count("<i>") == marked.count("</i>")
    assert made.marked([], "<i>", "</i>") == escaped(made.plain)


@settings(max_examples=150)
@given(st.text("ab&<\x02\ue100' ", min_size=1, max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_what_a_span_names_is_what_is_marked(text: str, start: int, stop: int) -> None:
    found = Excerpt(text, "", 0).marked([(start, stop)], "[", "]")
    if start < min(stop, len(text)) and harmless(text):
        before, inside, after = text[:start], text[start:stop], text[stop:]
        assert found == "{}[{}]{}".format(*(escaped(harmless(t)) for t in (before, inside, after)))
    else:
        assert "[" not in found


def test_harmful_characters_are_removed() -> None:
    assert harmless("a\x00b\ue100c\ud800d\u202ee\nf") == "abcde f"
