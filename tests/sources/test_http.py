from __future__ import annotations

import gzip
import threading
import zlib
from contextlib import ExitStack
from datetime import timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from digest.sources.http import Failed, Fetched, Unchanged, redacted, retry_after
from digest.sources.http_body import BodyRefused, unpack
from digest.sources.http_guard import is_public
from tests.sources.loopback import NOW, World, in_turn, says, serving


def reason(answer: object) -> str:
    assert isinstance(answer, Failed), answer
    return answer.reason


def test_the_operators_own_url_may_be_private() -> None:
    with serving({"/a": says(200, b"hello", ETag='"1"', Last_Modified="x")}) as site:
        told = World().fetcher().fetch(f"{site.url}/a")
    assert told == Fetched(f"{site.url}/a", b"hello", '"1"', "x")
    assert site.asked[0][1]["User-Agent"] == "digest/test"


def test_validators_make_the_fetch_conditional() -> None:
    with serving({"/a": says(304)}) as site:
        told = World().fetcher().fetch(f"{site.url}/a", etag='"1"', last_modified="yesterday")
        plain = World().fetcher().fetch(f"{site.url}/a")
    assert told == Unchanged(f"{site.url}/a")
    assert site.asked[0][1]["If-None-Match"] == '"1"'
    assert site.asked[0][1]["If-Modified-Since"] == "yesterday"
    assert reason(plain) == "the server answered 304"  # nobody asked whether it changed


def test_gzip_is_unpacked() -> None:
    body = gzip.compress(b"one ") + gzip.compress(b"two")
    with serving({"/a": says(200, body, Content_Encoding="gzip")}) as site:
        told = World().fetcher().fetch(f"{site.url}/a")
    assert isinstance(told, Fetched) and told.body == b"one two"


def test_a_gzip_bomb_is_refused() -> None:
    bomb = gzip.compress(bytes(30_000_000))
    with serving({"/a": says(200, bomb, Content_Encoding="gzip")}) as site:
        told = World().fetcher(max_bytes=1_000_000).fetch(f"{site.url}/a")
    assert "more than 1,000,000 bytes" in reason(told)
    assert len(site.asked) == 1  # trying again would not help


def test_gzip_within_gzip_is_refused() -> None:
    body = gzip.compress(gzip.compress(b"x"))
    with serving({"/a": says(200, body, Content_Encoding="gzip, gzip")}) as site:
        assert "was not asked for" in reason(World().fetcher().fetch(f"{site.url}/a"))


def test_an_endless_body_is_cut_off() -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65536)

    with serving({"/a": endless}) as site:
        told = World().fetcher(max_bytes=500_000).fetch(f"{site.url}/a")
    assert "more than 500,000 bytes" in reason(told)


@pytest.mark.parametrize("before_headers", [True, False])
def test_a_trickle_is_cut_off_at_the_deadline(before_headers: bool) -> None:
    stop = threading.Event()

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        if not before_headers:
            handler.send_response(200)
            handler.end_headers()
        else:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not stop.wait(0.02):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    with serving({"/a": trickle}) as site:
        told = World().fetcher(seconds=0.15, attempts=1).fetch(f"{site.url}/a")
        stop.set()
    assert reason(told) == "not finished after 0.15 s"


def test_a_body_that_breaks_off_is_no_body() -> None:
    whole = gzip.compress(b"a" * 1000)
    answers = {
        "/short": says(200, b"abc", Content_Length="10"),
        "/gzip": says(200, whole[:-12], Content_Encoding="gzip"),
    }
    with serving(answers) as site:
        assert "connection failed" in reason(World().fetcher(attempts=1).fetch(f"{site.url}/short"))
        assert "breaks off" in reason(World().fetcher().fetch(f"{site.url}/gzip"))


def test_server_errors_are_tried_again_and_a_refusal_is_not() -> None:
    answers = {"/busy": in_turn(says(503), says(502), says(200, b"ok")), "/no": says(404)}
    with serving(answers) as site:
        told = World().fetcher().fetch(f"{site.url}/busy")
        gone = World().fetcher().fetch(f"{site.url}/no")
    assert isinstance(told, Fetched) and told.body == b"ok"
    assert isinstance(gone, Failed) and gone.status == 404
    assert [path for path, _ in site.asked] == ["/busy", "/busy", "/busy", "/no"]


def test_a_server_that_stays_broken_is_given_up_with_its_status() -> None:
    with serving({"/a": says(500, b"oh")}) as site:
        told = World().fetcher().fetch(f"{site.url}/a")
    assert told == Failed(f"{site.url}/a", "the server answered 500", 500, body=b"oh")
    assert len(site.asked) == 3


def test_a_long_retry_after_is_not_sat_out() -> None:
    with serving({"/a": says(429, Retry_After="3600")}) as site:
        told = World().fetcher().fetch(f"{site.url}/a")
    assert isinstance(told, Failed)
    assert told.retry_at == NOW + timedelta(hours=1)
    assert len(site.asked) == 1


