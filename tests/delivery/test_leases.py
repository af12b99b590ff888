"""A slow sender keeps what it claimed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bench.delivery_fixture import NOW
from bench.smtp_recorder import Mail, Recorder
from digest.delivery.crash_board import LivingSender
from digest.delivery.sender import Sender
from digest.delivery.sender_needs import Lease
from digest.errors import StoreBusy
from tests.delivery.conftest import Post, relay_to

MakePost = Callable[[int], Post]
LENGTH = timedelta(minutes=10)  # the store's default


@pytest.mark.parametrize("renews", [True, False])
def test_a_slow_sender_keeps_its_claims_only_by_renewing(post: MakePost, renews: bool) -> None:
    place, now, stolen = post(8), [NOW], []
    store = place.room.deliveries

    def slow(mail: Mail) -> str:
        now[0] += timedelta(minutes=4)
        stolen.extend(store.claim(1, "another", 100, now[0]))
        return "250 2.0.0 at last"

    owner = LivingSender(place.folder / "owners")
    with Recorder(answer_dot=slow) as server:
        sender = Sender(
            store,
            owner,
            relay_to(server.port, connections=1, pipeline=1),
            clock=lambda: now[0],
            rng=random.Random(1),
            lease=Lease(LENGTH, store.renew) if renews else None,
        )
        sender.send(place.room.mails(owner.name, NOW, shard=8))
    owner.close()
    assert len({mail.recipient for mail in server.accepted}) == len(server.accepted)
    assert (len(server.accepted) == 8) == (not stolen) == renews


def _patient(
    place: Post, owner: LivingSender, port: int, now: list[datetime], lease: Lease
) -> Sender:
    """A sender of one mail at a time, whose clock the server moves."""
    return Sender(
        place.room.deliveries,
        owner,
        relay_to(port, connections=1, pipeline=1),
        clock=lambda: now[0],
        rng=random.Random(1),
        lease=lease,
    )


def test_leases_are_renewed_once_in_a_third_of_their_length(post: MakePost) -> None:
    place, now, renewed = post(20), [NOW], []

    def slow(mail: Mail) -> str:
        now[0] += timedelta(minutes=1)
        return "250 2.0.0 at last"

    owner = LivingSender(place.folder / "owners")
    with Recorder(answer_dot=slow) as server:
        lease = Lease(LENGTH, lambda name, when: renewed.append((name, when)))
        sender = _patient(place, owner, server.port, now, lease)
        sender.send(place.room.mails(owner.name, NOW, shard=20))
    owner.close()
    assert {name for name, _ in renewed} == {owner.name}
    assert 3 <= len(renewed) <= 5
    steps = [b - a for (_, a), (_, b) in pairwise(renewed)]
    assert min(steps) >= LENGTH / 3


def test_a_store_that_fails_a_renewal_loses_nothing(post: MakePost) -> None:
    place, now = post(6), [NOW]

    def slow(mail: Mail) -> str:
        now[0] += timedelta(minutes=2)
        return "250 2.0.0 at last"

    def renew(name: str, when: object) -> None:
        raise StoreBusy("locked")

    owner = LivingSender(place.folder / "owners")
    with Recorder(answer_dot=slow) as server:
        sender = _patient(place, owner, server.port, now, Lease(LENGTH, renew))
        with pytest.raises(StoreBusy):
            sender.send(place.room.mails(owner.name, NOW, shard=6))
        place.room.deliveries.release(owner.name, now[0])
        owner.close()
        sent = len(server.accepted)
        assert place.count().accepted == sent < 6
        place.send(relay_to(server.port), now=now[0])
    assert place.count().accepted == len(server.accepted) == 6
