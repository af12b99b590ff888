"""What one incoming message says. The nouns of this room."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What is to be done about one recipient."""

    HARD = "hard"  # the address does not exist: not written to any more
    SOFT = "soft"  # it may work another day
    COMPLAINT = "complaint"  # the reader calls the mail spam: not written to any more
    NONE = "none"  # tells of no failure: a delay, a receipt, an absence, a person's words


class Cause(StrEnum):
    """Why, as far as the words and codes tell."""

    UNKNOWN_USER = "unknown user"
    UNKNOWN_HOST = "unknown host"
    MOVED = "moved"
    NO_MAIL_HERE = "no mail here"  # RFC 7504 and null MX (RFC 7505)
    FULL = "full"
    SUSPENDED = "suspended"
    FILTERED = "filtered"
    SPAM = "spam"
    POLICY = "policy"
    SIZE = "size"
    NETWORK = "network"
    SYSTEM = "system"
    EXPIRED = "expired"
    CONTENT = "content"
    UNCLEAR = "unclear"
    ABUSE = "abuse"
    OPT_OUT = "opt-out"
    STOP = "stop"  # the mail that a mail program's unsubscribe button writes
    DELAYED = "delayed"
    DELIVERED = "delivered"
    ABSENT = "absent"
    CHALLENGE = "challenge"
    OTHER_REPORT = "other report"  # a report that no reader made: DMARC, virus, opt-out of a list
    MESSAGE = "message"  # what a person or a list wrote


HARD_REASONS = frozenset(
    {
        Cause.UNKNOWN_USER,
        Cause.UNKNOWN_HOST,
        Cause.MOVED,
        Cause.NO_MAIL_HERE,
    }
)
OURS = frozenset({Cause.SPAM, Cause.POLICY})  # the sender's fault, never the reader's


@dataclass(frozen=True, slots=True)
class ReportedRecipient:
    """What is said of one address."""

    address: str  # as the report spells it, without brackets; empty: the report names none
    kind: Kind
    reason: Cause
    status: str = ""  # RFC 3463, as "5.1.1"; empty: none was given
    said: str = ""  # the server's words


@dataclass(frozen=True, slots=True)
class Report:
    """One incoming message, read."""

    recipients: tuple[ReportedRecipient, ...]
    returned: dict[str, str] = field(default_factory=dict)  # headers of the mail that came back
    automatic: bool = False  # written by a program: never answered (RFC 3834)

    @property
    def kind(self) -> Kind:
        """The gravest that it says of anybody."""
        order = (Kind.COMPLAINT, Kind.HARD, Kind.SOFT)
        kinds = {recipient.kind for recipient in self.recipients}
        return next((kind for kind in order if kind in kinds), Kind.NONE)
