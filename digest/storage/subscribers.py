"""Readers, the evidence of their consent, and what they said about papers."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, TypeVar, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    delete,
    func,
    insert,
    select,
    update,
)

from digest.storage.database import Database, conflict_insert
from digest.storage.schema import (
    consents,
    deliveries,
    feed_keys,
    feedback,
    ledger,
    letters,
    library_keys,
    library_papers,
    lifted_suppressions,
    muted_items,
    papers,
    recipes,
    requests,
    returned_mails,
    subscribers,
    suppressions,
)
from digest.storage.suppression import lift_for_reader
from subscribers.consent import Consent, State
from subscribers.store import (
    Feedback,
    Request,
    StoppedMails,
    StopReason,
    Subscriber,
    was_overtaken,
)

_CHUNK = 500
_STOPS: Mapping[str, StopReason] = {reason: reason for reason in get_args(StopReason)}
_T = TypeVar("_T")


class SqlSubscriberStore:
    """All SQL about readers; implements subscribers.store's two protocols."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_id(self, subscriber: int) -> Subscriber | None:
        """Find a reader by number."""
        return self._find(subscribers.c.id == subscriber)

    def by_key(self, email_key: str) -> Subscriber | None:
        """Find a reader by the key of their address."""
        return self._find(subscribers.c.email_key == email_key)

    def together(self) -> AbstractContextManager[None]:
        """Make one transaction of what this thread does inside; see `Database.together`."""
        return self._database.together()

    def by_keys(self, email_keys: Sequence[str]) -> dict[str, Subscriber]:
        """Find readers by the keys of their addresses; who is not there is absent."""
        found: dict[str, Subscriber] = {}
        with self._database.read() as connection:
            for chunk in _chunks(email_keys):
                for row in connection.execute(_readers().where(subscribers.c.email_key.in_(chunk))):
                    found[row.email_key] = _subscriber(row)
        return found

    def by_ids(self, numbers: Sequence[int]) -> dict[int, Subscriber]:
        """Find readers by number; who is gone is absent."""
        found: dict[int, Subscriber] = {}
        with self._database.read() as connection:
            for chunk in _chunks(numbers):
                for row in connection.execute(_readers().where(subscribers.c.id.in_(chunk))):
                    found[row.id] = _subscriber(row)
        return found

    def insert(self, subscriber: Subscriber, consent: Consent) -> Subscriber | None:
        """Add a reader with the evidence; None when the key is taken."""
        values = _values(subscriber)
        del values["id"]
        with self._database.write() as connection:
            statement = conflict_insert(connection, subscribers).on_conflict_do_nothing()
            number = connection.scalar(statement.returning(subscribers.c.id), values)
            if number is None:
                return None
            _keep(connection, number, consent)
        return replace(subscriber, id=number)

    def save(self, before: Subscriber, after: Subscriber, consent: Consent | None) -> bool:
        """Write what changed, unless somebody was quicker (see the protocol)."""
        old, new = _values(before), _values(after)
        changed = {name: new[name] for name in new if new[name] != old[name]}
        changed.pop("id", None)
        changed.pop("created_at", None)
        with self._database.write() as connection:
            row = subscribers.c.id == before.id
            if "email_key" in changed and self._taken(connection, changed["email_key"]):
                return False
            found = connection.execute(_readers().where(row).with_for_update()).one_or_none()
            if found is None or was_overtaken(_subscriber(found), before, after):
                return False
            if _RHYTHM & changed.keys():
                changed["next_due_at"] = None  # the scheduler works it out anew
            if changed:
                connection.execute(update(subscribers).where(row).values(changed))
            if consent is not None:
                _keep(connection, before.id, consent)
                if consent.action in ("confirm", "lift"):
                    lift_for_reader(connection, after.email_key, consent.at)
        return True

    def stop_of(self, email_key: str) -> StoppedMails | None:
        """Return why an address is not written to; None: it is."""
        query = select(suppressions).where(suppressions.c.email_key == email_key)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return StoppedMails(_STOPS.get(row.reason, "operator"), row.since) if row else None

    def erase(self, reader: Subscriber, consent: Consent) -> bool:
        """Delete a reader and all that is theirs; the consent records stay."""
        subscriber = reader.id
        with self._database.write() as connection:
            query = _readers().where(subscribers.c.id == subscriber).with_for_update()
            row = connection.execute(query).one_or_none()
            if row is None or _subscriber(row) != reader:
                return False
            theirs = select(deliveries.c.id).where(deliveries.c.subscriber_id == subscriber)
            connection.execute(delete(recipes).where(recipes.c.delivery_id.in_(theirs)))
            connection.execute(
                delete(letters).where(letters.c.fields["to_address"].as_string() == row.email)
            )
            key = lifted_suppressions.c.email_key
            connection.execute(delete(lifted_suppressions).where(key == row.email_key))
            for table in _THEIRS:
                connection.execute(delete(table).where(table.c.subscriber_id == subscriber))
            connection.execute(delete(subscribers).where(subscribers.c.id == subscriber))
            _keep(connection, subscriber, consent)
        return True

    def ask(self, request: Request) -> Request:
        """Keep a request to subscribe; return it with its number."""
        values = {
            "subscriber_id": request.subscriber,
            "email": request.email,
            "wishes": dict(request.wishes),
            "asked_at": request.asked_at,
        }
        with self._database.write() as connection:
            statement = insert(requests).returning(requests.c.id)
            return replace(request, number=connection.scalars(statement, values).one())

    def request(self, number: int) -> Request | None:
        """Find a request that is still open."""
        with self._database.read() as connection:
            query = select(requests).where(requests.c.id == number)
            row = connection.execute(query).one_or_none()
        return Request(*row) if row else None

    def close_requests(self, subscriber: int) -> int:
        """Forget every open request of a reader; return how many there were."""
        return self._forget_requests(requests.c.subscriber_id == subscriber)

    def forget_requests(self, before: datetime) -> int:
        """Forget requests that were made earlier; return how many there were."""
        return self._forget_requests(requests.c.asked_at < before)

    def _forget_requests(self, condition: ColumnElement[bool]) -> int:
        with self._database.write() as connection:
            return connection.execute(delete(requests).where(condition)).rowcount

    def count(self, state: State | None = None) -> int:
        """Return how many readers there are (of one state)."""
        query = select(func.count()).select_from(subscribers)
        if state is not None:
            query = query.where(subscribers.c.state == state)
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def every(self, state: State | None = None) -> Iterator[Subscriber]:
        """Yield all readers (of one state) by number, in bounded memory."""
        last = 0
        while True:
            query = _readers().where(subscribers.c.id > last).limit(_CHUNK)
            if state is not None:
                query = query.where(subscribers.c.state == state)
            with self._database.read() as connection:
                rows = connection.execute(query).all()
            yield from map(_subscriber, rows)
            if len(rows) < _CHUNK:
                return
            last = rows[-1].id

    def pending_before(self, moment: datetime) -> Sequence[Subscriber]:
        """Return the unconfirmed readers whose request is older than `moment`."""
        query = _readers().where(
            subscribers.c.state == "pending", subscribers.c.pending_since < moment
        )
        with self._database.read() as connection:
            return [_subscriber(row) for row in connection.execute(query)]

    def erased(self, address_hashes: Sequence[str]) -> set[str]:
        """Return which of these addresses' readers asked to be erased once."""
        found: set[str] = set()
        query = select(consents.c.address_hash).where(consents.c.action == "erase")
        with self._database.read() as connection:
            for chunk in _chunks(address_hashes):
                found.update(connection.scalars(query.where(consents.c.address_hash.in_(chunk))))
        return found

    def consents(self, subscriber: int) -> Sequence[Consent]:
        """Return the evidence of one reader, oldest first."""
        query = select(consents).where(consents.c.subscriber_id == subscriber)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(consents.c.id)).all()
        names = [field.name for field in fields(Consent)]
        return [Consent(**{name: getattr(row, name) for name in names}) for row in rows]

    def set_feedback(self, subscriber: int, said: Feedback) -> bool:
        """Keep an opinion in place of an earlier one; False: no such paper or reader."""
        with self._database.write() as connection:
            for column, number in ((subscribers.c.id, subscriber), (papers.c.id, said.paper)):
                if connection.scalar(select(column).where(column == number)) is None:
                    return False
            _forget(connection, subscriber, said.paper)
            values = {"opinion": said.opinion, "at": said.at, "edition": said.edition}
            connection.execute(
                insert(feedback).values(subscriber_id=subscriber, paper_id=said.paper, **values)
            )
        return True

    def take_back(self, subscriber: int, paper: int) -> bool:
        """Forget an opinion; False: there was none."""
        with self._database.write() as connection:
            return _forget(connection, subscriber, paper)

    def feedback(self, subscriber: int) -> Sequence[Feedback]:
        """Return all opinions of a reader with the papers' titles, newest first."""
        query = (
            select(feedback, papers.c.title)
            .join(papers, papers.c.id == feedback.c.paper_id)
            .where(feedback.c.subscriber_id == subscriber)
            .order_by(feedback.c.at.desc(), feedback.c.id.desc())
        )
        with self._database.read() as connection:
            return [
                Feedback(row.paper_id, row.opinion, row.at, row.edition, row.title)
                for row in connection.execute(query)
            ]

    def opinions(self, numbers: Sequence[int]) -> dict[int, list[tuple[int, str, datetime]]]:
        """Return readers' opinions, oldest first: reader → (paper, more or less, when)."""
        found: dict[int, list[tuple[int, str, datetime]]] = {}
        with self._database.read() as connection:
            for chunk in _chunks(numbers):
                query = select(feedback).where(feedback.c.subscriber_id.in_(chunk))
                for row in connection.execute(query.order_by(feedback.c.at, feedback.c.id)):
                    said = (row.paper_id, row.opinion, row.at)
                    found.setdefault(row.subscriber_id, []).append(said)
        return found

    def paper_title(self, paper: int) -> str | None:
        """Return a paper's title; None: there is no such paper."""
        with self._database.read() as connection:
            return connection.scalar(select(papers.c.title).where(papers.c.id == paper))

    def was_mailed(self, subscriber: int, edition: int, paper: int) -> bool:
        """Return whether a paper stood in a reader's issue of an edition, under that number."""
        query = select(deliveries.c.papers).where(
            deliveries.c.subscriber_id == subscriber, deliveries.c.edition == edition
        )
        with self._database.read() as connection:
            packed = connection.scalar(query)
        return packed is not None and paper in array("I", packed)

    def _find(self, condition: Any) -> Subscriber | None:
        with self._database.read() as connection:
            row = connection.execute(_readers().where(condition)).one_or_none()
        return _subscriber(row) if row else None

    @staticmethod
    def _taken(connection: Connection, email_key: str) -> bool:
        query = select(subscribers.c.id).where(subscribers.c.email_key == email_key)
        return connection.scalar(query) is not None


