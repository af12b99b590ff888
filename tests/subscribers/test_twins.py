"""Two forms of one address: whoever confirms first, the owner of each form gets in by it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from subscribers import own_data
from subscribers.addresses import mailbox_key, parse_address
from subscribers.errors import ConsentError, TokenError
from subscribers.letters import Letter
from subscribers.preferences import Preferences
from tests.subscribers.desk import NOW, Front, open_desk

FORMS = ("ada@example.org", "ADA@example.org", "ａda@example.org", "Ⓐda@example.org")
OTHERS = ("a.da@gmail.com", "ada+x@gmail.com", "ADA@googlemail.com")  # readers of their own
PAIRS = list(permutations(FORMS, 2))


def ask(front: Front, email: str, now: datetime, keywords: str = "robots") -> list[Letter]:
    """Return the letters that a request brings."""
    before = len(front.post.letters)
    assert front.desk.subscribe(email, Preferences(keywords), now)
    return front.post.letters[before:]


def press(front: Front, letter: Letter, now: datetime) -> None:
    """Press the button behind a letter, if there is one."""
    if letter.kind == "moved_back":
        return
    family, token = letter.link.removeprefix(front.desk.settings.base_url).split("/")[1:3]
    acts: dict[str, Callable[[], object]] = {
        "confirm": lambda: front.desk.confirm(token, now),
        "move": lambda: own_data.move(front.desk, token, now),
        "restore": lambda: own_data.restore(front.desk, token, now),
        "stop": lambda: own_data.stop(front.desk, token, now),
        "m": lambda: front.desk.visit("change", token, now),
    }
    acts[family]()


def to(letters: list[Letter], email: str) -> Letter:
    """Return the one letter to a form of an address."""
    (found,) = [each for each in letters if each.to_address == email]
    return found


@pytest.fixture
def front() -> Front:
    return open_desk()


@pytest.mark.parametrize(("mine", "twin"), PAIRS)
@pytest.mark.parametrize("state", ["active", "paused", "left"])
def test_who_asks_by_one_form_gets_in_though_the_other_confirmed_first(
    front: Front, mine: str, twin: str, state: str
) -> None:
    ask(front, mine, NOW, "tides")
    press(front, to(ask(front, twin, NOW), twin), NOW)
    reader = front.desk.by_email(mine)
    assert reader.email == twin
    if state == "paused":
        front.desk.pause(reader, None, NOW)
    elif state == "left":
        front.desk.leave(reader, NOW, how="one-click")
    later = NOW + timedelta(minutes=1)
    letter = to(ask(front, mine, later, "tides"), mine)
    assert front.desk.by_email(mine).email == twin, "a request alone changes nothing"
    press(front, letter, later)
    got = front.desk.by_email(twin)
    assert (got.id, got.email, got.email_key) == (reader.id, mine, reader.email_key)
    assert got.state == ("paused" if state == "paused" else "active")
    assert to(ask(front, mine, later + timedelta(minutes=1)), mine).kind == "known"


@pytest.mark.parametrize(("mine", "twin"), PAIRS)
@pytest.mark.parametrize("has_left", [False, True], ids=["running", "left"])
def test_the_form_that_was_kept_is_told_and_can_take_it_back(
    front: Front, mine: str, twin: str, has_left: bool
) -> None:
    reader = front.active(mine, "tides")
    if has_left:
        front.desk.leave(reader, NOW, how="one-click")
    old = front.desk.links.mail_token(reader.id, 0, NOW)
    later = NOW + timedelta(minutes=1)
    press(front, to(ask(front, twin, later), twin), later)
    told = [each for each in front.post.letters if each.to_address == mine]
    assert [each.kind for each in told] == (["moved"] if has_left else ["moving", "moved"])
    assert not [each for each in told if twin in repr(each)]
    with pytest.raises(TokenError):
        front.desk.visit("preferences", old, later)
    press(front, told[-1], later)
    assert front.desk.by_email(twin).email == mine


@pytest.mark.parametrize("seed", range(20))
def test_no_order_of_requests_and_buttons_locks_anybody_out_or_hands_over_a_key(seed: int) -> None:
    front, rng, now = open_desk(), random.Random(seed), NOW
    for _ in range(30):
        now += timedelta(seconds=rng.randrange(1, 300))
        email = rng.choice(FORMS)
        kept = front.store.by_key(parse_address(email).key)
        own = [each for each in front.post.letters if each.to_address == email]
        if own and rng.random() < 0.6:
            try:
                press(front, rng.choice(own), now)
            except (ConsentError, TokenError):
                assert front.store.by_key(parse_address(email).key) == kept
        elif kept and rng.random() < 0.2:
            front.desk.leave(kept, now, how="one-click")
        else:
            letter = to(ask(front, email, now), email)  # the page says: a mail was sent there
            is_key = "/m/" in letter.link
            assert is_key == bool(
                kept and kept.state in ("active", "paused") and kept.email == email
            )
    for email in FORMS:
        now += timedelta(seconds=2)
        press(front, to(ask(front, email, now), email), now)
        reader = front.desk.by_email(email)
        assert (reader.email, reader.state) == (email, "active")
    assert len(front.store.readers) == 1


@pytest.mark.parametrize("mine", OTHERS)
def test_plus_tags_and_dots_are_readers_of_their_own(front: Front, mine: str) -> None:
    for email in ("ada@gmail.com", *OTHERS):
        press(front, to(ask(front, email, NOW), email), NOW)
    reader = front.desk.by_email(mine)
    assert reader.email == parse_address(mine).email
    assert to(ask(front, mine, NOW), mine).kind == "known"
    assert len(front.store.readers) == 4


@pytest.mark.parametrize("email", [*FORMS, "㎑@example.org", "ﬁ.x@gmail.com"])
def test_forms_with_one_key_share_one_allowance(email: str) -> None:
    key = parse_address(email).key
    assert mailbox_key(email) == mailbox_key(key)


def test_a_fresh_link_by_the_other_form_comes_to_that_form(front: Front) -> None:
    front.active(FORMS[0])
    front.desk.send_link(FORMS[1], NOW)
    assert [(each.kind, each.to_address) for each in front.post.letters] == [
        ("move", FORMS[1]),
        ("moving", FORMS[0]),
    ]
