"""What Prometheus is told: how sources and editions are, to who knows the token."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from digest.delivery.relay_health import RelayHealth
from digest.delivery.stored_relay_health import PAUSE
from digest.errors import SettingsError
from digest.operations.readers_pages import readers_site
from digest.operations.serving import Duties
from digest.operations.sources import fetch_now
from digest.web.newsletter_metrics import exposition
from tests.installation import Installation, page, paper

MORNING = datetime(2026, 4, 1, 7, 0, tzinfo=UTC)
TOKEN = "a-token-of-some-length"
ADA = "ada@example.org"

Labels = frozenset[tuple[str, str]]


def exposed(installation: Installation) -> str:
    app = installation.app
    names = [source.name for source in app.settings.sources]
    return exposition(app.stores, names, 2, app.clock()).decode()


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    (tmp_path / "drop").mkdir()
    sources = [
        {"name": "drop", "kind": "folder", "path": str(tmp_path / "drop")},
        {"name": "gone", "kind": "mailbox", "path": str(tmp_path / "none")},
        {"name": "unasked", "kind": "url", "url": "https://user:hunter2@example.org/papers"},
    ]
    made = Installation(tmp_path / "data", now=MORNING).reopened(
        sources=sources,
        web={"metrics_token": TOKEN},
        dumps={"settle_seconds": 0},
        schedule={"stagger_minutes": 0},
        delivery={"processes": 1},
    )
    yield made
    made.app.close()


def told(installation: Installation) -> dict[str, dict[Labels, float]]:
    """Read the figures with the library's own parser: name → labels → value."""
    families = text_string_to_metric_families(exposed(installation))
    samples = [sample for family in families for sample in family.samples]
    found: dict[str, dict[Labels, float]] = {}
    for sample in samples:
        found.setdefault(sample.name, {})[frozenset(sample.labels.items())] = sample.value
    return found


def labels(**of: str) -> Labels:
    return frozenset(of.items())


def fetch(installation: Installation, *names: str) -> None:
    fetch_now(installation.app, [s for s in installation.app.settings.sources if s.name in names])


def test_messages_that_failed_are_counted(installation: Installation) -> None:
    assert told(installation)["digest_failed_messages"] == {frozenset(): 2}


def test_each_source_tells_when_it_answered_and_what_it_brought(
    installation: Installation, tmp_path: Path
) -> None:
    (tmp_path / "drop" / "a.txt").write_bytes(page(paper("Walking robots"), paper("Tides")))
    installation.now = MORNING + timedelta(hours=1)
    fetch(installation, "drop")
    installation.now += timedelta(hours=1)
    fetch(installation, "drop", "gone")
    found = told(installation)
    first, second = (MORNING + timedelta(hours=h) for h in (1, 2))
    drop, gone = labels(source="drop"), labels(source="gone")
    assert found["digest_source_last_fetch_timestamp_seconds"] == {
        drop: second.timestamp(),
        gone: second.timestamp(),
    }
    assert found["digest_source_last_success_timestamp_seconds"] == {drop: second.timestamp()}
    assert found["digest_source_last_new_papers_timestamp_seconds"] == {drop: first.timestamp()}
    assert found["digest_source_new_papers"][drop] == 0
    states = found["digest_source_state"]
    assert states[labels(source="gone", state="failed")] == 1
    assert sum(value for key, value in states.items() if ("source", "drop") in key) == 1


def test_editions_and_readers_are_counted_by_state(installation: Installation) -> None:
    for reader in (ADA, "eve@example.org"):
        installation.reader(reader, "robots")
    installation.reader("new@example.org", "robots", confirmed=False)
    installation.ingest(paper("Walking robots"))
    assert told(installation)["digest_unoffered_papers"][labels()] == 1
    installation.run()
    found = told(installation)
    counts = found["digest_edition_deliveries"]
    assert counts[labels(edition="1", state="accepted")] == 2
    assert sum(counts.values()) == 2
    assert found["digest_edition_papers"] == {labels(edition="1"): 1}
    assert found["digest_edition_opened_timestamp_seconds"] == {
        labels(edition="1"): MORNING.timestamp()
    }
    assert found["digest_readers"] == {labels(state="active"): 2, labels(state="pending"): 1}
    assert found["digest_unoffered_papers"][labels()] == 0


