"""Every store keeps the same promises: the one in memory that tests use, and the real one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlalchemy import insert

from digest.storage.database import open_database, sqlite_url
from digest.storage.migrate import migrate
from digest.storage.schema import suppressions
from digest.storage.subscribers import SqlSubscriberStore
from subscribers.consent import Action, Consent, State
from subscribers.store import Feedback, Request, StoppedMails, StopReason, Subscriber
from tests.blank_store import lay_blank_store
from tests.subscribers.desk import NOW, MemoryStore

LATER = NOW + timedelta(days=1)


@pytest.fixture(params=["memory", "SQL"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param == "memory":
        yield MemoryStore()
        return
    lay_blank_store(tmp_path)
    database = open_database(sqlite_url(tmp_path / "digest.db"))
    migrate(database, backups=tmp_path, now=NOW)
    yield SqlSubscriberStore(database)
    database.close()


def consent(action: Action, before: State | None, after: State, key: str = "h") -> Consent:
    return Consent(action, before, after, NOW, "form", "reader", key)


def add(store: Any, email: str = "ada@x.org", state: State = "active") -> Subscriber:
    reader = Subscriber(
        0, email, email, "a, b", state, "Ada 王", "pt-BR", "Asia/Tokyo", 6, "days", (1, 3), 5,
        wants_html=False, created_at=NOW, confirmed_at=LATER,
        pending_since=NOW if state == "pending" else None, paused_until=date(2026, 5, 1),
        left_at=None, links_valid_from=LATER,
    )  # fmt: skip
    stored = store.insert(reader, consent("ask", None, "pending"))
    assert stored is not None
    assert isinstance(stored, Subscriber)
    assert replace(stored, id=0) == reader
    return stored


def test_a_reader_comes_back_as_they_were_kept(store: Any) -> None:
    reader = add(store)
    assert store.by_id(reader.id) == store.by_key("ada@x.org") == reader
    assert store.by_id(reader.id + 1) is None
    assert store.by_key("bo@x.org") is None


def test_readers_are_found_by_many_keys(store: Any) -> None:
    ada, bo = add(store), add(store, "bo@x.org")
    keys = ["bo@x.org", *(f"nobody{n}@x.org" for n in range(1200)), "ada@x.org"]
    assert store.by_keys(keys) == {"ada@x.org": ada, "bo@x.org": bo}
    assert store.by_keys([]) == {}


def test_what_is_done_together_is_kept_or_forgotten_together(store: Any) -> None:
    with pytest.raises(ValueError, match="stop"), store.together():
        add(store)
        assert store.by_key("ada@x.org")
        raise ValueError("stop")
    assert list(store.every()) == []
    with store.together():
        ada = add(store)
    assert list(store.every()) == [ada]


def test_a_part_that_fails_leaves_the_other_parts(store: Any) -> None:
    with store.together():
        ada = add(store)
        with pytest.raises(ValueError, match="stop"), store.together():
            add(store, "bo@x.org")
            assert store.save(ada, replace(ada, keywords="c"), None)
            raise ValueError("stop")
        with store.together():
            cy = add(store, "cy@x.org")
    assert list(store.every()) == [ada, cy]


def test_a_key_is_taken_once(store: Any) -> None:
    reader = add(store)
    assert store.insert(replace(reader, id=0), consent("ask", None, "pending")) is None
    assert len(store.consents(reader.id)) == 1


def test_only_what_differs_is_written(store: Any) -> None:
    before = add(store)
    assert store.save(before, replace(before, keywords="c"), None)
    assert store.save(before, replace(before, hour=9), consent("pause", "active", "paused"))
    assert store.by_id(before.id) == replace(before, keywords="c", hour=9)
    assert [c.action for c in store.consents(before.id)] == ["ask", "pause"]


def test_nothing_is_written_when_the_state_moved_on(store: Any) -> None:
    before = add(store)
    left = replace(before, state="left", left_at=NOW)
    assert store.save(before, left, consent("leave", "active", "left"))
    assert not store.save(before, replace(before, keywords="c"), consent("move", None, "active"))
    assert store.by_id(before.id) == left
    assert len(store.consents(before.id)) == 2


def test_nobody_takes_anothers_address(store: Any) -> None:
    ada, bo = add(store), add(store, "bo@x.org")
    assert not store.save(bo, replace(bo, email_key=ada.email_key), None)
    assert store.by_id(bo.id) == bo


def test_erasing_leaves_only_evidence(store: Any) -> None:
    reader = add(store)
    assert store.erase(reader, consent("erase", "active", "erased", "hash of ada"))
    assert store.by_id(reader.id) is None
    assert [c.action for c in store.consents(reader.id)] == ["ask", "erase"]
    assert store.erased(["hash of ada", "hash of bo"]) == {"hash of ada"}
    assert not store.erase(reader, consent("erase", "active", "erased"))


def test_who_was_confirmed_at_the_last_moment_does_not_expire(store: Any) -> None:
    reader = add(store, state="active")
    assert not store.erase(replace(reader, state="pending"), consent("expire", "pending", "erased"))
    assert store.by_id(reader.id) == reader
    assert not store.erased(["h"])


def test_who_asks_again_at_the_last_moment_does_not_expire(store: Any) -> None:
    reader = add(store, state="pending")
    again = replace(reader, pending_since=LATER)
    assert store.save(reader, again, None)
    assert not store.erase(reader, consent("expire", "pending", "erased"))
    assert store.by_id(reader.id) == again


@pytest.mark.parametrize(
    "other", [{"state": "left"}, {"email_key": "new@x.org"}, {"links_valid_from": NOW}]
)
def test_nothing_is_written_that_was_decided_by_what_is_not_so_any_more(
    store: Any, other: dict[str, Any]
) -> None:
    before = add(store)
    assert store.save(before, replace(before, **other), None)
    assert not store.save(before, replace(before, hour=9), None)
    assert not store.erase(before, consent("erase", "active", "erased"))


def test_a_change_is_not_undone_by_one_that_did_not_know_of_it(store: Any) -> None:
    before = add(store)
    assert store.save(before, replace(before, keywords="a"), None)
    assert not store.save(before, replace(before, keywords="b"), None)
    assert store.save(before, replace(before, hour=9), None)
    assert store.by_id(before.id) == replace(before, keywords="a", hour=9)


def test_a_number_is_never_given_twice(store: Any) -> None:
    first = add(store)
    store.erase(first, consent("erase", "active", "erased"))
    assert add(store, "bo@x.org").id != first.id


def test_readers_are_listed_by_number_and_state(store: Any) -> None:
    ada, bo = add(store), add(store, "bo@x.org", "pending")
    assert list(store.every()) == [ada, bo]
    assert list(store.every("pending")) == [bo]
    assert list(store.every("left")) == []
    assert list(store.pending_before(NOW)) == []
    assert list(store.pending_before(LATER)) == [bo]


def test_opinions_of_unknown_papers_or_readers_are_refused(store: Any) -> None:
    reader = add(store)
    assert not store.set_feedback(reader.id, Feedback(987654, "more", NOW))
    assert not store.set_feedback(987654, Feedback(987654, "more", NOW))
    assert not store.take_back(reader.id, 987654)
    assert list(store.feedback(reader.id)) == []
    assert store.paper_title(987654) is None


def test_a_request_is_found_by_its_number_until_it_is_closed(store: Any) -> None:
    reader = add(store, state="pending")
    asked = store.ask(Request(0, reader.id, "ada@x.org", {"keywords": "a"}, NOW))
    assert store.request(asked.number) == asked
    other = store.ask(Request(0, reader.id, "ada@x.org", {"keywords": "b"}, LATER))
    assert store.request(asked.number + 99) is None
    assert store.close_requests(reader.id) == 2
    assert store.request(asked.number) is None
    again = store.ask(Request(0, reader.id, "ada@x.org", {"keywords": "c"}, LATER))
    assert again.number not in (asked.number, other.number)


def test_old_requests_are_forgotten_and_those_of_the_erased_go(store: Any) -> None:
    reader = add(store, state="pending")
    old = store.ask(Request(0, reader.id, "ada@x.org", {}, NOW))
    new = store.ask(Request(0, reader.id, "ada@x.org", {}, LATER))
    assert store.forget_requests(LATER) == 1
    assert store.request(old.number) is None
    assert store.request(new.number) == new
    assert store.erase(reader, consent("erase", "pending", "erased"))
    assert store.request(new.number) is None


@pytest.mark.parametrize("action", get_args(Action))
@pytest.mark.parametrize("reason", get_args(StopReason))
def test_a_readers_own_word_ends_what_was_not_the_operators(
    store: Any, action: Action, reason: StopReason
) -> None:
    reader, bo = add(store), add(store, "bo@x.org")
    assert store.stop_of(reader.email_key) is None
    for each in (reader, bo):
        put_a_stop(store, each.email_key, reason)
    assert store.stop_of(reader.email_key) == StoppedMails(reason, LATER)
    assert store.save(reader, reader, consent(action, "active", "active"))
    ended = action in ("confirm", "lift") and reason != "operator"
    assert (store.stop_of(reader.email_key) is None) == ended
    assert store.stop_of(bo.email_key) == StoppedMails(reason, LATER)


def put_a_stop(store: Any, email_key: str, reason: StopReason) -> None:
    if isinstance(store, MemoryStore):
        store.stops[email_key] = StoppedMails(reason, LATER)
        return
    with store._database.write() as connection:
        connection.execute(
            insert(suppressions).values(
                email_key=email_key, reason=reason, detail="550", since=LATER
            )
        )
