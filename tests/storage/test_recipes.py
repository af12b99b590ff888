"""Fragments are kept in bundles, and each is found again by its number."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from digest.errors import NotFound
from digest.mail import Fragment
from digest.storage.database import Database
from digest.storage.recipes import RecipeStore
from digest.storage.schema import editions, fragments

NOW = datetime(2026, 3, 14, 7, 0, tzinfo=UTC)
any_text = st.text(max_size=60) | st.text(st.characters(categories=["Cs", "Co", "Lu"]), max_size=5)


def some(count: int, what: str = "card") -> list[Fragment]:
    return [Fragment(f"<p>{what} {n % 7}</p>{n}", f"{what} {n}\n") for n in range(count)]


def rows(database: Database) -> int:
    with database.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(fragments)) or 0)


def opened(database: Database, number: int, at: datetime) -> None:
    with database.write() as connection:
        connection.execute(
            insert(editions),
            [
                {
                    "number": number,
                    "label": date(2026, 3, number),
                    "state": "open",
                    "opened_at": at,
                    "expires_at": at + timedelta(days=1),
                    "papers": 1,
                }
            ],
        )


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.builds(Fragment, any_text, any_text), max_size=100))
def test_every_fragment_is_found_by_its_number(database: Database, given: list[Fragment]) -> None:
    store = RecipeStore(database)
    numbers = store.keep_fragments(given, 1)
    assert len(set(numbers)) == len(given)
    found = store.fragments(numbers)
    assert [found[number] for number in numbers] == given
    assert list(store.fragments(numbers[3:5]).values()) == given[3:5]


def test_fragments_share_rows_and_compress_together(database: Database) -> None:
    store = RecipeStore(database)
    wanted = some(500)
    store.keep_fragments(wanted, 1)
    assert rows(database) <= 20
    with database.read() as connection:
        kept = connection.scalar(select(func.sum(func.length(fragments.c.body))))
    assert kept < sum(len(f.html) + len(f.text) for f in wanted) / 2


def test_the_same_fragments_composed_again_take_no_more_room(database: Database) -> None:
    """As when a run was killed after it stored them, before it froze a mail."""
    store = RecipeStore(database)
    first = store.keep_fragments(some(50), 1)
    assert store.keep_fragments(some(50), 1) == first
    assert rows(database) == 2


def test_what_a_later_edition_uses_outlives_the_earlier(database: Database) -> None:
    store = RecipeStore(database)
    opened(database, 1, NOW)
    opened(database, 2, NOW + timedelta(days=10))
    shared = store.keep_fragments(some(5), 1)
    own = store.keep_fragments(some(5, "other"), 1)
    assert store.keep_fragments(some(5), 2) == shared
    assert store.keep_fragments(some(5), 1) == shared  # and does not become older again
    store.prune(NOW + timedelta(days=1))
    assert store.fragments(shared)
    with pytest.raises(NotFound, match="pruned"):
        store.fragments([*shared, own[0]])


@pytest.mark.parametrize("pack", [bytes, zlib.compress])
def test_a_fragment_of_a_row_of_its_own_is_still_read(database: Database, pack: type) -> None:
    """As they were kept before there were bundles, under the row's number."""
    body = pack(json.dumps(["<p>ä</p>", "ä"], ensure_ascii=False).encode())
    with database.write() as connection:
        given = {"id": 40, "digest": "x", "body": body, "edition": 1}
        connection.execute(insert(fragments), [given])
    store = RecipeStore(database)
    (number,) = store.keep_fragments([Fragment("b", "c")], 1)
    found = store.fragments([40, number])
    assert found == {40: Fragment("<p>ä</p>", "ä"), number: Fragment("b", "c")}
