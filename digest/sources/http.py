"""A dump behind a URL: fetched politely, at most so much, and never from the wrong place.

The operator's own URL may lead anywhere; a redirect from a public address to a private one is
refused. A failure is a value with its reason: the other sources go on.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx
import stamina

from digest.sources.http_body import BodyRefused, unpack
from digest.sources.http_guard import (
    AddressRefused,
    Deadline,
    DeadlinePassed,
    GuardedTransport,
    Monotonic,
    is_link_local,
    is_public,
)

ARXIV_INTERVAL = timedelta(seconds=3)  # arXiv's API terms of use: one request in three seconds
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_RETRY_AFTER = timedelta(days=1)
_LONGEST_QUEUE = timedelta(seconds=60)  # turns further ahead were taken before the clock went back
_MOST_WORDS = 64 * 1024  # bytes of a refusal; more is no reason


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How much a server may cost us."""

    max_bytes: int = 50_000_000  # unpacked
    seconds: float = 60.0  # one exchange, from connecting to the last byte
    idle_seconds: float = 15.0  # without a single byte
    redirects: int = 5
    attempts: int = 4
    first_wait: float = 1.0  # seconds before the second attempt; doubles
    longest_wait: float = 60.0  # seconds; a server that asks for more is left until then


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body, and what makes the next fetch conditional."""

    address: str  # where it came from in the end
    body: bytes = field(repr=False)
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The server says that nothing changed since the validators were given (304)."""

    address: str


@dataclass(frozen=True, slots=True)
class Failed:
    """No body; `reason` is for the operator and holds no secret."""

    address: str  # without user, password and query
    reason: str
    status: int | None = None
    retry_at: datetime | None = None  # the server asked to be left alone until then
    body: bytes = field(default=b"", repr=False)  # what came with the status, if it is short


class HostPace(Protocol):
    """Gives each request to a host its turn, across restarts and between processes."""

    def take_turn(self, host: str, interval: timedelta, now: datetime) -> datetime:
        """Take the host's next free moment (see `next_turn`), at once and for nobody else."""


def next_turn(last: datetime | None, interval: timedelta, now: datetime) -> datetime:
    """Return when a host may be asked again, that had its last turn at `last` (maybe yet to come).

    A last turn in the far future: the clock was set back. One interval is then enough.
    """
    if last is None:
        return now
    return max(now, last + interval) if last - now <= _LONGEST_QUEUE else now + interval


