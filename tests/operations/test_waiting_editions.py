"""An edition that waits for its relay, and what is changed meanwhile: its size, its key."""

from __future__ import annotations

import email
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from email.policy import default
from pathlib import Path

import dkim
import pytest

from digest.delivery.dkim import make_key
from digest.operations import deliveries as book
from digest.operations.issues import NotSent
from digest.settings import DeliverySettings, DkimSettings, EditionSettings, SmtpSettings
from digest.states import State
from tests.delivery.servers import Scripted, Talk
from tests.installation import Installation, paper

DOMAIN = "example.org"
PAPERS = [paper(f"{word} robots {number}") for number in range(8) for word in ("Big", "Old")]


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """Three readers, and sixteen papers that all of them want."""
    made = Installation(tmp_path / "data")
    made.ingest(*PAPERS)
    for name in ("ada", "bob", "eve"):
        made.reader(f"{name}@example.org", "robots")
    yield made
    made.app.close()


def over_smtp(installation: Installation, port: int, **delivery: object) -> Installation:
    smtp = SmtpSettings(port=port, security="none", connections=1)
    of = DeliverySettings(transport="smtp", smtp=smtp, **delivery)  # type: ignore[arg-type]
    return installation.reopened(
        delivery=of, edition=EditionSettings(max_papers=16), newsletter=NEWSLETTER
    )


NEWSLETTER = {"base_url": "https://digest.example.org", "sender": f"digest@{DOMAIN}"}


def passes(place: Installation, count: int) -> None:
    for _ in range(count):
        with suppress(NotSent):
            place.run()
        place.now += timedelta(minutes=20)


@pytest.mark.parametrize("limit", [20_000, 24_000])
def test_an_issue_that_is_larger_than_the_relay_takes_comes_with_fewer_cards(
    installation: Installation, limit: int
) -> None:
    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING", f"SIZE {limit}")
        await talk.serve()

    with Scripted(script) as server:
        place = over_smtp(installation, server.port)
        with suppress(NotSent):
            place.run()
        [view, *_] = book.deliveries_of(place.app, "1", list(State), 10)
        assert f"takes mails up to {limit} octets" in str(view.reply)
        place.now += timedelta(minutes=20)
        passes(place, 2)
        assert place.app.stores.deliveries.accounting(1).accepted == 3
        assert place.app.stores.deliveries.accounting(1).finished
        place.tomorrow()
        place.ingest(*[paper(f"{word} robots") for word in ("New", "Late")])
        place.run()
        place.app.close()
    for _, content in server.accepted:
        assert len(content) <= limit
    texts = [_text(content) for _, content in server.accepted]
    assert len(texts) == 6, "the next issue fits at once"
    for text in texts[:3]:
        assert "more papers did not fit" in text
    shown = [[title for title, _ in PAPERS if title in text] for text in texts]
    assert all(0 < len(titles) < 16 for titles in shown[:3])
    assert not set(shown[0]) & set(shown[3]), "nobody has a paper twice"


TOO_LARGE = [
    "552 5.3.4 Message size exceeds fixed limit",
    "552 Error: Too much mail data",
    "523 Message length (60000) exceeds administrative limit.",
    "554 Rejected - Message size exceeds fixed maximum message size.",
    "552-5.2.3 Your message exceeded the size limits.\r\n552 5.2.3 Please visit",
    "550 message too large",
    "451 4.3.4 message too big for now",
]


@pytest.mark.parametrize("words", TOO_LARGE)
def test_a_size_that_no_relay_announced_is_found_and_nobody_gets_a_second_mail(
    installation: Installation, words: str
) -> None:
    limit, refused = 24_000, 0

    async def script(talk: Talk) -> None:
        nonlocal refused
        await talk.hello("PIPELINING")
        while (line := await talk.line()) != "QUIT":
            if line.startswith("RCPT"):
                who = line[9 : line.index(">")]
            if line != "DATA":
                await talk.say("250 ok")
                continue
            await talk.say("354 go on")
            content = await talk.data()
            refused += len(content) > limit
            if len(content) <= limit:
                talk.server.accepted.append((who, content))
            await talk.say("250 ok" if len(content) <= limit else words)
        await talk.say("221 bye")

    with Scripted(script) as server:
        place = over_smtp(installation, server.port)
        passes(place, 8)
        found = place.app.stores.deliveries.accounting(1)
        assert (found.accepted, found.finished) == (3, True)
        assert not place.app.relay_memory().health().is_open  # type: ignore[union-attr]
        tried = refused
        place.tomorrow()
        place.ingest(*[paper(f"{word} robots {n}") for word in ("New", "Late") for n in range(9)])
        place.run()
        assert refused == tried <= 9, "what was learned is remembered"
        place.app.close()
    assert sorted(who for who, _ in server.accepted) == sorted(
        f"{name}@example.org" for name in ("ada", "bob", "eve") * 2
    )


def test_a_recipient_who_takes_no_large_mail_makes_nobody_elses_smaller(
    installation: Installation,
) -> None:
    def dot(who: str) -> str:
        return "552 5.2.3 message too large for this mailbox" if "eve" in who else "250 ok"

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        await talk.serve(dot=dot)

    with Scripted(script) as server:
        place = over_smtp(installation, server.port)
        with suppress(NotSent):
            place.run()
        found = place.app.stores.deliveries.accounting(1)
        assert (found.accepted, found.refused + found.deferred) == (2, 1)
        whole = min(len(content) for _, content in server.accepted)
        place.tomorrow()
        place.ingest(*[paper(f"{word} robots {n}") for word in ("New", "Late") for n in range(9)])
        with suppress(NotSent):
            place.run()
        place.app.close()
    assert min(len(content) for _, content in server.accepted) > whole * 0.8


def test_a_mail_that_waits_while_the_key_is_rotated_is_signed_by_the_new_one(
    installation: Installation, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    answer = ["451 4.3.0 later"]
    old = make_key(keys / "first.pem", domain=DOMAIN, selector="first", kind="rsa")
    new = make_key(keys / "second.pem", domain=DOMAIN, selector="second", kind="rsa")

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        await talk.serve(dot=lambda who: answer[0])

    with Scripted(script) as server:
        signing = DkimSettings(domain=DOMAIN, selector="first", key_file=keys / "first.pem")
        place = over_smtp(installation, server.port, dkim=signing)
        passes(place, 1)
        assert place.app.stores.deliveries.accounting(1).deferred == 3
        (keys / "first.pem").unlink()
        signing = DkimSettings(domain=DOMAIN, selector="second", key_file=keys / "second.pem")
        place = over_smtp(place, server.port, dkim=signing)
        answer[0] = "250 2.0.0 queued"
        passes(place, 2)
        assert place.app.stores.deliveries.accounting(1).accepted == 3
        place.app.close()
    assert old.record != new.record
    for _, content in server.accepted:
        assert b"s=second" in content and b"s=first" not in content
        record = {f"{new.record_name}.".encode(): new.record.encode()}
        assert dkim.verify(content, dnsfunc=lambda name, timeout=5, record=record: record.get(name))


def _text(content: bytes) -> str:
    message = email.message_from_bytes(content, policy=default)
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())
