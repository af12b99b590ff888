"""The life of a subscription: subscribe, confirm, change, pause, leave, come back, erase.

Every method takes the time as an argument, decides by `consent.step`, and writes state and
evidence in one transaction. What is asked for twice is done once and is no error.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from subscribers.addresses import Address, is_within, mailbox_key, parse_address, shown_domain
from subscribers.consent import Source, may_undo, step
from subscribers.consent_steps import ConsentSteps, unknown_reader
from subscribers.desk_letters import DeskLetters, LetterLimits
from subscribers.errors import AddressError, ChangedMeanwhile, ConsentError, InvitedOnly
from subscribers.letters import LetterSender
from subscribers.link_rules import Act
from subscribers.links import Links
from subscribers.messages import message
from subscribers.preferences import Preferences
from subscribers.profile import parse_stored, to_text, without_shown
from subscribers.reader_lookup import DeskVisit, ReaderLookup
from subscribers.requests import SubscriptionRequests
from subscribers.store import Subscriber, SubscriberStore
from subscribers.tokens import Tokens


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """What the operator decides about the front desk."""

    base_url: str = "http://127.0.0.1:8000"  # where readers reach the pages, no last slash
    refused_domains: frozenset[str] = frozenset()  # A-labels; disposable mail providers
    allowed_domains: frozenset[str] = frozenset()  # whose addresses readers may enter; empty: all
    is_invited_only: bool = False  # readers come by invitation, not by the form
    timezone: str = "UTC"  # of readers who chose none
    says_goodbye: bool = False  # a last mail to who left by the page; never after one click
    confirm_within: timedelta = timedelta(days=7)  # then an unconfirmed request is forgotten


@dataclass(slots=True)
class FrontDesk:
    """Serves readers."""

    store: SubscriberStore
    tokens: Tokens
    mailer: LetterSender
    settings: DeskSettings = field(default_factory=DeskSettings)
    limits: LetterLimits = field(default_factory=LetterLimits)

    @property
    def links(self) -> Links:
        """Makes the links that letters and pages carry."""
        return Links(self.settings.base_url, self.tokens)

    @property
    def letters(self) -> DeskLetters:
        """Writes to readers."""
        return DeskLetters(self.mailer, self.links, self.limits)

    @property
    def lookup(self) -> ReaderLookup:
        """Finds readers, and reads what their links say."""
        return ReaderLookup(self.store, self.tokens)

    @property
    def steps(self) -> ConsentSteps:
        """Writes what readers and the operator decide."""
        return ConsentSteps(self.store, self.tokens)

    @property
    def requests(self) -> SubscriptionRequests:
        """Keeps what was asked for until it is confirmed."""
        return SubscriptionRequests(self.store, self.letters, self.steps, self.lookup)

    def visit(self, act: Act, token: str, now: datetime) -> DeskVisit:
        """Return who came by a link; raises as `ReaderLookup.visit` does."""
        return self.lookup.visit(act, token, now)

    def by_number(self, subscriber: int) -> Subscriber:
        """Return a reader. Raises UnknownReader."""
        return self.lookup.by_number(subscriber)

    def by_email(self, email: str) -> Subscriber:
        """Return a reader by their address. Raises AddressError, UnknownReader."""
        return self.lookup.by_email(email)

    def subscribe(self, email: str, wishes: Preferences, now: datetime) -> bool:
        """Take a request from the page: mail a confirmation link, or say that they are known.

        Return whether a letter is on its way; else enough have gone to that mailbox lately. That is
        the same for every address, so that no answer can tell who is subscribed.

        Raises:
            InvitedOnly: nobody subscribes by the form here.
            AddressError: no mail can be sent there, or it is of a domain that is not taken.
        """
        self.check_is_open()
        address = self.check_own_address(email)
        found = self.store.by_key(address.key)
        return self.requests.ask(address, found, wishes, now, how="form", source="reader").is_mailed

    def check_is_open(self) -> None:
        """Refuse who asks without an invitation, where there are only invited readers.

        Raises:
            InvitedOnly: it is the same for every address.
        """
        if self.settings.is_invited_only:
            raise InvitedOnly(
                message(
                    "new readers are invited here: press the button in your invitation, or ask "
                    "whoever runs it for one; if you are subscribed, get a link to your preferences"
                )
            )

    def check_own_address(self, email: str) -> Address:
        """Return an address that readers may enter here themselves. Raises AddressError."""
        address, allowed = self.check_address(email), self.settings.allowed_domains
        if allowed and not is_within(address.domain, allowed):
            raise AddressError(
                message(
                    "only addresses of these domains are taken here: {domains}",
                    domains=", ".join(sorted(map(shown_domain, allowed))),
                )
            )
        return address

    def check_address(self, email: str) -> Address:
        """Return an address that mail may be sent to. Raises AddressError."""
        return parse_address(email, self.settings.refused_domains)

    def add(
        self, email: str, wishes: Preferences, now: datetime, *, confirmed: bool, how: str
    ) -> tuple[Subscriber, bool]:
        """Add or update a reader for the operator; return them and whether they are new.

        With `confirmed` the operator vouches for the reader's consent, which is recorded, and no
        letter goes out; without it a new reader is pending and gets the confirmation mail.

        Raises:
            AddressError: no mail can be sent there.
        """
        address = self.check_address(email)
        found = self.store.by_key(address.key)
        reader = self.enrol(address, found, wishes, now, confirmed=confirmed, how=how)
        return reader, found is None

    def enrol(
        self,
        address: Address,
        found: Subscriber | None,
        wishes: Preferences,
        now: datetime,
        *,
        confirmed: bool,
        how: str,
    ) -> Subscriber:
        """Add or update, as `add` does, a reader who was looked up already."""
        if found and found.state in ("active", "paused"):
            return self.steps.write(found, wishes.applied_to(found), None)
        if not confirmed:
            return self.requests.ask(address, found, wishes, now, how=how, source="operator").reader
        before = found or unknown_reader(address, now)
        after = replace(
            wishes.applied_to(before),
            state=step(found.state if found else None, "vouch"),
            confirmed_at=now,
            left_at=None,
            paused_until=None,
            pending_since=None,
        )
        consent = self.steps.evidence(found, address.key, "vouch", now, how, "operator")
        vouched = self.steps.write(found, after, consent)
        if found:
            self.store.close_requests(found.id)
        return vouched

    def confirm(self, token: str, now: datetime) -> Subscriber:
        """Begin mailing who confirms a request; raises as `SubscriptionRequests.confirm`."""
        return self.requests.confirm(token, now)

    def change(self, reader: Subscriber, wishes: Preferences, now: datetime) -> Subscriber:
        """Keep new preferences, and tell the reader: a link may be in other hands.

        Raises:
            ConsentError: the reader's state changed meanwhile.
        """
        after = self.steps.write(reader, wishes.applied_to(reader), None)
        self._tell(reader, after, now)
        return after

    def mute(self, reader: Subscriber, index: int, shown: str, now: datetime) -> Subscriber:
        """Take one wanted item out of the profile.

        Args:
            reader: whose.
            index: the item's place in the profile, from 0.
            shown: the item's text on the page; the profile may have changed since.
            now: UTC.

        Raises:
            ConsentError: it is gone or moved already, or it is the only one.
        """
        profile = without_shown(parse_stored(reader.keywords), index, shown)
        after = replace(reader, keywords=to_text(profile))
        muted = self.steps.write(reader, after, None)
        self._tell(reader, muted, now)
        return muted

    def pause(
        self,
        reader: Subscriber,
        until: date | None,
        now: datetime,
        *,
        how: str = "form",
        source: Source = "reader",
    ) -> Subscriber:
        """Send nothing before a day (in the reader's time zone), or until they resume.

        The reader is told, unless the operator did it.
        """
        paused = self.steps.take(
            reader, replace(reader, paused_until=until), "pause", now, how, source
        )
        if source == "reader":
            self._tell(reader, paused, now)
        return paused

    def resume(
        self, reader: Subscriber, now: datetime, *, how: str = "form", source: Source = "reader"
    ) -> Subscriber:
        """Go on after a pause."""
        after = replace(reader, paused_until=None)
        return self.steps.take(reader, after, "resume", now, how, source)

    def leave(
        self, reader: Subscriber, now: datetime, *, how: str, source: Source = "reader"
    ) -> Subscriber:
        """End a subscription at once, whatever its state. `how`: 'one-click', 'form', 'command'."""
        for _ in range(3):  # somebody may be changing something else at the same moment
            if reader.state == "left":
                return reader
            after = replace(reader, left_at=now)  # a pause's day stays, to come back to
            try:
                left = self.steps.take(reader, after, "leave", now, how, source)
            except ConsentError:
                reader = self.by_number(reader.id)
            else:
                self.store.close_requests(reader.id)
                # One click comes from a mail program: it wants no answer.
                asked = how == "form" and reader.confirmed_at is not None
                if asked and self.settings.says_goodbye:
                    self.letters.goodbye(reader, now)
                return left
        raise ConsentError(message("this did not work; please press the button once more"))

    def _tell(self, before: Subscriber, after: Subscriber, now: datetime) -> None:
        if before != after:
            self.letters.changed(after, now)

    def undo_leave(self, reader: Subscriber, now: datetime) -> Subscriber:
        """Take an unsubscription back within a week, with everything as it was: also a pause.

        Raises:
            ConsentError: it was longer ago, or the address was never confirmed.
        """
        if reader.state == "left" and not may_undo(reader.left_at, now):
            raise ConsentError(message("the week is over; subscribe again to get mails"))
        if reader.confirmed_at is None:
            raise ConsentError(
                message("this address was never confirmed; subscribe again to get mails")
            )
        with self.store.together():
            back = self.steps.take(reader, replace(reader, left_at=None), "undo", now, "form")
            self.store.close_requests(reader.id)  # what others asked for meanwhile is settled
            if reader.state == "left" and self._left_a_pause(reader.id):
                return self.steps.take(back, back, "pause", now, "form")
        return back

    def _left_a_pause(self, reader: int) -> bool:
        """Return whether a reader was paused when they left."""
        left = [each for each in self.store.consents(reader) if each.action == "leave"]
        # Leaving twice is one leaving: what counts is the step out of another state.
        steps = [each.before for each in left if each.before != "left"]
        return bool(steps) and steps[-1] == "paused"

    def send_link(self, email: str, now: datetime) -> None:
        """Mail a fresh preferences link, if that address is subscribed. Says nothing either way."""
        address = parse_address(email)
        reader = self.store.by_key(address.key)
        running = reader is not None and reader.state in ("active", "paused")
        if reader and running:
            if address.email == reader.email:
                self.letters.preferences("link", reader, now)
            else:
                self.letters.other_form(reader, address, now)
        else:  # it counts all the same, or the form would tell who is subscribed by its refusals
            self.limits.may_post(mailbox_key(address.email))

    def erase(self, reader: Subscriber, now: datetime, *, how: str, source: Source) -> None:
        """Delete everything about a reader except the evidence, which holds no address.

        Raises:
            ChangedMeanwhile: what allowed it may not be so any more.
        """
        consent = self.steps.evidence(reader, reader.email_key, "erase", now, how, source)
        if not self.store.erase(reader, consent):
            raise ChangedMeanwhile
