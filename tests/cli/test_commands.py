"""Every command, its JSON contract and its exit codes."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.cli.command import Said, inside
from tests.house import mails, page, paper

PAPERS = [paper(f"{word} robots") for word in ("Walking", "Speaking", "Swimming", "Flying")]
FIGURES = {
    *("edition", "date", "papers", "eligible", "pending", "accepted", "refused", "deferred"),
    *("suppressed", "nothing_to_send", "uncertain", "expired", "cancelled"),
}
Digest = Callable[..., Said]

pytestmark = pytest.mark.usefixtures("plain")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def digest(capsys: pytest.CaptureFixture[str], data: Path) -> Digest:
    return partial(inside, capsys, data)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_bytes(page(*PAPERS))
    return path


def test_ingest_tells_what_it_read(digest: Digest, dump: Path, tmp_path: Path) -> None:
    said = digest("ingest", dump, "--captured-at", "2026-02-03", "--json")
    assert (said.code, said.err) == (0, "")
    assert said.one == {
        "dumps": [
            {
                "path": str(dump),
                "format": "page-text",
                "captured_at": "2026-02-03",
                "papers": 4,
                "new": 4,
                "rejected": 0,
                "already_ingested": False,
                "problems": [],
            }
        ],
        "archive": 4,
    }
    (again,) = digest("ingest", dump, "--json").one["dumps"]
    assert (again["already_ingested"], again["new"]) == (True, 0)
    assert "already ingested" in digest("ingest", dump).out


def test_a_bad_file_is_refused_and_the_others_are_read(
    digest: Digest, dump: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "prose").write_text("Dear diary,\ntoday I read nothing at all.\n")
    (tmp_path / "folder").mkdir()
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(200_000_000)
    bad = [tmp_path / name for name in ("empty", "binary", "prose", "folder", "huge", "missing")]
    said = digest("ingest", *bad, dump, "--json")
    assert said.code == 1
    *refused, good = said.one["dumps"]
    assert (good["papers"], said.one["archive"]) == (4, 4)
    for told, path in zip(refused, bad, strict=True):
        assert (told["path"], told["format"], told["rejected"]) == (str(path), None, 1)
        (problem,) = told["problems"]
        assert set(problem) == {"line", "reason"}
        assert problem["reason"]
    reasons = {Path(told["path"]).name: told["problems"][0] for told in refused}
    assert reasons["huge"]["line"] == 1
    assert "folder" in reasons["folder"]["reason"]
    assert "No such file" in reasons["missing"]["reason"]


def test_a_wrong_line_is_named_and_the_rest_is_kept(digest: Digest, tmp_path: Path) -> None:
    (tmp_path / "cut.txt").write_bytes(page(*PAPERS) + b"\nA title that lost its abstract")
    said = digest("ingest", tmp_path / "cut.txt")
    assert said.code == 1
    assert "read 4 papers, 4 new, rejected 1: line 11: " in said.out


def test_seeding_the_archive_offers_nothing(digest: Digest, dump: Path) -> None:
    assert digest("ingest", "--archive-only", dump, "--json").one["archive"] == 4
    assert digest("run", "--json").one["edition"] is None


def test_papers_are_told_with_all_that_is_known(digest: Digest, dump: Path) -> None:
    digest("ingest", dump)
    lines = digest("papers", "--json").lines
    assert [each["title"] for each in lines] == [title for title, _ in PAPERS]
    wanted = "id title abstract author_count authors published comments upvotes links first_seen"
    assert set(wanted.split()) <= set(lines[0])
    assert [each["title"] for each in digest("papers", "swimming", "--json").lines] == [
        "Swimming robots"
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--date", "garbage"),
        ("run", "--date", "2026-02-30"),
        ("ingest", "x", "--captured-at", "tomorrow"),
        ("ingest",),
        ("nonsense",),
        ("subscribers", "add", "ada@example.org"),
        ("subscribers", "list", "--state", "asleep"),
        ("subscribers", "export", "--format", "xml"),
        ("preview", "ada@example.org", "--edition", "0"),
        ("editions", "show", "first"),
        ("serve", "--pages-only", "--no-pages"),
    ],
)
def test_wrong_usage_is_exit_2(digest: Digest, arguments: tuple[str, ...], data: Path) -> None:
    said = digest(*arguments)
    assert said.code == 2
    assert said.err
    assert not data.exists()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("subscribers", "show", "nobody@example.org"), "nobody is subscribed"),
        (("subscribers", "add", "nowhere", "--keywords", "a"), "@-sign"),
        (("subscribers", "import", "no-such-file"), "No such file"),
        (("preview", "nobody@example.org"), "nobody is subscribed"),
        (("editions", "show", "7"), "no edition 7"),
        (("editions", "approve", "7"), "no edition 7"),
    ],
)
def test_what_cannot_be_done_is_exit_1_and_says_why(
    digest: Digest, arguments: tuple[str, ...], why: str
) -> None:
    said = digest(*arguments)
    assert (said.code, said.out) == (1, "")
    assert why in said.err


def test_a_bad_profile_is_pointed_at(digest: Digest) -> None:
    said = digest("subscribers", "add", "ada@example.org", "--keywords", 'robots, a^99, "open')
    assert said.code == 1
    text, caret, error = said.err.splitlines()
    assert [text[at] for at, mark in enumerate(caret) if mark == "^"] == ["^", '"']
    assert "0.1 and 10" in error
    assert digest("subscribers", "list", "--json").lines == []


def test_a_reader_is_added_then_changed(digest: Digest) -> None:
    add = ("subscribers", "add", "ada@example.org", "--confirmed", "--json", "--keywords")
    first = digest(*add, "robots", "--name", "森 千夏").one
    assert (first["state"], first["name"], first["added"]) == ("active", "森 千夏", True)
    second = digest(*add, "whales").one
    assert (second["id"], second["added"], second["keywords"]) == (first["id"], False, "whales")
    assert len(digest("subscribers", "list", "--json").lines) == 1
    shown = digest("subscribers", "show", "ADA@example.org", "--json").one
    assert [each["action"] for each in shown["consents"]] == ["vouch"]


def test_an_unconfirmed_reader_is_pending_and_has_a_letter(digest: Digest, data: Path) -> None:
    said = digest("subscribers", "add", "ada@example.org", "--keywords", "robots")
    assert "pending" in said.out
    assert "confirmation mail was sent" in said.out
    assert len(mails(data, "ada@example.org")) == 1


def test_pause_resume_remove_and_erase(digest: Digest) -> None:
    digest("subscribers", "add", "ada@example.org", "--confirmed", "--keywords", "robots")
    do = partial(digest, "subscribers")
    paused = do("pause", "ada@example.org", "--until", "2031-01-02", "--json").one
    assert (paused["state"], paused["paused_until"]) == ("paused", "2031-01-02")
    assert do("resume", "ada@example.org", "--json").one["state"] == "active"
    assert do("remove", "ada@example.org", "--json").one["state"] == "left"
    assert do("remove", "ada@example.org", "--erase", "--json").one["state"] == "erased"
    assert do("show", "ada@example.org").code == 1


def test_readers_are_imported_line_by_line(digest: Digest, tmp_path: Path) -> None:
    rows = (
        "\ufeffemail,name,keywords\r\n"
        'ada@example.org,Ada,"robots, ""deep learning""^2"\r\n'
        "nowhere,Nobody,robots\r\n"
        "mori@example.org,森,whales\r\n"
        'bob@example.org,Bob,"open^99"\r\n'
    )
    (tmp_path / "readers.csv").write_bytes(rows.encode())
    said = digest("subscribers", "import", tmp_path / "readers.csv", "--confirmed", "--json")
    assert (said.code, said.one["added"], said.one["updated"]) == (1, 2, 0)
    assert [each["line"] for each in said.one["rejected"]] == [3, 5]
    assert all(each["reason"] for each in said.one["rejected"])
    exported = {name: tmp_path / f"out.{name}" for name in ("csv", "jsonl")}
    for name, path in exported.items():
        assert digest("subscribers", "export", "--format", name, "--out", path).code == 0
        back = digest("subscribers", "import", path, "--json")
        assert (back.code, back.one) == (0, {"added": 0, "updated": 2, "rejected": []})


def test_json_lines_are_imported(digest: Digest, tmp_path: Path) -> None:
    row = {"email": "ada@example.org", "name": "Ada", "keywords": "robots"}
    (tmp_path / "readers.jsonl").write_text(json.dumps(row) + "\n\n")
    said = digest("subscribers", "import", tmp_path / "readers.jsonl", "--confirmed", "--json")
    assert (said.code, said.one["added"]) == (0, 1)


def test_run_preview_and_editions_speak_json(digest: Digest, dump: Path, data: Path) -> None:
    digest("ingest", dump)
    digest("subscribers", "add", "ada@example.org", "--confirmed", "--keywords", "robots")
    coming = digest("preview", "ada@example.org", "--json").one
    assert {"subject", "edition", "papers"} <= set(coming)
    assert {"title", "score", "section", "reasons"} <= set(coming["papers"][0])
    assert set(coming["papers"][0]["reasons"][0]) == {"keyword", "field", "gain"}
    (dry,) = digest("run", "--dry-run", "--json").lines
    assert dry["email"] == "ada@example.org"
    assert digest("editions", "list", "--json").lines == []
    figures = digest("run", "--date", "2026-02-03", "--json").one
    assert set(figures) >= FIGURES
    assert (figures["edition"], figures["date"], figures["accepted"]) == (1, "2026-02-03", 1)
    assert digest("run", "--date", "2026-02-03", "--json").one == figures
    assert digest("editions", "list", "--json").lines == [figures]
    assert digest("editions", "show", "1", "--json").one == figures
    past = digest("preview", "ada@example.org", "--edition", "1", "--json").one
    assert past["papers"] == coming["papers"]
    assert digest("preview", "ada@example.org", "--json").one["papers"] == []


def test_preview_writes_what_the_file_name_asks_for(
    digest: Digest, dump: Path, tmp_path: Path
) -> None:
    digest("ingest", dump)
    digest("subscribers", "add", "ada@example.org", "--confirmed", "--keywords", "robots")
    for name, begins in (("a.html", "<!doctype html"), ("a.txt", ""), ("a.eml", "")):
        assert digest("preview", "ada@example.org", "--out", tmp_path / name).code == 0
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text.lower().startswith(begins)
        assert "Walking" in text
    assert "<html" in digest("preview", "ada@example.org", "--html").out
    assert digest("preview", "ada@example.org", "--text").out.startswith("Subject: ")


def test_approving_and_pausing_an_edition(
    digest: Digest, dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_EDITION__APPROVE", "true")
    digest("ingest", dump)
    digest("subscribers", "add", "ada@example.org", "--confirmed", "--keywords", "robots")
    assert "editions approve 1" in digest("run").out
    for verb, state in (("approve", "finished"), ("pause", "paused"), ("resume", "finished")):
        assert digest("editions", verb, "1", "--json").one["state"] == state
    assert digest("run", "--json").one["accepted"] == 1
    assert digest("editions", "cancel", "1", "--json").one["state"] == "cancelled"
    assert digest("editions", "settle", "1", "--resend", "--json").one["uncertain"] == 0


def test_init_twice_changes_nothing(digest: Digest, data: Path) -> None:
    assert len(digest("init", "--json").one["made"]) == 4
    key = (data / "secret.key").read_bytes()
    assert stat.S_IMODE((data / "secret.key").stat().st_mode) == 0o600
    assert digest("init", "--json").one["made"] == []
    assert (data / "secret.key").read_bytes() == key


def test_doctor_tells_what_would_stop_the_mail(
    digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = digest("doctor", "--json")
    assert said.code == 0
    assert all({"check", "verdict", "text"} <= set(each) for each in said.lines)
    assert any("base_url" in each["text"] for each in said.lines)
    monkeypatch.setenv("DIGEST_DELIVERY__TRANSPORT", "smtp")
    monkeypatch.setenv("DIGEST_DELIVERY__SMTP__HOST", "mail.example.org")
    said = digest("doctor", "--json")
    assert said.code == 1
    assert any("newsletter.sender" in each["text"] for each in said.lines)


def test_a_wrong_setting_is_named_by_its_path(
    digest: Digest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.toml").write_text("[delivery.smtp]\nhots = 'mail.example.org'\n")
    said = digest("papers")
    assert said.code == 1
    assert "delivery.smtp.hots: no such setting" in said.err
    monkeypatch.setenv("DIGEST_SETTINGS", str(tmp_path / "elsewhere.toml"))
    assert "no settings file" in digest("papers").err


def test_secrets_are_never_shown(digest: Digest, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "hunter2-hunter2-hunter2-hunter2-hunter2"
    monkeypatch.setenv("DIGEST_DELIVERY__SMTP__PASSWORD", secret)
    monkeypatch.setenv("DIGEST_WEB__SECRET_KEY", secret)
    monkeypatch.setenv("DIGEST_SCHEDULE__HOUR", "25")
    said = digest("doctor")
    assert said.code == 1
    assert secret not in said.out + said.err
    monkeypatch.delenv("DIGEST_SCHEDULE__HOUR")
    said = digest("doctor", "--json")
    assert secret not in said.out + said.err


def test_a_locked_store_says_so(
    digest: Digest, data: Path, dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest("init")
    monkeypatch.setattr("digest.storage.database.BUSY_SECONDS", 0.05)
    other = sqlite3.connect(data / "digest.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    said = digest("ingest", dump)
    other.close()
    assert said.code == 1
    assert "another process holds the store's lock" in said.err
    assert digest("ingest", dump).code == 0


def test_a_damaged_store_says_so(digest: Digest, data: Path) -> None:
    data.mkdir()
    (data / "digest.db").write_bytes(b"no database at all" * 100)
    said = digest("papers")
    assert said.code == 1
    assert "damaged" in said.err


def test_control_characters_do_not_reach_the_terminal(digest: Digest) -> None:
    digest("subscribers", "add", "ada@example.org", "--confirmed", "--keywords", "robots")
    said = digest("subscribers", "list")
    assert "\x1b" not in said.out
    assert said.out.count("\n") == 2
