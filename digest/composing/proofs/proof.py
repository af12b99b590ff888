"""A proof: the two parts of a mail as a reader will see them, holes filled, not yet encoded.

Checks and previews look at proofs; what is sent is joined from the same fragments by delivery.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import escape

from digest.mail import HOLES, Fragment, Issue

_HOLE = re.compile("[" + "".join(HOLES.values()) + "]")


@dataclass(frozen=True, slots=True)
class Proof:
    """One mail, whole."""

    subject: str
    html: str
    text: str


def proof(issue: Issue) -> Proof:
    """Return an issue with its holes filled: escaped in the HTML, as they are in the text."""
    return proof_of(issue.subject, issue.fragments, issue.fills)


def proof_of(subject: str, fragments: Sequence[Fragment], fills: Mapping[str, str]) -> Proof:
    """Return a mail of some fragments; a hole without a fill stays."""
    html = "".join([fragment.html for fragment in fragments])
    text = "".join([fragment.text for fragment in fragments])
    escaped = {name: str(escape(fill)) for name, fill in fills.items()}
    return Proof(subject, _filled(html, escaped), _filled(text, fills))


def _filled(text: str, fills: Mapping[str, str]) -> str:
    by_mark = {HOLES[name]: fill for name, fill in fills.items()}
    return _HOLE.sub(lambda found: by_mark.get(found[0], found[0]), text)
