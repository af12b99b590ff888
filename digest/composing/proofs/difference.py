"""What a change of templates or settings did to a mail: its subject, its words, its HTML."""

from __future__ import annotations

import difflib
import re

from digest.composing.proofs.proof import Proof

_BETWEEN_TAGS = re.compile(r">(?=<)|(?<=>)(?=[^<\s])")
_DECLARATIONS = re.compile(r";(?=[a-z-]+:)")


def difference(before: Proof, after: Proof, *, html: bool = False) -> list[str]:
    """Return a unified diff, empty if the mails are alike: of subject and text, or of the HTML.

    The HTML is compared tag by tag and declaration by declaration, because MJML writes it in
    lines of many kilobytes.
    """
    return list(
        difflib.unified_diff(
            _lines(before, html), _lines(after, html), "before", "after", lineterm=""
        )
    )


def _lines(mail: Proof, html: bool) -> list[str]:
    if not html:
        return [f"Subject: {mail.subject}", "", *mail.text.split("\n")]
    broken = _BETWEEN_TAGS.sub(lambda found: found[0] + "\n", mail.html)
    return _DECLARATIONS.sub(";\n    ", broken).split("\n")
