"""What the live preview says of a word that stands nowhere."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.choosing.editor import Editor, Knowledge, Rules
from digest.papers import Paper
from digest.ranking.background import Background
from digest.web.previews import Previews
from subscribers.profile import parse

NOW = datetime(2026, 3, 2, tzinfo=UTC)
PAPERS = [
    Paper(1, "Diffusion of Moss Spores", "Colours of moss.", first_seen=NOW),
    Paper(2, "Ferns and their Models", "We model ferns.", first_seen=NOW, authors=("Ada Okafor",)),
]


@pytest.fixture(scope="module")
def previews() -> Previews:
    editor = Editor(lambda since, upto: PAPERS, Knowledge(Background.of(PAPERS)), Rules(10, 0, 0.0))
    return Previews(
        newest=lambda: None,
        seen_since=lambda since: PAPERS,
        editor=lambda: editor,
        search_url="",
        clock=lambda: NOW,
    )


@pytest.mark.parametrize(
    ("text", "unknown", "suggestions"),
    [
        ("Difusion models", "Difusion", ("diffusion",)),
        ("diffusion models", "", ()),
        ("color modelling", "", ()),
        ("quasar models", "", ()),
        ("author:Okafor", "", ()),
    ],
)
def test_a_misspelt_word_is_named_beside_words_that_match(
    previews: Previews, text: str, unknown: str, suggestions: tuple[str, ...]
) -> None:
    issue = previews.preview(parse(text), None)
    assert issue is not None
    assert (issue.keywords[0].unknown, issue.keywords[0].suggestions) == (unknown, suggestions)
    assert issue.keywords[0].hits
