"""Readers who ask for the same get the same, worked out once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.choosing.choose import Limits
from digest.choosing.editor import Editor, IssueFor, Knowledge, Offer
from digest.dumps import formats
from digest.papers import Paper
from digest.ranking.background import Background
from digest.ranking.index import Index
from subscribers.store import Subscriber

NOW = datetime(2026, 3, 14, 7, 0, tzinfo=UTC)
SAMPLE = Path(__file__).parents[2] / "digest" / "samples" / "day-1.txt"


def sample_papers() -> list[Paper]:
    records = formats.read(SAMPLE.read_bytes(), now=NOW).records
    return [
        Paper(n, r.title, r.abstract, position=r.position) for n, r in enumerate(records, start=1)
    ]


def reader(number: int, keywords: str, max_papers: int | None = None) -> Subscriber:
    return Subscriber(number, f"r{number}@example.org", "", keywords, max_papers=max_papers)


@pytest.fixture
def editor() -> Editor:
    papers = sample_papers()
    knowledge = Knowledge(Background.of(papers))
    return Editor(lambda since, upto: papers, knowledge, Limits(10, 3, 0.01))


DUES = [
    IssueFor(reader(1, "forgetting, memory"), 0),
    IssueFor(reader(2, "speech -music"), 0),
    IssueFor(reader(3, "forgetting, memory"), 0),
    IssueFor(reader(4, "forgetting, memory", max_papers=1), 0),
    IssueFor(reader(5, "forgetting, memory"), 0, frozenset({1, 2, 3, 4, 5, 6})),
    IssueFor(reader(6, "forgetting, memory"), 0, frozenset({999})),
]


def test_picks_together_are_the_picks_alone(editor: Editor) -> None:
    together = [picks for _, picks in editor.choose(DUES, 1)]
    alone = [editor.choose([due], 1)[0][1] for due in DUES]
    assert together == alone
    assert together[0] == together[2] == together[5]
    assert len(together[3]) == 1
    assert together[4] != together[0]


def test_identical_requests_are_ranked_once(
    editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    rank = Index.rank

    def counted(self: Index, profiles: object, **more: object) -> object:
        asked.append(len(profiles))  # type: ignore[arg-type]
        return rank(self, profiles, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Index, "rank", counted)
    editor.choose([IssueFor(reader(n, "forgetting"), 0) for n in range(50)], 1)
    assert asked == [1]


def test_an_offer_knows_its_papers() -> None:
    papers = sample_papers()
    offer = Offer.of(papers, Knowledge(Background.of(papers)))
    assert offer.papers[1].title == papers[0].title
