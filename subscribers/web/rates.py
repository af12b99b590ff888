"""How often: per client and per mailbox.

Moving windows in memory by `limits` (https://limits.readthedocs.io): one process serves the
pages. A limit is written as there: '10/hour', '5/minute;40/day'. Nothing is counted for all clients
together: such a counter is one that a few hundred junk requests use up for everybody.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from subscribers.web.clients import Client

# One home or server has a /64; a /48 is a company, or one customer with 65,536 of them.
_WIDER = 8  # times the allowance of one


@dataclass(frozen=True, slots=True)
class RateSettings:
    """The limits."""

    forms_per_client: str = "10/minute;60/hour"  # anything that may send a letter
    letters_per_mailbox: str = "5/hour;10/day"  # that anybody can ask for
    own_letters_per_mailbox: str = "5/hour;10/day"  # that a reader asked for by their own link
    notices_per_mailbox: str = "1/day"  # that preferences were changed
    previews_per_client: str = "40/minute;600/hour"
    acts_per_client: str = "120/minute"  # pages behind a link
    lookups_per_client: str = "30/minute;300/hour"  # searches, files, "why not this paper?"
    uploads_per_client: str = "6/hour;20/day"  # likewise of one reader
    polls_per_feed: str = "60/hour"


class Rates:
    """Counts, and says how long to wait until one more is within the limits."""

    def __init__(self, settings: RateSettings, clock: Callable[[], float] = time.time) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._clock = clock
        self._counting = threading.Lock()
        self._forms = parse_many(settings.forms_per_client)
        self._letters = parse_many(settings.letters_per_mailbox)
        self._own_letters = parse_many(settings.own_letters_per_mailbox)
        self._notices = parse_many(settings.notices_per_mailbox)
        self._previews = parse_many(settings.previews_per_client)
        self._acts = parse_many(settings.acts_per_client)
        self._lookups = parse_many(settings.lookups_per_client)
        self._uploads = parse_many(settings.uploads_per_client)
        self._polls = parse_many(settings.polls_per_feed)

    def form(self, client: Client) -> int:
        """Count one more form that may send a letter; return seconds to wait, 0 to go on."""
        return self._client(self._forms, "form", client)

    def preview(self, client: Client) -> int:
        """Count one more preview; return seconds to wait, 0 to go on."""
        return self._client(self._previews, "preview", client)

    def act(self, client: Client) -> int:
        """Count one more press of a button behind a link; return seconds to wait, 0 to go on."""
        return self._client(self._acts, "act", client)

    def lookup(self, client: Client) -> int:
        """Count one more search, file or explanation; return seconds to wait, 0 to go on."""
        return self._client(self._lookups, "lookup", client)

    def upload(self, client: Client, reader: int) -> int:
        """Count one more upload; return seconds to wait, 0 to go on."""
        theirs = self._take([(item, ("reader's upload", str(reader))) for item in self._uploads])
        return theirs or self._client(self._uploads, "upload", client)

    def poll(self, token: str) -> int:
        """Count one more look at a feed; return seconds to wait, 0 to go on.

        By feed: a service asks for the feeds of many readers from few addresses.
        """
        return self._take([(item, ("poll", _hashed(token))) for item in self._polls])

    def letter(self, mailbox: str) -> bool:
        """Return whether one more letter that anybody can ask for is within the limits."""
        return not self._take([(item, ("letter", _hashed(mailbox))) for item in self._letters])

    def own_letter(self, mailbox: str) -> bool:
        """Return whether one more letter that a reader asked for is within the limits."""
        return not self._take([(item, ("own", _hashed(mailbox))) for item in self._own_letters])

    def notice(self, mailbox: str) -> bool:
        """Return whether one more letter that tells of a change is within the limits."""
        return not self._take([(item, ("notice", _hashed(mailbox))) for item in self._notices])

    def _client(self, items: list[RateLimitItem], what: str, client: Client) -> int:
        counted = [(item, (what, client.key)) for item in items]
        if client.network:
            counted += [(_wider(item), (what, client.network)) for item in items]
        return self._take(counted)

    def _take(self, counted: list[tuple[RateLimitItem, tuple[str, str]]]) -> int:
        # Only what passes every window counts, so that pressing on does not prolong the wait.
        with self._counting:  # two at the same moment do not both find the last place free
            full = [each for each in counted if not self._limiter.test(each[0], *each[1])]
            if full:
                free = max(
                    self._limiter.get_window_stats(i, *names).reset_time for i, names in full
                )
                return max(1, math.ceil(free - self._clock()))
            for item, names in counted:
                self._limiter.hit(item, *names)
        return 0


def _wider(item: RateLimitItem) -> RateLimitItem:
    return type(item)(item.amount * _WIDER, item.multiples, item.namespace)


def _hashed(mailbox: str) -> str:
    """Return what stands for an address in memory, where it need not lie itself."""
    return sha256(mailbox.encode()).hexdigest()[:32]
