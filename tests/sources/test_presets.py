"""What people type after `digest sources add`, and the sources that it stands for."""

from __future__ import annotations

import pytest

from digest.errors import DumpError, SettingsError
from digest.sources.opml import ListedFeed, listed_feeds
from digest.sources.presets import source_of, with_free_name


@pytest.mark.parametrize(
    ("words", "name", "url"),
    [
        ("hf", "hf-daily", "https://huggingface.co/api/daily_papers"),
        ("HF", "hf-daily", "https://huggingface.co/api/daily_papers"),
        ("arxiv cs.LG", "arxiv-cs.lg", "https://rss.arxiv.org/atom/cs.LG"),
        ("arxiv cs.LG cs.CL", "arxiv-cs.lg-cs.cl", "https://rss.arxiv.org/atom/cs.LG+cs.CL"),
        (
            "arxiv cs.LG,q-bio.NC",
            "arxiv-cs.lg-q-bio.nc",
            "https://rss.arxiv.org/atom/cs.LG+q-bio.NC",
        ),
        ("arxiv hep-th", "arxiv-hep-th", "https://rss.arxiv.org/atom/hep-th"),
        (
            "biorxiv cell biology",
            "biorxiv-cell-biology",
            "https://api.biorxiv.org/details/biorxiv/2d/0/json?category=cell%20biology",
        ),
        (
            "biorxiv cell_biology",
            "biorxiv-cell-biology",
            "https://api.biorxiv.org/details/biorxiv/2d/0/json?category=cell%20biology",
        ),
        ("medrxiv", "medrxiv-all", "https://api.biorxiv.org/details/medrxiv/2d/0/json"),
        (
            "pubmed https://pubmed.ncbi.nlm.nih.gov/rss/search/1abc/?limit=50",
            "pubmed",
            "https://pubmed.ncbi.nlm.nih.gov/rss/search/1abc/?limit=50",
        ),
        ("https://www.nature.com/nature.rss", "nature.com", "https://www.nature.com/nature.rss"),
        ("HTTP://[::1]:8080/x", "1", "HTTP://[::1]:8080/x"),
    ],
)
def test_a_preset_stands_for_an_address(words: str, name: str, url: str) -> None:
    source = source_of(words.split(" "))
    assert (source.name, source.kind, source.url.get_secret_value()) == (name, "url", url)


def test_folders_and_mailboxes_are_places_too() -> None:
    folder, mailbox = source_of(["folder", "/srv/Drop In/"]), source_of(["mailbox", "mail/lab"])
    assert (folder.name, folder.kind, str(folder.path)) == (
        "folder-drop-in",
        "folder",
        "/srv/Drop In",
    )
    assert (mailbox.name, mailbox.kind, str(mailbox.path)) == ("mailbox-lab", "mailbox", "mail/lab")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "there is no preset ''; there are: an address"),
        ("arxive cs.LG", "there is no preset 'arxive'"),
        ("ftp://example.org/x", "there is no preset"),
        ("arxiv", "arxiv CATEGORY"),
        ("arxiv all:electron", "arxiv CATEGORY"),
        ("hf daily", "digest sources add hf"),
        ("biorxiv neuro/science", "biorxiv [SUBJECT]"),
        ("pubmed https://pubmed.ncbi.nlm.nih.gov/?term=otters", "Create RSS"),
        ("pubmed https://pubmed.example.org/rss/", "pubmed URL"),
        ("pubmed otters", "pubmed URL"),
        ("folder", "folder PATH"),
        ("https://a.example https://b.example", "there is no preset"),
    ],
)
def test_what_stands_for_none_says_how_to_write_it(words: str, said: str) -> None:
    with pytest.raises(SettingsError, match=r".") as refused:
        source_of(words.split(" "))
    assert said in str(refused.value)


def test_a_name_is_free_and_fits_the_settings() -> None:
    assert with_free_name("Čas. Nature – AI", ()) == "as.-nature-ai"
    assert with_free_name("a", {"a", "a-2"}) == "a-3"
    assert with_free_name("é", ()) == "source"
    assert len(with_free_name("x" * 99, {"x" * 40})) <= 40


LIST = b"""<?xml version="1.0"?><opml version="2.0"><body>
<outline text="Labs"><outline text="Otters" xmlUrl="https://otters.example/feed"/>
<outline title="Moss" text="x" type="rss" XMLURL=" https://moss.example/rss "/></outline>
<outline text="again" xmlUrl="https://otters.example/feed"/><outline text="a folder"/>
</body></opml>"""


def test_a_list_of_feeds_names_each_once_whatever_folder_it_is_in() -> None:
    assert sorted(listed_feeds(LIST), key=lambda feed: feed.url) == [
        ListedFeed("Moss", "https://moss.example/rss"),
        ListedFeed("again", "https://otters.example/feed"),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<rss><channel/></rss>", "no OPML"),
        (LIST[:-40], "line"),
        (b"<opml><body><outline text='x'/></body></opml>", "names no feed"),
        (b"feeds", "line 1"),
    ],
)
def test_what_is_no_list_of_feeds_says_why(data: bytes, said: str) -> None:
    with pytest.raises(DumpError) as refused:
        listed_feeds(data)
    assert said in str(refused.value)
