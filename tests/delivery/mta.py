"""Servers that other people wrote: aiosmtpd with TLS and logins, and their certificates."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Certificate:
    """A certificate that signs itself, as files."""

    file: Path  # certificate: what a client is told to trust
    key: Path

    @staticmethod
    def make(folder: Path, *names: str) -> Certificate:
        """Make one for host names and IP addresses."""
        private = ec.generate_private_key(ec.SECP256R1())
        who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(who)
            .issuer_name(who)
            .public_key(private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([_name(n) for n in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(private, hashes.SHA256())
        )
        found = Certificate(folder / f"{names[0]}.crt", folder / f"{names[0]}.key")
        found.file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        found.key.write_bytes(
            private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return found

    @property
    def context(self) -> ssl.SSLContext:
        """The server's side."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


Handle = Callable[[Envelope, Session], str]


@dataclass
class Aiosmtpd:
    """aiosmtpd in a thread; `options` are those of its SMTP class."""

    options: dict[str, Any] = field(default_factory=dict)
    implicit: ssl.SSLContext | None = None
    handle: Handle = lambda envelope, session: "250 2.0.0 kept"
    mails: list[tuple[str, bytes]] = field(default_factory=list)  # recipient, content
    secured: list[bool] = field(default_factory=list)  # whether each came over TLS
    logins: list[tuple[str, bytes, bytes]] = field(default_factory=list)  # mechanism, who, secret
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    port: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep a mail."""
        answer = self.handle(envelope, session)
        content = envelope.original_content or b""
        if answer.startswith("2"):
            self.mails += [(recipient, content) for recipient in envelope.rcpt_tos]
            self.secured.append(session.ssl is not None or self.implicit is not None)
            self.arrived.release()
        return answer

    def asking(self, username: str, password: str) -> Aiosmtpd:
        """Require this login."""

        def check(
            server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
        ) -> AuthResult:
            assert isinstance(data, LoginPassword)
            self.logins.append((mechanism, data.login, data.password))
            good = (data.login, data.password) == (username.encode(), password.encode())
            return AuthResult(success=good, handled=False)

        self.options |= {"authenticator": check, "auth_required": True}
        return self

    def __enter__(self) -> Aiosmtpd:
        started = threading.Event()

        def serve() -> None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
            server = self._loop.run_until_complete(
                self._loop.create_server(
                    lambda: SMTP(self, loop=self._loop, **self.options),
                    "127.0.0.1",
                    0,
                    ssl=self.implicit,
                )
            )
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            self._loop.run_forever()
            server.close()
            tasks = asyncio.all_tasks(self._loop)
            for task in tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self._loop.close()

        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()
        assert started.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
