"""Letters wait, go out once, come back after trouble, and are gone when a server has them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from digest.states import Outcome, Result, State
from digest.storage.database import Database
from digest.storage.letters import LetterStore
from tests.storage.conftest import NOW

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def store(database: Database) -> LetterStore:
    return LetterStore(database)


def add(store: LetterStore, name: str = "one") -> int:
    """Take a letter in and return its number."""
    store.add({"kind": name}, f"<{name}@example.org>", NOW)
    return store.waiting(NOW)[-1].id


def ended(letter: int, state: State, minutes: int | None = None, **how: object) -> list[Result]:
    """Return how an attempt ended; `minutes` after NOW it may be tried again."""
    again = None if minutes is None else NOW + minutes * MINUTE
    return [Result(letter, 0, Outcome(state, next_attempt_at=again, **how))]  # type: ignore[arg-type]


def start(store: LetterStore, letter: int) -> None:
    assert store.turn("us", [], [(letter, 0)], NOW).started == {letter}


def test_letters_wait_as_they_were_given_the_oldest_first(store: LetterStore) -> None:
    add(store, "one")
    add(store, "two")
    first, second = store.waiting(NOW)
    assert (first.fields, first.message_id) == ({"kind": "one"}, "<one@example.org>")
    assert (first.attempts, first.created_at) == (0, NOW)
    assert second.fields == {"kind": "two"}
    assert store.count() == 2


def test_no_more_letters_are_returned_than_asked_for(store: LetterStore) -> None:
    for name in ("one", "two", "three"):
        add(store, name)
    assert [each.fields["kind"] for each in store.waiting(NOW, limit=2)] == ["one", "two"]


def test_a_letter_that_is_being_sent_does_not_wait_but_counts(store: LetterStore) -> None:
    start(store, add(store))
    assert store.waiting(NOW) == []
    assert store.count() == 1


def test_a_letter_that_a_server_has_is_gone(store: LetterStore) -> None:
    letter, other = add(store, "one"), add(store, "two")
    start(store, letter)
    store.turn("us", ended(letter, State.ACCEPTED), [], NOW)
    assert [each.id for each in store.waiting(NOW + DAY)] == [other]
    assert store.count() == 1


def test_a_letter_whose_line_was_lost_goes_again_and_later_each_time(store: LetterStore) -> None:
    letter, now, waits = add(store, "one"), NOW, []
    for _ in range(9):
        start_at = next(
            now + minutes * MINUTE
            for minutes in range(300)
            if store.turn("us", [], [(letter, 0)], now + minutes * MINUTE).started
        )
        waits.append(round((start_at - now) / MINUTE))
        now = start_at
        store.turn("us", ended(letter, State.UNCERTAIN), [], now)
    assert waits == [0, 5, 10, 20, 40, 80, 160, 240, 240]
    assert store.count() == 1


def test_a_deferred_letter_waits_until_its_next_attempt(store: LetterStore) -> None:
    letter = add(store)
    start(store, letter)
    store.turn("us", ended(letter, State.DEFERRED, 30), [], NOW)
    assert store.waiting(NOW + 29 * MINUTE) == []
    assert store.turn("us", [], [(letter, 0)], NOW + 29 * MINUTE).started == frozenset()
    (again,) = store.waiting(NOW + 30 * MINUTE)
    assert (again.id, again.attempts, again.message_id) == (letter, 1, "<one@example.org>")


def test_trouble_that_is_not_the_recipients_uses_up_no_attempt(store: LetterStore) -> None:
    letter = add(store)
    start(store, letter)
    store.turn("us", ended(letter, State.DEFERRED, 30, counts=False), [], NOW)
    (again,) = store.waiting(NOW + 30 * MINUTE)
    assert again.attempts == 0


def test_a_letter_that_never_was_on_the_wire_may_go_at_once(store: LetterStore) -> None:
    letter = add(store)
    start(store, letter)
    store.turn("us", ended(letter, State.PLANNED, counts=False), [], NOW)
    assert [each.id for each in store.waiting(NOW)] == [letter]


def test_a_letter_left_behind_goes_again_after_a_quarter_of_an_hour(store: LetterStore) -> None:
    letter = add(store)
    start(store, letter)
    assert store.waiting(NOW + 14 * MINUTE) == []
    (again,) = store.waiting(NOW + 15 * MINUTE)
    assert (again.id, again.message_id) == (letter, "<one@example.org>")
    assert store.turn("them", [], [(letter, 0)], NOW + 15 * MINUTE).started == {letter}
    assert store.waiting(NOW + 29 * MINUTE) == [], "and is theirs for another quarter"


def test_the_second_who_starts_a_letter_is_told_why_not(store: LetterStore) -> None:
    letter = add(store)
    start(store, letter)
    turn = store.turn("them", [], [(letter, 0)], NOW)
    assert turn.started == frozenset()
    assert turn.stopped == {letter: "somebody else sends it"}


def test_of_turns_at_the_same_moment_one_starts_each_letter(store: LetterStore) -> None:
    letters = [add(store, str(number)) for number in range(5)]
    starts = [(letter, 0) for letter in letters]
    with ThreadPoolExecutor(4) as pool:
        turns = list(pool.map(lambda owner: store.turn(owner, [], starts, NOW), "abcd"))
    assert sorted(letter for turn in turns for letter in turn.started) == letters


def test_a_turn_ends_one_letter_and_starts_the_next(store: LetterStore) -> None:
    one, two = add(store, "one"), add(store, "two")
    start(store, one)
    assert store.turn("us", ended(one, State.ACCEPTED), [(two, 0)], NOW).started == {two}
    assert store.count() == 1


def test_a_letter_that_is_gone_cannot_be_started(store: LetterStore) -> None:
    letter = add(store)
    start(store, letter)
    store.turn("us", ended(letter, State.ACCEPTED), [], NOW)
    assert store.turn("us", [], [(letter, 0)], NOW).stopped.keys() == {letter}


def test_a_refused_letter_is_kept_for_a_week_unsent_and_then_gone(
    store: LetterStore, database: Database
) -> None:
    letter = add(store)
    start(store, letter)
    store.turn("us", ended(letter, State.REFUSED, text="550 nobody here"), [], NOW)
    assert store.waiting(NOW + DAY) == []
    assert store.turn("us", [], [(letter, 0)], NOW + DAY).started == frozenset()
    assert store.count() == 0, "nothing waits for it"
    store.turn("us", [], [], NOW + 7 * DAY - MINUTE)
    assert replies(database) == ["550 nobody here"]
    store.turn("us", [], [], NOW + 7 * DAY)
    assert replies(database) == []


def test_a_letter_that_is_refused_after_weeks_is_kept_for_a_week_from_then(
    store: LetterStore, database: Database
) -> None:
    letter = add(store)
    late = NOW + 20 * DAY
    assert store.turn("us", [], [(letter, 0)], late).started == {letter}
    store.turn("us", ended(letter, State.REFUSED, text="550 nobody here"), [], late)
    store.turn("us", [], [], late + 6 * DAY)
    assert replies(database) == ["550 nobody here"]
    store.turn("us", [], [], late + 7 * DAY)
    assert replies(database) == []


@pytest.mark.parametrize("state", [State.UNCERTAIN, State.DEFERRED, State.PLANNED, State.REFUSED])
def test_a_late_result_does_not_touch_a_letter_that_somebody_else_sends_by_now(
    store: LetterStore, state: State
) -> None:
    letter = add(store)
    start(store, letter)
    later = NOW + 15 * MINUTE
    assert store.turn("them", [], [(letter, 0)], later).started == {letter}
    store.turn("us", ended(letter, state, 16), [], later)
    assert store.waiting(later + MINUTE) == [], "it is still theirs"
    store.turn("them", ended(letter, State.DEFERRED, 30), [], later)
    assert [each.id for each in store.waiting(NOW + 30 * MINUTE)] == [letter]


def test_a_letter_that_a_server_has_is_gone_whoever_sends_it_by_now(store: LetterStore) -> None:
    letter = add(store)
    start(store, letter)
    later = NOW + 15 * MINUTE
    store.turn("them", [], [(letter, 0)], later)
    store.turn("us", ended(letter, State.ACCEPTED), [], later)
    store.turn("them", ended(letter, State.DEFERRED, 30), [], later)
    assert store.count() == 0


def test_who_started_nothing_ends_nothing(store: LetterStore) -> None:
    letter = add(store)
    start(store, letter)
    store.turn("them", ended(letter, State.PLANNED), [], NOW)
    assert store.waiting(NOW) == []


def test_a_letter_given_up_is_not_sent_and_says_why(store: LetterStore, database: Database) -> None:
    letter, other, under_way = add(store, "one"), add(store, "two"), add(store, "three")
    start(store, under_way)
    store.give_up([letter, under_way], "too late", NOW)
    assert [each.id for each in store.waiting(NOW)] == [other]
    assert replies(database) == ["too late", None, None]
    assert store.count() == 2


def test_only_refused_letters_grow_old(store: LetterStore) -> None:
    letter = add(store)
    store.turn("us", [], [], NOW + 30 * DAY)
    assert [each.id for each in store.waiting(NOW + 30 * DAY)] == [letter]


def replies(database: Database) -> list[str | None]:
    """Return what servers said to the letters that are kept."""
    with database.read() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT reply FROM letters")]
