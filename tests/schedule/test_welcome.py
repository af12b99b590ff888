"""A reader who has just confirmed need not wait for a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.app.application import open_app
from digest.operations import editions as edition_operations
from digest.operations.dumps import ingest_file
from digest.operations.serving import Duties
from digest.operations.setup import make_inbox
from digest.settings import ScheduleSettings, Settings
from subscribers.preferences import Preferences

MORNING = datetime(2026, 3, 14, 7, 0, tzinfo=UTC)
SAMPLES = Path(__file__).parents[2] / "digest" / "samples"


class Installation:
    """A whole newsletter with a clock that stands still until it is told to go on."""

    def __init__(self, folder: Path) -> None:
        self.now = MORNING
        settings = Settings(
            schedule=ScheduleSettings(stagger_minutes=0), ranking={"semantic": "off"}
        )  # type: ignore[arg-type]
        self.app = open_app(settings, folder, clock=lambda: self.now)
        self.duties = Duties(self.app)

    def step(self, hours: float) -> None:
        self.now += timedelta(hours=hours)
        self.duties.tick()
        self.duties.post()
        self.duties.send()

    def confirm(self, email: str, keywords: str) -> None:
        desk = self.app.desk
        desk.add(email, Preferences(keywords), self.now, confirmed=False, how="form")
        self.asked = getattr(self, "asked", 0) + 1
        link = self.app.links.confirm(desk.by_email(email).id, self.asked, self.now)
        desk.confirm(link.rpartition("/")[2], self.now)

    def subjects(self, email: str) -> list[str]:
        import mailbox

        box = self.app.data / "mailbox" / email
        return (
            [str(mail["Subject"]) for mail in mailbox.Maildir(box, create=False)]
            if box.exists()
            else []
        )


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "var")
    make_inbox(made.app)
    ingest_file(made.app, SAMPLES / "day-1.txt")
    yield made
    made.app.close()


def test_who_confirms_after_the_edition_gets_it_at_once_and_once(
    installation: Installation,
) -> None:
    installation.step(0.1)
    assert installation.app.stores.editions.newest() is not None
    installation.confirm("eve@example.org", '"continual learning", forgetting')
    installation.step(0.1)
    found = installation.subjects("eve@example.org")
    assert len(found) == 2, f"the confirmation and the welcome: {found}"
    installation.step(0.1)
    installation.step(24)
    assert len(installation.subjects("eve@example.org")) == 2, "nothing new came, nothing is sent"


def test_the_welcome_enters_the_ledger(installation: Installation) -> None:
    installation.step(0.1)
    installation.confirm("eve@example.org", "forgetting")
    installation.step(0.1)
    reader = installation.app.desk.by_email("eve@example.org")
    assert installation.app.history.sent_to([reader.id], installation.now)[reader.id]


def test_whom_the_operator_vouched_for_is_not_welcomed(installation: Installation) -> None:
    installation.step(0.1)
    wishes = Preferences("forgetting")
    installation.app.desk.add(
        "dan@example.org", wishes, installation.now, confirmed=True, how="command"
    )
    installation.step(0.1)
    assert installation.subjects("dan@example.org") == []


def test_nobody_is_welcomed_before_they_confirm(installation: Installation) -> None:
    installation.step(0.1)
    wishes = Preferences("forgetting")
    installation.app.desk.add(
        "pat@example.org", wishes, installation.now, confirmed=False, how="form"
    )
    installation.step(0.1)
    assert len(installation.subjects("pat@example.org")) == 1


def test_nobody_is_welcomed_with_a_cancelled_edition(installation: Installation) -> None:
    installation.step(0.1)
    edition_operations.cancel(installation.app.stores, 1, installation.app.clock())
    installation.confirm("eve@example.org", "forgetting")
    installation.step(0.1)
    assert installation.app.stores.deliveries.accounting(1).eligible == 0
