"""Planning: who gets an issue of an edition, and after which edition its papers begin.

An issue begins where the newest one that arrived (or may have) ended. It begins earlier when an
issue before it was lost: composed, kept out of the later ones while it was still to be sent, and
then expired, refused or cancelled. What the ledger does not have of it is on offer again, with the
rest of its time. It counts as made up for once an issue of an edition that was opened after the
loss has arrived.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Subquery,
    case,
    exists,
    false,
    func,
    literal,
    select,
)

from digest.states import UNSENT, ResendRule, State
from digest.storage.database import Database, conflict_insert
from digest.storage.delivery_rows import (
    edition_may_be_sent,
    goes_again,
    is_suppressed,
    one_of,
)
from digest.storage.schema import deliveries, editions, subscribers

REACH = timedelta(days=14)  # what was lost longer ago than this is no news any more

ARRIVED = (State.ACCEPTED, State.UNCERTAIN)  # or may have
_LOST = (State.EXPIRED, State.REFUSED, State.CANCELLED, State.SUPPRESSED)

# Made once: most of the time that it takes to put the question together is in naming tables anew.
_NEWEST, _OVER, _ITS = (editions.alias(name) for name in ("newest", "over", "its"))
_LOST_ONE, _OTHER, _HAD = (deliveries.alias(name) for name in ("lost", "other", "had"))


class Before(NamedTuple):
    """A run to come: what it will have changed before it plans.

    It takes over (`digest.delivery.taking_over`), then finishes the older editions.
    """

    now: datetime  # it closes the editions whose time is over
    resend: ResendRule | None  # how it sends again what may have arrived; None: not at all
    arrived: Collection[int] = ()  # a reader's older editions that it sends them before it plans


class PlanSql:
    """The planner's side of the delivery store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def plan(
        self,
        edition: int,
        now: datetime,
        *,
        period: str | None = None,
        readers: Sequence[int] | None = None,
        email_keys: Sequence[str] = (),
    ) -> int:
        """Plan an edition's delivery to every active reader who has none; return how many.

        readers: only these. email_keys: only these addresses (`only_to`). One statement: who
        subscribes or leaves meanwhile is in or out, never half.
        """
        wanted: list[ColumnElement[bool]] = [subscribers.c.state == "active"]
        if email_keys:
            wanted.append(subscribers.c.email_key.in_(email_keys))
        chunks = [None] if readers is None else one_of(subscribers.c.id, readers)
        planned = 0
        with self._database.write() as connection:
            reach = horizon(connection)
            for chunk in chunks:
                where = wanted if chunk is None else [*wanted, chunk]
                begin = windows(edition, reach, where).subquery("begin")
                planned += _plan(connection, edition, period, begin, now)
        return planned


def horizon(connection: Connection, *, coming: datetime | None = None) -> int:
    """Return the edition up to which nothing that was lost is offered again.

    By the editions' own times, so that a clock gone wrong moves nothing. coming: when the time of
    an edition is over that a run would open now.
    """
    ends = connection.scalar(select(func.max(editions.c.expires_at))), coming
    newest = max(filter(None, ends), default=None)
    if newest is None:
        return 0
    over = select(func.max(editions.c.number)).where(editions.c.expires_at <= newest - REACH)
    return connection.scalar(over) or 0


def windows(
    edition: int,
    horizon: int,
    wanted: Sequence[ColumnElement[bool]],
    *,
    before: Before | None = None,
) -> Select[tuple[int, int]]:
    """Ask for readers, and after which edition the issue of `edition` begins for each.

    wanted: which subscribers. before: ask before a run that would take over first; None: it has.
    """
    standing = _standing(edition, wanted, before)
    reader, last, begins = standing.c.reader, standing.c.last, standing.c.begins
    newest, over, lost = _NEWEST, _OVER, _LOST_ONE
    # Only for speed, so that a handful of a reader's deliveries is looked at: what could not be
    # sent any more when the newest was opened was not lost since. But for the one that was over
    # last, as what was left of it may have been closed a little later.
    closed = (
        select(func.max(over.c.number))
        .where(over.c.number < last, over.c.expires_at <= newest.c.opened_at)
        .correlate(standing, newest)
        .scalar_subquery()
    )
    again = (
        select(func.min(case((lost.c.since < horizon, horizon), else_=lost.c.since)))
        .where(lost.c.subscriber_id == reader)
        .where(lost.c.edition > horizon, lost.c.edition >= func.coalesce(closed, 0))
        .where(_is_lost(lost, before), lost.c.in_ledger == false())
        .where(lost.c.since < begins, begins > horizon)
        .where((func.length(lost.c.papers) > 0) | ~_covered(lost, before))
        .where(last.is_(None) | (_closed_at(lost, before) >= newest.c.opened_at))
        .correlate(standing, newest)
        .scalar_subquery()
    )
    return select(reader, func.coalesce(again, begins).label("since")).select_from(
        standing.outerjoin(newest, newest.c.number == last)
    )


