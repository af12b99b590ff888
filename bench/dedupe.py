"""Near-duplicates against a million known titles: what is found, what is not merged, how fast.

    python bench/dedupe.py [--titles 1000000] [--queries 20000]

Plants every kind of near-duplicate and its dangerous twin among synthetic titles. Baseline:
rapidfuzz over all known titles (`process.extractOne`, ratio), sampled. Ends with 1 if fewer than
95 % of a kind are found, a twin is merged, or the speed is below 5,000 titles a second.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from array import array
from collections import Counter
from collections.abc import Callable

from rapidfuzz import fuzz, process

from digest.near_duplicates import Same, same_paper
from digest.papers import PaperRecord
from digest.title_blocks import TitleBlocks, blocking_hashes

Change = Callable[[str, random.Random], str]
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
        return record(self.titles[paper], self.abstracts.get(paper, "Nobody asks."), "2401.00001")

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
        arxiv_id = "2401.00002" if whose == "arxiv" else None
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--titles", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=20_000)
    asked = parser.parse_args()
    started = time.process_time()
    bench = Bench(asked.titles)
    print(f"{asked.titles:,} titles filed in {time.process_time() - started:.0f} s of CPU")
    kinds = [*SAME, *TWINS] + ["fresh"] * (len(SAME) + len(TWINS))
    queries = [(kind, *bench.query(kind)) for _, kind in zip(range(asked.queries), kinds * asked.queries, strict=False)]  # fmt: skip  # noqa: E501
    started = time.process_time()
    answers = [bench.find(new) for _, new, _ in queries]
    speed = len(queries) / (time.process_time() - started)
    asked_of = Counter(kind for kind, _, _ in queries)
    right = Counter(kind for (kind, _, paper), got in zip(queries, answers, strict=True) if got is not None and got == paper)  # fmt: skip  # noqa: E501
    merged = Counter(kind for (kind, _, _), got in zip(queries, answers, strict=True) if got is not None and kind not in SAME)  # fmt: skip  # noqa: E501
    for kind in SAME:
        print(f"  found   {right[kind] / asked_of[kind]:7.1%} of {kind}")
    for kind in [*TWINS, "fresh"]:
        print(f"  merged  {merged[kind]:4} of {asked_of[kind]:,} {kind}")
    slow = baseline(bench, [new for _, new, _ in queries[:10]])
    print(f"{speed:,.0f} titles/s of CPU; rapidfuzz over all: {slow:.1f}; {speed / slow:,.0f} ×")
    enough = all(right[kind] >= 0.95 * asked_of[kind] for kind in SAME)
    return 0 if enough and not merged.total() and speed >= 5000 else 1


if __name__ == "__main__":
    sys.exit(main())
