"""The engine against servers that behave."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from bench.delivery_fixture import address_of
from bench.smtp_recorder import Recorder
from digest.delivery.pace import Pace, PaceLimits
from digest.mail import Issue
from digest.states import State
from tests.delivery.conftest import MakePost, relay_to
from tests.delivery.servers import Scripted, Talk


def test_everybody_gets_their_own_mail_once(post: MakePost) -> None:
    place = post(60)
    with Recorder(keep_content=True) as server:
        tally = place.send(relay_to(server.port))
        assert tally.states == {State.ACCEPTED: 60}
        assert place.send(relay_to(server.port)).states == {}
    assert place.count().accepted == 60
    assert Counter(m.recipient for m in server.accepted) == {address_of(n): 1 for n in range(1, 61)}
    for mail in server.accepted:
        assert mail.content is not None and f"<{mail.recipient}>".encode() in mail.content
        assert mail.sender.startswith("bounces+")
    assert len({mail.message_id for mail in server.accepted}) == 60
    assert len(place.room.freezer.letterhead.from_address) > 0
    assert not list((place.folder / "owners").iterdir())


def test_what_was_sent_can_be_made_again(post: MakePost) -> None:
    place = post(3)
    with Recorder(keep_content=True) as server:
        place.send(relay_to(server.port))
    sent = {mail.recipient: mail.content for mail in server.accepted}
    from digest.delivery.message import Recipe

    for reader in (1, 2, 3):
        recipe = Recipe.unpack(place.room.recipes.of_reader(reader, 1))
        assert place.room.freezer.bytes_of(recipe) == sent[address_of(reader)]


def test_a_server_without_pipelining_is_served_step_by_step(post: MakePost) -> None:
    place = post(10)

    async def script(talk: Talk) -> None:
        await talk.hello()
        await talk.serve()

    with Scripted(script) as server:
        place.send(relay_to(server.port))
    assert place.count().accepted == 10
    assert len(server.accepted) == 10


def test_a_connection_is_recycled_after_so_many_mails(post: MakePost) -> None:
    place = post(20)
    with Recorder() as server:
        transport = relay_to(server.port, connections=1)
        transport.recycle_after = 5
        place.send(transport)
    assert place.count().accepted == 20
    assert server.connections in (4, 5)


def test_rates_are_kept(post: MakePost) -> None:
    place = post(12)
    with Recorder() as server:
        pace = Pace(PaceLimits(per_second=1000, per_domain_connections=1), rng=random.Random(1))
        place.send(relay_to(server.port), pace=pace)
    assert place.count().accepted == 12


def test_an_address_with_non_ascii_local_part_needs_smtputf8(post: MakePost) -> None:
    place = post(2)
    place.room.samples.issue = _unicode_issue(place.room.samples.issue)  # type: ignore[method-assign]

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING", "8BITMIME")
        await talk.serve()

    with Scripted(script) as server:
        place.send(relay_to(server.port))
    found = place.count()
    assert (found.accepted, found.refused) == (1, 1)
    [refused] = place.room.deliveries.listed(1, [State.REFUSED])
    assert refused.reply is not None and "SMTPUTF8" in refused.reply
    assert len(server.accepted) == 1


def _unicode_issue(issue_of: Callable[..., Issue]) -> Callable[..., Issue]:
    def issue(reader: int, edition: int = 1) -> Issue:
        made = issue_of(reader, edition)
        return made._replace(to_address="адa@example.org") if reader == 2 else made

    return issue
