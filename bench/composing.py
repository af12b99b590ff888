"""From readers to issues: CPU per reader of all that a run does before it sends, and the naive way.

    python -m bench.composing [readers [dump …]]

Three rows: readers whose profiles nobody else has, the same readers a day later in the same
process (every profile occurred before), and naive: MJML and all templates for every mail, as most
newsletters do. Each of the first two is rank, choose, explain, compose and preflight, by the
very code of a run; what is paid once an edition (papers taken apart, templates compiled, cards
checked) stands apart. Papers are those of the dumps, or else of the samples; keywords are taken
from their titles; no sentence model.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from digest.choosing.choose import Limits
from digest.choosing.editor import Editor, IssueFor, Knowledge, Offer
from digest.composing.compose import Renderers
from digest.composing.issue_composer import IssueComposer, build_renderers
from digest.composing.sections import IssueSection
from digest.composing.templates import Templates
from digest.dumps.formats import read
from digest.editions import Edition
from digest.mail import Issue
from digest.papers import Paper
from digest.ranking.background import Background
from digest.ranking.corpus import Corpus
from digest.ranking.interface import Pick
from digest.run import SELDOM
from digest.settings import Settings
from subscribers.store import Subscriber
from subscribers.tokens import Tokens

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
SAMPLES = ("day-1.txt", "day-2.txt")
SHARD = 500
Made = TypeVar("Made")
Chosen = tuple[Offer, tuple[Pick, ...]]


def main(readers: int, dumps: Sequence[Path]) -> None:
    """Print what a reader costs, three ways."""
    gc.set_threshold(*SELDOM)  # as in a run
    papers = papers_of(dumps or [ROOT / "digest/samples" / day for day in SAMPLES])
    editor = Editor(lambda since, upto: papers, knowledge_of(papers), Limits(10, 3, 0.01))
    settings = Settings.model_validate(
        {"newsletter": {"base_url": "https://digest.example.org", "sender": "digest@example.org"}}
    )
    renderers = build_renderers(settings)
    composer = IssueComposer(renderers, Tokens([b"a key that is long enough for all"]), settings)
    edition = Edition(1, date(2026, 3, 2), "open", NOW, NOW, len(papers))
    people = [
        Subscriber(n, f"r{n}@example.org", f"r{n}@example.org", keywords)
        for n, keywords in enumerate(distinct_profiles(papers, readers))
    ]
    _, once = timed(lambda: (editor.choose([IssueFor(people[0], 0)], 1), renderers.renderer("en")))
    print(f"{len(papers)} papers, {readers} readers; once an edition: {once * 1e3:.0f} ms")
    for name in ("profiles of their own", "profiles seen before"):
        report(name, people, editor, composer, edition)
    chosen = [each for each in editor.choose([IssueFor(p, 0) for p in people[:100]], 1) if each[1]]
    spent = sum(timed(partial(naive_mail, renderers, *each))[1] for each in chosen)
    print(f"{'naive':22} {spent / len(chosen) * 1e6:9.1f} µs a mail, composing alone")


def report(
    name: str,
    people: Sequence[Subscriber],
    editor: Editor,
    composer: IssueComposer,
    edition: Edition,
) -> None:
    """Send a list of readers through choosing, composing and the preflight, shard by shard."""
    spent = [0.0, 0.0, 0.0]
    for start in range(0, len(people), SHARD):
        dues = [IssueFor(each, 0) for each in people[start : start + SHARD]]
        chosen, spent[0] = timed(partial(editor.choose, dues, 1), spent[0])
        issues, spent[1] = timed(partial(made_of, dues, chosen, composer, edition), spent[1])
        _, spent[2] = timed(partial(composer.check, edition, issues), spent[2])
    choose, compose, check = (each / len(people) * 1e6 for each in spent)
    print(f"{name:22} {choose + compose:9.1f} µs a reader"
          f" (choose {choose:.1f}, compose {compose:.1f}), and {spent[2]:.2f} s preflight"
          f" ({check:.1f})")  # fmt: skip


def made_of(
    dues: Sequence[IssueFor], chosen: Sequence[Chosen], composer: IssueComposer, edition: Edition
) -> list[Issue]:
    """Compose the issues of a shard."""
    return [
        composer.compose(edition, due.reader, picks, offer.papers, NOW, turn=edition.number)
        for due, (offer, picks) in zip(dues, chosen, strict=True)
        if picks
    ]


def timed(work: Callable[[], Made], before: float = 0.0) -> tuple[Made, float]:
    """Return what some work makes, and its seconds of CPU, added to those before it."""
    start = time.process_time()
    made = work()
    return made, before + time.process_time() - start


def papers_of(dumps: Sequence[Path]) -> list[Paper]:
    """Return the papers of some dumps, each title once."""
    papers: dict[str, Paper] = {}
    for dump in dumps:
        for record in read(dump.read_bytes(), now=NOW).records:
            papers.setdefault(
                record.title,
                Paper(
                    len(papers) + 1,
                    record.title,
                    record.abstract,
                    links=record.links,
                    author_count=record.author_count,
                    published=record.published,
                ),
            )
    return list(papers.values())


def knowledge_of(papers: Sequence[Paper]) -> Knowledge:
    """Return what an archive of these papers teaches."""
    background = Background.empty().updated(papers)
    return Knowledge(background, Corpus.of(papers, background, None))


def distinct_profiles(papers: Sequence[Paper], count: int) -> list[str]:
    """Return profiles of two to six keywords, words and pairs of the titles; no two alike."""
    rng = random.Random(1)
    titles = [[word.strip(".,:?") for word in paper.title.split()] for paper in papers]
    words = sorted({word.lower() for title in titles for word in title if len(word) > 5})
    pairs = sorted({f"{a} {b}".lower() for t in titles for a, b in pairwise(t)
                    if len(a) > 4 and len(b) > 4})  # fmt: skip
    keywords = [*rng.sample(words, min(60, len(words))), *rng.sample(pairs, min(40, len(pairs)))]
    found: set[str] = set()
    while len(found) < count:
        found.add(", ".join(rng.sample(keywords, rng.randint(2, 6))))
    return sorted(found, key=lambda _: rng.random())


def naive_mail(renderers: Renderers, offer: Offer, picks: Sequence[Pick]) -> None:
    """Make one mail of the same templates from scratch: MJML, then Jinja for all its parts."""
    Templates(ROOT / "templates/email").html("issue.mjml")
    renderer = renderers.renderer("en")
    renderer.top(1, date(2026, 3, 2), "daily")
    renderer.section(IssueSection("picked", "", tuple(range(len(picks)))), "daily")
    for place, pick in enumerate(picks):
        paper, lead = offer.papers[pick.paper], place == 0
        matched = renderer.matched(paper, pick, lead=lead, in_section=True, density="full")
        renderer.card(paper, matched, lead=lead, density="full")
    renderer.foot(True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000, [Path(dump) for dump in sys.argv[2:]])
