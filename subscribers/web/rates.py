"""How often: per client, per address, and in all.

Moving windows in memory by `limits` (https://limits.readthedocs.io): one process serves the
pages. A limit is written as there: '10/hour', '5/minute;40/day'.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


@dataclass(frozen=True, slots=True)
class RateSettings:
    """The limits."""

    forms_per_client: str = "10/minute;60/hour"  # anything that may send a letter
    forms_in_all: str = "600/hour"
    letters_per_address: str = "5/hour;10/day"
    notices_per_address: str = "1/day"  # that preferences were changed
    previews_per_client: str = "40/minute;600/hour"
    previews_in_all: str = "1200/minute"
    acts_per_client: str = "120/minute"  # pages behind a link


class Rates:
    """Counts and says whether one more is within the limits."""

    def __init__(self, settings: RateSettings) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._forms = parse_many(settings.forms_per_client)
        self._all_forms = parse_many(settings.forms_in_all)
        self._letters = parse_many(settings.letters_per_address)
        self._notices = parse_many(settings.notices_per_address)
        self._previews = parse_many(settings.previews_per_client)
        self._all_previews = parse_many(settings.previews_in_all)
        self._acts = parse_many(settings.acts_per_client)

    def form(self, client_key: str) -> bool:
        """One more form that may send a letter."""
        return self._take(self._forms, "form", client_key) and self._take(self._all_forms, "forms")

    def preview(self, client_key: str) -> bool:
        """One more preview."""
        mine = self._take(self._previews, "preview", client_key)
        return mine and self._take(self._all_previews, "previews")

    def act(self, client_key: str) -> bool:
        """One more press of a button behind a link."""
        return self._take(self._acts, "act", client_key)

    def letter(self, email_key: str) -> bool:
        """One more letter that somebody asked for, to an address."""
        return self._take(self._letters, "letter", _hashed(email_key))

    def notice(self, email_key: str) -> bool:
        """One more letter that tells of a change, to an address."""
        return self._take(self._notices, "notice", _hashed(email_key))

    def _take(self, items: list[RateLimitItem], *names: str) -> bool:
        # Only what passes every window counts, so that pressing on does not prolong the wait.
        if not all(self._limiter.test(item, *names) for item in items):
            return False
        for item in items:
            self._limiter.hit(item, *names)
        return True


def _hashed(email_key: str) -> str:
    """Return what stands for an address in memory, where it need not lie itself."""
    return sha256(email_key.encode()).hexdigest()[:32]
