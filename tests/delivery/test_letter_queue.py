"""The post office sends what waits, and nothing that has become useless."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from digest.delivery.letter_queue import LetterQueue
from digest.storage.database import Database
from digest.storage.letters import LetterStore
from subscribers.letters import Letter
from tests.storage.conftest import NOW, database  # noqa: F401  (a fixture)

DAY = timedelta(days=1)


def a_letter(days: int) -> Letter:
    return Letter("confirm", "ada@example.org", "", "en", "https://x.example/c", NOW + days * DAY)


def test_a_letter_whose_link_has_expired_is_given_up(database: Database) -> None:  # noqa: F811
    sent: list[str] = []

    def send(letters: Iterable[Any]) -> str | None:
        sent.extend(letter.message_id for letter in letters)
        return "the relay is away"

    numbers = iter(["<week@example.org>", "<day@example.org>"])
    office = LetterQueue(LetterStore(database), send, lambda: next(numbers), lambda: NOW)
    office.post(a_letter(days=7))
    office.post(a_letter(days=1))
    assert not office.flush(NOW + DAY)
    assert sent == ["<week@example.org>"]
    assert office.flush(NOW + 7 * DAY), "nothing waits any more"
    assert sent == ["<week@example.org>"]


def test_one_flush_sends_all_that_waits_until_the_way_out_is_blocked(
    database: Database,  # noqa: F811
) -> None:
    store, sent = LetterStore(database), list[int]()
    trouble: list[str | None] = [None]

    def send(letters: Iterable[Any]) -> str | None:
        numbers = [letter.id for letter in letters]
        sent.extend(numbers)
        if trouble[0] is None:
            store.give_up(numbers, "as good as sent", NOW)
        return trouble[0]

    numbers = iter(range(1000))
    office = LetterQueue(store, send, lambda: f"<{next(numbers)}@example.org>", lambda: NOW)
    for _ in range(250):
        office.post(a_letter(days=7))
    trouble[0] = "the relay is away"
    assert not office.flush(NOW)
    assert len(sent) == len(set(sent)) < 250, "no second try in one flush"
    sent.clear()
    trouble[0] = None
    assert office.flush(NOW)
    assert len(sent) == len(set(sent)) == 250
