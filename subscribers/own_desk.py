"""A reader's own desk: keywords that they muted and can have back, and the key of their feeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from subscribers.errors import ConsentError, ProfileError, TokenError
from subscribers.messages import message
from subscribers.preferences import preferences_of
from subscribers.profile import Profile, parse, parse_stored, to_text
from subscribers.reader_lookup import DeskVisit
from subscribers.service import FrontDesk
from subscribers.store import Subscriber


@dataclass(frozen=True, slots=True)
class MutedItem:
    """A keyword that a reader muted."""

    number: int
    keywords: str  # a profile text that holds it alone
    at: datetime  # UTC


@dataclass(frozen=True, slots=True)
class FeedKey:
    """What a reader's feeds are signed with beside their number; another one ends this."""

    number: int
    made_at: datetime  # UTC, whole seconds


class OwnDeskStore(Protocol):
    """Where both are kept."""

    def note_muted(self, subscriber: int, keywords: str, at: datetime) -> None:
        """Keep what a reader muted."""

    def muted(self, subscriber: int) -> Sequence[MutedItem]:
        """Return what a reader muted, the newest first."""

    def forget_muted(self, subscriber: int, number: int) -> bool:
        """Forget one of them; False: it is not there."""

    def feed_key(self, subscriber: int) -> FeedKey | None:
        """Return the key of a reader's feeds, if they have one."""

    def make_feed_key(self, subscriber: int, now: datetime) -> FeedKey:
        """Give a reader's feeds a new key; an earlier one ends."""

    def drop_feed_key(self, subscriber: int) -> bool:
        """End the key of a reader's feeds; False: there was none."""


def mute(
    desk: FrontDesk, own: OwnDeskStore, reader: Subscriber, index: int, shown: str, now: datetime
) -> None:
    """Take a keyword out of a reader's list, and keep it for them to have back.

    Raises:
        ConsentError: see `FrontDesk.mute`.
    """
    wanted = parse_stored(reader.keywords).wanted
    with desk.store.together():
        desk.mute(reader, index, shown, now)  # refuses an index beyond the list
        own.note_muted(reader.id, to_text(Profile((wanted[index],))), now)


def unmute(
    desk: FrontDesk, own: OwnDeskStore, reader: Subscriber, number: int, now: datetime
) -> None:
    """Put a muted keyword back, at the end of the list.

    Raises:
        ConsentError: it is not there any more, or the list has no room for it.
    """
    found = next((each for each in own.muted(reader.id) if each.number == number), None)
    if found is None:
        raise ConsentError(message("this keyword was put back already"))
    keywords = _with(reader.keywords, found.keywords)
    with desk.store.together():
        own.forget_muted(reader.id, number)
        if keywords != reader.keywords:
            desk.change(reader, replace(preferences_of(reader), keywords=keywords), now)


def new_feed_key(desk: FrontDesk, own: OwnDeskStore, reader: Subscriber, now: datetime) -> FeedKey:
    """Give a reader's feeds a new key, which ends an earlier one, and tell the reader.

    It outlives the link by which it was asked for, and that may be in other hands.
    """
    key = own.make_feed_key(reader.id, now)
    desk.letters.changed(reader, now)
    return key


def feed_token(desk: FrontDesk, reader: int, key: FeedKey) -> str:
    """Return the token in the address of a reader's feeds."""
    return desk.tokens.sign("feed", reader, key.number, now=key.made_at)


def feed_visit(desk: FrontDesk, own: OwnDeskStore, token: str, now: datetime) -> DeskVisit:
    """Return whose feeds a token opens.

    Raises:
        TokenError: the key was ended, or another has taken its place.
        ConsentError, UnknownReader.
    """
    visit = desk.visit("feed", token, now)
    key = own.feed_key(visit.reader.id)
    if key is None or visit.fields.numbers()[1:] != (key.number,):
        raise TokenError(message("this feed was switched off; make a new one on your feed page"))
    return visit


def _with(keywords: str, item: str) -> str:
    """Return a profile text with one more item, which it may hold already."""
    back = parse_stored(item).wanted
    known = {(each.text.casefold(), each.scope) for each in parse_stored(keywords).wanted}
    if all((each.text.casefold(), each.scope) in known for each in back):
        return keywords
    longer = f"{keywords.rstrip()}\n{item}"
    try:
        parse(longer)
    except ProfileError:
        # A condition for the whole mail, or a group's name on a line of its own, reads on.
        raise ConsentError(
            message(
                "“{item}” does not fit at the end of your keywords: type it in yourself", item=item
            )
        ) from None
    return longer
