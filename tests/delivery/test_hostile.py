"""Servers that answer in pieces, in the middle leave, or take ten mails and no more."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta

import pytest

from bench.delivery_fixture import NOW, address_of
from bench.smtp_recorder import Recorder
from digest.states import State
from tests.delivery.conftest import Post, relay_to
from tests.delivery.servers import Scripted, Talk

MakePost = Callable[[int], Post]
LATER = NOW + timedelta(hours=5)


class Drip(Talk):
    """Sends each byte of an answer by itself."""

    async def say(self, text: str) -> None:
        for byte in text.encode("latin-1") + b"\r\n":
            self.writer.write(bytes([byte]))
            await self.writer.drain()


def finish(place: Post, already: int) -> None:
    """Send the rest to a good server; everybody has it once in the end."""
    doubt = place.count().uncertain
    with Recorder() as good:
        place.send(relay_to(good.port), now=LATER)
        assert len(good.accepted) == place.readers - already - doubt
    assert place.count().accepted == place.readers - doubt


def test_answers_in_single_bytes_in_many_lines_and_in_no_charset_are_understood(
    post: MakePost,
) -> None:
    place = post(12)
    gibberish = "250-2.0.0 \xff\xfe\x80 queu\xe9\r\n250-2.0.0 still \x00\x07\r\n250 2.0.0 so be it"

    async def script(talk: Talk) -> None:
        drip = Drip(talk.reader, talk.writer, talk.server)
        await drip.say("220-please\r\n220-wait \xe9\r\n220 now")
        await drip.line()
        await drip.say("250-scripted\r\n250-PIPELINING\r\n250-SIZE 9999999\r\n250 \xff")
        ok = "250-2.1.0 one\r\n250-2.1.0 two\r\n250 2.1.0 three"
        await drip.serve(
            mail=ok, rcpt=lambda who: ok, data="354-go\r\n354 on", dot=lambda who: gibberish
        )

    with Scripted(script) as server:
        place.send(relay_to(server.port))
    assert place.count().accepted == len(server.accepted) == 12
    for view in place.room.deliveries.listed(1):
        assert view.reply is not None and "so be it" in view.reply
        assert view.reply.isprintable(), "it is shown on a terminal"


@pytest.mark.parametrize(
    ("dot", "mail", "rcpt", "data", "ends"),
    [
        ("250 2.0.0 queued", "250 ok", "250 ok", "354 go on", "accepted accepted"),
        ("250-2.0.0 que\r\n250 ued", "250 ok", "250 ok", "354 go on", "accepted accepted"),
        ("250 2.0.0 queued", "250 ok", "250-o\r\n250 k", "354 go on", "accepted accepted"),
        ("250", "250", "250", "354", "accepted accepted"),
        ("550 5.7.1 spam", "250 ok", "250 ok", "354 go on", "refused refused"),
        ("452 4.2.2 full", "250 ok", "250 ok", "354 go on", "deferred deferred"),
        ("250 2.0.0 queued", "250 ok", "550 5.1.1 nobody", "503 5.5.1 no", "accepted refused"),
        ("250 2.0.0 queued", "250 ok", "452 4.2.2 full", "503 5.5.1 no", "accepted deferred"),
    ],
)
def test_answers_that_come_in_one_piece_are_told_apart(
    post: MakePost, dot: str, mail: str, rcpt: str, data: str, ends: str
) -> None:
    place = post(2)

    async def script(talk: Talk) -> None:
        """Wait for a mail and the next one's envelope; answer both at once."""
        await talk.hello("PIPELINING")
        for _ in range(3):
            await talk.line()
        await talk.say("250 ok\r\n250 ok\r\n354 go on")
        await talk.data()
        for _ in range(3):
            await talk.line()
        await talk.say("\r\n".join((dot, mail, rcpt, data)))
        if data.startswith("354"):
            await talk.data()
            await talk.say(dot)
        with contextlib.suppress(ConnectionResetError):
            while (line := await talk.line()) != "QUIT":
                await talk.say("250 flushed" if line == "RSET" else "500 what?")
            await talk.say("221 bye")

    with Scripted(script) as server:
        place.send(relay_to(server.port, connections=1))
    found = place.room.deliveries.listed(1)
    assert " ".join(view.state for view in found) == ends
    if dot.startswith("250 2"):
        assert found[0].reply == "2.0.0 queued"


