"""One hostile visitor, and what honest ones meet meanwhile.

    .venv/bin/python -m bench.hostile [--seconds 15] [--semantic off|on]

On loopback alone, against the pages of a digest with 600 papers in a process of their own. The
visitor opens connections that say nothing, half a request's head, or a form's body a byte a second,
and asks for the dearest previews that the form takes, from ever new addresses (as through many
proxies). Beside them, one after the other:
the front page, a preview of three keywords, a confirmation's page, one-click unsubscribing.
Target: 95 of 100 within 300 ms, unsubscribing and confirming without a single refusal.
"""

from __future__ import annotations

import argparse
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

import uvicorn

from bench.newsroom import vocabulary
from bench.previewing import archive
from digest.operations.readers_pages import readers_site
from digest.settings import WebSettings
from digest.web.connections import MOST, BoundedProtocol
from subscribers.preferences import Preferences

SILENT = 2 * MOST  # connections of each kind that are kept waiting
ASKERS = 3  # threads that ask for dear previews


def main() -> None:
    """Play both visitors, and print what the honest one met."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=15)
    options.add_argument("--semantic", choices=("off", "on"), default="off")
    options.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options.add_argument("--attack", type=int, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.serve:
        return serve(asked.serve, asked.semantic)
    if asked.attack:
        return attack(asked.attack)
    with tempfile.TemporaryDirectory() as folder:
        server = _process("--serve", folder, "--semantic", asked.semantic)
        try:
            assert server.stdout
            port, token = server.stdout.readline().split()
            honest(int(port), token, 1)  # what is made once is made before
            report("alone", honest(int(port), token, asked.seconds / 3))
            hostile = _process("--attack", port)
            try:
                assert hostile.stdout
                hostile.stdout.readline()
                report("beside the hostile one", honest(int(port), token, asked.seconds))
                files = len(list(Path(f"/proc/{server.pid}/fd").iterdir()))
                print(f"files open in the server meanwhile: {files}")
            finally:
                hostile.kill()
                hostile.wait()
        finally:
            server.terminate()
            server.wait()


def _process(*asked: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bench.hostile", *asked],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def serve(folder: Path, semantic: str) -> None:
    """Serve the pages; say the port and a mail's token on stdout."""
    rng = random.Random(5)
    app = archive(folder, rng, vocabulary(rng), 600, semantic)
    app.settings = app.settings.model_copy(
        update={"web": WebSettings(trusted_proxies=("127.0.0.1",))}
    )
    reader, _ = app.desk.add(
        "ada@example.org", Preferences("diffusion"), app.clock(), confirmed=True, how="test"
    )
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], app.desk.links.mail_token(reader.id, 0, app.clock()))
    sys.stdout.flush()
    config = uvicorn.Config(
        readers_site(app), http=BoundedProtocol, log_level="critical", proxy_headers=False
    )
    uvicorn.Server(config).run(sockets=[listening])


Met = dict[str, list[tuple[int, float]]]  # what was asked for → status and seconds of each


def honest(port: int, token: str, seconds: float) -> Met:
    """Visit the pages in turn, each time from another address, a connection each."""
    met: Met = {}
    words = vocabulary(random.Random(5))
    rng, until = random.Random(1), time.monotonic() + seconds
    while time.monotonic() < until:
        keywords = ", ".join(rng.sample(words[20:], 3))
        visits = (
            ("front page", "GET", "/", None),
            ("preview of three keywords", "POST", "/preview/fragment", {"keywords": keywords}),
            ("preferences", "GET", f"/m/{token}/preferences", None),
            ("one-click unsubscribe", "POST", f"/m/{token}/unsubscribe", {"x": "1"}),
        )
        for name, method, path, form in visits:
            started = time.monotonic()
            status = _asked(port, method, path, form, rng)
            met.setdefault(name, []).append((status, time.monotonic() - started))
    return met


def _asked(
    port: int, method: str, path: str, form: dict[str, str] | None, rng: random.Random
) -> int:
    origin = f"10.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(256)}"
    headers = {"X-Forwarded-For": origin, "Content-Type": "application/x-www-form-urlencoded"}
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()
    return answer.status


def report(when: str, met: Met) -> None:
    """Print the median and the 95th percentile of each page, and the answers that were none."""
    print(when)
    for name, visits in met.items():
        times = sorted(seconds for _, seconds in visits)
        refused = sum(1 for status, _ in visits if status not in (200, 303))
        middle, late = times[len(times) // 2], times[int(len(times) * 0.95)]
        print(
            f"  {name:28} {len(times):5} visits   median {1000 * middle:6.0f} ms"
            f"   p95 {1000 * late:6.0f} ms   refused {refused}"
        )


def attack(port: int) -> None:
    """Be the hostile visitor until this process is ended."""
    for work in (half_open, half_a_head, slow_body, *[dear] * ASKERS):
        threading.Thread(target=work, args=(port,), daemon=True).start()
    time.sleep(_IN_FULL_SWING)
    print("begun", flush=True)
    sys.stdin.read()


_IN_FULL_SWING = 5  # seconds until most connections are open
HEAD = b"POST /preview HTTP/1.1\r\nHost: localhost\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\nkeywords="


def half_open(port: int) -> None:
    """Keep many connections that say nothing at all."""
    _hold(port, b"", b"")


def half_a_head(port: int) -> None:
    """Keep many connections that say half a request's head, and then a letter a second."""
    _hold(port, HEAD, b"X")


def slow_body(port: int) -> None:
    """Keep many connections that send a form, a letter a second."""
    _hold(port, HEAD + FORM, b"a")


def _hold(port: int, beginning: bytes, more: bytes) -> None:
    """Open connections, ever more; keep the newest alive, and open anew what was closed."""
    held: list[socket.socket] = []
    fed = time.monotonic()
    while True:
        with suppress(OSError):
            one = socket.create_connection(("127.0.0.1", port), timeout=2)
            held.append(one)
            one.sendall(beginning)
        if len(held) > SILENT:
            held.pop(0).close()
        if more and time.monotonic() - fed > 1:
            fed = time.monotonic()
            for each in held:
                with suppress(OSError):
                    each.send(more, socket.MSG_DONTWAIT)
        time.sleep(0.015)


def dear(port: int) -> None:
    """Ask for previews that cost most, never the same twice."""
    rng = random.Random()
    words = vocabulary(random.Random(5))
    while True:
        kind = rng.randrange(3)
        sample = rng.sample(words[20:], 80)
        text = (
            ", ".join(sample)
            if kind == 0
            else f"{sample[0]}, " + ", ".join(f"+{word}" for word in sample)
            if kind == 1
            else "\ufdfa " * rng.randrange(150, 200)
        )
        _asked(port, "POST", "/preview/fragment", {"keywords": text[:1900]}, rng)


if __name__ == "__main__":
    main()
