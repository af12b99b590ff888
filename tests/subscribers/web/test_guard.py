"""What stands before every page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.subscribers.web.site import HOST, Site, open_site


@pytest.fixture
def site() -> Site:
    return open_site()


def token_of(site: Site) -> str:
    return site.token(site.reader())


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/m/x/preferences", "/robots.txt", "/static/site.css"]
)
def test_every_answer_has_the_security_headers(site: Site, path: str) -> None:
    headers = site.browser().get(path).headers
    csp = headers["content-security-policy"]
    assert "default-src 'none'" in csp
    assert "frame-ancestors 'none'" in csp
    assert "unsafe" not in csp
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "permissions-policy" in headers


def test_pages_are_not_kept_by_caches_but_the_style_sheet_is(site: Site) -> None:
    browser = site.browser()
    assert browser.get("/").headers["cache-control"] == "no-store"
    assert "immutable" in browser.get("/static/site.css").headers["cache-control"]


def test_no_page_has_a_script_or_style_inside(site: Site) -> None:
    token = token_of(site)
    for path in ("/", f"/m/{token}/preferences", f"/m/{token}/unsubscribe"):
        html = site.browser().get(path).text
        assert "<style" not in html
        assert " style=" not in html
        assert all("src=" in part.split(">")[0] for part in html.split("<script")[1:])


@pytest.mark.parametrize(
    "host",
    ["evil.example", "testserver.evil.example", "", "testserver@evil", "testserver:80@evil",
     "testserver:x", "testserver/", "testserver:80:80", "testserver:65536", "testserver:99999"],
)  # fmt: skip
def test_another_host_name_is_refused(site: Site, host: str) -> None:
    assert site.browser().get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", [HOST, "TESTSERVER", f"{HOST}:8600", f"{HOST}:", f"{HOST}."])
def test_our_host_name_is_answered_with_any_port(site: Site, host: str) -> None:
    assert site.browser().get("/", headers={"host": host}).status_code == 200


def test_a_body_that_is_too_long_is_refused_by_its_announcement(site: Site) -> None:
    answer = site.browser().post("/preview", data={"keywords": "x" * 70_000})
    assert answer.status_code == 413
    assert "content-security-policy" in answer.headers


def test_a_body_that_is_too_long_is_refused_without_announcement(site: Site) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"keywords="
        for _ in range(70):
            yield b"x" * 1024

    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = site.browser().post("/preview", content=chunks(), headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "1e9", "9" * 30])
def test_a_length_that_is_no_length_is_refused(site: Site, length: str) -> None:
    answer = site.browser().post("/preview", content=b"", headers={"content-length": length})
    assert answer.status_code in (400, 413)


def test_a_body_with_a_length_and_in_chunks_is_refused(site: Site) -> None:
    both = {"content-length": "3", "transfer-encoding": "chunked"}
    answer = site.browser().post("/preview", content=b"x=1", headers=both)
    assert answer.status_code == 400
    assert answer.headers["connection"] == "close"


def test_https_is_remembered_only_when_it_was_https() -> None:
    site = open_site(proxies=("0.0.0.0/0",))
    site.app.settings = type(site.app.settings)(site.app.settings.hosts, ())
    assert "strict-transport-security" not in site.browser().get("/").headers
    secure = site.browser()
    secure.base_url = "https://testserver"
    answer = secure.get("/")
    assert "strict-transport-security" in answer.headers
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-form=")
    assert "Secure" in cookie


def test_the_cookie_is_for_forms_only_and_ends_with_the_session(site: Site) -> None:
    cookie = site.browser().get("/").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "max-age" not in cookie
    assert "expires" not in cookie


def test_a_server_error_says_nothing_about_what_went_on_inside(site: Site) -> None:
    def broken(profile: object, max_papers: object, breadth: object) -> None:
        raise RuntimeError("secret inside")

    site.pages.previews.preview = broken  # type: ignore[method-assign]
    answer = site.browser().post("/preview", data={"keywords": "x"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "content-security-policy" in answer.headers


def test_asking_for_the_head_of_a_page_gets_it_without_its_body(site: Site) -> None:
    answer = site.browser().head("/about")
    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["content-length"]) > 500


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", "GET, HEAD"),
        ("/preview/fragment", "POST"),
        ("/subscribe", "GET, HEAD, POST"),
        ("/link", "GET, HEAD, POST"),
        ("/m/forged/preferences", "GET, HEAD, POST"),
    ],
)
def test_another_method_is_refused_with_those_there_are(
    site: Site, method: str, path: str, allowed: str
) -> None:
    answer = site.browser().request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
