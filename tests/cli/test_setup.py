"""The first hour: `digest init` takes answers, or asks for them on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

from digest.operations.setup import FirstAnswers
from digest.settings import load_settings
from tests.cli.command import argv, environment
from tests.cli.conftest import Digest
from tests.sources.loopback import says, serving

BIB = b"@misc{one, title={On the Sleep of Sea Otters}, abstract={They hold hands.}}\n"

pytestmark = pytest.mark.usefixtures("plain")


def test_answers_become_settings_and_what_is_left_is_said(digest: Digest, data: Path) -> None:
    with serving({"/a": says(200, BIB)}) as site:
        said = digest(
            "init",
            *("--name", "Lab papers", "--sender", "papers@lab.example"),
            *("--smtp", "mail.lab.example", "--source", f"{site.url}/a"),
        )
    assert said.code == 0, said.err
    assert "On the Sleep of Sea Otters" in said.out
    assert "newsletter.base_url" in said.out, "how readers leave is still to be said"
    settings = load_settings(data / "settings.toml")
    assert (settings.newsletter.name, settings.newsletter.sender) == (
        "Lab papers",
        "papers@lab.example",
    )
    assert (settings.delivery.transport, settings.delivery.smtp.port) == ("smtp", 587)
    assert [each.name for each in settings.sources] == ["127.0.0.1"]
    assert "# in the masthead and as the sender's name" in (data / "settings.toml").read_text()


def test_json_says_as_much(digest: Digest, data: Path) -> None:
    said = digest("init", "--sender", "papers@lab.example", "--source", "hff", "--json")
    assert said.code == 1
    assert said.one["set"] == {"newsletter.sender": "papers@lab.example"}
    assert "no preset 'hff'" in said.one["sources"][0]["error"]
    assert {"sources", "readers"} <= {each["check"] for each in said.one["left"]}


@pytest.mark.parametrize(
    ("smtp", "way"),
    [
        ("mail.lab.example", ("mail.lab.example", 587, "starttls")),
        ("mail.lab.example:465", ("mail.lab.example", 465, "tls")),
        ("localhost", ("localhost", 25, "none")),
        ("[::1]:2525", ("::1", 2525, "none")),
        ("Microsoft", ("smtp.office365.com", 587, "starttls")),
        ("google", ("smtp.gmail.com", 587, "starttls")),
    ],
)
def test_a_way_out_is_said_in_one_word(
    tmp_path: Path, smtp: str, way: tuple[str, int, str]
) -> None:
    told = FirstAnswers(smtp=smtp).values(tmp_path)
    found = tuple(told["delivery", "smtp", key] for key in ("host", "port", "security"))
    assert found == way
    assert told.get(("delivery", "smtp", "oauth"), "") == {
        "Microsoft": "microsoft",
        "google": "google",
    }.get(smtp, "")


@pytest.mark.parametrize("smtp", ["smtp://x", "a b", "host:0", "host:99999", "ada@host", "host:"])
def test_what_is_no_way_out_is_said_before_anything_is_made(
    digest: Digest, data: Path, smtp: str
) -> None:
    said = digest("init", "--smtp", smtp)
    assert said.code == 1 and "HOST:PORT" in said.err
    assert not data.exists()


def test_a_setting_that_makes_no_sense_leaves_the_file_as_it_was(
    digest: Digest, data: Path
) -> None:
    digest("init")
    before = (data / "settings.toml").read_bytes()
    said = digest("init", "--base-url", "papers")
    assert said.code == 1 and "newsletter.base_url" in said.err
    assert ".new" not in said.err and "Traceback" not in said.err
    assert (data / "settings.toml").read_bytes() == before


def test_on_a_terminal_it_asks_and_a_password_is_kept_apart(data: Path) -> None:
    answers = ["Lab", "papers@lab.example", "", "https://p.lab.example", "mail.lab.example", "ada"]
    shown = _at_a_terminal(data, [*answers, "hunter2", ""])
    assert "What is the newsletter called?" in shown and "hunter2" not in shown
    settings = load_settings(data / "settings.toml")
    smtp = settings.delivery.smtp
    assert (settings.newsletter.name, smtp.username) == ("Lab", "ada")
    assert smtp.password_file and smtp.password_file.read_text() == "hunter2\n"
    assert smtp.password_file.stat().st_mode & 0o777 == 0o600
    assert "Left to do" in shown


def test_enter_alone_changes_nothing(data: Path) -> None:
    shown = _at_a_terminal(data, [""] * 6)
    assert load_settings(data / "settings.toml") == load_settings(None)
    assert "is ready. Next: digest sources add hf" in shown


def _at_a_terminal(data: Path, answers: list[str]) -> str:
    """Run `digest init` on a terminal of its own, with these answers typed ahead."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        argv(data, "init"), stdin=theirs, stdout=theirs, stderr=theirs, env=environment(),
        start_new_session=True, cwd=data.parent,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    asked = iter(answers)
    try:
        while True:
            shown += os.read(ours, 4096)
            if shown.endswith(b"? "):
                os.write(ours, f"{next(asked)}\n".encode())
    except OSError:  # the terminal's other end is closed: it has ended
        pass
    finally:
        os.close(ours)
    assert running.wait(timeout=120) == 0, shown.decode()
    return shown.decode()
