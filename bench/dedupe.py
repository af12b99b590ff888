"""Near-duplicates against a million known titles: what is found, what is not merged, how fast.

    python -m bench.dedupe [--titles 1000000] [--queries 20000] [--no-store]

Plants every kind of near-duplicate and its dangerous twin among synthetic titles, and asks twice:
the decision alone, with the titles' blocks in memory; and the way of an ingest, in dumps of 2,000
records against the real store (SQLite), first what it takes to decide, then to write it down too.
Baseline: rapidfuzz over all known titles (`process.extractOne`, ratio), sampled. Ends with 1 if
fewer than 95 % of a kind are found, a twin is merged, or fewer than 5,000 titles a second decided
in memory.
"""

from __future__ import annotations

import argparse
import random
import re
import sqlite3
import sys
import time
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from rapidfuzz import fuzz, process

from bench.title_blocks import TitleBlocks
from digest.archive.diff import Intents, decide
from digest.archive.near_duplicates import Same, same_paper
from digest.archive.title_blocks import blocking_hashes
from digest.papers import PaperRecord, title_key
from digest.storage.archive import ArchiveStore
from digest.storage.database import open_database, sqlite_url
from digest.storage.migrate import migrate

Change = Callable[[str, random.Random], str]
Query = tuple[str, PaperRecord, int | None]  # kind, the new record, the known paper it resembles
NOW = datetime(2026, 1, 1, tzinfo=UTC)
DUMP = 2_000  # records; a day of arXiv has as many
ENOUGH = 5_000  # titles a second
_SYLLABLES = re.findall("..", "bacedifogukaleminopurasetivozabeclodrufroglupestatru")


def vocabulary(rng: random.Random, size: int) -> list[str]:
    words = {"".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))) for _ in range(2 * size)}
    return sorted(words)[:size]


def a_title(rng: random.Random, words: list[str]) -> str:
    chosen = [words[int(len(words) * rng.random() ** 2)] for _ in range(rng.randint(6, 14))]
    if rng.random() < 0.3:
        chosen.insert(rng.randrange(len(chosen)), rng.choice(["GPT-3", "Part II", "2D", "V2"]))
    if rng.random() < 0.3:
        chosen[2] = f"{chosen[2]}-{chosen[3]}"
    if rng.random() < 0.1:
        chosen.append("α-stable Kähler metrics")
    return " ".join(chosen).capitalize()


def an_abstract(rng: random.Random, words: list[str]) -> str:
    return " ".join(rng.choices(words, k=150)) + "."


def one_word(title: str, rng: random.Random) -> str:
    words = title.split()
    plain = [place for place, word in enumerate(words) if word.isalpha() and word.islower()]
    words[rng.choice(plain)] = "grommet"
    return " ".join(words)


def a_plural(title: str, rng: random.Random) -> str:
    words = title.split()
    plain = [place for place, word in enumerate(words) if word.isalpha() and word.islower()]
    words[rng.choice(plain)] += "s"
    return " ".join(words)


def no_word(title: str, rng: random.Random) -> str:
    return re.sub(r"\s*\bgrommet\b", "", one_word(title, rng))


def in_tex(title: str, _: random.Random) -> str:
    first, rest = title.split(" ", 1)
    return rf"\emph{{{first}}} {rest}".replace("α", r"$\alpha$").replace("ä", r"\"{a}")


def next_number(title: str, _: random.Random) -> str:
    if re.search(r"\d", title):
        return re.sub(r"\d", lambda found: str(int(found[0]) + 1), title, count=1)
    return title + " V2"


SAME: dict[str, tuple[Change, bool]] = {  # kind → change of the title, is there an abstract?
    "case": (lambda title, _: title.upper(), True),
    "hyphens": (lambda title, rng: one_word(title.replace("-", " "), rng), True),
    "TeX for Unicode": (in_tex, True),
    "one word changed": (one_word, True),
    "one word left out": (no_word, True),
    "a plural, no abstract": (a_plural, False),
}
TWINS: dict[str, tuple[Change, str]] = {  # kind → change of the title, whose abstract
    "another number or version": (next_number, "same"),
    "another number, no abstract": (next_number, "none"),
    "Part I for Part II": (lambda title, _: title + ", Part I", "same"),
    "one word, another abstract": (one_word, "other"),
    "without": (lambda title, _: title.replace(" ", " without ", 1), "same"),
    "an erratum": (lambda title, _: "Erratum: " + title, "same"),
    "another arXiv id": (lambda title, _: title, "arxiv"),
}


