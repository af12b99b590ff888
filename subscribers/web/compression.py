"""Which answers are compressed.

The length of a compressed page tells of a secret in it when a stranger's words stand beside it
(BREACH, https://www.breachattack.com). So nothing is compressed that shows what a request brought:
no answer to a form, nor one whose address has a query. Excepted are files, and the preview while
typing, which hold no secret at all.
"""

from __future__ import annotations

import re

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware

from subscribers.web.guard import App, Receive, Scope, Send

_LEAST = 500  # bytes that are worth it
_REFUSED = re.compile(r"gzip\s*;\s*q\s*=\s*0(?:\.0*)?\s*(?:,|$)", re.IGNORECASE)  # RFC 9110, 12.5.3


class Compressed:
    """An ASGI layer that compresses what is safe to."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._gzip = GZipMiddleware(app, minimum_size=_LEAST, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        compressed = scope["type"] == "http" and is_safe(scope) and _is_welcome(scope)
        await (self._gzip if compressed else self.app)(scope, receive, send)


def _is_welcome(scope: Scope) -> bool:
    """Return whether a client has not ruled gzip out by naming it."""
    return not _REFUSED.search(Headers(scope=scope).get("accept-encoding", ""))


def is_safe(scope: Scope) -> bool:
    """Return whether no secret stands beside what a request brought."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    if path.startswith("/static/") or path == "/preview/fragment":
        return True
    return scope["method"] == "GET" and not scope["query_string"]
