"""One name for one thing, and no cache that trusts in `id()`."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent

# Public names that more than one module defines, and why.
TWICE = {
    "routes": "each module of pages has its own, and one function joins them all",
    "fetch_command": "`models fetch` and `sources fetch`, each in its own module of commands",
}
MOST = 6


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for package in ("digest", "subscribers"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "versions" not in path.parts:  # migrations all have `upgrade`
                yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_a_public_name_stands_for_one_thing() -> None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path, module in modules():
        for node in module.body:
            named = isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            if named and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(ROOT)))
    twice = {name: found for name, found in places.items() if len(found) > 1}
    assert twice.keys() <= TWICE.keys(), twice
    assert len(TWICE) <= MOST


def test_nothing_is_known_by_its_place_in_memory() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "id"
    ]
    assert found == []
