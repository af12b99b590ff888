"""The HTML part and its text twin have the same papers and the same links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape

from digest.composing.checks.finding import Finding
from digest.composing.checks.html_checks import BLANKS, links_of, words_of
from digest.composing.proofs.proof import Proof

_LINK = re.compile(r"(?:https?://|mailto:)\S+")
_HEADING = re.compile(r"<h3[^>]*>(.*?)</h3>", re.DOTALL)
_INLINE = re.compile(r"</?(?:a|b|span)(?: [^<>]*)?>")


def parity_findings(mail: Proof) -> Iterator[Finding]:
    """Yield what is in a mail's HTML only: links, and papers by their headings."""
    for missing in sorted(set(links_of(mail.html)) - links_in_text(mail.text)):
        yield Finding("parity", "error", f"a link is in the HTML only: {missing[:100]}")
    text = squeezed(mail.text)
    for title in headings_of(mail.html):
        if title not in text:
            yield Finding("parity", "error", f"a paper is in the HTML only: {title[:60]}")


def links_in_text(text: str) -> set[str]:
    """Return the addresses in a text, with and without a full stop after them."""
    links = _LINK.findall(text)
    return {*links, *[link.rstrip(".,)") for link in links]}


def headings_of(html: str) -> Iterable[str]:
    """Return the papers' headings, as readers see them, without blanks."""
    return map(_visible, _HEADING.findall(html))


def squeezed(text: str) -> str:
    """Return a text without blanks: where lines break does not matter."""
    return "".join(text.split())


def _visible(html: str) -> str:
    plain = html if "display" in html else _INLINE.sub(" ", html)
    if "<" in plain:  # more than links and marks: worth a parser, which takes ten times as long
        return squeezed(words_of(html))
    return squeezed(BLANKS.sub(" ", unescape(plain)))
