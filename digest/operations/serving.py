"""`digest serve`: scheduler, sender and pages in one process, or the pages alone."""

from __future__ import annotations

import gc
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime

import structlog
import uvicorn
from apscheduler.schedulers.background import BackgroundScheduler

from digest.app.application import App
from digest.errors import DigestError, OlderStore
from digest.operations import editions as edition_operations
from digest.operations.dumps import read_inbox
from digest.operations.edition_reports import tell_operator_of
from digest.operations.readers_pages import readers_site
from digest.operations.receiving import receive_configured
from digest.operations.restored import tell_that_it_waits
from digest.operations.setup import make_inbox
from digest.operations.silence import explain_silence, is_evening
from digest.operations.sources import fetch_due
from digest.operations.stopping import Stop, stopping
from digest.operations.workers import helping
from digest.run import SELDOM
from digest.schedule import tick as scheduling
from digest.schedule import zone_data
from digest.web.connections import MOST, BoundedProtocol
from subscribers.upkeep import look_after

TICK_SECONDS = 60
SEND_SECONDS = 10
EXPLAIN_SECONDS = 30 * 60
POST_SECONDS = 5
_GRACE_SECONDS = 10  # for answers to readers that are under way at the end
PRUNE_SECONDS = 24 * 3600
_EMBED_AT_ONCE = 50  # papers: a second, after which a stop is heard

log = structlog.get_logger("digest")


@dataclass(frozen=True, slots=True)
class Duties:
    """What the server does in the background; each duty is safe to repeat and to interrupt."""

    app: App
    under_way: list[Callable[[], None]] = field(default_factory=list)  # what stops a send
    stopping: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """Let a send that is under way take no more mails, and begin no other."""
        self.stopping.set()
        for stop in list(self.under_way):
            stop()

    def tick(self) -> None:
        """Read new dumps, take over from dead senders, open the day's edition, plan what is due.

        Then look after the readers.
        """
        app = self.app
        read_inbox(app)
        receive_configured(app)
        try:
            app.epoch.check()
        except OlderStore as error:
            log.error("nothing is sent", reason=str(error))
            tell_that_it_waits(app, str(error))
            return
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
        """Send what may be sent now of every open edition, the oldest first."""
        app = self.app
        if app.epoch.doubt():
            return
        for edition in app.stores.editions.unfinished(app.clock()):
            if self.stopping.is_set():
                return
            only_to = app.time_rules.only_to
            if not app.stores.windows.may_send(edition.number, app.clock(), email_keys=only_to):
                continue
            app.knowledge.refresh(app.clock())
            run, engine = app.edition_run(), app.engine()
            with helping(app, edition) as stop_workers:
                self.under_way[:] = [engine.stop, stop_workers]
                if self.stopping.is_set():  # asked meanwhile, and nobody was there to be told
                    self.stop()
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
                uncertain=told.uncertain,
            )
            if trouble and not self.stopping.is_set():
                log.error("sending is blocked", reason=trouble)
            elif told.refused_to_all:
                why = app.stores.deliveries.commonest_refusal(edition.number)
                log.error("every mail was refused", edition=edition.number, reason=why)
            tell_operator_of(app, edition, trouble)

    def explain(self) -> None:
        """Tell readers why no mail comes, in the evening of their third day without one."""
        if is_evening(self.app) and (posted := explain_silence(self.app)):
            log.info("readers told why no mail comes", count=posted)

    def post(self) -> None:
        """Send the letters that wait: they have a lane of their own, whatever an edition does."""
        if not (self.stopping.is_set() or self.app.epoch.doubt()):
            self.app.letter_queue.flush(self.app.clock())

    def fetch(self) -> None:
        """Ask the sources whose turn it is. It may take minutes: nothing else waits for it."""
        fetch_due(self.app)

    def change_model(self) -> None:
        """Embed papers for another sentence model, when one was set; the old one ranks meanwhile.

        A little at a time: it may take minutes, and nothing else waits for it.
        """
        while not self.stopping.is_set() and self.app.knowledge.change_model(
            self.app.clock(), most=_EMBED_AT_ONCE
        ):
            continue

    def prune(self) -> None:
        """Remove what makes old mails again, and old reports of mail; the ledger stays."""
        gone = edition_operations.prune(self.app)
        if gone.recipes or gone.reports:
            log.info("old issues and reports pruned", **asdict(gone))


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
    gc.set_threshold(*SELDOM)  # a look at everything takes 150 ms, in a visitor's answer
    with stopping() as stop:
        stop.when_asked(duties.stop)
        try:
            if scheduler:
                scheduler.start()
            _wait_for_the_end(app, stop, pages=pages, sends=background)
        finally:
            duties.stop()
            if scheduler:
                scheduler.shutdown(wait=True)


class _Pages(uvicorn.Server):
    """Uvicorn without handlers of its own: it would raise a signal again before we are done."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _wait_for_the_end(app: App, stop: Stop, *, pages: bool, sends: bool) -> None:
    """Show the pages, if they are wanted, until a signal asks to end."""
    if not pages:
        ended = threading.Event()
        stop.when_asked(ended.set)
        ended.wait()
        return
    of = app.settings.web
    config = uvicorn.Config(
        readers_site(app, sends=sends, prepares=True), host=of.host, port=of.port,
        log_config=None, access_log=False, proxy_headers=False, server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS, http=BoundedProtocol, ws="none",
        timeout_keep_alive=5, backlog=MOST,
    )  # fmt: skip
    server = _Pages(config)
    stop.when_asked(lambda: setattr(server, "should_exit", True))
    log.info("pages", address=f"http://{of.host}:{of.port}")
    server.run()


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
        (duties.post, POST_SECONDS),
        (duties.fetch, TICK_SECONDS),
        (duties.explain, EXPLAIN_SECONDS),
        (duties.change_model, TICK_SECONDS),
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
