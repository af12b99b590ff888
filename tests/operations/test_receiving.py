"""Mail that comes back to a whole installation."""

from __future__ import annotations

import mailbox
from datetime import timedelta
from pathlib import Path

import pytest

from digest.app.application import App
from digest.delivery import verp
from digest.delivery.engine import secret_for
from digest.operations.editions import prune
from digest.operations.receiving import MailboxVisit, Receipt, receive, receive_mailbox
from digest.settings import DeliverySettings, NewsletterSettings, Settings
from digest.states import State
from digest.storage import returned_mails
from tests.inbound.messages import READER, arf, dsn, failed
from tests.installation import LEXICAL, Installation, paper

SETTINGS = Settings(
    ranking=LEXICAL,
    newsletter=NewsletterSettings(sender="news@example.com"),
    delivery=DeliverySettings(return_path="bounces@example.com"),
)
UNKNOWN = failed("5.1.1", "550 5.1.1 no such user")
FULL = failed("5.2.2", "552 5.2.2 mailbox full")


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """An installation that has sent its first issue to ada and to bo."""
    place = Installation(tmp_path, SETTINGS)
    place.reader(READER, "robots")
    place.reader("bo@example.net", "robots")
    place.ingest(*[paper(f"{word} robots") for word in ("Walking", "Swimming", "Flying")])
    place.run()
    return place


def delivery_of(place: Installation, email: str) -> tuple[int, str]:
    reader = place.app.desk.by_email(email)
    (view,) = place.app.stores.deliveries.of_reader(reader.id, list(State), limit=10)
    return view.id, view.message_id or ""


def return_path(app: App, delivery: int) -> str:
    return verp.return_path("bounces@example.com", delivery, secret_for("mail", app.key))


def bounce(place: Installation, email: str = READER, *fields: str) -> bytes:
    number, _ = delivery_of(place, email)
    return dsn(*(fields or (UNKNOWN,)), to=return_path(place.app, number))


def is_suppressed(place: Installation, email: str) -> bool:
    return place.app.stores.suppressions.get(email) is not None


def only(receipts: list[Receipt]) -> Receipt:
    (receipt,) = receipts
    return receipt


def test_a_hard_bounce_stops_mail_to_its_reader_alone(place: Installation) -> None:
    receipt = only(receive(place.app, bounce(place)))
    assert (receipt.reader, receipt.decision.action) == (READER, "suppress")
    assert is_suppressed(place, READER) and not is_suppressed(place, "bo@example.net")


def test_the_return_path_says_whose_it_is_not_the_address_in_the_report(
    place: Installation,
) -> None:
    """Ada lets her mail be handed on to an address that is gone: her mail comes back."""
    gone = failed("5.1.1", "550 5.1.1 no such user", address="old@elsewhere.example")
    assert only(receive(place.app, bounce(place, READER, gone))).reader == READER


def test_the_message_id_in_the_returned_mail_will_do(place: Installation) -> None:
    _, message_id = delivery_of(place, READER)
    raw = dsn(UNKNOWN, returned=f"Message-ID: {message_id}\nTo: {READER}\nSubject: Papers\n")
    assert only(receive(place.app, raw)).decision.action == "suppress"


@pytest.mark.parametrize(
    "to", ["bounces@example.com", "bounces+1-0123456789abcdef@example.com", "news@example.com"]
)
def test_a_forged_bounce_changes_nothing(place: Installation, to: str) -> None:
    receipt = only(receive(place.app, dsn(UNKNOWN, to=to)))
    assert receipt.decision.action == "ignore" and receipt.reader == ""
    assert not is_suppressed(place, READER)


def test_another_deliverys_signature_is_no_signature(place: Installation) -> None:
    number, _ = delivery_of(place, READER)
    signed = return_path(place.app, number)
    other, _ = delivery_of(place, "bo@example.net")
    forged = signed.replace(f"+{number}-", f"+{other}-")
    assert only(receive(place.app, dsn(UNKNOWN, to=forged))).decision.action == "ignore"


def test_a_return_path_of_an_older_key_is_ours(place: Installation) -> None:
    raw = bounce(place)
    old = place.app.key
    (place.data / "secret.key").write_text("another-key-of-thirty-two-characters-or-more\n")
    sections = {"newsletter": SETTINGS.newsletter, "delivery": SETTINGS.delivery}
    later = place.reopened(**sections, web={"old_secret_keys": [old]})
    assert later.app.key != old
    assert only(receive(later.app, raw)).decision.action == "suppress"


def test_a_message_counts_once(place: Installation) -> None:
    raw = bounce(place)
    receive(place.app, raw)
    place.app.stores.suppressions.lift(READER, place.now)
    assert only(receive(place.app, raw)).known
    assert not is_suppressed(place, READER)


