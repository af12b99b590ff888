"""`digest subscribers …`: readers, as the operator sees them."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from digest.app.application import App
from digest.cli.arguments import a_date
from digest.cli.output import Json, objects, one, progress, say, table, warn
from digest.operations import readers as reader_operations
from digest.papers import Paper
from subscribers.addresses import parse_address
from subscribers.consent import State
from subscribers.errors import ProfileError
from subscribers.importing import Imported
from subscribers.list_text import guess_told
from subscribers.preferences import Preferences, PreferencesError, completed, read_preferences
from subscribers.profile import parse, read_profile
from subscribers.store import Subscriber, SubscriberStore
from subscribers.understood import understood

app = typer.Typer(help="Add, list, change and remove readers.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="The reader's address.", show_default=False)]
Confirmed = Annotated[
    bool,
    typer.Option(
        "--confirmed",
        help="You vouch for their consent, which is recorded; nothing is sent to confirm it.",
    ),
]


Keywords = Annotated[
    str, typer.Option(help="What they want: '\"continual learning\"^2, diffusion, -audio'.")
]
Name = Annotated[str, typer.Option(help="Their name, in any script.")]
Language = Annotated[str, typer.Option(help="Of their mails: en, de, …")]
Zone = Annotated[str, typer.Option(help="For example Europe/Paris.")]
Hour = Annotated[str, typer.Option(help="When their issue goes out: 0 to 23.")]
Cadence = Annotated[str, typer.Option(help="daily, weekdays, days or weekly.")]
Weekdays = Annotated[str, typer.Option(help="For days and weekly: 0 (Monday) to 6.")]
MaxPapers = Annotated[str, typer.Option(help="In one issue.")]
Format = Annotated[str, typer.Option(help="html or text.")]
BreadthOption = Annotated[
    str, typer.Option(help="How well a paper has to match: strict, normal or wide.")
]
CardsOption = Annotated[
    str, typer.Option(help="What mails say about a paper: summary or abstract.")
]
Like = Annotated[
    list[str] | None,
    typer.Option(help="A paper they like, by title, arXiv id, DOI or link; may be given often."),
]
LikeFile = Annotated[Path | None, typer.Option(help="Papers they like: a BibTeX or RIS file.")]


@app.command()
def add(
    context: typer.Context,
    email: Email,
    keywords: Keywords,
    name: Name = "",
    confirmed: Confirmed = False,
    language: Language = "",
    timezone: Zone = "",
    hour: Hour = "",
    cadence: Cadence = "",
    weekdays: Weekdays = "",
    max_papers: MaxPapers = "",
    format: Format = "",
    breadth: BreadthOption = "",
    cards: CardsOption = "",
    like: Like = None,
    like_file: LikeFile = None,
    as_json: Json = False,
) -> None:
    """Add a reader, or change the preferences of one who is there."""
    fields = {
        "keywords": keywords,
        "name": name,
        "language": language,
        "timezone": timezone,
        "hour": hour,
        "cadence": cadence,
        "weekdays": weekdays,
        "max_papers": max_papers,
        "format": format,
        "breadth": breadth,
        "cards": cards,
    }
    app: App = context.obj.app
    languages = app.renderers.languages.names() if language else ()
    wishes = _wishes(app.stores.readers, email, fields, languages)
    reader, added = app.desk.add(email, wishes, app.clock(), confirmed=confirmed, how="command")
    liked: list[Paper] = []
    not_found: list[str] = []
    if like or like_file:
        from digest.operations import likes  # noqa: PLC0415 - the readers of all dump formats

        liked, not_found = likes.like_all(app, reader, like or (), like_file)
    sent = app.letter_queue.flush(app.clock())
    if as_json:
        told = {
            "added": added,
            "likes": [paper.title for paper in liked],
            "not_found": not_found,
        }
        one(shown(reader) | understanding(app, reader) | told)
    else:
        _say_added(app, reader, liked, added=added, sent=sent)
        for problem in not_found:
            warn(f"  {problem}")


def _wishes(
    readers: SubscriberStore, email: str, fields: Mapping[str, str], languages: Collection[str]
) -> Preferences:
    """Check the options; what was not given stays as a known reader has it."""
    known = readers.by_key(parse_address(email).key)
    try:
        return read_preferences(completed(fields, known), languages)
    except PreferencesError:
        _point_at_problems(fields["keywords"].strip())
        raise


def _say_added(
    app: App, reader: Subscriber, liked: Sequence[Paper], *, added: bool, sent: bool
) -> None:
    say(f"{reader.email}: {'added' if added else 'changed'}, {reader.state}")
    say_understood(app, reader)
    for paper in liked:
        say(f"  likes: {paper.title}")
    if reader.state == "pending":
        sent_word = "was sent" if sent else "waits to be sent"
        say(f"A confirmation mail {sent_word}; nothing else goes there until it is confirmed.")


@app.command("import")
def import_command(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV with a header, or JSON lines; - for stdin.")],
    confirmed: Confirmed = False,
    keywords: Annotated[
        str, typer.Option(help="For who has none; without it they are invited to choose some.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Add or change many readers from a file; who has no keywords is invited to choose some."""
    app: App = context.obj.app
    if keywords:
        read_preferences({"keywords": keywords})
    data = reader_operations.read_file(file)
    with progress("Importing, line by line", data.count(b"\n")) as bar:
        outcome = reader_operations.import_readers(
            app.desk,
            data,
            app.clock(),
            confirmed=confirmed,
            keywords=keywords,
            languages=app.renderers.languages.names(),
            progress=lambda line: bar.update(bar.task_ids[0], completed=line),
        )
    app.letter_queue.flush(app.clock())
    _tell_of_file(file, outcome, as_json, reader_operations.remarks_on(app, data, keywords))


