import re
from dataclasses import replace
from itertools import pairwise, product
from typing import get_args

import pytest
from babel import Locale
from babel.support import NullTranslations
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.composing.branding import Tone
from digest.composing.compose import Renderers
from digest.composing.locales import Catalogue, Catalogues
from digest.composing.notices import QuietCause
from digest.composing.sections import IssueSection, sections_of
from digest.composing.short_title import capitalised, cut_between_words, finding, one_line
from digest.composing.subject_lines import (
    PREHEADER_LENGTH,
    SUBJECT_LENGTH,
    Kind,
    contents_line,
    preheader,
    subject,
)
from digest.composing.wrapping import columns
from digest.papers import Paper, Revision
from digest.ranking.interface import Pick, Reason
from tests.composing.conftest import DAY

ENGLISH = Catalogue("en", Locale("en"), NullTranslations())
LONG = "On the surprising usefulness of very long titles in the literature of machine learning"


def papers(*titles: str) -> list[Paper]:
    return [Paper(n, title, "An abstract. It goes on.") for n, title in enumerate(titles, 1)]


def made(edition: int, topic: str, *titles: str, tone: Tone = "plain") -> str:
    return subject(ENGLISH, tone, edition, topic, papers(*titles))


def test_the_subject_names_the_topic_the_finding_and_the_count() -> None:
    titles = ("The Ideal Continual Learner: An Agent That Never Forgets", "B", "C")
    some = papers(*titles)
    some[0] = replace(some[0], abstract="We build an agent which forgets nothing.")
    line = subject(ENGLISH, "plain", 3, "continual learning", some)
    assert line == "Continual learning: an agent that never forgets, + 2"


def test_a_topic_that_the_title_begins_with_is_not_said_twice() -> None:
    assert made(1, "tidal flows", "Tidal flows at rest", "B") == "Tidal flows at rest, + 1"
    assert made(2, "tidal flows", "Tidal flows at rest") == "Tidal flows at rest (new)"


@pytest.mark.parametrize("tone", get_args(Tone))
def test_a_long_title_is_cut_between_words_to_sixty_characters(tone: Tone) -> None:
    for edition in range(1, 4):
        line = made(edition, "science", LONG, "B", tone=tone)
        assert len(line) <= SUBJECT_LENGTH
        cut = line.partition("…")[0].split()[-1]
        assert cut in LONG.split(), line


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("language", Catalogues().names())
@pytest.mark.parametrize("tone", get_args(Tone))
@pytest.mark.parametrize("title", ["A way to sail", "Tides at rest", "Boats: a way to sail at sea"])
def test_every_subject_begins_with_the_keyword(
    tone: Tone, language: str, kind: Kind, title: str
) -> None:
    words = Catalogues().words(language)
    lines = [subject(words, tone, n, "tides", papers(title, "B"), kind=kind) for n in (1, 2)]
    assert all(line.startswith("Tides") for line in lines), lines
    assert lines[0] != lines[1]


def test_a_long_topic_is_cut_between_words_not_left_out() -> None:
    topic = "large language models for the forecasting of tides"
    assert made(1, topic, "A way to sail") == "Large language models…: a way to sail"


def test_a_newer_version_says_so() -> None:
    some = [replace(papers("A way to sail")[0], updated=Revision(3, None, None))]
    assert subject(ENGLISH, "plain", 1, "tides", some) == "Tides: a way to sail (v3)"


def test_no_tone_speaks_like_a_person() -> None:
    lines = [made(n, "tides", "A title", "B", tone=t) for t in get_args(Tone) for n in range(6)]
    assert not [
        line for line in lines if re.search(r"\b(?:we|worth|thought|love|hope)\b", line, re.I)
    ]


@pytest.mark.parametrize("language", Catalogues().names())
@pytest.mark.parametrize("tone", get_args(Tone))
@pytest.mark.parametrize("topic", ["", "tides", "same", "a keyword that is longer than any topic"])
def test_two_days_running_never_look_the_same(tone: Tone, language: str, topic: str) -> None:
    words = Catalogues().words(language)
    for counts in product((1, 2, 3), repeat=2):
        days = [(day, papers(*["Same"] * counts[day % 2])) for day in range(1, 13)]
        for lines in (
            [subject(words, tone, day, topic, some) for day, some in days],
            [preheader(words, day, some, "We do it.") for day, some in days],
            [preheader(words, day, some, "") for day, some in days],
        ):
            assert all(a != b for a, b in pairwise(lines)), lines


@pytest.mark.parametrize("cause", get_args(QuietCause))
def test_two_quiet_days_running_differ_in_their_subject(
    press: Renderers, cause: QuietCause
) -> None:
    notes = [press.edition(n, DAY).in_language("de").quiet(cause, can_leave=True) for n in (1, 2)]
    assert [note.subject[-7:] for note in notes] == ["(Nr. 1)", "(Nr. 2)"]


def test_the_preheader_goes_on_where_the_subject_ended() -> None:
    line = preheader(ENGLISH, 1, papers("First", "Second", "DreamFlow: a way to dream"), "Told.")
    assert line == "Also: Second · A way to dream"
    assert preheader(ENGLISH, 1, papers("Only"), "We do it.") == "We do it."
    assert preheader(ENGLISH, 1, papers("Only"), "") == "One paper today · No. 1"


