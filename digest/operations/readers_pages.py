"""The readers' pages with a digest behind them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import structlog
from fastapi import APIRouter
from threadpoolctl import threadpool_limits

from digest.app.application import App
from digest.errors import DigestError, SettingsError
from digest.operations.failed_messages import failed_messages
from digest.operations.library import UploadedLibraries
from digest.operations.why_not import WhyNotAnswers
from digest.resources import shipped
from digest.settings import secret_of
from digest.web.later_meanings import LaterMeanings
from digest.web.metrics import MIN_TOKEN, create_metrics
from digest.web.newsletter_metrics import exposition
from digest.web.own_papers import IssuesOnFile
from digest.web.past_issues import PastIssues
from digest.web.previews import Previews
from digest.web.public_papers import PublicArchive
from digest.web.site import build_site, guard_settings, hosts_of
from subscribers.desk_letters import LetterLimits
from subscribers.web.guard import Guard
from subscribers.web.own_papers import OwnDesk
from subscribers.web.pages import Pages, PageSettings
from subscribers.web.rates import Rates, RateSettings

log = structlog.get_logger("digest")


def readers_site(app: App, *, sends: bool = False, prepares: bool = False) -> Guard:
    """Return the readers' pages as an ASGI application.

    `sends`: mails leave meanwhile; `prepares`: the example is made before anybody asks for it.
    """
    newsletter, web = app.settings.newsletter, app.settings.web
    hosts = hosts_of(app.base_url, web.allowed_hosts)
    rates = Rates(RateSettings())
    recipes = app.stores.recipes
    previews = preview_service(app)
    if prepares:
        previews.make_ready()
    pages = Pages(
        desk=replace(
            app.desk,
            limits=LetterLimits(rates.letter, rates.own_letter, rates.notice),
        ),
        feedback=app.stores.readers,
        previews=previews,
        issues=PastIssues(
            recipes,
            app.sending_parts.freezer(recipes),
            app.stores.archive.get,
            app.renderers.languages,
            partial(_share_link, app),
        ),
        papers=PublicArchive(
            app.stores.archive, app.stores.editions, newsletter.search_url, app.clock
        ),
        rates=rates,
        settings=PageSettings(
            name=newsletter.name,
            hosts=hosts,
            hour=app.settings.schedule.hour,
            max_papers=app.settings.edition.max_papers,
            sender=newsletter.sender,
            base_url=app.base_url,
            contact=newsletter.reply_to or newsletter.sender,
            postal_address=newsletter.postal_address,
            archive=web.archive,
            accent=app.renderers.settings.palette.light.accent,
            accent_dark=app.renderers.settings.palette.dark.accent,
        ),
        templates=shipped("templates/web"),
        languages=app.renderers.languages,
        clock=app.clock,
        welcomes_at_once=lambda: sends and _is_welcoming(app),
        own=own_desk(app),
    )
    guard = guard_settings(app.base_url, web.allowed_hosts, web.trusted_proxies)
    return build_site(pages, guard, app.stores.editions.newest, _metrics(app))


def own_desk(app: App) -> OwnDesk:
    """Return what a reader's own desk is made of."""
    of = app.stores
    return OwnDesk(
        kept=of.own_desks,
        papers=IssuesOnFile(
            of.sent_issues, of.readers, of.libraries, of.own_records, partial(_share_link, app)
        ),
        why=WhyNotAnswers(app),
        library=UploadedLibraries(app),
    )


def _metrics(app: App) -> APIRouter | None:
    """Return the page of figures, None without a token. Raises SettingsError for a short one."""
    web = app.settings.web
    token = secret_of(web.metrics_token, web.metrics_token_file, name="web.metrics_token_file")
    if not token:
        return None
    if len(token) < MIN_TOKEN:
        raise SettingsError(
            f"web.metrics_token: {MIN_TOKEN} characters or more, else it is guessed"
        )
    sources = [source.name for source in app.settings.sources]
    return create_metrics(
        token,
        lambda: exposition(app.stores, sources, len(failed_messages(app.data)), app.clock()),
    )


def _is_welcoming(app: App) -> bool:
    """Return whether who confirms now gets an issue at the next tick."""
    newest = app.stores.editions.newest()
    return newest is not None and newest.may_be_sent(app.clock()) and not app.time_rules.only_to


def _share_link(app: App, edition: int, papers: Sequence[int]) -> str:
    """Return where an issue's papers may be shown to others."""
    of = app.stores.editions.get(edition)
    return app.links.shared(of.label, papers, of.opened_at)


def preview_service(app: App) -> Previews:
    """Return what shows somebody an issue while they type.

    From here on BLAS uses one thread: a preview's products are small, and threads that spin while
    they wait for the next one cost three times as much as the products themselves.
    """
    threadpool_limits(1, user_api="blas")
    return Previews(
        newest=app.stores.editions.newest,
        seen_since=app.stores.archive.seen_since,
        editor=app.editor,
        search_url=app.settings.newsletter.search_url,
        clock=app.clock,
        max_papers=app.settings.edition.max_papers,
        in_background=_once_at_a_time(),
        first_within=_FIRST_WITHIN,
        later=LaterMeanings(_in_a_thread, partial(time.sleep, _REST)),
    )


_FIRST_WITHIN = 3.0  # seconds; to take a month's papers apart takes one
_REST = 0.01  # seconds after each keyword of visitors: two thirds of a processor are others'


def _in_a_thread(work: Callable[[], None]) -> None:
    def run() -> None:
        try:
            work()
        except DigestError as error:
            log.warning("previews do without meaning", reason=str(error))

    threading.Thread(target=run, name="meanings", daemon=True).start()


def _once_at_a_time() -> Callable[[Callable[[], None]], None]:
    """Return what does a piece of work in a thread of its own, unless one is under way."""
    free = threading.Lock()

    def start(work: Callable[[], None]) -> None:
        if free.acquire(blocking=False):
            threading.Thread(target=run, args=(work,), name="stock", daemon=True).start()

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except DigestError as error:
            log.warning("previews are not renewed", reason=str(error))
        finally:
            free.release()

    return start
