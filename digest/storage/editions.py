"""Editions: numbered cuts of the archive."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Row, Select, delete, exists, func, insert, select, update

from digest.editions import Edition, EditionState
from digest.errors import NotFound
from digest.storage.database import Database
from digest.storage.delivery_rows import edition_may_be_sent
from digest.storage.schema import editions, papers, revisions

UNOFFERED = papers.c.edition.is_(None) & papers.c.merged_into.is_(None)
_REVISED = revisions.c.edition.is_(None)


class EditionStore:
    """All SQL about editions.

    show_updated: whether newer versions of papers are offered; else none waits for an edition.
    """

    def __init__(self, database: Database, *, show_updated: bool = True) -> None:
        self._database = database
        self._show_updated = show_updated

    def open(
        self,
        label: date,
        *,
        now: datetime,
        expiry: timedelta,
        approve: bool = False,
        extra: bool = False,
    ) -> Edition | None:
        """Return the newest edition of a label, cutting one of what is unoffered if there is none.

        extra: cut one in any case, as a further part of the label, when something is unoffered.
        None when there is no such edition and nothing new to offer. One transaction: two
        processes that open the same label get the same edition, extra or not.
        """
        with self._database.write() as connection:
            row = connection.execute(_newest_of(label)).first()
            if row is not None and not extra:
                return _edition(row)
            if not self._show_updated:  # left from when it was wanted: passed over now, for good
                connection.execute(delete(revisions).where(_REVISED))
            count = (
                connection.scalar(select(func.count()).select_from(papers).where(UNOFFERED)) or 0
            )
            count += connection.scalar(select(func.count()).where(_REVISED)) or 0
            if not count:
                return _edition(row) if row else None
            last = connection.scalar(select(func.max(editions.c.number))) or 0
            edition = Edition(
                number=last + 1,
                label=label,
                state="awaiting_approval" if approve else "open",
                opened_at=now,
                expires_at=now + expiry,
                papers=count,
                part=row.part + 1 if row else 1,
            )
            connection.execute(insert(editions).values(_values(edition)))
            for table, which in ((papers, UNOFFERED), (revisions, _REVISED)):
                connection.execute(update(table).where(which).values(edition=edition.number))
            return edition

    def has_new(self) -> bool:
        """Return whether there is something that no edition has offered yet."""
        fresh, revised = exists().where(UNOFFERED), exists().where(_REVISED)
        found = fresh | revised if self._show_updated else fresh
        with self._database.read() as connection:
            return bool(connection.scalar(select(found)))

    def get(self, number: int) -> Edition:
        """Return an edition; raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(_columns().where(editions.c.number == number)).one_or_none()
        if row is None:
            raise NotFound(f"there is no edition {number}; `digest editions list` shows them all")
        return _edition(row)

    def find(self, label: date) -> Edition | None:
        """Return the newest edition of a label, None when there is none."""
        with self._database.read() as connection:
            row = connection.execute(_newest_of(label)).first()
        return _edition(row) if row else None

    def named(self, name: str) -> Edition | None:
        """Return the edition of a name (see `Edition.name`), None when there is none."""
        try:
            label = date.fromisoformat(name[:10])
        except ValueError:
            return None
        query = _columns().where(editions.c.label == label)
        with self._database.read() as connection:
            of_label = [_edition(row) for row in connection.execute(query)]
        return next((edition for edition in of_label if edition.name == name), None)

    def newest(self) -> Edition | None:
        """Return the edition with the highest number, None before the first."""
        with self._database.read() as connection:
            row = connection.execute(_columns().order_by(editions.c.number.desc())).first()
        return _edition(row) if row else None

    def all(self) -> list[Edition]:
        """Return every edition, the first one first."""
        with self._database.read() as connection:
            return [
                _edition(row) for row in connection.execute(_columns().order_by(editions.c.number))
            ]

    def before(self, moment: datetime) -> int:
        """Return the number of the last edition opened before a moment, 0 for none."""
        query = select(func.max(editions.c.number)).where(editions.c.opened_at < moment)
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def unfinished(self, now: datetime) -> list[Edition]:
        """Return the open editions whose time is not over, the oldest first."""
        query = _columns().where(edition_may_be_sent(now))
        with self._database.read() as connection:
            return [_edition(row) for row in connection.execute(query.order_by(editions.c.number))]

    def set_state(self, number: int, state: EditionState) -> Edition:
        """Approve, pause or go on with an edition; raises NotFound."""
        with self._database.write() as connection:
            connection.execute(
                update(editions).where(editions.c.number == number).values(state=state)
            )
        return self.get(number)


def _columns() -> Select[tuple[object, ...]]:
    return select(editions)


def _newest_of(label: date) -> Select[tuple[object, ...]]:
    return _columns().where(editions.c.label == label).order_by(editions.c.part.desc())


def _values(edition: Edition) -> dict[str, object]:
    return {name: getattr(edition, name) for name in Edition.__slots__}


def _edition(row: Row[tuple[object, ...]]) -> Edition:
    return Edition(**{name: getattr(row, name) for name in Edition.__slots__})
