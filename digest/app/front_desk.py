"""The front half of the composition root: readers, the desk that serves them, and its letters.

It is ready sooner than the whole `App`: nothing here ranks, composes or sends before it must.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.app.data_folder import make_folder, secret_key
from digest.app.doctor import Check, examine, knock
from digest.app.stores import Stores
from digest.delivery.letter_queue import LetterQueue
from digest.errors import SettingsError
from digest.schedule.tick import TimeRules
from digest.settings import Settings, secret_of
from digest.storage.letters import LetterStore
from digest.storage.migrate import schema_version
from subscribers.addresses import parse_address
from subscribers.links import Links
from subscribers.service import DeskSettings, FrontDesk
from subscribers.tokens import MIN_KEY_BYTES, Tokens

if TYPE_CHECKING:
    from digest.app.sending import SendingParts
    from digest.composing.render import Renderers


def utc_now() -> datetime:
    """Read the clock: the only place that does."""
    return datetime.now(UTC)


class FrontDeskApp(Stores):
    """One data folder with its secret, its front desk and its post office."""

    def __init__(
        self, settings: Settings, data: Path, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        super().__init__(settings, data, clock)

    @cached_property
    def press(self) -> Renderers:
        """The mail's templates, compiled."""
        from digest.composing.issue_composer import build_press  # noqa: PLC0415 - as for the sending_parts

        return build_press(self.settings)

    @cached_property
    def key(self) -> str:
        """The secret that signs links, Message-IDs and return paths."""
        of = self.settings.web
        given = secret_of(of.secret_key, of.secret_key_file, name="web.secret_key_file")
        key = given or secret_key(self.data)
        if len(key.encode()) < MIN_KEY_BYTES:
            raise SettingsError(
                f"web.secret_key: {MIN_KEY_BYTES} random bytes or more, else links can be forged;"
                " leave it away, and one is made in the data folder"
            )
        return key

    @cached_property
    def tokens(self) -> Tokens:
        """What signs links; older keys still read them."""
        old = [key.get_secret_value().encode() for key in self.settings.web.old_secret_keys]
        return Tokens([*old, self.key.encode()])

    @cached_property
    def sending_parts(self) -> SendingParts:
        """What opens couriers."""
        # What signs, sends and composes takes longer to import than most commands take to run.
        from digest.app.sending import SendingParts  # noqa: PLC0415 - see above

        return SendingParts(self.settings, self.data, self.clock, self.key)

    @cached_property
    def post_office(self) -> LetterQueue:
        """Letters of the front desk."""
        store = LetterStore(self.database)
        return LetterQueue(
            outbox=store,
            send=lambda letters: self.sending_parts.send_letters(store, self.press, letters),
            message_id=self._message_id,
            clock=self.clock,
        )

    def _message_id(self) -> str:
        return self.sending_parts.message_id()

    @cached_property
    def desk(self) -> FrontDesk:
        """The front desk."""
        return FrontDesk(
            store=self.readers,
            mailer=self.post_office,
            tokens=self.tokens,
            settings=DeskSettings(
                base_url=self.base_url,
                refused_domains=frozenset(self.settings.web.refused_domains),
                timezone=self.settings.schedule.timezone,
                says_goodbye=self.settings.newsletter.goodbye,
                confirm_within=timedelta(days=self.settings.web.confirm_days),
            ),
        )

    @property
    def base_url(self) -> str:
        """Where readers reach the pages: the setting, else this machine."""
        web = self.settings.web
        return self.settings.newsletter.base_url.rstrip("/") or f"http://{web.host}:{web.port}"

    @property
    def links(self) -> Links:
        """What makes readers' links."""
        return Links(self.base_url, self.tokens)

    @property
    def time_rules(self) -> TimeRules:
        """What the settings say of time."""
        of = self.settings.schedule
        return TimeRules(
            zone=of.timezone,
            hour=of.hour,
            stagger_minutes=of.stagger_minutes,
            catch_up=timedelta(hours=of.catch_up_hours),
            expiry=self.settings.expiry,
            approve=self.settings.edition.approve,
            only_to=tuple(parse_address(each).key for each in self.settings.edition.only_to),
        )

    def today(self) -> date:
        """Return the newsletter's date."""
        return self.clock().astimezone(ZoneInfo(self.settings.schedule.timezone)).date()

    def initialise(self) -> list[str]:
        """Make the data folder, the store, the key and the folder for dumps; return what is new."""
        wanted = [self.data / "digest.db", self.data / "secret.key", self.inbox]
        before = {path for path in wanted if path.exists()}
        _ = self.database, self.key
        make_folder(self.inbox)
        return [str(path) for path in wanted if path not in before and path.exists()]

    @property
    def inbox(self) -> Path:
        """The folder that is watched for dumps."""
        return self.data / self.settings.dumps.inbox

    def examine(self, *, online: bool) -> list[Check]:
        """Return what a check-up finds; with `online` it also asks the network."""
        from digest.dumps import formats  # noqa: PLC0415 - all of them, to look at

        probes: dict[str, Callable[[], str]] = {
            "store": lambda: f"schema {schema_version(self.database)}",
            "templates": lambda: f"{len(self.press.templates.names())} templates compile",
            "formats": lambda: ", ".join(each.name for each in formats.all_formats()),
        }
        if online and self.settings.delivery.transport == "smtp":
            of = self.settings.delivery.smtp
            probes["smtp"] = lambda: knock(of.host, of.port, of.timeout_seconds)
        return examine(self.settings, self.data, probes)
