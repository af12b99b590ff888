"""`digest suppressions`: what it says to people and as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Digest

pytestmark = pytest.mark.usefixtures("plain")


def test_the_list_is_kept_by_commands_alone(digest: Digest, tmp_path: Path) -> None:
    said = digest("suppressions", "add", "ada@example.org", "--evidence", "rang me up").out
    assert "ada@example.org is not written to: operator" in said
    assert "already" in digest("suppressions", "add", "ada@example.org").out
    other = tmp_path / "other.csv"
    other.write_text("email,status\nbo@example.org,blocklisted\neve@example.org,enabled\n,x\n")
    taken = digest("suppressions", "import", other)
    assert taken.code == 1
    assert "added 1, not stopped 1, rejected 1" in taken.out
    assert "line 4: there is no address" in taken.err
    out = tmp_path / "ours.csv"
    digest("suppressions", "export", "--out", out)
    assert digest("suppressions", "export").out.splitlines() == out.read_text().splitlines()
    told = digest("suppressions", "import", out, "--json").one
    assert (told["known"], told["added"], told["rejected"]) == (2, 0, [])
    lifted = digest("suppressions", "lift", "ada@example.org", "--json").one
    assert (lifted["outcome"], lifted["detail"]) == ("lifted", "rang me up")
    [left] = digest("suppressions", "list", "--json").lines
    assert (left["email"], left["reason"]) == ("bo@example.org", "operator")
    again = digest("suppressions", "add", "ada@example.org", "--reason", "bounce", "--json").one
    assert (again["outcome"], again["lifted_by"]) == ("added", "operator")
    assert "lifted_by\toperator" in digest("suppressions", "show", "ada@example.org").out


def test_a_reason_that_does_not_exist_is_refused(digest: Digest) -> None:
    said = digest("suppressions", "add", "ada@example.org", "--reason", "rude")
    assert said.code == 2 and "bounce, complaint" in said.err
