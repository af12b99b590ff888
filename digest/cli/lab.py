"""`digest lab`: measure the ranking and the summaries on collections with judgements."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from enum import StrEnum
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Literal

import typer

from digest.app.application import App
from digest.choosing.choose import Limits
from digest.choosing.issue_lab import EDITION, FLOORS, NAMES, IssueQuality, issue_quality
from digest.cli.output import Json, objects, one, table, warn
from digest.operations.likes import past_likes
from digest.ranking import lab, models
from digest.ranking.baseline import bm25
from digest.ranking.collection import Collection, read_collection
from digest.ranking.model_description import TOKENS, ModelFacts
from digest.ranking.semantics import Semantics
from digest.ranking.vector_file import VectorFile
from digest.settings import EditionSettings, RankingSettings

app = typer.Typer(help="Measure the ranking and the summaries.", no_args_is_help=True)


@app.callback()
def lab_options() -> None:
    """Measure the ranking and the summaries on collections with judgements."""


class QueryFile(StrEnum):
    """Which queries of a collection to ask."""

    queries = "queries"
    keywords = "keywords"


class RankerName(StrEnum):
    """What can be measured."""

    auto = "auto"  # blend with a model, else lexical
    blend = "blend"
    lexical = "lexical"
    bm25 = "bm25"


ModelName = Annotated[
    str, typer.Option("--model", help="Another sentence model: OWNER/NAME, or its folder.")
]


@app.command("evaluate")
def evaluate_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="docs.jsonl, qrels.tsv, …")],
    queries: Annotated[QueryFile, typer.Option(help="Free text, or profiles.")] = QueryFile.queries,
    ranker: Annotated[
        RankerName, typer.Option(help="auto: with the model when it is here.")
    ] = RankerName.auto,
    likes: Annotated[int, typer.Option(min=0, max=14, help="Give away K relevant papers.")] = 0,
    batch: Annotated[
        int | None, typer.Option(min=1, help="Split into editions of this many papers.")
    ] = None,
    compare: Annotated[
        tuple[RankerName, RankerName] | None, typer.Option(help="Two rankers, query by query.")
    ] = None,
    issues: Annotated[
        bool, typer.Option(help="Measure daily issues too, of editions of --batch or 200 papers.")
    ] = True,
    floor: Annotated[float, typer.Option(min=0, help="Of issues.")] = RankingSettings().floor,
    max_papers: Annotated[
        int, typer.Option(min=1, max=50, help="Of an issue.")
    ] = EditionSettings().max_papers,
    min_papers: Annotated[
        int, typer.Option(min=0, max=50, help="Below it, an issue is filled.")
    ] = EditionSettings().min_papers,
    model: ModelName = models.NAME,
    json: Json = False,
) -> None:
    """Rank a collection as one edition and print nDCG@10, MAP, MRR and recall@100.

    Then pick daily issues as for readers, and print how many papers they hold, precision, recall,
    F1 and empty issues, at the floor and at others.
    """
    collection = read_collection(folder, queries.value)
    if compare is not None:
        _show_comparison(collection, compare, batch, likes, json, model)
        return
    used, function, semantics = _ranker(ranker, model)
    measured, _ = lab.evaluation(collection, used, function, batch=batch, likes=likes)
    found: list[IssueQuality] = []
    if issues and not likes and used != "bm25":
        limits = Limits(max_papers, min_papers, floor)
        floors = (floor, *(each for each in FLOORS if each != floor))
        found = issue_quality(collection, semantics, limits, floors, edition=batch or EDITION)
    if json:
        rows = [each.as_json() for each in sorted(found, key=attrgetter("floor"))]
        more = {"issues": found[0].as_json(), "floors": rows} if found else {}
        one({**measured.as_json(), **more})
        return
    _show([measured])
    if found:
        _show_issues(found)


def _show_comparison(
    collection: Collection,
    names: tuple[RankerName, RankerName],
    batch: int | None,
    likes: int,
    json: bool,
    model: str,
) -> None:
    measured = []
    for name in names:
        used, function, _ = _ranker(name, model)
        measured.append(
            (used, *lab.evaluation(collection, used, function, batch=batch, likes=likes))
        )
    (first, one_, values), (second, other, others) = measured
    compared = lab.compare(collection, (first, values), (second, others))
    if json:
        one(
            {
                "a": one_.as_json(),
                "b": other.as_json(),
                "difference": compared.mean,
                "p_permutation": compared.p_permutation,
                "p_t": compared.p_t,
                "differences": dict(compared.differences),
            }
        )
        return
    _show([one_, other])
    rows = sorted(compared.differences.items(), key=lambda pair: pair[1])
    table(("query", "difference of nDCG@10"), ((q, f"{d:+.3f}") for q, d in rows if d))
    table(
        ("mean", "p (randomisation)", "p (t-test)"),
        [(f"{compared.mean:+.4f}", f"{compared.p_permutation:.4f}", f"{compared.p_t:.4f}")],
    )


@app.command("curve")
def curve_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A collection as for evaluate.")],
    queries: Annotated[
        QueryFile, typer.Option(help="Free text, or profiles.")
    ] = QueryFile.keywords,
    model: ModelName = models.NAME,
    json: Json = False,
) -> None:
    """Print what each floor would let through: papers a query, precision, recall."""
    rows = lab.threshold_curve(read_collection(folder, queries.value), _semantics("auto", model))
    if json:
        objects(asdict(row) for row in rows)
        return
    table(
        ("floor", "papers a query", "precision", "recall"),
        ((r.floor, f"{r.picks:.1f}", f"{r.precision:.3f}", f"{r.recall:.3f}") for r in rows),
    )


@app.command("replay")
def replay_command(context: typer.Context, json: Json = False) -> None:
    """Rank past editions anew and compare rankers by the readers' own feedback."""
    app: App = context.obj.app
    past = past_likes(app)
    archive = app.stores.archive.newest(app.settings.ranking.memory)
    rows = [("lexical", lab.replayed_feedback(past, None, archive))]
    if (semantics := app.knowledge.semantics) is not None:
        rows.append(("blend", lab.replayed_feedback(past, semantics, archive)))
    if json:
        one({"pairs": len(past), **dict(rows)})
        return
    table(("ranker", "liked above the rest"), ((name, f"{area:.3f}") for name, area in rows))


