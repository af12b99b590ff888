"""The operator is told once a day, and a relay that is sick is not asked for ever."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bench.smtp_recorder import Recorder
from digest.operations.operator_mail import mail_operator_once_a_day
from digest.settings import DeliverySettings, NewsletterSettings, SmtpSettings
from tests.installation import Installation

OPERATOR = NewsletterSettings(operator="ops@example.org")


def _through(data: Path, port: int) -> Installation:
    smtp = SmtpSettings(port=port, security="none")
    return Installation(data).reopened(
        newsletter=OPERATOR, delivery=DeliverySettings(transport="smtp", smtp=smtp)
    )


def _tries(place: Installation, hours: int) -> list[float]:
    """Ask for the mail every half hour; return after how many hours one was made."""
    begin, made = place.now, []

    def text() -> str:
        made.append((place.now - begin) / timedelta(hours=1))
        return "It is 3 am.\n"

    while place.now < begin + timedelta(hours=hours):
        mail_operator_once_a_day(place.app, "told:7", "edition 7 needs you", text)
        place.now += timedelta(minutes=30)
    return made


def test_a_mail_that_leaves_goes_once_a_day(tmp_path: Path) -> None:
    with Recorder() as server:
        place = _through(tmp_path, server.port)
        assert _tries(place, 72) == [0, 24, 48]
        assert len(server.accepted) == 3
        place.app.close()


def test_one_that_does_not_leave_waits_longer_each_time(tmp_path: Path) -> None:
    with Recorder() as gone:
        port = gone.port
    place = _through(tmp_path, port)
    assert _tries(place, 72) == [0, 1, 4, 13, 37, 61]
    with Recorder() as well:
        place = _through(tmp_path, well.port)
        place.now += timedelta(hours=72)
        assert _tries(place, 30) == [13], "the turn after the last failure, then one a day"
        assert len(well.accepted) == 1
        place.app.close()


@pytest.mark.parametrize("days", [-30, 30])
def test_a_clock_that_was_wrong_does_not_silence_it(tmp_path: Path, days: int) -> None:
    with Recorder() as server:
        place = _through(tmp_path, server.port)
        place.now += timedelta(days=days)
        assert _tries(place, 1) == [0]
        place.now -= timedelta(days=days)
        assert _tries(place, 1) == [0]
        place.app.close()
