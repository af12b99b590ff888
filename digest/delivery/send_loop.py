"""One call of `Sender.send`: the window, and the turns that move it on.

Its rhythm is the turn. While the lanes of the transport send one half of the window, a second
thread commits, in one transaction, the outcomes of the other half and the marks of the mails
that take its place. So the disk's sync, about as long as thirty mails, costs no waiting, and
`sending` in the store never exceeds the window.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from digest.delivery import outcomes
from digest.delivery.crash_board import LivingSender
from digest.delivery.interface import ReadyMail
from digest.delivery.outcomes import Trouble, Verdict
from digest.delivery.pace import Go, Pace, Postpone
from digest.delivery.relay_health import is_suspect
from digest.delivery.sender_needs import Journal, Lease, Tally
from digest.errors import StoreError
from digest.states import Outcome, Result, State, Turn

_HELD = 256  # mails that wait for their destination's pace, at most
_LOSSES = 3  # connections that may die under a mail before its end; then it is deferred
_PATIENCE = 0.2  # seconds an outcome may wait for others to share its commit
_LAST_TRIES = 3  # to record what was answered, once the store has failed


class SendLoop:
    """The feed of the transport's lanes, and the loop that fills it."""

    def __init__(
        self,
        mails: Iterator[ReadyMail],
        journal: Journal,
        owner: LivingSender,
        *,
        window: int,
        clock: Callable[[], datetime],
        pace: Pace,
        later: Callable[[int, datetime], datetime],
        lease: Lease | None = None,
        bound: int | None = None,
    ) -> None:
        """Take what sending needs; `later(failed, now)`: when a mail that failed is tried again.

        bound: how many doubts and refusals in a row end the sending; before the first acceptance
        no more than half as many mails are on their way.
        """
        self.tally = Tally()
        self._mails = mails
        self._journal, self._owner, self._lease = journal, owner, lease
        self._whole_window, self._clock = window, clock
        self._bound, self._failed_in_a_row = bound, 0
        self._proven = bound is None  # the way out: a mail was accepted
        self._pace, self._later_than = pace, later
        self._dry = False  # no more mails are pulled
        self._held: deque[ReadyMail] = deque()  # waiting for their destination's pace
        self._open: dict[int, ReadyMail] = {}  # marked `sending`, no outcome yet
        self._marked: deque[ReadyMail] = deque()  # of these, not taken by a lane yet
        self._losses: Counter[int] = Counter()
        self._results: list[Result] = []  # not committed yet
        self._wake_in = _PATIENCE
        self._wake = asyncio.Event()  # for the loop
        self._fed = asyncio.Event()  # for the lanes
        self._closed = False
        self._error: BaseException | None = None
        self._renewed = clock()  # every claim that we hold is at least as young

    # --- what the lanes call ---

    async def more(self) -> bool:
        """See `Feed`."""
        while not self._marked:
            if self._closed:
                return False
            self._fed.clear()
            await self._fed.wait()
        return True

    def take(self) -> ReadyMail | None:
        """See `Feed`."""
        return self._marked.popleft() if self._marked else None

    def begun(self, mail: ReadyMail) -> None:
        """See `Feed`."""
        self._owner.begun(mail.delivery)

    def recalled(self, mail: ReadyMail) -> None:
        """See `Feed`."""
        self._owner.recalled(mail.delivery)

    def done(self, mail: ReadyMail, verdict: Verdict) -> None:
        """See `Feed`."""
        outcome = verdict.outcome
        if outcome.code is not None:
            self._owner.answered(mail.delivery, outcome.code)
        if outcome.state is State.ACCEPTED:
            self._proven, self._failed_in_a_row = True, 0
            if not self._pace.idle:
                self._pace.accepted(mail.domain)
            if verdict.limit is not None:
                self.tally.took(verdict.limit)
        elif outcome.state is State.DEFERRED:
            outcome = self._put_off(mail, verdict)
        if mail.refused_before:
            outcome = outcome._replace(again=True)
        self._close(mail, outcome)
        if self._bound is not None and is_suspect(outcome):
            self._judge(outcome.text)

    def _judge(self, said: str) -> None:
        """Stop when too many in a row fail: no turn need come before."""
        self._failed_in_a_row += 1
        row = self._failed_in_a_row
        if self._bound is not None and row >= self._bound and self.tally.trouble is None:
            self.tally.trouble = f"{row} mails in a row failed, the last with: {said}"
            self.halt()

    def lost(self, mail: ReadyMail, why: str) -> None:
        """See `Feed`."""
        begun = self._owner.has_begun(mail.delivery)
        self._losses[mail.delivery] += 1
        if not begun and self._losses[mail.delivery] < _LOSSES and not self._closed:
            self._marked.append(mail)  # nothing of it left: another connection may take it
            self._fed.set()
            return
        self.done(mail, Verdict(outcomes.lost(dot_sent=begun, why=why)))

    # --- the loop ---

    @property
    def _window(self) -> int:
        """How many may be marked `sending`: few until the relay has taken one."""
        if self._proven or self._bound is None:
            return self._whole_window
        return min(self._whole_window, max(1, self._bound // 2))

    async def run(self, lanes: asyncio.Task[str | None]) -> None:
        """Turn until every mail has an outcome in the store. Raises what stopped it."""
        lanes.add_done_callback(lambda _: self._wake.set())
        ripe = False
        with ThreadPoolExecutor(1, thread_name_prefix="journal") as pool:
            while self._error is None:
                await self._renew(pool)
                if lanes.done():
                    self._blocked(lanes)
                room = self._window - len(self._open)
                idle = not self._open
                starts = self._gather(room) if idle or room * 2 >= self._window else []
                if starts or (self._results and (ripe or idle)):
                    ripe = False
                    await self._commit(pool, starts)
                elif idle and self._dry and not self._held:
                    break
                else:
                    ripe = not await self._pause()
            await self._finish(pool, lanes)
        if self._error is not None:
            raise self._error

    def halt(self, state: State = State.PLANNED, why: str = "stopped before it was sent") -> None:
        """Pull no more mails, and give back those that no lane has taken."""
        self._dry = True
        while self._marked:
            mail = self._marked.popleft()
            when = None if state is State.PLANNED else self._later(1)
            self._close(mail, Outcome(state, None, why, counts=False, next_attempt_at=when))
        while self._held:
            mail = self._held.popleft()
            self._results.append(
                Result(mail.delivery, mail.generation, Outcome(State.PLANNED, None, why))
            )
        self._wake.set()

    def _blocked(self, lanes: asyncio.Task[str | None]) -> None:
        """The transport has ended before the mails did."""
        self._closed = True
        why = f"the transport failed: {lanes.exception()}" if lanes.exception() else lanes.result()
        if lanes.exception() is not None:
            self._error = lanes.exception()
        if why or self._open or not self._dry:
            self.tally.trouble = self.tally.trouble or why or "the transport stopped"
        for mail in [m for m in self._open.values() if m not in self._marked]:
            begun = self._owner.has_begun(mail.delivery)
            self._close(mail, outcomes.lost(dot_sent=begun, why=why or "the transport stopped"))
        self.halt(State.DEFERRED, why or "the transport stopped")

    def _gather(self, room: int) -> list[ReadyMail]:
        """Return the next mails that may go now, at most `room`."""
        batch: list[ReadyMail] = []
        self._wake_in = _PATIENCE
        now, clock = self._clock(), asyncio.get_running_loop().time()
        waiting, self._held = self._held, deque()
        for mail in waiting:
            self._sort(mail, batch, clock, now, full=len(batch) >= room)
        while len(batch) < room and len(self._held) < _HELD and not self._dry:
            try:
                mail_or_end = next(self._mails, None)
            except Exception as error:  # composing failed: what is composed still goes out
                self._dry, self._broken = True, error
                break
            if mail_or_end is None:
                self._dry = True
                break
            self._sort(mail_or_end, batch, clock, now)
        return batch

    _broken: Exception | None = None

    def _sort(
        self,
        mail: ReadyMail,
        batch: list[ReadyMail],
        clock: float,
        now: datetime,
        *,
        full: bool = False,
    ) -> None:
        if full:
            self._held.append(mail)
            return
        if self._pace.idle:
            batch.append(mail)
            return
        decision = self._pace.ask(mail.domain, clock, now)
        if isinstance(decision, Go):
            batch.append(mail)
        elif isinstance(decision, Postpone):
            why = f"waiting for {mail.domain}: {decision.why}"
            later = Outcome(State.DEFERRED, None, why, counts=False, next_attempt_at=decision.until)
            self._results.append(Result(mail.delivery, mail.generation, later))
        else:
            self._held.append(mail)
            self._wake_in = min(self._wake_in, decision.seconds)

    async def _commit(self, pool: ThreadPoolExecutor, starts: list[ReadyMail]) -> None:
        results, self._results = self._results, []
        try:
            turn = await asyncio.get_running_loop().run_in_executor(
                pool,
                self._journal.turn,
                self._owner.name,
                results,
                [(mail.delivery, mail.generation) for mail in starts],
                self._clock(),
            )
        except StoreError as error:
            self._results = results + self._results
            self._error = error
            return
        self._recorded(results)
        for mail in starts:
            if mail.delivery in turn.started:
                self._open[mail.delivery] = mail
                self._marked.append(mail)
            else:
                self.tally.stopped += 1
                self._pace.done(mail.domain)
        if turn.blocked and self.tally.trouble is None:
            self.tally.trouble = turn.blocked
            self.halt()
        if starts and not turn.started and _edition_stopped(turn):
            self._dry = True  # paused, cancelled or expired: do not compose the rest
        if self._closed:
            self.halt()
        self._fed.set()

    async def _renew(self, pool: ThreadPoolExecutor) -> None:
        """Extend our leases when a third of their length is over."""
        lease, now = self._lease, self._clock()
        if lease is None or now - self._renewed < lease.length / 3:
            return
        self._renewed = now
        try:
            await asyncio.get_running_loop().run_in_executor(
                pool, lease.renew, self._owner.name, now
            )
        except StoreError as error:
            self._error = error

    def _recorded(self, results: Sequence[Result]) -> None:
        settled, states = self._owner.settled, self.tally.states
        for result in results:
            settled(result.delivery)
            states[result.outcome.state] += 1

    async def _pause(self) -> bool:
        """Wait until there is room or nothing is open; False when patience ran out first."""
        self._wake.clear()
        try:
            async with asyncio.timeout(self._wake_in):
                await self._wake.wait()
        except TimeoutError:
            return False
        return True

    async def _finish(self, pool: ThreadPoolExecutor, lanes: asyncio.Task[str | None]) -> None:
        """Let the lanes end in peace, then record what they were told."""
        self._closed = True
        self.halt()
        self._fed.set()
        [ended] = await asyncio.gather(lanes, return_exceptions=True)
        if isinstance(ended, BaseException):
            self._error = self._error or ended
        else:
            self.tally.trouble = self.tally.trouble or ended
        for _ in range(_LAST_TRIES):
            if not self._results:
                break
            before, self._error = self._error, None
            await self._commit(pool, [])
            if self._error is None:
                self._error = before
                break
            await asyncio.sleep(0.1)
        if self._results:
            self._owner.keep = True  # its board tells the next run what was answered
        self._error = self._error or self._broken

    # --- endings ---

    def _close(self, mail: ReadyMail, outcome: Outcome) -> None:
        self._open.pop(mail.delivery, None)
        if self._losses:
            self._losses.pop(mail.delivery, None)
        if not self._pace.idle:
            self._pace.done(mail.domain)
        self._results.append(Result(mail.delivery, mail.generation, outcome))
        if len(self._open) * 2 <= self._window:
            self._wake.set()

    def _put_off(self, mail: ReadyMail, verdict: Verdict) -> Outcome:
        """Say when a deferred mail is tried again, and stop others from the same trouble."""
        outcome = verdict.outcome
        if verdict.trouble is Trouble.OURS:
            self.tally.not_made(mail.delivery, outcome.text, verdict.limit)
        if verdict.too_large:
            outcome = outcome._replace(code=None)  # nothing to judge the relay's health by
        if verdict.trouble is Trouble.DOMAIN:
            until = self._pace.trip(mail.domain, outcome.text, self._clock())
            return outcome._replace(next_attempt_at=until)
        if verdict.trouble is Trouble.RELAY and self.tally.trouble is None:
            self.tally.trouble = outcome.text
            self.halt(State.DEFERRED, outcome.text)
        failed = mail.attempts + 1 if outcome.counts else 1
        return outcome._replace(next_attempt_at=self._later(failed))

    def _later(self, failed: int) -> datetime:
        return self._later_than(failed, self._clock())


def _edition_stopped(turn: Turn) -> bool:
    return all(why.startswith("the edition") for why in turn.stopped.values())
