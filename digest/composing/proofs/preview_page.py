"""A page that shows mails as a mail client would: for the eye, before anybody gets them.

One static file, no network: each mail stands in a sandboxed frame, and switches change its
width, light or dark, pictures, styles, or show the text twin.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from markupsafe import escape

from digest.composing.proofs.proof import Proof

_DARK_QUERY = "@media (prefers-color-scheme: dark)"


@dataclass(frozen=True, slots=True)
class Shown:
    """One mail on the page."""

    label: str  # who gets it: "ada@example.org, de"
    preheader: str
    mail: Proof


def preview_page(name: str, mails: Sequence[Shown]) -> str:
    """Return the page, as one HTML file.

    Dark is shown by turning the mail's own dark rules on, whatever the browser prefers.
    """
    page = (files("digest.composing") / "data" / "preview.html").read_text(encoding="utf-8")
    told = [
        {
            "label": shown.label,
            "subject": shown.mail.subject,
            "preheader": shown.preheader,
            "light": in_light(shown.mail.html),
            "dark": in_dark(shown.mail.html),
            "text": shown.mail.text,
        }
        for shown in mails
    ]
    # "<" would end the script element early; JSON has another way to say it.
    data = json.dumps(told, ensure_ascii=True).replace("<", "\\u003c")
    return page.replace("[name]", str(escape(name))).replace("[mails]", data)


def in_dark(html: str) -> str:
    """Return a mail whose dark rules always hold."""
    return html.replace(_DARK_QUERY, "@media all")


def in_light(html: str) -> str:
    """Return a mail whose dark rules never hold."""
    return html.replace(_DARK_QUERY, "@media not all")
