"""Muted keywords come back, and a feed's key ends when it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.storage.database import open_database, sqlite_url
from digest.storage.migrate import migrate
from digest.storage.own_desk import SqlOwnDeskStore
from digest.storage.subscribers import SqlSubscriberStore
from subscribers import own_data
from subscribers.errors import ConsentError, TokenError
from subscribers.own_desk import OwnDeskStore, feed_token, feed_visit, mute, new_feed_key, unmute
from subscribers.profile import parse
from tests.blank_store import lay_blank_store
from tests.subscribers.desk import NOW, Front, open_desk
from tests.subscribers.web.own_desk import MemoryOwnStore

LATER = NOW + timedelta(minutes=5)


@pytest.fixture(params=["memory", "SQL"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Front, OwnDeskStore]]:
    front = open_desk()
    if request.param == "memory":
        yield front, MemoryOwnStore()
        return
    lay_blank_store(tmp_path)
    database = open_database(sqlite_url(tmp_path / "digest.db"))
    migrate(database, backups=tmp_path, now=NOW)
    front.desk.store = SqlSubscriberStore(database)
    yield front, SqlOwnDeskStore(database)
    database.close()


@pytest.mark.parametrize("item", ["diffusion", '"continual learning"^2', "+speech", "title:otters"])
def test_what_was_muted_comes_back_as_it_was(kept: Any, item: str) -> None:
    front, own = kept
    reader = front.active(keywords=f"{item}, robots")
    mute(front.desk, own, reader, 0, parse(item).wanted[0].text, NOW)
    muted = front.desk.by_number(reader.id)
    assert muted.keywords == "robots"
    (kept_item,) = own.muted(reader.id)
    assert parse(kept_item.keywords).wanted == parse(item).wanted
    unmute(front.desk, own, muted, kept_item.number, LATER)
    back = front.desk.by_number(reader.id)
    assert set(parse(back.keywords).wanted) == set(parse(f"{item}, robots").wanted)
    assert own.muted(reader.id) == []
    with pytest.raises(ConsentError, match="already"):
        unmute(front.desk, own, back, kept_item.number, LATER)


def test_what_stands_there_again_already_is_not_doubled(kept: Any) -> None:
    front, own = kept
    reader = front.active(keywords="Diffusion, robots")
    own.note_muted(reader.id, "diffusion", NOW)
    unmute(front.desk, own, reader, own.muted(reader.id)[0].number, LATER)
    assert front.desk.by_number(reader.id).keywords == "Diffusion, robots"
    assert own.muted(reader.id) == []


def test_a_mute_that_is_refused_is_not_kept(kept: Any) -> None:
    front, own = kept
    reader = front.active(keywords="diffusion, robots")
    for index, shown in ((0, "robots"), (9, "x")):
        with pytest.raises((ConsentError, IndexError)):
            mute(front.desk, own, reader, index, shown, NOW)
    assert own.muted(reader.id) == []


def test_nobody_takes_back_what_another_muted(kept: Any) -> None:
    front, own = kept
    ada, bo = front.active(), front.active("bo@example.org")
    own.note_muted(ada.id, "robots", NOW)
    with pytest.raises(ConsentError):
        unmute(front.desk, own, bo, own.muted(ada.id)[0].number, NOW)
    assert len(own.muted(ada.id)) == 1


def test_a_keyword_that_does_not_fit_any_more_stays_muted(kept: Any) -> None:
    front, own = kept
    reader = front.active(keywords="a" * 1_990)
    own.note_muted(reader.id, "reinforcement learning", NOW)
    with pytest.raises(ConsentError, match="does not fit"):
        unmute(front.desk, own, reader, own.muted(reader.id)[0].number, NOW)
    assert len(own.muted(reader.id)) == 1


def test_a_feeds_key_opens_until_it_is_ended_or_renewed(kept: Any) -> None:
    front, own = kept
    reader = front.active()
    key = new_feed_key(front.desk, own, reader, NOW)
    token = feed_token(front.desk, reader.id, key)
    years = NOW + timedelta(days=2_000)
    assert feed_visit(front.desk, own, token, years).reader.id == reader.id
    renewed = feed_token(front.desk, reader.id, new_feed_key(front.desk, own, reader, LATER))
    with pytest.raises(TokenError, match="switched off"):
        feed_visit(front.desk, own, token, LATER)
    assert feed_visit(front.desk, own, renewed, LATER)
    assert own.drop_feed_key(reader.id)
    assert not own.drop_feed_key(reader.id)
    with pytest.raises(TokenError):
        feed_visit(front.desk, own, renewed, LATER)
    third = feed_token(front.desk, reader.id, new_feed_key(front.desk, own, reader, LATER))
    assert third not in (token, renewed)  # a number is never given twice


def test_a_reader_is_told_of_a_new_feed_and_that_was_not_me_ends_it(kept: Any) -> None:
    front, own = kept
    reader = front.active()
    token = feed_token(front.desk, reader.id, new_feed_key(front.desk, own, reader, NOW))
    assert front.post.kinds() == ["changed"]
    own_data.stop(front.desk, front.post.token("changed"), LATER)
    with pytest.raises(TokenError):
        feed_visit(front.desk, own, token, LATER)


def test_a_feeds_key_is_no_key_to_anything_else_and_the_other_way_round(kept: Any) -> None:
    front, own = kept
    reader = front.active()
    token = feed_token(front.desk, reader.id, new_feed_key(front.desk, own, reader, NOW))
    for act in ("preferences", "change", "keep", "collect", "read", "unsubscribe", "export"):
        with pytest.raises(TokenError):
            front.desk.visit(act, token, NOW)
    with pytest.raises(TokenError):
        feed_visit(front.desk, own, front.desk.links.mail_token(reader.id, 5, NOW), NOW)


def test_who_left_has_no_feed(kept: Any) -> None:
    front, own = kept
    reader = front.active()
    token = feed_token(front.desk, reader.id, new_feed_key(front.desk, own, reader, NOW))
    front.desk.leave(reader, LATER, how="form")
    with pytest.raises(ConsentError):
        feed_visit(front.desk, own, token, LATER)
