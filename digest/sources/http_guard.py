"""A network that keeps two promises httpx alone cannot: which addresses, and until when.

Every hop's address is judged after connecting and before a byte is sent, so neither a name that
resolves differently the second time nor an odd spelling of 127.0.0.1 gets past (CWE-918). The
deadline holds for connecting, TLS, headers and body together: a server that trickles one byte at
a time is cut off too.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

Monotonic = Callable[[], float]
Judge = Callable[[str], str | None]  # an IP address → why it is refused, or None

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(Exception):
    """The connection led where it must not; nothing was sent."""


class DeadlinePassed(Exception):
    """The whole exchange took longer than it may."""


def is_public(address: str) -> bool:
    """Return whether an IP address is reachable from the whole Internet.

    Private, loopback, link-local, shared, multicast and reserved addresses are not, nor what
    embeds one (IPv4-mapped, 6to4, NAT64).
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        embedded = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in _NAT64:
            embedded = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if embedded is not None:
            return is_public(str(embedded))
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def is_link_local(address: str) -> bool:
    """Return whether an address is link-local: where cloud machines keep their secrets."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_link_local


@dataclass(slots=True)
class Deadline:
    """The moment by which an exchange must be over."""

    at: float  # on `monotonic`'s scale, seconds
    monotonic: Monotonic

    @property
    def passed(self) -> bool:
        """Whether it is over, or so nearly that a timeout bounded by it has ended."""
        return self.at - self.monotonic() < 0.01

    def bounded(self, timeout: float | None) -> float:
        """Return a timeout in seconds that ends by then. Raises DeadlinePassed when it is over."""
        left = self.at - self.monotonic()
        if left <= 0:
            raise DeadlinePassed
        return left if timeout is None else min(left, timeout)


class GuardedTransport(httpx.BaseTransport):
    """Carries one request over one fresh connection that `judge` has allowed."""

    def __init__(self, judge: Judge, deadline: Deadline, context: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=1,
            max_keepalive_connections=0,
            network_backend=_GuardedBackend(judge, deadline),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; raises httpcore's errors, AddressRefused or DeadlinePassed."""
        url = request.url
        told = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            extensions=request.extensions,
        )
        answer = self._pool.handle_request(told)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _GuardedBackend(httpcore.NetworkBackend):
    def __init__(self, judge: Judge, deadline: Deadline) -> None:
        self._judge = judge
        self._deadline = deadline
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._network.connect_tcp(
            host, port, self._deadline.bounded(timeout), local_address, socket_options
        )
        peer = stream.get_extra_info("server_addr")
        reason = self._judge(str(peer[0])) if peer else "its address is unknown"
        if reason:
            stream.close()
            raise AddressRefused(reason)
        return _TimedStream(stream, self._deadline)


class _TimedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.bounded(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.bounded(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(
            ssl_context, server_hostname, self._deadline.bounded(timeout)
        )
        return _TimedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
