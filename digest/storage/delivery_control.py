"""What an operator does with an edition's deliveries, and sees of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    delete,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    update,
)

from digest.states import IDEMPOTENT, UNSENT, Accounting, ResendRule, State
from digest.storage.database import Database
from digest.storage.delivery_rows import (
    goes_again,
    is_suppressed,
    its_edition_may_be_sent,
    one_of,
)
from digest.storage.schema import deliveries, editions, recipes, subscribers
from digest.storage.suppression import unsay

_TRY_AGAIN = timedelta(minutes=5)  # after a refusal that was taken back; twice as long each time
_LONGEST = timedelta(hours=4)
_MOST_TAKEN_BACK = 8  # times: then 13 hours have passed, and it is the recipient's after all
_ALIKE = 2  # refusals, at least, that may have one cause
_MANY = 20  # refusals of which the relay's breaker has judged
_REFUSED_OR_TAKEN_BACK = or_(
    deliveries.c.state == State.REFUSED,
    and_(deliveries.c.state == State.DEFERRED, deliveries.c.refusals > 0),
)


def _came_later() -> ColumnElement[bool]:
    """Whether a later issue of the reader's was composed that offered this edition's papers, too.

    What is refused is not kept back from later issues, unlike what is put off.
    """
    later = deliveries.alias("later")
    return exists().where(
        later.c.subscriber_id == deliveries.c.subscriber_id,
        later.c.edition > deliveries.c.edition,
        later.c.since < deliveries.c.edition,
        later.c.papers.is_not(None),
        later.c.state.in_((State.ACCEPTED, State.UNCERTAIN, *UNSENT)),
    )


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery as an operator sees it."""

    id: int
    edition: int
    subscriber: int
    email: str
    state: State
    attempts: int
    next_attempt_at: datetime | None
    reply_code: int | None
    reply: str | None
    message_id: str | None
    changed_at: datetime | None


