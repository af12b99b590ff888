"""The subject, the preheader and the masthead's line: what is inside, before a mail is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from digest.composing.branding import Tone
from digest.composing.headline import capitalised, cut_between_words, finding, one_line
from digest.composing.locales import Catalogue
from digest.composing.sections import IssueSection
from digest.composing.wrapping import WIDTH, columns
from digest.papers import Paper

Kind = Literal["daily", "weekly", "welcome"]  # of an issue

SUBJECT_LENGTH = 60  # what a phone shows
PREHEADER_LENGTH = 110
_LONGEST_TOPIC = 30  # a longer keyword would leave no room for what was found
_LEAST_FINDING = 20
_READ_A_MINUTE = 1_400  # characters: 238 English words (Brysbaert 2019), with their spaces


def subject(
    words: Catalogue,
    tone: Tone,
    brand: str,
    edition: int,
    topic: str,
    papers: Sequence[Paper],
    *,
    kind: Kind = "daily",
) -> str:
    """Return a subject that names the topic, what the first paper found, and how many follow.

    `papers` are those for the reader's keywords: what fills an issue is not counted. The form
    turns with the edition's number, of which there is one a day at most: two days running differ
    even when their first papers bear the same title.
    """
    told = finding(papers[0].title, papers[0].abstract)
    if columns(topic) > _LONGEST_TOPIC or told.casefold().startswith(topic.casefold()):
        topic = ""
    form = _form(words, tone, f"{brand} {edition}", edition % 2 == 0, bool(topic), kind)
    if len(papers) > 1 and (tone != "terse" or kind != "daily"):
        count = words.number(len(papers) - 1)
        form = words.say("{line}, + {n}").replace("{line}", form).replace("{n}", count)
    form = form.replace("{topic}", capitalised(one_line(topic)))
    if form.startswith("{finding}"):
        told = capitalised(told)
    room = SUBJECT_LENGTH - columns(form.replace("{finding}", ""))
    return one_line(form.replace("{finding}", cut_between_words(told, max(room, _LEAST_FINDING))))


def _form(words: Catalogue, tone: Tone, number: str, other: bool, topic: bool, kind: Kind) -> str:
    """Return a subject without its count; a day's is never the next day's."""
    say = words.say
    if kind == "daily" and tone == "terse":
        return f"{number} · {{finding}}" if other else f"{number}: {{finding}}"
    line = say("{topic} · {finding}") if topic else "{finding}"
    if kind == "welcome":
        return say("Welcome: {line}").replace("{line}", line)
    if kind == "weekly":
        return say("The week: {line}").replace("{line}", line)
    if tone == "warm":
        opening = say("Today for you: {line}") if other else say("For you today: {line}")
        return opening.replace("{line}", line)
    if topic:
        return line if other else say("{topic}: {finding}")
    return say("New: {line}").replace("{line}", line) if other else line


def preheader(words: Catalogue, edition: int, papers: Sequence[Paper], told: str) -> str:
    """Return the line after the subject: what the next papers found, or what the only one does.

    `told` is what the first paper's card says. As with subjects, two days running differ.
    """
    other = edition % 2 == 0
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
        line = cut_between_words(finding(paper.title, paper.abstract), SUBJECT_LENGTH)
        if not found or columns(line) <= room:
            found.append(line)
            room -= columns(line) + 3
    form = words.say("More today: {titles}") if other else words.say("Also: {titles}")
    return form.replace("{titles}", " · ".join(found))


def contents_line(
    words: Catalogue, papers: Sequence[Paper], sections: Sequence[IssueSection], characters: int
) -> str:
    """Return what an issue holds: how many papers, how long they take, under what keywords.

    `characters` is what a card tells at most. One line, in the text part as well.
    """
    length = sum([len(paper.title) + min(len(paper.abstract), characters) for paper in papers])
    line = words.say("{papers}, {minutes}")
    line = line.replace("{papers}", words.plural("{n} paper", "{n} papers", len(papers)))
    minutes = max(1, round(length / _READ_A_MINUTE))
    line = line.replace("{minutes}", words.plural("{n} minute", "{n} minutes", minutes))
    named: list[str] = []
    room = WIDTH - columns(line) - len(": …")
    for section in sections:
        if section.keyword:
            part = f"{words.number(len(section.places))} {section.keyword}"
            room -= columns(part) + len(" · ")
            if room < 0:
                named.append("…")
                break
            named.append(part)
    return f"{line}: {' · '.join(named)}" if named and named[0] != "…" else line
