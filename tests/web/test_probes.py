"""Liveness and readiness are two questions: a store that is gone makes the first no lie."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text
from starlette.testclient import TestClient

from digest.operations.readers_pages import readers_site
from tests.installation import Installation


def test_a_process_without_its_store_lives_and_is_not_ready(tmp_path: Path) -> None:
    place = Installation(tmp_path)
    client = TestClient(
        readers_site(place.app, sends=False),
        base_url="http://localhost",
        raise_server_exceptions=False,
    )
    assert [client.get(f"/{probe}").status_code for probe in ("livez", "readyz")] == [200, 200]
    with place.app.stores.database.write() as connection:
        connection.execute(text("DROP TABLE editions"))
    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 503
    place.app.close()
