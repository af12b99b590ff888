"""A made-up issue that uses everything a template can show: for `digest lint`, before any paper.

The texts are ours. They hold what breaks careless templates: long words, angle brackets, an
ampersand, quotes, and letters from right to left.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from digest.composing.compose import Recipient, compose
from digest.composing.edition_renderer import EditionRenderer
from digest.mail import Issue
from digest.papers import Link, Paper
from digest.ranking.interface import Pick, Reason, Span

_DAY = date(2026, 3, 2)
_ABSTRACT = (
    "We ask whether a network that learns one task after another can keep what it knew when "
    "memory is < 1 MB & time is short. We show that replay with a bound of O(n log n) is enough, "
    'and that "forgetting" is mostly a matter of step size. Code is at https://example.org/code. '
    "On eleven public data sets the error falls by a third, with no change to the architecture."
)
_WITH_RESULT = (
    "We introduce Memory, a box in which a network keeps what it has learned. "
    "Memory outperforms replay by 3.5 points on five data sets & costs nothing."
)


class SpecimenLinks:
    """Signs nothing: the token is a word."""

    def token(self, subscriber: int, edition: int) -> str:
        """Return a token as long as a real one."""
        return f"specimen-{subscriber:08d}-{edition:08d}-" + "x" * 60

    def mailto(self, token: str) -> str | None:
        """Return the way to leave by mail."""
        return f"mailto:leave@example.org?subject=unsubscribe-{token}"


def specimen(edition: EditionRenderer, language: str) -> Issue:
    """Return the specimen issue of an edition in a language."""
    papers = _papers()
    matched = (Reason("replay", "title", 0.4), Reason('"continual learning"^2', "abstract", 0.3))
    near = (Reason("memory", "meaning", 0.2),)
    picks = [
        Pick(1, 0.9, "picked", matched, (Span("title", 0, 6), Span("abstract", 22, 29))),
        Pick(2, 0.5, "picked", near, ()),
        Pick(3, 0.4, "picked", (Reason("liked", "likes", 0.1),), ()),
        Pick(4, 0.3, "picked", near, ()),
        Pick(5, 0.0, "trending"),
    ]
    reader = Recipient(1, "ada@example.org", "Ada", language)
    now = datetime(2026, 3, 2, 7, tzinfo=UTC)
    return compose(reader, edition, picks, papers, now=now, links=SpecimenLinks())


def _papers() -> dict[int, Paper]:
    links = (
        Link("paper", "https://example.org/papers/1?a=1&b=2"),
        Link("code", "https://example.org/code"),
        Link("project", "https://example.org/project"),
        Link("discussion", "https://example.org/discussion"),
    )
    made = [
        Paper(1, "Replay is enough: learning <without> forgetting, on a budget", _ABSTRACT,
              authors=("Ada Lovelace", "Emmy Noether", "Alan Turing", "Grace Hopper"),
              author_count=4, published=_DAY, upvotes=1234, comments=1, links=links),
        Paper(2, "Memory", _WITH_RESULT, author_count=1, published=_DAY),
        Paper(3, "Supercalifragilisticexpialidocious" * 3, "", upvotes=1),
        Paper(4, "One sentence", "One sentence only."),
        Paper(5, "עברית and English in one title & more", _ABSTRACT[::-1], comments=12),
    ]  # fmt: skip
    return {paper.id: paper for paper in made}
