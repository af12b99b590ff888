"""The subject and the preheader: what is inside, in the two lines that decide on opening."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from digest.composing.branding import Tone
from digest.composing.excerpt import harmless
from digest.composing.locales import Catalogue
from digest.papers import Paper

Kind = Literal["daily", "weekly", "welcome"]  # of an issue

SUBJECT_LENGTH = 60  # what a phone shows
PREHEADER_LENGTH = 110


def subject(
    words: Catalogue,
    tone: Tone,
    brand: str,
    edition: int,
    papers: Sequence[Paper],
    *,
    kind: Kind = "daily",
) -> str:
    """Return a subject that names the first paper and the count, in 60 characters if it can.

    Its form turns with the edition's number, of which there is one a day at most: two days
    running differ even when their first papers bear the same title.
    """
    forms = _forms(words, tone, brand, edition, len(papers) - 1)
    if kind != "daily":
        forms = _special_forms(words, kind, len(papers) - 1)
    form = forms[edition % len(forms)]
    room = SUBJECT_LENGTH - len(form.replace("{title}", ""))
    return one_line(form.replace("{title}", short_title(papers[0].title, room)))


@lru_cache(maxsize=1024)
def _forms(words: Catalogue, tone: Tone, brand: str, edition: int, others: int) -> list[str]:
    if tone == "terse":
        return [f"{brand} {edition}: {{title}}", f"{brand} {edition} · {{title}}"]
    if others == 0:
        alone = [words.say("{title}"), words.say("One paper for you: {title}")]
        return alone if tone == "plain" else [words.say("Worth your time: {title}"), alone[1]]
    count = words.plural("{n} more paper", "{n} more papers", others)
    if tone == "warm":
        return [
            words.say("For you today: {title}, and {count}").replace("{count}", count),
            words.say("Worth your time: {title} and {count}").replace("{count}", count),
            words.say("We thought of you: {title} and {count}").replace("{count}", count),
        ]
    return [
        words.say("{title} and {count}").replace("{count}", count),
        words.say("{title} + {count}").replace("{count}", count),
        words.say("{title}, with {count}").replace("{count}", count),
    ]


def _special_forms(words: Catalogue, kind: Kind, others: int) -> list[str]:
    """A welcome and a weekly round-up say what they are."""
    count = words.plural("{n} more paper", "{n} more papers", others)
    if kind == "welcome":
        alone, more = words.say("Welcome: {title}"), words.say("Welcome: {title} and {count}")
    else:
        alone, more = words.say("The week: {title}"), words.say("The week: {title} and {count}")
    return [more.replace("{count}", count)] if others else [alone]


def preheader(words: Catalogue, papers: Sequence[Paper]) -> str:
    """Return the line after the subject: the next papers, or how the only one begins."""
    if len(papers) == 1:
        opening = _shortened(papers[0].abstract, PREHEADER_LENGTH)
        return opening or words.say("One paper today")
    titles: list[str] = []
    room = PREHEADER_LENGTH
    for paper in papers[1:4]:
        title = short_title(paper.title, min(room, 60))
        if titles and len(title) > room - 3:
            break
        titles.append(title)
        room -= len(title) + 3
    return words.say("Also: {titles}").replace("{titles}", " · ".join(titles))


@lru_cache(maxsize=8192)  # the same few titles, and a few widths
def short_title(title: str, room: int) -> str:
    """Return a title within `room` characters: whole, or its part before a colon, or cut."""
    title = one_line(title) or "…"
    if len(title) <= room:
        return title
    head = title.partition(": ")[0]
    if 8 <= len(head) <= room:
        return head
    return _shortened(title, max(room, 16))


def one_line(text: str) -> str:
    """Return text on one line, without control characters or holes: fit for a header."""
    text = harmless(text)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


def _shortened(text: str, room: int) -> str:
    text = one_line(text[: room + 200])
    if len(text) <= room:
        return text
    kept = text[: room - 1]
    space = kept.rfind(" ")
    if space > room // 2:
        kept = kept[:space]
    return kept.rstrip(" ,;:–—-([{") + "…"
