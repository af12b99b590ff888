"""What a server's answer means for one delivery, and for those behind it. Pure.

The rule: a failure that is not the recipient's (our set-up, our reputation, the
server's mood) never uses up a recipient's attempt and never suppresses an address.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from digest.states import Outcome, State

_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})\b")

_LOGIN = (530, 534, 535, 538)  # RFC 4954, 6

# Of sender, client and login, which many servers judge no sooner than at RCPT (Postfix:
# smtpd_delay_reject); RFC 3463: 5.1.7 and 5.1.8 are the sender's address.
_OF_SENDER = {(1, 7), (1, 8)}
_ABOUT_US = re.compile(
    r"relay(ing)?\b.{0,40}\b(denied|prohibited|not (permitted|allowed))"
    r"|unable to relay|not (allowed|permitted) to relay|do(es)? not relay|we do not relay"
    r"|authenticat"
    r"|sender\b.{0,60}\b(rejected|denied|refused)|client host|helo command|(not|must) log(ged)? in"
    r"|\b(blocked|listed|refused)\b.{0,20}\b(using|by|in|at)\b|\b(black|block|deny)-?list"
    r"|mail from\b.{0,40}\b(not|rejected)|\bspf\b|\bdmarc\b|rate limit|too many",
    re.IGNORECASE,
)

# RFC 3463: of the message's length, the system's limit or a mailbox's; and a mailbox that is full.
_LENGTH = {(3, 4), (2, 3)}
_FULL = re.compile(r"mailbox|quota|storage|space|\bfull\b", re.IGNORECASE)
_TOO_LARGE = re.compile(
    r"\b(message|mail|e-mail|email|content|file)\b.{0,30}\btoo (large|big)\b"
    r"|\b(message|mail|content) (size|length)\b.{0,40}\b(exceed|limit|over|larger)"
    r"|\bexceed(s|ed)?\b.{0,40}\b(message size|size|databytes|length)\b"
    r"|\btoo much mail data|\bmaximum (message )?size\b",
    re.IGNORECASE,
)

# RFC 3463: addresses that do not exist, never did, or were given up.
_GONE = {(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)}


class Step(Enum):
    """The command that an answer belongs to."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    DOT = "the final dot"
    RESET = "RSET"


class Trouble(Enum):
    """Who else is concerned by a failure."""

    NONE = "nobody"
    DOMAIN = "the destination"  # slow down: the breaker pauses the recipient's domain
    RELAY = "the relay"  # nothing will pass for anybody: stop this run
    OURS = "this side"  # the mail could not be made: tell the operator, go on with the others


class Reply(NamedTuple):
    """One SMTP answer: code and text, lines joined with spaces."""

    code: int
    text: str

    @property
    def enhanced(self) -> tuple[int, int, int] | None:
        """The RFC 3463 status at its beginning, e.g. (4, 7, 1)."""
        found = _ENHANCED.match(self.text)
        return (int(found[1]), int(found[2]), int(found[3])) if found else None


class Verdict(NamedTuple):
    """An outcome, and the trouble it tells of."""

    outcome: Outcome
    trouble: Trouble = Trouble.NONE
    limit: int | None = None  # octets that the server takes, when the mail has more
    too_large: bool = False  # said of the mail, without saying what is taken: see `relay_sizes`


def judge(step: Step, reply: Reply) -> Verdict:
    """Return what a negative answer, or the answer to the final dot, means."""
    kind = reply.code // 100
    if step is Step.DOT and kind == 2:
        return Verdict(Outcome(State.ACCEPTED, reply.code, reply.text[:300]))
    said = f"{step.value}: {reply.code} {reply.text}"[:300]
    if kind == 5:
        return _permanent(step, reply, said)
    if kind == 4:
        return _temporary(step, reply, said)
    # 2xx or 3xx out of place: the server does not speak our protocol.
    return Verdict(Outcome(State.DEFERRED, reply.code, said, counts=False), Trouble.RELAY)


def _permanent(step: Step, reply: Reply, said: str) -> Verdict:
    ours = Outcome(State.DEFERRED, reply.code, said, counts=False)
    if _about_size(step, reply):
        return Verdict(ours, Trouble.OURS, too_large=True)
    if reply.code in _LOGIN or step is Step.MAIL or (reply.code == 503 and step is not Step.DOT):
        # Our sender or our login is refused: this would "refuse" every reader we have.
        return Verdict(ours, Trouble.RELAY)
    if step is Step.RCPT and _about_us(reply):
        # Not at once the end of the run: some relays hand on what one destination says of them.
        return Verdict(ours)
    status = reply.enhanced
    gone = step is Step.RCPT and (
        status[1:] in _GONE if status else reply.code in (550, 551, 553) and _says_unknown(reply)
    )
    return Verdict(Outcome(State.REFUSED, reply.code, said, suppress=gone))


def _temporary(step: Step, reply: Reply, said: str) -> Verdict:
    status = reply.enhanced
    if reply.code == 421 or (status and status[1] == 7):
        return Verdict(Outcome(State.DEFERRED, reply.code, said, counts=False), Trouble.DOMAIN)
    if status and status[1:] in _LENGTH:
        ours = Outcome(State.DEFERRED, reply.code, said, counts=False)
        return Verdict(ours, Trouble.OURS, too_large=True)
    if step is Step.MAIL or (reply.code == 454 and step is not Step.DOT):
        return Verdict(Outcome(State.DEFERRED, reply.code, said, counts=False), Trouble.RELAY)
    return Verdict(Outcome(State.DEFERRED, reply.code, said))


def _about_us(reply: Reply) -> bool:
    status = reply.enhanced
    if status and status[1:] in _OF_SENDER:
        return True
    if status and status[1:] in _GONE:
        return False
    return _ABOUT_US.search(reply.text) is not None


def _about_size(step: Step, reply: Reply) -> bool:
    """Return whether a mail is refused for its size (RFC 1870, 6), and not for a full mailbox."""
    status = reply.enhanced
    if status and status[1:] in _LENGTH:
        return True
    if reply.code == 523 or (reply.code == 552 and step is Step.MAIL):
        return True
    if status and status[1:] == (2, 2):
        return False
    bare = reply.code == 552 and status is None and step in (Step.DATA, Step.DOT)
    return _TOO_LARGE.search(reply.text) is not None or (bare and not _FULL.search(reply.text))


def _says_unknown(reply: Reply) -> bool:
    said = reply.text.lower()
    return any(hint in said for hint in ("unknown", "no such", "not exist", "not found", "invalid"))


def lost(*, dot_sent: bool, why: str) -> Outcome:
    """Return the outcome of a mail whose connection ended before its answer.

    Once its final dot is out nobody can know (RFC 1047); before that there is no mail (RFC 5321,
    4.1.1.4).
    """
    if dot_sent:
        return Outcome(State.UNCERTAIN, None, f"{why} after its final dot")
    return Outcome(State.DEFERRED, None, f"{why} before its final dot", counts=False)


def by_code(code: int) -> Outcome:
    """Return the outcome of a final dot of which only the code is known (a dead owner's board)."""
    return judge(Step.DOT, Reply(code, "(told by the board of a process that died)")).outcome
