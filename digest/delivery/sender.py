"""The sender: mails that are ready become mails that have arrived, each marked before it leaves."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from digest.delivery.crash_board import LivingSender
from digest.delivery.interface import ReadyMail, Transport
from digest.delivery.pace import BackOff, Pace
from digest.delivery.send_loop import SendLoop
from digest.delivery.sender_needs import Journal, Lease, Tally


class Sender:
    """Sends mails by a transport, for one owner. One call of `send` at a time."""

    def __init__(
        self,
        journal: Journal,
        owner: LivingSender,
        transport: Transport,
        *,
        clock: Callable[[], datetime],
        rng: random.Random,
        pace: Pace | None = None,
        back_off: BackOff | None = None,
        lease: Lease | None = None,
    ) -> None:
        self._transport = transport
        self._rng = rng
        self._back_off = back_off or BackOff()
        self.pace = pace or Pace(rng=rng)
        self._new_loop = partial(
            SendLoop,
            journal=journal,
            owner=owner,
            window=transport.window,
            clock=clock,
            pace=self.pace,
            later=self._later,
            lease=lease,
        )
        self._stopped = False
        self._turns: SendLoop | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def send(self, mails: Iterable[ReadyMail], *, bound: int | None = None) -> Tally:
        """Send claimed and frozen mails; return when each has an outcome or was given back.

        Mails are pulled as there is room, so an iterable that claims and composes as it goes
        keeps memory flat. Raises StoreError when the store fails for good (the owner's board
        then still knows what was answered) and DeliveryError when the set-up is wrong; what
        the iterable raises comes through once the mails it gave are done. bound: how many doubts
        and refusals in a row end it.
        """
        with asyncio.Runner(loop_factory=_quick_loop()) as runner:
            return runner.run(self._send(mails, bound))

    def stop(self) -> None:
        """Take no more mails; those under way end in peace. From a signal or another thread.

        For good: a `send` that begins later ends at once.
        """
        self._stopped = True
        if self._loop is not None and self._turns is not None:
            self._loop.call_soon_threadsafe(self._turns.halt)

    def _later(self, failed: int, now: datetime) -> datetime:
        return self._back_off.next_attempt(failed, now, self._rng)

    async def _send(self, mails: Iterable[ReadyMail], bound: int | None) -> Tally:
        self._loop = asyncio.get_running_loop()
        turns = self._turns = self._new_loop(iter(mails), bound=bound)
        if self._stopped:
            turns.halt()
        lanes = asyncio.create_task(self._transport.run(turns))
        try:
            await turns.run(lanes)
        finally:
            self._turns = self._loop = None
            lanes.cancel()
            await asyncio.gather(lanes, return_exceptions=True)
        return turns.tally


def _quick_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes an event loop: uvloop's takes a tenth of a mail's time less."""
    try:
        import uvloop  # noqa: PLC0415 - not there for every system
    except ImportError:
        return None
    return uvloop.new_event_loop
