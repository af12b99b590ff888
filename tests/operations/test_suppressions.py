"""Who is not written to: put there by hand or by a list, lifted, and there sooner the next time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from digest.errors import NotFound
from digest.operations import suppressions
from digest.operations.receiving import receive
from digest.states import Outcome, Result, State
from digest.storage.schema import deliveries, lifted_suppressions
from digest.storage.suppression import Suppression, note_unknown
from tests.inbound.messages import READER, dsn
from tests.installation import Installation, paper
from tests.operations.test_receiving import (
    FULL,
    bounce,
    delivery_of,
    is_suppressed,
    only,
    place,
    return_path,
)

__all__ = ["place"]  # the fixture


def test_who_was_put_on_the_list_gets_nothing_until_it_is_lifted(place: Installation) -> None:
    assert suppressions.suppress(place.app, READER.upper(), evidence="rang me up") == "added"
    place.now += timedelta(days=1)
    place.ingest(paper("Climbing robots"))
    assert place.run().accounting.suppressed == 1
    assert suppressions.lift(place.app, READER).detail == "rang me up"
    assert place.run().accounting.accepted == 2, "the same edition"


def test_the_operators_word_weighs_more_than_what_stands_there(place: Installation) -> None:
    receive(place.app, bounce(place))
    assert suppressions.suppress(place.app, READER, "unsubscribed", "by letter") == "stronger"
    assert suppressions.suppress(place.app, READER, "bounce", "old list") == "known"
    assert suppressions.suppress(place.app, READER) == "stronger"
    found = suppressions.suppression(place.app, READER)
    assert found.reason == "operator"
    assert all(words in found.detail for words in ("by letter", "before: bounce", "no such user"))


def test_a_list_comes_back_as_it_was_given_out(place: Installation) -> None:
    words = ['=1+1, "said"', "'quoted", "two\nlines", ""]
    entries = [
        Suppression(f"{number}@x.org", reason, words[number], place.now - timedelta(days=number))
        for number, reason in enumerate(("bounce", "complaint", "unsubscribed", "operator"))
    ]
    store = place.app.stores.suppressions
    store.add(entries)
    data = "".join(suppressions.export_list(store.all())).encode()
    for each in entries:
        store.lift(each.email, each.since)
    assert store.all() == []
    taken = suppressions.import_list(place.app, data)
    assert (taken.added, taken.rejected) == (4, [])
    assert store.all() == entries
    again = suppressions.import_list(place.app, data)
    assert (again.added, again.known) == (0, 4)


def test_an_old_list_does_not_stop_whom_we_write_to_again(place: Installation) -> None:
    before = f"{place.now - timedelta(days=9):%Y-%m-%d}"
    data = f"email,reason,since\n{READER},bounce,{before}\n".encode()
    assert suppressions.import_list(place.app, data).added == 1
    suppressions.lift(place.app, READER)
    taken = suppressions.import_list(place.app, data)
    assert (taken.lifted_since, is_suppressed(place, READER)) == (1, False)
    own = data.replace(b"bounce", b"operator")
    assert suppressions.import_list(place.app, own).added == 1


def test_an_entry_from_the_future_counts_from_now(place: Installation) -> None:
    suppressions.import_list(place.app, b"email,reason,since\nx@x.org,bounce,2999-01-01\n")
    assert suppressions.suppression(place.app, "x@x.org").since == place.now


def test_what_is_no_address_is_rejected_alone(place: Installation) -> None:
    taken = suppressions.import_list(place.app, b"email,reason\nada@,bounce\nbo@x.org,bounce\n")
    assert taken.added == 1
    assert [each.where for each in taken.rejected] == ["line 2"]


def _day_later(place: Installation) -> None:
    place.now += timedelta(days=1)
    place.ingest(paper(f"Robots of {place.now:%d %B}"))
    place.run()


def _newest(place: Installation) -> int:
    reader = place.app.desk.by_email(READER)
    views = place.app.stores.deliveries.of_reader(reader.id, list(State), limit=100)
    return max(view.id for view in views)


def _soft_bounces_until_suppressed(place: Installation, days: int) -> int:
    """Return on which day of a full mailbox the reader is suppressed; 0: on none."""
    for day in range(1, days + 1):
        _day_later(place)
        receive(place.app, dsn(FULL, to=return_path(place.app, _newest(place))))
        if is_suppressed(place, READER):
            return day
    return 0


def test_a_lifted_address_that_bounces_again_is_suppressed_sooner(place: Installation) -> None:
    assert _soft_bounces_until_suppressed(place, 12) == 8
    suppressions.lift(place.app, READER)
    assert _soft_bounces_until_suppressed(place, 12) == 2, "what came before does not count"


def test_sooner_ends_after_half_a_year(place: Installation) -> None:
    suppressions.suppress(place.app, READER, "bounce")
    suppressions.lift(place.app, READER)
    place.now += timedelta(days=181)
    assert _soft_bounces_until_suppressed(place, 3) == 0


def test_what_was_lifted_for_another_reason_does_not_count(place: Installation) -> None:
    suppressions.suppress(place.app, READER, "complaint")
    suppressions.lift(place.app, READER)
    assert _soft_bounces_until_suppressed(place, 3) == 0


def test_a_report_of_a_mail_from_before_it_was_lifted_changes_nothing(place: Installation) -> None:
    late = bounce(place)
    place.now += timedelta(hours=1)
    suppressions.suppress(place.app, READER, "bounce")
    suppressions.lift(place.app, READER)
    assert only(receive(place.app, late)).decision.why == "the address was lifted since"


def test_a_server_is_believed_at_once_of_a_lifted_address(place: Installation) -> None:
    number, _ = delivery_of(place, READER)
    outcome = Outcome(State.REFUSED, 550, "RCPT: 550 5.1.1 no such user", suppress=True)
    refused = deliveries.update().where(deliveries.c.id == number).values(state=State.REFUSED)
    with place.app.stores.database.write() as connection:
        connection.execute(refused)
        note_unknown(connection, [Result(number, 1, outcome)], place.now)
    assert not is_suppressed(place, READER), "said on one day"
    suppressions.suppress(place.app, READER, "bounce")
    suppressions.lift(place.app, READER)
    with place.app.stores.database.write() as connection:
        note_unknown(connection, [Result(number, 1, outcome)], place.now)
    assert is_suppressed(place, READER)


def test_what_was_lifted_is_told_pruned_and_erased(place: Installation) -> None:
    suppressions.suppress(place.app, READER, "bounce", "550 gone")
    suppressions.lift(place.app, READER)
    with pytest.raises(NotFound, match=r"it was, for bounce since .*lifted on .* by operator"):
        suppressions.suppression(place.app, READER)
    suppressions.suppress(place.app, READER)
    found = suppressions.suppression(place.app, READER)
    assert suppressions.with_its_past(place.app, found)["lifted_reason"] == "bounce"
    store = place.app.stores.suppressions
    assert store.prune(place.now) == 0
    assert store.prune(place.now + timedelta(seconds=1)) == 1
    suppressions.lift(place.app, READER)
    place.app.desk.erase(place.app.desk.by_email(READER), place.now, how="link", source="reader")
    with place.app.stores.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(lifted_suppressions)) == 0


def test_a_file_is_named_with_its_line(place: Installation, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(b"who,why\nada@x.org,bounce\n")
    [rejected] = suppressions.import_list(place.app, file.read_bytes()).rejected
    assert rejected.where == "line 1" and "'who', 'why'" in rejected.why
