"""A preview is what the run then sends, for every kind of reader; and looking changes nothing."""

from __future__ import annotations

import email
import random
import re
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from digest.choosing.issue_for import Done, Nothing, NotInTrial, Planned
from digest.errors import StoreBusy
from digest.operations import editions as edition_operations
from digest.operations import issues
from digest.operations.coming_edition import Coming, coming_issues
from digest.operations.restored import go_on
from digest.operations.serving import Duties
from digest.operations.why import why
from digest.settings import (
    DeliverySettings,
    EditionSettings,
    NewsletterSettings,
    SmtpSettings,
)
from digest.states import State
from digest.storage.schema import deliveries, ledger, recipes, suppressions
from subscribers.preferences import Preferences
from subscribers.store import Feedback, Subscriber
from tests.installation import MORNING, Installation, paper

SUBJECTS = ("robots", "whales", "proteins", "glaciers", "violins", "comets")
SECOND_DAY = MORNING + timedelta(days=1)
VERBS = ("walking", "singing", "dancing")


def papers_of_day(day: int) -> list[tuple[str, str]]:
    return [paper(f"{verb.title()} {what} of day {day}") for verb in VERBS for what in SUBJECTS]


# --- kinds of reader: what they chose, and what has happened to them


PREFERENCES = {
    "plain": Preferences("robots, whales"),
    "named": Preferences("robots", name="Ada Löve (née O'Neil) 李"),
    "german": Preferences("whales", language="de", name="Uwe"),
    "text": Preferences('"walking robots"^2, comets', wants_html=False),
    "weekly": Preferences("glaciers, violins", cadence="weekly", weekdays=(2,)),
    "weekly-german-text": Preferences("comets", "Eva", "de", cadence="weekly", wants_html=False),
    "few": Preferences("robots, whales, comets", max_papers=1),
    "many": Preferences("robots, whales, comets, proteins, violins", max_papers=30),
    "excluding": Preferences("robots, -walking, -singing"),
    "requiring": Preferences("comets, +dancing"),
    "no-match": Preferences("xylophones"),
    "elsewhere": Preferences("proteins", timezone="Pacific/Kiritimati", hour=3),
}

Event = Callable[[Installation, Subscriber], None]


def _newest(installation: Installation) -> int:
    newest = installation.app.stores.editions.newest()
    return newest.number if newest else 0


def _set(state: State, *, edition: int | None = None, lost: bool = True) -> Event:
    """Let a delivery have ended so; lost: nothing of it is in the ledger."""

    def happen(installation: Installation, reader: Subscriber) -> None:
        number = edition or _newest(installation)
        d = deliveries.c
        row = (d.subscriber_id == reader.id) & (d.edition == number)
        with installation.app.stores.database.write() as connection:
            ended = {"state": state, "owner": None, "changed_at": installation.now}
            connection.execute(update(deliveries).where(row).values(**ended))
            if lost:
                connection.execute(update(deliveries).where(row).values(in_ledger=False))
                connection.execute(delete(ledger).where(ledger.c.subscriber_id == reader.id))

    return happen


def _likes(installation: Installation, reader: Subscriber) -> None:
    opinions = {"Dancing comets of day 1": "more", "Singing whales of day 1": "less"}
    for title, opinion in opinions.items():
        (found,) = installation.app.stores.archive.titled(title)
        feedback = Feedback(found.id, opinion, installation.now)  # type: ignore[arg-type]
        installation.app.stores.readers.set_feedback(reader.id, feedback)


def _paused(installation: Installation, reader: Subscriber) -> None:
    installation.app.desk.pause(reader, None, installation.now, how="command", source="operator")


def _left(installation: Installation, reader: Subscriber) -> None:
    installation.app.desk.leave(reader, installation.now, how="command")


def _resumed(installation: Installation, reader: Subscriber) -> None:
    _paused(installation, reader)
    paused = installation.app.desk.by_email(reader.email)
    installation.app.desk.resume(paused, installation.now, how="command", source="operator")


def _suppressed(installation: Installation, reader: Subscriber) -> None:
    row = {"email_key": reader.email_key, "reason": "bounce", "detail": "550"}
    with installation.app.stores.database.write() as connection:
        connection.execute(insert(suppressions).values(**row, since=installation.now))


