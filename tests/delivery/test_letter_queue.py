"""The post office sends what waits, and nothing that has become useless."""

from __future__ import annotations

import email
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.policy import default
from typing import Any

from digest.delivery.letter_queue import LetterQueue, letter_mail, packed, unpacked
from digest.delivery.message import Letterhead, SenderHeaders
from digest.mail import Fragment
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


@dataclass
class Waiting:
    """A letter in an outbox."""

    fields: Mapping[str, Any]
    id: int
    message_id: str = "<seven@example.org>"
    attempts: int = 2
    created_at: datetime = NOW - DAY


@dataclass
class Handful:
    """An outbox that shows what it was told to, a turn at a time."""

    turns: list[list[Waiting]]
    given_up: list[tuple[Collection[int], str, datetime]] = field(default_factory=list)

    def add(self, fields: Mapping[str, Any], message_id: str, now: datetime) -> None:
        raise AssertionError("nobody asks for a letter")

    def waiting(self, now: datetime) -> Sequence[Waiting]:
        return self.turns.pop(0) if self.turns else []

    def give_up(self, numbers: Collection[int], why: str, now: datetime) -> None:
        self.given_up.append((numbers, why, now))

    def count(self) -> int:
        return sum(map(len, self.turns))


def flushed(turns: list[list[Waiting]], trouble: str | None = None) -> tuple[Handful, list[int]]:
    box, sent = Handful(turns), list[int]()

    def send(letters: Iterable[Any]) -> str | None:
        numbers = [letter.id for letter in letters]
        assert numbers, "no connection is made for nothing"
        sent.extend(numbers)
        return trouble

    LetterQueue(box, send, lambda: "", lambda: NOW).flush(NOW)
    return box, sent


def test_a_flush_asks_again_until_nothing_else_waits() -> None:
    one, two, three = (Waiting(packed(a_letter(days=1)), number) for number in (1, 2, 3))
    _, sent = flushed([[one], [one, two], [two, three], [three]])
    assert sent == [1, 2, 3], "each is tried once"
    box, sent = flushed([[one], [two]], "the relay is away")
    assert sent == [1] and box.count() == 1, "a way that is blocked is not tried again"


def test_what_is_late_is_given_up_and_said_and_the_rest_is_sent() -> None:
    late, good = Waiting(packed(a_letter(days=0)), 1), Waiting(packed(a_letter(days=1)), 2)
    box, sent = flushed([[late, good]])
    why = "its link expired before a server took the letter"
    assert sent == [2] and box.given_up == [({1}, why, NOW)]
    box, sent = flushed([[late], [good]])
    assert sent == [2], "and a turn of late ones alone ends nothing"


def test_a_letter_is_kept_whole() -> None:
    letter = replace(a_letter(days=3), keywords="robots", other_address="eve@example.org")
    assert unpacked(packed(letter)) == letter


def test_a_letter_becomes_the_same_mail_at_every_attempt() -> None:
    letter = replace(a_letter(days=3), to_address="ada@b\u00fccher.example", to_name="Ada L.")
    waiting = Waiting(packed(letter), 7)
    words = Fragment("<p>Follow the link.</p>", "Follow the link.")
    headers = SenderHeaders(Letterhead("papers@digest.example.org"))

    def mail() -> Any:
        return letter_mail(waiting, letter, "Please confirm", words, headers, "back@example.org")

    made = mail()
    assert (made.delivery, made.generation, made.attempts) == (7, 0, 2)
    assert (made.sender, made.recipient) == ("back@example.org", "ada@xn--bcher-kva.example")
    assert made.message_id == "<seven@example.org>"
    assert b"".join(made.build()) == b"".join(mail().build())
    message = email.message_from_bytes(b"".join(made.build()), policy=default)
    assert message["Subject"] == "Please confirm"
    assert message["Message-ID"] == "<seven@example.org>"
    assert message["Date"].datetime == waiting.created_at
    assert message["Date"].datetime.utcoffset() == timedelta(0)
    [to] = message["To"].addresses
    assert to.display_name == "Ada L." and to.username == "ada"
    for kind, said in (("plain", words.text), ("html", words.html)):
        body = message.get_body((kind,))
        assert body is not None and said in body.get_content()
