"""`digest serve` and `digest demo` as processes."""

from __future__ import annotations

import email
import signal
import socket
import subprocess
from datetime import UTC, datetime
from email.policy import default
from pathlib import Path
from urllib.request import Request, urlopen

from tests.cli.command import argv, digest, environment, wait_until
from tests.end_to_end.conftest import ROBOTS
from tests.installation import mails, page


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(address: str, form: bytes | None = None) -> tuple[int, str]:
    with urlopen(Request(address, data=form), timeout=60) as answer:
        return answer.status, answer.read().decode()


def is_up(address: str) -> bool:
    try:
        return fetch(address)[0] == 200
    except OSError:
        return False


def state_of(data: Path, email: str) -> str:
    return str(digest(data, "subscribers", "show", email, "--json").one["state"])


def where_it_is_noon() -> str:
    """Return a time zone in which the day's edition is today's, whenever this runs."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def test_serve_reads_dumps_answers_links_and_ends_cleanly(data: Path, tmp_path: Path) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    env = {
        "DIGEST_WEB__PORT": str(port),
        "DIGEST_NEWSLETTER__BASE_URL": base,
        "DIGEST_DUMPS__SETTLE_SECONDS": "0",
        "DIGEST_SCHEDULE__TIMEZONE": where_it_is_noon(),
    }
    digest(data, "init")
    (data / "inbox" / "page.txt").write_bytes(page(*ROBOTS))
    add = ("subscribers", "add")
    digest(data, *add, "ada@example.org", "--confirmed", "--keywords", "robots", env=env)
    digest(data, *add, "bob@example.org", "--keywords", "robots", env=env)
    server = subprocess.Popen(
        argv(data, "serve"),
        env=environment(**env),
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: is_up(f"{base}/readyz"))
        wait_until((data / "inbox" / "done" / "page.txt").exists)
        assert len(digest(data, "papers", "--json").lines) == len(ROBOTS)

        (letter,) = mails(data, "bob@example.org")
        body = email.message_from_bytes(letter, policy=default).get_body(("plain",))
        text = body.get_content() if body else ""
        confirm = next(
            word for word in text.split() if word.startswith(base) and "/confirm/" in word
        )
        assert fetch(confirm)[0] == 200
        assert state_of(data, "bob@example.org") == "pending", "looking is not confirming"
        assert fetch(confirm, b"")[0] == 200
        assert state_of(data, "bob@example.org") == "active"

        assert digest(data, "run", env=env).code == 0
        raw = digest(data, "preview", "ada@example.org", "--edition", "1", "--raw", env=env).out
        shown = email.message_from_bytes(raw.encode(), policy=default).get_body(("plain",))
        words = shown.get_content().split() if shown else []
        leave = next(word for word in words if word.endswith("/unsubscribe"))
        assert fetch(leave)[0] == 200
        assert state_of(data, "ada@example.org") == "active", "a scanner that looks changes nothing"
        assert fetch(leave, b"List-Unsubscribe=One-Click")[0] == 200
        assert state_of(data, "ada@example.org") == "left"
    finally:
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=120)
    assert server.returncode == 0, said
    assert "Traceback" not in said
    assert "example.org" not in said, "logs name no readers"


def test_the_demo_ends_by_itself_without_a_terminal(data: Path) -> None:
    said = digest(data, "demo")
    assert said.code == 0
    assert "Edition 2" in said.out
    page_file = data / "demo" / "page" / "index.html"
    assert str(page_file) in said.out
    assert "ada@example.org" in page_file.read_text(encoding="utf-8")
    boxes = sorted(path.name for path in (data / "demo" / "mailbox").iterdir())
    assert len(boxes) == 3
    assert all(1 <= len(mails(data / "demo", box)) <= 2 for box in boxes)


def test_the_demo_takes_own_dumps(data: Path, tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_bytes(page(*ROBOTS))
    said = digest(data, "demo", tmp_path / "own.txt")
    assert said.code == 0
    assert "own.txt: read 4 papers, 4 new" in said.out
    assert digest(data, "demo", tmp_path / "missing.txt").code == 1
