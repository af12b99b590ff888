"""`digest sources`, `digest fetch` and `digest enrich`, asking a server on the loopback address."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Digest
from tests.sources.loopback import says, serving

BIB = b"@misc{one, title={On the Sleep of Sea Otters}, abstract={They hold hands.}}\n"
FOUND = b"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
 xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
<id>https://arxiv.org/api/x</id><opensearch:totalResults>1</opensearch:totalResults><entry>
<id>http://arxiv.org/abs/2601.00077v2</id><title>On the sleep of sea otters</title>
<summary>Longer.</summary><published>2026-01-02T10:00:00Z</published>
<author><name>Ada Moss</name></author><category term="q-bio.PE"/></entry></feed>"""

pytestmark = pytest.mark.usefixtures("plain")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def configure(data: Path, text: str) -> None:
    (data / "settings.toml").write_text(text)


def test_without_sources_the_commands_say_so(digest: Digest) -> None:
    assert "There are no other sources: digest sources add" in digest("sources").out
    said = digest("fetch")
    assert (said.code, said.out) == (1, "")
    assert "there are no sources" in said.err


def test_fetch_asks_and_sources_tells_how_it_went(digest: Digest, data: Path) -> None:
    with (
        serving({"/a": says(200, BIB)}) as site,
        serving({"/b?key=hunter2": says(404)}, host="127.0.0.2") as other,
    ):
        configure(
            data,
            f"""[[sources]]
name = "good"
kind = "url"
url = "{site.url.replace("//", "//ada:hunter2@")}/a"
[[sources]]
name = "gone"
kind = "url"
url = "{other.url}/b?key=hunter2"
""",
        )
        before = digest("sources", "--json")
        assert [each["reason"] for each in before.lines] == ["never asked"] * 2
        one = digest("fetch", "good")
        assert (one.code, one.out) == (0, "good: fresh: 1 new of 1 paper\n")
        gone = digest("fetch", "gone", "--json")
        assert (gone.code, gone.one["health"], gone.one["new"]) == (1, "failed", 0)
    after = digest("sources", "--json").lines
    assert [each["health"] for each in after] == ["fresh", "failed"]
    assert after[0]["papers"] == 1 and after[0]["next_fetch"] > after[0]["last_fetch"]
    shown = digest("sources").out
    assert "gone\turl\tfailed" in shown and "the server answered 404" in shown
    for said in (one, gone, digest("sources"), digest("sources", "--json")):
        assert "hunter2" not in said.out + said.err


def test_an_unknown_source_is_an_error_that_names_those_there_are(
    digest: Digest, data: Path
) -> None:
    configure(data, '[[sources]]\nname = "drop"\nkind = "folder"\npath = "drop"\n')
    said = digest("fetch", "drip")
    assert said.code == 1 and "drop" in said.err


def test_enrich_fills_in_what_a_page_did_not_tell(digest: Digest, data: Path) -> None:
    (data.parent / "a.bib").write_bytes(BIB)
    digest("ingest", data.parent / "a.bib")
    off = digest("enrich")
    assert off.code == 1 and "enrichment.service" in off.err
    query = "/api/query?search_query=ti%3A%22On+the+Sleep+of+Sea+Otters%22&max_results=5"
    with serving({query: says(200, FOUND)}) as site:
        configure(data, f'[enrichment]\nservice = "arxiv"\nurl = "{site.url}"\n')
        said = digest("enrich", "--json")
        assert said.one == {"service": "arxiv", "gained": 1}
        assert digest("enrich").out == "0 papers gained something from arxiv.\n"
        assert len(site.asked) == 1, "what has its id is not asked for again"
    (shown,) = digest("papers", "--json").lines
    assert (shown["arxiv_id"], shown["authors"]) == ("2601.00077", ["Ada Moss"])
    assert shown["abstract"] == "They hold hands.", "what a reader may have been sent stays"
    assert json.dumps(shown["links"]).count("arxiv.org/abs/2601.00077") == 1


