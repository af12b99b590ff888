"""`digest receive`: what it tells a pipe and an operator of what cannot be handled."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from digest.errors import StoreFull
from digest.operations import receiving
from tests.cli.conftest import Digest

pytestmark = pytest.mark.usefixtures("plain")
MAIL = b"From: ada@example.org\nSubject: hello\n\nThanks!\n"


def piped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MAIL)))


def stumble(*_: object) -> None:
    raise IndexError(0)


def full(*_: object) -> None:
    raise StoreFull("the disk is full")


def test_a_pipe_has_handed_over_what_is_kept(
    digest: Digest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, data: Path
) -> None:
    monkeypatch.setattr(receiving, "classify", stumble)
    piped(monkeypatch)
    said = digest("receive")
    assert (said.code, said.out) == (0, "") and "it is kept: " in said.err
    [kept] = (data / "failed").iterdir()
    assert kept.read_bytes() == MAIL
    named = digest("receive", kept, "--json")
    assert (named.code, named.out) == (1, "")


def test_a_pipe_that_cannot_keep_anything_asks_for_another_try(
    digest: Digest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(receiving, "classify", full)
    piped(monkeypatch)
    said = digest("receive")
    assert said.code == 75 and "the disk is full" in said.err
    file = tmp_path / "mail"
    file.write_bytes(MAIL)
    assert digest("receive", file).code == 1


def test_a_mailbox_is_told_of_as_json_too(digest: Digest, tmp_path: Path) -> None:
    box = tmp_path / "box"
    box.write_bytes(b"From ada Thu Jan  1 00:00:00 2026\n" + MAIL)
    told = json.loads(digest("receive", "--mailbox", box, "--json").out)
    assert told == {"read": 1, "suppressed": 0, "failed": 0}
