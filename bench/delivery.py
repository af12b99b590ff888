"""CPU per mail, by ours and by others, in one run on one machine.

    python -m bench.delivery [--mails 6000] [--rounds 3] [--only NAME …] [--json]

Every sender sends the same mails (about 45 KB, ten cards) to one `smtp-sink` on loopback and
is measured by its own CPU time; the sink's does not count. Ours includes the whole delivery:
plan, claim, freeze, marks, DKIM, SMTP, outcomes and ledger, on disk.
"Whole job" (`newsroom`) begins earlier: ranking and composing are in it, on both sides.
Each says itself what it took from its first mail to its last: what it imports, its keys and its
readers are ready by then. A contestant that is not installed is skipped with its reason. They run
in turns, and each one's best round counts: on a shared machine the others' work comes and goes, and
only ever adds.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

SIZE = 49_100  # bytes of one of the mails


@dataclass(frozen=True)
class Figure:
    """What one contestant took."""

    name: str
    cpu_us: float = 0.0  # per mail
    per_second: float = 0.0  # by the wall clock: noisy
    skipped: str = ""


@contextmanager
def sink() -> Iterator[int]:
    """Run a server that takes everything, on a free loopback port."""
    program = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"
    if not Path(program).exists():
        raise SystemExit("smtp-sink is not installed (Debian: the postfix package)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen(
        [program, *user, f"127.0.0.1:{port}", "1000"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield port
    finally:
        process.kill()
        process.wait()


def measured(name: str, mails: int, command: list[str], **more: object) -> Figure:
    """Run a sender as a child; it says itself what sending took, or all of it counts."""
    started = time.monotonic()
    try:
        child = subprocess.Popen(
            [part.replace("{mails}", str(mails)) for part in command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            **more,  # type: ignore[arg-type]
        )
    except OSError as error:
        return Figure(name, skipped=f"it failed: {error}")
    assert child.stderr is not None
    told = child.stderr.read().decode(errors="replace").strip().splitlines()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        return Figure(name, skipped=f"it failed: {told[-1][:200] if told else child.returncode}")
    cpu, wall = usage.ru_utime + usage.ru_stime, time.monotonic() - started
    for line in told:
        if line.startswith("took "):
            cpu, wall = map(float, line.split()[1:])
    return Figure(name, round(cpu / mails * 1e6, 1), round(mails / wall))


def contestants(folder: Path, mails: int, port: int) -> dict[str, Callable[[], Figure]]:
    """Return every sender by name."""
    me = [sys.executable, "-m", "bench.delivery_contestants"]
    fewer = max(100, mails // 10)

    def python(name: str, count: int, *arguments: str) -> Callable[[], Figure]:
        return lambda: measured(
            name, count, [*me, arguments[0], str(folder), str(port), "{mails}", *arguments[1:]]
        )

    def source() -> Figure:
        program = shutil.which("smtp-source") or "/usr/sbin/smtp-source"
        if not Path(program).exists():
            return Figure("smtp-source", skipped="not installed (Debian: the postfix package)")
        return measured(  # it takes so little that a few mails are lost in the clock's ticks
            "smtp-source",
            5 * mails,
            [program, "-m", "{mails}", "-s", "4", "-d", "-l", str(SIZE), f"127.0.0.1:{port}"],
        )

    return {
        "ours": python("ours", mails, "ours"),
        "ours, RSA": python("ours, RSA", mails, "ours", "rsa"),
        "ours, RSA and Ed25519": python("ours, RSA and Ed25519", mails, "ours", "rsa", "ed25519"),
        "ours, whole job": python("ours, whole job", mails, "whole"),
        "naive, whole job": python("naive, whole job", fewer, "naive-whole"),
        "raw RSA": python("raw RSA", mails, "raw"),
        "smtp-source": source,
        "naive": python("naive", fewer, "naive"),
        "naive, RSA": python("naive, RSA", max(50, fewer // 2), "naive", "rsa"),
        "nodemailer": lambda: nodemailer(folder, port, mails // 2),
        "nodemailer, RSA": lambda: nodemailer(folder, port, mails // 2, rsa=True),
        "django-newsletter": lambda: django_newsletter(folder, port, fewer),
    }


def nodemailer(folder: Path, port: int, mails: int, *, rsa: bool = False) -> Figure:
    """Send by nodemailer's pooled transport."""
    name = "nodemailer, RSA" if rsa else "nodemailer"
    npm, home = shutil.which("npm"), folder / "node"
    if npm is None:
        return Figure(name, skipped="npm is not installed")
    if not (home / "node_modules").is_dir():
        home.mkdir(exist_ok=True)
        done = subprocess.run(
            [npm, "install", "--silent", "--no-audit", "--no-fund", "nodemailer"],
            cwd=home,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            return Figure(name, skipped="npm could not install nodemailer")
    script = Path(__file__).with_name("delivery_nodemailer.cjs")
    shutil.copy(script, home / script.name)
    command = ["node", script.name, str(port), "{mails}", str(folder / "sample")]
    return measured(name, mails, [*command, *(["rsa"] if rsa else [])], cwd=home)


def django_newsletter(folder: Path, port: int, mails: int) -> Figure:
    """Send by django-newsletter's own submission."""
    name, home = "django-newsletter", folder / "django"
    python = home / "bin" / "python"
    if not python.exists():
        steps = (
            [sys.executable, "-m", "venv", str(home)],
            [
                str(python),
                "-m",
                "pip",
                "install",
                "-q",
                "setuptools<81",
                "Pillow",
                "sorl-thumbnail",
            ],
            [str(python), "-m", "pip", "install", "-q", "django-newsletter"],
        )
        for step in steps:
            if subprocess.run(step, capture_output=True, check=False).returncode:
                shutil.rmtree(home, ignore_errors=True)
                return Figure(name, skipped="pip could not install django-newsletter")
    script = str(Path(__file__).with_name("delivery_django.py"))
    return measured(
        name, mails, [str(python), script, str(port), "{mails}", str(folder / "sample")]
    )


def ratios(figures: dict[str, Figure]) -> dict[str, float]:
    """Return each target's ratio, as far as both sides were measured."""

    def cpu(name: str) -> float:
        figure = figures.get(name)
        return figure.cpu_us if figure and not figure.skipped else float("nan")

    wanted = {
        "naive ÷ ours, whole job (≥ 50, stretch 95)": cpu("naive, whole job")
        / cpu("ours, whole job"),
        "naive ÷ ours (≥ 50, stretch 95)": cpu("naive") / cpu("ours"),
        "naive ÷ ours, RSA (≥ 30, stretch 45)": cpu("naive, RSA") / cpu("ours, RSA"),
        "ours ÷ smtp-source (≤ 3, stretch 2)": cpu("ours") / cpu("smtp-source"),
        "ours, RSA ÷ (raw RSA + smtp-source) (≤ 1.7, stretch 1.35)": cpu("ours, RSA")
        / (cpu("raw RSA") + cpu("smtp-source")),
        "nodemailer ÷ ours (≥ 9, stretch 15)": cpu("nodemailer") / cpu("ours"),
        "django-newsletter ÷ ours (≥ 28, stretch 47)": cpu("django-newsletter") / cpu("ours"),
    }
    return {name: round(value, 2) for name, value in wanted.items() if not math.isnan(value)}


def _told(figure: Figure) -> str:
    if figure.skipped:
        return f"skipped: {figure.skipped}"
    return f"{figure.cpu_us:10.1f} µs CPU a mail {figure.per_second:8.0f} mails/s"


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mails", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures: dict[str, Figure] = {}
    with tempfile.TemporaryDirectory() as name, sink() as port:
        folder = Path(name)
        for what, count in (("sample", 1), ("readers", options.mails)):
            me = [sys.executable, "-m", "bench.delivery_contestants", what, name, "0", str(count)]
            subprocess.run(me, check=True)
        wanted = {
            contestant: run
            for contestant, run in contestants(folder, options.mails, port).items()
            if not options.only or contestant in options.only
        }
        for _ in range(options.rounds):
            for contestant, run in wanted.items():
                figure, before = run(), figures.get(contestant)
                if figure.skipped and before is not None:
                    continue
                if before is None or before.skipped or figure.cpu_us < before.cpu_us:
                    figures[contestant] = figure
    if not options.json:
        for contestant, figure in figures.items():
            print(f"{contestant:24} {_told(figure)}")
    found = ratios(figures)
    if options.json:
        print(json.dumps({"figures": [asdict(f) for f in figures.values()], "ratios": found}))
    else:
        for target, value in found.items():
            print(f"{target:62} {value:8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
