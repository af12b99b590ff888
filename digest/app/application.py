"""The composition root: the only place that names concrete adapters."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path

from digest.app.front_desk import FrontDeskApp, utc_now
from digest.app.sending import load_semantics, taste_of
from digest.archive.dump_results import Dump, DumpResult
from digest.archive.ingest import Ingest
from digest.choosing.editor import NOTHING_SENT, Editor, IssueFor, Knowledge, Rules
from digest.composing.issue_composer import IssueComposer
from digest.delivery.crash_board import DeadSenders
from digest.delivery.engine import DeliveryEngine
from digest.dumps.text import read_bytes
from digest.papers import Paper
from digest.ranking.background import Background
from digest.ranking.corpus import Corpus
from digest.ranking.semantics import Semantics, paper_text
from digest.ranking.taste import Taste
from digest.run import EditionRun, Plan
from digest.settings import Settings
from digest.storage.dumps import DumpStore
from digest.storage.ledger import LedgerStore
from digest.storage.vectors import VectorStore
from subscribers.addresses import parse_address
from subscribers.store import Subscriber

_ALL = 2**31 - 1  # above every edition


def _survivors(packed: bytes, aliases: Mapping[int, int]) -> frozenset[int]:
    """Unpack paper numbers; the few that were merged into another are that one's."""
    numbers = frozenset(array("I", packed))
    merged = aliases.keys() & numbers
    return numbers.difference(merged).union(aliases[n] for n in merged) if merged else numbers


def _parse(format_name: str | None, data: bytes, now: datetime, day: date | None) -> Dump:
    from digest.dumps import formats  # noqa: PLC0415 - a worker that sends needs no parser

    return formats.read(data, now=now, captured_on=day, format_name=format_name)


def _parser_version(format_name: str) -> int:
    from digest.dumps import formats  # noqa: PLC0415 - as above

    return formats.format_named(format_name).version