@app.command("invite")
def invite_command(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            help="Addresses, alone or as Ida <ida@example.com>; or CSV, or JSON lines; - for stdin."
        ),
    ],
    again: Annotated[
        bool, typer.Option("--again", help="Also who was asked before and has not answered.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Invite people who have no keywords yet: one letter, behind which they choose them."""
    app = context.obj.app
    data = reader_operations.read_file(file)
    with progress("Inviting, line by line", data.count(b"\n")) as bar:
        outcome = reader_operations.invite_readers(
            app.desk,
            data,
            app.clock(),
            again=again,
            progress=lambda line: bar.update(bar.task_ids[0], completed=line),
        )
    app.letter_queue.flush(app.clock())
    _tell_of_file(file, outcome, as_json, guess_told(data))


def _tell_of_file(file: Path, outcome: Imported, as_json: bool, remarks: Mapping[str, int]) -> None:
    """Say what became of a file of readers; exit with 1 when some lines were rejected.

    remarks: what is told of the file, and on which line first.
    """
    counts = {name: getattr(outcome, name) for name in ("added", "updated", "invited", "waiting")}
    rejected = [{"line": each.line, "reason": each.reason} for each in outcome.rejected]
    if as_json:
        on_lines = [{"line": line, "remark": remark} for remark, line in remarks.items()]
        told = {"rejected": rejected, "left_out": list(outcome.left_out), "remarks": on_lines}
        one(counts | told)
    else:
        usual = ("added", "updated")
        figures = [f"{name} {count}" for name, count in counts.items() if count or name in usual]
        say(f"{file}: {', '.join(figures)}, rejected {len(rejected)}")
        if outcome.waiting:
            say("  waiting: asked before, or reading already; nothing was sent to them")
        if outcome.left_out:
            say(f"  left out: {', '.join(outcome.left_out)}")
        for each in outcome.rejected:
            warn(f"{file}: line {each.line}: {each.reason}")
        for remark, line in remarks.items():
            warn(f"{file}: line {line}: {remark}" if line else remark)
    raise typer.Exit(1 if rejected else 0)


@app.command("export")
def export_command(
    context: typer.Context,
    format: Annotated[str, typer.Option(help="csv or jsonl.")] = "csv",
    out: Annotated[Path | None, typer.Option(help="A file; standard output without.")] = None,
) -> None:
    """Write all readers out, in a form that `import` reads."""
    if format not in ("csv", "jsonl"):
        raise typer.BadParameter("choose csv or jsonl", param_hint="--format")
    lines = reader_operations.export_readers(context.obj.app.stores.readers, format)
    if out is None:
        sys.stdout.writelines(lines)
    else:
        with out.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)


@app.command("list")
def list_readers(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="Only these: pending, active, paused or left.")] = "",
    as_json: Json = False,
) -> None:
    """List the readers."""
    if state and state not in ("pending", "active", "paused", "left"):
        raise typer.BadParameter("choose pending, active, paused or left", param_hint="--state")
    chosen: State | None = state or None  # type: ignore[assignment]
    readers = context.obj.app.stores.readers.every(chosen)
    if as_json:
        objects(map(shown, readers))
    else:
        table(
            ["email", "name", "state", "keywords"],
            ([r.email, r.name, r.state, r.keywords] for r in readers),
        )


