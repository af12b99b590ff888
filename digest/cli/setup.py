"""`digest init` and `digest doctor`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from digest.app.application import utc_now
from digest.cli.output import Json, objects, one, say, table, warn
from digest.errors import DigestError
from digest.operations.doctor.findings import Check
from digest.operations.setup import MAILBOX, SERVICES, FirstAnswers, keep_answers, set_up
from digest.resources import shipped


def init(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="The newsletter's name.")] = "",
    sender: Annotated[str, typer.Option(help="The address that mail comes from.")] = "",
    operator: Annotated[str, typer.Option(help="Your address: told when something is wrong.")] = "",
    base_url: Annotated[str, typer.Option(help="https://… where readers find the pages.")] = "",
    smtp: Annotated[
        str, typer.Option(help="The way out: HOST, HOST:PORT, microsoft, google, or mailbox.")
    ] = "",
    username: Annotated[str, typer.Option(help="At the SMTP server.")] = "",
    source: Annotated[
        list[str] | None,
        typer.Option(
            help='As behind `digest sources add`: hf, "arxiv cs.LG", https://… Repeatable.'
        ),
    ] = None,
    ask: Annotated[
        bool, typer.Option("--ask/--no-questions", help="Ask for what is not said, on a terminal.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Make the data folder: store, secret key, settings. On a terminal it asks for the rest."""
    session = context.obj
    target = session.data / "settings.toml"
    is_new = not target.exists()
    answers = FirstAnswers(
        name=name, sender=sender, operator=operator, base_url=base_url, smtp=smtp, username=username
    )
    wanted = list(source or ())
    answers.values(session.data)  # what makes no sense is said before anything is made
    made = set_up(session.settings, session.data)
    if is_new:
        target.write_bytes(shipped("settings.toml").read_bytes())
        made.append(str(target))
    if not as_json:
        for path in made:
            say(f"made {path}")
    if ask and is_new and not as_json and sys.stdin.isatty() and sys.stdout.isatty():
        answers, wanted = _asked(answers, wanted)
    told = keep_answers(session.data, target, answers)
    session.settings_changed()
    tried = [_added(context, each, target) for each in wanted]
    left = _left(session) if told or tried else []
    if as_json:
        one(_all_of_it(session.data, made, told, tried, left))
    else:
        _say_left(session.data, left, asked=bool(told or tried))
    raise typer.Exit(1 if any(each["error"] for group in tried for each in group) else 0)


def _asked(answers: FirstAnswers, wanted: list[str]) -> tuple[FirstAnswers, list[str]]:
    """Ask for what the options do not say; Enter leaves a setting as it is."""

    def answer(given: str, question: str) -> str:
        return given or _prompt(question)

    say("Enter leaves a question for later; everything stands in the settings file.")
    found = replace(
        answers,
        name=answer(answers.name, "What is the newsletter called?"),
        sender=answer(answers.sender, "From which address does its mail come?"),
        operator=answer(answers.operator, "Your own address, for when something is wrong?"),
        base_url=answer(answers.base_url, "Where will readers find its pages (https://…)?"),
        smtp=answer(
            answers.smtp,
            "Which SMTP server takes the mail (host:port, microsoft, google; Enter: none yet)?",
        ),
    )
    if found.smtp and found.smtp.lower() not in (MAILBOX, *SERVICES):
        found = replace(found, username=answer(found.username, "Its user name, if it wants one?"))
        if found.username:
            secret = _prompt("Its password (not shown)?", hidden=True)
            found = replace(found, password=secret)
    if not wanted:
        said = answer("", "Where do papers come from (hf, arxiv cs.LG, …; several with “;”)?")
        wanted = [each.strip() for each in said.split(";") if each.strip()]
    return found, wanted


def _prompt(question: str, *, hidden: bool = False) -> str:
    typed = typer.prompt(
        question, default="", show_default=False, prompt_suffix=" ", hide_input=hidden
    )
    return str(typed).strip()


def _added(context: typer.Context, words: str, file: Path) -> list[Mapping[str, Any]]:
    """Try the sources that were named, and write down those that answer."""
    from digest.cli.sources import add_tried  # noqa: PLC0415 - it reads every format

    try:
        return add_tried(context.obj, words.split(), file, quiet=bool(context.params["as_json"]))
    except DigestError as error:
        if not context.params["as_json"]:
            warn(f"{words}: {error}")
        return [{"name": words, "added": False, "error": str(error)}]


def _left(session: Any) -> list[Check]:
    """Return what is still to be done, as the check-up sees it; the network is not asked."""
    from digest.operations.doctor.check_up import check_up  # noqa: PLC0415 - heavier than `init`

    found = check_up(
        session.settings,
        session.data,
        clock=utc_now,
        network=None,
        settings_file=session.settings_file,
    )
    return [each for each in found if each.verdict != "ok"]


def _all_of_it(
    data: Path,
    made: list[str],
    told: Mapping[tuple[str, ...], object],
    tried: list[list[Mapping[str, Any]]],
    left: Iterable[Check],
) -> Mapping[str, Any]:
    return {
        "data": str(data),
        "made": made,
        "set": {".".join(path): value for path, value in told.items()},
        "sources": [each for group in tried for each in group],
        "left": list(map(asdict, left)),
    }


def _say_left(data: Path, left: list[Check], *, asked: bool) -> None:
    if left:
        say("Left to do:")
        for each in left:
            say(f"  {each.check}: {each.text}")
    following = (
        "digest doctor, digest fetch, digest subscribers add, digest run"
        if asked
        else "digest sources add hf, digest subscribers add, digest run"
    )
    say(f"{data} is ready. Next: {following}.")


def doctor(
    context: typer.Context,
    online: Annotated[
        bool,
        typer.Option(
            "--online/--offline",
            help="Log in at the SMTP server, ask the DNS, and ask for the pages.",
        ),
    ] = True,
    send: Annotated[
        bool, typer.Option("--send", help="Also send newsletter.operator a mail by the real way.")
    ] = False,
    mailbox: Annotated[
        Path | None,
        typer.Option(help="The Maildir or mbox file where that mail arrives: reads it back there."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what is set up, what is missing, and what would stop mail from leaving."""
    import httpx  # noqa: PLC0415 - `digest init` needs none

    from digest.operations.doctor.check_up import Network, check_up  # noqa: PLC0415 - as above
    from digest.operations.doctor.dns_records import system_resolver  # noqa: PLC0415

    session = context.obj
    if (send or mailbox) and not online:
        raise typer.BadParameter("a mail is sent online only", param_hint="--send")
    findings = check_up(
        session.settings,
        session.data,
        clock=utc_now,
        network=Network(system_resolver, httpx.Client) if online else None,
        settings_file=session.settings_file,
    )
    if send or mailbox:
        from digest.operations.doctor.round_trip import send_one  # noqa: PLC0415 - opens the store

        findings += send_one(session.app, mailbox, wait=time.sleep, resolver=system_resolver)
    if as_json:
        objects(map(asdict, findings))
    else:
        table(["check", "", "what"], ([f.check, f.verdict, f.text] for f in findings))
    raise typer.Exit(1 if any(f.verdict == "error" for f in findings) else 0)