def test_reports_are_pruned_after_a_year_but_for_what_took_a_reader_off_the_list(
    place: Installation,
) -> None:
    acted, noted = bounce(place), bounce(place, "bo@example.net", FULL)
    ignored = dsn(UNKNOWN, to="bounces@example.com")
    for raw in (acted, noted, ignored):
        receive(place.app, raw)
    place.now += timedelta(days=365)
    assert prune(place.app).reports == 0, "a report is kept for a whole year"
    place.now += timedelta(seconds=1)
    assert prune(place.app).reports == 2
    assert [each.action for each in place.app.stores.returned.listed(9)] == ["suppress"]
    place.app.stores.suppressions.lift(READER, place.now)
    assert only(receive(place.app, acted)).known
    assert not is_suppressed(place, READER), "read again, it does nothing again"


def test_many_reports_are_pruned_in_pieces(place: Installation) -> None:
    for number in range(3):
        receive(place.app, dsn(UNKNOWN, notice=f"No. {number}.", to="bounces@example.com"))
    with pytest.MonkeyPatch.context() as pieces:
        pieces.setattr(returned_mails, "_AT_ONCE", 1)
        assert place.app.stores.returned.prune(place.now + timedelta(days=1)) == 3
    assert place.app.stores.returned.listed(9) == []


def test_a_dry_run_changes_nothing(place: Installation) -> None:
    raw = bounce(place)
    assert only(receive(place.app, raw, dry=True)).decision.action == "suppress"
    assert not is_suppressed(place, READER)
    assert not only(receive(place.app, raw)).known


def test_a_full_mailbox_stops_mail_only_when_it_stays_full(place: Installation) -> None:
    number, _ = delivery_of(place, READER)
    path = return_path(place.app, number)
    for day in range(9):
        raw = dsn(FULL, notice=f"Day {day}.", to=path)
        stopped = only(receive(place.app, raw)).decision.action == "suppress"
        assert stopped is (day >= 7)
        if stopped:
            break
        place.now += timedelta(days=1)
    assert is_suppressed(place, READER)


def test_a_complaint_stops_mail_and_says_so(place: Installation) -> None:
    _, message_id = delivery_of(place, READER)
    raw = arf("abuse", recipient="").replace(b"<1@example.com>", message_id.encode())
    assert only(receive(place.app, raw)).decision.action == "suppress"
    (kept,) = place.app.stores.suppressions.all()
    assert (kept.email, kept.reason) == (READER, "complaint")


def test_a_reader_who_confirms_again_is_written_to_again(place: Installation) -> None:
    raw = bounce(place)
    place.now += timedelta(hours=1)
    reader = place.app.desk.by_email(READER)
    place.app.desk.leave(reader, place.now, how="test")
    place.reader(READER, "robots")
    assert only(receive(place.app, raw)).decision.action == "ignore"


def test_an_erased_readers_reports_are_erased(place: Installation) -> None:
    receive(place.app, bounce(place))
    reader = place.app.desk.by_email(READER)
    place.app.desk.erase(reader, place.now, how="command", source="operator")
    assert place.app.stores.returned.listed(10) == []


def test_a_mailbox_is_read_once_and_people_are_left_for_people(
    place: Installation, tmp_path: Path
) -> None:
    box = mailbox.Maildir(tmp_path / "box")
    box.add(bounce(place))
    box.add(b"From: Ada <ada@example.org>\nTo: news@example.com\nSubject: hello\n\nThanks!\n")
    assert receive_mailbox(place.app, tmp_path / "box") == MailboxVisit(2, 1)
    assert receive_mailbox(place.app, tmp_path / "box") == MailboxVisit()
    flags = sorted(message.get_flags() for message in mailbox.Maildir(tmp_path / "box"))
    assert flags == ["FS", "S"]
    assert is_suppressed(place, READER)


def stop(token: str, *, sender: str = READER) -> bytes:
    return (
        f"From: {sender}\nTo: news@example.com\nAuto-Submitted: auto-generated\n"
        f"Subject: unsubscribe {token}\n\nThis mail was written by a button.\n"
    ).encode()


def test_the_mail_of_an_unsubscribe_button_unsubscribes(place: Installation) -> None:
    reader = place.app.desk.by_email(READER)
    token = place.app.tokens.sign("mail", reader.id, 1, now=place.now)
    raw = stop(token, sender="another@program.example")
    assert only(receive(place.app, raw)).decision.action == "unsubscribe"
    assert place.app.desk.by_email(READER).state == "left"
    place.app.desk.undo_leave(place.app.desk.by_email(READER), place.now)
    assert only(receive(place.app, raw)).known  # read again: they came back since
    assert place.app.desk.by_email(READER).state == "active"


def test_a_stop_with_a_forged_token_changes_nothing(place: Installation) -> None:
    reader = place.app.desk.by_email(READER)
    token = place.app.tokens.sign("mail", reader.id, 1, now=place.now)
    forged = token[:-4] + ("aaaa" if token[-4:] != "aaaa" else "bbbb")
    assert only(receive(place.app, stop(forged))).decision.action == "ignore"
    assert place.app.desk.by_email(READER).state == "active"
