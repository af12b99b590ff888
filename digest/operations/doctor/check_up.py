"""The whole check-up. It reads, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import DigestError
from digest.operations.doctor import files, mail, pages, readers_and_papers
from digest.operations.doctor.findings import Check
from digest.operations.doctor.sentence_model import check_model
from digest.settings import Settings

if TYPE_CHECKING:
    import dns.resolver
    import httpx


@dataclass(frozen=True, slots=True)
class Network:
    """The ways to ask others."""

    resolver: Callable[[], dns.resolver.Resolver]
    http: Callable[[], httpx.Client]


def check_up(
    settings: Settings,
    data: Path,
    *,
    clock: Callable[[], datetime],
    network: Network | None,
    settings_file: Path | None = None,
) -> list[Check]:
    """Return what a check-up of a digest finds.

    With a network it also logs in at the relay, looks into the DNS, and asks for the pages.
    """
    return [
        *files.check_files(settings, data, settings_file),
        *mail.check_way_out(settings, data),
        *pages.check_pages(settings),
        *_store(settings, data, clock),
        *_probed("templates", lambda: _templates(settings)),
        *_probed("formats", _formats),
        *check_model(settings),
        *_network(settings, data, clock, network),
    ]


def _store(settings: Settings, data: Path, clock: Callable[[], datetime]) -> Iterator[Check]:
    looked = list(_probed("store", lambda: readers_and_papers.look_at_store(settings, data)))
    yield from looked
    url = readers_and_papers.store_of(settings, data)
    if url is not None and all(each.verdict == "ok" for each in looked):
        yield from _probed("epoch", lambda: readers_and_papers.look_at_epoch(settings, data, url))
    if all(each.verdict == "ok" for each in looked):
        yield from readers_and_papers.check_readers_and_papers(settings, data, clock())


def _network(
    settings: Settings, data: Path, clock: Callable[[], datetime], network: Network | None
) -> Iterator[Check]:
    if settings.delivery.transport == "smtp":
        yield from mail.check_signing(settings, network.resolver if network else None)
        if network:
            yield mail.knock(settings, data, clock)
    if network and settings.newsletter.base_url:
        yield from pages.ask_pages(settings.newsletter.base_url, network.http, clock)


def _templates(settings: Settings) -> str:
    from digest.composing.issue_composer import build_renderers  # noqa: PLC0415 - for this alone

    return f"{len(build_renderers(settings).templates.names())} templates compile"


def _formats() -> str:
    from digest.dumps import formats  # noqa: PLC0415 - it reads every format

    return ", ".join(each.name for each in formats.all_formats())


def _probed(name: str, probe: Callable[[], str]) -> Iterator[Check]:
    """Touch a real thing, and say what was seen or what is wrong with it."""
    try:
        yield Check(name, "ok", probe())
    except DigestError as error:
        yield Check(name, "error", str(error))
    except OSError as error:
        yield Check(name, "error", f"{error.strerror or error}")
