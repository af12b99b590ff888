"""What stands before every page: host names, body sizes, security headers, who is asking.

One ASGI layer (https://asgi.readthedocs.io/en/latest/specs/www.html) around the application. It
refuses before anything is parsed, and adds its headers to every answer, errors included.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException

from subscribers.messages import message
from subscribers.web.clients import Network, client_of
from subscribers.web.own_papers import MAX_UPLOAD

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    b"content-security-policy": CSP.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",  # for browsers that do not know frame-ancestors
    # 'no-referrer' would make browsers send `Origin: null` with our own forms
    b"referrer-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"cache-control": b"no-store",  # addresses hold tokens, pages hold preferences
    b"x-robots-tag": b"noindex, nofollow",
}
_HSTS = (b"strict-transport-security", b"max-age=31536000")


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """What is let in."""

    hosts: frozenset[str]  # names without port, lower case; '*' lets every name in
    trusted_proxies: tuple[Network, ...] = ()
    max_body: int = 64 * 1024  # bytes
    max_upload: int = MAX_UPLOAD + 64 * 1024  # bytes, of the one form that takes a file
    root_path: str = ""  # the pages stand below it, as in `/digest`; decoded
    body_seconds: float = 10.0  # until the whole body has come


class Guard:
    """The layer. `scope["state"]["client"]` is the `Client` for what lies behind."""

    def __init__(self, app: App, settings: GuardSettings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = scope["headers"]
        peer = scope["client"][0] if scope.get("client") else None
        client = client_of(peer, scope["scheme"], headers, self.settings.trusted_proxies)
        scope["scheme"] = "https" if client.secure else "http"
        scope.setdefault("state", {})["client"] = client
        is_head = scope["method"] == "HEAD"
        if is_head:  # what follows links with HEAD sees what GET would show
            scope["method"] = "GET"
        root = self._below_root(scope)
        answer = _Answer(send, secure=client.secure, is_head=is_head, root=quote(root))
        most = self.settings.max_body
        if scope["method"] == "POST" and _UPLOAD.fullmatch(scope["path"].removeprefix(root)):
            most = self.settings.max_upload
        if refusal := self._refusal(headers, most):
            await _refuse(answer, *refusal)
            return
        body = _Body(receive, most, self.settings.body_seconds)
        await self.app(scope, body.receive, answer)

    def _below_root(self, scope: Scope) -> str:
        """Set the ASGI scope's root path; a proxy may pass it on with the path or cut it off."""
        root, path = self.settings.root_path, scope["path"]
        if root:
            scope["root_path"] = root
            if path != root and not path.startswith(root + "/"):
                scope["path"] = root + path
            elif path == root:
                scope["path"] = root + "/"
        return root

    def _refusal(self, headers: list[tuple[bytes, bytes]], most: int) -> tuple[int, str] | None:
        hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            return 421, "This server does not answer to that name."
        lengths = [value for name, value in headers if name == b"content-length"]
        if any(not value.isdigit() for value in lengths):
            return 400, "The length of the request is not a number."
        if lengths and any(name == b"transfer-encoding" for name, _ in headers):
            return 400, _TWO_LENGTHS
        if any(len(value) > 18 or int(value) > most for value in lengths):
            return 413, _TOO_LARGE
        return None

    def _is_ours(self, host: str) -> bool:
        if "*" in self.settings.hosts:
            return True
        found = _HOST.fullmatch(host.lower())
        if found is None or int(found[2] or 0) > _LAST_PORT:
            return False
        return found[1].removesuffix(".") in self.settings.hosts


# RFC 9110, 7.2: a name or an address in brackets, and a port; nothing else, such as a user's part.
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:@/?#\s]+)(?::([0-9]{0,5}))?")
_LAST_PORT = 65_535
_UPLOAD = re.compile(r"/m/[A-Za-z0-9._-]+/library")
_TOO_LARGE = message("This is more than any form here takes. Please write less.")


# A proxy may believe the one and we the other: RFC 9112, 6.1.
_TWO_LENGTHS = "The request has a length and comes in chunks: it can have one of these only."
_TOO_SLOW = message("This form came too slowly. Please send it again.")


def _now() -> float:
    return asyncio.get_running_loop().time()


class _Body:
    """Counts what comes in, for bodies that did not announce their length."""

    def __init__(self, receive: Receive, limit: int, seconds: float) -> None:
        self._receive = receive
        self._left = limit
        self._until = _now() + seconds
        self._is_whole = False

    async def receive(self) -> Message:
        if self._is_whole:  # what comes now is that the client has gone
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), max(0, self._until - _now()))
        except TimeoutError:
            raise HTTPException(408, _TOO_SLOW) from None
        if message["type"] == "http.request":
            self._is_whole = not message.get("more_body", False)
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise HTTPException(413, _TOO_LARGE)  # the application answers with it
        return message


class _Answer:
    """Send, with the security headers that the answer does not set itself, and redirects placed."""

    def __init__(self, send: Send, *, secure: bool, is_head: bool, root: str) -> None:
        self._send = send
        self._root = root  # encoded
        self._secure = secure
        self._is_head = is_head

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            present = [
                (name.lower(), self._placed(name.lower(), value))
                for name, value in message.get("headers", [])
            ]
            names = {name for name, _ in present}
            present += [item for item in _HEADERS.items() if item[0] not in names]
            if self._secure:
                present.append(_HSTS)
            message = {**message, "headers": present}
        elif self._is_head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)

    def _placed(self, name: bytes, value: bytes) -> bytes:
        """Put a redirect to one of our pages below the root path."""
        ours = name == b"location" and value.startswith(b"/") and not value.startswith(b"//")
        return self._root.encode() + value if ours else value


async def _refuse(send: Send, status: int, text: str) -> None:
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
