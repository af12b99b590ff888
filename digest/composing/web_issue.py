"""An issue on the web: the mail as it was sent, each paper's abstract one tap away."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from digest.composing.excerpt import escaped, harmless
from digest.composing.locales import Catalogue
from digest.composing.paper_language import paper_language
from digest.papers import Paper

_LANGUAGE = re.compile(r"<html[^>]* lang=\"([A-Za-z-]+)\"")
_BODY = re.compile(r"<body\b[^>]*>")
_TITLE_ENDS = re.compile(r"</h3>")
_ACTIONS = re.compile(r"<p class=\"(?:act|why)\b")  # where the shipped card ends; `why`: of old


def language_of(html: str) -> str:
    """Return the language that an HTML part says it is in; empty if it says none."""
    found = _LANGUAGE.search(html)
    return found[1] if found else ""


def with_abstracts(
    html: str,
    papers: Sequence[Paper | None],
    words: Catalogue,
    beside: Callable[[Paper], str] = lambda paper: "",
) -> str:
    """Return a mail's HTML part with the abstract of each of its papers, folded up.

    `papers` come in the order of the mail; a None is no longer known. The page runs no script:
    `<details>` is what browsers unfold by themselves. `beside`: HTML to put before each abstract.
    """
    titles = [found.end() for found in _TITLE_ENDS.finditer(html)]
    if len(titles) != len(papers):
        return html  # a template without headings: as it was mailed, rather than wrong
    parts: list[str] = []
    done = 0
    for at, paper, following in zip(titles, papers, [*titles[1:], len(html)], strict=True):
        if paper is None or not paper.abstract:
            continue
        end = _ACTIONS.search(html, at, following)
        place = end.start() if end else at
        parts += (html[done:place], _folded(paper, words, beside(paper)))
        done = place
    return "".join([*parts, html[done:]])


def with_share_link(html: str, url: str, words: Catalogue) -> str:
    """Return a mail's HTML part with a link above it to a page that may be passed on.

    The address of the issue itself is its reader's key.
    """
    told = words.say(
        "It names neither you nor your keywords. The address of this page is your own."
    )
    label = words.say("Share this issue")
    line = (
        f'<p class="quiet" style="margin:0;padding:14px 20px;text-align:center;font:14px/21px '
        f'system-ui,sans-serif;"><a href="{escaped(url)}" style="font-weight:600;">'
        f"{escaped(label)}</a> {escaped(told)}</p>"
    )
    body = _BODY.search(html)
    return html[: body.end()] + line + html[body.end() :] if body else html + line


def _folded(paper: Paper, words: Catalogue, beside: str) -> str:
    abstract, label = paper.abstract, words.say("Abstract")
    language = paper_language(paper.title, abstract)
    own = f' lang="{language}"' if language and language != words.language else ""
    return (
        f'<details style="font-size:15px;line-height:23px;"><summary class="quiet" style="'
        f'padding:12px 0;font-size:13px;line-height:20px;cursor:pointer;">{escaped(label)}'
        f'</summary>{beside}<p dir="auto"{own} style="margin:0 0 8px;">'
        f"{escaped(harmless(abstract))}</p></details>"
    )