class _Refusal(Exception):
    """An attempt that brought nothing."""

    def __init__(
        self,
        reason: str,
        status: int | None = None,
        *,
        wait: float | None = None,
        body: bytes = b"",
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.wait = wait  # seconds before the next attempt, where the server says so
        self.body = body


class _Transient(_Refusal):
    """Worth another attempt."""


class _Final(_Refusal):
    """Not worth another attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """Fetches URLs; everything that it needs of the world is passed in."""

    pace: HostPace
    clock: Callable[[], datetime]  # aware
    sleep: Callable[[float], None]
    monotonic: Monotonic
    user_agent: str
    limits: FetchLimits = FetchLimits()
    interval: timedelta = timedelta(seconds=1)  # between two requests to one host
    intervals: Mapping[str, timedelta] = field(
        default_factory=lambda: {"arxiv.org": ARXIV_INTERVAL}
    )  # by domain, its subdomains included, which share it
    public: Callable[[str], bool] = is_public  # an IP address → whether it is public
    context: ssl.SSLContext = field(default_factory=httpx.create_ssl_context)

    def fetch(
        self, address: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Fetched | Unchanged | Failed:
        """Fetch one URL, conditionally where validators are given; never raises for the server."""
        headers = {"User-Agent": self.user_agent, "Accept-Encoding": "gzip, deflate"}
        headers |= {"If-None-Match": etag} if etag else {}
        headers |= {"If-Modified-Since": last_modified} if last_modified else {}
        retries = stamina.retry_context(
            on=self._backoff,
            attempts=self.limits.attempts,
            timeout=None,
            wait_initial=self.limits.first_wait,
            wait_max=self.limits.longest_wait,
            wait_jitter=min(1.0, self.limits.first_wait),
        )
        try:
            for attempt in retries:
                with attempt:
                    return self._follow(address, headers)
        except _Refusal as error:
            until = error.wait is not None and error.wait > self.limits.longest_wait
            later = self.clock() + timedelta(seconds=error.wait or 0) if until else None
            return Failed(redacted(address), str(error), error.status, later, error.body)
        raise AssertionError("stamina ends with an answer or an error")

    def _backoff(self, error: Exception) -> bool | float:
        if not isinstance(error, _Transient):
            return False
        if error.wait is None:
            return True
        return error.wait if error.wait <= self.limits.longest_wait else False

    def _follow(self, address: str, headers: Mapping[str, str]) -> Fetched | Unchanged:
        """Make one attempt, along its redirects."""
        deadline = Deadline(self.monotonic() + self.limits.seconds, self.monotonic)
        hops = _Hops(self.public)
        for _ in range(self.limits.redirects + 1):
            _check(address)
            waited = self._wait_turn(urlsplit(address).hostname or "")
            deadline.at += waited
            answer = self._exchange(address, headers, hops, deadline)
            if not isinstance(answer, str):
                return answer
            address = answer
            hops.redirected = True
        raise _Final(f"more than {self.limits.redirects} redirects")

    def _wait_turn(self, host: str) -> float:
        """Sleep until it is this host's turn. Returns the seconds slept."""
        domain, interval = self._interval_of(host)
        now = self.clock()
        turn = self.pace.take_turn(domain, interval, now)
        seconds = max(0.0, (turn - now).total_seconds())
        if seconds:
            self.sleep(seconds)
        return seconds

    def _interval_of(self, host: str) -> tuple[str, timedelta]:
        for domain, interval in self.intervals.items():
            if host == domain or host.endswith(f".{domain}"):
                return domain, interval
        return host, self.interval

    def _exchange(
        self, address: str, headers: Mapping[str, str], hops: _Hops, deadline: Deadline
    ) -> Fetched | Unchanged | str:
        """Ask once. Returns the answer, or the address that it redirects to."""
        transport = GuardedTransport(hops.objection, deadline, self.context)
        timeout = httpx.Timeout(self.limits.idle_seconds)
        try:
            with (
                httpx.Client(transport=transport, timeout=timeout, trust_env=False) as client,
                client.stream("GET", address, headers=dict(headers)) as response,
            ):
                return self._judge(
                    response,
                    address,
                    conditional="If-None-Match" in headers or "If-Modified-Since" in headers,
                )
        except (AddressRefused, BodyRefused) as error:
            raise _Final(str(error)) from None
        except (DeadlinePassed, httpcore.TimeoutException) as error:
            late = isinstance(error, DeadlinePassed) or deadline.passed
            told = f"not finished after {self.limits.seconds:g} s"
            idle = f"no answer within {self.limits.idle_seconds:g} s"
            raise _Transient(told if late else idle) from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise _Transient(f"connection failed: {error or type(error).__name__}") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpcore.UnsupportedProtocol) as error:
            raise _Final(f"no address that can be fetched: {error}") from None
        except (UnicodeError, ValueError) as error:
            raise _Final(f"no answer that can be read: {error}") from None

    def _judge(
        self, response: httpx.Response, address: str, *, conditional: bool
    ) -> Fetched | Unchanged | str:
        status = response.status_code
        if status == 304 and conditional:
            return Unchanged(address)
        if status in _REDIRECTS and response.headers.get("Location"):
            return urljoin(address, response.headers["Location"])
        if status in _TRANSIENT:
            wait = retry_after(response.headers.get("Retry-After"), now=self.clock())
            reason = f"the server answered {status}"
            raise _Transient(reason, status, wait=wait, body=_words(response))
        if status != 200:
            raise _Final(f"the server answered {status}", status, body=_words(response))
        body = unpack(
            response.iter_raw(),
            encoding=response.headers.get("Content-Encoding", ""),
            max_bytes=self.limits.max_bytes,
        )
        return Fetched(
            address, body, response.headers.get("ETag"), response.headers.get("Last-Modified")
        )


def _words(response: httpx.Response) -> bytes:
    """Return the short body of a refusal: services say there what was wrong."""
    encoding = response.headers.get("Content-Encoding", "")
    try:
        return unpack(response.iter_raw(), encoding=encoding, max_bytes=_MOST_WORDS)
    except (BodyRefused, DeadlinePassed, httpx.HTTPError, httpcore.TimeoutException):
        return b""
    except (httpcore.NetworkError, httpcore.ProtocolError):
        return b""


@dataclass(slots=True)
class _Hops:
    """Where one fetch has been: what decides whether the next address is allowed."""

    public: Callable[[str], bool]
    was_public: bool = False
    redirected: bool = False

    def objection(self, peer: str) -> str | None:
        """Say why this connected address is refused; None allows it."""
        if self.public(peer):
            self.was_public = True
            return None
        if self.redirected and (self.was_public or is_link_local(peer)):
            return f"refused: a redirect led to {peer}, which is not public"
        return None


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110, 10.2.3), at most a day."""
    if value is None:
        return None
    longest = _LONGEST_RETRY_AFTER.total_seconds()
    if value.strip().isascii() and value.strip().isdigit():
        return min(float(value), longest) if len(value) < 20 else longest
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(0.0, (until - now).total_seconds()), longest)


def redacted(address: str) -> str:
    """Return an address for messages: without user, password and query."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
    except ValueError:
        return "an address that cannot be read"


def _check(address: str) -> None:
    try:
        parts = urlsplit(address)
        fine = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        fine = False
    if not fine:
        raise _Final(f"only http and https can be fetched, not {redacted(address)!r}")