@app.command("show")
def show_reader(context: typer.Context, email: Email, as_json: Json = False) -> None:
    """Show all that is kept about one reader."""
    app: App = context.obj.app
    reader = app.desk.by_email(email)
    consents = [asdict(each) for each in app.stores.readers.consents(reader.id)]
    feedback = [asdict(each) for each in app.stores.readers.feedback(reader.id)]
    if as_json:
        told = {"consents": consents, "feedback": feedback}
        one(shown(reader) | understanding(app, reader) | told)
        return
    table(["field", "value"], shown(reader).items())
    say_understood(app, reader)
    table(
        ["consent", "when", "by", "how"],
        ([c["action"], c["at"], c["source"], c["how"]] for c in consents),
    )
    if feedback:
        table(["said", "when", "paper"], ([f["opinion"], f["at"], f["title"]] for f in feedback))


@app.command("pause")
def pause_reader(
    context: typer.Context,
    email: Email,
    until: Annotated[
        date | None,
        typer.Option(parser=a_date, metavar="DATE", help="The first day with mail again."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Send a reader nothing, until a day or until they are resumed."""
    app: App = context.obj.app
    reader = app.desk.by_email(email)
    paused = app.desk.pause(reader, until, app.clock(), how="command", source="operator")
    _changed(paused, as_json)


@app.command("resume")
def resume_reader(context: typer.Context, email: Email, as_json: Json = False) -> None:
    """Go on mailing a paused reader."""
    app: App = context.obj.app
    reader = app.desk.by_email(email)
    resumed = app.desk.resume(reader, app.clock(), how="command", source="operator")
    _changed(resumed, as_json)


@app.command()
def remove(
    context: typer.Context,
    email: Email,
    erase: Annotated[
        bool, typer.Option("--erase", help="Delete all that is kept about them, too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Unsubscribe a reader; with --erase, forget them."""
    app: App = context.obj.app
    reader = app.desk.by_email(email)
    if not erase:
        _changed(app.desk.leave(reader, app.clock(), how="command", source="operator"), as_json)
        return
    app.desk.erase(reader, app.clock(), how="command", source="operator")
    if as_json:
        one({"email": reader.email, "state": "erased"})
    else:
        say(f"{reader.email}: erased")


def shown(reader: Subscriber) -> dict[str, Any]:
    """Return a reader as JSON shows them."""
    values = asdict(reader)
    del values["email_key"], values["links_valid_from"]
    return values


def understanding(app: App, reader: Subscriber) -> dict[str, Any]:
    """Return as JSON what a reader's keywords are understood to be, and what seems misspelt."""
    from digest.operations.misspelt import Misspellings  # noqa: PLC0415 - ranking and rapidfuzz

    reading = read_profile(reader.keywords)
    misspelt = Misspellings(app).of(reader.keywords)
    return {
        "understood": [str(line) for line in understood(reading.profile)],
        "remarks": [str(each) for each in (*reading.remarks, *reading.problems, *misspelt)],
    }


def say_understood(app: App, reader: Subscriber) -> None:
    """Say what a reader's keywords are understood to be, and what seems misspelt."""
    told = understanding(app, reader)
    for line in told["understood"]:
        say(f"  {line}")
    for remark in told["remarks"]:
        warn(f"  {remark}")


def _point_at_problems(keywords: str) -> None:
    """Show a profile with a caret below each character that is wrong."""
    try:
        parse(keywords)
    except ProfileError as error:
        at = 0
        for line in keywords.split("\n"):
            places = [p.position - at for p in error.problems if 0 <= p.position - at <= len(line)]
            warn(f"  {line.expandtabs(1)}")
            if places:
                marks = ("^" if place in places else " " for place in range(max(places) + 1))
                warn(f"  {''.join(marks)}")
            at += len(line) + 1


def _changed(reader: Subscriber, as_json: bool) -> None:
    if as_json:
        one(shown(reader))
    else:
        until = f" until {reader.paused_until}" if reader.paused_until else ""
        say(f"{reader.email}: {reader.state}{until}")
