"""The keyword grammar: what each text means, and what is said of a bad one."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from subscribers.errors import ProfileError
from subscribers.profile import Item, Profile, parse, to_text, without_item


def shapes(items: tuple[Item, ...]) -> list[str]:
    """Each item as one short text, to compare whole profiles at a glance."""
    return [to_text(Profile((item,))) for item in items]


def problems(text: str) -> list[tuple[int, str]]:
    with pytest.raises(ProfileError) as caught:
        parse(text)
    return [(p.position, p.reason) for p in caught.value.problems]


def test_the_example_of_the_front_page() -> None:
    profile = parse('"continual learning"^2, diffusion, speech -audio')
    assert profile.wanted == (
        Item("continual learning", ("continual", "learning"), phrase=True, weight=2.0),
        Item("diffusion", ("diffusion",)),
        Item("speech", ("speech",)),
    )
    assert profile.excluded == (Item("audio", ("audio",)),)


@pytest.mark.parametrize(
    ("text", "wanted", "excluded"),
    [
        ("a b, c\nd", ["a b", "c", "d"], []),
        ("a\r\nb", ["a", "b"], []),
        ("a,, ,b,", ["a", "b"], []),
        ("扩散模型，강화 학습、обучение", ["扩散模型", "강화 학습", "обучение"], []),
        ("“x y”, „x z“, «u v», 「猫 犬」", ['"x y"', '"x z"', '"u v"', '"猫 犬"'], []),
        ('"vision, language"', ['"vision, language"'], []),
        ("zero-shot, GPT-4, pre- and post-train", ["zero-shot", "GPT-4", "pre and post-train"], []),
        ('speech -audio models -"a b c"', ["speech models"], ["audio", '"a b c"']),
        ("speech –audio, −video", ["speech"], ["audio", "video"]),
        ("speech --audio", ["speech"], ["audio"]),
        ("+diffusion models", ["+diffusion", "models"], []),
        ('video +"world model"', ["video", '+"world model"'], []),
        ("title:survey, ORG:CERN", ["title:survey", "org:CERN"], []),
        ('author:"Ada Lovelace"', ['author:"Ada Lovelace"'], []),
        ("graphs -title:survey, +author:bengio", ["graphs", "+author:bengio"], ["title:survey"]),
        ("title: survey", ["title:survey"], []),
        ("a -(title:survey)", ["a"], ["title:survey"]),
        ("a b^2, c^.5", ["a b^2", "c^0.5"], []),
        ("a^2 b", ["a^2", "b"], []),
        ("a ^2", ["a^2"], []),
        ('"a b" c^3', ['"a b"^3', "c^3"], []),
        ("speech^2 -audio", ["speech^2"], ["audio"]),
        ("speech -audio^2", ["speech^2"], ["audio"]),
        ("a^10, b^0.1", ["a^10", "b^0.1"], []),
        ("vision & language", ["vision language"], []),
        ("(RL), [agents].", ["RL", "agents"], []),
        ("BERT: a study", ["BERT a study"], []),
        ("a, A, a^3", ["a^3"], []),
    ],
)  # fmt: skip
def test_a_text_means(text: str, wanted: list[str], excluded: list[str]) -> None:
    profile = parse(text)
    assert shapes(profile.wanted) == wanted
    assert shapes(profile.excluded) == excluded


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("C++ C# A* F#", ("c++", "c#", "a*", "f#")),
        ("ＧＰＴ ﬁne-tuning Straße", ("gpt", "fine-tuning", "strasse")),
        ("L² Čapek हिन्दी", ("l2", "čapek", "हिन्दी")),
        ("zero‑shot Navier–Stokes", ("zero-shot", "navier-stokes")),
        ("“Shannon’s vision/language”", ("shannon's", "vision/language")),
        ("C++, ", ("c++",)),
    ],
)
def test_words_are_folded_and_keep_the_signs_of_names(text: str, words: tuple[str, ...]) -> None:
    assert parse(text).wanted[0].words == words


def test_an_items_text_is_as_the_reader_typed_it() -> None:
    assert [item.text for item in parse('+"Continual  Learning"^2, (LoRA)').wanted] == [
        "Continual Learning",
        "LoRA",
    ]


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("", 0, "name at least one thing"),
        (" ,\n", 3, "name at least one thing"),
        ("-audio", 6, "only excludes"),
        ('speech, "open', 8, "never closed"),
        ('"open\nclosed"', 0, "never closed"),
        ('a, ""', 3, "empty"),
        ("a - b", 2, "dash alone"),
        ("a + b", 2, "+ alone"),
        ("a -", 2, "dash alone"),
        ("a +-b", 2, "not both"),
        ("title:-b", 6, "sign comes first"),
        ("a, org:", 3, "nothing follows org:"),
        ("a^0", 1, "between 0.1 and 10"),
        ("a^0,5", 1, "write ^0.5"),
        ("a^11", 1, "between 0.1 and 10"),
        ("a^nan", 1, "a number"),
        ("a^1e1", 1, "a number"),
        ("a^2^3", 1, "a number"),
        ("^2 a", 0, "nothing before it"),
        ("b, -a^2", 5, "does nothing to an exclusion"),
        ("a, ***", 3, "no letter or digit"),
        ('"a b"-c', 5, "a space before"),
        ("a\x00b", 1, "control character"),
        ("a\ue100b", 1, "control character"),
        ("a\u202eb", 1, "invisible"),
        ("graphs, -Graphs", 8, "both wanted and excluded"),
        ("a" * 2001, 2000, "2,001 characters"),
        (",".join(f"w{n}" for n in range(101)), 390, "101 items"),
    ],
)
def test_a_problem_names_its_place_and_why(text: str, place: int, says: str) -> None:
    found = problems(text)
    assert found[0][0] == place
    assert says in found[0][1]


def test_all_problems_are_told_at_once_in_order() -> None:
    assert [place for place, _ in problems('a^99, b -, "c')] == [1, 8, 11]


def test_the_error_counts_characters_as_people_do() -> None:
    with pytest.raises(ProfileError, match=r"character 2 \('\^'\): the weight 99"):
        parse("a^99")


def test_an_item_can_be_taken_out_by_its_number() -> None:
    profile = parse("a, b^2, c -d")
    assert to_text(without_item(profile, 1)) == "a, c, -d"
    with pytest.raises(IndexError):
        without_item(profile, 3)
    with pytest.raises(IndexError):
        without_item(profile, -1)


@pytest.mark.parametrize("count", [100])
def test_a_hundred_items_are_welcome(count: int) -> None:
    assert len(parse(",".join(f"w{n}" for n in range(count))).wanted) == count


_pieces = st.one_of(
    st.sampled_from(
        ['"', "“", "»", "-", "–", "+", "^", "^2", "^0.5", ",", "\n", " ", "title:", "org: ", "C++",
         "A*", "zero-shot", "ﬁ", "猫", "हि", "\u200d", "ﷺ", "™", "（", "：", "＾２", "、", "'", ":"]
    ),
    st.text(max_size=4),
)  # fmt: skip


@pytest.mark.parametrize("text", ["𐆌title:moss", "(author:Moss", "§org:Bogs, fern", "†in:the moss"])
def test_a_field_behind_a_sign_that_says_nothing_is_one(text: str) -> None:
    try:
        profile = parse(text)
    except ProfileError as error:
        assert "cannot be asked for" in str(error)
        return
    assert profile.wanted[0].scope
    assert parse(to_text(profile)) == profile


@pytest.mark.parametrize(
    ("twice", "once"),
    [
        ("title:title:moss", "title:moss"),
        ("title: title: moss", "title:moss"),
        ("ti:intitle:moss", "title:moss"),
        ("au:author:LeCun", "author:LeCun"),
        ("ferns, -org:org:acme", "ferns, -org:acme"),
    ],
)
def test_a_field_that_is_typed_twice_is_one(twice: str, once: str) -> None:
    assert parse(twice) == parse(once)


@pytest.mark.parametrize("text", ["title:author:moss", "org:title:moss"])
def test_two_fields_of_one_keyword_are_a_problem(text: str) -> None:
    with pytest.raises(ProfileError, match="one field"):
        parse(text)


@settings(max_examples=400)
@example("title:title:\ufdfa")
@given(st.lists(_pieces, max_size=25).map("".join))
def test_any_text_is_a_profile_that_can_be_written_again_or_has_problems(text: str) -> None:
    try:
        profile = parse(text)
    except ProfileError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.character == text[problem.position : problem.position + 1]
        return
    assert parse(to_text(profile)) == profile
    for item in profile.wanted + profile.excluded:
        assert item.words
        assert all(word and not word.isspace() for word in item.words)


@settings(max_examples=100)
@given(st.text())
def test_no_text_raises_anything_but_problems(text: str) -> None:
    try:
        parse(text)
    except ProfileError as error:
        assert str(error)
