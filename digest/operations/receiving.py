"""Mail that comes back: what it says, whose it is, and what it does to them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from email.message import Message
from pathlib import Path

import structlog

from digest.app.application import App
from digest.delivery import verp
from digest.delivery.engine import secret_for
from digest.delivery.letterhead import return_path_of, sender_domain
from digest.errors import DigestError, DumpError, counted
from digest.inbound.classify import classify
from digest.inbound.consequences import (
    Action,
    Decision,
    SentMail,
    consequence_of,
    remembered_since,
)
from digest.inbound.message_parts import parse_mail
from digest.inbound.report import Cause, Kind, ReportedRecipient
from digest.inbound.writer import stop_token
from digest.operations.failed_messages import forget_failed, keep_failed
from digest.operations.operator_mail import SILENCE, mail_operator_once_a_day
from digest.sources.mailbox import mark_read, unread_mails
from digest.storage.returned_mails import ReturnedMail
from digest.storage.suppression import BOUNCE, COMPLAINT
from subscribers.errors import FrontDeskError

log = structlog.get_logger("digest")

_LOOKED_AT = 1_000_000  # characters in which a return path of ours is looked for
_LATE = timedelta(days=30)  # a report by Message-ID that comes later is nobody's
_CAME_BACK = timedelta(days=2)  # a mail that has not by then has arrived


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was done with one address of one message."""

    recipient: ReportedRecipient
    reader: str  # whose mail it was about; empty: nobody's
    decision: Decision
    known: bool = False  # handled before

    def to_json(self) -> dict[str, object]:
        """Return it as `--json` prints it."""
        said = self.recipient
        return {
            "address": said.address,
            "kind": said.kind.value,
            "reason": said.reason.value,
            "status": said.status,
            "said": said.said,
            "reader": self.reader,
            "action": self.decision.action.value,
            "why": self.decision.why,
            "handled_before": self.known,
        }


def receive(app: App, raw: bytes, *, dry: bool = False) -> list[Receipt]:
    """Handle one message, once whatever happens meanwhile; `dry` only tells what it would do."""
    now = app.clock()
    digest = hashlib.sha256(raw).hexdigest()
    message = parse_mail(raw)
    stopped = _stopped(app, message, f"{digest}:stop", now, dry=dry)
    if stopped is not None:
        return [stopped]
    sent = _mail_it_is_about(app, raw, now)
    recipients = _about_one_reader(list(classify(message).recipients), sent)
    return [
        _handled(app, said, sent, f"{digest}:{number}", now, dry=dry)
        for number, said in enumerate(recipients)
    ]


@dataclass(frozen=True, slots=True)
class FailedMessage:
    """A message that could not be handled."""

    file: Path  # which has its bytes
    error: str  # the name of the exception


def receive_or_keep(app: App, raw: bytes) -> list[Receipt] | FailedMessage:
    """Handle one message; keep what cannot be handled (`failed_messages`), and say where.

    What is no fault of the message, such as a full disk, is raised: it is to come again. Raises
    StoreError and OSError.
    """
    try:
        receipts = receive(app, raw)
    except (DigestError, OSError):
        raise
    except Exception as error:  # whatever a message brings about, the others are handled
        return FailedMessage(keep_failed(app.data, raw), type(error).__name__)
    forget_failed(app.data, raw)
    return receipts


@dataclass(slots=True)
class MailboxVisit:
    """What became of a mailbox's unread mails."""

    read: int = 0
    suppressed: int = 0  # mails that suppressed a reader
    failed: int = 0  # kept in DIR/failed


def receive_mailbox(app: App, path: Path) -> MailboxVisit:
    """Handle the unread mails of a Maildir or mbox file.

    What a person wrote, or failed, is left for a person, flagged. Raises DumpError and StoreError.
    """
    read: set[str] = set()
    flagged: set[str] = set()
    visit = MailboxVisit()
    for key, raw in unread_mails(path):
        outcome = receive_or_keep(app, raw)
        read.add(key)
        visit.read += 1
        if isinstance(outcome, FailedMessage):
            visit.failed += 1
            flagged.add(key)
            continue
        new = [one for one in outcome if not one.known]
        visit.suppressed += any(one.decision.action is Action.SUPPRESS for one in new)
        if all(one.recipient.reason is Cause.MESSAGE for one in outcome):
            flagged.add(key)
    _mark_read(path, read, flagged)
    return visit


def _mark_read(path: Path, read: set[str], flagged: set[str]) -> None:
    if read:
        try:
            mark_read(path, read, flagged=flagged)
        except OSError as error:
            raise DumpError(f"the mailbox cannot be written: {error}", path=path) from None


