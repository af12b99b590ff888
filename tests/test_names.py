"""One name for one thing, none of the names that were given up, no cache that trusts in `id()`."""

from __future__ import annotations

import ast
import re
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

# Words that docs/how-it-works.md has others for, and phrases that are not English.
GIVEN_UP = re.compile(
    r"pressroom|undertaker|courier|stationery|(?:the|a|our) press(?! of)\b|reader_book|edition_book"
    r"|tell whether an?\b|\"\"\"say whether|leave it away|mend its|belongs? into",
    re.IGNORECASE,
)


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


def test_no_text_has_a_word_that_was_given_up() -> None:
    texts = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "settings.toml"]
    for folder in ("digest", "subscribers", "templates", "docs"):
        for kind in ("*.py", "*.md", "*.html", "*.mjml", "*.txt", "*.po"):
            texts += (ROOT / folder).rglob(kind)
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in texts
        if "samples" not in path.parts
        for match in GIVEN_UP.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_modules_that_mutants_are_made_of_are_there() -> None:
    module = ast.parse((ROOT / "scripts" / "mutants.py").read_text(encoding="utf-8"))
    (pure,) = (
        node.value
        for node in module.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PURE"
    )
    named = eval(compile(ast.Expression(pure), "PURE", "eval"))
    assert [path for path in named if not (ROOT / path).exists()] == []
