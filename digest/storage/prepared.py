"""Statements for the sender's turn, compiled once.

A turn is six statements for some sixty mails, and SQLAlchemy takes longer to build them anew
and to look every row's values up than SQLite takes to run them (five times as long, measured).
So here the text is compiled once for the dialect, and the values go to the driver as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, text

from digest.storage.database import bytes_type
from digest.storage.schema import UtcTime

_LIST, _BYTES = ":ids", "BYTES"


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The driver's own text, and where its values stand in it."""

    sql: str
    before: tuple[str, ...]  # names before the list
    after: tuple[str, ...]
    positional: bool


class Prepared:
    """SQL with `:names`. `(:ids)` in it stands for a list of numbers, BYTES for that type."""

    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._known: dict[tuple[str, int], _Compiled] = {}

    def among(self, connection: Connection, ids: Sequence[int], **values: Any) -> CursorResult[Any]:
        """Execute the statement once, for these numbers."""
        known = self._compiled(connection, len(ids))
        before, after = [[values[n] for n in names] for names in (known.before, known.after)]
        if known.positional:
            return connection.exec_driver_sql(known.sql, (*before, *ids, *after))
        listed = {f"id_{at}": number for at, number in enumerate(ids)}
        return connection.exec_driver_sql(known.sql, {**values, **listed})

    def each(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Execute the statement for every row; its values are in the order of the names."""
        if not rows:
            return
        known = self._compiled(connection, 0)
        if known.positional:
            connection.exec_driver_sql(known.sql, list(rows))
        else:
            named = [dict(zip(known.before, row, strict=True)) for row in rows]
            connection.exec_driver_sql(known.sql, named)

    def _compiled(self, connection: Connection, ids: int) -> _Compiled:
        key = connection.dialect.name, ids
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._compile(connection.dialect, ids)
        return found

    def _compile(self, dialect: Dialect, ids: int) -> _Compiled:
        listed = [f"id_{at}" for at in range(ids)]
        sql = self._sql.replace(_LIST, ", ".join(f":{name}" for name in listed))
        clause = text(sql.replace(_BYTES, bytes_type(dialect))).compile(dialect=dialect)
        positional = getattr(clause, "positiontup", None)
        names = list(positional or re.findall(r"(?<!:):(\w+)", sql))
        first = names.index(listed[0]) if listed else len(names)
        after = names[first + ids :]
        return _Compiled(str(clause), tuple(names[:first]), tuple(after), bool(positional))


def stamps(connection: Connection) -> Callable[[datetime | None], Any]:
    """Return what turns a time into what the driver takes for a UtcTime."""
    adapt = UtcTime().dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return lambda time: adapt(time) if adapt and time is not None else time