def test_who_is_due_and_not_planned_for_is_the_backlog(installation: Installation) -> None:
    installation.reader(ADA, "robots")
    installation.ingest(paper("Walking robots"))
    Duties(installation.app).tick()
    assert told(installation)["digest_due_readers"] == {labels(): 0}
    installation.now = MORNING + timedelta(days=1, hours=1)
    installation.ingest(paper("Speaking robots"))
    installation.app.stores.editions.open(
        installation.now.date(), now=installation.now, expiry=timedelta(days=3)
    )
    found = told(installation)
    assert found["digest_due_readers"] == {labels(): 1}
    due_since = MORNING + timedelta(days=1)
    assert found["digest_due_oldest_timestamp_seconds"] == {labels(): due_since.timestamp()}
    Duties(installation.app).tick()
    assert told(installation)["digest_due_readers"] == {labels(): 0}


def test_an_empty_installation_has_figures_too(installation: Installation) -> None:
    found = told(installation)
    assert found["digest_due_readers"] == {labels(): 0}
    assert "digest_info" in found


def test_the_figures_name_nobody_and_no_secret(installation: Installation) -> None:
    installation.reader(ADA, "robots")
    installation.ingest(paper("Walking robots"))
    installation.run()
    fetch(installation, "gone")
    text = exposed(installation)
    assert "example.org" not in text
    assert "hunter2" not in text
    assert TOKEN not in text


def test_the_page_wants_the_token(installation: Installation) -> None:
    with TestClient(readers_site(installation.app), base_url="http://localhost") as client:
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers={"Authorization": b"Bearer \xe9"}).status_code == 401
        wrong = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}x"})
        assert (wrong.status_code, wrong.headers["www-authenticate"]) == (401, "Bearer")
        page = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "digest_due_readers 0.0" in page.text


def test_without_a_token_there_is_no_page(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data")
    with TestClient(readers_site(installation.app), base_url="http://localhost") as client:
        assert client.get("/metrics").status_code == 404
    installation.app.close()


def test_the_token_may_stand_in_a_file_and_must_be_long(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    installation = Installation(tmp_path / "data").reopened(
        web={"metrics_token_file": tmp_path / "token"}
    )
    with TestClient(readers_site(installation.app), base_url="http://localhost") as client:
        ok = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert ok.status_code == 200
    (tmp_path / "token").write_text("short")
    with pytest.raises(SettingsError, match="16 characters"):
        readers_site(installation.app)
    installation.app.close()


def test_how_the_relay_is_and_the_epoch_are_told(installation: Installation) -> None:
    app, now = installation.app, installation.now
    found = told(installation)
    assert found["digest_relay_left_alone"] == {labels(): 0}
    assert "digest_relay_left_alone_until_timestamp_seconds" not in found
    sick = RelayHealth().opened("no answer", now, PAUSE, random.Random(1))
    until = (now + timedelta(minutes=5)).isoformat()
    sick = sick.paused({"a.example": (until, 1, "421"), "b.example": (now.isoformat(), 1, "421")})
    app.stores.facts.set("relay", sick.pack(), now)
    app.stores.epoch.pass_over(6)
    found = told(installation)
    assert found["digest_relay_left_alone"] == found["digest_relay_trips"] == {labels(): 1}
    assert found["digest_paused_domains"] == {labels(): 1}
    assert found["digest_epoch"] == {labels(): 7}
    assert sick.paused_until is not None
    [moment] = found["digest_relay_left_alone_until_timestamp_seconds"].values()
    assert moment == pytest.approx(sick.paused_until.timestamp())
