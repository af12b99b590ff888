"""Deliveries in the store: plan, claim, ledger, recipes, prune."""

from __future__ import annotations

import struct
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bench.delivery_fixture import NOW, Room, SampleIssues, address_of, make_store
from digest.errors import NotFound
from digest.states import Outcome, Result, State
from digest.storage.issue_windows import IssueWindowStore
from digest.storage.ledger import LedgerStore
from digest.storage.schema import deliveries, subscribers, suppressions
from digest.storage.schema import ledger as kept


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room.make(
        make_store(tmp_path / "digest.db", 10), samples=SampleIssues(cards=5, card_bytes=300)
    )


def accept(room: Room, most: int = 10) -> None:
    for mail in list(room.mails("o", NOW, most=most)):
        room.deliveries.turn("o", [], [(mail.delivery, mail.generation)], NOW)
        done = Result(mail.delivery, mail.generation, Outcome(State.ACCEPTED, 250, "queued"))
        room.deliveries.turn("o", [done], [], NOW)


def test_planning_twice_plans_once(room: Room) -> None:
    assert room.deliveries.plan(1, NOW) == 10
    assert room.deliveries.plan(1, NOW) == 0
    assert room.deliveries.accounting(1).eligible == 10


def test_only_active_readers_are_planned_and_suppressed_ones_say_so(room: Room) -> None:
    with room.database.write() as connection:
        connection.execute(update(subscribers).where(subscribers.c.id == 1).values(state="paused"))
        connection.execute(
            suppressions.insert().values(
                email_key=address_of(2), reason="bounce", detail="", since=NOW
            )
        )
    room.deliveries.plan(1, NOW)
    found = room.deliveries.accounting(1)
    assert (found.planned, found.suppressed, found.eligible) == (8, 1, 9)


def test_a_trial_reaches_only_the_named(room: Room) -> None:
    assert room.deliveries.plan(1, NOW, email_keys=[address_of(3)]) == 1
    assert room.deliveries.plan(1, NOW, readers=[4, 5]) == 2


def test_a_trial_claims_only_what_is_planned_for_the_named(room: Room) -> None:
    windows = IssueWindowStore(room.database)
    named = [address_of(3), address_of(7), address_of(9)]
    room.deliveries.plan(1, NOW)
    crashed = room.deliveries.claim(1, "crashed", 4, NOW)  # 1 to 4
    [put_off] = room.deliveries.claim(1, "slow", 1, NOW)  # 5
    later = Outcome(State.DEFERRED, 450, "later", next_attempt_at=NOW)
    room.deliveries.turn("slow", [Result(put_off.delivery, put_off.generation, later)], [], NOW)
    after = NOW + timedelta(minutes=11)  # the lease of the first four is over
    claims = room.deliveries.claim(1, "o", 2, after, email_keys=named)
    claims += room.deliveries.claim(1, "o", 10, after, email_keys=named)
    assert sorted(claim.subscriber for claim in claims) == [3, 7, 9]
    assert not windows.may_send(1, after, email_keys=named)
    assert windows.may_send(1, after, email_keys=[address_of(5)]), "put off, and now due"
    assert windows.may_send(1, after), "the trial is over"
    rest = room.deliveries.claim(1, "o", 10, after)
    assert sorted(claim.subscriber for claim in rest) == [1, 2, 4, 5, 6, 8, 10]
    assert {claim.subscriber for claim in crashed} == {1, 2, 3, 4}


def test_two_owners_never_claim_the_same(room: Room) -> None:
    room.deliveries.plan(1, NOW)
    first = room.deliveries.claim(1, "a", 6, NOW)
    second = room.deliveries.claim(1, "b", 6, NOW)
    assert len(first) == 6 and len(second) == 4
    assert not {c.delivery for c in first} & {c.delivery for c in second}
    assert not any(claim.frozen for claim in first)


def test_an_issue_is_frozen_once(room: Room) -> None:
    room.deliveries.plan(1, NOW)
    assert len(list(room.mails("a", NOW))) == 10
    room.deliveries.release("a", NOW)
    again = room.deliveries.claim(1, "b", 10, NOW)
    assert all(claim.frozen for claim in again)
    assert len({m.message_id for m in room._prepared("b", again, NOW)}) == 10


def test_a_paper_enters_the_ledger_once_with_its_acceptance(room: Room) -> None:
    ledger = LedgerStore(room.database)
    room.deliveries.plan(1, NOW)
    mails = list(room.mails("o", NOW, most=2))
    waiting = ledger.sent_to([1, 2, 3], NOW)
    assert set(waiting) == {1, 2}, "frozen counts as sent"
    marks = [(m.delivery, m.generation) for m in mails]
    room.deliveries.turn("o", [], marks, NOW)
    doubt = Outcome(State.UNCERTAIN, None, "lost")
    room.deliveries.turn("o", [Result(d, g, doubt) for d, g in marks], [], NOW)
    assert room.deliveries.resend_uncertain(1, NOW) == 2
    accept(room)
    packed = ledger.sent_to([1], NOW)[1]
    assert packed == waiting[1] and len(struct.unpack(f"<{len(packed) // 4}I", packed)) == 10


