"""`GET /metrics`, for those who know the token: a newsletter's figures are not public."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from fastapi import APIRouter, Request, Response

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"  # Prometheus' text format
MIN_TOKEN = 16  # characters


def create_metrics(token: str, exposition: Callable[[], bytes]) -> APIRouter:
    """Return the page. It answers to `Authorization: Bearer TOKEN` (RFC 6750) only.

    An address is no key: behind a proxy of the same machine everybody comes from loopback.
    """
    router = APIRouter()
    expected = f"Bearer {token}".encode()

    @router.get("/metrics", include_in_schema=False)
    def metrics(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, expected):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        return Response(exposition(), media_type=CONTENT_TYPE)

    return router
