"""A source that answers a page at a time."""

from __future__ import annotations

import json
from pathlib import Path

from tests.sources.loopback import in_turn, says, serving
from tests.sources.url_desk import Desk


def _page(cursor: int, count: int, total: int) -> bytes:
    entries = [
        {"doi": f"10.1101/2026.01.01.{cursor + n:06}", "title": f"Burrow {cursor + n}"}
        for n in range(count)
    ]
    message = {"status": "ok", "cursor": cursor, "count": count, "total": str(total)}
    return json.dumps({"messages": [message], "collection": entries}).encode()


def test_biorxivs_pages_are_followed_to_the_last(tmp_path: Path) -> None:
    base = "/details/biorxiv/2026-01-01/2026-01-02"
    answers = {
        base: says(200, _page(0, 3, 8), ETag='"first"'),
        f"{base}/3": says(200, _page(3, 3, 8)),
        f"{base}/6": says(200, _page(6, 2, 8)),
    }
    with serving(answers) as site:
        desk = Desk(tmp_path, f"{site.url}{base}")
        fetch = desk.fetch()
        assert (fetch.health, fetch.papers, fetch.new) == ("fresh", 8, 8)
        assert [path for path, _ in site.asked] == [base, f"{base}/3", f"{base}/6"]
        assert len(desk.world.slept) == 2, "the pages of one host keep its distance, too"


def test_a_page_that_fails_keeps_those_before_and_they_are_asked_for_again(tmp_path: Path) -> None:
    base = "/details/medrxiv/2d"
    answers = {f"{base}/0/json": says(200, _page(0, 3, 6), ETag='"1"')}
    answers[f"{base}/3/json"] = in_turn(says(404), says(200, _page(3, 3, 6)))
    with serving(answers) as site:
        desk = Desk(tmp_path, f"{site.url}{base}/0/json")
        broken = desk.fetch()
        assert (broken.health, broken.new) == ("failed", 3)
        assert "page 2: the server answered 404" in broken.reason
        whole = desk.fetch()
        assert (whole.health, whole.papers, whole.new) == ("fresh", 6, 3)
        assert not any("If-None-Match" in headers for _, headers in site.asked)


def test_pages_that_lead_nowhere_end(tmp_path: Path) -> None:
    base = "/details/biorxiv/2026-01-01/2026-01-02/0"
    stuck = says(200, _page(0, 3, 10**9))
    answers = {base: stuck, base[:-1] + "3": stuck}
    with serving(answers) as site:
        fetch = Desk(tmp_path, f"{site.url}{base}").fetch()
        assert fetch.health == "fresh"
        assert len(site.asked) == 2
