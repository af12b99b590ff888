"""`digest serve`: scheduler, sender and pages in one process, or the pages alone."""

from __future__ import annotations

import hashlib
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
import uvicorn
from apscheduler.schedulers.background import BackgroundScheduler

from digest.app.application import App
from digest.errors import DigestError
from digest.operations import editions as edition_operations
from digest.operations.dumps import read_inbox
from digest.operations.pages import readers_site
from digest.operations.setup import make_inbox
from digest.operations.silence import explain_silence, is_evening
from digest.operations.sources import fetch_due
from digest.operations.workers import helping
from digest.schedule import tick as scheduling
from digest.schedule import zone_data
from subscribers.upkeep import look_after

TICK_SECONDS = 60
SEND_SECONDS = 10
EXPLAIN_SECONDS = 30 * 60
PRUNE_SECONDS = 24 * 3600

log = structlog.get_logger("digest")


@dataclass(frozen=True, slots=True)
class Duties:
    """What the server does in the background; each duty is safe to repeat and to interrupt."""

    app: App
    under_way: list[Callable[[], None]] = field(default_factory=list)  # what stops a send

    def stop(self) -> None:
        """Let a send that is under way take no more mails."""
        for stop in list(self.under_way):
            stop()

    def tick(self) -> None:
        """Read new dumps, take over from dead senders, open the day's edition, plan what is due.

        Then look after the readers.
        """
        app = self.app
        read_inbox(app)
        edition_operations.take_over_abandoned(app)
        now = app.clock()
        _renew_moments(app, now)
        ticked = scheduling.tick(now, app.time_rules, app.stores.editions, app.stores.rhythms)
        for warning in ticked.warnings:
            log.warning("time zone", reason=warning)
        if ticked.edition:
            log.info("edition opened", edition=ticked.edition.number, papers=ticked.edition.papers)
        if ticked.planned:
            log.info("issues planned", count=ticked.planned)
        resumed, expired = look_after(app.desk, now)
        if resumed or expired:
            log.info("readers looked after", resumed=resumed, expired=expired)

    def send(self) -> None:
        """Send what may be sent now: letters first, then every open edition."""
        app = self.app
        app.letter_queue.flush(app.clock())
        for edition in app.stores.editions.unfinished(app.clock()):
            if not app.stores.windows.may_send(edition.number, app.clock()):
                continue
            app.knowledge.refresh(app.clock())
            run, engine = app.edition_run(), app.engine()
            with helping(app, edition) as stop_workers:
                self.under_way[:] = [engine.stop, stop_workers]
                trouble = run.send(edition, engine)
            self.under_way.clear()
            told = app.stores.deliveries.accounting(edition.number)
            log.info(
                "edition sent",
                edition=edition.number,
                accepted=told.accepted,
                pending=told.pending,
                deferred=told.deferred,
                refused=told.refused,
            )
            if trouble:
                log.error("sending is blocked", reason=trouble)
            elif told.refused_to_all:
                why = app.stores.deliveries.commonest_refusal(edition.number)
                log.error("every mail was refused", edition=edition.number, reason=why)

    def explain(self) -> None:
        """Tell readers why no mail comes, in the evening of their third day without one."""
        if is_evening(self.app) and (posted := explain_silence(self.app)):
            log.info("readers told why no mail comes", count=posted)

    def fetch(self) -> None:
        """Ask the sources whose turn it is. It may take minutes: nothing else waits for it."""
        fetch_due(self.app)

    def prune(self) -> None:
        """Remove what makes old mails again; the ledger stays."""
        gone = edition_operations.prune(self.app)
        if gone.recipes:
            log.info("old issues pruned", recipes=gone.recipes, fragments=gone.fragments)


def _renew_moments(app: App, now: datetime) -> None:
    """Work out anew when readers are due: after an update of tzdata, other settings, a wrong clock.

    Among the settings is who gets mail in a trial: when it ends, the others get what it offered.
    """
    version = zone_data.version()
    rules = hashlib.sha256(f"{version} {app.time_rules}".encode()).digest()  # no address is kept
    if app.stores.facts.get("rhythm-rules") != rules:
        app.stores.rhythms.forget_moments()
        app.stores.facts.set("rhythm-rules", rules, now)
        log.info("readers' times are worked out anew", tzdata=version)
    elif app.stores.rhythms.forget_moments(after=now + scheduling.TOO_FAR):
        log.warning("the clock was far ahead: readers' times are worked out anew")


def serve(app: App, *, pages: bool = True, background: bool = True) -> None:
    """Serve until interrupted. Raises DigestError at once when something is not set up."""
    make_inbox(app)
    duties = Duties(app)
    scheduler = _scheduler(duties) if background else None
    if scheduler:
        scheduler.start()
    try:
        if pages:
            of = app.settings.web
            config = uvicorn.Config(
                readers_site(app), host=of.host, port=of.port, log_level="warning",
                access_log=False, proxy_headers=False, server_header=False,
            )  # fmt: skip
            log.info("pages", address=f"http://{of.host}:{of.port}")
            uvicorn.Server(config).run()
        else:
            _wait()
    finally:
        duties.stop()
        if scheduler:
            scheduler.shutdown(wait=True)


def _scheduler(duties: Duties) -> BackgroundScheduler:
    """Return APScheduler with the duties, thin: what is due stands in the database.

    An interval and no cron trigger: cron's default grace is a second, and clock changes have
    bitten it. A duty that takes longer than its interval is not started twice.
    """
    scheduler = BackgroundScheduler(timezone="UTC")
    common = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    turns = (
        (duties.tick, TICK_SECONDS),
        (duties.send, SEND_SECONDS),
        (duties.fetch, TICK_SECONDS),
        (duties.explain, EXPLAIN_SECONDS),
        (duties.prune, PRUNE_SECONDS),
    )
    for duty, seconds in turns:
        scheduler.add_job(
            _guarded(duty), "interval", seconds=seconds, id=duty.__name__,
            next_run_time=duties.app.clock(), **common,
        )  # fmt: skip
    return scheduler


def _guarded(duty: Callable[[], None]) -> Callable[[], None]:
    """Return a duty whose failure is logged and tried again at its next turn."""

    def run() -> None:
        try:
            duty()
        except DigestError as error:
            log.error("duty failed", duty=duty.__name__, reason=str(error))
        except Exception as error:  # a bug must not stop the newsletter for ever
            log.exception("duty failed", duty=duty.__name__, reason=repr(error))

    return run


def _wait() -> None:
    """Wait for Ctrl-C or SIGTERM; with pages uvicorn does."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
