"""The page of one paper, as crawlers and people copy it."""

from __future__ import annotations

from datetime import date

import pytest

from digest.dumps.page.as_text import page_source
from digest.dumps.page.daily_mail import read_saved
from digest.dumps.page.one_paper import is_paper_page
from tests.dumps.pages import papers, parse

TITLE, ABSTRACT = papers(3)[2]
_SITE = "https://huggingface.co"
_CRAWLED = f"""Title: Paper page - {TITLE}

URL Source: {_SITE}/papers/2609.01234

Markdown Content:
*   [Models]({_SITE}/models)
*   [Log In]({_SITE}/login)

[Papers]({_SITE}/papers)

arxiv:2609.01234

Copy markdown

# {TITLE}

Published on Sep 3, 2026

·Submitted by[![Image 3](https://x.example/a.jpeg) Ann Reader]({_SITE}/ann)on Sep 8, 2026

[#2 Paper of the day]({_SITE}/papers?date=2026-09-08)

[- [x] Upvote 29]({_SITE}/login?next=%2Fpapers%2F2609.01234)

Authors:

[Ann Moss]({_SITE}/annmoss)

,

Bo Li

,

Cy van Fern

Abstract
--------

{{summary}}{ABSTRACT}

[View arXiv page](https://arxiv.org/abs/2609.01234)[View PDF](https://arxiv.org/pdf/2609.01234)

### Community

[ann]({_SITE}/ann)

Paper submitter[Sep 8, 2026]({_SITE}/papers/2609.01234#1)

An interesting read! It would be nice to see more of it applied to ponds.

Reply
"""
_COPIED = f"""Papers
arxiv:2609.01234

{TITLE}

Published on Sep 3, 2026
Upvote
29
Authors:
Ann Moss, Bo Li, Cy van Fern
Abstract
{{summary}}{ABSTRACT}

View arXiv page
View PDF
Community
"""
_SUMMARY = "A short word of a model on it.\n\nAI-generated summary\n\n"


@pytest.mark.parametrize("summary", ["", _SUMMARY], ids=["alone", "below a model's summary"])
@pytest.mark.parametrize("form", [_CRAWLED, _COPIED], ids=["crawled", "copied"])
def test_the_page_of_one_paper_is_that_paper(form: str, summary: str) -> None:
    page = form.format(summary=summary)
    dump = parse(page)
    (record,) = dump.records
    assert (record.title, record.abstract) == (TITLE, ABSTRACT)
    assert record.authors == ("Ann Moss", "Bo Li", "Cy van Fern")
    assert record.arxiv_id == "2609.01234"
    assert record.published == date(2026, 9, 3)
    assert dump.rejections == ()
    source, lines = page_source(page.encode())
    told = read_saved(source).lines
    assert {n for n, line in enumerate(lines, 1) if line.strip()} <= told.keys()


def test_a_page_of_two_numbers_is_no_page_of_one_paper() -> None:
    page = _CRAWLED.format(summary="").replace("Copy markdown", "arxiv:2609.04321")
    assert not is_paper_page(page_source(page.encode())[0])
