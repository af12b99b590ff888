"""SMTP to one relay, pipelined (RFC 2920): one round trip a mail instead of four.

While the server digests a mail's final dot, MAIL, RCPT and DATA of the next are already on
their way, in the same write. So a connection has at most one mail whose final dot is out, which is
all that a dead connection leaves in doubt.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from digest.delivery.interface import MailQueue, ReadyMail
from digest.delivery.outcomes import Reply, Step, Trouble, Verdict, judge
from digest.delivery.relay_sizes import RelaySizes, TooLargeError
from digest.delivery.smtp_opening import open_session
from digest.delivery.smtp_session import Relay, UnfitAddressError, Wire, printable
from digest.errors import DeliveryError
from digest.states import Outcome, State

_TRIES = 3  # connections in a row that get no mail through, before a lane gives up

# An attribute of an Enum costs as much as a call.
_DOT = Step.DOT
_ENVELOPE = (Step.MAIL, Step.RCPT, Step.DATA)
_ALL = (_DOT, *_ENVELOPE)  # what a server owes when a mail is out, and the next one's envelope
_GO_ON = re.compile(rb"(?:2\d\d [^\n]*\n){2}354 [^\n]*\n")


@dataclass(slots=True)
class SmtpTransport:
    """Keeps `connections` open to a relay while there are mails."""

    relay: Relay
    connections: int = 4
    pipeline: int = 25  # mails marked ahead for each connection
    recycle_after: int = 1000  # mails, then a new connection
    sizes: RelaySizes = field(default_factory=RelaySizes)  # what its connections have learned

    @property
    def lanes(self) -> int:
        """One mail is between DATA and answer on each connection."""
        return self.connections

    @property
    def window(self) -> int:
        """How many may be marked `sending`."""
        return self.connections * self.pipeline

    async def run(self, feed: MailQueue) -> str | None:
        """Send until the feed ends; return why when no connection gets mail through."""
        opened = asyncio.Event()
        lanes = [asyncio.create_task(self._lane(feed, opened))]
        # One goes ahead: a wrong password is tried once, and a server that is not there by one.
        await _first(opened.wait(), lanes[0])
        if opened.is_set():
            more = range(self.connections - 1)
            lanes += [asyncio.create_task(self._lane(feed, opened)) for _ in more]
        try:
            troubles = await asyncio.gather(*lanes)
        finally:
            for lane in lanes:
                lane.cancel()
        if not all(troubles):
            return None  # at least one connection worked to the end
        for trouble in troubles:
            if isinstance(trouble, DeliveryError):
                raise trouble
        return str(troubles[0])

    async def _lane(self, feed: MailQueue, opened: asyncio.Event) -> str | DeliveryError | None:
        """Work with one connection after the other; return why none works."""
        failures = 0
        while await feed.more():
            try:
                connection = SmtpConnection(feed, self.recycle_after, self.sizes)
                session = await open_session(self.relay, connection)
            except DeliveryError as error:
                return error
            except (OSError, EOFError) as error:
                why = f"no connection to {self.relay.host}:{self.relay.port}: {error}"
                failures += 1
            else:
                opened.set()
                await session.work()
                why = session.ended
                failures = 0 if session.passed else failures + 1
            if failures >= _TRIES:
                return why
            if failures:
                await asyncio.sleep(self.relay.retry_seconds * failures)
        return None


async def _first(event: Coroutine[Any, Any, object], task: asyncio.Task[Any]) -> None:
    """Wait until an event has come or a task has ended."""
    coming = asyncio.ensure_future(event)
    try:
        await asyncio.wait((coming, task), return_when=asyncio.FIRST_COMPLETED)
    finally:
        coming.cancel()


class SmtpConnection(Wire):
    """The hot part of one connection: mails out, answers in."""

    def __init__(self, feed: MailQueue, recycle_after: int, sizes: RelaySizes) -> None:
        super().__init__()
        self._feed, self._sizes = feed, sizes
        self._left = recycle_after
        self._steps: deque[Step] = deque()  # what the next answers belong to
        self._envelope: ReadyMail | None = None  # its MAIL, RCPT, DATA are out
        self._content: Sequence[bytes] = ()  # … and its content is made
        self._size = 0  # of that, octets
        self._failure: Verdict | None = None  # of the envelope
        self._no_sender = False  # … its MAIL FROM was refused
        self._in_doubt: ReadyMail | None = None  # its content goes out, no answer yet
        self._sent = 0  # of that, octets
        self._reset = False  # a failed transaction is open on the server
        self._idle = asyncio.Event()
        self.passed = 0  # mails that got an answer of any kind to their final dot

    async def work(self) -> None:
        """Send until the feed ends, the connection does, or it is due for recycling."""
        while not self.ended and self._left > 0 and await self._feed.more():
            self._idle.clear()
            self._next()
            if self._envelope is not None:
                await self._idle.wait()
        await self.quit()

    def usual(self, first: bytes, rest: bytes) -> bool:
        """See `Wire`: yes to a mail, and three times to the next one's envelope."""
        steps = self._steps
        if len(steps) != len(_ALL) or steps[0] is not _DOT or self._failure is not None:
            return False
        if first[:4] != b"250 " or not _means_go_on(rest):
            return False
        steps.clear()
        self._after_dot(Reply(250, printable(first[4:].rstrip(b"\r\n").decode("utf-8", "replace"))))
        if not self.ended:
            self._send_content()
        return True

    def routine(self, code: int) -> bool:
        """See `Wire`: three of the four answers to a mail say nothing but yes."""
        if not self._steps or not self.pipelining:
            return False
        step = self._steps[0]
        if (step is Step.MAIL or step is Step.RCPT) and code // 100 == 2:
            self._steps.popleft()
        elif step is Step.DATA and code == 354 and self._failure is None:
            self._steps.popleft()
            self._send_content()
        else:
            return False
        return True

    def answer(self, reply: Reply) -> None:
        """Handle one answer of the server."""
        if not self._steps:
            self.fail(f"the server said {reply.code} {reply.text[:80]!r} unasked")
            return
        step = self._steps.popleft()
        if reply.code == 421 and step is Step.MAIL:  # the connection's end, not the mail's fault
            self.fail(f"the server closed: 421 {reply.text[:80]}")
            return
        if step is Step.DOT:
            self._after_dot(reply)
        elif step is Step.DATA:
            self._after_data(reply)
        elif step is Step.RESET:
            pass
        elif reply.code // 100 != 2:
            self._no_sender = self._no_sender or step is Step.MAIL
            self._failure = self._failure or judge(step, reply)
            if not self.pipelining:
                self._conclude()
        elif not self.pipelining:
            self._step_by_step(step)
        if reply.code == 421:
            self.fail(f"the server closed: 421 {reply.text[:80]}")

    def leaving(self, *, now: bool) -> None:
        """See `Wire`."""
        mail = self._in_doubt
        assert mail is not None  # noqa: S101 - only a mail has a final dot
        if now:
            self._feed.begun(mail)
        else:
            self._feed.recalled(mail)

    def dropped(self, why: str) -> None:
        """Account for what was under way when the connection ended."""
        in_doubt, envelope, failure = self._in_doubt, self._envelope, self._failure
        self._in_doubt = self._envelope = self._failure = None
        if in_doubt is not None:
            self._feed.lost(in_doubt, why)
        if envelope is not None and failure is not None:  # it has its answer, e.g. 421
            self._feed.done(envelope, self._sizes.refused(failure, self._size))
        elif envelope is not None:
            self._feed.lost(envelope, why)
        self._steps.clear()
        self._idle.set()

    @property
    def waiting_for_dot(self) -> bool:
        """Whether the next answer is one that may take long (RFC 5321, 4.5.3.2.6)."""
        return bool(self._steps) and self._steps[0] is Step.DOT

    @property
    def waiting(self) -> bool:
        """Whether the server owes an answer."""
        return bool(self._steps)

    def _next(self) -> None:
        """Begin the next mail, if there is one, with nothing else to say before it."""
        if not self.ended and self._envelope is None:
            commands = self._open_envelope()
            if commands:
                self.write(commands)
            elif self._in_doubt is None:
                self._idle.set()

    def _open_envelope(self) -> bytes:
        """Take a mail and return its commands; empty when there is none."""
        while self._left > 0:
            mail = self._feed.take()
            if mail is None:
                return b""
            try:
                content = mail.build()
                size = sum(map(len, content))
                self._sizes.check(size)
                command = self.mail_command(mail, size)
            except Exception as error:  # one mail that cannot be made must not stop the others
                self._feed.done(mail, _not_made(error))
                continue
            self._envelope, self._failure, self._no_sender = mail, None, False
            self._content, self._size = content, size
            self._left -= 1
            return self._commands(mail, command)
        return b""

    def _commands(self, mail: ReadyMail, command: str) -> bytes:
        if self._reset:
            self._steps.append(Step.RESET)
            self._reset = False
            command = f"RSET\r\n{command}"
        if not self.pipelining:
            self._steps.append(Step.MAIL)
            return command.encode()
        self._steps += _ENVELOPE
        return f"{command}RCPT TO:<{mail.recipient}>\r\nDATA\r\n".encode()

    def _step_by_step(self, step: Step) -> None:
        """Go on with the envelope for a server without PIPELINING."""
        if self._envelope is None:
            return
        if step is Step.MAIL:
            self._steps.append(Step.RCPT)
            self.write(b"RCPT TO:<" + self._envelope.recipient.encode() + b">\r\n")
        elif step is Step.RCPT:
            self._steps.append(Step.DATA)
            self.write(b"DATA\r\n")

    def _after_data(self, reply: Reply) -> None:
        if reply.code != 354:
            self._failure = self._failure or judge(Step.DATA, reply)
            self._conclude()
        elif self._no_sender:  # whom it takes data for, nobody knows: a dot would be an empty mail
            self.fail("the server wants a mail whose MAIL FROM it refused")
        elif self._failure is not None:  # a server that takes data for nobody gets none (RFC 2920)
            self._steps.append(Step.DOT)
            self.write(b".\r\n")
        else:
            self._send_content()

    def _send_content(self) -> None:
        content, size = self._content, self._size
        self._sent = size
        self._in_doubt, self._envelope, self._content = self._envelope, None, ()
        self._steps.append(_DOT)
        # Made before the mail goes: nothing slow may stand between the note and the final dot.
        after = self._open_envelope() if self.pipelining else b""
        # The body needs no dot-stuffing: see `quoted_printable`.
        self.write_mail(content, size, b".\r\n" + after)

    def _after_dot(self, reply: Reply) -> None:
        mail, self._in_doubt = self._in_doubt, None
        if mail is None:  # the empty DATA of a failed envelope
            self._reset = False
            self._conclude(open_transaction=False)
            return
        early = self.unfinished  # whatever it said, it is not about the whole mail
        if early and reply.code // 100 == 2:
            self._feed.lost(mail, "the server answered too early")
        else:
            self.passed += 1
            self._feed.done(mail, self._judged(reply))
        if early:
            self.fail(f"the server answered before the final dot: {reply.code}")
        elif reply.code != 421:
            self._next()

    def _judged(self, reply: Reply) -> Verdict:
        """Return what the answer to a final dot means."""
        verdict = judge(Step.DOT, reply)
        if verdict.outcome.state is State.ACCEPTED:
            return self._sizes.accepted(verdict, self._sent)
        return self._sizes.refused(verdict, self._sent)

    def _conclude(self, *, open_transaction: bool = True) -> None:
        """End an envelope that failed."""
        mail, verdict = self._envelope, self._failure
        self._envelope, self._failure, self._content = None, None, ()
        self._reset = open_transaction
        if mail is not None and verdict is not None:
            if verdict.trouble is Trouble.NONE:
                self.passed += 1
            self._feed.done(mail, self._sizes.refused(verdict, self._size))
        self._next()


def _not_made(error: Exception) -> Verdict:
    """Return what becomes of a mail that could not be made."""
    said = f"not sent: {error}"[:300]
    if isinstance(error, UnfitAddressError):  # no server will ever take it
        return Verdict(Outcome(State.REFUSED, None, said))
    # A key that is gone, a busy store, a size limit: somebody on this side can mend it.
    limit = error.limit if isinstance(error, TooLargeError) else None
    return Verdict(Outcome(State.DEFERRED, None, said, counts=False), Trouble.OURS, limit)


@lru_cache(maxsize=16)  # a server says it in the same words each time
def _means_go_on(answers: bytes) -> bool:
    """Return whether these are the answers to an envelope that is accepted, each in one line."""
    return _GO_ON.fullmatch(answers) is not None
