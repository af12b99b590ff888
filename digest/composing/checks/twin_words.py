"""What one part of a mail says and the other does not, paragraph by paragraph, both ways.

For specimens only: it compares words, and templates must say the same in both forms. Signs,
where lines break and how a link of its own is called do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest.composing.checks.finding import Finding
from digest.composing.checks.html_checks import blocks_of, words_of
from digest.composing.proofs.proof import Proof

_LINK = re.compile(r"(?:https?://|mailto:)\S+")
# A button's words, in any language.
_LABEL = re.compile(r"^[^\n:：]{1,60}[:：]\s+(?=https?://|mailto:)", re.MULTILINE)
_PARAGRAPHS = re.compile(r"\n\s*\n|\n(?=\s*[*-] )|\n-{3,}\n|^-{3,}\n", re.MULTILINE)


def twin_findings(mail: Proof) -> Iterator[Finding]:
    """Yield each paragraph that stands in one part of a mail only."""
    html, text = _bare(words_of(mail.html)), _bare(mail.text)
    for block in blocks_of(mail.html):
        words = " ".join(block.words)
        if not block.is_label and _bare(words) not in text:
            yield _only("the HTML", words)
    for paragraph in _PARAGRAPHS.split(mail.text.replace("\r\n", "\n")):
        for piece in _LINK.split(_LABEL.sub("\n", paragraph)):
            if _bare(piece) not in html:
                yield _only("the text", piece)


def _only(where: str, words: str) -> Finding:
    told = " ".join(words.split())[:60]
    return Finding("parity", "error", f"it is in {where} only: {told!r}")


def _bare(words: str) -> str:
    """Return letters and digits alone."""
    return "".join(filter(str.isalnum, _LINK.sub(" ", words)))
