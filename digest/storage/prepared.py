"""Statements for the sender's turn, compiled once.

A turn is a few statements for some sixty mails, and SQLAlchemy takes longer to build them anew
and to look every row's values up than SQLite takes to run them (five times as long, measured).
So here the text is compiled once for the dialect, and the values go to the driver as they are.

One statement for all rows, and not one for each: the driver gives Python's lock away at every
step, and getting it back from the threads that send takes longer than the step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, text

from digest.storage.database import bytes_type
from digest.storage.schema import UtcTime

_LIST, _BYTES = "<LIST>", "BYTES"
_MARKERS = re.compile(r":(?:ids|rows)\b")


@dataclass(slots=True)
class _Compiled:
    """The driver's own text, and where its values stand in it."""

    head: str  # all of it, or what is before the list
    tail: str
    before: tuple[str, ...]  # names, in order; without positions: all of them
    after: tuple[str, ...]
    positional: bool
    by_size: dict[tuple[int, int], str] = field(default_factory=dict)


class PreparedStatement:
    """SQL with `:names`, one of which may be a list; BYTES in it stands for that type.

    `(:ids)` is a list of numbers, `VALUES :rows` one of rows.
    """

    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._known: dict[str, _Compiled] = {}

    def among(self, connection: Connection, ids: Sequence[int], **values: Any) -> CursorResult[Any]:
        """Execute the statement once, for these numbers."""
        return self._execute(connection, ids, (len(ids), 0), values)

    def joined(
        self, connection: Connection, rows: Sequence[tuple[Any, ...]], **values: Any
    ) -> CursorResult[Any]:
        """Execute the statement once, for these rows: one at least, all of one length."""
        flat = tuple(chain.from_iterable(rows))
        return self._execute(connection, flat, (len(rows), len(rows[0])), values)

    def each(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Execute the statement for every row; its values are in the order of the names."""
        if not rows:
            return
        known = self._compiled(connection.dialect)
        if known.positional:
            connection.exec_driver_sql(known.head, list(rows))
        else:
            named = [dict(zip(known.before, row, strict=True)) for row in rows]
            connection.exec_driver_sql(known.head, named)

    def _execute(
        self,
        connection: Connection,
        listed: Sequence[Any],
        size: tuple[int, int],
        values: dict[str, Any],
    ) -> CursorResult[Any]:
        known = self._compiled(connection.dialect)
        sql = known.by_size.get(size)
        if sql is None:
            sql = known.by_size[size] = known.head + _places(*size, known.positional) + known.tail
        if known.positional:
            before, after = [[values[n] for n in names] for names in (known.before, known.after)]
            return connection.exec_driver_sql(sql, (*before, *listed, *after))
        numbered = {f"v{at}": value for at, value in enumerate(listed)}
        return connection.exec_driver_sql(sql, values | numbered)

    def _compiled(self, dialect: Dialect) -> _Compiled:
        found = self._known.get(dialect.name)
        if found is None:
            found = self._known[dialect.name] = self._compile(dialect)
        return found

    def _compile(self, dialect: Dialect) -> _Compiled:
        sql = _MARKERS.sub(_LIST, self._sql).replace(_BYTES, bytes_type(dialect))
        clause = text(sql).compile(dialect=dialect)
        positional = dialect.positional
        names = tuple((positional and clause.positiontup) or re.findall(r"(?<!:):(\w+)", sql))
        head, _, tail = str(clause).partition(_LIST)
        first = head.count("?") if positional else len(names)
        return _Compiled(head, tail, names[:first], names[first:], positional)


def _places(count: int, width: int, positional: bool) -> str:
    """Return the list's placeholders: of numbers (width 0), or of rows of a width."""
    places = ["?" if positional else f"%(v{at})s" for at in range(count * (width or 1))]
    if not width:
        return ", ".join(places)
    rows = [places[at : at + width] for at in range(0, len(places), width)]
    return ", ".join(f"({', '.join(row)})" for row in rows)


def stamps(connection: Connection) -> Callable[[datetime | None], Any]:
    """Return what turns a time into what the driver takes for a UtcTime."""
    adapt = UtcTime().dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return lambda time: adapt(time) if adapt and time is not None else time
