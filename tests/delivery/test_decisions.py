"""Outcomes, pace, back-off, VERP: the pure decisions."""

from __future__ import annotations

import random
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.delivery_fixture import NOW
from digest.delivery.outcomes import Reply, Step, Trouble, by_code, judge, lost
from digest.delivery.pace import BackOff, Go, Pace, PaceLimits, Postpone, Wait
from digest.delivery.verp import return_path
from digest.states import State

BASE = "bounces@digest.example.org"


@pytest.mark.parametrize(
    ("step", "code", "text", "state", "counts", "suppress", "trouble"),
    [
        (Step.DOT, 250, "2.0.0 queued", State.ACCEPTED, True, False, Trouble.NONE),
        (Step.DOT, 452, "4.3.1 disk full", State.DEFERRED, True, False, Trouble.NONE),
        (Step.DOT, 451, "4.7.1 greylisted", State.DEFERRED, False, False, Trouble.DOMAIN),
        (Step.DOT, 554, "5.7.1 spam", State.REFUSED, True, False, Trouble.NONE),
        (Step.DOT, 421, "closing", State.DEFERRED, False, False, Trouble.DOMAIN),
        (Step.RCPT, 550, "5.1.1 no such user", State.REFUSED, True, True, Trouble.NONE),
        (Step.RCPT, 550, "no such user here", State.REFUSED, True, True, Trouble.NONE),
        (Step.RCPT, 550, "5.7.1 blocked", State.REFUSED, True, False, Trouble.NONE),
        (Step.RCPT, 552, "5.2.2 mailbox full", State.REFUSED, True, False, Trouble.NONE),
        (Step.RCPT, 450, "4.2.1 busy", State.DEFERRED, True, False, Trouble.NONE),
        (Step.RCPT, 421, "4.7.0 slow down", State.DEFERRED, False, False, Trouble.DOMAIN),
        (Step.MAIL, 550, "5.7.1 sender rejected", State.DEFERRED, False, False, Trouble.RELAY),
        (Step.MAIL, 530, "5.7.0 log in first", State.DEFERRED, False, False, Trouble.RELAY),
        (Step.MAIL, 552, "5.3.4 too big", State.DEFERRED, False, False, Trouble.OURS),
        (Step.DOT, 354, "what?", State.DEFERRED, False, False, Trouble.RELAY),
        (Step.RCPT, 250, "2.1.5 Ok", State.DEFERRED, False, False, Trouble.RELAY),
        (Step.RCPT, 450, "4.7.1 greylisted", State.DEFERRED, False, False, Trouble.DOMAIN),
        (Step.MAIL, 451, "4.3.0 try later", State.DEFERRED, False, False, Trouble.RELAY),
        (Step.MAIL, 454, "4.3.0 no login now", State.DEFERRED, False, False, Trouble.RELAY),
        (Step.RCPT, 451, "4.3.0 try later", State.DEFERRED, True, False, Trouble.NONE),
        (Step.DOT, 454, "4.3.0 try later", State.DEFERRED, True, False, Trouble.NONE),
        (Step.MAIL, 452, "4.3.1 full", State.DEFERRED, False, False, Trouble.RELAY),
        (Step.MAIL, 450, "4.1.8 no such sender", State.DEFERRED, False, False, Trouble.RELAY),
        (Step.RCPT, 530, "5.7.0 log in first", State.DEFERRED, False, False, Trouble.RELAY),
        (Step.RCPT, 538, "encrypt", State.DEFERRED, False, False, Trouble.RELAY),
        (Step.DATA, 503, "5.5.1 bad sequence", State.DEFERRED, False, False, Trouble.RELAY),
        (Step.RCPT, 554, "5.7.1 Relay access denied", State.DEFERRED, False, False, Trouble.NONE),
        (Step.RCPT, 550, "relaying denied", State.DEFERRED, False, False, Trouble.NONE),
        (Step.RCPT, 550, "5.7.1 Unable to relay", State.DEFERRED, False, False, Trouble.NONE),
        (Step.RCPT, 454, "4.3.0 no login now", State.DEFERRED, False, False, Trouble.RELAY),
        (Step.DOT, 550, "5.7.1 by SPF", State.REFUSED, True, False, Trouble.NONE),
        (Step.RCPT, 501, "5.1.7 bad sender", State.DEFERRED, False, False, Trouble.NONE),
        (Step.RCPT, 550, "5.1.8 domain of sender", State.DEFERRED, False, False, Trouble.NONE),
        (Step.RCPT, 550, "authentication required", State.DEFERRED, False, False, Trouble.NONE),
        (Step.RCPT, 554, "5.7.1 blocked using x.y", State.DEFERRED, False, False, Trouble.NONE),
        (Step.RCPT, 550, "5.1.1 relay denied them", State.REFUSED, True, True, Trouble.NONE),
        (Step.MAIL, 552, "too big", State.DEFERRED, False, False, Trouble.OURS),
        (Step.MAIL, 550, "5.3.4 too big", State.DEFERRED, False, False, Trouble.OURS),
        (Step.MAIL, 550, "5.3.0 no", State.DEFERRED, False, False, Trouble.RELAY),
        (Step.MAIL, 550, "5.2.4 no", State.DEFERRED, False, False, Trouble.RELAY),
        (Step.MAIL, 553, "no such sender", State.DEFERRED, False, False, Trouble.RELAY),
        (Step.DOT, 550, "no such user", State.REFUSED, True, False, Trouble.NONE),
        (Step.RCPT, 551, "user unknown", State.REFUSED, True, True, Trouble.NONE),
        (Step.RCPT, 553, "Invalid recipient", State.REFUSED, True, True, Trouble.NONE),
        (Step.RCPT, 550, "does not exist", State.REFUSED, True, True, Trouble.NONE),
        (Step.RCPT, 550, "mailbox not found", State.REFUSED, True, True, Trouble.NONE),
        (Step.RCPT, 550, "we do not like you", State.REFUSED, True, False, Trouble.NONE),
        (Step.RCPT, 554, "user unknown", State.REFUSED, True, False, Trouble.NONE),
        (Step.RCPT, 550, "5.7.1 unknown", State.REFUSED, True, False, Trouble.NONE),
        (Step.RCPT, 550, "see 5.1.1 for it", State.REFUSED, True, False, Trouble.NONE),
    ],
)
def test_an_answer_becomes_an_outcome(
    step: Step,
    code: int,
    text: str,
    state: State,
    counts: bool,
    suppress: bool,
    trouble: Trouble,
) -> None:
    verdict = judge(step, Reply(code, text))
    assert verdict.outcome.state is state
    assert verdict.outcome.suppress is suppress
    assert verdict.trouble is trouble
    if state is State.DEFERRED:
        assert verdict.outcome.counts is counts


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("code", [530, 535, 538])
def test_a_login_that_is_refused_refuses_no_reader(step: Step, code: int) -> None:
    verdict = judge(step, Reply(code, "5.1.1 no such user"))
    outcome = verdict.outcome
    assert (outcome.state, outcome.counts, outcome.suppress) == (State.DEFERRED, False, False)
    assert verdict.trouble is Trouble.RELAY


