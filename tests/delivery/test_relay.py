"""An MTA in between must not break the signature: a real Postfix, and another that uses smtplib."""

from __future__ import annotations

import smtplib
from pathlib import Path

import dkim
import pytest
from aiosmtpd.smtp import Envelope, Session

from bench.delivery_fixture import NOW, Room, SampleIssues, address_of, make_store
from digest.delivery.dkim import KeyRing, make_key
from digest.delivery.message import Recipe
from digest.mail import HOLES, Fragment, Issue
from tests.delivery.conftest import Post, relay_to
from tests.delivery.mta import Aiosmtpd
from tests.delivery.programs import dkim_results, dovecot, postfix

DOMAIN = "digest.example.org"
READERS = 6
WAIT = 20.0  # seconds for Postfix to pass everything on

DOTS = "\n.\n..\n.hidden\nnot. hidden .\n...\n \n\t\n trailing blanks  \t\n"
LONG = "x" * 3000 + " " + "λ→漢字é" * 400 + "\n"


class HardSamples(SampleIssues):
    """Writes what a relay is most likely to change."""

    def __init__(self) -> None:
        super().__init__(cards=10, card_bytes=400)
        hard = f"{DOTS}{LONG}From the start of a line\n{HOLES['name']}\n= =3D =\n"
        self.cards[::2] = [Fragment(html=f"<p>{hard}</p>{n}\n", text=hard) for n in range(5)]

    def issue(self, reader: int, edition: int = 1, papers: int = 10) -> Issue:
        """Return an issue with names and a subject that must be encoded."""
        subject = (
            "Überraschung: λ-calculus, 漢字 and a subject so long that it is folded more than once"
        )
        plain = super().issue(reader, edition, papers)
        fills = {**plain.fills, "name": ".Åda\u2028Löve"}
        return plain._replace(
            subject=subject, to_name='Åda "." Löve', fills=fills, html=reader % 3 > 0
        )


@pytest.fixture
def place(tmp_path: Path) -> Post:
    """Readers whose mails are signed twice."""
    keys = [
        make_key(tmp_path / f"{kind}.pem", domain=DOMAIN, selector=kind, kind=kind)
        for kind in ("rsa", "ed25519")
    ]
    store = make_store(tmp_path / "digest.db", READERS)
    room = Room.make(store, keys=KeyRing(keys), samples=HardSamples())
    room.deliveries.plan(1, NOW)
    return Post(tmp_path, room, READERS)


def assert_all_arrived_unharmed(place: Post, server: Aiosmtpd) -> None:
    """Everybody's mail is there once, verifies, and is ours but for what hops prepend."""
    assert place.count().accepted == READERS
    arrived = dict(server.mails)
    assert len(server.mails) == len(arrived) == READERS
    keys = [place.room.freezer._keys.find(s, DOMAIN) for s in ("rsa", "ed25519")]
    records = {f"{key.record_name}.".encode(): key.record.encode() for key in keys}
    for reader in range(1, READERS + 1):
        mail = arrived[address_of(reader)]
        recipe = Recipe.unpack(place.room.recipes.of_reader(reader, 1))
        assert mail.endswith(place.room.freezer.bytes_of(recipe))
        for index in range(2):
            verifier = dkim.DKIM(mail)
            assert verifier.verify(idx=index, dnsfunc=lambda name, timeout=5: records.get(name))
        broken = dkim.DKIM(mail.replace(b"hidden", b"hidde"))
        with pytest.raises(dkim.ValidationError, match="body hash mismatch"):
            broken.verify(dnsfunc=lambda name, timeout=5: records.get(name))


def test_signatures_survive_a_hop_by_smtplib(place: Post) -> None:
    with Aiosmtpd() as last:

        def pass_on(envelope: Envelope, session: Session) -> str:
            with smtplib.SMTP("127.0.0.1", last.port) as client:
                content = b"Received: from us by a relay; today\r\n" + envelope.original_content
                client.sendmail(envelope.mail_from, envelope.rcpt_tos, content)
            return "250 2.0.0 passed on"

        with Aiosmtpd(handle=pass_on) as hop:
            place.send(relay_to(hop.port))
        assert_all_arrived_unharmed(place, last)


def test_signatures_survive_a_real_postfix(place: Post) -> None:
    with Aiosmtpd() as last, postfix(f"smtp:[127.0.0.1]:{last.port}") as port:
        place.send(relay_to(port))
        assert all(last.arrived.acquire(timeout=WAIT) for _ in range(READERS))
        assert_all_arrived_unharmed(place, last)
        assert all(b"by relay.example.org (Postfix)" in mail for _, mail in last.mails)


def test_signatures_survive_postfix_and_dovecot_by_a_verifier_of_another_make(place: Post) -> None:
    keys = [place.room.freezer._keys.find(s, DOMAIN) for s in ("rsa", "ed25519")]
    records = {key.record_name: key.record for key in keys}
    with dovecot() as boxes, postfix(f"lmtp:inet:127.0.0.1:{boxes.port}") as port:
        place.send(relay_to(port))
        boxes.wait_for(READERS, WAIT)
        mails = [boxes.mail(address_of(number)) for number in range(1, READERS + 1)]
    assert place.count().accepted == READERS
    assert all(b"with LMTP" in mail and b"(Postfix)" in mail for mail in mails)
    assert dkim_results(mails, records) == [{"rsa-sha256": "pass"}] * READERS
    broken = [mail.replace(b"hidden", b"hidde") for mail in mails]
    assert dkim_results(broken, records) == [{"rsa-sha256": "fail"}] * READERS
