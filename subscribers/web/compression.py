"""Which answers are compressed.

The length of a compressed page tells of a secret in it when a stranger's words stand beside it
(BREACH, https://www.breachattack.com). So nothing is compressed that shows what a request brought:
no answer to a form, nor one whose address has a query. Excepted are files, and the preview while
typing, which hold no secret at all.
"""

from __future__ import annotations

from starlette.middleware.gzip import GZipMiddleware

from subscribers.web.guard import App, Receive, Scope, Send

_LEAST = 500  # bytes that are worth it


class Compressed:
    """An ASGI layer that compresses what is safe to."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._gzip = GZipMiddleware(app, minimum_size=_LEAST, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        app = self._gzip if scope["type"] == "http" and is_safe(scope) else self.app
        await app(scope, receive, send)


def is_safe(scope: Scope) -> bool:
    """Return whether no secret stands beside what a request brought."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    if path.startswith("/static/") or path == "/preview/fragment":
        return True
    return scope["method"] == "GET" and not scope["query_string"]
