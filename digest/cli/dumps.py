"""`digest ingest` and `digest papers`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from digest.app.application import App
from digest.archive.dump_results import DumpResult, IncomingDump, path_name
from digest.cli.arguments import a_date
from digest.cli.output import Json, objects, one, progress, say, table
from digest.operations.dumps import read_dumps
from digest.papers import Paper
from digest.settings import DumpSettings


def ingest(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(help="The dumps; - reads standard input.", show_default=False)
    ],
    captured_at: Annotated[
        date | None,
        typer.Option(parser=a_date, metavar="DATE", help="The day the page was saved."),
    ] = None,
    archive_only: Annotated[
        bool, typer.Option("--archive-only", help="Seed the archive; offer these to nobody.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read dumps into the archive. Reading the same one twice changes nothing."""
    app: App = context.obj.app
    dumps = (_incoming(path, captured_at, archive_only, app.settings.dumps) for path in files)
    results: list[DumpResult] = []
    with progress("Reading dumps", len(files)) as bar:
        for result in read_dumps(app, dumps):
            results.append(result)
            bar.advance(bar.task_ids[0])
    total = app.stores.archive.count()
    if as_json:
        one({"dumps": [_told(result) for result in results], "archive": total})
    else:
        for result in results:
            say(f"{result.name}: {result.summary()}")
        say(f"The archive has {total} papers.")
    raise typer.Exit(1 if any(result.rejected for result in results) else 0)


def _incoming(
    path: Path, captured_on: date | None, archive_only: bool, limits: DumpSettings
) -> IncomingDump:
    """Return a dump that is named on the command line; its file is read when its turn comes."""
    if str(path) != "-":
        return IncomingDump(path_name(path), path, captured_on, archive_only)
    data = sys.stdin.buffer.read(limits.max_bytes + 1)
    return IncomingDump("-", data, captured_on, archive_only)


def papers(
    context: typer.Context,
    text: Annotated[
        str, typer.Argument(help="Show only papers with this number or key, or that say this.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Show the archive's papers."""
    archive = context.obj.app.stores.archive
    found = archive.find(text) if text else archive.all()
    if as_json:
        objects(map(_shown, found))
    else:
        table(
            ["number", "published", "edition", "title"],
            ([p.id, p.published, _edition(p), p.title] for p in found),
        )


def _edition(paper: Paper) -> str:
    if paper.edition is None:
        return "next"
    return str(paper.edition) if paper.edition else "archive only"


def _told(result: DumpResult) -> dict[str, Any]:
    return {
        "path": result.name,
        "format": result.format,
        "captured_at": result.captured_on,
        "papers": result.papers,
        "new": result.new,
        "same_as": list(result.same_as),
        "without_abstract": result.without_abstract,
        "rejected": result.rejected,
        "already_ingested": result.already_ingested,
        "problems": [{"line": each.line, "reason": each.reason} for each in result.problems],
        "notes": [{"line": each.line, "reason": each.reason} for each in result.notes],
    }


def _shown(paper: Paper) -> dict[str, Any]:
    return {
        "id": paper.id,
        "title": paper.title,
        "abstract": paper.abstract,
        "author_count": paper.author_count,
        "authors": list(paper.authors),
        "published": paper.published,
        "comments": paper.comments,
        "upvotes": paper.upvotes,
        "links": [{"kind": link.kind, "url": link.url} for link in paper.links],
        "first_seen": paper.first_seen,
        "edition": paper.edition,
        "arxiv_id": paper.arxiv_id,
        "doi": paper.doi,
        "keywords": list(paper.keywords),
        "ai_summary": paper.ai_summary,
        "ai_summary_model": paper.ai_summary_model,
        "ai_keywords": list(paper.ai_keywords),
        "organisations": list(paper.organisations),
        "venue": paper.venue,
        "comment": paper.comment,
        "github_url": paper.github_url,
        "github_stars": paper.github_stars,
        "submitter": paper.submitter,
    }
