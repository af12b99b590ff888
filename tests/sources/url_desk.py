"""An application with one URL source, and a clock that both share."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from digest.app.application import App, open_app
from digest.operations.sources import sources_of
from digest.settings import Settings
from digest.sources.fetching import HostPauses, Sources
from digest.storage.fetches import Fetch
from tests.sources.loopback import World

ONE = b"""@misc{one, title={On the Sleep of Sea Otters}, abstract={They hold hands.}}
"""


class Desk:
    """One URL source of an application, and the clock of both."""

    def __init__(self, data: Path, url: str) -> None:
        self.data = data
        self.world = World()
        self.settings = Settings.model_validate(
            {
                "sources": [{"name": "web", "kind": "url", "url": url, "every_minutes": 60}],
                "ranking": {"semantic": "off"},
            }
        )
        self.app: App
        self.restart()

    def restart(self) -> None:
        """Begin anew, as a new process on the same data folder would."""
        self.app = open_app(self.settings, self.data, clock=lambda: self.world.now)

    def sources(self, **limits: Any) -> Sources:
        pace = HostPauses(self.app.stores.facts)
        fetcher = lambda: self.world.fetcher(pace=pace, **{"attempts": 2, **limits})  # noqa: E731
        return replace(sources_of(self.app), fetcher=fetcher)

    def fetch(self, *, after: float = 60, **limits: Any) -> Fetch:
        """Ask the source, so many minutes after the last time."""
        self.world.now += timedelta(minutes=after)
        of = self.sources(**limits)
        return of.fetch(of.named("web"))
