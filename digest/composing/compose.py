"""Everything that is alike in many mails is made once, and a mail is joined from it.

    renderers = Renderers(settings, Templates(shipped_folder, settings.templates))  # once a process
    edition = renderers.edition(12, date(2026, 11, 21))                           # once an edition
    issue = compose(recipient, edition, picks, papers, now=now, links=links)      # once a mail

A mail costs some dictionary look-ups: no MJML, and Jinja only for a card not seen before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain
from operator import attrgetter
from typing import NamedTuple, Protocol

from digest.composing.card_text import Cards, Density
from digest.composing.edition_renderer import Content, EditionInLanguage, EditionRenderer, Renderers
from digest.composing.fit import Fitted, Measured, Weigh, fit, weight, weight_of, weight_with_text
from digest.composing.notices import QuietCause
from digest.composing.sections import AT_LEAST, IssueSection, sections_of, topic_of
from digest.composing.short_title import one_line
from digest.mail import Issue
from digest.papers import Paper
from digest.ranking.interface import Pick
from subscribers.links import mail_link

__all__ = ["EditionRenderer", "MailLinks", "Recipient", "Renderers", "compose", "compose_quiet"]

_fragments = attrgetter("fragments")
_FILLS = 3_000  # bytes for the preheader, the address and the like, at their longest
_ENVELOPE = 3_500  # bytes of a whole mail beside its pieces: headers, signatures, fills


class Recipient(NamedTuple):
    """The person a mail is made for."""

    id: int
    address: str
    name: str = ""
    language: str = ""  # empty: the digest's own
    html: bool = True  # False: text only
    cards: Cards | None = None  # what cards tell; None: as the digest's settings say
    turn: int | None = None  # odd and even from one issue to their next; None: as the edition is


class MailLinks(Protocol):
    """Signs what stands in a mail's links."""

    def token(self, subscriber: int, edition: int) -> str:
        """Return the mail's one token: URL-safe, the same each time it is asked."""
        ...

    def mailto(self, token: str) -> str | None:
        """Return the `mailto:` address that unsubscribes, if there is one."""
        ...


def compose(
    reader: Recipient,
    edition: EditionRenderer,
    picks: Sequence[Pick],
    papers: Mapping[int, Paper],
    *,
    now: datetime,
    links: MailLinks,
) -> Issue:
    """Return one reader's issue; `picks` are in order, the first is the lead.

    papers: those that the picks were chosen from. Issues of the same `Picks` say the same.

    Raises ValueError without picks (an empty issue is not sent: see the quiet-day note) and
    KeyError if a picked paper is not among `papers`.
    """
    if not picks:
        raise ValueError(f"nothing was picked for reader {reader.id}")
    localised = edition.in_language(reader.language, reader.cards)
    token = links.token(reader.id, edition.number)
    mailto = links.mailto(token)
    can_leave = bool(edition.settings.base_url or mailto)
    turn = (edition.number if reader.turn is None else reader.turn) % 2
    content = localised.content(
        picks,
        len(token),
        can_leave,
        turn,
        lambda: _content(localised, edition, picks, papers, len(token), can_leave, turn),
    )
    language = localised.words.language
    return _addressed(reader, edition, language, content, token, mailto, now, turn)


def compose_quiet(
    reader: Recipient,
    edition: EditionRenderer,
    cause: QuietCause,
    *,
    now: datetime,
    links: MailLinks,
) -> Issue:
    """Return the note of a day without papers, for the setting `quiet_day = "note"`."""
    localised = edition.in_language(reader.language, reader.cards)
    token = links.token(reader.id, edition.number)
    mailto = links.mailto(token)
    note = localised.quiet(cause, bool(edition.settings.base_url or mailto))
    content = Content(note.subject, note.preheader, "", "", (note.fragment,), (), {})
    return _addressed(reader, edition, localised.words.language, content, token, mailto, now)


