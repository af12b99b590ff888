"""Does everybody get it once? Kill the sender, 200 times, and count.

    python -m bench.crash [--mails 2000] [--kills 200] [--seed 1]

An edition is sent to a real SMTP server that records what it accepted. The sender is killed
by SIGKILL at every kind of state change and at random byte offsets of its traffic, and
started again at once. In the end, by the server's record:

- whoever the store says has accepted, or nothing, was accepted exactly once;
- whoever was accepted without the store knowing is `uncertain`;
- a kill left at most one uncertain mail per connection;
- resent, the uncertain ones arrive with the same Message-ID and bytes.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bench.crash_worker import CONNECTIONS, PIPELINE, POINTS, work
from bench.delivery_room import NOW, address_of, make_store
from bench.smtp_recorder import Recorder
from digest.delivery.owners import Undertaker
from digest.states import State
from digest.storage.deliveries import DeliveryStore

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["bench.crash_worker"])


@dataclass
class Figures:
    """What a series of kills came to."""

    mails: int
    kills: int = 0
    by_point: Counter[str] = field(default_factory=Counter)
    uncertain: int = 0  # held, in the end
    uncertain_arrived: int = 0  # … of which the server has accepted
    worst_kill: int = 0  # most uncertain that one kill left
    twice: int = 0  # accepted twice under `hold`: must be 0
    lost: int = 0  # accepted by nobody and not uncertain: must be 0
    resent_same: int = 0  # arrived again after `resend`, same Message-ID and bytes
    resent_other: int = 0  # … with other bytes: must be 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)


def crash(folder: Path, *, mails: int, kills: int, seed: int = 1) -> Figures:
    """Run the harness in an empty folder and return its figures."""
    rng = random.Random(seed)
    figures = Figures(mails)
    started = time.monotonic()
    database = make_store(folder / "digest.db", mails)
    store = DeliveryStore(database)
    store.plan(1, NOW)
    with Recorder() as server:
        while figures.kills < kills:
            if not _round(folder, server, store, figures, rng):
                break
        _run(folder, server)
        store.reap(Undertaker(folder / "owners", alone=True), NOW)
        _check_held(server, store, figures)
        first = {mail.recipient: mail for mail in server.accepted}
        server.accepted.clear()
        _run(folder, server, resend=True)
        for mail in server.accepted:
            before = first.get(mail.recipient)
            same = before is None or (before.message_id, before.digest) == (
                mail.message_id,
                mail.digest,
            )
            figures.resent_same += same
            figures.resent_other += not same
        if len(server.accepted) != figures.uncertain:
            figures.problems.append(f"resent {len(server.accepted)}, not {figures.uncertain}")
        if store.accounting(1).accepted != mails:
            figures.problems.append(f"after the resend: {store.accounting(1)}")
    figures.seconds = round(time.monotonic() - started, 1)
    database.close()
    return figures


def _round(
    folder: Path, server: Recorder, store: DeliveryStore, figures: Figures, rng: random.Random
) -> bool:
    """Kill one run; False when it ended before the fuse burnt down."""
    before = store.accounting(1)
    point = rng.choice((*POINTS, "bytes", "bytes", "bytes"))
    # Early enough that all kills fit into the edition.
    if point == "bytes":
        process = _context.Process(target=work, args=(str(folder), server.port))
        server.kill = process.kill
        server.kill_after = rng.randrange(1, 900_000)
    else:
        count = rng.randrange(1, 3 if ":" in point and point.startswith("turn") else 16)
        count = 1 if point in ("claimed", "frozen") else count
        process = _context.Process(target=work, args=(str(folder), server.port, point, count))
    process.start()
    process.join()
    server.kill_after = None
    if process.exitcode == 0:
        return False
    if process.exitcode != -9:
        figures.problems.append(f"the sender ended with {process.exitcode}")
    figures.kills += 1
    figures.by_point[point] += 1
    left = store.accounting(1)
    if left.sending > CONNECTIONS * PIPELINE:
        figures.problems.append(f"{left.sending} in sending")
    store.reap(Undertaker(folder / "owners", alone=True), NOW)
    after = store.accounting(1)
    doubt = after.uncertain - before.uncertain
    figures.worst_kill = max(figures.worst_kill, doubt)
    if doubt > CONNECTIONS:
        figures.problems.append(f"a kill at {point} left {doubt} uncertain")
    if after.eligible != figures.mails or after.sending:
        figures.problems.append(f"the accounting does not close: {after}")
    return True


def _run(folder: Path, server: Recorder, *, resend: bool = False) -> None:
    process = _context.Process(
        target=work, args=(str(folder), server.port), kwargs={"resend": resend}
    )
    process.start()
    process.join()
    if process.exitcode != 0:
        raise SystemExit(f"the last run ended with {process.exitcode}")


def _check_held(server: Recorder, store: DeliveryStore, figures: Figures) -> None:
    times = Counter(mail.recipient for mail in server.accepted)
    listed = store.listed(1, limit=figures.mails)
    states = {view.email: view.state for view in listed}
    for number in range(1, figures.mails + 1):
        address = address_of(number)
        got, state = times[address], states[address]
        figures.twice += got > 1
        if state is State.UNCERTAIN:
            figures.uncertain += 1
            figures.uncertain_arrived += got
        elif state is not State.ACCEPTED or got == 0:
            figures.lost += 1
    if figures.twice or figures.lost:
        figures.problems.append(f"{figures.twice} twice, {figures.lost} lost")


def main() -> int:
    """Run from the command line; exit 1 when the promise did not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mails", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = crash(Path(folder), mails=options.mails, kills=options.kills, seed=options.seed)
    print(json.dumps(vars(figures), indent=2))
    return 1 if figures.problems else 0


if __name__ == "__main__":
    sys.exit(main())