class App(FrontDeskApp):
    """Everything that a command or the server needs, made when it is first asked for."""

    def __init__(
        self, settings: Settings, data: Path, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        super().__init__(settings, data, clock=clock)
        self._known: tuple[int, Knowledge] | None = None  # by the archive's last paper

    @property
    def background(self) -> Background:
        """The archive's word statistics, brought up to date with its newest papers."""
        mark, _, blob = (self.facts.get("background") or b"0 ").partition(b" ")
        try:
            known = Background.from_bytes(blob) if blob else Background.empty()
        except ValueError:  # an older digest wrote it: count anew
            mark, known = b"0", Background.empty()
        fresh = list(self.archive.all(after=int(mark)))
        if not fresh:
            return known
        background = known.updated(fresh)
        stored = b"%d %s" % (fresh[-1].id, background.to_bytes())
        self.facts.set("background", stored, self.clock())
        return background

    @cached_property
    def semantics(self) -> Semantics | None:
        """The sentence model, when it is here and wanted. Raises ModelError when it must be."""
        return load_semantics(self.settings.ranking.semantic, VectorStore(self.database))

    @property
    def knowledge(self) -> Knowledge:
        """What ranking knows of the archive at this moment; made anew when papers have come."""
        mark = self.archive.last()
        if self._known is None or self._known[0] != mark:
            background = self.background
            newest = self.archive.newest(self.settings.ranking.memory)
            corpus = Corpus.of(newest, background, self.semantics)
            self._known = (mark, Knowledge(background, corpus, self.semantics))
        return self._known[1]

    def tastes_of(self, readers: Sequence[int], now: datetime) -> dict[int, Taste]:
        """Return what readers' feedback teaches."""
        said = self.readers.opinions(readers)
        papers = self.archive.get([each[0] for opinions in said.values() for each in opinions])
        return {reader: taste_of(opinions, papers, now) for reader, opinions in said.items()}

    def due(self, reader: Subscriber, since: int) -> IssueFor:
        """Return a reader as a run would see them."""
        now = self.clock()
        sent = self.sent_to([reader.id], now).get(reader.id, NOTHING_SENT)
        return IssueFor(reader, since, sent, self.tastes_of([reader.id], now).get(reader.id, ()))

    def editor(self) -> Editor:
        """Return who chooses the papers, with the archive's statistics of this moment."""
        of = self.settings.edition
        return Editor(
            offered=self.offered,
            knowledge=self.knowledge,
            rules=Rules(of.max_papers, of.min_papers, self.settings.ranking.floor, of.trending),
            last_sent=self.last_sent,
        )

    def offered(self, since: int, upto: int | None) -> list[Paper]:
        """Return what the editions (since, upto] offer; upto None: and the next one.

        Older papers of which they offer a newer version come last, if they are to be shown.
        """
        archive = self.archive
        new = archive.unoffered() if upto is None else []
        new += archive.offered(after=since, upto=_ALL if upto is None else upto)
        again = (
            archive.revised(after=since, upto=upto) if self.settings.edition.show_updated else []
        )
        return [*new, *again]

    def sent_to(self, readers: Sequence[int], now: datetime) -> dict[int, frozenset[int]]:
        """Return the papers that readers have had, merged papers under their survivor's number."""
        aliases = self.archive.aliases()
        packed = LedgerStore(self.database).sent_to(readers, now)
        return {reader: _survivors(blob, aliases) for reader, blob in packed.items()}

    def unoffered(self) -> list[Paper]:
        """Return what the next edition will offer: new papers, and newer versions to be shown."""
        newest = self.editions.newest()
        return self.offered(newest.number if newest else 0, None)

    def last_sent(self, readers: Sequence[int], since: int) -> dict[int, dict[int, int]]:
        """Return what readers got by the editions from `since` on: paper → the last of them."""
        aliases = self.archive.aliases()
        issues = LedgerStore(self.database).last_sent(readers, since, self.clock())
        return {
            reader: {aliases.get(n, n): edition for edition, blob in got for n in array("I", blob)}
            for reader, got in issues.items()
        }

    def composer(self) -> IssueComposer:
        """Return who makes issues of picks."""
        return IssueComposer(self.press, self.tokens, self.settings)

    def edition_run(self, progress: Callable[[int], None] = lambda count: None) -> EditionRun:
        """Return a run over this store; what dead senders left has been taken over."""
        self.take_over()
        of = self.settings.edition
        keys = [parse_address(address).key for address in of.only_to]
        return EditionRun(
            editions=self.editions,
            deliveries=self.deliveries,
            readers=self.readers,
            sent=self.sent_to,
            tastes=self.tastes_of,
            editor=self.editor(),
            composer=self.composer(),
            clock=self.clock,
            plan=Plan(
                expiry=self.settings.expiry,
                lease=timedelta(seconds=self.settings.delivery.lease_seconds),
                approve=of.approve,
                only_to=keys,
            ),
            progress=progress,
        )

    def take_over(self) -> None:
        """Take over what dead senders left, and close what has expired."""
        now, of = self.clock(), self.settings.delivery
        alone = self.database.engine.dialect.name == "sqlite"
        self.deliveries.reap(DeadSenders(self.sending_parts.owners, alone=alone), now)
        if not alone:
            self.deliveries.abandon(now)
        self.deliveries.expire(now)
        for edition in self.editions.unfinished(now):
            if of.on_uncertain == "resend" or of.transport == "mailbox":  # there it is one file
                self.deliveries.resend_uncertain(edition.number, now)
            self.deliveries.set_aside(edition.number, now)

    def engine(self) -> DeliveryEngine:
        """Open a engine; who runs an edition closes it."""
        return self.sending_parts.engine(self.deliveries, self.recipes)

    @cached_property
    def _ingest(self) -> Ingest:
        return Ingest(
            archive=self.archive,
            readings=DumpStore(self.database),
            parse=partial(_parse, None),
            parser_version=_parser_version,
            read=lambda path: read_bytes(path, max_bytes=self.settings.dumps.max_bytes),
            show_updated=self.settings.edition.show_updated,
        )

    def ingest_file(self, path: Path, captured_on: date | None, archive_only: bool) -> DumpResult:
        """Read a dump from a file into the archive."""
        return self._embedded(
            self._ingest.file(
                path, now=self.clock(), captured_on=captured_on, archive_only=archive_only
            )
        )

    def ingest_bytes(
        self,
        data: bytes,
        name: str,
        captured_on: date | None,
        archive_only: bool,
        format_name: str | None = None,
    ) -> DumpResult:
        """Read a dump from its bytes into the archive, in the named format or its own."""
        parse = partial(_parse, format_name) if format_name else self._ingest.parse
        return self._embedded(
            replace(self._ingest, parse=parse).bytes(
                data,
                name=name,
                now=self.clock(),
                captured_on=captured_on,
                archive_only=archive_only,
            )
        )

    def _embedded(self, reading: DumpResult) -> DumpResult:
        """Embed the papers that a reading brought, so that no send waits for the model."""
        if reading.new and self.semantics is not None:
            fresh = self.archive.newest(reading.new)
            self.semantics.vectors([paper_text(paper) for paper in fresh])
        return reading
