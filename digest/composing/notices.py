"""The other mails: those that answer a reader, rather than bring papers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from digest.composing.locales import Words
from digest.composing.templates import Templates, environment

NoticeKind = Literal["confirm", "welcome", "goodbye", "quiet", "address", "link"]


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail for one person, ready but for its headers."""

    subject: str
    html: str
    text: str


def notice(
    templates: Templates, words: Words, kind: NoticeKind, values: Mapping[str, object]
) -> Notice:
    """Return a notice from `KIND.mjml` and `KIND.txt`; the text's first line is the subject."""
    html_environment = environment(words, html=True)
    html = html_environment.from_string(templates.html(f"{kind}.mjml"))
    text = environment(words, html=False).from_string(templates.source(f"{kind}.txt").text)
    head, _, body = text.render(values).partition("\n")
    subject = " ".join(head.removeprefix("Subject:").split())
    return Notice(subject, html.render({**values, "title": subject}), body.lstrip("\n"))
