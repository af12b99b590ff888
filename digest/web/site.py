"""The whole site: readers' pages, health, and the layer that guards them."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse

from digest.errors import SettingsError
from subscribers.web import create_pages, install_errors
from subscribers.web.clients import networks
from subscribers.web.compression import Compressed
from subscribers.web.guard import Guard, GuardSettings
from subscribers.web.pages import Pages

log = structlog.get_logger("digest")

_LOCAL = ("localhost", "127.0.0.1", "[::1]")


def build_site(
    pages: Pages,
    guard: GuardSettings,
    ready: Callable[[], object],
    metrics: APIRouter | None = None,
) -> Guard:
    """Return the site as an ASGI application; `ready()` raises when it cannot do its work."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(create_pages(pages))
    if metrics is not None:
        app.include_router(metrics)
    install_errors(app, pages)

    @app.get("/livez", include_in_schema=False)
    async def livez() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> JSONResponse:
        try:
            ready()
        except Exception as error:  # whatever it is: the answer is no
            log.error("not ready", reason=repr(error))
            return JSONResponse({"status": "not ready"}, 503)
        return JSONResponse({"status": "ok"})

    return Guard(Compressed(app), guard)


def hosts_of(base_url: str, allowed: tuple[str, ...]) -> frozenset[str]:
    """Return the host names to answer to: the settings', base_url's and this machine's."""
    named = urlsplit(base_url).hostname
    return frozenset([*_LOCAL, *(name.lower() for name in allowed), *([named] if named else [])])


def guard_settings(
    base_url: str, allowed: tuple[str, ...], proxies: tuple[str, ...]
) -> GuardSettings:
    """Return what is let in. Raises SettingsError when a proxy is no address."""
    try:
        root = unquote(urlsplit(base_url).path.rstrip("/"))
        return GuardSettings(hosts_of(base_url, allowed), networks(proxies), root_path=root)
    except ValueError as error:
        raise SettingsError(f"web.trusted_proxies: {error}") from None
