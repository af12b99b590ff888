"""Sources: made of the settings, asked in turn, and the operator told what is wrong.

`digest serve` calls `fetch_due`, `digest fetch` calls `fetch_now`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from importlib.metadata import version

import structlog
from stamina.instrumentation import set_on_retry_hooks

from digest.app.application import App
from digest.archive.dump_results import IncomingDump
from digest.dumps import formats
from digest.operations.dumps import ingest_one
from digest.operations.operator_mail import mail_operator
from digest.papers import Paper
from digest.settings import SourceSettings
from digest.sources.archive_enrichment import ANSWER, Lookups
from digest.sources.fetching import HOST, HostPauses, Sources
from digest.sources.http import Fetcher, FetchLimits
from digest.storage.fetches import Fetch

KEEP = timedelta(days=30)  # a paper that was not found may be there by then

log = structlog.get_logger("digest")


def sources_of(app: App) -> Sources:
    """Return the sources of the settings."""
    of = app.settings.dumps
    return Sources(
        configured=app.settings.sources,
        data=app.data,
        fetches=app.stores.fetches,
        facts=app.stores.facts,
        fetcher=lambda: _fetcher(app),
        ingest=lambda data, name, form: ingest_one(app, IncomingDump(name, data, format=form)),
        parser_version=lambda name: formats.format_named(name).version,
        clock=app.clock,
        settled=timedelta(seconds=of.settle_seconds),
        max_bytes=of.max_bytes,
    )


def fetch_due(app: App) -> None:
    """Ask the sources whose turn it is, then look up what they did not tell."""
    sources = sources_of(app)
    fetched = fetch_now(app, sources.due())
    for fetch in fetched:
        log.info(
            "source fetched",
            source=fetch.source,
            health=fetch.health,
            reason=fetch.reason,
            new=fetch.new,
        )
        if sources.worth_telling(fetch):
            _tell_operator(app, fetch)
    if fetched:
        if gained := look_up(app):
            log.info("papers looked up", service=app.settings.enrichment.service, gained=gained)
        forget_old(app)


def fetch_now(app: App, wanted: Sequence[SourceSettings]) -> list[Fetch]:
    """Ask these sources, whether or not it is their turn; a failure is in the answer."""
    sources = sources_of(app)
    return [sources.fetch(source) for source in wanted]


def look_up(app: App) -> int:
    """Look up papers without an identifier, where that is wanted; return how many gained."""
    lookups = _lookups(app)
    return lookups.run() if lookups else 0


def look_up_paper(app: App, text: str) -> Paper | None:
    """Look up a paper that the archive lacks, by arXiv id or title, where that is wanted."""
    lookups = _lookups(app)
    return lookups.find(text) if lookups else None


def _lookups(app: App) -> Lookups | None:
    of = app.settings.enrichment
    if of.service == "off":
        return None
    return Lookups(
        of.service,
        app.stores.archive,
        app.stores.facts,
        lambda: _fetcher(app),
        app.clock,
        of.per_round,
        of.url,
    )


def forget_old(app: App) -> None:
    """Forget services' answers and hosts' turns that are no longer of use."""
    for kept in (ANSWER, HOST):
        app.stores.facts.forget(f"{kept}:", app.clock() - KEEP)


def _tell_operator(app: App, fetch: Fetch) -> None:
    """Send the operator a plain mail about a source. One that cannot leave is only logged."""
    trouble = mail_operator(
        app,
        f"the source {fetch.source} is {fetch.health}",
        f"{fetch.source}: {fetch.reason}\n\n"
        "`digest sources` shows them all, `digest fetch` asks again.\n"
        "You get at most one such mail a day for each source.\n",
    )
    if trouble:
        log.error("the operator was not told", source=fetch.source, reason=trouble)


def _fetcher(app: App) -> Fetcher:
    # Few and short attempts: a source comes round again, and a stopping server need not wait.
    limits = FetchLimits(max_bytes=app.settings.dumps.max_bytes, attempts=2, longest_wait=10.0)
    set_on_retry_hooks([])  # stamina would print a line of its own; the fetch's record says why
    return Fetcher(
        pace=HostPauses(app.stores.facts),
        clock=app.clock,
        sleep=time.sleep,
        monotonic=time.monotonic,
        user_agent=f"digest/{version('digest')}",
        limits=limits,
    )
