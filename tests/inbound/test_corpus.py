"""The bar on real bounces and complaints of other people's systems."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from digest.inbound.report import Kind
from tests.inbound.messages import read_report


def read_labels(shared: Path) -> list[dict[str, str]]:
    folder = shared / "bounces"
    if not (folder / "expected.tsv").is_file():
        pytest.skip("no collection of bounces beside the dumps")
    with (folder / "expected.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row | {"path": str(folder / row["file"])} for row in rows if row["kind"]]


@pytest.mark.shared
def test_recipients_are_read_and_soft_is_not_taken_for_hard(shared: Path) -> None:
    right = asked = soft = hardened = 0
    for row in read_labels(shared):
        report = read_report(Path(row["path"]).read_bytes())
        wanted = {one.strip().lower() for one in row["recipients"].split(",") if one.strip()}
        if wanted and row["kind"] != "none":
            asked += 1
            right += {one.address.lower() for one in report.recipients} == wanted
        if row["kind"] == "soft":
            soft += 1
            hardened += report.kind is Kind.HARD
    assert right / asked >= 0.96
    assert hardened / soft <= 0.02


@pytest.mark.shared
def test_what_is_no_bounce_is_not_taken_for_one(shared: Path) -> None:
    rows = [row for row in read_labels(shared) if row["kind"] == "none"]
    sure = [row for row in rows if row["confidence"] != "low"]
    assert len(sure) > 15
    taken = [
        row["file"] for row in sure if read_report(Path(row["path"]).read_bytes()).kind != "none"
    ]
    assert taken == []


@pytest.mark.shared
def test_complaints_are_recognised(shared: Path) -> None:
    rows = [row for row in read_labels(shared) if row["kind"] == "complaint"]
    missed = [
        row["file"]
        for row in rows
        if read_report(Path(row["path"]).read_bytes()).kind is not Kind.COMPLAINT
    ]
    assert len(rows) >= 8 and len(missed) <= 1  # one is a stop that a mail program wrote
