"""Servers that never stop answering, an octet or a line at a time, and never have answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from bench.delivery_fixture import NOW
from bench.smtp_recorder import Recorder
from digest.delivery.interface import ReadyMail
from digest.delivery.outcomes import Reply
from digest.delivery.smtp_session import Relay, Wire
from tests.delivery.conftest import Post, relay_to
from tests.delivery.servers import Script, Scripted, Talk

MakePost = Callable[[int], Post]
LATER = NOW + timedelta(hours=5)
SLOW = 0.02  # seconds for an octet: always sooner than a timeout, which was all that was asked
ENDLESS = 3000  # octets or lines, so that a test that fails ends at all


async def drip(talk: Talk, data: bytes) -> None:
    for octet in data:
        talk.writer.write(bytes([octet]))
        await talk.writer.drain()
        await asyncio.sleep(SLOW)


def dripping(before: int) -> Script:
    """Answer so many commands as usual, then an octet at a time."""

    async def script(talk: Talk) -> None:
        usual = ["220 hello", "250-drip\r\n250 PIPELINING", "250 ok", "250 ok", "354 go on"]
        for at, answer in enumerate(usual[:before]):
            await talk.say(answer)
            if at < len(usual) - 1:
                await talk.line()
        if before == len(usual):
            await talk.data()
        await drip(talk, b"250 " + b"x" * ENDLESS)

    return script


async def endless_lines(talk: Talk) -> None:
    await talk.hello("PIPELINING")
    for _ in range(3):
        await talk.line()
    for _ in range(ENDLESS):
        await drip(talk, b"250-")
        await talk.say("and more")


async def endless_hello(talk: Talk) -> None:
    await talk.say("220 hello")
    await talk.line()
    for _ in range(ENDLESS):
        await talk.say("250-X-MORE " + "x" * 400)
    await talk.line()


async def megabytes(talk: Talk) -> None:
    await talk.hello("PIPELINING")
    for _ in range(3):
        await talk.line()
    for _ in range(64):
        await talk.say("250-" + "x" * 60_000)
    await talk.say("250 ok")


async def handshake(talk: Talk) -> None:
    await talk.hello("PIPELINING", "STARTTLS")
    await talk.line()
    await talk.say("220 go ahead")
    await talk.reader.read(100)  # the client's hello
    await drip(talk, b"\x16\x03\x03\x3f\xff" + bytes(ENDLESS))


@pytest.mark.parametrize(
    ("script", "said", "more"),
    [
        pytest.param(dripping(0), "no whole answer", {}, id="greeting"),
        pytest.param(dripping(1), "no whole answer", {}, id="EHLO"),
        pytest.param(dripping(2), "no whole answer", {}, id="MAIL"),
        pytest.param(dripping(4), "no whole answer", {}, id="DATA"),
        pytest.param(endless_lines, "no whole answer", {}, id="lines"),
        pytest.param(endless_hello, "no end", {"timeout": 20.0}, id="hello without end"),
        pytest.param(megabytes, "no end", {"timeout": 20.0}, id="megabytes"),
        pytest.param(handshake, "no answer", {"security": "starttls"}, id="handshake"),
    ],
)
def test_who_never_ends_an_answer_is_left_and_nothing_is_in_doubt(
    post: MakePost, script: Script, said: str, more: dict[str, Any]
) -> None:
    place = post(3)
    with Scripted(script) as server:
        tally = place.send(relay_to(server.port, connections=1, **{"timeout": 0.1, **more}))
    assert said in str(tally.trouble)
    found = place.count()
    assert found.uncertain == found.refused == found.accepted == found.sending == 0
    with Recorder() as good:
        place.send(relay_to(good.port), now=LATER)
        assert len(good.accepted) == 3


def test_who_never_ends_the_answer_to_a_mail_leaves_that_one_in_doubt(post: MakePost) -> None:
    place = post(2)
    with Scripted(dripping(5)) as server:
        place.send(relay_to(server.port, connections=1, pipeline=1, dot_timeout=0.2))
    found = place.count()
    assert found.accepted == found.refused == 0
    assert found.uncertain == server.connections > 0


def test_who_takes_a_mail_an_octet_at_a_time_leaves_nothing_in_doubt(
    post: MakePost, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = post(1)
    mails = place.room.mails

    def vast(*args: Any, **more: Any) -> Iterator[ReadyMail]:
        for mail in mails(*args, **more):
            yield mail._replace(build=lambda: (b"Subject: vast\r\n\r\n", b"x" * 76 * 400_000))

    monkeypatch.setattr(type(place.room), "mails", lambda self, *args, **more: vast(*args, **more))

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        for _ in range(3):
            await talk.line()
        await talk.say("250 ok\r\n250 ok\r\n354 go on")
        for _ in range(ENDLESS):
            assert await talk.reader.read(1), "the client has left"
            await asyncio.sleep(SLOW)

    with Scripted(script) as server:
        tally = place.send(relay_to(server.port, connections=1, dot_timeout=0.2))
    assert "took no whole mail within 0.2 s" in str(tally.trouble)
    found = place.count()
    assert found.uncertain == found.accepted == 0 and found.eligible == 1


# --- the same with the clock in hand


class Owed(Wire):
    """A connection whose server owes what the test says."""

    waiting = False
    waiting_for_dot = False

    def usual(self, first: bytes, rest: bytes) -> bool:
        return False

    def routine(self, code: int) -> bool:
        return False

    def answer(self, reply: Reply) -> None: ...

    def leaving(self, *, now: bool) -> None: ...

    def dropped(self, why: str) -> None: ...


RELAY = Relay("127.0.0.1", timeout=60.0, dot_timeout=600.0)


@pytest.mark.parametrize(
    ("waiting", "dot", "seconds", "overdue"),
    [
        (False, False, 9_999.0, False),
        (True, False, 59.9, False),
        (True, False, 60.0, True),
        (True, True, 599.9, False),
        (True, True, 600.0, True),
    ],
)
def test_an_answer_has_its_time_and_no_more(
    waiting: bool, dot: bool, seconds: float, overdue: bool
) -> None:
    async def found() -> str:
        wire = Owed()
        assert wire.overdue(RELAY, 1000.0) == ""  # nothing is owed
        wire.waiting, wire.waiting_for_dot = waiting, dot
        return wire.overdue(RELAY, 1000.0 + seconds)

    assert bool(asyncio.run(found())) == overdue
