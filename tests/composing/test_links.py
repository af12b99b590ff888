import pytest

from digest.composing.links import ReaderLinks, other_links, own_url, search_url, web_url
from digest.mail import HOLES
from digest.papers import Link, Paper

SEARCH = "https://example.org/search?q={title}"


@pytest.mark.parametrize(
    "url",
    ["https://example.org/a?b=c&d=(e)", "http://example.org", "https://example.org/x;y,z#s"],
)
def test_web_addresses_pass(url: str) -> None:
    assert web_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "//example.org",
        "https://",
        "https://user@example.org/",
        'https://example.org/"onclick="x',
        "https://example.org/a b",
        "https://example.org/\nBcc: x",
        "https://[broken",
        "https://example.org:port/",
        "https://" + "ü" * 80 + ".example/",
        "https://example.org/" + "x" * 3000,
    ],
)
def test_anything_else_is_dropped(url: str) -> None:
    assert web_url(url) is None


def test_letters_beyond_ascii_are_percent_encoded() -> None:
    assert web_url("https://bücher.example:81/é") == "https://xn--bcher-kva.example:81/%C3%A9"
    assert web_url("https://example.org/é") == "https://example.org/%C3%A9"


def test_a_paper_leads_to_its_own_page_first() -> None:
    own = Link("paper", "https://example.org/p")
    assert own_url(Paper(1, "T", "", links=(own,), arxiv_id="2401.00001")) == own.url
    bad = Link("paper", "javascript:x")
    found = own_url(Paper(1, "T", "", links=(bad,), arxiv_id="2401.00001"))
    assert found == "https://arxiv.org/abs/2401.00001"
    assert own_url(Paper(1, "T", "", doi="10.1/a<b>")) == "https://doi.org/10.1/a%3Cb%3E"


def test_a_paper_without_address_is_searched_for_by_its_title() -> None:
    assert own_url(Paper(1, "A & B: 100% né?", "")) is None
    found = search_url(Paper(1, "A & B: 100% né?", ""), SEARCH)
    assert found == "https://example.org/search?q=A%20%26%20B%3A%20100%25%20n%C3%A9%3F"


def test_one_link_of_each_kind_is_shown() -> None:
    links = (
        Link("discussion", "https://example.org/d"),
        Link("code", "https://example.org/1"),
        Link("code", "https://example.org/2"),
        Link("project", "nowhere"),
    )
    assert [link.url for link in other_links(Paper(1, "T", "", links=links))] == [
        "https://example.org/1",
        "https://example.org/d",
    ]


def test_reader_links_hold_the_tokens_hole() -> None:
    found = ReaderLinks("https://example.org/d/").to("more", 12)
    assert found == f"https://example.org/d/m/{HOLES['token']}/more/12"
    assert ReaderLinks(None).to("more", 12) is None
