"""What the store knows of a reader's next issue, and which editions their issues cover."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, exists, false, literal, or_, select

from digest.choosing.issue_for import DeliveryFacts, Planned
from digest.editions import Edition
from digest.states import PENDING, WELCOME, ResendRule, State
from digest.storage.database import Database
from digest.storage.delivery_plan import ARRIVED, Before, horizon, windows
from digest.storage.delivery_rows import (
    claimable,
    goes_again,
    goes_to,
    is_suppressed,
    is_to_be_welcomed,
    may_have_mail,
)
from digest.storage.schema import deliveries, subscribers


class IssueWindowStore:
    """Reads for who asks what a run would send; what a run plans is in `delivery_plan`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def facts(
        self,
        reader: int,
        edition: Edition,
        now: datetime,
        *,
        welcome_since: int,
        resend: ResendRule | None = None,
        arrived: Collection[int] = (),
    ) -> DeliveryFacts:
        """Return an active reader's delivery of an edition, as it is or as a run would plan it.

        edition: it need not be open yet. welcome_since: after which edition a welcome begins.
        resend: how a run sends again what may have arrived. arrived: the reader's older editions
        that it sends them before it plans this one.
        """
        d, s = deliveries.c, subscribers.c
        again = goes_again(deliveries, resend, now) if resend else false()
        columns = d.state, d.since, d.period, d.message_id, again.label("again")
        planned = select(*columns).where(d.subscriber_id == reader, d.edition == edition.number)
        with self._database.read() as connection:
            asked = select(is_suppressed()).select_from(subscribers).where(s.id == reader)
            suppressed = bool(connection.scalar(asked))
            row = connection.execute(planned).one_or_none()
            if row is not None:
                frozen = row.message_id is not None
                state, again_ = State(row.state), bool(row.again)
                return DeliveryFacts(state, row.since, row.period, frozen, suppressed, again_)
            opened_at = literal(edition.opened_at, s.confirmed_at.type)
            new = select(s.id).where(s.id == reader, is_to_be_welcomed(opened_at, now))
            if connection.scalar(new) is not None:
                return DeliveryFacts(None, welcome_since, WELCOME, False, suppressed)
            since = _since(connection, reader, edition, Before(now, resend, arrived))
            return DeliveryFacts(None, since, None, False, suppressed)

    def to_come(
        self, reader: int, numbers: Sequence[int], now: datetime, *, resend: ResendRule | None
    ) -> dict[int, Planned]:
        """Return a reader's issues of these editions that were not sent to their end, in order.

        numbers: of editions that may be sent now. resend: as for `facts`.
        """
        d = deliveries.c
        again = goes_again(deliveries, resend, now) if resend else false()
        query = (
            select(d.edition, d.since, d.period, d.message_id)
            .where(d.subscriber_id == reader, d.edition.in_(numbers))
            .where(d.state.in_((*PENDING, State.DEFERRED)) | again)
            .order_by(d.edition)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return {
            row.edition: Planned(row.since, row.period, row.message_id is not None) for row in rows
        }

    def may_send(self, edition: int, now: datetime, *, email_keys: Sequence[str] = ()) -> bool:
        """Return whether an edition has a delivery that may be claimed now.

        email_keys: a trial, only these addresses have mail.
        """
        may_be_claimed = or_(*claimable(now)) & goes_to(email_keys)
        query = select(deliveries.c.id).where(deliveries.c.edition == edition, may_be_claimed)
        with self._database.read() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def is_owed(
        self,
        edition: int,
        now: datetime,
        *,
        resend: ResendRule | None,
        email_keys: Sequence[str] = (),
    ) -> bool:
        """Return whether a run would have something to do for an edition.

        Some of it is not sent to its end, or an active reader has nothing of it. resend: as for
        `facts`. email_keys: a trial, only these addresses have mail.
        """
        d, s = deliveries.c, subscribers.c
        again = goes_again(deliveries, resend, now) if resend else false()
        to_come = d.state.in_((*PENDING, State.DEFERRED)) | again
        waits = exists().where(d.edition == edition, to_come, goes_to(email_keys))
        has_one = exists().where(d.edition == edition, d.subscriber_id == s.id)
        left_out = exists().where(s.state == "active", may_have_mail(email_keys), ~has_one)
        with self._database.read() as connection:
            return bool(connection.scalar(select(waits | left_out)))

    def since(self, reader: int, edition: int) -> int:
        """Return the edition after which a reader's issue of `edition` began; without, the last."""
        d = deliveries.c
        query = select(d.since).where(d.subscriber_id == reader, d.edition == edition)
        with self._database.read() as connection:
            since = connection.scalar(query)
        return edition - 1 if since is None else since

    def covering(self, reader: int, edition: int) -> tuple[int, int] | None:
        """Return the window of the reader's first issue that offered an edition's papers.

        (since, edition): it offered those of the editions after `since`, up to its own. None: no
        such issue arrived, nor was one found to have nothing for them.
        """
        d = deliveries.c
        query = (
            select(d.since, d.edition)
            .where(d.subscriber_id == reader, d.edition >= edition, d.since < edition)
            .where(d.state.in_((*ARRIVED, State.NOTHING_TO_SEND)))
            .order_by(d.edition)
        )
        with self._database.read() as connection:
            found = connection.execute(query.limit(1)).one_or_none()
        return None if found is None else (found.since, found.edition)


def _since(connection: Connection, reader: int, edition: Edition, before: Before) -> int:
    """Return after which edition an issue would begin that a run planned now."""
    reach = horizon(connection, coming=edition.expires_at)
    would = windows(edition.number, reach, [subscribers.c.id == reader], before=before)
    return int(connection.execute(would).one().since)