def _addressed(
    reader: Recipient,
    edition: EditionRenderer,
    language: str,
    content: Content,
    token: str,
    mailto: str | None,
    now: datetime,
    turn: int | None = None,
) -> Issue:
    """Put the reader's name and links to what they get."""
    base = edition.settings.base_url
    leave = mail_link(base, token, "unsubscribe") if base else None
    return Issue(
        subscriber=reader.id,
        edition=edition.number,
        to_address=reader.address,
        to_name=one_line(reader.name),
        subject=content.subject,
        fragments=content.fragments,
        fills={
            "token": token,
            "preheader": content.preheader,
            "name": reader.name,
            "address": reader.address,
            "count": str(len(content.papers)),
            "contents": content.contents,
            "message": content.message,
            "unsubscribe": leave or mailto or "",
        },
        papers=content.papers,
        language=language,
        html=reader.html,
        unsubscribe_url=leave,
        unsubscribe_mailto=mailto,
        web_url=mail_link(base, token, "read") if base else None,
        scores=content.scores,
        composed_at=now,
        turn=turn,
    )


def _content(
    localised: EditionInLanguage,
    edition: EditionRenderer,
    picks: Sequence[Pick],
    papers: Mapping[int, Paper],
    token_length: int,
    can_leave: bool,
    turn: int,
) -> Content:
    """Return what all readers with these picks get."""
    sections = sections_of(picks)
    titles = list(map(localised.section, sections))
    fitted, headings = _fitted(localised, edition, titles, picks, papers, token_length, can_leave)
    shown = sections
    if fitted.left_out:
        shown = _without(sections, len(fitted.cards))
        titles = list(map(localised.section, shown))
    row = [localised.top, *headings]
    order: list[int] = []
    for title, section in zip(titles, shown, strict=True):
        row += [title, *map(fitted.cards.__getitem__, section.places)]
        order += section.places
    if fitted.left_out:
        row.append(localised.overflow)
    row.append(localised.foot(can_leave))
    ordered = [picks[place] for place in order]
    numbers = [pick.paper for pick in ordered]
    every = [papers[number] for number in numbers]
    found = [p for p, pick in zip(every, ordered, strict=True) if pick.section == "picked"]
    topic = topic_of(ordered[0])
    subject, opening = localised.lines(topic.keyword if topic else "", found or every, turn)
    return Content(
        subject=subject,
        preheader=opening,
        contents=localised.contents_line(fitted.cards, shown),
        message=localised.renderer.left_out(fitted.left_out) if fitted.left_out else "",
        fragments=tuple(chain.from_iterable(map(_fragments, row))),
        papers=tuple(numbers),
        scores=dict(zip(numbers, [pick.score for pick in ordered], strict=True)),
    )


def _without(sections: Sequence[IssueSection], first: int) -> list[IssueSection]:
    """Return sections without the picks from a place on, for which there was no room."""
    kept = [(each, tuple([place for place in each.places if place < first])) for each in sections]
    return [section._replace(places=places) for section, places in kept if places]


def _fitted(
    localised: EditionInLanguage,
    edition: EditionRenderer,
    titles: Sequence[Measured],
    picks: Sequence[Pick],
    papers: Mapping[int, Paper],
    token_length: int,
    can_leave: bool,
) -> tuple[Fitted, list[Measured]]:
    """Choose the cards that fit, the weakest giving way first; return what heads them all, too."""
    by_keyword = len(picks) >= AT_LEAST
    headings = []
    if by_keyword and edition.kind != "daily":
        headings.append(localised.section(IssueSection("picked", "", tuple(range(len(picks))))))
    frame = [localised.top, *headings, *titles, localised.overflow, localised.foot(can_leave)]

    def card(place: int, density: Density) -> Measured:
        pick = picks[place]
        return localised.card(papers[pick.paper], pick, place == 0, by_keyword, density)

    full = [
        localised.card(papers[pick.paper], pick, place == 0, by_keyword, "full")
        for place, pick in enumerate(picks)
    ]

    def within(most: int, weigh: Weigh) -> Fitted:
        room = most - weight_of(frame, token_length, weigh)
        return fit(room, token_length, full, card, weigh)

    fitted = within(edition.settings.max_html_bytes - _FILLS, weight)
    if limit := edition.settings.size_limit:
        whole = within(limit - _ENVELOPE, weight_with_text)
        fitted = min(fitted, whole, key=lambda each: weight_of(each.cards, token_length))
    return fitted, headings
