"""Tell readers why no mail comes: once in a silence, after three days without one.

What people ask most of such systems is "it ran, no mail came, why?".
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from digest.app.application import App
from digest.choosing.editor import Offer
from digest.sources.health import NOT_WELL
from digest.storage.silence import told_name
from subscribers.addresses import parse_address
from subscribers.letters import Letter, LetterKind
from subscribers.link_rules import link_time
from subscribers.profile import parse_stored
from subscribers.store import Subscriber

QUIET_DAYS = 3
EVENING = 20  # o'clock: a day without mail is over for all who read it in the newsletter's zone
_GIVE_UP = timedelta(days=2)  # a letter that could not leave for so long is no news any more


def explain_silence(app: App) -> int:
    """Post a letter to each reader who is to have one; return how many. Safe to repeat.

    It is noted before the letter is posted: a crash between the two costs a letter, and nobody
    gets two.
    """
    if app.settings.newsletter.quiet_day != "explain":
        return 0
    newest = app.stores.editions.newest()
    if newest is None or newest.state not in ("open",):
        return 0  # nothing was ever sent, or an operator holds what there is
    now = app.clock()
    zone = ZoneInfo(app.settings.schedule.timezone)
    first = now.astimezone(zone).date() - timedelta(days=QUIET_DAYS - 1)
    quiet_from = datetime.combine(first, time(), zone)
    silent = dict(app.stores.silence.silent_since(quiet_from))
    readers = app.stores.readers.by_ids(list(silent))
    trial = {parse_address(each).key for each in app.settings.edition.only_to}
    nearest = _Nearest(app, quiet_from)
    posted = 0
    for number, reader in readers.items():
        if trial and reader.email_key not in trial:
            continue
        if not _claimed(app, number, silent[number], now):
            continue
        app.letter_queue.post(nearest.letter(reader, now))
        posted += 1
    return posted


def is_evening(app: App) -> bool:
    """Return whether the newsletter's day is over as far as mail is concerned."""
    return app.clock().astimezone(ZoneInfo(app.settings.schedule.timezone)).hour >= EVENING


def _claimed(app: App, reader: int, last_mail: datetime, now: datetime) -> bool:
    """Note that a reader is told; return False when another process was first."""
    spell = last_mail.isoformat().encode()
    before: list[bytes] = []

    def noted(found: bytes) -> bytes:
        before.append(found)
        return spell

    app.stores.facts.change(told_name(reader), noted, now)
    return before != [spell]


class _Nearest:
    """Finds out why there was nothing, and for whom what nearly matched."""

    def __init__(self, app: App, quiet_from: datetime) -> None:
        self._app = app
        self._quiet_from = quiet_from
        self._near = cache(self._nearest_to)

    @property
    def _offered_since(self) -> int | None:
        """The edition before the first one of the quiet days; None: there was none in them."""
        newest = self._app.stores.editions.newest()
        if newest is None or newest.opened_at < self._quiet_from:
            return None
        return max(0, newest.number - QUIET_DAYS)

    def letter(self, reader: Subscriber, now: datetime) -> Letter:
        """Return the letter for a reader."""
        kind, near = self._near(reader.keywords)
        return Letter(
            kind=kind,
            to_address=reader.email,
            to_name=reader.name,
            language=reader.language,
            link=self._app.desk.links.preferences(reader.id, link_time(reader, now))
            if self._app.settings.newsletter.base_url
            else "",
            expires_at=now + _GIVE_UP,
            keywords=near,
        )

    def _nearest_to(self, keywords: str) -> tuple[LetterKind, str]:
        since = self._offered_since
        if since is None:
            return ("no_source" if self._is_source_sick() else "no_papers"), ""
        offer = self._offer(since)
        ranking = offer.index.rank([parse_stored(keywords)], depth=1)[0]
        near = [offer.papers[number].title for number in ranking.papers]
        return "no_match", near[0] if near else ""

    @cache  # noqa: B019 - it lives as long as one round of letters
    def _offer(self, since: int) -> Offer:
        newest = self._app.stores.editions.newest()
        upto = newest.number if newest else since
        return self._app.editor().offer(since, upto)

    def _is_source_sick(self) -> bool:
        for source in self._app.settings.sources:
            last = self._app.stores.fetches.last(source.name)
            if last is not None and last.health in NOT_WELL:
                return True
        return False
