"""Polite ends: SIGTERM and SIGINT let what is on the wire have its answer."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(slots=True)
class Stop:
    """Whether this process was asked to end, and what is to be told of it."""

    number: int = 0  # of the signal; 0: none came
    told: list[Callable[[], None]] = field(default_factory=list)

    def when_asked(self, stop: Callable[[], None]) -> None:
        """Call `stop` when a signal comes, at once if one has come."""
        self.told.append(stop)
        if self.number:
            stop()

    def ask(self, number: int) -> None:
        """Pass it on that this process is to end."""
        self.number = number
        for stop in list(self.told):
            stop()


@contextmanager
def stopping() -> Iterator[Stop]:
    """Take SIGINT and SIGTERM as a request to end in peace; a second one ends at once.

    While nothing was registered to be told, there is no mail on the wire: then the first one ends
    the process, too. In another thread than the main one signals cannot be had, nor do they come.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def asked(number: int, _frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, before[each])
        stop.ask(number)
        if not stop.told:
            raise SystemExit(128 + number)

    for number in SIGNALS:
        signal.signal(number, asked)
    try:
        yield stop
    finally:
        for number in SIGNALS:
            signal.signal(number, before[number])
