"""A reader who has just confirmed need not wait for a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.app.application import App
from digest.operations import editions as edition_book
from digest.operations.serving import Duties
from digest.settings import ScheduleSettings, Settings
from subscribers.preferences import Preferences

MORNING = datetime(2026, 3, 14, 7, 0, tzinfo=UTC)
SAMPLES = Path(__file__).parents[2] / "digest" / "samples"


class House:
    """A whole newsletter with a clock that stands still until it is told to go on."""

    def __init__(self, folder: Path) -> None:
        self.now = MORNING
        settings = Settings(
            schedule=ScheduleSettings(stagger_minutes=0), ranking={"semantic": "off"}
        )  # type: ignore[arg-type]
        self.app = App(settings, folder, clock=lambda: self.now)
        self.duties = Duties(self.app)

    def step(self, hours: float) -> None:
        self.now += timedelta(hours=hours)
        self.duties.tick()
        self.duties.send()

    def confirm(self, email: str, keywords: str) -> None:
        desk = self.app.desk
        desk.add(email, Preferences(keywords), self.now, confirmed=False, how="form")
        reader = desk.by_email(email)
        token = self.app.links.confirm(reader.id, self.now).rpartition("/")[2]
        desk.confirm(token, self.now)

    def subjects(self, email: str) -> list[str]:
        import mailbox

        box = self.app.data / "mailbox" / email
        return (
            [str(mail["Subject"]) for mail in mailbox.Maildir(box, create=False)]
            if box.exists()
            else []
        )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "var")
    made.app.initialise()
    made.app.ingest_file(SAMPLES / "day-1.txt", None, False)
    yield made
    made.app.close()


def test_who_confirms_after_the_edition_gets_it_at_once_and_once(house: House) -> None:
    house.step(0.1)
    assert house.app.editions.newest() is not None
    house.confirm("eve@example.org", '"continual learning", forgetting')
    house.step(0.1)
    found = house.subjects("eve@example.org")
    assert len(found) == 2, f"the confirmation and the welcome: {found}"
    house.step(0.1)
    house.step(24)
    assert len(house.subjects("eve@example.org")) == 2, "nothing new came, nothing is sent"


def test_the_welcome_enters_the_ledger(house: House) -> None:
    house.step(0.1)
    house.confirm("eve@example.org", "forgetting")
    house.step(0.1)
    reader = house.app.desk.by_email("eve@example.org")
    assert house.app.sent_to([reader.id], house.now)[reader.id]


def test_whom_the_operator_vouched_for_is_not_welcomed(house: House) -> None:
    house.step(0.1)
    wishes = Preferences("forgetting")
    house.app.desk.add("dan@example.org", wishes, house.now, confirmed=True, how="command")
    house.step(0.1)
    assert house.subjects("dan@example.org") == []


def test_nobody_is_welcomed_before_they_confirm(house: House) -> None:
    house.step(0.1)
    wishes = Preferences("forgetting")
    house.app.desk.add("pat@example.org", wishes, house.now, confirmed=False, how="form")
    house.step(0.1)
    assert len(house.subjects("pat@example.org")) == 1


def test_nobody_is_welcomed_with_a_cancelled_edition(house: House) -> None:
    house.step(0.1)
    edition_book.cancel(house.app, 1)
    house.confirm("eve@example.org", "forgetting")
    house.step(0.1)
    assert house.app.deliveries.accounting(1).eligible == 0
