"""The composition root: each part can be had, and asking for it writes nothing."""

from __future__ import annotations

import ast
from functools import cached_property
from pathlib import Path

import pytest

from digest.app.application import App
from digest.app.stores import Stores
from digest.settings import DeliverySettings, SmtpSettings
from tests.installation import Installation, paper

ROOT = Path(__file__).parents[2]
MADE_ONCE = ("knowledge", "history", "offering", "renderers", "sending_parts", "desk")


def parts(of: type) -> list[str]:
    """Return the names of what a class makes when it is asked for."""
    made = (cached_property, property)
    return [name for name, value in vars(of).items() if isinstance(value, made)]


def files(data: Path) -> dict[str, bytes]:
    """Return every file of a data folder, and its folders."""
    return {
        str(path.relative_to(data)): path.read_bytes() if path.is_file() else b""
        for path in sorted(data.rglob("*"))
        if not path.name.endswith("-shm")  # readers mark in it how far they have read
    }


@pytest.mark.parametrize("transport", ["mailbox", "smtp"])
def test_asking_for_a_part_writes_nothing(tmp_path: Path, transport: str) -> None:
    first = Installation(tmp_path / "data")
    first.reader("ada@example.org", "robots")
    first.ingest(paper("Walking robots"))
    place = first.reopened(
        delivery=DeliverySettings(transport=transport, smtp=SmtpSettings(host="relay.example")),  # type: ignore[arg-type]
    )
    app, before = place.app, files(place.data)
    for name in parts(App):
        assert getattr(app, name) is not None, name
    for name in parts(Stores):
        assert getattr(app.stores, name) is not None, name
    app.composer(), app.editor(), app.relay_memory(), app.edition_run()
    for name in MADE_ONCE:
        assert getattr(app, name) is getattr(app, name)
    assert files(place.data) == before
    place.app.close()


def test_nothing_of_the_composition_root_inherits() -> None:
    classes = [
        node
        for path in (ROOT / "digest" / "app").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    assert {node.name for node in classes} >= {"App", "Stores", "SendingParts"}
    assert [node.name for node in classes if node.bases] == []