def test_nobody_there_is_a_failure_with_a_reason() -> None:
    with serving({}) as site:
        pass
    assert "connection failed" in reason(World().fetcher(attempts=1).fetch(f"{site.url}/a"))


def outside(address: str) -> bool:
    """Let 127.0.0.1 stand for the Internet, the other loopback addresses for the inside."""
    return address == "127.0.0.1"


def test_a_redirect_from_a_public_to_a_private_address_is_refused_before_it_is_asked() -> None:
    with ExitStack() as open_:
        inside = open_.enter_context(serving({"/secret": says(200)}, host="127.0.0.2"))
        away = says(302, Location=f"{inside.url}/secret")
        site = open_.enter_context(serving({"/a": away}))
        told = World().fetcher(outside).fetch(f"{site.url}/a")
    assert "a redirect led to 127.0.0.2" in reason(told)
    assert inside.asked == []


def test_a_redirect_by_a_name_that_resolves_to_a_private_address_is_refused() -> None:
    with ExitStack() as open_:
        inside = open_.enter_context(serving({"/secret": says(200)}))
        port = inside.url.rpartition(":")[2]
        away = says(302, Location=f"http://localhost:{port}/secret")
        site = open_.enter_context(serving({"/a": away}, host="127.0.0.2"))
        told = World().fetcher(lambda address: address == "127.0.0.2").fetch(f"{site.url}/a")
    assert "which is not public" in reason(told)
    assert inside.asked == []


def test_a_private_site_may_redirect_within_itself() -> None:
    with serving({"/a": says(301, Location="/b"), "/b": says(200, b"there")}) as site:
        told = World().fetcher().fetch(f"{site.url}/a")
    assert told == Fetched(f"{site.url}/b", b"there")


def test_the_way_back_inside_by_a_public_address_is_refused() -> None:
    answers = {"/in": says(200)}
    with ExitStack() as open_:
        inside = open_.enter_context(serving(answers, host="127.0.0.2"))
        site = open_.enter_context(serving({"/a": says(302, Location=f"{inside.url}/in")}))
        answers["/out"] = says(302, Location=f"{site.url}/a")
        told = World().fetcher(outside).fetch(f"{inside.url}/out")
    assert "which is not public" in reason(told)
    assert [path for path, _ in inside.asked] == ["/out"]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "//[::1"])
def test_a_redirect_to_anything_but_the_web_is_refused(target: str) -> None:
    with serving({"/a": says(302, Location=target)}) as site:
        assert reason(World().fetcher().fetch(f"{site.url}/a"))
    assert len(site.asked) == 1


def test_redirects_end() -> None:
    with serving({"/a": says(302, Location="/a")}) as site:
        assert (
            reason(World().fetcher(redirects=3).fetch(f"{site.url}/a")) == "more than 3 redirects"
        )


def test_the_interval_between_requests_to_a_host_survives_a_restart() -> None:
    world = World()
    with serving({"/a": says(200)}) as site:
        world.fetcher().fetch(f"{site.url}/a")
        world.now += timedelta(seconds=0.25)
        world.fetcher().fetch(f"{site.url}/a")  # a new fetcher: only the store remembers
    assert world.slept == [pytest.approx(0.75)]


def test_arxivs_hosts_share_their_three_seconds_and_a_clock_set_back_waits_no_longer() -> None:
    world = World(turns={"arxiv.org": NOW + timedelta(hours=2)})
    fetcher = world.fetcher()
    assert fetcher._wait_turn("export.arxiv.org") == 3
    assert fetcher._wait_turn("rss.arxiv.org") == 3
    assert fetcher._wait_turn("notarxiv.org") == 0


def test_a_failure_names_no_secret() -> None:
    with serving({"/a?key=hunter2": says(403)}) as site:
        told = World().fetcher().fetch(site.url.replace("//", "//ada:pw@") + "/a?key=hunter2")
    assert site.asked[0][1]["Authorization"].startswith("Basic ")
    assert "hunter2" not in repr(told) and "pw" not in repr(told)
    assert redacted("https://u:p@x.org:8/a?k=1#f") == "https://x.org:8/a"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Mon, 05 Jan 2026 06:01:00 GMT", 60.0),
        ("Mon, 05 Jan 2026 05:00:00 GMT", 0.0),
        ("9" * 40, 86400.0),
        ("soon", None),
        ("-5", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, now=NOW) == seconds


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1",
        "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1", "not an address",
    ],
)  # fmt: skip
def test_inside_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_outside_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_deflate_comes_with_and_without_its_wrapper() -> None:
    raw = zlib.compressobj(wbits=-15)
    bare = raw.compress(b"hello") + raw.flush()
    for body in (zlib.compress(b"hello"), bare):
        assert unpack([body], encoding="deflate", max_bytes=10) == b"hello"
    with pytest.raises(BodyRefused, match="broken gzip"):
        unpack([b"no gzip"], encoding="gzip", max_bytes=10)