def _never(installation: Installation, reader: Subscriber) -> None:
    """Take every delivery of theirs away: they were added after all editions."""
    with installation.app.stores.database.write() as connection:
        connection.execute(delete(deliveries).where(deliveries.c.subscriber_id == reader.id))
        connection.execute(delete(ledger).where(ledger.c.subscriber_id == reader.id))


EVENTS: dict[str, Event] = {
    "had both": lambda installation, reader: None,
    "new": _never,
    "refused": _set(State.REFUSED),
    "refused before": _set(State.REFUSED, edition=1),
    "uncertain": _set(State.UNCERTAIN, lost=False),
    "deferred": _set(State.DEFERRED),
    "deferred before": _set(State.DEFERRED, edition=1),
    "planned before": _set(State.PLANNED, edition=1),
    "cancelled before": _set(State.CANCELLED, edition=1),
    "likes": _likes,
    "paused": _paused,
    "resumed": _resumed,
    "left": _left,
    "suppressed": _suppressed,
}


def _address(kind: str, event: str) -> str:
    return f"{kind}.{event.replace(' ', '-')}@example.org"


def populate(installation: Installation, chance: random.Random) -> None:
    """Live through two editions with readers of each kind to whom each thing happened."""
    desk = installation.app.desk
    pairs = [(kind, "had both") for kind in PREFERENCES] + [("plain", event) for event in EVENTS]
    pairs += [(chance.choice(list(PREFERENCES)), event) for event in EVENTS]
    pairs = list(dict.fromkeys(pairs))
    for kind, event in pairs:
        wishes = PREFERENCES[kind]
        desk.add(_address(kind, event), wishes, installation.now, confirmed=True, how="command")
    for day in (1, 2):
        installation.ingest(*papers_of_day(day))
        installation.run()
        if day == 1:
            installation.tomorrow()
    for kind, event in pairs:
        EVENTS[event](installation, desk.by_email(_address(kind, event)))
    shutil.rmtree(installation.data / "mailbox")  # what is sent again would be the same file
    asks(installation, "pending@example.org")


def asks(installation: Installation, address: str, wishes: str = "robots, comets") -> Subscriber:
    """Let somebody ask on the page to be subscribed."""
    desk = installation.app.desk
    desk.add(address, Preferences(wishes), installation.now, confirmed=False, how="form")
    return desk.by_email(address)


def confirms(installation: Installation, address: str) -> None:
    """Let somebody subscribe by themselves."""
    asks(installation, address)
    letters = installation.app.stores.letters.waiting(installation.now)
    (link,) = [each.fields["link"] for each in letters if each.fields["to_address"] == address]
    installation.app.desk.confirm(link.rpartition("/")[2], installation.now)


# --- what is compared


def files(data: Path) -> dict[str, bytes]:
    """Return the store's files, the write-ahead log among them, byte for byte."""
    return {
        path.name: path.read_bytes()
        for path in data.glob("digest.db*")
        if not path.name.endswith("-shm")  # readers mark in it how far they have read
    }


def everybody(installation: Installation) -> list[str]:
    return [reader.email for reader in installation.app.stores.readers.every()]


def arrived(installation: Installation, address: str) -> list[bytes]:
    """Return a reader's issues of the newest edition; their letters are no issues.

    A run first finishes older editions: what it sends of those was composed and looked at before.
    """
    newest = installation.app.stores.editions.newest()
    found = [mail.replace(b"\n", b"\r\n") for mail in installation.mails(address)]
    return [
        mail
        for mail in found
        if b"\r\nList-Id:" in mail and newest and _edition_of(mail) == newest.number
    ]


def _edition_of(mail: bytes) -> int:
    """Return the edition that a mail's token names."""
    content = email.message_from_bytes(mail, policy=default).get_body(("plain",))
    assert isinstance(content, email.message.EmailMessage)
    token = re.search(r"n[0-9a-z]+\.n([0-9a-z]+)\.[0-9a-z]+\.", content.get_content())
    assert token
    return int(token[1], 36)