class ControlSql:
    """The operator's side of the delivery store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def accounting(self, edition: int) -> Accounting:
        """Count an edition's deliveries by state, in one consistent look."""
        statement = (
            select(deliveries.c.state, func.count())
            .where(deliveries.c.edition == edition)
            .group_by(deliveries.c.state)
        )
        with self._database.read() as connection:
            return Accounting(**{row[0]: row[1] for row in connection.execute(statement)})

    def commonest_refusal(self, edition: int) -> str:
        """Return what most of an edition's refused mails were told; empty when none was."""
        statement = (
            select(deliveries.c.reply)
            .where(deliveries.c.edition == edition, deliveries.c.state == State.REFUSED)
            .group_by(deliveries.c.reply)
            .order_by(func.count().desc(), deliveries.c.reply)
            .limit(1)
        )
        with self._database.read() as connection:
            return connection.execute(statement).scalar() or ""

    def cancel(self, edition: int, now: datetime) -> int:
        """Cancel what is not on the wire; return how many. What is under way ends as it ends."""
        where = and_(deliveries.c.edition == edition, deliveries.c.state.in_(UNSENT))
        return self.move(where, State.CANCELLED, "the edition was cancelled", now)

    def expire(self, now: datetime) -> int:
        """Close the unsent deliveries of editions whose time is over; return how many."""
        over = select(editions.c.number).where(editions.c.expires_at <= now)
        where = and_(deliveries.c.edition.in_(over), deliveries.c.state.in_(UNSENT))
        return self.move(where, State.EXPIRED, "the edition's time is over", now)

    def set_aside(self, edition: int, now: datetime) -> int:
        """Close the queued deliveries of readers who left or are suppressed; return how many.

        A sender checks this again with every mark; here the accounting shows it at once.
        """
        queued = and_(
            deliveries.c.edition == edition,
            deliveries.c.state.in_((State.PLANNED, State.DEFERRED)),
        )
        suppressed = select(subscribers.c.id).where(is_suppressed())
        active = select(subscribers.c.id).where(subscribers.c.state == "active")
        reader = deliveries.c.subscriber_id
        moved = self.move(
            and_(queued, reader.in_(suppressed)),
            State.SUPPRESSED,
            "the address is suppressed",
            now,
        )
        return moved + self.move(
            and_(queued, reader.not_in(active)), State.CANCELLED, "the reader left", now
        )

    def resend_uncertain(
        self,
        edition: int,
        now: datetime,
        *,
        only: Sequence[int] | None = None,
        rule: ResendRule = IDEMPOTENT,
    ) -> int:
        """Send uncertain deliveries again, same Message-ID and bytes; return how many.

        rule: only those of which it says so; by default all.
        """
        where = and_(deliveries.c.edition == edition, goes_again(deliveries, rule, now))
        if only is not None:
            where = and_(where, deliveries.c.id.in_(only))
        return self.move(where, State.DEFERRED, "to be sent again", now, next_attempt_at=now)

    def held(self, edition: int, rule: ResendRule | None) -> int:
        """Count the uncertain deliveries that wait for the operator's word.

        rule: how others are sent again by themselves; None: none is.
        """
        doubtful = deliveries.c.state == State.UNCERTAIN
        if rule is not None:
            most = 0 if rule.copies is None else rule.copies
            doubtful = and_(doubtful, deliveries.c.doubts >= most) if most else false()
        count = select(func.count()).where(deliveries.c.edition == edition, doubtful)
        with self._database.read() as connection:
            return connection.scalar(count) or 0

    def accept_uncertain(
        self, edition: int, now: datetime, *, only: Sequence[int] | None = None
    ) -> int:
        """Close uncertain deliveries as arrived, on the operator's word; return how many."""
        where = and_(deliveries.c.edition == edition, deliveries.c.state == State.UNCERTAIN)
        if only is not None:
            where = and_(where, deliveries.c.id.in_(only))
        return self.move(where, State.ACCEPTED, "the operator says it arrived", now)

    def take_back(self, since: datetime, now: datetime, *, edition: int | None = None) -> int:
        """Defer what servers have refused since then, as the cause was not the recipients'.

        What the refusals said of the addresses is forgotten. The more often, the later a mail is
        tried again. Whose papers came in a later issue stays refused, or they would come twice.
        edition: only of this one, and at once. Returns how many.
        """
        ask = select(deliveries.c.id, deliveries.c.refusals).where(
            deliveries.c.state == State.REFUSED,
            deliveries.c.changed_at >= since,
            ~_came_later(),
        )
        if edition is None:
            ask = ask.where(deliveries.c.reply_code.is_not(None), its_edition_may_be_sent(now))
        else:
            ask = ask.where(deliveries.c.edition == edition)
        return self._take_back(ask, since, now, at_once=edition is not None)

    def take_back_alike(self, now: datetime) -> int:
        """Defer what an edition's servers refused to so many that it may be one cause.

        So many: two at least, and more than a quarter of those tried; while fewer than 20 are
        refused, more than a tenth, as these are too few for the relay's breaker to judge. Who was
        suppressed, since an address was said not to exist on another day too, stays refused; so
        does what was taken back eight times, 13 hours after the first. Returns how many.
        """
        refused = func.sum(case((_REFUSED_OR_TAKEN_BACK, 1), else_=0))
        alike = (
            select(deliveries.c.edition)
            .where(deliveries.c.reply_code.is_not(None), its_edition_may_be_sent(now))
            .group_by(deliveries.c.edition)
            .having(
                refused >= _ALIKE,
                or_(
                    refused * 4 > func.count(),
                    and_(refused < _MANY, refused * 10 > func.count()),
                ),
            )
        )
        suppressed = select(subscribers.c.id).where(is_suppressed())
        ask = select(deliveries.c.id, deliveries.c.refusals).where(
            deliveries.c.edition.in_(alike),
            deliveries.c.state == State.REFUSED,
            deliveries.c.reply_code.is_not(None),
            deliveries.c.refusals < _MOST_TAKEN_BACK,
            deliveries.c.subscriber_id.not_in(suppressed),
            ~_came_later(),
        )
        return self._take_back(ask, now, now)

    def _take_back(
        self, ask: Select[int, int], since: datetime, now: datetime, *, at_once: bool = False
    ) -> int:
        with self._database.write() as connection:
            by_count: dict[int, list[int]] = defaultdict(list)
            for number, count in connection.execute(ask):
                by_count[count].append(number)
            for count, numbers in by_count.items():
                wait = timedelta(0) if at_once else min(_TRY_AGAIN * (1 << min(count, 9)), _LONGEST)
                for chunk in one_of(deliveries.c.id, numbers):
                    connection.execute(
                        update(deliveries)
                        .where(chunk)
                        .values(
                            state=State.DEFERRED,
                            reply=literal("taken back: ") + func.coalesce(deliveries.c.reply, ""),
                            refusals=count + 1,
                            next_attempt_at=now + wait,
                            owner=None,
                            changed_at=now,
                        )
                    )
                unsay(connection, numbers, since)
        return sum(map(len, by_count.values()))

    def thaw(self, numbers: Sequence[int]) -> int:
        """Let deferred deliveries be composed anew, of which no copy can be anywhere; how many."""
        never_left = and_(
            deliveries.c.state == State.DEFERRED,
            deliveries.c.doubts == 0,
            ~deliveries.c.in_ledger,
        )
        thawed = 0
        with self._database.write() as connection:
            for chunk in one_of(deliveries.c.id, list(numbers)):
                which = select(deliveries.c.id).where(chunk, never_left)
                connection.execute(delete(recipes).where(recipes.c.delivery_id.in_(which)))
                thawed += connection.execute(
                    update(deliveries).where(chunk, never_left).values(message_id=None, papers=None)
                ).rowcount
        return thawed

    def hasten(self, label: date, now: datetime) -> int:
        """Make what an edition deferred due now: an operator's run does not wait; return how many.

        label: the edition's date.
        """
        of_label = select(editions.c.number).where(editions.c.label == label)
        where = and_(deliveries.c.edition.in_(of_label), deliveries.c.state == State.DEFERRED)
        with self._database.write() as connection:
            moved = connection.execute(update(deliveries).where(where).values(next_attempt_at=now))
            return moved.rowcount

    def next_attempt_at(self, edition: int) -> datetime | None:
        """Return when the next deferred delivery of an edition is due."""
        statement = select(func.min(deliveries.c.next_attempt_at)).where(
            deliveries.c.edition == edition, deliveries.c.state == State.DEFERRED
        )
        with self._database.read() as connection:
            due: datetime | None = connection.scalar(statement)
            return due

    def listed(
        self, edition: int, states: Sequence[State] = tuple(State), *, limit: int = 100
    ) -> list[DeliveryView]:
        """Return deliveries for the operator, in the order of their numbers."""
        return self._views(deliveries.c.edition == edition, states, limit)

    def of_reader(
        self, reader: int, states: Sequence[State] = tuple(State), *, limit: int = 100
    ) -> list[DeliveryView]:
        """Return a reader's deliveries, in the order of their numbers."""
        return self._views(deliveries.c.subscriber_id == reader, states, limit)

    def _views(
        self, which: ColumnElement[bool], states: Sequence[State], limit: int
    ) -> list[DeliveryView]:
        statement = (
            select(deliveries, func.coalesce(subscribers.c.email, "(erased)").label("email"))
            .outerjoin(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
            .where(which, deliveries.c.state.in_(states))
            .order_by(deliveries.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [_view(row) for row in connection.execute(statement)]

    def bring_back(self, email_key: str, now: datetime) -> int:
        """Plan again what open editions set aside as an address was suppressed; return how many."""
        whose = select(subscribers.c.id).where(subscribers.c.email_key == email_key)
        where = and_(
            deliveries.c.subscriber_id.in_(whose),
            deliveries.c.state == State.SUPPRESSED,
            its_edition_may_be_sent(now),
        )
        return self.move(where, State.PLANNED, "the suppression was lifted", now)

    def move(
        self,
        where: ColumnElement[bool],
        state: State,
        why: str | None,
        now: datetime,
        *,
        next_attempt_at: datetime | None = None,
    ) -> int:
        """Put deliveries into another state; return how many."""
        with self._database.write() as connection:
            moved = connection.execute(
                update(deliveries)
                .where(where)
                .values(state=state, reply=why, changed_at=now, next_attempt_at=next_attempt_at)
            )
            return moved.rowcount


def _view(row: Row[tuple[object, ...]]) -> DeliveryView:
    return DeliveryView(
        id=row.id,
        edition=row.edition,
        subscriber=row.subscriber_id,
        email=row.email,
        state=State(row.state),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        reply_code=row.reply_code,
        reply=row.reply,
        message_id=row.message_id,
        changed_at=row.changed_at,
    )
