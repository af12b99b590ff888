"""A run to a mail server: with TLS and a password, and while it is away."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from digest.settings import DeliverySettings, SmtpSettings
from tests.cli.command import digest
from tests.end_to_end.conftest import ROBOTS, prepare
from tests.installation import Installation


class Keeper:
    """Keeps what it gets."""

    def __init__(self) -> None:
        self.kept: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.kept.append((envelope.rcpt_tos, envelope.content))
        return "250 kept"


@contextmanager
def mail_server(**how: Any) -> Iterator[tuple[Keeper, int]]:
    keeper = Keeper()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(keeper, hostname="127.0.0.1", port=port, **how)
    controller.start()
    try:
        yield keeper, port
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[Path, Path]:
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
        f" -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout {key} -out {cert}".split(),
        check=True,
        capture_output=True,
    )
    return key, cert


def test_mail_goes_by_smtp_with_starttls_and_a_password(data: Path, tmp_path: Path) -> None:
    key, cert = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)

    def admits(_server: Any, _session: Any, _envelope: Any, _how: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and given.password == b"open sesame"
        return AuthResult(success=right)

    strict = {"tls_context": context, "require_starttls": True, "auth_required": True}
    with mail_server(authenticator=admits, **strict) as (keeper, port):
        smtp = SmtpSettings(port=port, username="digest", password="open sesame", ca_file=cert)
        installation = Installation(data).reopened(
            delivery=DeliverySettings(transport="smtp", smtp=smtp)
        )
        installation.reader("ada@example.org", "robots")
        installation.ingest(*ROBOTS)
        assert installation.run().accounting.accepted == 1
        assert installation.run().accounting.accepted == 1
        ((recipients, content),) = keeper.kept
        sent = installation.preview("ada@example.org", 1).raw
        installation.app.close()
    assert recipients == ["ada@example.org"]
    assert content.replace(b"\r\n", b"\n").rstrip() == sent.replace(b"\r\n", b"\n").rstrip()


def test_a_server_that_is_away_costs_nobody_their_mail(data: Path, tmp_path: Path) -> None:
    prepare(data, 3)
    with mail_server() as (keeper, port):
        away = {"DIGEST_DELIVERY__TRANSPORT": "smtp", "DIGEST_DELIVERY__SMTP__SECURITY": "none"}
        there = away | {"DIGEST_DELIVERY__SMTP__PORT": str(port)}
        said = digest(data, "run", "--json", env=away | {"DIGEST_DELIVERY__SMTP__PORT": "1"})
        assert said.code == 3, "not everybody has theirs"
        assert (said.one["eligible"], said.one["accepted"]) == (3, 0)
        assert "left for the next run" in said.err
        assert digest(data, "run", "--json", env=there).one["accepted"] == 3
        assert len(keeper.kept) == 3
