"""`digest ingest` and `digest papers`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from digest.archive.dump_results import DumpResult
from digest.cli.arguments import a_date
from digest.cli.output import Json, objects, one, progress, say, table
from digest.papers import Paper


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
    app = context.obj.app
    readings: list[DumpResult] = []
    with progress("Reading dumps", len(files)) as bar:
        for path in files:
            if str(path) == "-":
                data = sys.stdin.buffer.read(app.settings.dumps.max_bytes + 1)
                reading = app.ingest_bytes(data, "-", captured_at, archive_only)
            else:
                reading = app.ingest_file(path, captured_at, archive_only)
            readings.append(reading)
            bar.advance(bar.task_ids[0])
    total = app.archive.count()
    if as_json:
        one({"dumps": [_told(reading) for reading in readings], "archive": total})
    else:
        for reading in readings:
            say(f"{reading.name}: {reading.summary()}")
        say(f"The archive has {total} papers.")
    raise typer.Exit(1 if any(reading.rejected for reading in readings) else 0)


def papers(
    context: typer.Context,
    text: Annotated[
        str, typer.Argument(help="Show only papers with this number or key, or that say this.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Show the archive's papers."""
    archive = context.obj.office.archive
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


def _told(reading: DumpResult) -> dict[str, Any]:
    return {
        "path": reading.name,
        "format": reading.format,
        "captured_at": reading.captured_on,
        "papers": reading.papers,
        "new": reading.new,
        "rejected": reading.rejected,
        "already_ingested": reading.already_ingested,
        "problems": [{"line": each.line, "reason": each.reason} for each in reading.problems],
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
