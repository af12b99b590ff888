"""Every error that the front desk raises on purpose.

FrontDeskError
├── ProfileError     a profile text has problems; carries each with its place  (ValueError)
├── AddressError     an address that no mail can be sent to                    (ValueError)
├── TokenError       a link that is forged, expired or for something else      (ValueError)
│   └── UsedLink     … or that has done what it was for
├── ConsentError     a step that this reader's state does not allow            (ValueError)
│   └── ChangedMeanwhile … or somebody was quicker: once more, and it may go
├── UnknownReader    nobody is subscribed with this address or number          (LookupError)
├── UnknownPaper     there is no such paper, or it was not in that mail        (LookupError)
└── InvitedOnly      nobody subscribes here without an invitation              (ValueError)
"""

from __future__ import annotations

from dataclasses import dataclass

from subscribers.messages import Message, message


class FrontDeskError(Exception):
    """Something a reader or the operator can put right; its text, a Message, says what and how."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one character of a profile text."""

    position: int  # index into the text, from 0
    character: str  # the character there, '' at the end of the text
    reason: str  # a whole phrase: what is wrong and what to write instead

    def __str__(self) -> str:
        return str(self.told)

    @property
    def told(self) -> Message:
        """The place and the reason."""
        values = {"place": str(self.position + 1), "reason": self.reason}
        if not self.character:
            return message("character {place}: {reason}", **values)
        shown = repr(self.character)
        return message("character {place} ({shown}): {reason}", shown=shown, **values)


class ProfileError(FrontDeskError, ValueError):
    """A profile text has problems."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(str(problem) for problem in problems))


class AddressError(FrontDeskError, ValueError):
    """An address that no mail can be sent to."""


class TokenError(FrontDeskError, ValueError):
    """A link that is forged, expired or meant for something else."""


class UsedLink(TokenError):
    """A link that works once, and has."""


class ConsentError(FrontDeskError, ValueError):
    """A step that this reader's state does not allow."""


class ChangedMeanwhile(ConsentError):
    """What was read has changed before it could be written; nothing was written."""

    def __init__(self) -> None:
        super().__init__(message("something changed in the meantime; please try once more"))


class InvitedOnly(FrontDeskError, ValueError):
    """Nobody subscribes here without an invitation, whoever asks."""


class UnknownReader(FrontDeskError, LookupError):
    """Nobody is subscribed with this address or number."""


class UnknownPaper(FrontDeskError, LookupError):
    """There is no such paper, or it was not in that mail."""
