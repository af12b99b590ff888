"""Who a reader is: by number, by address, by a link of ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from subscribers.addresses import parse_address
from subscribers.errors import TokenError, UnknownReader
from subscribers.link_rules import RULES, Act, check, is_cut_off
from subscribers.messages import message
from subscribers.store import Subscriber, SubscriberStore
from subscribers.tokens import TokenFields, Tokens


@dataclass(frozen=True, slots=True)
class DeskVisit:
    """Who came by a link, and from which mail."""

    reader: Subscriber
    edition: int  # 0: from a letter or a page
    fields: TokenFields
    is_cut_off: bool  # an older link, which may end mails: it is shown nothing of the reader


@dataclass(slots=True)
class ReaderLookup:
    """Finds readers, and reads what their links say."""

    store: SubscriberStore
    tokens: Tokens

    def visit(self, act: Act, token: str, now: datetime) -> DeskVisit:
        """Return who came by a link to do something, if the link allows it.

        Args:
            act: what for; its rule stands in `subscribers.link_rules`.
            token: of the link.
            now: UTC.

        Raises:
            TokenError, ConsentError, UnknownReader.
        """
        purpose = RULES[act].purpose
        fields = self.tokens.read(purpose, token, now)
        numbers = fields.numbers()
        if purpose == "mail" and len(numbers) != 2:
            raise TokenError(message("this link is incomplete; copy the whole of it from the mail"))
        reader = self.named_by(fields)
        check(act, reader, fields, now)
        edition = numbers[1] if purpose == "mail" else 0
        return DeskVisit(reader, edition, fields, is_cut_off(reader, fields))

    def named_by(self, fields: TokenFields) -> Subscriber:
        """Return whom a token names by its first number.

        Raises:
            UnknownReader: they are gone; whoever has their number now came later.
        """
        numbers = fields.numbers()
        reader = self.by_number(numbers[0] if numbers else 0)
        if reader.created_at and fields.issued_at < reader.created_at.replace(microsecond=0):
            raise UnknownReader(message("there is no such subscription any more"))
        return reader

    def by_number(self, subscriber: int) -> Subscriber:
        """Return a reader.

        Raises:
            UnknownReader: they are gone.
        """
        reader = self.store.by_id(subscriber)
        if reader is None:
            raise UnknownReader(message("there is no such subscription any more"))
        return reader

    def by_email(self, email: str) -> Subscriber:
        """Return a reader by their address, as the operator types it.

        Raises:
            AddressError, UnknownReader.
        """
        reader = self.store.by_key(parse_address(email).key)
        if reader is None:
            raise UnknownReader(message("nobody is subscribed as {address}", address=email.strip()))
        return reader
