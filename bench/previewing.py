"""What a preview costs: CPU per request, for honest keywords and for hostile ones.

    .venv/bin/python bench/previewing.py [--papers 600] [--semantic off|on]

600 papers in twelve editions, the words our own. Each text is asked for as the pages ask (parsed,
ranked, counted, suggested), never twice, so that no cache answers; the middle of several tries.
With a model, keywords beyond a few are embedded after the answer: that is the second figure, and
the third is the next preview, which has their meaning.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench.newsroom import articles, dump, vocabulary
from digest.app.application import App, open_app
from digest.archive.dump_results import IncomingDump
from digest.operations.dumps import ingest_one
from digest.operations.readers_pages import preview_service
from digest.run import SELDOM
from digest.settings import Settings
from digest.web.later_meanings import LaterMeanings
from subscribers.errors import ProfileError
from subscribers.profile import parse
from subscribers.web.interfaces import PreviewService

BEGAN = datetime(2026, 4, 1, 7, 0, tzinfo=UTC)
EDITIONS = 12
TRIES = 9


def main() -> None:
    """Print a table: milliseconds of CPU for each kind of text."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--papers", type=int, default=600)
    options.add_argument("--semantic", choices=("off", "on"), default="off")
    asked = options.parse_args()
    gc.set_threshold(*SELDOM)  # as in a server
    rng = random.Random(5)
    words = vocabulary(rng)
    with tempfile.TemporaryDirectory() as folder:
        app = archive(Path(folder), rng, words, asked.papers, asked.semantic)
        service, later = preview_service(app), Later()
        service._later = LaterMeanings(later.waiting.append)
        started = time.process_time()
        ask(service, words[30])
        print(f"the first, which takes the papers apart: {time.process_time() - started:.2f} s")
        for name, texts in kinds(rng, words):
            taken, after, again = [], [], []
            for text in texts:
                taken.append(milliseconds(partial(ask, service, text)))
                after.append(milliseconds(later.do))
                again.append(milliseconds(partial(ask, service, text)))
            first, rest, second = map(statistics.median, (taken, after, again))
            print(
                f"{name:40} {first:8.1f} ms   most {max(taken):8.1f} ms"
                f"   later {rest:8.1f} ms   again {second:8.1f} ms"
            )
        app.close()


class Later:
    """What previews leave for later."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def do(self) -> None:
        """Do it."""
        while self.waiting:
            self.waiting.pop()()


def milliseconds(work: Callable[[], None]) -> float:
    """Return the CPU that some work takes."""
    started = time.process_time()
    work()
    return 1000 * (time.process_time() - started)


def ask(service: PreviewService, text: str) -> None:
    """Do what a request does, but for the page."""
    with suppress(ProfileError):  # that is answered without a look at the papers
        service.preview(parse(text), None)


def archive(folder: Path, rng: random.Random, words: list[str], papers: int, semantic: str) -> App:
    """Return a digest with papers in some editions, a day apart."""
    now = BEGAN
    given: dict[str, Any] = {"ranking": {"semantic": semantic}}
    app = open_app(Settings(**given), folder, clock=lambda: now)
    found = articles(rng, words, papers)
    for day in range(EDITIONS):
        ingest_one(app, IncomingDump("papers.json", dump(found[day::EDITIONS], 1000 * day)))
        app.stores.editions.open(now.date(), now=now, expiry=timedelta(days=3))
        now += timedelta(days=1)
    return app


def kinds(rng: random.Random, words: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield what people and attackers type, several of each kind."""

    def some(count: int, first: int = 20) -> list[str]:
        return rng.sample(words[first:], count)

    def wrong(word: str) -> str:
        return word[:2] + rng.choice("qwzy") + word[2:]

    def letters(count: int) -> str:
        return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=count))

    def each(make: Any) -> list[str]:
        return [make()[:2000] for _ in range(TRIES)]

    yield "three keywords", each(lambda: ", ".join(some(3)))
    yield (
        "three keywords, one of them misspelt",
        each(lambda: ", ".join([*some(2), wrong(some(1)[0])])),
    )
    yield "100 ordinary items", each(lambda: ", ".join(some(100)))
    yield "90 items of two words", each(lambda: ", ".join(" ".join(some(2)) for _ in range(90)))
    yield "20 items of ten words", each(lambda: ", ".join(" ".join(some(10)) for _ in range(20)))
    yield "100 misspelt items", each(lambda: ", ".join(wrong(word) for word in some(100)))
    yield "as many items as fit", each(lambda: ",".join(letters(3) for _ in range(100)))
    yield (
        "100 phrases of three words",
        each(lambda: ", ".join(f'"{" ".join(some(3))}"' for _ in range(60))),
    )
    yield "one bag of hundreds of words", each(lambda: " ".join(some(250)))
    yield "one word of 1900 letters", each(lambda: letters(1900))
    yield "one word, 900 times", each(lambda: " ".join([letters(4)] * 400))
    yield "U+FDFA, 1900 times, in quotes", each(lambda: '"' + "\ufdfa" * 1900 + '"' + letters(3))
    yield "U+FDFA apart", each(lambda: "\ufdfa " * 900 + letters(3))
    yield "hyphens", each(lambda: "-".join(letters(1) for _ in range(990)))
    yield "exclusions", each(lambda: letters(5) + ", " + ", ".join("-" + w for w in some(80)))
    yield "requirements", each(lambda: ", ".join("+" + word for word in some(80)))
    yield "authors", each(lambda: ", ".join(f"author:{letters(4)}" for _ in range(80)))
    yield "combining marks", each(lambda: "a" + "\u0301" * 1900 + letters(3))


if __name__ == "__main__":
    main()
