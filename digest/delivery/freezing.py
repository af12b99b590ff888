"""From a composed issue to a frozen recipe, and from a recipe to bytes, now or in 90 days."""

from __future__ import annotations

import hmac
import struct
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, Protocol

from digest.delivery import headers, message
from digest.delivery.dkim import KeyRing
from digest.delivery.message import Encoded, Letterhead, Recipe, SenderHeaders, assemble, encoded
from digest.errors import NotFound
from digest.mail import Fragment, Issue

DEAD_TOKEN = "only-a-test"  # noqa: S105 - of no signature
_CACHED = 32_768  # encoded fragments kept in memory: about 50 MB


class FragmentStore(Protocol):
    """Where fragments and letterheads are kept, each once."""

    def keep_fragments(self, fragments: Sequence[Fragment], edition: int) -> Sequence[int]:
        """Store them; return the numbers, in order."""

    def fragments(self, numbers: Sequence[int]) -> Mapping[int, Fragment]:
        """Return fragments by number; raises NotFound when one was pruned."""

    def keep_letterhead(self, body: str) -> int:
        """Store a letterhead's text if it is new; return its number."""

    def letterhead(self, number: int) -> str:
        """Return a letterhead's text; raises NotFound."""


class FrozenIssue(NamedTuple):
    """An issue that will not change any more, as the store keeps it."""

    message_id: str
    recipe: bytes
    papers: bytes  # packed little-endian uint32, in the mail's order
    made: Recipe  # what `recipe` says: the sender that froze it need not read it again
    turn: int | None  # 0 or 1: which form its subject has; None: it has only one


