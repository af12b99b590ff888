"""The few mails that the front desk itself asks for, and who sends them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

LetterKind = Literal[
    "confirm",  # somebody, hopefully you, subscribed: press the button there
    "invite",  # whoever runs the newsletter invites you: choose keywords there, or decline
    "known",  # you are subscribed already: here are your preferences
    "link",  # you asked for a fresh link to your preferences
    "move",  # to the new address: press the button there to get your mails here
    "moving",  # to the old one: somebody asked to move your mails; the link stops it
    "moved",  # to the old one: your mails go elsewhere now; the link takes it back for a week
    "moved_back",  # to where they went meanwhile: your mails go to the address before again
    "changed",  # your preferences are not what they were; the link cuts off whoever did it
    "export",  # here is the link to download your data
    "goodbye",  # you have left: the link takes it back for a week
    "erase",  # here is the link with the button that erases everything about you
    "no_papers",  # why there was no mail for days: there were no new papers
    "no_match",  # … nothing matched; `keywords` has the title that came nearest
    "no_source",  # … a source did not answer
]


@dataclass(frozen=True, slots=True)
class Letter:
    """One such mail: which, to whom, and the one link that it is about."""

    kind: LetterKind
    to_address: str
    to_name: str  # may be empty
    language: str  # BCP 47
    link: str  # absolute; its GET shows a page with a button and changes nothing
    expires_at: datetime  # UTC; until when the link works
    # For 'confirm', 'known', 'changed': what was asked for or is kept; 'no_match': see above.
    keywords: str = ""
    other_address: str = ""  # of letters that an older version left in the queue; not shown


class LetterSender(Protocol):
    """Sends letters."""

    def post(self, letter: Letter) -> None:
        """Take a letter in and return at once, without waiting for any server.

        It must not raise for what only the network knows, and take the same time for every
        letter: an answer's time must not tell who is subscribed.
        """
