"""The composition root: settings → parts. It names the adapters, holds no rule, writes nothing.

What ranks, composes and sends takes longer to import than most commands take to run. So every
part is made, and its module imported, when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.app.data_folder import ensure_secret_key, secret_key
from digest.app.stores import Stores, open_stores
from digest.settings import Settings

if TYPE_CHECKING:
    from digest.app.sending import SendingParts
    from digest.archive.dump_results import Dump
    from digest.archive.ingest import Ingest
    from digest.choosing.archive_knowledge import ArchiveKnowledge
    from digest.choosing.editor import Editor
    from digest.choosing.issue_for import IssueRules
    from digest.choosing.issue_maker import IssueMaker
    from digest.choosing.offering import Offering
    from digest.choosing.reader_history import ReaderHistory
    from digest.composing.compose import Renderers
    from digest.composing.issue_composer import IssueComposer
    from digest.delivery.engine import DeliveryEngine
    from digest.delivery.epoch import Epoch
    from digest.delivery.letter_queue import LetterQueue
    from digest.delivery.stored_relay_health import RelayMemory
    from digest.papers import Paper
    from digest.ranking.semantics import PendingVectors, Semantics
    from digest.run import EditionRun
    from digest.schedule.tick import TimeRules
    from subscribers.links import Links
    from subscribers.service import FrontDesk
    from subscribers.tokens import Tokens


def utc_now() -> datetime:
    """Read the clock: the only place that does."""
    return datetime.now(UTC)


def open_app(settings: Settings, data: Path, *, clock: Callable[[], datetime] = utc_now) -> App:
    """Open a data folder: its store is made or migrated, and its key made, where that is needed.

    Raises StoreError.
    """
    stores = open_stores(settings, data, clock())
    ensure_secret_key(settings, data)
    app = App(settings, data, clock, stores)
    app.epoch.begin(clock())
    return app


@dataclass
class App:
    """The parts of one digest; asking for one neither writes nor sends."""

    settings: Settings
    data: Path
    clock: Callable[[], datetime]
    stores: Stores

    def close(self) -> None:
        """Let go of the store."""
        self.stores.close()

    # --- time and place

    @cached_property
    def time_rules(self) -> TimeRules:
        """What the settings say of time."""
        from digest.schedule.tick import TimeRules  # noqa: PLC0415 - see the top
        from subscribers.addresses import address_keys  # noqa: PLC0415 - see the top

        of = self.settings.schedule
        return TimeRules(
            zone=of.timezone,
            hour=of.hour,
            stagger_minutes=of.stagger_minutes,
            catch_up=timedelta(hours=of.catch_up_hours),
            expiry=self.settings.expiry,
            approve=self.settings.edition.approve,
            only_to=address_keys(self.settings.edition.only_to),
        )

    def today(self) -> date:
        """Return the newsletter's date."""
        return self.clock().astimezone(ZoneInfo(self.settings.schedule.timezone)).date()

    @property
    def inbox(self) -> Path:
        """The folder that is watched for dumps."""
        return self.data / self.settings.dumps.inbox

    @property
    def base_url(self) -> str:
        """Where readers reach the pages: the setting, else this machine."""
        web = self.settings.web
        return self.settings.newsletter.base_url.rstrip("/") or f"http://{web.host}:{web.port}"

    # --- readers and their desk

    @cached_property
    def key(self) -> str:
        """The secret that signs links, Message-IDs and return paths. Raises SettingsError."""
        return secret_key(self.settings, self.data)

    @cached_property
    def tokens(self) -> Tokens:
        """What signs links; older keys still read them."""
        from subscribers.tokens import Tokens  # noqa: PLC0415 - see the top

        old = [key.get_secret_value().encode() for key in self.settings.web.old_secret_keys]
        return Tokens([*old, self.key.encode()])

    @property
    def links(self) -> Links:
        """What makes readers' links."""
        from subscribers.links import Links  # noqa: PLC0415 - see the top

        return Links(self.base_url, self.tokens)

    @cached_property
    def letter_queue(self) -> LetterQueue:
        """Letters of the front desk."""
        from digest.delivery.letter_queue import LetterQueue  # noqa: PLC0415 - see the top

        store = self.stores.letters
        return LetterQueue(
            outbox=store,
            send=lambda letters: self.sending_parts.send_letters(
                store, self.renderers, letters, self.epoch, self.relay_memory()
            ),
            message_id=self._message_id,
            clock=self.clock,
        )

    def _message_id(self) -> str:
        return self.sending_parts.message_id()  # made with the first letter, not with the desk

    @cached_property
    def desk(self) -> FrontDesk:
        """The front desk."""
        from subscribers.service import DeskSettings, FrontDesk  # noqa: PLC0415 - see the top

        return FrontDesk(
            store=self.stores.readers,
            mailer=self.letter_queue,
            tokens=self.tokens,
            settings=DeskSettings(
                base_url=self.base_url,
                refused_domains=frozenset(self.settings.web.refused_domains),
                allowed_domains=frozenset(self.settings.web.allowed_domains),
                is_invited_only=self.settings.web.subscribing == "invited",
                timezone=self.settings.schedule.timezone,
                says_goodbye=self.settings.newsletter.goodbye,
                confirm_within=timedelta(days=self.settings.web.confirm_days),
            ),
        )

    # --- dumps

    @cached_property
    def ingest(self) -> Ingest:
        """What reads dumps into the archive."""
        from digest.archive.ingest import Ingest  # noqa: PLC0415 - see the top
        from digest.dumps.text import read_bytes  # noqa: PLC0415 - see the top

        return Ingest(
            archive=self.stores.archive,
            readings=self.stores.dumps,
            parse=_parse,
            parser_version=_parser_version,
            read_file=partial(read_bytes, max_bytes=self.settings.dumps.max_bytes),
            show_updated=self.settings.edition.show_updated,
        )

    # --- what ranking knows, what is offered, and to whom

    @cached_property
    def knowledge(self) -> ArchiveKnowledge:
        """What ranking learns from the archive."""
        from digest.choosing.archive_knowledge import ArchiveKnowledge  # noqa: PLC0415 - see the top
        from digest.choosing.model_change import ModelChange  # noqa: PLC0415 - see the top
        from digest.ranking.models import NAME  # noqa: PLC0415 - see the top
        from digest.ranking.semantics import PendingVectors  # noqa: PLC0415 - see the top

        vectors, facts, of = PendingVectors(self.stores.vectors), self.stores.facts, self.settings
        load = partial(self._semantics, vectors)
        models = ModelChange(facts, load, of.ranking.model, NAME)
        return ArchiveKnowledge(self.stores.archive, facts, vectors, models, of.ranking.memory)

    def _semantics(self, vectors: PendingVectors, named: str) -> Semantics | None:
        from digest.app.sending import load_semantics  # noqa: PLC0415 - see the top

        return load_semantics(self.settings.ranking.semantic, vectors, named)

    @cached_property
    def history(self) -> ReaderHistory:
        """What readers have had, and said of it."""
        from digest.choosing.reader_history import ReaderHistory  # noqa: PLC0415 - see the top

        of = self.stores
        return ReaderHistory(of.ledger, of.readers, of.archive, of.libraries)

    @cached_property
    def offering(self) -> Offering:
        """What editions offer."""
        from digest.choosing.offering import Offering  # noqa: PLC0415 - see the top

        return Offering(self.stores.archive, self.settings.edition.show_updated)

    @cached_property
    def issue_rules(self) -> IssueRules:
        """What the settings say of who gets mail."""
        from digest.choosing.issue_for import IssueRules  # noqa: PLC0415 - see the top

        return IssueRules(self.time_rules.only_to, self.settings.delivery.resend)

    def editor(self, offered: Callable[[int, int], Sequence[Paper]] | None = None) -> Editor:
        """Return who chooses the papers, with the archive's statistics of this moment.

        offered: what the editions (since, upto] offer, where that is not in the archive yet.
        """
        from digest.choosing.choose import Limits  # noqa: PLC0415 - see the top
        from digest.choosing.editor import Editor  # noqa: PLC0415 - see the top

        of, floor = self.settings.edition, self.settings.ranking.floor
        limits = Limits(of.max_papers, of.min_papers, floor, trending=of.trending)
        return Editor(
            offered=offered or self.offering.of,
            knowledge=self.knowledge.read(),
            limits=limits,
            last_sent=lambda readers, since: self.history.last_sent(readers, since, self.clock()),
        )

    # --- issues, made and sent

    @cached_property
    def renderers(self) -> Renderers:
        """The mail's templates, compiled."""
        return self._renderers_within(None)

    @cached_property
    def _renderers_within(self) -> Callable[[int | None], Renderers]:
        """What compiles the mail's templates, once for each limit that a relay sets."""
        from digest.composing.issue_composer import build_renderers  # noqa: PLC0415 - see the top

        return cache(partial(build_renderers, self.settings))

    def composer(self) -> IssueComposer:
        """Return who makes issues of picks."""
        from digest.composing.issue_composer import IssueComposer  # noqa: PLC0415 - see the top

        memory = self.relay_memory()
        limit = memory.health().takes(self.clock()) if memory else None
        renderers = self._renderers_within(limit) if limit else self.renderers
        return IssueComposer(renderers, self.tokens, self.settings)

    def issue_maker(self, editor: Editor) -> IssueMaker:
        """Return who makes readers' issues."""
        from digest.choosing.issue_maker import IssueMaker  # noqa: PLC0415 - see the top

        return IssueMaker(self.history, editor, self.composer())

    @cached_property
    def sending_parts(self) -> SendingParts:
        """What opens engines."""
        from digest.app.sending import SendingParts  # noqa: PLC0415 - see the top

        return SendingParts(self.settings, self.data, self.clock, self.key)

    @cached_property
    def epoch(self) -> Epoch:
        """What tells an older store from this one."""
        from digest.delivery.epoch import Epoch, EpochFile  # noqa: PLC0415 - see the top

        file = EpochFile(self.settings.store.epoch_file or self.data / "epoch")
        return Epoch(file, self.stores.epoch, self.stores.database.one_machine)

    def engine(self) -> DeliveryEngine:
        """Open an engine; who runs an edition closes it."""
        return self.sending_parts.engine(
            self.stores.deliveries, self.stores.recipes, self.stores.facts, self.epoch
        )

    def relay_memory(self) -> RelayMemory | None:
        """Return what is remembered of the relay; None without one."""
        return self.sending_parts.relay_memory(self.stores.deliveries, self.stores.facts)

    def edition_run(self, progress: Callable[[int], None] = lambda count: None) -> EditionRun:
        """Return a run over this store."""
        from digest.run import EditionRun  # noqa: PLC0415 - see the top
        from digest.run_needs import Plan  # noqa: PLC0415 - see the top

        stores, rules = self.stores, self.time_rules
        lease = timedelta(seconds=self.settings.delivery.lease_seconds)
        return EditionRun(
            editions=stores.editions,
            deliveries=stores.deliveries,
            newcomers=stores.rhythms,
            readers=stores.readers,
            issues=self.issue_maker(self.editor()),
            knowledge=self.knowledge,
            clock=self.clock,
            plan=Plan(rules.expiry, lease, rules.approve, rules.only_to),
            progress=progress,
        )


def _parse(format_name: str | None, data: bytes, now: datetime, day: date | None) -> Dump:
    from digest.dumps import formats  # noqa: PLC0415 - a worker that sends needs no parser

    return formats.read(data, now=now, captured_on=day, format_name=format_name)


def _parser_version(format_name: str) -> int:
    from digest.dumps import formats  # noqa: PLC0415 - as above

    return formats.format_named(format_name).version
