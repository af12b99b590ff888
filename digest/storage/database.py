"""The one door to the store: connections, transactions, and where dialects differ."""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Dialect, Engine, Table, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from digest.errors import StoreBusy, StoreError, StoreFull

BUSY_SECONDS = 30.0


class Database:
    """Connections to one store; every statement of digest goes through `read` or `write`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._open = _Open()

    @property
    def one_machine(self) -> bool:
        """Whether only processes of this machine can use the store."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one consistent state.

        Raises StoreBusy, StoreFull or StoreError.
        """
        joined = self._open.connection
        if joined is not None:
            with translated():
                yield joined
            return
        with translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection in one transaction: all of it is durable at the end, or none.

        On SQLite the write lock is taken at once, since a read that turns into a write
        cannot wait for another writer. Within `together` it is a part of that transaction.
        Raises StoreBusy, StoreFull or StoreError.
        """
        joined = self._open.connection
        if joined is not None:
            with translated(), _savepoint(joined):
                yield joined
            return
        with translated(), self.engine.connect() as connection:
            writing = connection.execution_options(digest_writes=True)
            with writing.begin():
                yield writing

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one transaction of every `read` and `write` of this thread inside.

        Each `write` stays a unit (a savepoint): one that fails, and whose error is dealt with
        inside, costs no other; so does a `together` within another. Keep it short: nobody else
        can write meanwhile. Raises StoreBusy, StoreFull or StoreError.
        """
        if self._open.connection is not None:
            with self.write():
                yield
            return
        with self.write() as connection:
            self._open.connection = connection
            try:
                yield
            finally:
                self._open.connection = None

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


@contextmanager
def _savepoint(connection: Connection) -> Iterator[None]:
    """Undo what is done inside, and no more, when it fails.

    SQLAlchemy's own savepoints have a new name, and are compiled anew, each time: that takes
    longer than what an import does for a row. One name is enough, as the inner one hides the outer.
    """
    connection.exec_driver_sql("SAVEPOINT part")
    try:
        yield
    except (SQLAlchemyError, StoreError):
        with suppress(SQLAlchemyError):  # a full disk has undone the whole transaction already
            _undo(connection)
        raise
    except BaseException:
        _undo(connection)
        raise
    connection.exec_driver_sql("RELEASE SAVEPOINT part")


def _undo(connection: Connection) -> None:
    connection.exec_driver_sql("ROLLBACK TO SAVEPOINT part")
    connection.exec_driver_sql("RELEASE SAVEPOINT part")


class _Open(threading.local):
    """The transaction that this thread has made one of many, if any."""

    connection: Connection | None = None


def open_database(url: str) -> Database:
    """Open a store by its SQLAlchemy URL, e.g. `sqlite:////srv/digest/digest.db`."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return Database(create_engine(parsed, pool_pre_ping=True, hide_parameters=True))
    engine = create_engine(
        parsed,
        poolclass=QueuePool,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,  # an error's text must not show readers' addresses
    )
    _prepare_sqlite(engine)
    return Database(engine)


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{path}"


def conflict_insert(connection: Connection, table: Table) -> sqlite.Insert:
    """Return an INSERT that can say what happens when a row is there already.

    SQLite and PostgreSQL spell it alike, SQLAlchemy has a class for each.
    """
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - slow to import

        return postgresql.insert(table)  # type: ignore[return-value]
    return sqlite.insert(table)


def bytes_type(dialect: Dialect) -> str:
    """Return what SQL calls a LargeBinary: SQLite makes text of joined bytes unless it is told."""
    return "BYTEA" if dialect.name == "postgresql" else "BLOB"


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own transaction handling would begin late and deferred; we begin ourselves.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # a commit is on the disk when it returns
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("digest_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into ours, so that nobody above knows the driver."""
    try:
        yield
    except DBAPIError as error:
        raise _ours(error) from error
    except SQLAlchemyError as error:
        raise StoreError(f"the store refused: {error}") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreFull(f"no room left on the disk: {error}") from error
        raise


def _ours(error: DBAPIError) -> StoreError:
    said = str(error.orig)
    lowered = said.lower()
    if "locked" in lowered or "busy" in lowered:
        return StoreBusy(
            "another process holds the store's lock; try again, or stop the other process"
        )
    if "full" in lowered or "disk i/o" in lowered:
        return StoreFull(f"no room left for the store: {said}; free some space and run again")
    if "readonly" in lowered or "unable to open" in lowered:
        return StoreError(
            f"the store cannot be written: {said}; check the data folder's permissions"
        )
    if "malformed" in lowered or "not a database" in lowered:
        return StoreError(f"the store is damaged: {said}; restore the last backup")
    return StoreError(f"the store refused: {said}")
