"""The promise under SIGKILL: the short form of `python -m bench.crash`."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from pathlib import Path

import pytest

from bench.crash import Policy, crash
from bench.crash_worker import work
from bench.delivery_fixture import NOW, make_store
from bench.smtp_recorder import Recorder
from digest.delivery.crash_board import DeadSenders, LivingSender
from digest.states import Result, State
from digest.storage.deliveries import DeliveryStore

_context = multiprocessing.get_context("forkserver")


@pytest.mark.parametrize("on_uncertain", ["hold", "resend"])
def test_killed_again_and_again_everybody_gets_it_once(
    tmp_path: Path, on_uncertain: Policy
) -> None:
    figures = crash(tmp_path, mails=240, kills=12, seed=11, on_uncertain=on_uncertain)
    assert figures.problems == []
    assert figures.kills >= 8
    assert figures.twice == figures.lost == figures.resent_other == 0
    assert figures.copies <= (1 if on_uncertain == "hold" else 2)
    assert figures.doubts >= 5, "or the kills came at harmless moments only"


def test_only_what_left_whole_is_uncertain(tmp_path: Path) -> None:
    figures = crash(tmp_path, mails=240, kills=12, seed=5)
    assert sum(figures.unsent.values()) <= figures.unsent["begun:after"] + 1
    assert figures.uncertain_arrived >= figures.uncertain - figures.by_point["begun:after"] - 1


def test_two_senders_with_clocks_ten_minutes_apart_send_once(tmp_path: Path) -> None:
    store = DeliveryStore(make_store(tmp_path / "digest.db", 300))
    store.plan(1, NOW)
    with Recorder() as server:
        senders = [
            _context.Process(
                target=work,
                args=(str(tmp_path), server.port),
                kwargs={"skew_minutes": skew, "seed": skew},
            )
            for skew in (0, 11)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
    assert [sender.exitcode for sender in senders] == [0, 0]
    assert set(Counter(mail.recipient for mail in server.accepted).values()) == {1}
    assert len(server.accepted) == store.accounting(1).accepted == 300


def test_a_stolen_lease_costs_work_but_never_a_second_mail(tmp_path: Path) -> None:
    from datetime import timedelta

    store = DeliveryStore(make_store(tmp_path / "digest.db", 2))
    store.plan(1, NOW)
    slow = store.claim(1, "slow", 2, NOW)
    fast = store.claim(1, "fast", 2, NOW + timedelta(minutes=11))
    assert [c.delivery for c in slow] == [c.delivery for c in fast]
    marks = [(c.delivery, c.generation) for c in slow]
    turn = store.turn("slow", [], marks, NOW)
    assert turn.started == frozenset() and set(turn.stopped) == {1, 2}
    assert store.turn("fast", [], [(c.delivery, c.generation) for c in fast], NOW).started == {1, 2}


def test_a_live_owner_is_left_alone_whatever_the_clock_says(tmp_path: Path) -> None:
    from datetime import timedelta

    store = DeliveryStore(make_store(tmp_path / "digest.db", 1))
    store.plan(1, NOW)
    owner = LivingSender(tmp_path / "owners")
    claims = store.claim(1, owner.name, 1, NOW)
    store.turn(owner.name, [], [(c.delivery, c.generation) for c in claims], NOW)
    undertaker = DeadSenders(tmp_path / "owners", alone=True)
    assert store.reap(undertaker, NOW + timedelta(days=3)) == 0
    assert store.accounting(1).sending == 1
    owner.begun(1)
    owner.keep = True
    owner.close()
    assert store.reap(undertaker, NOW) == 1
    assert store.accounting(1).uncertain == 1


def test_a_board_that_was_copied_proves_nothing(tmp_path: Path) -> None:
    import shutil

    store = DeliveryStore(make_store(tmp_path / "digest.db", 1))
    store.plan(1, NOW)
    owner = LivingSender(tmp_path / "owners")
    claims = store.claim(1, owner.name, 1, NOW)
    store.turn(owner.name, [], [(c.delivery, c.generation) for c in claims], NOW)
    shutil.copytree(tmp_path / "owners", tmp_path / "copy")
    owner.close()
    remains = DeadSenders(tmp_path / "copy", alone=True).examine(owner.name)
    assert remains is not None and not remains.complete
    store.reap(DeadSenders(tmp_path / "copy", alone=True), NOW)
    assert store.accounting(1).uncertain == 1, "in `sending`, and nothing proves it did not leave"


def test_an_answer_that_comes_late_still_counts(tmp_path: Path) -> None:
    from digest.states import Outcome

    store = DeliveryStore(make_store(tmp_path / "digest.db", 1))
    store.plan(1, NOW)
    [claim] = store.claim(1, "o", 1, NOW)
    store.turn("o", [], [(claim.delivery, claim.generation)], NOW)
    store.reap(DeadSenders(tmp_path / "owners", alone=True), NOW)
    assert store.accounting(1).uncertain == 1
    done = Result(claim.delivery, claim.generation, Outcome(State.ACCEPTED, 250, "queued"))
    store.turn("o", [done], [], NOW)
    assert store.accounting(1).accepted == 1
