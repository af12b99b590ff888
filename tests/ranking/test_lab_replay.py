"""`digest lab replay` and `digest lab curve`: measured on a real store, by the real commands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from digest.ranking import lab
from digest.ranking.collection import read_collection
from digest.ranking.semantics import Semantics, Vectors
from subscribers.store import Feedback
from tests.cli.command import Said, inside
from tests.installation import Installation, paper

TITLES = ("Walking robots", "Speaking parrots", "Swimming fishes", "Burning stars")


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No model, and a working folder without settings.toml."""
    monkeypatch.setenv("DIGEST_RANKING__SEMANTIC", "off")
    monkeypatch.setenv("DIGEST_MODELS", str(tmp_path / "models"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """Keep one edition of four papers and a reader of robots."""
    installation = Installation(tmp_path / "data")
    installation.ingest(*map(paper, TITLES))
    installation.reader("ada@example.org", "robots")
    installation.run()
    yield installation
    installation.app.close()


def opine(installation: Installation, title: str, opinion: str = "more") -> None:
    (found,) = installation.app.stores.archive.titled(title)
    (reader,) = installation.app.stores.readers.every()
    said = Feedback(found.id, opinion, installation.now)  # type: ignore[arg-type]
    assert installation.app.stores.readers.set_feedback(reader.id, said)


def replayed(installation: Installation, capsys: pytest.CaptureFixture[str], *options: str) -> Said:
    return inside(capsys, installation.data, "lab", "replay", *options)


def test_a_liked_paper_that_stands_on_top_measures_one(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    opine(installation, "Walking robots")
    assert replayed(installation, capsys, "--json").one == {"pairs": 1, "lexical": 1.0}


def test_a_liked_paper_without_a_match_measures_below_chance(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    opine(installation, "Burning stars")  # behind the robots, level with the two others
    assert replayed(installation, capsys, "--json").one["lexical"] == pytest.approx(1 / 3)


class Sky:
    """A model to which robots and stars are one subject."""

    name, width = "sky", 2

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one axis for that subject, the other for all else."""
        about = ["robots" in text.casefold() or "stars" in text.casefold() for text in texts]
        return np.array([(float(yes), float(not yes)) for yes in about], np.float32)


def test_with_a_model_both_rankers_are_compared(
    installation: Installation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.app.sending.load_semantics", lambda *_: Semantics(Sky()))
    opine(installation, "Burning stars")  # now behind the robots only
    areas = {"lexical": pytest.approx(1 / 3), "blend": pytest.approx(2 / 3)}
    assert replayed(installation, capsys, "--json").one == {"pairs": 1, **areas}
    assert "blend" in replayed(installation, capsys).out


def test_replay_speaks_to_people_too(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    opine(installation, "Walking robots")
    said = replayed(installation, capsys)
    assert (said.code, said.err) == (0, "")
    assert "lexical" in said.out
    assert "1.000" in said.out


@pytest.mark.parametrize("opinions", [(), (("Walking robots", "less"),)])
def test_without_a_like_there_is_nothing_to_replay(
    installation: Installation,
    capsys: pytest.CaptureFixture[str],
    opinions: tuple[tuple[str, str], ...],
) -> None:
    for title, opinion in opinions:
        opine(installation, title, opinion)
    said = replayed(installation, capsys)
    assert said.code == 1
    assert "nothing to replay" in said.err


def test_each_edition_is_replayed_by_itself(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    opine(installation, "Walking robots")
    installation.tomorrow()
    installation.ingest(paper("Climbing robots"), paper("Sleeping cats"))
    installation.run()
    opine(installation, "Sleeping cats")  # a robot of that day stands above it
    assert replayed(installation, capsys, "--json").one == {"pairs": 2, "lexical": 0.5}


def test_a_liked_paper_of_no_edition_does_not_count(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    installation.tomorrow()
    installation.ingest(paper("Climbing robots"))
    opine(installation, "Climbing robots")
    assert "nothing to replay" in replayed(installation, capsys).err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a collection of ten papers, three of them about robots and two of those judged good."""
    folder = tmp_path / "collection"
    folder.mkdir()
    titles = ["Robots", "Robots", "Parrots and some robots of many kinds", *["Stars"] * 7]
    docs = [{"id": f"d{n}", "title": t, "text": f"On {t}."} for n, t in enumerate(titles)]
    for name, rows in (("docs", docs), ("keywords", [{"id": "q", "text": "robots"}])):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    (folder / "qrels.tsv").write_text("q\td0\t1\nq\td1\t1\n", encoding="utf-8")
    return folder


def test_a_higher_floor_lets_less_through(folder: Path) -> None:
    rows = lab.threshold_curve(read_collection(folder, "keywords"), None)
    assert [row.floor for row in rows] == pytest.approx([n / 20 for n in range(17)])
    assert (rows[0].picks, rows[0].recall) == (3.0, 1.0)
    assert rows[0].precision == pytest.approx(2 / 3)
    picks, recalls = [row.picks for row in rows], [row.recall for row in rows]
    assert picks == sorted(picks, reverse=True)
    assert recalls == sorted(recalls, reverse=True)
    assert picks[-1] == 0  # 0.8 is more than words alone can give


def test_the_curve_command_prints_the_same_rows(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = inside(capsys, tmp_path / "data", "lab", "curve", folder, "--json")
    assert said.code == 0
    rows = lab.threshold_curve(read_collection(folder, "keywords"), None)
    assert [line["recall"] for line in said.lines] == [row.recall for row in rows]
    assert set(said.lines[0]) == {"floor", "picks", "precision", "recall"}
    table = inside(capsys, tmp_path / "data", "lab", "curve", folder)
    assert table.code == 0
    assert "papers a query" in table.out


def test_the_evaluate_and_compare_commands_answer(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = ("lab", "evaluate", folder, "--queries", "keywords")
    said = inside(capsys, tmp_path / "data", *base, "--ranker", "lexical", "--json")
    assert set(said.one) == {"ranker", "queries", *lab.MEASURES, "ci", "issues", "floors"}
    said = inside(capsys, tmp_path / "data", *base, "--compare", "bm25", "lexical", "--json")
    assert {"a", "b", "difference", "differences"} <= set(said.one)
