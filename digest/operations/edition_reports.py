"""What the operator is told of an edition: in one sentence, in the log, and by mail once a day."""

from __future__ import annotations

import structlog

from digest.app.application import App
from digest.editions import Edition, Figures
from digest.operations.coming_edition import older_editions
from digest.operations.operator_mail import mail_operator_once_a_day
from digest.states import Accounting, State

log = structlog.get_logger("digest")

_NAMED = 3  # addresses in a sentence

# What an operator may have to do something about, and what it is called.
OPEN_ENDS = {
    State.UNCERTAIN: "in doubt",
    State.REFUSED: "refused",
    State.DEFERRED: "put off",
    State.PLANNED: "not sent yet",
    State.CLAIMED: "not sent yet",
    State.SENDING: "on the wire",
    State.EXPIRED: "too late",
}


def not_everybody(app: App, number: int) -> str:
    """Return who has not got an edition, and why, in one sentence; empty when everybody has."""
    told = app.stores.deliveries.accounting(number)
    parts = [_part(app, number, state, told) for state in OPEN_ENDS if getattr(told, state.value)]
    if not parts:
        return ""
    return f"edition {number}: not everybody has theirs: {'; '.join(parts)}"


def who_waits(app: App, figures: Figures) -> list[str]:
    """Return who has not got the edition of a run, and who still waits for an older one.

    A sentence for each edition, the oldest first; see `not_everybody`.
    """
    accounting = app.stores.deliveries.accounting
    older = [
        edition.number
        for edition in older_editions(app, figures.label)
        if edition.number != figures.number and not accounting(edition.number).finished
    ]
    its = [figures.number] if figures.number is not None and figures.state == "open" else []
    return [said for number in (*older, *its) if (said := not_everybody(app, number))]


def _part(app: App, number: int, state: State, told: Accounting) -> str:
    count: int = getattr(told, state.value)
    found = app.stores.deliveries.listed(number, [state], limit=_NAMED)
    names = ", ".join(view.email for view in found) + (", …" if count > len(found) else "")
    said = next((view.reply for view in found if view.reply), "")
    if state is State.UNCERTAIN and count > app.stores.deliveries.held(
        number, app.settings.delivery.resend
    ):
        said = f"{said or 'no answer came'}; sent once more by itself, the same bytes"
    return f"{count} {OPEN_ENDS[state]} ({names}{': ' + said if said else ''})"


def tell_operator_of(app: App, edition: Edition, trouble: str | None) -> None:
    """Say in the log, and once a day by mail, that an edition needs somebody."""
    told = app.stores.deliveries.accounting(edition.number)
    held = app.stores.deliveries.held(edition.number, app.settings.delivery.resend)
    if not (trouble or held or told.refused) or (not trouble and not told.finished):
        return
    log.warning(
        "not everybody has theirs",
        edition=edition.number,
        uncertain=told.uncertain,
        refused=told.refused,
        deferred=told.deferred,
        pending=told.pending,
        reason=trouble or "",
    )
    _mail(app, edition, trouble)


def _mail(app: App, edition: Edition, trouble: str | None) -> None:
    def text() -> str:
        return (
            f"{not_everybody(app, edition.number) or trouble}\n\n"
            + (f"Why: {trouble}\n\n" if trouble else "")
            + f"`digest deliveries {edition.number}` lists them with the servers' words; what to do"
            "\nstands in docs/three-am.md. You get one such mail a day for each edition.\n"
        )

    subject = f"edition {edition.number} needs you"
    failed = mail_operator_once_a_day(app, f"told:{edition.number}", subject, text)
    if failed:
        log.error("the operator was not told", edition=edition.number, reason=failed)
