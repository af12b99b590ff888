"""The page on which an issue can be read has every abstract one tap away."""

import re

from digest.composing.locales import Catalogues
from digest.composing.proofs.proof import proof
from digest.composing.web_issue import language_of, with_abstracts
from tests.composing.conftest import MakeIssue, paper

WORDS = Catalogues().words("de")


def test_each_abstract_stands_in_its_own_card(make_issue: MakeIssue) -> None:
    papers = [paper(n, f"Title {n}", f"We try <{n}> & more. We find it.") for n in (1, 2)]
    html = proof(make_issue(papers)).html
    made = with_abstracts(html, papers, WORDS)
    order = re.findall(r">Title (\d)</a>|<details.*?&lt;(\d)&gt; &amp; more", made)
    assert order == [("1", ""), ("", "1"), ("2", ""), ("", "2")]
    assert made.count("<summary") == 2
    assert re.sub(r"<details.*?</details>", "", made) == html


def test_what_is_not_known_any_more_is_left_out(make_issue: MakeIssue) -> None:
    html = proof(make_issue([paper(1), paper(2)])).html
    assert with_abstracts(html, [None, paper(2)], WORDS).count("<details") == 1
    assert with_abstracts(html, [paper(1)], WORDS) == html, "which is whose cannot be told"


def test_the_language_of_a_mail_is_read_from_it(make_issue: MakeIssue) -> None:
    assert language_of(proof(make_issue([paper(1)], language="de")).html) == "de"
    assert language_of("<html>") == ""
