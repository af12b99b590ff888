"""What is in doubt is what the kernel may have passed on up to its final dot, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bench.delivery_fixture import NOW
from bench.smtp_recorder import Recorder
from digest.delivery.message import Recipe
from tests.delivery.conftest import Post, relay_to
from tests.delivery.servers import Scripted, Talk

MakePost = Callable[[int], Post]
MORE = (b"0123456789" * 7 + b"\r\n") * 300_000  # 21 MB: more than a kernel holds for a connection


async def _takes_nothing(talk: Talk) -> None:
    """Ask for a mail, read its first line, leave."""
    await talk.hello("PIPELINING")
    for _ in range(3):
        await talk.line()
    await talk.say("250 ok\r\n250 ok\r\n354 go on")
    await talk.line()
    raise ConnectionResetError


def _make_long(place: Post) -> None:
    parts_of = place.room.freezer.parts_of

    def longer(recipe: Recipe) -> tuple[bytes, bytes]:
        head, body = parts_of(recipe)
        return head, body + MORE

    place.room.freezer.parts_of = longer  # type: ignore[method-assign]


@pytest.mark.parametrize("long", [True, False])
def test_a_mail_that_is_stuck_before_its_final_dot_is_not_in_doubt(
    post: MakePost, long: bool
) -> None:
    place = post(1)
    if long:
        _make_long(place)
    with Scripted(_takes_nothing) as server:
        # A long mail may be cut off at any time before its dot; a short one only after it.
        limits = {"timeout": 5.0} if long else {"dot_timeout": 1.0}
        place.send(relay_to(server.port, connections=1, **limits))
    found = place.count()
    assert found.uncertain == (0 if long else 1)
    assert found.planned + found.deferred == (1 if long else 0)
    if long:
        with Recorder() as good:
            place.send(relay_to(good.port), now=NOW + timedelta(hours=5))
        assert len(good.accepted) == place.count().accepted == 1


def test_a_server_that_reads_slowly_gets_all_of_a_long_mail_and_of_the_next(
    post: MakePost,
) -> None:
    place = post(2)
    _make_long(place)
    sizes: list[int] = []

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        while (line := await talk.line()) != "QUIT":
            if line != "DATA":
                await talk.say("250 ok")
                continue
            await talk.say("354 go on")
            size, tail = 0, b""
            while not tail.endswith(b"\r\n.\r\n"):
                part = await talk.reader.read(65_536)
                await asyncio.sleep(0)  # let the client see that there is room again
                size, tail = size + len(part), (tail + part)[-5:]
                if b"\r\n.\r\nMAIL" in part or not part:
                    raise AssertionError("the next mail's commands came before this one's dot")
            sizes.append(size)
            await talk.say("250 2.0.0 queued")
        await talk.say("221 bye")

    with Scripted(script) as server:
        place.send(relay_to(server.port, connections=1, pipeline=1))
    assert place.count().accepted == 2
    assert len(sizes) == 2 and min(sizes) > len(MORE)