class Freezer:
    """Freezes issues and makes their bytes. One per process; not for several threads."""

    def __init__(
        self, shelf: FragmentStore, letterhead: Letterhead, keys: KeyRing, secret: bytes
    ) -> None:
        self._shelf = shelf
        self._keys = keys
        self._secret = secret
        self.letterhead = letterhead
        self._domain = headers.ascii_domain(letterhead.from_address).rpartition("@")[2]
        self._number: int | None = None  # of our letterhead, once it is stored
        # Issues of an edition share most fragments. Each edition has the store keep its own: what
        # only an older one keeps is pruned with it.
        self._numbers: dict[Fragment, int] = {}
        self._edition = 0  # whose numbers these are
        self._encoded: dict[int, Encoded] = {}
        self._sender_headers: dict[int, SenderHeaders] = {}

    def freeze(self, issues: Sequence[Issue], now: datetime) -> list[FrozenIssue]:
        """Turn composed issues of one edition into recipes. now: aware, in the sender's zone.

        The Message-ID depends on (edition, subscriber) alone, so an issue that a killed
        process had composed before gets the same one.
        """
        if not issues:
            return []
        if self._number is None:
            self._number = self._shelf.keep_letterhead(self.letterhead.to_json())
        if issues[0].edition != self._edition:
            self._numbers.clear()
            self._edition = issues[0].edition
        try:
            return [self._frozen(issue, self._number, now) for issue in issues]
        except KeyError:  # a fragment that is new to this process
            self._learn(issues)
            return [self._frozen(issue, self._number, now) for issue in issues]

    def bytes_of(self, recipe: Recipe) -> bytes:
        """Return the mail's exact bytes. Raises NotFound when its parts or key are gone."""
        return b"".join(self.parts_of(recipe))

    def parts_of(self, recipe: Recipe) -> tuple[bytes, bytes]:
        """Return the mail's headers and its body; raises as `bytes_of` does."""
        encodings = self._encoded
        try:
            fragments = [encodings[number] for number in recipe.fragments]
        except KeyError:
            fragments = self._fetch(recipe.fragments)
        return message.parts(recipe, fragments, self._sender_headers_of(recipe.letterhead))

    def preview(self, recipe: Recipe) -> tuple[bytes, str | None]:
        """Return the bytes, and why they are unsigned when their DKIM key is gone."""
        try:
            return self.bytes_of(recipe), None
        except NotFound as reason:
            letterhead = self._read_letterhead(recipe.letterhead)
            if not letterhead.selectors:
                raise
            bare = SenderHeaders(letterhead)
            return assemble(recipe, self._fetch(recipe.fragments), bare), f"unsigned: {reason}"

    def test_mail(self, recipe: Recipe, address: str, message_id: str) -> bytes:
        """Return a mail's bytes for a tester; raises as `preview` does. See `as_test`."""
        return self.preview(as_test(recipe, address, message_id))[0]

    def as_of_today(self, recipe: Recipe, address: str | None) -> Recipe:
        """Return a recipe that waited: for where its reader has moved, signed by a key at hand.

        address: the reader's of today; None: as it was.
        """
        if address and address != recipe.to_address:
            before = recipe.to_address
            fills = {n: address if text == before else text for n, text in recipe.fills.items()}
            recipe = recipe._replace(to_address=address, fills=fills)
        try:
            self._sender_headers_of(recipe.letterhead)
        except NotFound:
            if self._number is None:
                self._number = self._shelf.keep_letterhead(self.letterhead.to_json())
            recipe = recipe._replace(letterhead=self._number)
        return recipe

    def _frozen(self, issue: Issue, letterhead: int, now: datetime) -> FrozenIssue:
        sent_at, offset = _moment(issue.composed_at or now, now.utcoffset())
        own = hmac.digest(self._secret, b"%d:%d" % (issue.edition, issue.subscriber), "sha256")
        message_id = f"<{own.hex()[:32]}@{self._domain}>"
        numbers = self._numbers
        links = (issue.unsubscribe_url, issue.unsubscribe_mailto)
        recipe = Recipe(
            letterhead=letterhead,
            fragments=tuple([numbers[part] for part in issue.fragments]),
            fills=issue.fills,
            to_address=issue.to_address,
            to_name=issue.to_name,
            subject=issue.subject,
            message_id=message_id,
            sent_at=sent_at,
            offset=offset,
            html=issue.html,
            unsubscribe=tuple(filter(None, links)),
            scores=issue.scores,
        )
        return FrozenIssue(
            message_id,
            recipe.pack(),
            struct.pack(f"<{len(issue.papers)}I", *issue.papers),
            recipe,
            issue.turn,
        )

    def _learn(self, issues: Sequence[Issue]) -> None:
        """Store and encode the fragments that are new to this process."""
        known = self._numbers
        every = dict.fromkeys(fragment for issue in issues for fragment in issue.fragments)
        fresh = [fragment for fragment in every if fragment not in known]
        if len(known) + len(fresh) > _CACHED:
            known.clear()
            self._encoded.clear()
            fresh = list(every)
        numbers = self._shelf.keep_fragments(fresh, issues[0].edition)
        for fragment, number in zip(fresh, numbers, strict=True):
            known[fragment] = number
            if number not in self._encoded:
                self._encoded[number] = encoded(fragment)

    def _fetch(self, numbers: Sequence[int]) -> list[Encoded]:
        missing = [number for number in numbers if number not in self._encoded]
        if len(self._encoded) + len(missing) > _CACHED:
            self._encoded.clear()
            missing = list(numbers)
        for number, fragment in self._shelf.fragments(missing).items():
            self._encoded[number] = encoded(fragment)
        return [self._encoded[number] for number in numbers]

    def _sender_headers_of(self, number: int) -> SenderHeaders:
        ready = self._sender_headers.get(number)
        if ready is None:
            letterhead = self._read_letterhead(number)
            keys = [self._keys.find(s, letterhead.dkim_domain) for s in letterhead.selectors]
            ready = self._sender_headers[number] = SenderHeaders(letterhead, keys)
        return ready

    def _read_letterhead(self, number: int) -> Letterhead:
        if number == self._number:
            return self.letterhead
        return Letterhead.from_json(self._shelf.letterhead(number))


def as_test(recipe: Recipe, address: str, message_id: str) -> Recipe:
    """Return a reader's issue for a tester, who can do nothing in the reader's name.

    It goes to the tester, its subject says that it is a test, and in its links stands a token
    that no page accepts: mail programs follow List-Unsubscribe with one click.
    """
    token = recipe.fills.get("token", "")

    def without(text: str) -> str:
        return text.replace(token, DEAD_TOKEN) if token else text

    fills = {name: without(value) for name, value in recipe.fills.items()}
    return recipe._replace(
        fills=fills | {"token": DEAD_TOKEN, "address": address},
        to_address=address,
        to_name="",
        subject=f"[Test] {recipe.subject}",
        message_id=message_id,
        unsubscribe=tuple(map(without, recipe.unsubscribe)),
    )


# A shard is composed at one moment. By the offset: moments of two zones are equal, and hash alike.
@lru_cache(maxsize=64)
def _moment(when: datetime, zone: timedelta | None) -> tuple[int, int]:
    """Return seconds since 1970, and the minutes that the sender's zone is ahead of UTC."""
    return int(when.timestamp()), int(zone.total_seconds() // 60) if zone else 0