def _has_arrived(row: FromClause, before: Before | None) -> ColumnElement[bool]:
    arrived: ColumnElement[bool] = row.c.state.in_(ARRIVED)
    if before is None:
        return arrived
    if before.resend is None:
        return arrived | _arrives_first(row, before)
    alive = select(editions.c.number).where(edition_may_be_sent(before.now))
    arrived &= ~(goes_again(row, before.resend, before.now) & row.c.edition.in_(alive))
    return arrived | _arrives_first(row, before)


def _arrives_first(row: FromClause, before: Before) -> ColumnElement[bool]:
    return row.c.edition.in_(before.arrived) if before.arrived else false()


def _is_lost(lost: FromClause, before: Before | None) -> ColumnElement[bool]:
    closed = lost.c.state.in_(_LOST)
    return closed if before is None else closed | _expires(lost, before.now)


def _closed_at(lost: FromClause, before: Before | None) -> ColumnElement[Any]:
    if before is None:
        return lost.c.changed_at
    by_then = literal(before.now, deliveries.c.changed_at.type)
    return case((_expires(lost, before.now), by_then), else_=lost.c.changed_at)


def _expires(lost: FromClause, by: datetime) -> ColumnElement[bool]:
    """Ask what `DeliveryStore.expire` would close."""
    ends = select(_ITS.c.number).where(_ITS.c.expires_at <= by)
    return lost.c.state.in_(UNSENT) & lost.c.edition.in_(ends)


def _covered(lost: FromClause, before: Before | None) -> ColumnElement[bool]:
    """Return whether another issue brought all that a lost one could have brought.

    That counts where the lost one was never composed: so nothing was kept out of the other.
    """
    other = _OTHER
    return exists().where(
        other.c.subscriber_id == lost.c.subscriber_id,
        other.c.edition >= lost.c.edition,
        other.c.since <= lost.c.since,
        _has_arrived(other, before),
    )


def _standing(
    edition: int, wanted: Sequence[ColumnElement[bool]], before: Before | None
) -> Subquery:
    """Ask for readers with the newest edition that arrived, and where that lets a window begin."""
    had = _HAD
    arrived = (
        select(func.max(had.c.edition))
        .where(had.c.subscriber_id == subscribers.c.id)
        .where(_has_arrived(had, before))
        .scalar_subquery()
    )
    found = select(subscribers.c.id, subscribers.c.last_edition, arrived.label("last"))
    known = found.where(*wanted).subquery("known")
    served = func.nullif(known.c.last_edition, 0)
    begins = func.coalesce(known.c.last, served, edition - 1).label("begins")
    return select(known.c.id.label("reader"), known.c.last, begins).subquery("standing")


def _plan(
    connection: Connection,
    edition: int,
    period: str | None,
    begin: Subquery,
    now: datetime,
) -> int:
    rows = select(
        literal(edition),
        begin.c.reader,
        literal(period),
        case((is_suppressed(), State.SUPPRESSED.value), else_=State.PLANNED.value),
        literal(0),
        literal(0),
        literal(False),
        begin.c.since,
        literal(now, deliveries.c.changed_at.type),
    ).where(subscribers.c.id == begin.c.reader)  # no JOIN: its ON would take that of the conflict
    names = ["edition", "subscriber_id", "period", "state", "generation", "attempts"]
    names += ["in_ledger", "since", "changed_at"]
    statement = conflict_insert(connection, deliveries).from_select(names, rows)
    # Without the option SQLAlchemy lets go of an INSERT's count before it can be asked for.
    counted = statement.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return connection.execute(counted).rowcount
