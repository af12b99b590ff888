"""Settings → the parts that send mail; a part of the composition root, beside `application.py`."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from digest.app.relay_login import access_tokens
from digest.composing.compose import Renderers
from digest.composing.letter_notice import letter_notice
from digest.delivery import in_memory_store
from digest.delivery.crash_board import DeadSenders, LivingSender
from digest.delivery.dkim import KeyRing, load_key
from digest.delivery.engine import DeliveryEngine, secret_for
from digest.delivery.epoch import Epoch
from digest.delivery.freezing import FragmentStore, Freezer
from digest.delivery.headers import ascii_domain
from digest.delivery.interface import ReadyMail, Transport
from digest.delivery.letter_queue import letter_mail, unpacked
from digest.delivery.letterhead import (
    fresh_message_id,
    letterhead_of,
    return_path_of,
    sender_domain,
)
from digest.delivery.mailbox import MailboxTransport, check_folder
from digest.delivery.message import Recipe, SenderHeaders
from digest.delivery.pace import Pace, PaceLimits
from digest.delivery.pace_lock import PaceLock
from digest.delivery.prerequisites import check_sending
from digest.delivery.sender import Sender
from digest.delivery.sender_needs import Journal, Lease
from digest.delivery.single_mail import single_mail
from digest.delivery.smtp import SmtpTransport
from digest.delivery.smtp_session import Relay
from digest.delivery.stored_relay_health import RelayMemory, WatchedJournal
from digest.mail import Fragment, Issue
from digest.ranking import models
from digest.ranking.semantics import Semantics, VectorCache
from digest.settings import PaceSettings, Settings, secret_of
from digest.storage.deliveries import DeliveryStore
from digest.storage.letters import Waiting
from digest.storage.recipes import RecipeStore
from digest.storage.single_values import FactStore
from subscribers.addresses import parse_address


def build_keys(settings: Settings) -> KeyRing:
    """Return the DKIM keys that sign. Raises DeliveryError when one cannot be used."""
    of = settings.delivery.dkim
    if not of.domain or of.key_file is None:
        return KeyRing()
    keys = [load_key(of.key_file, domain=of.domain, selector=of.selector)]
    if of.ed25519_key_file is not None:
        second = load_key(of.ed25519_key_file, domain=of.domain, selector=of.ed25519_selector)
        keys.append(second)
    return KeyRing(keys, of.key_file.parent)


def build_transport(settings: Settings, data: Path, clock: Callable[[], datetime]) -> Transport:
    """Return the way out. Raises SettingsError or DeliveryError when it is not set up."""
    if settings.delivery.transport == "mailbox":
        check_folder(data / "mailbox")
        return MailboxTransport(data / "mailbox")
    check_sending(settings, data)
    of = settings.delivery.smtp
    relay = relay_of(settings, data, clock)
    return SmtpTransport(relay, of.connections, of.pipeline, of.recycle_after)


def relay_of(settings: Settings, data: Path, clock: Callable[[], datetime]) -> Relay:
    """Return the relay of the settings. Raises SettingsError."""
    of = settings.delivery.smtp
    password = secret_of(of.password, of.password_file, name="delivery.smtp.password_file")
    return Relay(
        tokens=access_tokens(settings, data, clock),
        host=of.host,
        port=of.port,
        security=of.security,
        username=of.username,
        password=password or "",
        hello=sender_domain(settings),
        timeout=of.timeout_seconds,
        ca_file=of.ca_file,
    )


def load_semantics(
    wanted: Literal["auto", "on", "off"], store: VectorCache, named: str
) -> Semantics | None:
    """Return a sentence model: auto, when it is here; on, or ModelError; off, never."""
    model = models.open_model(models.models_folder(os.environ), wanted, named)
    if isinstance(model, models.Absent):
        return None
    return Semantics(model, store, model.usage)


@dataclass(frozen=True, slots=True)
class SendingParts:
    """What it takes to open engines; one per process."""

    settings: Settings
    data: Path
    clock: Callable[[], datetime]
    key: str  # the operator's secret

    @property
    def owners(self) -> Path:
        """Where living senders show that they live."""
        return self.data / "owners"

    def dead_senders(self, *, alone: bool) -> DeadSenders:
        """Return who knows which senders are dead; alone: all of them were this machine's."""
        return DeadSenders(self.owners, alone=alone)

    def relay_memory(self, deliveries: DeliveryStore, facts: FactStore) -> RelayMemory | None:
        """Return what is remembered of the relay; None when mails go to a local mailbox."""
        if self.settings.delivery.transport != "smtp":
            return None
        return RelayMemory(facts, deliveries, self.clock, random.Random())  # noqa: S311 (jitter)

    def engine(
        self, deliveries: DeliveryStore, recipes: RecipeStore, facts: FactStore, epoch: Epoch
    ) -> DeliveryEngine:
        """Open an engine for issues; close it when done.

        Raises OlderStore when the store may not know all that was sent, DeliveryError when mails
        cannot leave, or when another process keeps the limits of `delivery.pace`.
        """
        epoch.check()
        transport = build_transport(self.settings, self.data, self.clock)
        keys = build_keys(self.settings)
        letterhead = letterhead_of(self.settings, keys)
        secret = secret_for("mail", self.key)
        lease = Lease(timedelta(seconds=self.settings.delivery.lease_seconds), deliveries.renew)
        limited = self.settings.delivery.pace != PaceSettings()
        lock = PaceLock(self.data / "pace.lock") if limited else None
        owner = LivingSender(self.owners)
        memory = self.relay_memory(deliveries, facts)
        journal = epoch.noting(WatchedJournal(deliveries, memory) if memory else deliveries)
        return DeliveryEngine(
            owner,
            Freezer(recipes, letterhead, keys, secret),
            self._sender(journal, owner, transport, lease),
            recipes,
            return_path=return_path_of(self.settings),
            verp_secret=secret if self.settings.delivery.verp else None,
            memory=memory,
            lock=lock,
        )

    def freezer(self, recipes: FragmentStore) -> Freezer:
        """Return what gives the bytes of a frozen issue back."""
        keys = build_keys(self.settings)
        letterhead = letterhead_of(self.settings, keys)
        return Freezer(recipes, letterhead, keys, secret_for("mail", self.key))

    def rehearsal(self, issue: Issue, now: datetime) -> tuple[Freezer, Recipe]:
        """Return an issue's recipe and what makes its bytes, keeping nothing of it."""
        freezer = self.freezer(in_memory_store.MemoryFragments())
        (frozen,) = freezer.freeze([issue], now)
        return freezer, frozen.made

    def send_letters(
        self,
        journal: Journal,
        renderers: Renderers,
        letters: Iterable[Waiting],
        epoch: Epoch,
        memory: RelayMemory | None = None,
    ) -> str | None:
        """Send letters of the front desk; return why when the way out is blocked.

        Raises OlderStore when the store may not know all that was sent.
        """
        epoch.check()
        sender_headers = self._letters_headers()
        owner = LivingSender(self.owners)
        transport = build_transport(self.settings, self.data, self.clock)
        try:
            mails = [self._letter(waiting, renderers, sender_headers) for waiting in letters]
            sender = self._sender(epoch.noting(journal), owner, transport)
            if memory is not None:
                return memory.send_letters(sender, mails)
            return sender.send(mails).trouble
        finally:
            owner.close()

    def send_test(self, make: Callable[[str, str], bytes], address: str) -> str | None:
        """Send what `make` returns for an address of the operator's and a Message-ID.

        Returns why it did not leave. Raises AddressError when there is no such address.
        """
        tester = parse_address(address)
        owner = LivingSender(self.owners)
        journal = in_memory_store.SingleMailJournal()
        message_id = self.message_id()
        raw = make(tester.email, message_id)
        mail = ReadyMail(
            delivery=1,
            generation=0,
            attempts=0,
            sender=return_path_of(self.settings),
            recipient=ascii_domain(tester.email),
            message_id=message_id,
            build=lambda: (raw,),
        )
        try:
            transport = build_transport(self.settings, self.data, self.clock)
            trouble = self._sender(journal, owner, transport).send([mail]).trouble
            return trouble or journal.refusal
        finally:
            owner.close()

    def plain_mail(self, address: str, subject: str, text: str, message_id: str) -> bytes:
        """Return a mail of plain text, signed as letters are."""
        sent_at = int(self.clock().timestamp())
        headers = self._letters_headers()
        words = Fragment("", text)
        return b"".join(
            single_mail(
                headers,
                words,
                to_address=address,
                subject=subject,
                message_id=message_id,
                sent_at=sent_at,
            )
        )

    def _letters_headers(self) -> SenderHeaders:
        """Return what letters say of their sender; not those of a list."""
        keys = build_keys(self.settings)
        letterhead = letterhead_of(self.settings, keys, lists=False)
        found = [keys.find(s, letterhead.dkim_domain) for s in letterhead.selectors]
        return SenderHeaders(letterhead, found)

    def message_id(self) -> str:
        """Return a Message-ID for a letter."""
        return fresh_message_id(self.settings)

    def _letter(
        self, waiting: Waiting, renderers: Renderers, sender_headers: SenderHeaders
    ) -> ReadyMail:
        letter = unpacked(waiting.fields)
        notice = letter_notice(renderers, letter)
        return letter_mail(
            waiting,
            letter,
            notice.subject,
            Fragment(notice.html, notice.text),
            sender_headers,
            return_path_of(self.settings),
        )

    def _sender(
        self,
        journal: Journal,
        owner: LivingSender,
        transport: Transport,
        lease: Lease | None = None,
    ) -> Sender:
        of = self.settings.delivery.pace
        rng = random.Random()  # noqa: S311  (jitter, no secret)
        limits = PaceLimits(of.per_second, of.per_domain_per_second, of.per_domain_connections)
        return Sender(
            journal,
            owner,
            transport,
            clock=self.clock,
            rng=rng,
            pace=Pace(limits, rng=rng),
            lease=lease,
        )
