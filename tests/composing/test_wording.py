from itertools import pairwise, product
from typing import get_args

import pytest
from babel import Locale
from babel.support import NullTranslations
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.composing.branding import Tone
from digest.composing.locales import Catalogue, Catalogues
from digest.composing.notices import QuietCause
from digest.composing.render import Renderers
from digest.composing.wording import SUBJECT_LENGTH, one_line, preheader, short_title, subject
from digest.papers import Paper
from tests.composing.conftest import DAY

ENGLISH = Catalogue("en", Locale("en"), NullTranslations())
LONG = "On the surprising usefulness of very long titles in the literature of machine learning"


def papers(*titles: str) -> list[Paper]:
    return [Paper(n, title, "An abstract. It goes on.") for n, title in enumerate(titles, 1)]


def test_the_subject_names_the_best_paper_and_the_count() -> None:
    made = subject(ENGLISH, "plain", "Digest", 3, papers("Tidal flows", "B", "C"))
    assert "Tidal flows" in made
    assert "2 more papers" in made


def test_a_long_title_is_cut_between_words_to_sixty_characters() -> None:
    for edition in range(1, 4):
        made = subject(ENGLISH, "plain", "Digest", edition, papers(LONG, "B"))
        assert len(made) <= SUBJECT_LENGTH
        assert "…" in made


@pytest.mark.parametrize("language", Catalogues().names())
@pytest.mark.parametrize("tone", get_args(Tone))
def test_two_days_running_never_look_the_same(tone: Tone, language: str) -> None:
    words = Catalogues().words(language)
    for counts in product((1, 2, 3), repeat=2):
        made = [
            subject(words, tone, "Digest", day, papers(*["Same"] * counts[day % 2]))
            for day in range(1, 13)
        ]
        assert all(a != b for a, b in pairwise(made)), counts


@pytest.mark.parametrize("cause", get_args(QuietCause))
def test_two_quiet_days_running_differ_in_their_subject(
    press: Renderers, cause: QuietCause
) -> None:
    notes = [press.edition(n, DAY).in_language("de").quiet(cause, can_leave=True) for n in (1, 2)]
    assert [note.subject[-7:] for note in notes] == ["(Nr. 1)", "(Nr. 2)"]


def test_the_preheader_goes_on_where_the_subject_ended() -> None:
    line = preheader(ENGLISH, papers("First", "Second", "Third"))
    assert line == "Also: Second · Third"
    assert preheader(ENGLISH, papers("Only")) == "An abstract. It goes on."


def test_a_title_is_shortened_to_its_name() -> None:
    assert short_title("DreamFlow: a long explanation of it all", 20) == "DreamFlow"


@settings(max_examples=150)
@given(st.text(min_size=1, max_size=300), st.integers(1, 6))
def test_any_title_gives_one_printable_line(title: str, count: int) -> None:
    some = papers(*[title] * count)
    for line in (subject(ENGLISH, "plain", "Digest", 1, some), preheader(ENGLISH, some)):
        assert line == one_line(line)
        assert line.isprintable()
