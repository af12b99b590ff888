"""Does memory stay flat, however many the readers are? Send one edition, and look.

    python -m bench.memory [--readers 1000000] [--product]

The engine claims, composes, freezes, marks and sends to `smtp-sink` on loopback, in one
process, on disk. Printed is the resident memory of that process on the way, and what the
store keeps of a mail. `--product` sends by the whole product instead: sample papers, ranking,
the real templates, all of `digest run` but its further processes.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sqlalchemy import insert

from bench.delivery import sink
from bench.delivery_fixture import NOW, Room, make_store
from digest.delivery.crash_board import LivingSender
from digest.delivery.sender import Sender
from digest.delivery.smtp import SmtpTransport
from digest.delivery.smtp_session import Relay
from digest.resources import shipped
from digest.settings import Settings
from digest.storage.database import Database
from digest.storage.schema import subscribers

_T = TypeVar("_T")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Gauge:
    """Looks at this process's memory every so many mails."""

    every: int
    seen: list[tuple[int, float]] = field(default_factory=list)  # mails, MB resident
    count: int = 0
    started: float = field(default_factory=time.monotonic)

    def watch(self, mails: Iterable[_T]) -> Iterator[_T]:
        """Pass mails through."""
        for mail in mails:
            self.passed(1)
            yield mail

    def passed(self, mails: int) -> None:
        """Count mails."""
        self.count += mails
        if mails and self.count % self.every == 0:
            self.seen.append((self.count, resident()))
            seconds = time.monotonic() - self.started
            print(f"{self.count:>9} mails {self.seen[-1][1]:8.1f} MB {seconds:7.0f} s", flush=True)


def resident() -> float:
    """Return this process's resident memory in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * _PAGE / 1e6


def by_engine(folder: Path, readers: int, gauge: Gauge, port: int) -> Database:
    """Send readers' mails by the engine alone."""
    database = make_store(folder / "digest.db", readers)
    room = Room.make(database)
    room.deliveries.plan(1, NOW)
    owner = LivingSender(folder / "owners")
    relay = SmtpTransport(Relay("127.0.0.1", port, "none"))
    sender = Sender(room.deliveries, owner, relay, clock=lambda: NOW, rng=random.Random(1))
    sender.send(gauge.watch(room.mails(owner.name, NOW)))
    owner.close()
    accepted = room.deliveries.accounting(1).accepted
    if accepted != readers:
        raise SystemExit(f"only {accepted} of {readers} were accepted")
    return database


def by_product(folder: Path, readers: int, gauge: Gauge, port: int) -> Database:
    """Send the sample papers by all that `digest run` does, to readers with various keywords."""
    # the engine alone is measured without ranking's libraries
    from digest.app.application import open_app  # noqa: PLC0415 - see above
    from digest.operations.dumps import ingest_file  # noqa: PLC0415 - see above
    from digest.operations.setup import make_inbox  # noqa: PLC0415 - see above

    smtp = {"port": port, "security": "none"}
    settings = Settings.model_validate(
        {
            "newsletter": {"sender": "papers@digest.example.org", "base_url": "https://d.example"},
            "ranking": {"semantic": "off"},
            "delivery": {"transport": "smtp", "processes": 1, "smtp": smtp},
        }
    )
    app = open_app(settings, folder)
    make_inbox(app)
    with app.stores.database.write() as store:
        for first in range(1, readers + 1, 10_000):
            last = min(first + 10_000, readers + 1)
            store.execute(insert(subscribers), [_reader(n) for n in range(first, last)])
    for name in ("day-1.txt", "day-2.txt"):
        ingest_file(app, shipped("digest/samples") / name)
    figures, trouble = app.edition_run(gauge.passed).run(app.today(), app.engine)
    if trouble or figures.accounting.accepted != readers:
        raise SystemExit(f"not all were accepted: {trouble}, {figures.accounting}")
    return app.stores.database


WORDS = ("robot", "diffusion", "language model", "audio", "graph", "retrieval", "agents")


def _reader(number: int) -> dict[str, object]:
    """Return a reader as the store keeps them; there are 49 different profiles."""
    address = f"reader{number}@list{number % 7}.example.org"
    return {
        "id": number,
        "email": address,
        "email_key": address,
        "name": f"Reader {number}",
        "keywords": f'"{WORDS[number % 7]}", {WORDS[number // 7 % 7]}',
        "state": "active",
        "created_at": NOW,
        "secret": "x",
    }


def kept(path: Path, mails: int) -> Iterator[str]:
    """Tell how many bytes each table and index takes, for a mail."""
    with closing(sqlite3.connect(path)) as store:
        yield f"{path.stat().st_size / mails:9.0f} bytes a mail in the store, of which"
        query = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 8"
        try:
            for name, size in store.execute(query):
                yield f"{size / mails:9.0f} {name}"
        except sqlite3.OperationalError:
            yield "          (this SQLite cannot tell its tables' sizes)"


def main() -> int:
    """Run from the command line; exit 1 when memory grew with the readers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readers", type=int, default=1_000_000)
    parser.add_argument("--product", action="store_true")
    options = parser.parse_args()
    gauge = Gauge(max(1, options.readers // 10))
    send = by_product if options.product else by_engine
    with tempfile.TemporaryDirectory() as place, sink() as port:
        folder = Path(place)
        database = send(folder, options.readers, gauge, port)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        database.close()
        print(f"{peak:9.1f} MB at most", *kept(folder / "digest.db", options.readers), sep="\n")
    growth = gauge.seen[-1][1] - gauge.seen[len(gauge.seen) // 2][1]
    print(f"{growth:9.1f} MB more at the end than half-way")
    return 1 if growth > 20 else 0


if __name__ == "__main__":
    sys.exit(main())
