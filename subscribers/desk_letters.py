"""The letters of the front desk: each with its link, for as long as that works, within the limits.

What each kind says stands in `subscribers.letters`; when it is due is for whoever calls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from subscribers.addresses import Address, mailbox_key
from subscribers.consent import UNDO_WITHIN
from subscribers.letters import Letter, LetterKind, LetterSender
from subscribers.link_rules import link_time
from subscribers.links import Links
from subscribers.store import Subscriber
from subscribers.tokens import LIFETIMES, PREFERENCES_WITHIN, Purpose


@dataclass(slots=True)
class LetterLimits:
    """Whether one more letter to a mailbox (`addresses.mailbox_key`) is within the limits.

    Each counts apart, so that a stranger cannot use up what a reader is owed.
    """

    may_post: Callable[[str], bool] = lambda mailbox: True  # one that anybody can ask for
    may_serve: Callable[[str], bool] = lambda mailbox: True  # asked for by the reader's own link
    may_tell: Callable[[str], bool] = lambda mailbox: True  # one that tells of a change


@dataclass(frozen=True, slots=True)
class DeskLetters:
    """Writes letters to readers and gives them to whoever sends them."""

    mailer: LetterSender
    links: Links
    limits: LetterLimits

    def confirm(
        self, reader: Subscriber, request: int, email: str, language: str, now: datetime
    ) -> bool:
        """Ask an address whether its owner wants what was requested for it.

        No word of the request stands in it: who asked may not be who reads it. Return whether it
        is within the limits.
        """
        if not self.limits.may_post(mailbox_key(email)):
            return False
        link = self.links.confirm(reader.id, request, link_time(reader, now))
        self.mailer.post(Letter("confirm", email, "", language, link, _end("confirm", now)))
        return True

    def invite(self, reader: Subscriber, now: datetime) -> None:
        """Invite somebody whom the operator named; what the operator sends is not limited."""
        self._bare("invite", reader, self.links.invite(reader.id, now), _end("invite", now))

    def known(self, reader: Subscriber, asked: Address, now: datetime) -> bool:
        """Tell whoever asks for an address that it is subscribed; return whether that may be."""
        if asked.email == reader.email:
            return self.preferences("known", reader, now)
        return self.other_form(reader, asked, now)

    def other_form(self, reader: Subscriber, asked: Address, now: datetime) -> bool:
        """Offer mails at another form of a reader's address, to whoever asked there.

        `ADA@…` and `ada@…` are one mailbox nearly everywhere, so its owner must get in by either;
        but where they are two, no letter to one may open what is the other's. So this one holds no
        key to the subscription: its button moves it to the form at which it was read, and the form
        that was kept so far is told, with a stop before and a way back after, as of any move.
        Return whether it is within the limits.
        """
        if not self.limits.may_post(mailbox_key(asked.email)):
            return False
        link, end = (
            self.links.move(reader.id, asked.email, link_time(reader, now)),
            _end("move", now),
        )
        self.mailer.post(Letter("move", asked.email, "", reader.language, link, end))
        self._bare("moving", reader, self.links.stop(reader.id, now), _end("stop", now))
        return True

    def preferences(
        self, kind: Literal["known", "link"], reader: Subscriber, now: datetime
    ) -> bool:
        """Send a fresh link to their preferences: as they are known already, or asked for it.

        Return whether it is within the limits.
        """
        if not self.limits.may_post(mailbox_key(reader.email)):
            return False
        self._post(
            kind,
            reader,
            self.links.preferences(reader.id, link_time(reader, now)),
            now + PREFERENCES_WITHIN,
        )
        return True

    def way_back(self, reader: Subscriber, now: datetime) -> bool:
        """Send a link to their preferences to who asks for it there; return whether that may be."""
        if not self.limits.may_serve(mailbox_key(reader.email)):
            return False
        self._post(
            "link",
            reader,
            self.links.preferences(reader.id, link_time(reader, now)),
            now + PREFERENCES_WITHIN,
        )
        return True

    def goodbye(self, reader: Subscriber, now: datetime) -> bool:
        """Send the way back to who has left; return whether that may be."""
        if not self.limits.may_serve(mailbox_key(reader.email)):
            return False
        token = self.links.mail_token(reader.id, 0, link_time(reader, now))
        link = self.links.in_mail(token, "unsubscribe")
        self._post("goodbye", reader, link, (reader.left_at or now) + UNDO_WITHIN)
        return True

    def changed(self, reader: Subscriber, now: datetime) -> None:
        """Tell that something changed, with a way to cut off the link by which it was done.

        It counts apart from the letters that anybody may ask for: else those could use up what
        is allowed, and the change would go unnoticed.
        """
        running = reader.state in ("active", "paused")
        if running and self.limits.may_tell(mailbox_key(reader.email)):
            self._post("changed", reader, self.links.stop(reader.id, now), _end("stop", now))

    def move(self, reader: Subscriber, new: Address, now: datetime) -> bool:
        """Ask the new address, and warn the old one with a stop; return whether that may be.

        No letter to the old address names the new one: others may read there.
        """
        own, other = mailbox_key(reader.email), mailbox_key(new.email)
        limits = self.limits
        if not (limits.may_serve(own) and (other == own or limits.may_post(other))):
            return False
        link, end = self.links.move(reader.id, new.email, link_time(reader, now)), _end("move", now)
        self.mailer.post(Letter("move", new.email, reader.name, reader.language, link, end))
        self._bare("moving", reader, self.links.stop(reader.id, now), _end("stop", now))
        return True

    def moved(self, before: Subscriber, new: Address, now: datetime) -> None:
        """Tell the old address that the mails go elsewhere now, with the way to take it back."""
        link = self.links.restore(before.id, before.email, new.email, now)
        self._bare("moved", before, link, _end("restore", now))

    def moved_back(self, before: Subscriber, now: datetime) -> None:
        """Tell an address that the mails go again to the one before it: it would just miss them."""
        link = f"{self.links.base_url}/"
        self._bare("moved_back", before, link, now + UNDO_WITHIN)

    def own_data(self, what: Literal["export", "erase"], reader: Subscriber, now: datetime) -> bool:
        """Send the link to download or to erase everything; return whether one more may be."""
        if not self.limits.may_serve(mailbox_key(reader.email)):
            return False
        make = self.links.export if what == "export" else self.links.erase
        self._bare(what, reader, make(reader.id, link_time(reader, now)), _end(what, now))
        return True

    def _bare(self, kind: LetterKind, to: Subscriber, link: str, expires_at: datetime) -> None:
        """Post one that names none of their keywords."""
        self.mailer.post(Letter(kind, to.email, to.name, to.language, link, expires_at))

    def _post(self, kind: LetterKind, to: Subscriber, link: str, expires_at: datetime) -> None:
        self.mailer.post(
            Letter(kind, to.email, to.name, to.language, link, expires_at, keywords=to.keywords)
        )


def _end(purpose: Purpose, now: datetime) -> datetime:
    """Return until when a link for a purpose works."""
    return now + (LIFETIMES[purpose] or timedelta())