@pytest.mark.parametrize("upto", ["25", "250 ok\r\n250 o", "250 ok\r\n250 ok\r\n35", "354"])
def test_a_server_that_leaves_in_the_middle_of_its_answers_leaves_nothing_in_doubt(
    post: MakePost, upto: str
) -> None:
    place = post(9)

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        for _ in range(3):
            await talk.line()
        talk.writer.write(upto.encode())
        await talk.writer.drain()
        raise ConnectionResetError

    with Scripted(script) as server:
        tally = place.send(relay_to(server.port))
    assert tally.trouble is not None
    found = place.count()
    assert found.uncertain == found.sending == found.accepted == 0
    assert found.planned + found.deferred == 9
    finish(place, 0)


def test_half_an_answer_to_the_final_dot_is_none(post: MakePost) -> None:
    place = post(8)

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        if talk.server.connections > 1:
            await talk.serve()
        for _ in range(3):
            await talk.line()
        await talk.say("250 ok\r\n250 ok\r\n354 go on")
        await talk.data()
        talk.writer.write(b"250 2.0.0 que")
        await talk.writer.drain()
        raise ConnectionResetError

    with Scripted(script) as server:
        place.send(relay_to(server.port, connections=1))
    found = place.count()
    assert found.uncertain == 1, "it said 250, but no line: RFC 5321 knows only lines"
    assert found.accepted == len(server.accepted)
    finish(place, found.accepted)


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
def test_data_that_is_refused_after_its_recipient_was_taken(
    post: MakePost, extensions: tuple[str, ...]
) -> None:
    place = post(14)
    taken: list[str] = []

    async def script(talk: Talk) -> None:
        await talk.hello(*extensions)
        who = ""
        while True:
            line = await talk.line()
            if line.startswith("RCPT"):
                who = line[9 : line.index(">")]
            if line == "QUIT":
                await talk.say("221 bye")
                return
            if line != "DATA":
                await talk.say("250 ok")
            elif "@list1." in who:
                await talk.say("451 4.3.0 not now")
            elif "@list2." in who:
                await talk.say("554 5.6.0 not this")
            else:
                await talk.say("354 go on")
                await talk.data()
                taken.append(who)
                await talk.say("250 ok")

    with Scripted(script) as server:
        place.send(relay_to(server.port))
    found = place.count()
    assert (found.accepted, found.deferred, found.refused) == (10, 2, 2)
    assert len(taken) == len(set(taken)) == 10
    refused = place.room.deliveries.listed(1, [State.REFUSED])
    assert {view.email for view in refused} == {address_of(2), address_of(9)}
    assert place.room.deliveries.plan(1, NOW) == 0, "and nobody's address is held against them"


def test_a_handshake_that_ends_in_nonsense_burns_nobody(post: MakePost) -> None:
    place = post(5)

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING", "STARTTLS")
        await talk.line()
        await talk.say("220 go ahead")
        await talk.reader.read(100)  # the client's hello
        talk.writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await talk.reader.read()

    with Scripted(script) as server:
        tally = place.send(relay_to(server.port, security="starttls"))
    assert tally.trouble is not None
    found = place.count()
    assert found.uncertain == found.refused == 0 and found.planned + found.deferred == 5
    assert not any("MAIL" in line for line in server.lines)
    finish(place, 0)


def test_a_server_that_takes_ten_mails_a_connection_gets_all_of_them(post: MakePost) -> None:
    place = post(45)

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        count = 0
        while True:
            line = await talk.line()
            if line.startswith("MAIL"):
                count += 1
                if count > 10:
                    await talk.say("421 4.7.0 too many messages in this connection")
                    return
            if line.startswith("RCPT"):
                who = line[9 : line.index(">")]
            if line == "DATA":
                await talk.say("354 go on")
                talk.server.accepted.append((who, await talk.data()))
            await talk.say("250 ok")

    with Scripted(script) as server:
        place.send(relay_to(server.port, connections=2))
    found = place.count()
    assert found.uncertain == found.refused == found.sending == 0
    assert found.accepted == len(server.accepted) == len({who for who, _ in server.accepted})
    assert all(view.attempts == 0 for view in place.room.deliveries.listed(1))
    assert found.accepted == 45, "the limit is the connection's, not the readers'"
