"""A test collection on disk: documents as papers, queries as subscribers, judgements.

The layout: `docs.jsonl` {id, title, text}, `queries.jsonl` and `keywords.jsonl` {id, text},
`qrels.tsv` (query, document, grade; above 0 is relevant).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from digest.errors import DigestError
from digest.papers import Paper
from subscribers.errors import FrontDeskError
from subscribers.profile import Item, Profile, parse

Kind = Literal["queries", "keywords"]


class CollectionError(DigestError, ValueError):
    """A folder is no test collection; names file and line."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query as one subscriber, with the documents that answer it."""

    id: str
    profile: Profile
    relevant: Mapping[int, int]  # paper number → grade above 0


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents and those queries that have a relevant document."""

    name: str
    papers: tuple[Paper, ...]  # numbered from 1 in the file's order
    queries: tuple[Query, ...]


def read_collection(folder: Path, kind: Kind = "queries") -> Collection:
    """Read a folder. Raises CollectionError naming the file and line that cannot be read."""
    papers: list[Paper] = []
    numbers: dict[str, int] = {}
    for line, row in _rows(folder / "docs.jsonl", ("id",)):
        number = len(papers) + 1
        if row["id"] in numbers:
            raise CollectionError(f"{folder / 'docs.jsonl'}, line {line}: {row['id']} comes twice")
        numbers[row["id"]] = number
        title, text = str(row.get("title") or ""), str(row.get("text") or "")
        papers.append(Paper(number, title, text, position=number - 1))
    relevant = _judgements(folder / "qrels.tsv", numbers)
    path = folder / f"{kind}.jsonl"
    queries = [
        Query(row["id"], _profile(row["text"], kind, path, line), relevant[row["id"]])
        for line, row in _rows(path, ("id", "text"))
        if row["id"] in relevant
    ]
    if not papers or not queries:
        raise CollectionError(f"{folder}: no documents, or no query with a relevant document")
    return Collection(folder.name, tuple(papers), tuple(queries))


def free_text(text: str) -> Profile:
    """Return a profile of one bag: a text without operators."""
    return Profile((Item(text=text, words=tuple(text.split())),))


def _profile(text: str, kind: Kind, path: Path, line: int) -> Profile:
    if kind == "queries":
        return free_text(text)
    try:
        return parse(text)
    except FrontDeskError as problem:
        raise CollectionError(f"{path}, line {line}: {problem}") from None


def _rows(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    for line, text in _lines(path):
        try:
            row = json.loads(text)
        except ValueError as problem:
            raise CollectionError(f"{path}, line {line}: no JSON: {problem}") from None
        if not isinstance(row, dict) or any(name not in row for name in needed):
            raise CollectionError(f"{path}, line {line}: needs {' and '.join(needed)}")
        row["id"] = str(row["id"])
        yield line, row


def _judgements(path: Path, numbers: Mapping[str, int]) -> dict[str, dict[int, int]]:
    relevant: dict[str, dict[int, int]] = {}
    for line, text in _lines(path):
        try:
            query, document, grade = text.split("\t")[:3]
            value = int(float(grade))
        except ValueError:
            if line == 1:  # a header
                continue
            raise CollectionError(
                f"{path}, line {line}: needs query, document and grade, with tabs between"
            ) from None
        if value > 0 and document in numbers:
            relevant.setdefault(query, {})[numbers[document]] = value
    return relevant


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8") as file:
            for line, text in enumerate(file, start=1):
                if text.strip():
                    yield line, text.rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise CollectionError(f"{path}: cannot be read: {problem}") from None