def look(installation: Installation) -> dict[str, issues.Preview]:
    """Look at everything there is to look at; return the previews. Nothing may change."""
    before = files(installation.data)
    shown = {address: installation.preview(address) for address in everybody(installation)}
    rehearsed = {
        reader.email: found.raw for reader, found in issues.rehearse(installation.app, None)
    }
    for address, found in shown.items():
        assert rehearsed.get(address, b"") in (found.raw, b""), "a dry run shows the same"
        waits = found.raw and found.note
        assert bool(rehearsed.get(address)) == (bool(found.raw) and not waits), address
    for address in list(shown)[:3]:
        why(installation.app, address, "Dancing robots of day 1")
    assert files(installation.data) == before, "who looks changes nothing"
    return shown


def proves(installation: Installation, send: Callable[[], object]) -> dict[str, int]:
    """Look, send, and compare each reader's mails; return how many came to each."""
    shown = look(installation)
    before = {address: arrived(installation, address) for address in shown}
    send()
    came = {}
    for address, found in shown.items():
        new = [mail for mail in arrived(installation, address) if mail not in before[address]]
        came[address] = len(new)
        assert len(new) == (1 if found.raw else 0), f"{address}: {found.note}"
        if new:
            assert neutral(new[0]) == neutral(found.raw), address
            assert found.subject == email.message_from_bytes(new[0], policy=default)["Subject"]
        else:
            assert found.note, f"{address}: it says why nothing comes"
    return came


_TOKEN = re.compile(r"/m/[A-Za-z0-9._-]+/|(?<=unsubscribe%20)[A-Za-z0-9._-]+")


