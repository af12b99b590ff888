"""The subject, the preheader and the masthead's line: what is inside, before a mail is open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from digest.composing.branding import Tone
from digest.composing.locales import Catalogue
from digest.composing.sections import IssueSection
from digest.composing.short_title import capitalised, cut_between_words, finding, one_line
from digest.composing.wrapping import WIDTH, columns
from digest.papers import Paper

Kind = Literal["daily", "weekly", "welcome"]  # of an issue

SUBJECT_LENGTH = 72  # what a mail program on a desk shows; a phone, half of it in two lines
PREHEADER_LENGTH = 110
_LONGEST_TOPIC = 30  # a longer keyword would leave no room for what was found
_LEAST_FINDING = 20
_HOLE = re.compile(r"\{(?:topic|finding)\}")
_COLON = re.compile(r"\s*[:：]\s*\{finding\}")
_AFTER_CUT = re.compile("…[,，]\\s*")
_READ_A_MINUTE = 1_400  # characters: 238 English words (Brysbaert 2019), with their spaces


def subject(
    words: Catalogue,
    tone: Tone,
    turn: int,
    topic: str,
    papers: Sequence[Paper],
    *,
    kind: Kind = "daily",
) -> str:
    """Return a subject: the topic first, what the first paper found, and how many follow.

    `papers` are those for the reader's keywords: what fills an issue is not counted. The form
    differs between odd and even turns: a reader's issues one after the other differ even when
    their first papers bear the same title. A newer version names its number.
    """
    topic = one_line(topic)
    told = finding(papers[0].title, papers[0].abstract)
    begins = bool(topic) and told.casefold().startswith(topic.casefold())
    if begins:
        told = capitalised(told)
    form = _form(words, tone, turn % 2 == 0, "" if begins else topic, begins, kind)
    if updated := papers[0].updated:
        form = words.say("{line} (v{version})").replace("{line}", form)
        form = form.replace("{version}", str(updated.version))
    if len(papers) > 1 and (tone != "terse" or kind != "daily"):
        count = words.number(len(papers) - 1)
        form = words.say("{line}, + {n}").replace("{line}", form).replace("{n}", count)
    room = SUBJECT_LENGTH - _LEAST_FINDING - columns(_HOLE.sub("", form))
    topic = cut_between_words(topic, min(_LONGEST_TOPIC, room))
    form = form.replace("{topic}", capitalised(topic))
    if form.startswith("{finding}"):
        told = capitalised(told)
    room = SUBJECT_LENGTH - columns(form.replace("{finding}", ""))
    line = form.replace("{finding}", cut_between_words(told, max(room, _LEAST_FINDING)))
    return one_line(_AFTER_CUT.sub("… ", line))


def _form(words: Catalogue, tone: Tone, other: bool, topic: str, begins: bool, kind: Kind) -> str:
    """Return a subject without its count; a day's is never the next day's.

    What is said of the issue comes after the topic, or after a finding that `begins` with it.
    """
    say = words.say
    if topic:
        if kind == "welcome":
            line = say("{topic}, your first issue: {finding}")
        elif kind == "weekly":
            line = say("{topic} this week: {finding}")
        elif tone == "warm":
            line = say("{topic} for you: {finding}")
        else:
            line = say("{topic}: {finding}")
        return _COLON.sub(" · {finding}", line) if other else line
    if begins:
        if kind == "daily":
            return say("{finding} (new)") if other else "{finding}"
        said = say("the week") if kind == "weekly" else say("your first issue")
        if other:
            return f"{{finding}} – {said}"
        return say("{line} ({note})").replace("{line}", "{finding}").replace("{note}", said)
    if kind == "welcome":
        return say("Your first issue: {finding}")
    if kind == "weekly":
        return say("This week: {finding}") if other else say("The week: {finding}")
    if tone == "warm":
        return say("For you today: {finding}") if other else say("For you: {finding}")
    return say("New: {finding}") if other else "{finding}"


def preheader(
    words: Catalogue, edition: int, papers: Sequence[Paper], told: str, turn: int | None = None
) -> str:
    """Return the line after the subject: what the next papers found, or what the only one does.

    `told` is what the only paper's card says. As with subjects, odd and even turns differ; without
    a turn, odd and even editions.
    """
    other = (edition if turn is None else turn) % 2 == 0
    if len(papers) == 1:
        told = one_line(told)
        if not told:
            alone, number = words.say("One paper today"), words.say("No. {number}")
            return f"{alone} · {number.replace('{number}', words.number(edition))}"
        form = words.say("In short: {text}") if other else "{text}"
        return form.replace("{text}", cut_between_words(told, PREHEADER_LENGTH))
    found: list[str] = []
    room = PREHEADER_LENGTH
    for paper in papers[1:4]:
        line, width = _also(paper.title, paper.abstract)
        if not found or width <= room:
            found.append(line)
            room -= width + 3
    form = words.say("More today: {titles}") if other else words.say("Also: {titles}")
    return form.replace("{titles}", " · ".join(found))


@lru_cache(maxsize=4096)  # the same few papers stand in most mails
def _also(title: str, abstract: str) -> tuple[str, int]:
    """Return what one of several papers found, and the columns it takes."""
    line = capitalised(cut_between_words(finding(title, abstract), SUBJECT_LENGTH))
    return line, columns(line)


def contents_line(
    words: Catalogue, papers: int, characters: int, sections: Sequence[IssueSection]
) -> str:
    """Return what an issue holds: how many papers, how long they take, under what keywords.

    `characters` is what one reads of them. One line, in the text part as well.
    """
    line = _length_line(words, papers, max(1, round(characters / _READ_A_MINUTE)))
    named: list[str] = []
    room = WIDTH - columns(line) - len(": …")
    for section in sections:
        if section.name:
            part, width = _section_part(words, section.name, len(section.places))
            room -= width
            if room < 0:
                named.append("…")
                break
            named.append(part)
    if not named or named[0] == "…":
        return line
    form = words.say("{contents}: {sections}").replace("{contents}", line)
    return form.replace("{sections}", " · ".join(named))


@lru_cache(maxsize=4096)
def _section_part(words: Catalogue, name: str, papers: int) -> tuple[str, int]:
    """Return a section with its count, and the columns it takes with what stands before it."""
    part = f"{words.number(papers)} {name}"
    return part, columns(part) + len(" · ")


@lru_cache(maxsize=1024)
def _length_line(words: Catalogue, papers: int, minutes: int) -> str:
    """Return how many papers there are and how long they take."""
    line = words.say("{papers}, {minutes}")
    line = line.replace("{papers}", words.plural("{n} paper", "{n} papers", papers))
    return line.replace("{minutes}", words.plural("{n} minute", "{n} minutes", minutes))