@pytest.mark.parametrize(
    ("title", "abstract", "found"),
    [
        ("DreamFlow: a long explanation of it all", "", "a long explanation of it all"),
        ("DreamFlow – A Long Way Home", "It is a long way home.", "a long way home"),
        # Common words of papers, and words made as no name is, need no abstract to show them.
        ("Layer-wise Analysis of Moss", "We study moss.", "layer-wise analysis of moss"),
        ("Improving Models by Quantization", "", "improving models by quantization"),
        ("On Neural Networks, Again", "Of Neural Networks again.", "on neural networks, again"),
        ("Learning With Tidewater", "We sail.", "Learning With Tidewater"),
        ("Learning With Tidewater", "We use Tidewater here.", "learning with Tidewater"),
        ("DreamFlow: A Survey", "", "DreamFlow: A Survey"),
        ("Replay Is Enough: A Study of Memory", "", "Replay Is Enough"),
        ("Learning Gaussian Fields", "We study learning on fields, as Gaussian ones.",
         "learning Gaussian fields"),
        ("Learning Gaussian Fields", "", "Learning Gaussian Fields"),
        ("GPT-4 Writes mRNA", "It writes.", "GPT-4 writes mRNA"),
        ("梦流：一种做梦的方法", "", "一种做梦的方法"),
        ("A tale of two nets", "", "a tale of two nets"),
    ],
)  # fmt: skip
def test_of_a_title_its_telling_part_is_named(title: str, abstract: str, found: str) -> None:
    assert finding(title, abstract) == found


def test_what_begins_a_line_has_a_capital_unless_it_is_a_name() -> None:
    assert capitalised("an agent") == "An agent"
    assert capitalised("mRNA folding") == "mRNA folding"


@settings(max_examples=150)
@given(st.text(min_size=1, max_size=300), st.text(max_size=60), st.integers(1, 6))
def test_any_title_gives_one_printable_line(title: str, topic: str, count: int) -> None:
    some = papers(*[title] * count)
    for edition in (1, 2):
        for line in (
            subject(ENGLISH, "plain", edition, topic, some),
            preheader(ENGLISH, edition, some, title),
        ):
            assert line == one_line(line)
            assert line.isprintable()


@settings(max_examples=200)
@given(
    st.lists(st.text("abcdefgh-", min_size=1, max_size=14), min_size=1, max_size=30).map(" ".join),
    st.integers(1, 90),
)
def test_no_cut_falls_inside_a_word(text: str, room: int) -> None:
    shown = cut_between_words(text, room)
    assert text == shown or text.split()[: len(shown.split())] == [
        *shown.split()[:-1], text.split()[len(shown.split()) - 1]
    ]  # fmt: skip
    last = shown.removesuffix("…").split()
    assert not last or text.split()[len(last) - 1].startswith(last[-1])
    assert len(shown) <= room or len(shown.split()) == 1
    kept = text.split()[: len(last)]
    assert [word.rstrip("-") for word in kept] == [word.rstrip("-") for word in last]


def test_an_account_of_an_issue_is_one_short_line() -> None:
    sections = sections_of(
        [Pick(n, 0.5, "picked", (Reason("tides" if n % 3 else "sea", "title", 0.5),))
         for n in range(6)]
    )  # fmt: skip
    line = contents_line(ENGLISH, 6, 2_000, sections)
    assert line == "6 papers, 1 minute: 2 sea · 4 tides"
    long = [IssueSection("keyword", "a keyword of some length", (n,)) for n in range(6)]
    assert columns(contents_line(ENGLISH, 6, 2_000, long)) <= 72


CHINESE_TITLE = "面向科学文献的大型语言模型持续学习方法及其在蛋白质折叠预测中的系统性实证研究与分析"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize(
    "topic", ["", "持续学习", "面向科学文献", "持续学习与灾难性遗忘的理论与实践方法研究"]
)
def test_chinese_counts_double_in_subjects(topic: str, kind: Kind, language: str) -> None:
    words = Catalogues().words(language)
    for tone, edition, more in product(get_args(Tone), (1, 2), ((), ("乙", "丙"))):
        line = subject(words, tone, edition, topic, papers(CHINESE_TITLE, *more), kind=kind)
        assert columns(line) <= SUBJECT_LENGTH, line
        assert CHINESE_TITLE[:6] in line
        assert "…" in line


@pytest.mark.parametrize("edition", [1, 2])
def test_chinese_counts_double_in_preheaders(edition: int) -> None:
    words = Catalogues().words("zh")
    told = "本文提出一种持续学习方法，在十二个公开数据集上取得了优于现有方法的结果。" * 4
    alone = preheader(words, edition, papers(CHINESE_TITLE), told)
    opening = "简而言之：" if edition == 2 else ""
    assert alone.startswith(opening + told[:20])
    assert columns(alone) <= PREHEADER_LENGTH + columns(opening)
    several = preheader(words, edition, papers(*[CHINESE_TITLE] * 5), told)
    assert columns(several.partition("：")[2]) <= PREHEADER_LENGTH
