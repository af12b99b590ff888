"""Planning: who gets an issue of an edition, and which editions it covers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, case, func, literal, select

from digest.states import State
from digest.storage.database import Database, conflict_insert
from digest.storage.delivery_rows import is_suppressed, one_of
from digest.storage.schema import deliveries, subscribers


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
            for chunk in chunks:
                where = wanted if chunk is None else [*wanted, chunk]
                planned += _plan(connection, edition, period, where, now)
        return planned


def _plan(
    connection: Connection,
    edition: int,
    period: str | None,
    wanted: Sequence[ColumnElement[bool]],
    now: datetime,
) -> int:
    had = deliveries.alias()
    last_issue = (
        select(func.max(had.c.edition))
        .where(had.c.subscriber_id == subscribers.c.id)
        .where(had.c.state.in_((State.ACCEPTED, State.UNCERTAIN)))
        .scalar_subquery()
    )
    rows = select(
        literal(edition),
        subscribers.c.id,
        literal(period),
        case((is_suppressed(), State.SUPPRESSED.value), else_=State.PLANNED.value),
        literal(0),
        literal(0),
        literal(False),
        func.coalesce(last_issue, func.nullif(subscribers.c.last_edition, 0), edition - 1),
        literal(now, deliveries.c.changed_at.type),
    ).where(*wanted)
    names = ["edition", "subscriber_id", "period", "state", "generation", "attempts"]
    names += ["in_ledger", "since", "changed_at"]
    statement = conflict_insert(connection, deliveries).from_select(names, rows)
    return connection.execute(statement.on_conflict_do_nothing()).rowcount