def test_only_what_is_claimed_by_us_starts_and_only_once(room: Room) -> None:
    room.deliveries.plan(1, NOW)
    marks = [(m.delivery, m.generation) for m in room.mails("o", NOW)]
    with room.database.write() as connection:
        connection.execute(update(subscribers).where(subscribers.c.id == 3).values(state="left"))
    first = room.deliveries.turn("o", [], marks[:2], NOW)
    again = room.deliveries.turn("o", [], marks[:4], NOW)
    other = room.deliveries.turn("p", [], marks[4:5], NOW)
    older = room.deliveries.turn("o", [], [(marks[5][0], marks[5][1] - 1)], NOW)
    assert first.started == {1, 2} and not first.stopped
    assert again.started == {4} and set(again.stopped) == {1, 2, 3}
    assert not other.started and not older.started
    found = room.deliveries.accounting(1)
    assert (found.sending, found.cancelled, found.claimed + found.planned) == (3, 1, 6)


def test_outcomes_of_all_kinds_are_told_in_one_turn(room: Room) -> None:
    room.deliveries.plan(1, NOW)
    marks = [(m.delivery, m.generation) for m in room.mails("o", NOW)]
    room.deliveries.turn("o", [], marks[:5], NOW)
    soon, later = NOW + timedelta(minutes=5), NOW + timedelta(minutes=6)
    outcomes = [
        Outcome(State.ACCEPTED, 250, "queued as 1"),
        Outcome(State.ACCEPTED, 250, "queued as 2"),
        Outcome(State.DEFERRED, 452, "full", next_attempt_at=soon),
        Outcome(State.DEFERRED, None, "lost", counts=False, next_attempt_at=later),
        Outcome(State.REFUSED, 550, ""),
        Outcome(State.PLANNED, None, "stopped"),  # it was claimed, not sent
    ]
    told = [Result(d, g, o) for (d, g), o in zip(marks, outcomes, strict=False)]
    room.deliveries.turn("o", told, [], NOW)
    with room.database.read() as connection:
        rows = connection.execute(select(deliveries).order_by(deliveries.c.id).limit(6)).all()
    assert [(r.state, r.reply_code, r.reply) for r in rows] == [
        (o.state, o.code, o.text or None) for o in outcomes
    ]
    assert [r.in_ledger for r in rows] == [True, True, False, False, False, False]
    assert [r.attempts for r in rows] == [0, 0, 1, 0, 0, 0]
    assert [r.next_attempt_at for r in rows[2:4]] == [soon, later]


def test_papers_of_a_mail_that_arrived_for_a_claim_that_is_gone_enter_the_ledger_once(
    room: Room,
) -> None:
    room.deliveries.plan(1, NOW)
    (mail,) = room.mails("o", NOW, most=1)
    room.deliveries.turn("o", [], [(mail.delivery, mail.generation)], NOW)
    done = Result(mail.delivery, mail.generation - 1, Outcome(State.ACCEPTED, 250, "queued"))
    for _ in range(2):
        room.deliveries.turn("o", [done], [], NOW)
    with room.database.read() as connection:
        papers = connection.execute(
            select(kept.c.papers).where(kept.c.subscriber_id == 1)
        ).scalars()
        assert [len(each) for each in papers] == [40]


def test_nothing_to_send_closes_a_delivery(room: Room) -> None:
    room.deliveries.plan(1, NOW)
    claims = room.deliveries.claim(1, "o", 10, NOW)
    room.deliveries.nothing_to_send("o", claims, NOW)
    found = room.deliveries.accounting(1)
    assert found.nothing_to_send == 10 and found.finished


def test_leaving_shows_in_the_accounting_at_once(room: Room) -> None:
    room.deliveries.plan(1, NOW)
    with room.database.write() as connection:
        connection.execute(update(subscribers).where(subscribers.c.id == 1).values(state="left"))
    assert room.deliveries.set_aside(1, NOW) == 1
    assert room.deliveries.accounting(1).cancelled == 1


def test_the_operator_settles_what_is_uncertain(room: Room) -> None:
    room.deliveries.plan(1, NOW)
    marks = [(m.delivery, m.generation) for m in room.mails("o", NOW)]
    room.deliveries.turn("o", [], marks, NOW)
    doubt = Outcome(State.UNCERTAIN, None, "lost")
    room.deliveries.turn("o", [Result(d, g, doubt) for d, g in marks], [], NOW)
    assert room.deliveries.accept_uncertain(1, NOW, only=[1]) == 1
    assert room.deliveries.resend_uncertain(1, NOW, only=[2]) == 1
    found = room.deliveries.accounting(1)
    assert (found.accepted, found.deferred, found.uncertain) == (1, 1, 8)


def test_pruning_takes_recipes_and_leaves_the_ledger(room: Room) -> None:
    room.deliveries.plan(1, NOW)
    accept(room)
    assert room.recipes.of_reader(1, 1)
    assert room.recipes.prune(NOW - timedelta(days=1)).recipes == 0
    pruned = room.recipes.prune(NOW + timedelta(days=91))
    assert pruned.recipes == 10 and pruned.fragments == 1  # a bundle
    with pytest.raises(NotFound, match="pruned"):
        room.recipes.of_reader(1, 1)
    assert LedgerStore(room.database).sent_to([1], NOW)
    assert room.deliveries.accounting(1).accepted == 10


def test_what_may_still_be_sent_is_not_pruned(room: Room) -> None:
    room.deliveries.plan(1, NOW)
    list(room.mails("o", NOW))
    assert room.recipes.prune(NOW + timedelta(days=91)).recipes == 0
