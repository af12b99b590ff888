"""What nobody asked for is called popular only where the source counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.composing.checks.html_checks import words_of
from digest.composing.proofs.proof import proof
from digest.ranking.interface import Pick
from tests.composing.conftest import MakeIssue, paper, picked


@pytest.mark.parametrize(
    ("upvotes", "said"),
    [
        (1213, "Popular today (▲ 1,213), outside your keywords"),
        (0, "Also new today, outside your keywords"),
        (None, "Also new today, outside your keywords"),
    ],
)
def test_popular_is_what_was_counted(make_issue: MakeIssue, upvotes: int | None, said: str) -> None:
    papers = [paper(1), replace(paper(2), upvotes=upvotes)]
    mail = proof(make_issue(papers, picks=[picked(papers[0]), Pick(2, 0.0, "trending")]))
    assert said in words_of(mail.html)
    assert said in mail.text
    assert ("Popular" in mail.text) is bool(upvotes)
