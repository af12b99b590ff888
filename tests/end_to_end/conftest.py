"""What the tests from end to end share."""

from __future__ import annotations

import email
from collections.abc import Iterator
from email.policy import default
from pathlib import Path

import pytest

from tests.cli.command import digest
from tests.installation import Installation, page, paper

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


def prepare(data: Path, readers: int, folder: Path) -> None:
    """Fill a data folder by commands: four papers, and readers who want them all."""
    (folder / "page.txt").write_bytes(page(*ROBOTS))
    rows = [f"r{number}@example.org,Reader {number},robots" for number in range(readers)]
    (folder / "readers.csv").write_text("\n".join(["email,name,keywords", *rows]))
    assert digest(data, "ingest", folder / "page.txt").code == 0
    assert digest(data, "subscribers", "import", folder / "readers.csv", "--confirmed").code == 0


def text_of(raw: bytes) -> str:
    """Return the plain text of a mail."""
    body = email.message_from_bytes(raw, policy=default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())
