"""Addresses inside abstracts."""

from __future__ import annotations

import pytest

from digest.dumps import record
from digest.dumps.links import extract, kind_of
from digest.papers import Link


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("at https://github.com/a/b.", ["https://github.com/a/b"]),
        ("(see https://a.org/x_(y)), or", ["https://a.org/x_(y)"]),
        ("https://github.com/a/b{https://github.com/a/b}", ["https://github.com/a/b"]),
        ("https://a.org/b{this http url}", ["https://a.org/b"]),
        (
            r"\url{https://a.org/b\_c}, \href{http://c.org}{d}",
            ["https://a.org/b_c", "http://c.org"],
        ),
        (
            "code: github.com/a/b, a.github.io/c",
            ["https://github.com/a/b", "https://a.github.io/c"],
        ),
        ("ftp://a.org javascript:x https:// http://x mail@github.com/a", []),
        ("https://user@evil.org/ https://[::1", []),
    ],
)
def test_addresses_are_found_and_cleaned(text: str, urls: list[str]) -> None:
    assert [link.url for link in extract(text)] == urls


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://www.github.com/a/b", "code"),
        ("https://huggingface.co/datasets/a/b", "code"),
        ("https://huggingface.co/papers/2401.00001", "paper"),
        ("https://arxiv.org/abs/2401.00001", "paper"),
        ("https://a.github.io/b", "project"),
    ],
)
def test_addresses_are_told_apart(url: str, kind: str) -> None:
    assert kind_of(url) == kind


def test_a_record_joins_told_and_found_links_and_takes_ids_from_told_ones_only() -> None:
    told = Link("paper", "https://arxiv.org/abs/2401.01234v2")
    built = record.build_record(
        title="A\ue100 title\x07",
        abstract="Like https://arxiv.org/abs/1706.03762,  code at https://github.com/a/b.",
        position=0,
        links=[told],
    )
    assert built.title == "A title"
    assert [link.kind for link in built.links] == ["paper", "paper", "code"]
    assert built.arxiv_id == "2401.01234"
    assert (
        record.build_record(title="T", abstract=built.source_abstract, position=0).arxiv_id is None
    )
