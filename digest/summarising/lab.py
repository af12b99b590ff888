"""Measuring summaries against those that people wrote: ROUGE, as SciTLDR's authors measure it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from digest.errors import DigestError, how_to_add
from digest.ranking.collection import CollectionError
from digest.summarising.summary import summarise


class LabPaper(NamedTuple):
    """A paper with the summaries that people wrote of it."""

    title: str
    abstract: str
    targets: tuple[str, ...]


class Rouge(NamedTuple):
    """F1 of three overlaps, from 0 to 1. Lin, ROUGE (2004)."""

    rouge1: float
    rouge2: float
    rougeL: float


@dataclass(frozen=True, slots=True)
class SummaryEvaluation:
    """The means over some papers, × 100."""

    rouge1: float
    rouge2: float
    rougeL: float
    papers: int


def read_lab_papers(path: Path) -> list[LabPaper]:
    """Read lines `{"source": [sentences], "title", "target": [summaries]}`.

    The sentences are joined to one abstract. Raises CollectionError, which names file and line.
    """
    with path.open(encoding="utf-8") as file:
        papers = [_paper(path, n, line) for n, line in enumerate(file, 1) if line.strip()]
    if not papers:
        raise CollectionError(f"{path}: no papers; a line is {{source, title, target}}")
    return papers


def evaluate_summaries(papers: Sequence[LabPaper]) -> SummaryEvaluation:
    """Measure the first sentence of each card, made by the code of the cards.

    A paper counts with the summary nearest to the card by ROUGE-1. Raises DigestError without the
    package rouge-score.
    """
    rouges = []
    for paper in papers:
        summary = summarise(paper.title, paper.abstract)
        rouges.append(best_rouge(summary.contribution if summary else "", paper.targets))
    one, two, longest = (
        round(100 * sum(column) / len(rouges), 2) for column in zip(*rouges, strict=True)
    )
    return SummaryEvaluation(one, two, longest, len(rouges))


def best_rouge(text: str, targets: Iterable[str]) -> Rouge:
    """Return how much a text overlaps with the nearest of some summaries, by ROUGE-1."""
    score = _rouge()
    return max((score(text, target) for target in targets), key=lambda rouge: rouge.rouge1)


@lru_cache(maxsize=1)
def _rouge() -> Callable[[str, str], Rouge]:
    try:
        from rouge_score.rouge_scorer import RougeScorer  # noqa: PLC0415 (only the lab has it)
        from rouge_score.tokenizers import DefaultTokenizer  # noqa: PLC0415
    except ImportError:
        raise DigestError(how_to_add("rouge-score", "lab")) from None
    tokenizer = DefaultTokenizer(use_stemmer=True)
    # Stemming is most of the work, and each summary is compared with every sentence.
    tokenizer.tokenize = lru_cache(maxsize=1024)(tokenizer.tokenize)
    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"], tokenizer=tokenizer)

    def score(text: str, target: str) -> Rouge:
        found = scorer.score(target, text)
        return Rouge(*(found[name].fmeasure for name in Rouge._fields))

    return score


def _paper(path: Path, number: int, line: str) -> LabPaper:
    where = f"{path}, line {number}"
    try:
        row: Any = json.loads(line)
    except ValueError:
        raise CollectionError(f"{where}: no JSON; a line is one paper") from None
    if not isinstance(row, dict):
        raise CollectionError(f"{where}: no object with source, title and target")
    for name in ("source", "target"):
        texts = row.get(name)
        if not (isinstance(texts, list) and texts and all(isinstance(t, str) for t in texts)):
            raise CollectionError(f"{where}: {name} must be a list of sentences")
    title = row.get("title")
    abstract = " ".join(" ".join(row["source"]).split())
    return LabPaper(title if isinstance(title, str) else "", abstract, tuple(row["target"]))
