"""A store that was put back, and does not know all that was sent: what becomes of that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from digest.app.application import App
from digest.operations.operator_mail import mail_operator_once_a_day
from digest.schedule import tick as scheduling
from digest.states import State

WHY_HELD = "may have been sent after this store was copied"


@dataclass(frozen=True, slots=True)
class Held:
    """What was put in doubt."""

    deliveries: int
    letters: int  # dropped: who still needs one asks again
    until: datetime  # when the last mail left that the store does not know of


def hold(app: App) -> Held:
    """Put in doubt all that may have been sent since the store was copied; then go on.

    Also what the store had not planned yet: whoever was due by the time of the last mail. With
    `digest run` that is everybody. Papers that came since are not in the store: read their dumps
    first, or they are offered again. Raises StoreError.
    """
    now, stores = app.clock(), app.stores
    until = app.epoch.last_sent(now)
    noted, _ = app.epoch.file.read()
    with stores.deliveries.together():
        _plan_as_by(app, until)
        held = stores.deliveries.hold_unsent(WHY_HELD, now)
        dropped = stores.letters.drop(WHY_HELD, now)
        number = stores.epoch.pass_over(noted.number if noted else 0)
    app.epoch.settle(number, now)
    return Held(held, dropped, until)


def go_on(app: App) -> None:
    """Go on as if the store knew all that was sent, on the operator's word. Raises StoreError."""
    noted, _ = app.epoch.file.read()
    number = app.stores.epoch.pass_over(noted.number if noted else 0)
    app.epoch.settle(number, app.clock())


def names_in_doubt(app: App) -> dict[int, list[str]]:
    """Return the addresses of all who may have had an issue, by edition; only living ones."""
    found = {}
    for edition in app.stores.editions.all():
        views = app.stores.deliveries.listed(edition.number, [State.UNCERTAIN], limit=10**9)
        if views and edition.is_alive(app.clock()):
            found[edition.number] = [view.email for view in views]
    return found


def tell_that_it_waits(app: App, why: str) -> None:
    """Write to the operator, once for each epoch and day, that nothing is sent."""
    noted, _ = app.epoch.file.read()
    name = f"told:restored:{app.stores.epoch.get().number}:{noted.number if noted else 0}"
    text = f"{why}\n\nSee docs/three-am.md.\n"
    mail_operator_once_a_day(app, name, "nothing is sent", lambda: text)


def _plan_as_by(app: App, until: datetime) -> None:
    """Plan what senders will have planned by then, so that it can be held."""
    stores, rules = app.stores, app.time_rules
    if not stores.deliveries.goes_to_all():
        scheduling.tick(until, rules, stores.editions, stores.rhythms)
        return
    label = until.astimezone(ZoneInfo(rules.zone)).date()
    stores.editions.open(label, now=until, expiry=rules.expiry, approve=rules.approve)
    for edition in stores.editions.all():
        if edition.is_alive(until) and edition.label <= label:
            scheduling.plan_welcomes(
                edition.number, until, stores.editions, stores.rhythms, rules.only_to
            )
            stores.deliveries.plan(edition.number, until, email_keys=rules.only_to)