def number_of(paper: int) -> str:
    """Give every paper an arXiv id of its own."""
    year, month, number = 10 + paper // 1_200_000, 1 + paper // 100_000 % 12, paper % 100_000
    return f"{year:02}{month:02}.{number:05}"


def record(title: str, abstract: str, arxiv_id: str | None = None) -> PaperRecord:
    return PaperRecord(title, abstract, title, abstract, arxiv_id=arxiv_id)


class Bench:
    def __init__(self, titles: int) -> None:
        self.rng = random.Random(1)
        self.words = vocabulary(self.rng, 12_000)
        self.titles = [a_title(self.rng, self.words) for _ in range(titles)]
        hashes, papers = array("q"), array("q")
        for paper, title in enumerate(self.titles):
            blocks = blocking_hashes(title)
            hashes.extend(blocks)
            papers.extend([paper] * len(blocks))
        self.blocks = TitleBlocks(hashes, papers)
        self.abstracts: dict[int, str] = {}
        self.untouched = self.rng.sample(range(titles), titles)

    def known(self, paper: int) -> PaperRecord:
        """Give a known paper; who is not asked for needs no abstract of their own."""
        abstract = self.abstracts.get(paper, "Nobody asks.")
        return record(self.titles[paper], abstract, number_of(paper))

    def query(self, kind: str) -> tuple[PaperRecord, int | None]:
        """Make a new record of a kind, and name the known paper it is or resembles."""
        rng = self.rng
        abstract = an_abstract(rng, self.words)
        if kind == "fresh":
            return record(a_title(rng, self.words), abstract), None
        paper = self.untouched.pop()
        self.abstracts[paper] = abstract
        if kind in SAME:
            change, told = SAME[kind]
            if kind == "a plural, no abstract" and len(self.titles[paper]) < 40:
                return self.query(kind)
            abstract = abstract.replace(" ", "  ", 3) + " Accepted." if told else ""
            return record(change(self.titles[paper], rng), abstract), paper
        change, whose = TWINS[kind]
        abstract = {"same": abstract, "arxiv": abstract, "none": ""}.get(
            whose, an_abstract(rng, self.words)
        )
        arxiv_id = f"9901.{len(self.abstracts):05}" if whose == "arxiv" else None
        return record(change(self.titles[paper], rng), abstract, arxiv_id), paper

    def find(self, new: PaperRecord) -> int | None:
        best, likeness = None, 0.0
        for paper in self.blocks.candidates(blocking_hashes(new.title)):
            decision = same_paper(self.known(paper), new)
            if isinstance(decision, Same) and decision.likeness > likeness:
                best, likeness = paper, decision.likeness
        return best


def baseline(bench: Bench, queries: list[PaperRecord]) -> float:
    started = time.process_time()
    for new in queries:
        process.extractOne(new.title, bench.titles, scorer=fuzz.ratio, score_cutoff=80)
    return len(queries) / (time.process_time() - started)


