"""What is queued while a reader leaves, an edition is stopped, or its time is over."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import update

from bench.delivery_fixture import NOW, address_of
from bench.smtp_recorder import Recorder
from digest.delivery.crash_board import LivingSender
from digest.delivery.sender import Sender
from digest.storage.schema import editions, subscribers, suppressions
from tests.delivery.conftest import MakePost, relay_to


def test_a_reader_who_leaves_while_queued_gets_nothing(post: MakePost) -> None:
    place = post(40)

    def leave(count: int) -> None:
        if count == 5:
            with place.room.database.write() as connection:
                connection.execute(
                    update(subscribers).where(subscribers.c.id == 40).values(state="left")
                )
                connection.execute(
                    suppressions.insert().values(
                        email_key=address_of(39), reason="operator", detail="", since=NOW
                    )
                )

    with Recorder() as server:
        place.send(relay_to(server.port), on_ready=leave)
    found = place.count()
    assert (found.accepted, found.cancelled, found.suppressed) == (38, 1, 1)
    assert not {address_of(39), address_of(40)} & {mail.recipient for mail in server.accepted}


@pytest.mark.parametrize("change", ["paused", "cancelled"])
def test_an_edition_is_paused_or_cancelled_while_it_runs(post: MakePost, change: str) -> None:
    place = post(100)

    def stop(count: int) -> None:
        if count == 30:
            with place.room.database.write() as connection:
                connection.execute(update(editions).values(state=change))
            if change == "cancelled":
                place.room.deliveries.cancel(1, NOW)

    with Recorder() as server:
        place.send(relay_to(server.port), on_ready=stop)
        found = place.count()
        assert 0 < found.accepted == len(server.accepted) < 60
        if change == "cancelled":
            assert found.accepted + found.cancelled == 100
            assert found.finished
            return
        assert found.accepted + found.planned == 100
        with place.room.database.write() as connection:
            connection.execute(update(editions).values(state="open"))
        place.send(relay_to(server.port))
    assert place.count().accepted == len(server.accepted) == 100


@pytest.mark.parametrize("after", [timedelta(0), timedelta(hours=1)])
def test_what_expires_is_not_sent(post: MakePost, after: timedelta) -> None:
    place = post(5)
    late = NOW + timedelta(hours=72) + after
    with Recorder() as server:
        place.send(relay_to(server.port), now=late)
        assert server.accepted == []
    assert place.room.deliveries.expire(late) == 5
    assert place.count().expired == 5


@pytest.mark.parametrize(("early", "sent"), [(timedelta(0), 0), (timedelta(seconds=1), 5)])
def test_what_was_claimed_in_time_leaves_until_the_very_end(
    post: MakePost, early: timedelta, sent: int
) -> None:
    place, now = post(5), [NOW]
    end = NOW + timedelta(hours=72)
    owner = LivingSender(place.folder / "owners")
    with Recorder() as server:
        sender = Sender(
            place.room.deliveries, owner, relay_to(server.port), clock=lambda: now[0],
            rng=random.Random(1),
        )  # fmt: skip
        mails = list(place.room.mails(owner.name, NOW, shard=20, most=5))
        now[0] = end - early
        sender.send(mails)
        assert len(server.accepted) == sent
    assert place.count().accepted == sent
    assert place.count().expired == 5 - sent
