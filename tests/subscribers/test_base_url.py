"""Where readers reach the pages: checked and encoded once, when the settings are read."""

from __future__ import annotations

import pytest

from digest.errors import SettingsError
from digest.settings import load_settings
from subscribers.links import read_base_url


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", ""),
        (" https://papers.example.org/ ", "https://papers.example.org"),
        ("HTTPS://Papers.Example.org:8443", "https://papers.example.org:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://論文.example/", "https://xn--7dv834f.example"),
        ("https://lab.example/Übersicht", "https://lab.example/%C3%9Cbersicht"),
        ("https://lab.example/%C3%9Cbersicht/", "https://lab.example/%C3%9Cbersicht"),
        ("https://lab.example/a/b+c/~d", "https://lab.example/a/b+c/~d"),
        ("http://[::1]:8600", "http://[::1]:8600"),
        ("http://127.0.0.1:8600", "http://127.0.0.1:8600"),
        ("http://my_host:80/", "http://my_host:80"),
    ],
)
def test_an_address_is_encoded_once(written: str, read: str) -> None:
    assert read_base_url(written) == read
    assert read_base_url(read) == read
    assert read.isascii()


@pytest.mark.parametrize(
    "written",
    [
        "papers.example.org",
        "//papers.example.org",
        "ftp://papers.example.org",
        "mailto:a@b.example",
        "https://",
        "https://?x",
        "https:///digest",
        "https://papers.example.org/?lab=7",
        "https://papers.example.org?",
        "https://papers.example.org/#top",
        "https://user:word@papers.example.org",
        "https://papers example.org",
        "https://papers.example.org/a b",
        "https://papers.example.org/a'b",
        "https://papers.example.org/a//b",
        "https://papers.example.org/a/../b",
        "https://papers.example.org/%2e%2e/b",
        "https://papers.example.org/%ff",
        "https://papers.example.org/%0a",
        "https://papers.example.org:99999",
        "https://papers.example.org:port",
        "https://-papers.example.org",
        "https://papers..example.org",
        "https://☃\u200d.example",
        "https://[::1",
        "https://papers.example.org/" + "a" * 500,
    ],
)
def test_what_is_no_base_of_links_is_refused_with_the_settings_name(
    written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_NEWSLETTER__BASE_URL", written)
    with pytest.raises(SettingsError, match=r"newsletter\.base_url: "):
        load_settings(None)