class PoolingName(StrEnum):
    """How a text's vector is made of its tokens'."""

    mean = "mean"
    cls = "cls"


@app.command("calibrate")
def calibrate_command(
    named: Annotated[
        str, typer.Argument(metavar="MODEL", help="OWNER/NAME, as fetched, or its folder (./…).")
    ],
    pooling: Annotated[
        PoolingName | None, typer.Option(help="Of the tokens; by default as its folder says.")
    ] = None,
    tokens: Annotated[int, typer.Option(min=16, max=512, help="Read of a text at most.")] = TOKENS,
    keyword_prefix: Annotated[
        str | None, typer.Option(help="What the model wants before a search.")
    ] = None,
    paper_prefix: Annotated[
        str | None, typer.Option(help="What it wants before what is searched.")
    ] = None,
    json: Json = False,
) -> None:
    """Measure what a sentence model's cosines mean, on a hundred keywords with a text for each.

    What came of it is kept beside the model: the hash of its files, and the scale on which the
    floor and all other thresholds are the same as with the usual model.
    """
    found = models.calibrate_model(
        models.models_folder(os.environ),
        named,
        ModelFacts(pooling.value if pooling else None, None, tokens, keyword_prefix, paper_prefix),
    )
    scale = found.scale
    if json:
        one({"model": named, **asdict(found), **asdict(scale)})
        return
    table(
        ("cosine of unrelated", "of related", "related nearer", "becomes"),
        [
            (
                f"{found.unrelated:.3f}",
                f"{found.related:.3f}",
                f"{100 * found.apart:.1f} %",
                f"{scale.factor:.3f} × cosine {scale.offset:+.3f}",
            )
        ],
    )


@app.command("summarise")
def summarise_command(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.jsonl",
            help="A paper a line: source (sentences), title, target.",
            exists=True,
            dir_okay=False,
        ),
    ],
    json: Json = False,
) -> None:
    """Compare what the cards say that papers do with what people wrote: ROUGE, × 100."""
    from digest.summarising import lab as summaries_lab  # noqa: PLC0415 (only this command)

    found = summaries_lab.evaluate_summaries(summaries_lab.read_lab_papers(file))
    if json:
        one(asdict(found))
        return
    table(
        ("ROUGE-1", "ROUGE-2", "ROUGE-L", "papers"),
        [(f"{found.rouge1:.2f}", f"{found.rouge2:.2f}", f"{found.rougeL:.2f}", found.papers)],
    )


def _semantics(mode: Literal["auto", "on"], named: str) -> Semantics | None:
    folder = models.models_folder(os.environ)
    # Who names a model wants to measure that one.
    model = models.open_model(folder, mode if named == models.NAME else "on", named)
    if isinstance(model, models.Absent):
        warn(model.reason)
        return None
    return Semantics(model, VectorFile(folder.parent / "lab-vectors.sqlite"), model.usage)


def _ranker(name: RankerName, model: str) -> tuple[str, lab.Ranker, Semantics | None]:
    if name is RankerName.bm25:
        return "bm25", bm25, None
    if name is RankerName.lexical:
        return "lexical", lab.our_ranker(None), None
    semantics = _semantics("on" if name is RankerName.blend else "auto", model)
    return ("blend" if semantics else "lexical"), lab.our_ranker(semantics), semantics


def _show(evaluations: Iterable[lab.Evaluation]) -> None:
    table(
        ("ranker", "queries", *lab.MEASURES),
        (
            (each.ranker, each.queries, *(_cell(each, name) for name in lab.MEASURES))
            for each in evaluations
        ),
    )


def _show_issues(found: Sequence[IssueQuality]) -> None:
    """Print the issues at the product's floor with intervals, then at each floor."""
    first, *_ = found
    table(
        (f"issues, floor {first.floor:g}", "mean", "95 %"),
        (
            (name, f"{getattr(first, name):.3f}", "{:.3f} to {:.3f}".format(*first.intervals[name]))
            for name in NAMES
        ),
    )
    table(
        ("floor", *NAMES),
        (
            (each.floor, *(f"{getattr(each, name):.3f}" for name in NAMES))
            for each in sorted(found, key=attrgetter("floor"))
        ),
    )


def _cell(evaluation: lab.Evaluation, name: str) -> str:
    low, high = evaluation.intervals[name]
    return f"{evaluation.means[name]:.4f} [{low:.3f}, {high:.3f}]"