class Store:
    """The known papers in a real store, filled in bulk and then asked as an ingest asks it."""

    def __init__(self, bench: Bench, path: Path) -> None:
        database = open_database(sqlite_url(path))
        migrate(database, backups=path.parent, now=NOW)
        self.archive = ArchiveStore(database)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA cache_size=-500000")
            self._fill(connection, bench)
            connection.commit()

    def _fill(self, connection: sqlite3.Connection, bench: Bench) -> None:
        connection.executemany(
            "INSERT INTO papers (id, title, abstract, source_title, source_abstract, authors, "
            "links, keywords, arxiv_id, position, first_seen, provenance, edition) "
            "VALUES (?, ?, ?, ?, ?, '[]', '[]', '[]', ?, 0, '2026-01-01 00:00:00', '{}', 0)",
            (
                (
                    number + 1,
                    known.title,
                    known.abstract,
                    known.title,
                    known.abstract,
                    known.arxiv_id,
                )
                for number, known in enumerate(map(bench.known, range(len(bench.titles))))
            ),
        )
        keys = {f"title:{title_key(title)}": n for n, title in enumerate(bench.titles, start=1)}
        keys |= {f"arxiv:{number_of(n)}": n + 1 for n in range(len(bench.titles))}
        connection.executemany("INSERT INTO paper_keys VALUES (?, ?)", sorted(keys.items()))
        blocks = bench.blocks.pairs()  # sorted: an index is filled from left to right
        connection.executemany(
            "INSERT OR IGNORE INTO title_blocks VALUES (?, ?)",
            ((block, paper + 1) for block, paper in blocks),
        )

    def decide(
        self, records: Sequence[PaperRecord], *, write: bool
    ) -> tuple[list[int | None], float]:
        """Return which known paper each record is, and the seconds of CPU that it took."""
        answers: list[int | None] = []
        spent = 0.0
        for at in range(0, len(records), DUMP):
            dump = records[at : at + DUMP]
            started = time.process_time()
            with self.archive.changing() as change:
                intents = decide(dump, change, change)
                if write:
                    change.carry_out(intents, source="bench", now=NOW, archive_only=True)
            spent += time.process_time() - started
            answers += told(intents, len(dump))
        return answers, spent


def told(intents: Intents, records: int) -> list[int | None]:
    """Return, by record, the number of the known paper that it is; None for a new one."""
    papers: list[int | None] = [None] * records
    for update in intents.updates:
        for index in update.records:
            papers[index] = update.id - 1
    return papers


def report(queries: list[Query], answers: Sequence[int | None]) -> bool:
    """Print what was found and what was merged; return whether it is enough."""
    asked_of = Counter(kind for kind, _, _ in queries)
    pairs = list(zip(queries, answers, strict=True))
    right = Counter(kind for (kind, _, paper), got in pairs if got is not None and got == paper)
    merged = Counter(kind for (kind, _, _), got in pairs if got is not None and kind not in SAME)
    for kind in SAME:
        print(f"  found   {right[kind] / asked_of[kind]:7.1%} of {kind}")
    for kind in [*TWINS, "fresh"]:
        print(f"  merged  {merged[kind]:4} of {asked_of[kind]:,} {kind}")
    return all(right[kind] >= 0.95 * asked_of[kind] for kind in SAME) and not merged.total()


def through_the_store(bench: Bench, queries: list[Query]) -> bool:
    """Decide in a real store and print how fast; return whether it finds and merges as it must."""
    records = [new for _, new, _ in queries]
    with TemporaryDirectory() as folder:
        started = time.process_time()
        store = Store(bench, Path(folder) / "bench.db")
        print(f"a store of them in {time.process_time() - started:.0f} s of CPU")
        answers, spent = store.decide(records, write=False)
        decided = len(records) / spent
        enough = report(queries, answers)
        print(f"{decided:,.0f} titles/s of CPU decided in the store", flush=True)
        answers, spent = store.decide(records, write=True)
        new = answers.count(None)
        print(f"{len(records) / spent:,.0f} titles/s of CPU with {new:,} new ones written down")
    return enough


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--titles", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=20_000)
    parser.add_argument("--no-store", action="store_true", help="the decision alone")
    asked = parser.parse_args()
    started = time.process_time()
    bench = Bench(asked.titles)
    print(f"{asked.titles:,} titles filed in {time.process_time() - started:.0f} s of CPU")
    kinds = [*SAME, *TWINS] + ["fresh"] * (len(SAME) + len(TWINS))
    queries: list[Query] = []
    for kind in islice(cycle(kinds), asked.queries):
        new, paper = bench.query(kind)
        queries.append((kind, new, paper))
    started = time.process_time()
    answers = [bench.find(new) for _, new, _ in queries]
    speed = len(queries) / (time.process_time() - started)
    enough = report(queries, answers)
    slow = baseline(bench, [new for _, new, _ in queries[:10]])
    print(f"{speed:,.0f} titles/s of CPU; rapidfuzz over all: {slow:.1f}; {speed / slow:,.0f} ×")
    enough = enough and speed >= ENOUGH
    if not asked.no_store:
        enough = through_the_store(bench, queries) and enough
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
