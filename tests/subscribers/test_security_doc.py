"""Each threat in docs/security.md names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_that_the_threat_model_names_exists() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.count("|") == 4 and "test" in line][1:]
    assert len(rows) > 25
    for row in rows:
        file: Path | None = None
        for name in re.findall(r"`([^`]*(?:test_\w+\.py|…)[^`]*)`", row.split("|")[3]):
            path, _, test = name.partition("::")
            if path != "…":
                folder = "tests" if path.startswith("end_to_end") else "tests/subscribers"
                file = ROOT / folder / path
            assert file is not None, row
            assert file.is_file(), name
            assert not test or f"def {test}(" in file.read_text(encoding="utf-8"), name
