"""What changes while a mail waits: its reader's address, and the key that signs."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

from bench.delivery_fixture import NOW, SECRET, address_of
from bench.smtp_recorder import Recorder
from digest.delivery.crash_board import LivingSender
from digest.delivery.engine import DeliveryEngine
from digest.delivery.message import Recipe
from digest.delivery.sender import Sender
from digest.states import Claim, Outcome, Result, State
from digest.storage.suppression import SuppressionStore, note_unknown
from tests.delivery.conftest import MakePost, Post, relay_to


def engine_of(place: Post, owner: LivingSender, port: int) -> DeliveryEngine:
    rng = random.Random(1)
    room = place.room
    sender = Sender(room.deliveries, owner, relay_to(port), clock=lambda: NOW, rng=rng)
    return DeliveryEngine(
        owner, room.freezer, sender, room.recipes, return_path="b@example.org", verp_secret=SECRET
    )


def frozen(place: Post, owner: str) -> list[Claim]:
    """Freeze every issue, as a pass does that is then cut off."""
    list(place.room.mails(owner, NOW, shard=50))
    place.room.deliveries.release(owner, NOW)
    return place.room.deliveries.claim(1, owner, 50, NOW)


def test_who_moved_gets_a_waiting_mail_at_the_new_address_alone(post: MakePost) -> None:
    place = post(3)
    owner = LivingSender(place.folder / "owners")
    with Recorder(keep_content=True) as server:
        claims = frozen(place, owner.name)
        engine = engine_of(place, owner, server.port)
        where = {1: address_of(1), 2: "moved@new.example.org", 3: address_of(3)}
        assert engine.send(engine.ready(claims, {}, where)) is None
        engine.close()
        got = {mail.recipient: mail.content for mail in server.accepted}
    assert set(got) == set(where.values())
    assert got["moved@new.example.org"]
    assert address_of(2).encode() not in (got["moved@new.example.org"] or b"")
    kept = Recipe.unpack(place.room.recipes.of_reader(2, 1))
    assert kept.to_address == "moved@new.example.org", "a preview shows what was sent"


def test_an_address_is_suppressed_when_it_is_said_not_to_exist_on_two_days(
    post: MakePost, tmp_path: Path
) -> None:
    place = post(2)
    database, deliveries = place.room.database, place.room.deliveries
    claims = deliveries.claim(1, "me", 2, NOW)
    gone = Outcome(State.REFUSED, 550, "RCPT: 550 5.1.1 no such user", suppress=True)
    results = [Result(claim.delivery, claim.generation, gone) for claim in claims]
    suppressed = SuppressionStore(database)
    deliveries.turn("me", results, (), NOW)
    assert suppressed.all() == []
    with database.write() as connection:  # the same day once more, as another edition's refusal
        note_unknown(connection, results, NOW + timedelta(hours=3))
    assert suppressed.all() == []
    with database.write() as connection:
        note_unknown(connection, results[:1], NOW + timedelta(days=1))
    [one] = suppressed.all()
    assert one.email == address_of(1) and "5.1.1" in one.detail
    assert deliveries.take_back(NOW, NOW + timedelta(days=1)) == 2
    assert suppressed.all() == [], "taken back with the refusals"
