"""Editions as an operator sees and steers them: accounting, approval, pause, cancellation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from digest.app.application import App
from digest.app.stores import Stores
from digest.delivery import taking_over
from digest.editions import Figures
from digest.errors import counted
from digest.states import ResendRule
from digest.storage.recipes import Pruned


def figures(stores: Stores, number: int) -> Figures:
    """Return an edition's accounting; raises NotFound."""
    return Figures.of(stores.editions.get(number), stores.deliveries.accounting(number))


def all_figures(stores: Stores) -> Iterator[Figures]:
    """Yield every edition's accounting, the first one first."""
    for edition in stores.editions.all():
        yield Figures.of(edition, stores.deliveries.accounting(edition.number))


def approve(stores: Stores, number: int) -> Figures:
    """Let an edition go that waits for a person; its time to expire begins when it was opened."""
    if stores.editions.get(number).state == "awaiting_approval":
        stores.editions.set_state(number, "open")
    return figures(stores, number)


def pause(stores: Stores, number: int) -> Figures:
    """Stop an edition; what is on the wire ends as it ends."""
    if stores.editions.get(number).state == "open":
        stores.editions.set_state(number, "paused")
    return figures(stores, number)


def resume(stores: Stores, number: int) -> Figures:
    """Go on with a paused edition."""
    if stores.editions.get(number).state == "paused":
        stores.editions.set_state(number, "open")
    return figures(stores, number)


def cancel(stores: Stores, number: int, now: datetime) -> Figures:
    """Send no more of an edition."""
    stores.editions.get(number)
    stores.editions.set_state(number, "cancelled")
    stores.deliveries.cancel(number, now)
    return figures(stores, number)


def prune(app: App) -> Pruned:
    """Remove what the operator keeps for some time: what makes mails again, and reports of mail."""
    issues = timedelta(days=app.settings.edition.keep_issues_days)
    reports = timedelta(days=app.settings.inbound.keep_days)
    gone = app.stores.recipes.prune(app.clock() - issues)
    app.stores.suppressions.prune(app.clock() - reports)
    return replace(gone, reports=app.stores.returned.prune(app.clock() - reports))


def take_over_abandoned(app: App) -> None:
    """Take over what dead senders left, close what has expired, send again what may be."""
    alone = app.stores.database.one_machine
    taking_over.take_over(
        app.stores.deliveries,
        app.stores.editions,
        app.sending_parts.dead_senders(alone=alone),
        app.clock(),
        alone=alone,
        resend=_second_tries(app),
    )


def _second_tries(app: App) -> ResendRule | None:
    """Return how what is in doubt is sent again now: not to a relay that is sick.

    Its probes are other mails, as long as there are any: a doubt has one second try.
    """
    rule, memory, now = app.issue_rules.resend, app.relay_memory(), app.clock()
    if rule is None or memory is None or not memory.health().is_open:
        return rule
    waiting = (
        app.stores.windows.may_send(edition.number, now)
        for edition in app.stores.editions.unfinished(now)
    )
    return None if any(waiting) else rule


def waiting_papers(count: int) -> str:
    """Return what is to be said of papers that came after an edition was opened."""
    papers = counted(count, "paper has", "papers have")
    now = "`digest run --extra` sends it" if count == 1 else "`digest run --extra` sends them"
    return f"{papers} come since it was opened, for the next edition; {now} today"