@pytest.mark.parametrize(
    ("status", "gone"),
    [
        *((status, True) for status in ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")),
        *((status, False) for status in ("5.1.0", "5.1.4", "5.1.8", "5.2.2", "5.1.100", "5.4.1")),
    ],
)
def test_only_an_address_that_does_not_exist_is_never_written_to_again(
    status: str, gone: bool
) -> None:
    assert judge(Step.RCPT, Reply(550, f"{status} no")).outcome.suppress is gone


def test_an_outcome_tells_the_step_the_code_and_the_servers_words() -> None:
    refused = judge(Step.DOT, Reply(554, "5.7.1 spam")).outcome
    assert (refused.code, refused.text) == (554, "the final dot: 554 5.7.1 spam")
    accepted = judge(Step.DOT, Reply(250, "2.0.0 queued as 7")).outcome
    assert (accepted.code, accepted.text) == (250, "2.0.0 queued as 7")
    for code in (250, 450, 550):
        assert len(judge(Step.DOT, Reply(code, "x" * 999)).outcome.text) == 300


def test_an_enhanced_status_stands_at_the_beginning() -> None:
    assert Reply(450, "4.7.12 wait").enhanced == (4, 7, 12)
    assert Reply(450, "wait 4.7.1").enhanced is None
    assert Reply(450, "3.7.1 wait").enhanced is None


def test_a_board_tells_by_the_code_alone() -> None:
    assert by_code(250).state is State.ACCEPTED
    assert by_code(554).state is State.REFUSED
    assert by_code(452).state is State.DEFERRED
    assert "board" in by_code(250).text


def test_a_lost_connection_is_uncertain_only_once_its_final_dot_was_out() -> None:
    known = lost(dot_sent=False, why="reset")
    assert (known.state, known.counts, known.code) == (State.DEFERRED, False, None)
    assert known.text == "reset before its final dot"
    doubt = lost(dot_sent=True, why="reset")
    assert (doubt.state, doubt.text, doubt.code) == (
        State.UNCERTAIN,
        "reset after its final dot",
        None,
    )


def test_back_off_doubles_up_to_its_limit_with_jitter() -> None:
    back_off = BackOff(first=timedelta(minutes=5), longest=timedelta(hours=4), jitter=0.25)
    rng = random.Random(3)
    for attempts, minutes in ((1, 5), (2, 10), (3, 20), (6, 160), (7, 240), (99, 240)):
        delays = {
            (back_off.next_attempt(attempts, NOW, rng) - NOW).total_seconds() / 60
            for _ in range(50)
        }
        assert minutes * 0.75 <= min(delays) < max(delays) <= minutes * 1.25


def test_the_first_try_again_is_in_five_minutes_and_no_later_one_beyond_four_hours() -> None:
    assert BackOff() == BackOff(timedelta(minutes=5), timedelta(hours=4), 0.25)
    steady = BackOff(jitter=0)
    waits = [steady.next_attempt(n, NOW, random.Random(1)) - NOW for n in (0, 1, 2, 6, 7, 99)]
    assert [wait.total_seconds() / 60 for wait in waits] == [5, 5, 10, 160, 240, 240]


def test_the_wait_for_a_rate_is_what_is_missing_of_one_mail() -> None:
    pace = Pace(PaceLimits(per_second=4), rng=random.Random(1))
    assert pace.ask("a.org", 10.0, NOW) == Go()
    assert pace.ask("a.org", 10.0, NOW) == Wait(0.25)
    assert pace.ask("a.org", 10.125, NOW) == Wait(0.125)
    assert pace.ask("a.org", 10.25, NOW) == Go()
    assert [pace.ask("a.org", 99.0, NOW) for _ in range(5)] == [*[Go()] * 4, Wait(0.25)]
    assert pace.ask("a.org", 98.0, NOW) == Wait(0.25), "a clock that goes back gives nothing"


def test_of_two_rates_the_slower_one_counts_and_takes_nothing_while_it_waits() -> None:
    pace = Pace(PaceLimits(per_second=10, per_domain_per_second=1), rng=random.Random(1))
    assert pace.ask("a.org", 0.0, NOW) == Go()
    assert pace.ask("a.org", 0.5, NOW) == Wait(0.5)
    assert pace.ask("b.org", 0.5, NOW) == Go()


def test_an_answer_that_nobody_waited_for_opens_no_second_connection() -> None:
    pace = Pace(PaceLimits(per_domain_connections=1), rng=random.Random(1))
    pace.done("a.org")
    assert pace.ask("a.org", 0.0, NOW) == Go()
    assert pace.ask("a.org", 0.0, NOW) == Wait(0.05)
    assert pace.ask("b.org", 0.0, NOW) == Go()


def test_an_answer_makes_room_for_one_more() -> None:
    pace = Pace(PaceLimits(per_domain_connections=2), rng=random.Random(1))
    assert [pace.ask("a.org", 0.0, NOW) for _ in range(3)] == [Go(), Go(), Wait(0.05)]
    pace.done("a.org")
    assert [pace.ask("a.org", 0.0, NOW) for _ in range(2)] == [Go(), Wait(0.05)]


def test_a_slow_rate_saves_nothing_up() -> None:
    pace = Pace(PaceLimits(per_second=0.5), rng=random.Random(1))
    assert pace.ask("a.org", 0.0, NOW) == Go()
    assert [pace.ask("a.org", 999.0, NOW) for _ in range(2)] == [Go(), Wait(2.0)]


def test_the_next_run_goes_on_with_the_pauses_of_the_last() -> None:
    last = Pace(rng=random.Random(1))
    until = last.trip("a.org", "421 slow down", NOW)
    last.trip("old.org", "421", NOW - timedelta(hours=9))
    kept = last.pauses(NOW)
    assert kept == {"a.org": (until.isoformat(), 1, "421 slow down")}, "what was long ago is over"
    over = until + timedelta(minutes=59)
    assert last.pauses(over) == kept, "its next pause is twice as long"
    assert last.pauses(until + timedelta(minutes=61)) == {}
    fresh = Pace(rng=random.Random(1))
    fresh.resume({})
    assert fresh.idle, "nothing to ask for"
    fresh.resume(kept)
    assert not fresh.idle
    assert fresh.ask("a.org", 0.0, NOW) == Postpone(until, "421 slow down")
    assert fresh.ask("b.org", 0.0, NOW) == Go()
    fresh.resume({"a.org": (NOW.isoformat(), 1, "of an hour ago")})
    assert fresh.ask("a.org", 0.0, NOW) == Postpone(until, "421 slow down"), "its own is newer"
    limited = Pace(PaceLimits(per_second=9), rng=random.Random(1))
    limited.resume({})
    assert not limited.idle


def test_pace_need_not_be_asked_while_there_is_no_limit_and_no_pause() -> None:
    pace = Pace(rng=random.Random(1))
    assert pace.idle
    pace.trip("a.org", "421", NOW)
    pace.trip("b.org", "421", NOW)
    pace.accepted("a.org")
    assert not pace.idle, "b.org is paused still"
    pace.accepted("b.org")
    assert pace.idle
    limited = Pace(PaceLimits(per_second=9), rng=random.Random(1))
    limited.trip("a.org", "421", NOW)
    limited.accepted("a.org")
    assert not limited.idle


def test_a_pause_lasts_two_minutes_then_twice_as_long_up_to_an_hour() -> None:
    pace, now = Pace(rng=random.Random(1)), NOW
    for minutes in (2, 4, 8, 16, 32, 60, 60):
        until = pace.trip("a.org", "421", now)
        assert minutes * 0.75 <= (until - now).total_seconds() / 60 <= minutes * 1.25
        now = until
        assert pace.ask("a.org", 0.0, now) == Go(), "over to the second"


def test_without_limits_everything_goes() -> None:
    pace = Pace(rng=random.Random(1))
    assert all(isinstance(pace.ask("a.org", 0.0, NOW), Go) for _ in range(1000))


def test_a_rate_for_the_whole_run() -> None:
    pace = Pace(PaceLimits(per_second=10), rng=random.Random(1))
    sent, clock = 0, 0.0
    while clock < 3:
        decision = pace.ask(f"d{sent}.org", clock, NOW)
        if isinstance(decision, Go):
            sent += 1
        else:
            assert isinstance(decision, Wait)
            clock += decision.seconds
    assert 29 <= sent <= 32


def test_a_rate_for_one_domain_does_not_slow_the_others() -> None:
    pace = Pace(PaceLimits(per_domain_per_second=1), rng=random.Random(1))
    assert isinstance(pace.ask("a.org", 0.0, NOW), Go)
    assert isinstance(pace.ask("a.org", 0.1, NOW), Wait)
    assert isinstance(pace.ask("b.org", 0.1, NOW), Go)
    assert isinstance(pace.ask("a.org", 1.1, NOW), Go)


def test_connections_to_one_domain_are_limited() -> None:
    pace = Pace(PaceLimits(per_domain_connections=2), rng=random.Random(1))
    assert isinstance(pace.ask("a.org", 0.0, NOW), Go)
    assert isinstance(pace.ask("a.org", 0.0, NOW), Go)
    assert isinstance(pace.ask("a.org", 0.0, NOW), Wait)
    pace.done("a.org")
    assert isinstance(pace.ask("a.org", 0.0, NOW), Go)


def test_a_breaker_pauses_its_domain_longer_each_time() -> None:
    pace = Pace(rng=random.Random(1))
    first = pace.trip("a.org", "421 slow down", NOW)
    assert pace.trip("a.org", "421 again", NOW) == first, "answers under way do not count"
    decision = pace.ask("a.org", 0.0, NOW)
    assert isinstance(decision, Postpone) and decision.until == first
    assert isinstance(pace.ask("b.org", 0.0, NOW), Go)
    later = first + timedelta(seconds=1)
    assert isinstance(pace.ask("a.org", 0.0, later), Go)
    assert pace.trip("a.org", "421", later) - later > (first - NOW) * 1.1


def test_a_domain_that_accepts_again_is_forgiven() -> None:
    pace = Pace(rng=random.Random(1))
    pace.trip("a.org", "421", NOW)
    pace.accepted("a.org")
    assert isinstance(pace.ask("a.org", 0.0, NOW), Go)


@given(st.integers(min_value=0, max_value=2**63), st.integers(min_value=0, max_value=2**63))
def test_a_return_path_names_its_delivery_and_is_signed(number: int, other: int) -> None:
    address = return_path(BASE, number, b"secret")
    found = re.fullmatch(r"bounces\+([0-9a-z]+)-([0-9a-f]{16})@digest\.example\.org", address)
    assert found is not None and int(found[1], 36) == number
    assert address == return_path(BASE, number, b"secret")
    assert found[2] not in return_path(BASE, number, b"other")
    assert (address == return_path(BASE, other, b"secret")) == (number == other)
    assert return_path("", number, b"secret") == ""
