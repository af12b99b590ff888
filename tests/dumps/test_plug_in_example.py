"""The plug-in of docs/sources.md, run as it is printed."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from digest.dumps import formats

DOCS = Path(__file__).parents[2] / "docs" / "sources.md"
NOW = datetime(2026, 1, 4, 12, tzinfo=UTC)


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EntryPoint:
    text = DOCS.read_text(encoding="utf-8")
    code = re.search(r"```python\n# (\w+)\.py\n(.*?)```", text, re.DOTALL)
    announced = re.search(r'entry-points\."(.+?)"\]\n([\w-]+) = "(.+?)"', text)
    assert code and announced
    (tmp_path / f"{code[1]}.py").write_text(code[2], encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, code[1], raising=False)
    return EntryPoint(announced[2], announced[3], announced[1])


def test_the_documented_plug_in_reads_its_dumps(example: EntryPoint) -> None:
    assert example.group == formats.ENTRY_POINT_GROUP
    (usable,), broken = formats.load_plug_ins([example])
    assert broken == ()
    data = b"title\turl\tabstract\nKettles\thttps://k.example.org\tWe boil.\nonly one field\n"
    chosen = formats.recognise(data, formats=[*formats.built_in_formats(), usable])
    told = chosen.parse(data, now=NOW, captured_on=None)
    assert told.format == "lab-table"
    assert [(r.title, r.links[0].url) for r in told.records] == [
        ("Kettles", "https://k.example.org")
    ]
    assert [(r.line, r.reason) for r in told.rejections] == [(3, "1 fields, not 3")]


def test_every_built_in_format_is_documented() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert [n.name for n in formats.built_in_formats() if f"| `{n.name}` |" not in text] == []
