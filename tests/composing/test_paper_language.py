"""A paper's own language, where the mail has another (WCAG 2.2, 3.1.2)."""

from __future__ import annotations

import re

import pytest

from digest.composing.paper_language import paper_language
from digest.composing.proofs.proof import proof
from tests.composing.conftest import MakeIssue, paper


@pytest.mark.parametrize(
    ("title", "abstract", "language"),
    [
        ("Tides", "We study how the tides of a bay are moved by the wind.", "en"),
        ("Gezeiten", "Wir zeigen, dass der Wind die Gezeiten einer Bucht bewegt.", "de"),
        ("Marées", "Nous montrons que le vent pousse les marées dans la baie.", "fr"),
        ("Mareas", "El viento mueve las mareas de una bahía y se mide con los barcos.", "es"),
        ("潮汐", "我们研究海湾的潮汐。", "zh"),
        ("潮の満ち引き", "湾の潮を調べる。", "ja"),
        ("조수", "우리는 만의 조수를 연구한다.", "ko"),
        ("Tides at Rest", "", ""),
        ("DreamFlow", "", ""),
        ("עברית", "y = a e + o", ""),
        ("The Sound of Tides", "", "en"),
    ],
)
def test_a_language_is_told_by_its_commonest_words_or_not_at_all(
    title: str, abstract: str, language: str
) -> None:
    assert paper_language(title, abstract) == language


def test_a_foreign_paper_says_its_language_in_title_and_text(make_issue: MakeIssue) -> None:
    some = paper(1, "Tides", "We study how the tides of a bay are moved by the wind.")
    for language, said in (("de", ["h3", "p"]), ("en", [])):
        html = proof(make_issue([some], language=language)).html
        assert re.findall(r'<(\w+) dir="auto" lang="en"', html) == said