def test_a_liked_paper_that_the_archive_lacks_is_looked_up_and_offered_to_nobody(
    digest: Digest, data: Path
) -> None:
    new = ("add", "ada@example.org", "--keywords", "otters", "--confirmed", "--json", "--like")
    off = digest("subscribers", *new, "2601.00077")
    assert off.one["likes"] == [] and "enrichment.service" in off.one["not_found"][0]
    with serving({"/api/query?id_list=2601.00077": says(200, FOUND)}) as site:
        configure(data, f'[enrichment]\nservice = "arxiv"\nurl = "{site.url}"\n')
        assert digest("subscribers", *new, "2601.00077").one["likes"] == [
            "On the sleep of sea otters"
        ]
        missing = digest("subscribers", *new, "2601.00078").one["not_found"]
        assert "arxiv" in missing[0] and "--like-file" in missing[0]
    (shown,) = digest("papers", "--json").lines
    assert shown["arxiv_id"] == "2601.00077"
    assert "Otters" not in digest("preview", "ada@example.org").out


def test_a_source_is_tried_shown_and_written_down(digest: Digest, data: Path) -> None:
    refused = digest("sources", "add", "hf")
    assert refused.code == 1 and "digest init" in refused.err
    assert digest("init").code == 0
    with serving({"/a?key=k3y": says(200, BIB), "/gone": says(404)}) as site:
        added = digest("sources", "add", f"{site.url}/a?key=k3y", "--name", "otters")
        assert added.code == 0, added.err
        assert "has 1 paper (bibtex): added\n  · On the Sleep of Sea Otters\n" in added.out
        assert "k3y" not in added.out + added.err
        assert digest("papers", "--json").lines == [], "a trial keeps nothing"
        again = digest("sources", "add", f"{site.url}/a?key=k3y")
        assert again.code == 1 and "a source already: otters" in again.err
        gone = digest("sources", "add", f"{site.url}/gone")
        assert gone.code == 1 and "404: not added; `digest sources add … --anyway`" in gone.err
        held = digest("sources", "add", f"{site.url}/gone", "--anyway", "--json")
        assert (held.code, held.one["added"], held.one["papers"]) == (0, True, 0)
        assert "404" in held.one["error"]
        assert digest("fetch", "otters").out == "otters: fresh: 1 new of 1 paper\n"
    assert digest("sources", "pause", "otters").code == 0
    (first, _second) = digest("sources", "--json").lines
    assert first["paused"] and first["next_fetch"] is None
    assert "otters\turl\tfresh" in digest("sources").out
    assert digest("sources", "resume", "otters").code == 0
    assert digest("sources", "remove", "127.0.0.1").code == 0
    assert [each["name"] for each in digest("sources", "--json").lines] == ["otters"]
    assert not digest("sources", "--json").lines[0]["paused"]
    unknown = digest("sources", "remove", "127.0.0.1")
    assert unknown.code == 1 and "otters" in unknown.err


def test_paused_sources_are_asked_only_by_name(digest: Digest, data: Path) -> None:
    with serving({"/a": says(200, BIB)}) as site:
        configure(
            data, f'[[sources]]\nname = "a"\nkind = "url"\nurl = "{site.url}/a"\npaused = true\n'
        )
        all_of_them = digest("fetch")
        assert all_of_them.code == 1 and "all sources are paused" in all_of_them.err
        assert digest("fetch", "a").out == "a: fresh: 1 new of 1 paper\n"


def test_a_list_of_feeds_adds_those_that_answer(digest: Digest, data: Path) -> None:
    configure(data, "")
    with serving({"/a": says(200, BIB), "/b": says(500)}) as site:
        feeds = data.parent / "feeds.opml"
        feeds.write_text(
            f"""<opml><body><outline text="Sea Otters" xmlUrl="{site.url}/a"/>
            <outline text="Gone" xmlUrl="{site.url}/b"/>
            <outline text="Old" xmlUrl="feed://otters.example/rss"/></body></opml>"""
        )
        said = digest("sources", "add", "opml", feeds)
        assert said.code == 1 and "gone" in said.err and "sea-otters" in said.out
        assert "old" in said.err and "only http and https" in said.err
        assert [each["name"] for each in digest("sources", "--json").lines] == ["sea-otters"]
        named = digest("sources", "add", "opml", feeds, "--name", "x")
        assert named.code == 1 and "--name" in named.err
    missing = digest("sources", "add", "opml", data / "none.opml")
    assert missing.code == 1 and "none.opml" in missing.err
