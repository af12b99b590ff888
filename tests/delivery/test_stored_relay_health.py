"""A relay that is sick, then well: what a pass remembers for the next."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bench.delivery_fixture import NOW
from digest.delivery.crash_board import LivingSender
from digest.delivery.sender import Sender
from digest.delivery.stored_relay_health import RelayMemory, WatchedJournal
from digest.errors import DeliveryError
from digest.states import State
from digest.storage.single_values import FactStore
from tests.delivery.conftest import MakePost, Post, relay_to
from tests.delivery.servers import Scripted, Talk


@dataclass
class Sick:
    """A relay whose ill a test chooses, with passes that the clock of a test times."""

    place: Post
    ill: Callable[[Talk], object] | None = None
    now: datetime = NOW
    said: list[str] = field(default_factory=list)

    def memory(self) -> RelayMemory:
        facts = FactStore(self.place.room.database)
        return RelayMemory(facts, self.place.room.deliveries, lambda: self.now, random.Random(3))

    def one_pass(self, server: Scripted, **relay: object) -> str | None:
        """Make one pass as an engine does."""
        deliveries, memory = self.place.room.deliveries, self.memory()
        owner = LivingSender(self.place.folder / "owners")
        rng = random.Random(5)
        transport = relay_to(server.port, connections=4, pipeline=25, **relay)
        journal = WatchedJournal(deliveries, memory)
        sender = Sender(journal, owner, transport, clock=lambda: self.now, rng=rng)
        try:
            return memory.send(sender, self.place.room.mails(owner.name, self.now, shard=500))
        finally:
            deliveries.release(owner.name, self.now)
            owner.close()

    def passes(self, server: Scripted, span: timedelta, every: int = 10) -> None:
        """Make a pass every so many seconds, as `serve` does."""
        end = self.now + span
        while self.now < end:
            if trouble := self.one_pass(server):
                self.said.append(trouble)
            self.now += timedelta(seconds=every)


async def drops_after_the_dot(talk: Talk) -> None:
    await talk.hello("PIPELINING")
    while True:
        line = await talk.line()
        if line == "DATA":
            await talk.say("354 go on")
            await talk.data()
            raise ConnectionResetError
        await talk.say("250 ok")


async def knows_nobody(talk: Talk) -> None:
    await talk.hello("PIPELINING")
    await talk.serve(rcpt=lambda who: "550 5.1.1 no such user")


async def refuses_to_relay(talk: Talk) -> None:
    await talk.hello("PIPELINING")
    await talk.serve(rcpt=lambda who: "554 5.7.1 Relay access denied")


async def says_spam(talk: Talk) -> None:
    await talk.hello()
    await talk.serve(dot=lambda who: "554 5.7.1 this looks like spam")


async def is_busy(talk: Talk) -> None:
    await talk.say("421 4.3.2 too many connections")


async def takes_all(talk: Talk) -> None:
    await talk.hello("PIPELINING")
    await talk.serve()


ILLS = [drops_after_the_dot, knows_nobody, refuses_to_relay, says_spam, is_busy]


@pytest.mark.parametrize("ill", ILLS)
@pytest.mark.parametrize("minutes", [4, 60])
def test_a_relay_that_is_sick_and_then_well_costs_nobody_an_issue(
    post: MakePost, ill: Callable[[Talk], object], minutes: int
) -> None:
    place = post(300)
    sick = Sick(place)
    state = {"ill": ill}

    async def script(talk: Talk) -> None:
        await state["ill"](talk)  # type: ignore[misc]

    with Scripted(script) as server:
        sick.passes(server, timedelta(minutes=minutes))
        asked = server.connections
        state["ill"] = takes_all
        for _ in range(30):
            sick.passes(server, timedelta(minutes=20), every=600)
    found = place.count()
    doubts = 32 if ill is drops_after_the_dot else 0
    assert found.uncertain <= doubts and found.accepted == 300 - found.uncertain
    assert found.refused == found.suppressed == 0
    assert asked < 100, "it was left alone, longer each time"
    who = [address for address, _ in server.accepted]
    assert len(who) == len(set(who))
    with place.room.database.read() as connection:
        for table in ("suppressions", "unknown_addresses"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def test_a_list_with_many_dead_addresses_ends_with_these_alone_refused(post: MakePost) -> None:
    place = post(280)  # a seventh of them, at list1, is dead

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        dead = "550 5.1.1 no such user"
        await talk.serve(rcpt=lambda who: dead if "@list1." in who else "250 ok")

    sick = Sick(place)
    with Scripted(script) as server:
        sick.passes(server, timedelta(minutes=30), every=60)
        assert place.count().accepted == 240, "the living are not kept waiting for the dead"
        sick.passes(server, timedelta(hours=4), every=600)
    assert place.count().refused == 40
    assert not sick.memory().health().is_open
    rcpt = [line for line in server.lines if line.startswith("RCPT") and "@list1." in line]
    assert len(rcpt) <= 80, "asked twice each at most"


def test_few_readers_all_refused_are_taken_back_too(post: MakePost) -> None:
    place = post(5)
    sick = Sick(place)
    with Scripted(knows_nobody) as server:
        assert "none of 5 mails" in str(sick.one_pass(server))
    assert place.count().deferred == 5
    with Scripted(takes_all) as server:
        sick.passes(server, timedelta(hours=1), every=300)
    assert place.count().accepted == 5


@pytest.mark.parametrize(("readers", "hours"), [(4, 1), (14, 12), (60, 5)])
def test_a_relay_that_refuses_half_of_a_list_for_hours_costs_nobody_an_issue(
    post: MakePost, readers: int, hours: int
) -> None:
    place = post(readers)
    sick, state = Sick(place), {"sick": True}

    def rcpt(who: str) -> str:
        half = state["sick"] and sum(who.encode()) % 2
        return f"550 5.1.1 <{who}> is unknown" if half else "250 ok"

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        await talk.serve(rcpt=rcpt)

    with Scripted(script) as server:
        sick.passes(server, timedelta(hours=hours), every=600)
        assert place.count().deferred, "they wait"
        state["sick"] = False
        sick.passes(server, timedelta(hours=6), every=900)
    assert place.count().accepted == readers
    with place.room.database.read() as connection:
        for table in ("suppressions", "unknown_addresses"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def test_addresses_that_stay_dead_end_refused_and_are_not_asked_for_ever(post: MakePost) -> None:
    place = post(6)  # of these two are dead
    sick = Sick(place)

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        dead = ("reader2@", "reader5@")
        await talk.serve(rcpt=lambda who: "550 5.1.1 gone" if who.startswith(dead) else "250 ok")

    with Scripted(script) as server:
        sick.passes(server, timedelta(hours=20), every=600)
    assert (place.count().refused, place.count().accepted) == (2, 4)
    asked = [line for line in server.lines if line.startswith("RCPT TO:<reader2@")]
    assert len(asked) == 9, "once, and after 5, 10, 20 … minutes, 4 hours at most"
    with place.room.database.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM unknown_addresses")) == 2


def test_one_dead_address_among_the_living_is_refused_at_once(post: MakePost) -> None:
    place = post(30)

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        await talk.serve(rcpt=lambda who: "550 5.1.1 gone" if "reader8@" in who else "250 ok")

    with Scripted(script) as server:
        assert Sick(place).one_pass(server) is None
    assert (place.count().refused, place.count().accepted) == (1, 29)


def test_a_wrong_password_is_tried_once_a_pass_and_less_and_less(post: MakePost) -> None:
    place = post(200)
    sick = Sick(place)

    async def script(talk: Talk) -> None:
        await talk.hello("AUTH PLAIN LOGIN")
        talk.server.lines.append(await talk.line())
        await talk.say("535 5.7.8 wrong")
        await talk.line()

    with Scripted(script) as server:
        with pytest.raises(DeliveryError, match="refuses the login"):
            sick.one_pass(server, username="ada", password="hunter2")
        assert server.connections == 1
        for _ in range(6):
            assert "left alone until" in str(sick.one_pass(server))
            sick.now += timedelta(seconds=5)
        assert server.connections == 1
    assert place.count().refused == 0


def test_a_pause_by_a_clock_that_ran_ahead_holds_nobody(post: MakePost) -> None:
    place = post(8)
    sick = Sick(place, now=NOW + timedelta(days=30))
    with place.room.database.write() as connection:
        connection.execute(text("UPDATE editions SET expires_at = '2027-02-01 00:00:00'"))
    with Scripted(is_busy) as server:
        sick.one_pass(server)
    sick.now = NOW
    assert place.count().deferred + place.count().planned == 8
    with Scripted(takes_all) as server:
        sick.passes(server, timedelta(seconds=30))
    assert place.count().accepted == 8


def test_the_memory_is_one_for_all_who_send(post: MakePost) -> None:
    place = post(100)
    one, other = Sick(place), Sick(place)
    with Scripted(drops_after_the_dot) as server:
        one.one_pass(server)
        doubts, asked = place.count().uncertain, server.connections
        assert 1 <= doubts <= 20
        assert "left alone" in str(other.one_pass(server))
        assert server.connections == asked
        other.now += timedelta(minutes=2)
        other.one_pass(server)
        assert place.count().uncertain == doubts + 1, "one probe"
    assert place.count().planned + place.count().deferred == 100 - doubts - 1
    listed = place.room.deliveries.listed(1, [State.UNCERTAIN])
    assert all("final dot" in str(view.reply) for view in listed)