def receive_configured(app: App) -> None:
    """Handle what lies in the mailbox of the settings; tell the operator what blames the sender."""
    path = app.settings.inbound.mailbox
    if path is None:
        return
    try:
        visit = receive_mailbox(app, path)
    except DumpError as error:
        log.warning("inbound mail", reason=str(error))
        return
    if visit.read:
        log.info("mail came back", **asdict(visit))
    _tell_of_blame(app)


def _stopped(app: App, message: Message, key: str, now: datetime, *, dry: bool) -> Receipt | None:
    """Unsubscribe whose mail program wrote to the `mailto:` of List-Unsubscribe (RFC 2369, 3.2).

    The token in the subject is the mail's own, so it counts whoever sends it, as the link does.
    """
    token = stop_token(message)
    if not token:
        return None
    try:
        reader = app.desk.visit("unsubscribe", token, now).reader
    except FrontDeskError:
        return None
    said = ReportedRecipient(reader.email, Kind.NONE, Cause.STOP)
    decision = Decision(Action.UNSUBSCRIBE, "asked by mail")
    receipt = Receipt(said, reader.email, decision, app.stores.returned.is_known(key))
    if dry or receipt.known:
        return receipt
    with app.stores.readers.together():
        app.desk.leave(reader, now, how="mail")
        app.stores.returned.keep(_row(receipt, key, now, None, reader.id))
    return receipt


def _mail_it_is_about(app: App, raw: bytes, now: datetime) -> SentMail | None:
    """By our signed return path, else by a Message-ID that only the mail itself tells."""
    text = raw[:_LOOKED_AT].decode("latin-1")
    keys = [app.key, *(old.get_secret_value() for old in app.settings.web.old_secret_keys)]
    secrets = [secret_for("mail", key) for key in keys]
    numbers = verp.deliveries_in(text, return_path_of(app.settings), secrets)
    store = app.stores.returned
    number = numbers[0] if numbers else None
    if number is None:
        ours = rf"<[0-9a-f]{{32}}@{re.escape(sender_domain(app.settings))}>"
        found = re.search(ours, text)
        number = store.delivery_with(found[0], now - _LATE) if found else None
    return store.sent_mail(number) if number is not None else None


def _about_one_reader(
    said: list[ReportedRecipient], sent: SentMail | None
) -> list[ReportedRecipient]:
    """Return the one report about the mail's reader, where a message names more addresses.

    A mail of ours has one recipient: others are those to whom it was handed on.
    """
    if sent is None or len(said) < 2:
        return said
    own = [one for one in said if one.address.lower() == sent.email.lower()]
    order = [Kind.COMPLAINT, Kind.HARD, Kind.SOFT, Kind.NONE]
    return own[:1] or [max(said, key=lambda one: order.index(one.kind))]


def _handled(
    app: App, said: ReportedRecipient, sent: SentMail | None, key: str, now: datetime, *, dry: bool
) -> Receipt:
    store = app.stores.returned
    softs = []
    if sent is not None and said.kind is Kind.SOFT:
        through = store.last_without_bounce(sent.subscriber, now - _CAME_BACK)
        softs = store.soft_bounces(sent.subscriber, remembered_since(sent, through, now))
    decision = consequence_of(said, sent, softs, now)
    receipt = Receipt(said, sent.email if sent else "", decision, store.is_known(key))
    if dry or receipt.known or said.reason is Cause.MESSAGE:
        return receipt
    as_what = COMPLAINT if said.kind is Kind.COMPLAINT else BOUNCE
    delivery, subscriber = (sent.delivery, sent.subscriber) if sent else (None, None)
    store.keep(
        _row(receipt, key, now, delivery, subscriber),
        suppress_as=as_what if decision.action is Action.SUPPRESS else "",
    )
    return receipt


def _row(
    receipt: Receipt, key: str, now: datetime, delivery: int | None, subscriber: int | None
) -> ReturnedMail:
    said = receipt.recipient
    return ReturnedMail(
        key=key,
        at=now,
        delivery=delivery,
        subscriber=subscriber,
        address=said.address,
        kind=said.kind.value,
        reason=said.reason.value,
        status=said.status,
        said=said.said[:1000],
        action=receipt.decision.action.value,
        why=receipt.decision.why,
    )


def _tell_of_blame(app: App) -> None:
    """Mail the operator, once a day, what servers say against the sender."""
    blame = app.stores.returned.told_of_us(app.clock() - SILENCE)
    if not blame:
        return
    lines = "\n".join(f"- {one.address}: {one.said or one.reason}"[:300] for one in blame[:10])
    failed = mail_operator_once_a_day(
        app,
        "told-of-blame",
        f"{counted(len(blame), 'mail')} came back as spam or against a rule",
        lambda: (
            "These servers blame the sender, not the reader; nobody was taken off the list:\n\n"
            f"{lines}\n\n`digest receive --list` shows all that came back.\n"
        ),
    )
    if failed:
        log.error("the operator was not told", reason=failed)
