"""The engine against servers that refuse, put off, hang or are not there."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from bench.delivery_fixture import NOW, address_of
from bench.smtp_recorder import Recorder
from digest.errors import DeliveryError
from digest.states import State
from tests.delivery.conftest import MakePost, relay_to
from tests.delivery.servers import Scripted, Talk


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
def test_refused_and_deferred_recipients_do_not_disturb_the_others(
    post: MakePost, extensions: tuple[str, ...]
) -> None:
    place = post(21)  # addresses are at list0 … list6

    def rcpt(who: str) -> str:
        if "@list1." in who:
            return "550 5.1.1 no such user"
        return "452 4.2.2 mailbox full" if "@list2." in who else "250 ok"

    def dot(who: str) -> str:
        if "@list3." in who:
            return "554 5.7.1 looks like spam"
        return "451 4.3.0 try later" if "@list4." in who else "250 ok"

    async def script(talk: Talk) -> None:
        await talk.hello(*extensions)
        await talk.serve(rcpt=rcpt, dot=dot)

    with Scripted(script) as server:
        place.send(relay_to(server.port))
    found = place.count()
    assert (found.accepted, found.refused, found.deferred) == (9, 6, 6)
    assert len(server.accepted) == 9
    views = {view.email: view for view in place.room.deliveries.listed(1)}
    assert views[address_of(2)].attempts == 1
    assert views[address_of(2)].next_attempt_at is not None
    assert views[address_of(1)].reply == "RCPT: 550 5.1.1 no such user"
    with place.room.database.read() as connection:
        gone = set(connection.scalars(text("SELECT email_key FROM unknown_addresses")))
        suppressed = set(connection.scalars(text("SELECT email_key FROM suppressions")))
    assert gone == {address_of(n) for n in (1, 8, 15)}, "only those that do not exist"
    assert suppressed == set(), "said once is not enough"


def test_a_failure_that_is_not_the_recipients_does_not_put_them_off_for_longer(
    post: MakePost,
) -> None:
    place, now = post(1), NOW
    answers = {"RCPT": "450 4.2.1 busy", "MAIL": "250 ok"}

    async def script(talk: Talk) -> None:
        await talk.hello()
        await talk.serve(rcpt=lambda who: answers["RCPT"], mail=answers["MAIL"])

    def put_off() -> timedelta:
        [view] = place.room.deliveries.listed(1)
        assert view.next_attempt_at is not None
        return view.next_attempt_at - now

    with Scripted(script) as server:
        for attempts, least in ((1, 3), (2, 7), (3, 15), (4, 30)):
            place.send(relay_to(server.port), now=now)
            assert place.room.deliveries.listed(1)[0].attempts == attempts
            assert put_off() >= timedelta(minutes=least)
            now += put_off()
        answers["MAIL"] = "550 5.7.1 sender not allowed"
        place.send(relay_to(server.port), now=now)
    assert place.room.deliveries.listed(1)[0].attempts == 4
    assert put_off() < timedelta(minutes=7), "as after a first failure"


def test_a_server_that_takes_data_for_nobody_gets_nothing(post: MakePost) -> None:
    place = post(3)

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        while True:
            line = await talk.line()
            if line.startswith("RCPT"):
                await talk.say("550 5.1.1 unknown")
            elif line == "DATA":
                await talk.say("354 whatever")
                assert await talk.data() == b""
                await talk.say("250 took nothing")
            else:
                await talk.say("250 ok")

    with Scripted(script) as server:
        place.send(relay_to(server.port, connections=1))
    assert place.count().refused == 3


@pytest.mark.parametrize("said", ["450 4.7.1 later", "452 4.3.1 full", "550 5.7.1 sender refused"])
@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
def test_a_server_that_refuses_mail_from_and_goes_on_all_the_same_gets_no_empty_mail(
    post: MakePost, said: str, extensions: tuple[str, ...]
) -> None:
    place = post(3)
    taken = []

    async def script(talk: Talk) -> None:
        await talk.hello(*extensions)
        while True:
            line = await talk.line()
            if line.startswith("MAIL"):
                await talk.say(said)
            elif line == "DATA":
                await talk.say("354 go on")
                taken.append(await talk.data())
                await talk.say("250 took it")
            else:
                await talk.say("250 ok")

    with Scripted(script) as server:
        for hours in range(3):
            place.send(relay_to(server.port, connections=1), now=NOW + timedelta(hours=hours))
    assert taken == []
    assert place.count().deferred == 3


def test_a_tarpit_that_answers_an_octet_at_a_time_gets_each_mail_once(post: MakePost) -> None:
    """Each octet is a read of its own; with `timeout` far longer than between two of them."""
    place = post(4)

    async def script(talk: Talk) -> None:
        whole = talk.say

        async def drip(text: str) -> None:
            for octet in text:
                talk.writer.write(octet.encode())
                await talk.writer.drain()
                await asyncio.sleep(0.001)
            await whole("")

        talk.say = drip  # type: ignore[method-assign]
        await talk.hello("PIPELINING")
        await talk.serve()

    with Scripted(script) as server:
        assert place.send(relay_to(server.port, connections=2, timeout=0.5)).trouble is None
    assert place.count().accepted == 4
    assert len({who for who, _ in server.accepted}) == len(server.accepted) == 4


def test_deferred_mails_are_due_again_after_their_back_off(post: MakePost) -> None:
    place = post(4)
    answers = ["452 4.3.1 full"]

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        await talk.serve(dot=lambda who: answers[-1])

    with Scripted(script) as server:
        place.send(relay_to(server.port))
        assert place.count().deferred == 4
        assert place.send(relay_to(server.port)).states == {}, "not due yet"
        answers.append("250 ok")
        place.send(relay_to(server.port), now=NOW + timedelta(minutes=8))
    assert place.count().accepted == 4


def test_a_sender_that_the_relay_rejects_burns_nobody(post: MakePost) -> None:
    place = post(30)

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        await talk.serve(mail="550 5.7.1 sender not allowed")

    with Scripted(script) as server:
        tally = place.send(relay_to(server.port))
    found = place.count()
    assert found.refused == 0 and found.deferred + found.planned == 30
    assert tally.trouble is not None and "sender not allowed" in tally.trouble
    assert all(v.attempts == 0 for v in place.room.deliveries.listed(1))


def test_a_421_pauses_its_domain_and_burns_nobody(post: MakePost) -> None:
    place = post(42)

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        await talk.serve(rcpt=lambda who: "421 4.7.0 too much" if "@list1." in who else "250 ok")

    with Scripted(script) as server:
        place.send(relay_to(server.port, connections=1, pipeline=2))
    found = place.count()
    assert (found.accepted, found.deferred) == (36, 6)
    asked = [line for line in server.lines if "@list1." in line]
    assert len(asked) < 6, "the breaker spared the rest of the domain"
    assert all(v.attempts == 0 for v in place.room.deliveries.listed(1, [State.DEFERRED]))


@pytest.mark.parametrize("moment", ["greeting", "ehlo", "mail", "data", "dot"])
@pytest.mark.parametrize("how", ["hang", "drop", "gibberish"])
def test_a_server_that_fails_at_any_moment_loses_nothing(
    post: MakePost, moment: str, how: str
) -> None:
    place = post(20)

    async def fail(talk: Talk) -> None:
        if how == "hang":
            await talk.reader.read()
        elif how == "gibberish":
            await talk.say("\x00\xffHTTP/1.1 400 Bad Request")
            await talk.reader.read()
        raise ConnectionResetError

    async def script(talk: Talk) -> None:
        if moment == "greeting":
            await fail(talk)
        if moment == "ehlo":
            await talk.say("220 hello")
            await talk.line()
            await fail(talk)
        await talk.hello("PIPELINING")
        while True:
            line = await talk.line()
            if line.startswith("MAIL") and moment == "mail":
                await fail(talk)
            if line == "DATA":
                if moment == "data":
                    await fail(talk)
                await talk.say("354 go on")
                await talk.data()
                await fail(talk)
            await talk.say("250 ok")

    with Scripted(script) as server:
        # Cut off sooner than meant, it would still be before the dot: any patience is right there.
        limits = {"dot_timeout": 0.1} if moment == "dot" else {"timeout": 0.1}
        transport = relay_to(server.port, **limits)
        tally = place.send(transport)
    found = place.count()
    assert found.sending == found.claimed == found.accepted == 0
    if moment == "dot":
        assert 1 <= found.uncertain <= server.connections
    else:
        assert found.uncertain == 0
    assert found.deferred + found.planned + found.uncertain == 20
    assert tally.trouble is not None
    with Recorder() as good:
        place.send(relay_to(good.port), now=NOW + timedelta(hours=1))
        assert place.count().accepted == 20 - found.uncertain
        place.room.deliveries.resend_uncertain(1, NOW)
        place.send(relay_to(good.port), now=NOW + timedelta(hours=2))
    assert place.count().accepted == 20


def test_no_server_at_all_defers_and_says_so(post: MakePost) -> None:
    place = post(3)
    with Scripted(lambda talk: talk.hello()) as server:
        port = server.port
    tally = place.send(relay_to(port))
    assert place.count().deferred + place.count().planned == 3
    assert tally.trouble is not None and "no connection to 127.0.0.1" in tally.trouble


def test_starttls_is_required_when_asked_for(post: MakePost) -> None:
    place = post(2)

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        await talk.serve()

    with Scripted(script) as server, pytest.raises(DeliveryError, match="offers no STARTTLS"):
        place.send(relay_to(server.port, security="starttls"))
    found = place.count()
    assert server.accepted == [] and found.sending == 0
    assert found.planned + found.deferred == 2


def test_a_wrong_login_is_told_without_the_password(post: MakePost) -> None:
    place = post(2)

    async def script(talk: Talk) -> None:
        await talk.hello("AUTH PLAIN LOGIN")
        line = await talk.line()
        await talk.say(f"535 5.7.8 wrong: {line} hunter2")
        await talk.line()

    transport = relay_to(1, username="ada", password="hunter2")
    assert "hunter2" not in repr(transport)
    with Scripted(script) as server, pytest.raises(DeliveryError) as refusal:
        place.send(relay_to(server.port, username="ada", password="hunter2"))
    assert "hunter2" not in str(refusal.value) and "ada" in str(refusal.value)
    for view in place.room.deliveries.listed(1):
        assert "hunter2" not in (view.reply or "")
