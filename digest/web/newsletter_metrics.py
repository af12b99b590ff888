"""How the newsletter is, for Prometheus: sources, editions, who waits. No addresses, no secrets.

Nothing is counted in memory: each scrape asks the store, so the figures are the same whichever
process sends, and survive restarts. Names after https://prometheus.io/docs/practices/naming/.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import get_args

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from digest.app.stores import Stores
from digest.delivery.stored_relay_health import health_of
from digest.sources.health import State as Health
from digest.states import State

EDITIONS = 7  # the newest are told of


def exposition(stores: Stores, sources: Sequence[str], failed: int, now: datetime) -> bytes:
    """Return everything in Prometheus' text format 0.0.4.

    sources: the settings' names. failed: messages that could not be handled.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Newsletter(stores, sources, failed, now))
    return generate_latest(registry)


class _Newsletter(Collector):
    def __init__(self, stores: Stores, sources: Sequence[str], failed: int, now: datetime) -> None:
        self._failed = failed
        self._stores = stores
        self._gauges = stores.gauges
        self._names = sources
        self._now = now

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("digest", "The running version.", {"version": version("digest")})
        yield from self._sources()
        yield from self._editions()
        yield from self._readers()
        yield from self._relay()
        failed = _gauge("digest_failed_messages", "Messages that could not be handled.")
        failed.add_metric([], self._failed)
        yield failed

    def _sources(self) -> Iterator[Metric]:
        """How each source of the settings is; one that was never asked has no times."""
        names = self._names
        times, fetches = self._gauges.source_times(), self._stores.fetches
        known = {name: times[name] for name in names if name in times}
        for suffix, field, told in (
            ("fetch", "fetched", "When a source was last asked."),
            ("success", "succeeded", "When a source last answered."),
            ("new_papers", "brought", "When a source last brought a new paper."),
        ):
            family = _gauge(f"digest_source_last_{suffix}_timestamp_seconds", told, "source")
            for name, each in known.items():
                if moment := getattr(each, field):
                    family.add_metric([name], moment.timestamp())
            yield family
        last = {name: fetch for name in names if (fetch := fetches.last(name))}
        papers = _gauge("digest_source_papers", "Papers in a source's last batch.", "source")
        fresh = _gauge("digest_source_new_papers", "New papers in a source's last batch.", "source")
        states = _gauge(
            "digest_source_state", "How a source is: its state is 1.", "source", "state"
        )
        for name, fetch in last.items():
            papers.add_metric([name], fetch.papers)
            fresh.add_metric([name], fetch.new)
            for state in get_args(Health):
                states.add_metric([name, state], float(state == fetch.health))
        yield from (papers, fresh, states)

    def _editions(self) -> Iterator[Metric]:
        """The newest editions: what they offer, and their deliveries by state."""
        opened = _gauge(
            "digest_edition_opened_timestamp_seconds", "When an edition was opened.", "edition"
        )
        papers = _gauge("digest_edition_papers", "Papers that an edition offers.", "edition")
        counts = _gauge(
            "digest_edition_deliveries", "An edition's deliveries by state.", "edition", "state"
        )
        for edition in self._stores.editions.all()[-EDITIONS:]:
            number = str(edition.number)
            opened.add_metric([number], edition.opened_at.timestamp())
            papers.add_metric([number], edition.papers)
            told = self._stores.deliveries.accounting(edition.number)
            for state in State:
                counts.add_metric([number, state.value], getattr(told, state.value))
        yield from (opened, papers, counts)
        waiting = _gauge("digest_unoffered_papers", "Papers that wait for the next edition.")
        waiting.add_metric([], self._gauges.unoffered())
        yield waiting

    def _readers(self) -> Iterator[Metric]:
        """How many readers there are, and how many are due and not planned for."""
        readers = _gauge("digest_readers", "Readers by state.", "state")
        for state, count in self._gauges.readers_by_state().items():
            readers.add_metric([state], count)
        now, newest = self._now, self._stores.editions.newest()
        offered = newest.number if newest and newest.is_alive(now) else 0
        backlog = self._gauges.backlog(now, offered)
        due = _gauge("digest_due_readers", "Readers who are due and not planned for.")
        due.add_metric([], backlog.readers)
        since = _gauge(
            "digest_due_oldest_timestamp_seconds", "Since when the first of them is due."
        )
        if backlog.oldest:
            since.add_metric([], backlog.oldest.timestamp())
        yield from (readers, due, since)

    def _relay(self) -> Iterator[Metric]:
        """How the relay is, as all senders know it, and the store's epoch."""
        health = health_of(self._stores.facts)
        left_alone = _gauge("digest_relay_left_alone", "1: nothing but a probe goes to the relay.")
        left_alone.add_metric([], float(health.is_open))
        trips = _gauge("digest_relay_trips", "How often in a row it had to be left alone.")
        trips.add_metric([], health.trips)
        until = _gauge(
            "digest_relay_left_alone_until_timestamp_seconds", "When a mail tries it again."
        )
        if health.paused_until is not None:
            until.add_metric([], health.paused_until.timestamp())
        paused = _gauge("digest_paused_domains", "Destinations that asked for a pause.")
        now = self._now.isoformat()
        paused.add_metric([], sum(end > now for end, *_ in health.domains.values()))
        epoch = _gauge("digest_epoch", "Turns that senders have made; it never falls.")
        epoch.add_metric([], self._stores.epoch.get().number)
        yield from (left_alone, trips, until, paused, epoch)


def _gauge(name: str, told: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, told, labels=labels)
