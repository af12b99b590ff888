"""What the tests from end to end share."""

from __future__ import annotations

import email
from collections.abc import Iterator
from datetime import UTC, datetime
from email.policy import default
from pathlib import Path

import pytest

from digest.operations.readers import import_readers
from tests.installation import Installation, paper

ROBOTS = [paper(f"{word} robots") for word in ("Walking", "Speaking", "Swimming", "Flying")]
OTHERS = [
    paper(title)
    for title in ("Whale songs", "Protein folding", "Lunar dust", "Bread baking", "Moss maps")
]


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """An installation without readers and papers."""
    made = Installation(tmp_path / "data")
    yield made
    made.app.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that is not there yet, for processes."""
    return tmp_path / "data"


def prepare(data: Path, readers: int) -> None:
    """Fill a data folder for processes: four papers, and readers who want them all.

    In this process, by what the commands call: two more processes are most of a test's time.
    """
    rows = [f"r{number}@example.org,Reader {number},robots" for number in range(readers)]
    made = Installation(data, now=datetime.now(UTC))
    made.ingest(*ROBOTS)
    csv = "\n".join(["email,name,keywords", *rows]).encode()
    done = import_readers(made.app.desk, csv, made.now, confirmed=True)
    made.app.close()
    assert done.added == readers


def text_of(raw: bytes) -> str:
    """Return the plain text of a mail."""
    body = email.message_from_bytes(raw, policy=default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())
