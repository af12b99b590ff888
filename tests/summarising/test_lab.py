"""`digest lab summarise` and the weights that it judges."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digest.summarising.lab import evaluate_summaries, read_lab_papers
from digest.summarising.model import WEIGHTS
from scripts.train_summaries import trained
from tests.cli.command import inside

LINE = {
    "source": ["Shells are old.", "In this paper, we propose a network that sorts shells."],
    "title": "Sorting shells",
    "target": ["We propose a network that sorts shells.", "Shells."],
}


def _file(folder: Path, *lines: object) -> Path:
    path = folder / "papers.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_the_nearest_summary_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(tmp_path, LINE, LINE)
    said = inside(capsys, tmp_path / "data", "lab", "summarise", path, "--json")
    assert said.code == 0
    assert said.one == {"rouge1": 100.0, "rouge2": 100.0, "rougeL": 100.0, "papers": 2}


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ([], "line 2: no object"),
        ({**LINE, "source": "text"}, "line 2: source must be"),
        ({**LINE, "target": []}, "line 2: target must be"),
    ],
)
def test_a_bad_line_is_named(
    line: object, named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = inside(capsys, tmp_path / "data", "lab", "summarise", _file(tmp_path, LINE, line))
    assert said.code == 1
    assert named in said.err


def test_training_twice_gives_the_same_weights(tmp_path: Path) -> None:
    papers = read_lab_papers(_file(tmp_path, *[LINE] * 30))
    once, again = trained(papers), trained(papers)
    assert once == again
    assert once["sentences"]["ours:first"] > 0 > once["sentences"]["tenth:0"]


def test_the_weights_tell_their_origin() -> None:
    data = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    assert "SciTLDR" in data["origin"]
    assert "Apache-2.0" in data["origin"]
    assert WEIGHTS.stat().st_size < 300_000


@pytest.mark.shared
def test_cards_keep_to_what_was_measured(shared: Path) -> None:
    papers = read_lab_papers(shared / "summaries" / "dev.jsonl")[:200]
    found = evaluate_summaries(papers)
    assert found.rouge1 >= 40
    assert found.rougeL >= 32.5
