from hypothesis import given, settings
from hypothesis import strategies as st

from digest.composing.wrapping import _NOT_NARROW, _by_lines, _by_words, columns, wrap


def test_lines_have_at_most_the_width_and_an_indent() -> None:
    text = wrap("one two three four five six", "* ", "  ", width=12)
    assert text == "* one two\n  three four\n  five six"


def test_a_link_is_never_broken() -> None:
    link = "https://example.org/" + "x" * 90
    assert link in wrap(f"see {link} there").split("\n")


def test_chinese_breaks_between_characters_but_not_before_a_full_stop() -> None:
    lines = wrap("深度学习的方法很好。" * 3, width=20).split("\n")
    assert all(columns(line) <= 20 for line in lines)
    assert not any(line.startswith("。") for line in lines)
    assert "".join(lines) == "深度学习的方法很好。" * 3


def test_korean_keeps_its_spaces() -> None:
    assert wrap("딥러닝 방법은 매우 좋다") == "딥러닝 방법은 매우 좋다"


def test_a_no_break_space_holds() -> None:
    assert wrap("aaaa b\u00a0c", width=7) == "aaaa\nb c"


def test_combining_marks_take_no_column() -> None:
    assert columns("e\u0301") == 1


@settings(max_examples=150)
@given(st.text(max_size=200))
def test_no_word_is_lost(text: str) -> None:
    kept = "".join(c for c in text if not c.isspace())
    assert "".join(c for c in wrap(text, width=20) if not c.isspace()) == kept


@settings(max_examples=300)
@given(
    st.text("ab \u00a0\t\u0085\x1cé“–…", max_size=120) | st.text(max_size=40),
    st.sampled_from([("", ""), ("* ", "  "), ("a long beginning ", "  ")]),
    st.integers(1, 30),
)
def test_the_quick_way_wraps_as_the_other(text: str, around: tuple[str, str], width: int) -> None:
    if not _NOT_NARROW.search(text):
        assert _by_lines(text, *around, width) == _by_words(text, *around, width)


def test_characters_of_the_quick_way_take_a_column_each() -> None:
    every = "".join(map(chr, range(0x110000)))
    narrow = _NOT_NARROW.sub("", every)
    assert len(narrow) > 700
    assert columns(narrow) == len(narrow)
