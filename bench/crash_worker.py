"""One run of a sender that kills itself, by SIGKILL, at a chosen state change."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.delivery_fixture import NOW, Room, SampleIssues
from digest.delivery.crash_board import DeadSenders, LivingSender
from digest.delivery.sender import Sender
from digest.delivery.smtp import SmtpTransport
from digest.delivery.smtp_session import Relay
from digest.states import Claim, ResendRule, Result, Turn
from digest.storage.database import open_database, sqlite_url
from digest.storage.deliveries import DeliveryStore, FrozenRow

CONNECTIONS = 3
PIPELINE = 8
POINTS = (
    "claimed",
    "frozen",
    "turn:before",
    "turn:after",
    "begun:before",
    "begun:after",
    "answered:before",
    "answered:after",
    "settled",
)


@dataclass
class Fuse:
    """Kills this process when a point is passed for the n-th time."""

    point: str = ""
    left: int = 0

    def hit(self, point: str) -> None:
        """Pass a point."""
        if point == self.point:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


class FusedOwner(LivingSender):
    """An owner that may die around each note on its board."""

    fuse: Fuse

    def begun(self, delivery: int) -> None:
        self.fuse.hit("begun:before")
        super().begun(delivery)
        self.fuse.hit("begun:after")

    def answered(self, delivery: int, code: int) -> None:
        self.fuse.hit("answered:before")
        super().answered(delivery, code)
        self.fuse.hit("answered:after")

    def settled(self, delivery: int) -> None:
        super().settled(delivery)
        self.fuse.hit("settled")


class FusedStore(DeliveryStore):
    """A store that may die around each transaction."""

    fuse: Fuse

    def claim(self, *args: object, **kwargs: object) -> list[Claim]:
        claims = super().claim(*args, **kwargs)  # type: ignore[arg-type]
        self.fuse.hit("claimed")
        return claims

    def freeze(self, owner: str, issues: Sequence[tuple[Claim, FrozenRow]]) -> set[int]:
        kept = super().freeze(owner, issues)
        self.fuse.hit("frozen")
        return kept

    def turn(
        self, owner: str, results: Sequence[Result], starts: Sequence[tuple[int, int]], now: object
    ) -> Turn:
        self.fuse.hit("turn:before")
        turn = super().turn(owner, results, starts, now)  # type: ignore[arg-type]
        self.fuse.hit("turn:after")
        return turn


def work(
    folder: str,
    port: int,
    point: str = "",
    count: int = 0,
    *,
    resend: ResendRule | None = None,
    skew_minutes: float = 0,
    seed: int = 1,
) -> None:
    """Take over from the dead, then send what is left of edition 1."""
    data = Path(folder)
    now = NOW + timedelta(minutes=skew_minutes)
    fuse = Fuse(point, count)
    database = open_database(sqlite_url(data / "digest.db"))
    room = Room.make(database, samples=SampleIssues(cards=30))
    store = FusedStore(database)
    store.fuse = fuse
    room.deliveries = store
    store.reap(DeadSenders(data / "owners", alone=True), now)
    if resend is not None:
        store.resend_uncertain(1, now, rule=resend)
    owner = FusedOwner(data / "owners")
    owner.fuse = fuse
    transport = SmtpTransport(
        Relay("127.0.0.1", port, "none", retry_seconds=0.01),
        connections=CONNECTIONS,
        pipeline=PIPELINE,
    )
    sender = Sender(store, owner, transport, clock=lambda: now, rng=random.Random(seed))
    sender.send(room.mails(owner.name, now, shard=100))
    owner.close()
    database.close()
