"""The documents name files, modules and folders that exist, and leave no folder out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
CODE = ("bench", "digest", "docs", "scripts", "subscribers", "templates", "tests")
FILE = re.compile(r"[\w/.-]*\w\.(?:py|md|mjml|html|toml|csv)")
MODULE = re.compile(rf"(?:python -m )?((?:{'|'.join(CODE)})(?:\.[a-z_]\w*)+)")
CLASS = re.compile(r"([A-Z][a-z]+\w*)(?:\.(\w+))?(?:\(.*\))?")
# What looks like ours and is not: files of a data folder or of whoever follows the document,
# columns of tables, words of standards, Python's own.
NOT_OURS = {
    *("digest.db", "var/settings.toml", "DIR/settings.toml", "./settings.toml"),
    *("confirm.mjml", "digest/locale/fr/LC_MESSAGES/digest.po"),
    *("subscribers.last_period", "subscribers.next_due_at"),
    *("Host", "Secure", "ZoneInfo.no_cache"),
}


def quoted(document: Path) -> Iterator[str]:
    """Yield what stands in backticks, but for blocks of code, and where links lead."""
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.M | re.S)
    yield from re.findall(r"`([^`\n]+)`", text)
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in link:
            yield str((document.parent / link).resolve().relative_to(ROOT))


def exists(name: str, folders: tuple[Path, ...]) -> bool:
    """Return whether a name is a file, from the root or from one of some folders."""
    return any((folder / name).exists() for folder in (ROOT, *folders))


def missing(document: Path) -> list[str]:
    """Return what a document names and the repository does not have."""
    below = (ROOT / "tests", ROOT / "tests/subscribers") if document.name == "security.md" else ()
    absent = []
    for name in quoted(document):
        path = name.partition("::")[0]
        module = MODULE.fullmatch(name)
        if path in NOT_OURS:
            continue
        if module:
            place = ROOT / module[1].replace(".", "/")
            holds = [place, place.with_suffix(".py"), place.parent.with_suffix(".py")]
            known = any(file.exists() for file in holds)
        elif path.split("/")[0] in CODE and "/" in path and re.fullmatch(r"[\w/.-]+", path):
            known = exists(path, below)
        elif FILE.fullmatch(path):
            known = exists(path, below) if "/" in path else _somewhere(path)
        elif named := CLASS.fullmatch(name):
            known = {part for part in named.groups() if part} <= _defined()
        else:
            continue
        if not known:
            absent.append(name)
    return absent


@cache
def _defined() -> set[str]:
    """Return the names of all classes and functions."""
    files = [path for folder in CODE for path in (ROOT / folder).rglob("*.py")]
    define = re.compile(r"^\s*(?:class|(?:async )?def) (\w+)", re.MULTILINE)
    return {name for path in files for name in define.findall(path.read_text(encoding="utf-8"))}


def _somewhere(name: str) -> bool:
    found = (path for folder in CODE for path in (ROOT / folder).rglob(name))
    return (ROOT / name).exists() or next(found, None) is not None


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_what_a_document_names_exists(document: Path) -> None:
    assert missing(document) == []


def test_how_it_works_names_every_folder_and_files_to_read_first_that_are_in_it() -> None:
    text = (ROOT / "docs" / "how-it-works.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w/]+)/` \|[^|]*\| ([^|]*) \|$", text, flags=re.M)
    first = {folder: re.findall(r"`([\w/.-]+\.\w+)`", files) for folder, files in rows}
    folders = {
        path.parent.relative_to(ROOT)
        for top in ("digest", "subscribers", "templates")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    # Where a room keeps its data or its catalogues is named with the room.
    inside = {"data", "static", "versions", "de", "LC_MESSAGES"}
    rooms = {str(folder) for folder in folders if not inside & set(folder.parts)}
    rooms |= {"tests", "bench", "scripts", "docs"}
    assert rooms <= first.keys()
    for folder, files in first.items():
        assert files, folder
        assert all((ROOT / folder / f).is_file() or (ROOT / f).is_file() for f in files), folder


def test_how_it_works_shows_the_floors_that_the_contract_holds() -> None:
    contract = (ROOT / ".importlinter").read_text(encoding="utf-8")
    layers = re.search(r"^layers =\n((?:    .*\n)+)", contract, flags=re.M)
    assert layers
    floors = [set(re.findall(r"\w+", line)) for line in layers[1].splitlines()]
    text = (ROOT / "docs" / "how-it-works.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \d+ \| (.*) \|$", text, flags=re.M)
    assert [set(re.findall(r"`(\w+)`", row)) for row in rows] == floors
    assert len(floors) <= 10


def test_tests_mirror_the_folders() -> None:
    code = {
        path.parent.relative_to(ROOT)
        for top in ("digest", "subscribers")
        for path in (ROOT / top).rglob("*.py")
        if "migrations" not in path.parts and len(path.read_text(encoding="utf-8")) > 200
    }
    wanted = {
        Path("tests", *(part for part in folder.parts if part != "digest")) for folder in code
    }
    tested = {path.parent.relative_to(ROOT) for path in (ROOT / "tests").rglob("test_*.py")}
    assert wanted - tested == set(), "folders of code without their folder of tests"
    beside = {each for each in tested if (ROOT / each.relative_to("tests")).is_dir()}
    whole = {Path("tests/end_to_end")}  # what runs all of it
    assert tested - wanted - beside - whole == set(), "folders of tests without folder of code"