_KEEP = insert(consents)
# What is deleted with a reader; a table after those that refer to it.
_THEIRS = (
    *(requests, feedback, returned_mails, ledger, deliveries, muted_items, feed_keys),
    *(library_keys, library_papers),
)
_RHYTHM = {"timezone", "hour", "cadence", "weekdays", "paused_until", "state"}


def _chunks(many: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Yield no more at a time than a statement may have parameters."""
    return (many[start : start + _CHUNK] for start in range(0, len(many), _CHUNK))


_COLUMNS = [subscribers.c[field.name] for field in fields(Subscriber)]
_WEEKDAYS = [column.name for column in _COLUMNS].index("weekdays")


def _readers() -> Select[Any]:
    return select(*_COLUMNS).order_by(subscribers.c.id)


def _values(subscriber: Subscriber) -> dict[str, Any]:
    return _row(subscriber) | {"weekdays": list(subscriber.weekdays)}


def _row(of: Subscriber | Consent) -> dict[str, Any]:
    # Not `asdict`: it copies every value deeply, which takes longer than to store them.
    return {name: getattr(of, name) for name in of.__slots__}


def _subscriber(row: Row[Any]) -> Subscriber:
    values = list(row)  # in the order of the fields
    values[_WEEKDAYS] = tuple(values[_WEEKDAYS])
    return Subscriber(*values)


def _keep(connection: Connection, number: int, consent: Consent) -> None:
    connection.execute(_KEEP, {"subscriber_id": number, **_row(consent)})


def _forget(connection: Connection, subscriber: int, paper: int) -> bool:
    gone = connection.execute(
        delete(feedback).where(feedback.c.subscriber_id == subscriber, feedback.c.paper_id == paper)
    )
    return gone.rowcount > 0