def neutral(raw: bytes) -> tuple[list[tuple[str, str]], list[str]]:
    """Return a mail without what bears the time: its tokens and its date."""
    message = email.message_from_bytes(raw, policy=default)
    headers = [(name, _TOKEN.sub("", str(value))) for name, value in message.items()]
    boundary = re.compile(r"=_[0-9a-f]+|boundary=\S+")
    parts = [part for part in message.walk() if not part.is_multipart()]
    return (
        [(name, boundary.sub("", value)) for name, value in headers if name != "Date"],
        [_TOKEN.sub("", part.get_content()) for part in parts],
    )


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "data")
    yield made
    made.app.close()


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with every kind of reader, closed; the last run was at SECOND_DAY."""
    made = Installation(tmp_path_factory.mktemp("lived-in") / "data")
    populate(made, random.Random(1))
    made.app.close()
    return made.data


@pytest.fixture
def populated(lived_in: Path, tmp_path: Path) -> Iterator[Installation]:
    shutil.copytree(lived_in, tmp_path / "copy")
    made = Installation(tmp_path / "copy", now=SECOND_DAY)
    go_on(made.app)  # a copy sends nothing until somebody says that none was sent meanwhile
    yield made
    made.app.close()


# --- the proofs


def test_every_kind_of_reader_gets_what_the_preview_of_the_next_edition_showed(
    populated: Installation,
) -> None:
    populated.tomorrow()
    populated.ingest(*papers_of_day(3))
    came = proves(populated, populated.run)
    assert sum(came.values()) > 20
    for event in ("paused", "left", "suppressed"):
        assert came[_address("plain", event)] == 0
    for event in ("had both", "new", "refused", "uncertain", "resumed", "likes"):
        assert came[_address("plain", event)] == 1
    assert came["pending@example.org"] == 0


def test_every_kind_of_reader_gets_what_the_preview_of_an_open_edition_showed(
    populated: Installation,
) -> None:
    populated.now += timedelta(minutes=1)
    confirms(populated, "welcome@example.org")
    came = proves(populated, populated.run)
    assert came["welcome@example.org"] == came[_address("plain", "new")] == 1
    assert came[_address("plain", "deferred")] == 1
    assert came[_address("plain", "had both")] == came[_address("plain", "refused")] == 0


def test_after_days_without_a_run_expired_issues_are_made_up_for(populated: Installation) -> None:
    populated.now += timedelta(days=4)
    populated.ingest(*papers_of_day(6))
    proves(populated, populated.run)


def test_a_later_run_sends_the_same_but_for_its_time(populated: Installation) -> None:
    populated.tomorrow()
    populated.ingest(*papers_of_day(3))

    def later() -> None:
        populated.now += timedelta(minutes=7)
        populated.run()

    assert sum(proves(populated, later).values()) > 20


def test_a_welcome_is_shown_as_a_welcome_before_and_after_it_is_planned(
    installation: Installation,
) -> None:
    installation.ingest(*papers_of_day(1))
    installation.reader("ada@example.org", "whales")
    installation.run()
    installation.now += timedelta(hours=1)
    confirms(installation, "eve@example.org")
    confirms(installation, "joe@example.org")
    duties = Duties(installation.app)
    before = installation.preview("eve@example.org")
    daily = installation.preview("ada@example.org", 1)
    assert before.raw and before.part("plain")[:200] != daily.part("plain")[:200]
    duties.tick()
    assert installation.preview("eve@example.org").raw == before.raw
    assert set(proves(installation, duties.send).values()) == {0, 1}


def test_in_a_trial_nobody_else_is_shown_a_mail(populated: Installation) -> None:
    chosen = [_address("plain", "had both"), "EVE@example.org"]
    trial = populated.reopened(edition=EditionSettings(only_to=tuple(chosen)))
    trial.tomorrow()
    trial.ingest(*papers_of_day(3))
    trial.reader("eve@example.org", "robots")
    other = trial.preview(_address("named", "had both"))
    assert (other.raw, other.picks) == (b"", ()) and "only_to" in other.note
    assert "only_to" in why(trial.app, _address("named", "had both"), "of day 3").no_issue
    came = proves(trial, trial.run)
    assert {address for address, count in came.items() if count} == {
        _address("plain", "had both"),
        "eve@example.org",
    }
    whole = trial.reopened()
    proves(whole, whole.run)
    whole.app.close()


def test_what_may_have_arrived_is_sent_again_as_the_preview_shows_it(
    populated: Installation,
) -> None:
    made = populated.reopened(delivery=DeliverySettings(on_uncertain="resend"))
    made.tomorrow()
    made.ingest(*papers_of_day(3))
    proves(made, made.run)
    made.app.close()


@pytest.mark.parametrize(
    "sections",
    [
        {"newsletter": NewsletterSettings(quiet_day="note", name="Zeitung", language="de")},
        {"edition": EditionSettings(trending=1, max_papers=2, show_updated=True)},
    ],
    ids=["quiet days", "trending"],
)
def test_other_settings_make_other_mails_and_the_same_previews(
    tmp_path: Path, sections: dict[str, object]
) -> None:
    made = Installation(tmp_path / "data").reopened(**sections)
    populate(made, random.Random(4))  # so that the earlier editions were made by them too
    made.tomorrow()
    made.ingest(*papers_of_day(3))
    proves(made, made.run)
    made.app.close()


TWO_WITH_TRENDING = EditionSettings(trending=1, max_papers=2, show_updated=True)


@pytest.mark.parametrize("composed", [True, False], ids=["composed", "only planned"])
def test_what_the_run_finishes_first_is_counted_by_the_preview(
    populated: Installation, composed: bool
) -> None:
    """What waits of older editions arrives before the next one is planned."""
    made = populated.reopened(edition=TWO_WITH_TRENDING)
    if not composed:
        _as_never_composed(made)
    made.tomorrow()
    made.ingest(*papers_of_day(3))
    proves(made, made.run)
    made.app.close()


@pytest.mark.parametrize("quiet_day", ["nothing", "note"])
def test_several_older_editions_are_finished_one_after_the_other(
    installation: Installation, quiet_day: str
) -> None:
    """What the first brings is not in the second; who matches nothing gets nothing, or a note."""
    newsletter = NewsletterSettings(quiet_day=quiet_day)  # type: ignore[arg-type]
    made = installation.reopened(edition=TWO_WITH_TRENDING, newsletter=newsletter)
    for kind in ("plain", "no-match", "many", "few", "excluding"):
        made.app.desk.add(
            f"{kind}@example.org", PREFERENCES[kind], made.now, confirmed=True, how="command"
        )
    for day in (1, 2):
        made.ingest(*papers_of_day(day))
        made.run()
        if day == 1:
            made.tomorrow()
    for day in (2, 3):
        with made.app.stores.database.write() as connection:
            connection.execute(update(deliveries).values(state=State.PLANNED, since=0))
        _as_never_composed(made)
        shutil.rmtree(made.data / "mailbox")  # what is sent again would be the same file
        if day == 3:
            made.tomorrow()
            made.ingest(*papers_of_day(3))
        proves(made, made.run)
    made.app.close()


def _as_never_composed(installation: Installation) -> None:
    """Let what is still to be sent be as it was when it had just been planned."""
    d = deliveries.c
    waits = d.state.in_((State.PLANNED, State.DEFERRED))
    with installation.app.stores.database.write() as connection:
        ids = connection.scalars(select(d.subscriber_id).where(waits)).all()
        connection.execute(delete(ledger).where(ledger.c.subscriber_id.in_(ids)))
        composed = select(d.id).where(waits)
        connection.execute(delete(recipes).where(recipes.c.delivery_id.in_(composed)))
        connection.execute(
            update(deliveries)
            .where(waits)
            .values(state=State.PLANNED, message_id=None, papers=None, in_ledger=False)
        )


@pytest.mark.parametrize("state", ["awaiting_approval", "paused"])
def test_an_edition_that_waits_is_shown_and_says_so(installation: Installation, state: str) -> None:
    made = installation.reopened(edition=EditionSettings(approve=True))
    made.reader("ada@example.org", "robots")
    made.ingest(*papers_of_day(1))
    for opened in (False, True):
        found = made.preview("ada@example.org")
        assert found.raw and "approv" in found.note
        assert list(issues.rehearse(made.app, None)) == []
        assert "approv" in issues.why_no_run(made.app, None)
        if not opened:
            made.run()
    edition_operations.approve(made.app.stores, 1)
    if state == "paused":
        edition_operations.pause(made.app.stores, 1)
        assert "paused" in made.preview("ada@example.org").note
        edition_operations.resume(made.app.stores, 1)
    assert made.preview("ada@example.org").note == "" == issues.why_no_run(made.app, None)
    proves(made, made.run)
    made.app.close()


def test_each_answer_has_its_reason(populated: Installation) -> None:
    app = populated.app
    coming = coming_issues(app, app.today())
    assert isinstance(coming, Coming)

    def decided(event: str) -> object:
        return coming.decide(app.desk.by_email(_address("plain", event)))

    assert decided("had both") == Done(2, State.ACCEPTED)
    assert decided("refused") == Done(2, State.REFUSED)
    assert isinstance(decided("new"), Planned)
    for event in ("paused", "left"):
        found = decided(event)
        assert isinstance(found, Nothing) and event in found.reason
    assert NotInTrial().reason
    edition_operations.cancel(app.stores, 2, populated.now)
    assert populated.preview(_address("plain", "new")).note == "edition 2 was cancelled"
    populated.now += timedelta(days=1)
    assert "nothing new" in populated.preview(_address("plain", "new")).note
    populated.ingest(*papers_of_day(3))
    assert "is suppressed" in populated.preview(_address("plain", "suppressed")).note


def test_a_preview_waits_for_nobody_who_writes(populated: Installation) -> None:
    populated.tomorrow()
    populated.ingest(*papers_of_day(3))
    fresh = populated.reopened()
    app = fresh.app
    app.stores.facts.forget("background", fresh.now + timedelta(days=9))  # as after an update
    before = {address: fresh.preview(address) for address in everybody(fresh)}
    with closing(sqlite3.connect(fresh.data / "digest.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE subscribers SET name = 'somebody else'")
        again = fresh.reopened()
        assert look(again) == before
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("digest.storage.database.BUSY_SECONDS", 0.01)
            late = again.reopened()
            with pytest.raises(StoreBusy):
                late.app.knowledge.refresh(late.now)
            late.app.close()
        writer.execute("ROLLBACK")


def test_what_a_sender_composed_is_shown_while_it_waits(tmp_path: Path) -> None:
    closed = SmtpSettings(host="127.0.0.1", port=9, security="none")  # discard: nobody answers
    made = Installation(tmp_path / "data").reopened(
        delivery=DeliverySettings(transport="smtp", smtp=closed, processes=1)
    )
    made.reader("ada@example.org", "robots")
    made.ingest(*papers_of_day(1))
    shown = made.preview("ada@example.org")
    failed: list[Exception] = []

    def attempt() -> None:
        try:
            made.run()
        except issues.Blocked as error:
            failed.append(error)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    assert failed, "nobody answers there"
    desk = made.app.desk
    ada = desk.by_email("ada@example.org")
    desk.change(ada, Preferences("whales"), made.now)  # too late for what is composed
    assert made.preview("ada@example.org").raw == shown.raw
    back = made.reopened()
    proves(back, back.run)
    assert len(arrived(back, "ada@example.org")) == 1
    back.app.close()
