"""A set of mails, kept as they are: a change to a template shows in review.

After a change that is meant: `pytest tests/composing/test_snapshots.py --snapshot-update`.
"""

import pytest
from syrupy.assertion import SnapshotAssertion

from digest.composing.checks.specimen import specimen
from digest.composing.compose import Renderers
from digest.composing.notices import NOTICE_KINDS
from digest.composing.proofs.proof import proof
from tests.composing.conftest import DAY


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("kind", ["daily", "weekly", "welcome"])
def test_issues_stay_as_they_are(
    press: Renderers, kind: str, language: str, snapshot: SnapshotAssertion
) -> None:
    issue = specimen(press.edition(7, DAY, kind), language)  # type: ignore[arg-type]
    mail = proof(issue)
    assert f"Subject: {mail.subject}\n{issue.fills['preheader']}\n\n{mail.text}" == snapshot
    if kind == "daily" and language == "en":
        assert mail.html.replace("><", ">\n<") == snapshot(name="html")


@pytest.mark.parametrize("language", ["en", "de"])
def test_notices_stay_as_they_are(
    press: Renderers, language: str, snapshot: SnapshotAssertion
) -> None:
    made = [
        press.notice(
            kind,
            language,
            address="ada@example.org",
            url="https://example.org/s/x",
            keywords="tides, sparse attention",
            until=DAY,
        )
        for kind in NOTICE_KINDS
    ]
    assert "\n\n=====\n\n".join(f"Subject: {n.subject}\n\n{n.text}" for n in made) == snapshot
