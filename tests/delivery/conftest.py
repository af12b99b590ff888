"""A store with readers, and a way to send them edition 1."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from bench.delivery_fixture import NOW, Room, SampleIssues, make_store
from digest.delivery.crash_board import DeadSenders, LivingSender
from digest.delivery.interface import Transport
from digest.delivery.pace import Pace
from digest.delivery.sender import Sender
from digest.delivery.sender_needs import Tally
from digest.delivery.smtp import SmtpTransport
from digest.delivery.smtp_session import Relay
from digest.states import Accounting


@dataclass
class Post:
    """One data folder, ready to send."""

    folder: Path
    room: Room
    readers: int

    def send(
        self,
        transport: Transport,
        *,
        now: datetime = NOW,
        pace: Pace | None = None,
        most: int = 10**9,
        on_ready: Callable[[int], None] = lambda count: None,
    ) -> Tally:
        """Make one pass, as `digest run` does."""
        self.room.deliveries.reap(self.undertaker, now)
        owner = LivingSender(self.folder / "owners")
        rng = random.Random(5)
        sender = Sender(
            self.room.deliveries, owner, transport, clock=lambda: now, rng=rng, pace=pace
        )

        def mails() -> Iterator[object]:
            for count, mail in enumerate(self.room.mails(owner.name, now, shard=20, most=most)):
                on_ready(count)
                yield mail

        try:
            return sender.send(mails())  # type: ignore[arg-type]
        finally:
            self.room.deliveries.release(owner.name, now) if not owner.keep else None
            owner.close()

    @property
    def undertaker(self) -> DeadSenders:
        return DeadSenders(self.folder / "owners", alone=True)

    def count(self) -> Accounting:
        """The accounting, which closes whenever one looks."""
        found = self.room.deliveries.accounting(1)
        assert found.eligible == self.readers
        return found


MakePost = Callable[[int], Post]


@pytest.fixture
def post(tmp_path: Path) -> MakePost:
    """Make a store with so many readers, all planned."""

    def make(readers: int) -> Post:
        room = Room.make(
            make_store(tmp_path / "digest.db", readers),
            samples=SampleIssues(cards=12, card_bytes=500),
        )
        assert room.deliveries.plan(1, NOW) == readers
        return Post(tmp_path, room, readers)

    return make


def relay_to(
    port: int, *, connections: int = 2, pipeline: int = 4, **more: object
) -> SmtpTransport:
    """A transport as patient as a slow machine needs; a test whose server hangs says less."""
    settings: dict[str, object] = {
        "security": "none",
        "timeout": 60.0,
        "dot_timeout": 60.0,
        "retry_seconds": 0.001,
    }
    relay = Relay(**{"host": "127.0.0.1", "port": port, **settings, **more})  # type: ignore[arg-type]
    return SmtpTransport(relay, connections=connections, pipeline=pipeline)
