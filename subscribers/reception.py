"""Who comes to the desk: by number, by address, by a link of ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from subscribers.addresses import parse_address
from subscribers.errors import TokenError, UnknownReader
from subscribers.messages import message
from subscribers.store import Subscriber, SubscriberStore
from subscribers.tokens import PREFERENCES_WITHIN, TokenFields, Tokens, check_age


@dataclass(frozen=True, slots=True)
class DeskVisit:
    """Who came by a mail's link, and from which mail."""

    reader: Subscriber
    edition: int  # 0: from a letter or a page
    claim: TokenFields


@dataclass(slots=True)
class Reception:
    """Finds readers, and reads what their links say."""

    store: SubscriberStore
    tokens: Tokens

    def reader_of(self, claim: TokenFields) -> Subscriber:
        """Return whom a token names by its first number.

        Raises:
            UnknownReader: they are gone; whoever has their number now came later.
        """
        numbers = claim.numbers()
        reader = self.by_number(numbers[0] if numbers else 0)
        if reader.created_at and claim.issued_at < reader.created_at.replace(microsecond=0):
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

    def visit(self, token: str, now: datetime, *, strict: bool = True) -> DeskVisit:
        """Return who came by a mail's link.

        Args:
            token: of the mail.
            now: UTC.
            strict: refuse links that are old or were cut off; False for unsubscribing, which a
                mail of any age must be able to do.

        Raises:
            TokenError, UnknownReader.
        """
        claim = self.tokens.read("mail", token, now)
        numbers = claim.numbers()
        if len(numbers) != 2:
            raise TokenError(message("this link is incomplete; copy the whole of it from the mail"))
        reader = self.reader_of(claim)
        if strict:
            check_age(claim, PREFERENCES_WITHIN, now)
            check_not_cut_off(reader, claim)
        return DeskVisit(reader, numbers[1], claim)


def check_not_cut_off(reader: Subscriber, claim: TokenFields) -> None:
    """Refuse links from before the reader's mails moved or they stopped a stranger.

    Raises:
        TokenError.
    """
    if reader.links_valid_from and claim.issued_at < reader.links_valid_from:
        raise TokenError(message("this link is no longer good: newer ones have taken its place"))
