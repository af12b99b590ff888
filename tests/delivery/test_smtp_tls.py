"""TLS and logins against aiosmtpd, with certificates made here."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from bench.delivery_fixture import NOW
from digest.delivery.smtp import SmtpTransport
from digest.errors import DeliveryError
from digest.states import State
from tests.delivery.conftest import Post, relay_to
from tests.delivery.mta import Aiosmtpd, Certificate
from tests.delivery.servers import Scripted, Talk

MakePost = Callable[[int], Post]
PASSWORD = "a pass word of umlauts: äöü"
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """For the address that the tests connect to."""
    return Certificate.make(tmp_path_factory.mktemp("tls"), "127.0.0.1")


@pytest.fixture(scope="module")
def of_another(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """For a name that nobody asked for."""
    return Certificate.make(tmp_path_factory.mktemp("tls"), "mail.example.net")


def server_with(certificate: Certificate, security: str) -> Aiosmtpd:
    """A server that takes mail over TLS only."""
    if security == "tls":
        return Aiosmtpd(implicit=certificate.context, options={"auth_require_tls": False})
    return Aiosmtpd(options={"tls_context": certificate.context, "require_starttls": True})


def log_in(
    server: Aiosmtpd, certificate: Certificate, security: str, password: str = PASSWORD
) -> SmtpTransport:
    """A transport that logs in."""
    return relay_to(
        server.port,
        security=security,
        ca_file=certificate.file,
        username="digest",
        password=password,
    )


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mails_go_out_over_tls_to_a_server_that_is_trusted(
    post: MakePost, ours: Certificate, security: str
) -> None:
    place = post(12)
    with server_with(ours, security) as server:
        relay = relay_to(server.port, security=security, ca_file=ours.file)
        assert place.send(relay).trouble is None
    assert place.count().accepted == 12
    assert len({recipient for recipient, _ in server.mails}) == len(server.mails) == 12
    assert all(server.secured)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("trusted", [False, True])
def test_a_certificate_that_is_unknown_or_of_another_name_is_refused(
    post: MakePost, ours: Certificate, of_another: Certificate, security: str, trusted: bool
) -> None:
    place = post(4)
    shown, ca_file = (of_another, of_another.file) if trusted else (ours, None)
    with server_with(shown, security) as server:
        relay = relay_to(server.port, security=security, ca_file=ca_file)
        with pytest.raises(DeliveryError, match=r"does not hold \(.+\); set smtp\.ca_file"):
            place.send(relay)
    found = place.count()
    assert found.accepted == found.refused == found.uncertain == 0
    assert server.mails == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_wrong_certificate_for_an_hour_costs_nobody_an_issue(
    post: MakePost, ours: Certificate, of_another: Certificate, security: str
) -> None:
    place = post(12)
    for minutes in range(0, 60, 20):
        with server_with(of_another, security) as server:
            relay = relay_to(server.port, security=security, ca_file=ours.file)
            now = NOW + timedelta(minutes=minutes)
            with suppress(DeliveryError):
                place.send(relay, now=now)
            assert not server.mails
    assert (place.count().refused, place.count().uncertain) == (0, 0)
    with server_with(ours, security) as server:
        relay = relay_to(server.port, security=security, ca_file=ours.file)
        place.send(relay, now=NOW + timedelta(hours=6))
    assert place.count().accepted == 12
    assert len({recipient for recipient, _ in server.mails}) == len(server.mails) == 12


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_it_logs_in_by_what_the_server_offers(
    post: MakePost, ours: Certificate, security: str, mechanism: str
) -> None:
    place = post(3)
    server = server_with(ours, security).asking("digest", PASSWORD)
    server.options["auth_exclude_mechanism"] = {"PLAIN", "LOGIN"} - {mechanism}
    with server:
        place.send(log_in(server, ours, security))
    assert place.count().accepted == 3
    assert server.logins[0] == (mechanism, b"digest", PASSWORD.encode())


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_wrong_password_stops_the_run_burns_nobody_and_is_not_shown(
    post: MakePost, ours: Certificate, mechanism: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    place = post(5)
    server = server_with(ours, "starttls").asking("digest", "another one")
    server.options["auth_exclude_mechanism"] = {"PLAIN", "LOGIN"} - {mechanism}
    with server:
        relay = log_in(server, ours, "starttls")
        with pytest.raises(DeliveryError, match="refuses the login of 'digest'") as stopped:
            place.send(relay)
    found = place.count()
    assert found.refused == found.accepted == found.uncertain == 0
    assert found.planned + found.deferred == 5
    views = place.room.deliveries.listed(1)
    assert all(view.attempts == 0 for view in views)
    ours_only = [r.getMessage() for r in caplog.records if not r.name.startswith("mail.")]
    kept = [f.read_bytes() for f in place.folder.rglob("*") if f.is_file()]
    told = "\n".join([str(stopped.value), repr(relay), *ours_only]).encode()
    blobs = [PASSWORD.encode(), f"\0digest\0{PASSWORD}".encode()]
    secrets = [PASSWORD.encode(), *map(b64encode, blobs)]
    assert not [s for s in secrets for text in (told, *kept) if s in text]


def test_a_login_that_works_again_sends_what_the_failed_run_left(
    post: MakePost, ours: Certificate
) -> None:
    place = post(5)
    with server_with(ours, "starttls").asking("digest", PASSWORD) as server:
        with pytest.raises(DeliveryError):
            place.send(log_in(server, ours, "starttls", password="mistyped"))
        place.send(log_in(server, ours, "starttls"), now=NOW + timedelta(hours=1))
    assert place.count().accepted == 5
    assert len(server.mails) == 5


def test_no_password_crosses_the_network_in_clear(post: MakePost) -> None:
    place = post(1)
    relay = relay_to(25, username="digest", password=PASSWORD, host="192.0.2.1")
    with pytest.raises(DeliveryError, match=r"set smtp\.security"):
        place.send(relay)
    assert place.count().refused == 0


def test_answers_smuggled_in_before_the_handshake_are_not_believed(
    post: MakePost, ours: Certificate
) -> None:
    place = post(2)

    async def script(talk: Talk) -> None:
        await talk.hello("STARTTLS")
        await talk.line()
        await talk.say("220 go on\r\n250 and so does this, from between us")
        await talk.reader.read()

    with Scripted(script) as server:
        relay = relay_to(server.port, security="starttls", ca_file=ours.file)
        with pytest.raises(DeliveryError, match="clear text into the TLS handshake"):
            place.send(relay)
    assert place.count().refused == place.count().accepted == 0


def test_a_server_without_tls_where_tls_is_set_defers(post: MakePost, ours: Certificate) -> None:
    place = post(2)

    async def script(talk: Talk) -> None:
        await talk.say("220 clear text here")
        await talk.reader.read()

    with Scripted(script) as server:
        tally = place.send(relay_to(server.port, security="tls", ca_file=ours.file))
    assert tally.trouble is not None and "no connection" in tally.trouble
    found = place.count()
    assert found.refused == found.uncertain == 0 and found.planned + found.deferred == 2


def test_a_ca_file_that_is_none_is_named(post: MakePost, tmp_path: Path) -> None:
    place = post(1)
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(DeliveryError, match=r"smtp\.ca_file .*ca\.pem"):
        place.send(relay_to(25, security="tls", ca_file=tmp_path / "ca.pem"))
    assert place.room.deliveries.listed(1, [State.REFUSED]) == []
