"""`digest subscribers`: added, paused, removed, imported and exported."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from tests.cli.conftest import Digest
from tests.installation import mails

pytestmark = pytest.mark.usefixtures("plain")


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


def test_a_reader_s_language_is_one_that_mails_are_written_in(digest: Digest) -> None:
    add = ("subscribers", "add", "ada@example.org", "--confirmed", "--keywords", "robots")
    assert digest(*add, "--language", "de", "--json").one["language"] == "de"
    said = digest(*add, "--language", "xx")
    assert said.code == 1 and "language" in said.err and "Traceback" not in said.err


def test_what_was_understood_is_shown(digest: Digest) -> None:
    add = ("subscribers", "add", "ada@example.org", "--confirmed", "--keywords")
    said = digest(*add, "moss NOT image, NLP/CV")
    assert "  wanted: moss, NLP, CV\n  never: image\n" in said.out
    assert "in quotation marks it stays one" in said.err
    shown = digest("subscribers", "show", "ada@example.org", "--json").one
    assert shown["understood"] == ["wanted: moss, NLP, CV", "never: image"]
    assert "never: image" in digest("subscribers", "show", "ada@example.org").out


def test_a_misspelt_keyword_is_told_and_kept(digest: Digest, tmp_path: Path) -> None:
    entry = "@article{a, title={Retrieval-augmented diffusion of mosses}, abstract={We sample.}}"
    (tmp_path / "papers.bib").write_text(entry)
    digest("ingest", tmp_path / "papers.bib")
    remark = "“difusion”: no paper has this word; did you mean “diffusion”?"
    add = ("subscribers", "add", "ada@example.org", "--confirmed", "--keywords")
    said = digest(*add, "difusion, sampling, mosses, author:Mosse")
    assert "wanted: difusion, sampling, mosses" in said.out
    assert said.err.split("\n").count(f"  {remark}") == 1 and said.err.count("no paper") == 1
    assert remark in digest("subscribers", "show", "ada@example.org").err
    assert digest("subscribers", "show", "ada@example.org", "--json").one["remarks"] == [remark]
    assert digest("subscribers", "list", "--json").lines[0]["keywords"].startswith("difusion,")
    rows = "email,keywords\nbob@example.org,difusion\neve@example.org,difusion\n"
    (tmp_path / "readers.csv").write_text(rows)
    (told,) = digest("subscribers", "import", tmp_path / "readers.csv").err.splitlines()
    assert told.endswith(f"line 2: {remark}")
    (tmp_path / "more.csv").write_text("email,keywords\nida@example.org,\n")
    more = digest("subscribers", "import", tmp_path / "more.csv", "--keywords", "retreival")
    assert more.err == "“retreival”: no paper has this word; did you mean “retrieval”?\n"


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
        assert (back.code, back.one) == (
            0,
            {
                "added": 0,
                "updated": 2,
                "invited": 0,
                "waiting": 0,
                "rejected": [],
                "left_out": [],
                "remarks": [],
            },
        )


def test_json_lines_are_imported(digest: Digest, tmp_path: Path) -> None:
    row = {"email": "ada@example.org", "name": "Ada", "keywords": "robots"}
    (tmp_path / "readers.jsonl").write_text(json.dumps(row) + "\n\n")
    said = digest("subscribers", "import", tmp_path / "readers.jsonl", "--confirmed", "--json")
    assert (said.code, said.one["added"]) == (0, 1)


def test_control_characters_do_not_reach_the_terminal(digest: Digest) -> None:
    digest("subscribers", "add", "ada@example.org", "--confirmed", "--keywords", "robots")
    said = digest("subscribers", "list")
    assert "\x1b" not in said.out
    assert said.out.count("\n") == 2


def test_a_language_that_no_mail_is_in_is_refused_with_those_there_are(digest: Digest) -> None:
    arguments = ("subscribers", "add", "ada@example.org", "--keywords", "tides", "--language")
    assert digest(*arguments, "de").code == 0
    refused = digest(*arguments, "xx")
    assert refused.code != 0
    assert "choose one of de, en" in refused.err
