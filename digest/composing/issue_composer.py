"""Makes a run's issues, with their links, and stops the run when they are not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

import idna

from digest.composing.branding import RenderSettings
from digest.composing.checks.preflight import CardChecks, mail_problem, preflight
from digest.composing.compose import EditionRenderer, Recipient, Renderers, compose, compose_quiet
from digest.composing.subject_lines import Kind
from digest.composing.templates import Templates
from digest.editions import Edition
from digest.errors import DeliveryError
from digest.mail import Issue
from digest.papers import Paper
from digest.ranking.interface import Pick
from digest.resources import shipped
from digest.settings import Settings, sender_address
from subscribers.store import Subscriber
from subscribers.tokens import Tokens

_LOCAL = "!$'*+-.=_~"  # what a mailto: link's local part shows as it is


def build_renderers(settings: Settings, size_limit: int | None = None) -> Renderers:
    """Return the mail's templates, compiled. Raises SettingsError or TemplateError.

    size_limit: octets that the relay takes; None: enough.
    """
    of = settings.newsletter
    return Renderers(
        RenderSettings(
            name=of.name,
            base_url=of.base_url or None,
            is_open=settings.web.subscribing == "open",
            accent=of.accent,
            logo=of.logo_url or None,
            logo_alt=of.logo_alt,
            postal_address=of.postal_address or None,
            tone=of.tone,
            language=of.language,
            search_link=of.search_url,
            quiet_day=of.quiet_day,
            cards=settings.edition.cards,
            templates=of.templates,
            size_limit=size_limit,
        ),
        Templates(shipped("templates/email"), of.templates),
    )


class IssueComposer:
    """Makes issues for a run, with their links, and stops it when they are not fit."""

    def __init__(self, renderers: Renderers, tokens: Tokens, settings: Settings) -> None:
        self._renderers = renderers
        self._tokens = tokens
        self._settings = settings
        self._editions: dict[tuple[int, str], tuple[EditionRenderer, CardChecks]] = {}
        self._checked: set[int] = set()  # editions whose sample passed the preflight

    def compose(
        self,
        edition: Edition,
        reader: Subscriber,
        picks: Sequence[Pick],
        papers: Mapping[int, Paper],
        now: datetime,
        *,
        first: bool = False,
        turn: int,
    ) -> Issue:
        """Return one reader's issue of an edition; `first`: it bids them welcome.

        turn: odd and even from one issue of theirs to the next, so that subjects differ.
        """
        kind: Kind = "weekly" if reader.cadence == "weekly" else "daily"
        edition_renderer = self._renderer(edition, "welcome" if first else kind)
        return compose(
            _reader(reader, turn),
            edition_renderer,
            picks,
            papers,
            now=now,
            links=self._links(now),
        )

    def quiet(self, edition: Edition, reader: Subscriber, now: datetime) -> Issue | None:
        """Return the note for a reader for whom there is no paper, if the operator wants one."""
        if self._settings.newsletter.quiet_day != "note":
            return None
        edition_renderer = self._renderer(edition, "daily")
        links = self._links(now)
        return compose_quiet(_reader(reader), edition_renderer, "no_match", now=now, links=links)

    def check(self, edition: Edition, issues: Sequence[Issue]) -> None:
        """Look at a sample before anything is sent, and at every card and mail.

        Raises DeliveryError, which says what is wrong in which template; nothing was sent.
        """
        problems = [problem for issue in issues if (problem := mail_problem(issue))]
        made = [pair for (number, _), pair in self._editions.items() if number == edition.number]
        found = [finding for renderer, cards in made for finding in cards.findings(renderer)]
        if edition.number not in self._checked and issues:
            found += preflight(self._renderer(edition, "daily"), issues)
        problems += [str(each) for each in found if each.severity == "error"]
        if problems:
            more = f" (and {len(problems) - 1} more; see `digest lint`)" if problems[1:] else ""
            raise DeliveryError(f"the edition was stopped before sending: {problems[0]}{more}")
        self._checked.add(edition.number)

    def _renderer(self, edition: Edition, kind: Kind) -> EditionRenderer:
        key = (edition.number, kind)
        if key not in self._editions:
            cards = CardChecks()
            renderer = self._renderers.edition(
                edition.number, edition.label, kind, on_card=cards.add
            )
            self._editions[key] = renderer, cards
        return self._editions[key][0]

    def _links(self, now: datetime) -> _MailLinks:
        return _MailLinks(self._tokens, self._settings, now)


def _reader(reader: Subscriber, turn: int | None = None) -> Recipient:
    return Recipient(
        reader.id,
        reader.email,
        reader.name,
        reader.language,
        reader.wants_html,
        reader.cards,
        turn,
    )


@dataclass(frozen=True, slots=True)
class _MailLinks:
    tokens: Tokens
    settings: Settings
    now: datetime

    def token(self, subscriber: int, edition: int) -> str:
        return self.tokens.sign("mail", subscriber, edition, now=self.now)

    def mailto(self, token: str) -> str | None:
        of = self.settings.newsletter
        if of.base_url and not of.unsubscribe_mailto:
            return None
        address = of.unsubscribe_mailto or sender_address(self.settings)
        return f"mailto:{_in_a_link(address)}?subject=unsubscribe%20{token}"


def _in_a_link(address: str) -> str:
    """Return an address as it stands in a mailto: link: ASCII (RFC 6068, 2; RFC 5891)."""
    local, _, domain = address.rpartition("@")
    return f"{quote(local, safe=_LOCAL)}@{idna.encode(domain, uts46=True).decode('ascii')}"
