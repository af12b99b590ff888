"""More than one process on one edition: each claims shards for itself, and none knows the others.

There is no second code path: a worker is a run of the same `EditionRun.send`. Claims are what
keeps them apart, as they would keep apart two `digest run` that somebody started by mistake.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

from digest.app.application import App, open_app
from digest.delivery.engine import DeliveryEngine
from digest.editions import Edition
from digest.errors import DigestError
from digest.operations.stopping import SIGNALS
from digest.run import SHARD
from digest.settings import PaceSettings, Settings

_LOOK_SECONDS = 0.2
_ORPHAN_SECONDS = 5.0  # for the mails under way of a worker whose parent has died


@contextmanager
def helping(app: App, edition: Edition) -> Iterator[Callable[[], None]]:
    """Let worker processes send beside this one, if there is enough to do; wait for them at exit.

    What it gives tells them to stop: they take no more mails, and end those under way in peace.

    A worker that fails gives its claims back or leaves them to be reaped: what it did not send
    is sent by whoever claims next.
    """
    of = app.settings.delivery
    # A limit is the whole installation's: one process keeps it, and is quick enough for it.
    limited = of.pace != PaceSettings()
    processes = 1 if limited else of.processes or os.cpu_count() or 1
    shards = -(-app.stores.deliveries.accounting(edition.number).planned // SHARD)
    # Not forked: a fork would share locks, connections and threads that have no copy there.
    context = multiprocessing.get_context("spawn")
    stopping = context.Event()
    given = (app.settings, app.data, edition, os.getpid(), stopping)
    workers: list[BaseProcess] = [
        context.Process(target=work, args=given) for _ in range(min(processes, shards) - 1)
    ]
    for worker in workers:
        worker.start()
    try:
        yield stopping.set
    finally:
        for worker in workers:
            worker.join()


def work(settings: Settings, data: Path, edition: Edition, parent: int, stopping: Event) -> None:
    """Send what this process can claim of an edition; end soon after the parent."""
    asked = threading.Event()
    for number in SIGNALS:  # a service manager, or Ctrl-C, sends them to every process
        signal.signal(number, lambda *_: asked.set())
    app = open_app(settings, data)
    try:
        run, engine = app.edition_run(), app.engine()
        given = (parent, stopping, asked, engine)
        threading.Thread(target=_watch, args=given, daemon=True).start()
        run.send(edition, engine)
    except DigestError:
        # The parent meets the same trouble and tells the operator once.
        return
    finally:
        app.close()


def _watch(
    parent: int, stopping: Event, signalled: threading.Event, engine: DeliveryEngine
) -> None:
    """Stop when told to, or when nobody is left who would: in peace, but not for ever."""
    patience = _ORPHAN_SECONDS
    while patience > 0:
        asked = stopping.wait(_LOOK_SECONDS) or signalled.is_set()
        orphaned = os.getppid() != parent
        if asked or orphaned:
            engine.stop()  # again and again: it may not have begun yet
            threading.Event().wait(_LOOK_SECONDS)
        if orphaned:
            patience -= _LOOK_SECONDS
    os._exit(1)  # whatever it was doing: the next run reaps it, as it would a killed one
