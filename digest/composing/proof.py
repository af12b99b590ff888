"""A proof: the two parts of a mail as a reader will see them, holes filled, not yet encoded.

Checks and previews look at proofs; what is sent is joined from the same fragments by delivery.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import escape

from digest.mail import HOLES, Issue


@dataclass(frozen=True, slots=True)
class Proof:
    """One mail, whole."""

    subject: str
    html: str
    text: str


def proof(issue: Issue) -> Proof:
    """Return an issue with its holes filled: escaped in the HTML, as they are in the text."""
    html = "".join(fragment.html for fragment in issue.fragments)
    text = "".join(fragment.text for fragment in issue.fragments)
    escaped = {name: str(escape(fill)) for name, fill in issue.fills.items()}
    return Proof(issue.subject, _filled(html, escaped), _filled(text, issue.fills))


def _filled(text: str, fills: Mapping[str, str]) -> str:
    return text.translate({ord(HOLES[name]): fill for name, fill in fills.items()})
