"""Papers that readers like, told by the operator: by title, or in a file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from digest.app.application import App
from digest.archive.dump_results import IncomingDump, path_name
from digest.archive.ingest import read_whole
from digest.dumps import formats
from digest.errors import DumpError, NotFound
from digest.operations.dumps import ingest_one
from digest.operations.paper_lookup import numbered_or_named
from digest.operations.sources import look_up_paper
from digest.papers import Paper, keys_of
from digest.ranking.lab import Past
from subscribers.profile import parse_stored
from subscribers.store import Feedback, Subscriber


class Likes(NamedTuple):
    """What came of the papers that an operator named."""

    liked: list[Paper]
    not_found: list[str]  # what no paper of the archive, or more than one, is called: a sentence


def like_all(app: App, reader: Subscriber, texts: Sequence[str], file: Path | None) -> Likes:
    """Note that a reader likes the papers that are named, and those of a file.

    Raises DumpError for a file that cannot be read.
    """
    liked, not_found = [], []
    for text in texts:
        try:
            liked.append(like(app, reader, text))
        except NotFound as error:
            not_found.append(str(error))
    return Likes(liked + (like_file(app, reader, file) if file else []), not_found)


def like(app: App, reader: Subscriber, text: str) -> Paper:
    """Note that a reader likes a paper, named by title, number, arXiv id, DOI or link.

    One that the archive lacks is looked up, where `enrichment.service` says so, and never offered.
    Raises NotFound, with what to do instead, when not exactly one is called so.
    """
    found = numbered_or_named(app.stores.archive, text)
    if len(found) > 1:
        raise NotFound(f"{len(found)} papers of the archive match {text!r}; name exactly one")
    paper = found[0] if found else look_up_paper(app, text)
    if paper is None:
        raise NotFound(_unknown(app, text))
    app.stores.readers.set_feedback(reader.id, Feedback(paper.id, "more", app.clock()))
    return paper


def _unknown(app: App, text: str) -> str:
    """Say that a paper is not to be had, and how it would be."""
    service = app.settings.enrichment.service
    if service == "off":
        return (
            f"the archive has no paper {text!r}, so it was not noted as liked; papers that it"
            " lacks can come in a file (--like-file), or are looked up with enrichment.service set"
        )
    return (
        f"neither the archive nor {service} has a paper {text!r}, or {service} did not answer, so "
        "it was not noted as liked; it can come in a file (--like-file)"
    )


def like_file(app: App, reader: Subscriber, file: Path) -> list[Paper]:
    """Note that a reader likes every paper of a file (BibTeX, RIS, …); return them.

    Papers that the archive lacks are added, and never offered. Raises DumpError.
    """
    data = read_whole(file, app.ingest.read_file)
    dump = formats.read(data, now=app.clock())
    reading = ingest_one(app, IncomingDump(path_name(file), data, archive_only=True))
    if reading.format is None:
        raise DumpError(reading.problems[0].reason, path=file)
    keys = [key for record in dump.records for key in keys_of(record)]
    with app.stores.archive.changing() as known:
        liked = {paper.id: paper for paper in known.by_keys(keys).values()}
    for number in liked:
        app.stores.readers.set_feedback(reader.id, Feedback(number, "more", app.clock()))
    return list(liked.values())


def past_likes(app: App) -> list[Past]:
    """Return each reader's liked papers with the editions that offered them."""
    stores = app.stores

    @cache
    def offered(edition: int) -> Sequence[Paper]:
        return stores.archive.offered(after=edition - 1, upto=edition)

    past = []
    for reader in stores.readers.every():
        feedback = stores.readers.feedback(reader.id)
        liked = stores.archive.get([each.paper for each in feedback if each.opinion == "more"])
        for edition in sorted({paper.edition for paper in liked.values() if paper.edition}):
            numbers = frozenset(paper.id for paper in liked.values() if paper.edition == edition)
            past.append(Past(offered(edition), parse_stored(reader.keywords), numbers))
    return past
