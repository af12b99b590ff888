"""When a relay is left alone, for how long, and what closes the breaker again: to the number."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.delivery.pace import BackOff
from digest.delivery.relay_health import Admission, RelayHealth, is_suspect
from digest.states import Outcome, State

NOW = datetime(2026, 5, 1, 7, tzinfo=UTC)
PAUSE = BackOff(first=timedelta(minutes=1), longest=timedelta(minutes=30), jitter=0)
A_MOMENT = timedelta(microseconds=1)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OK = Outcome(State.ACCEPTED, 250, "ok")
BAD = Outcome(State.REFUSED, 550, "no such user")
DOUBT = Outcome(State.UNCERTAIN, None, "lost after its final dot")
LATER = Outcome(State.DEFERRED, 451, "later")


def told(
    health: RelayHealth, outcomes: Sequence[Outcome], now: datetime = NOW, pause: BackOff = PAUSE
) -> RelayHealth:
    return health.told(outcomes, now, pause, random.Random(1))


def opened(health: RelayHealth, why: str = "sick", now: datetime = NOW) -> RelayHealth:
    return health.opened(why, now, PAUSE, random.Random(1))


def ended(health: RelayHealth, now: datetime = NOW) -> RelayHealth:
    return health.ended(now, PAUSE, random.Random(1))


NEW, OPEN = RelayHealth(), opened(RelayHealth())


def test_nothing_is_known_of_a_relay_that_was_never_asked() -> None:
    assert (NEW.accepted, NEW.bad, NEW.row, NEW.trips, NEW.widened) == (0, 0, 0, 0, 0)
    assert not NEW.by_share and not NEW.is_open and NEW.why == "" and NEW.domains == {}
    assert not ended(NEW).is_open


@pytest.mark.parametrize(
    ("outcome", "suspect"),
    [
        (OK, False),
        (BAD, True),
        (DOUBT, True),
        (DOUBT._replace(again=True), True),
        (LATER, False),
        (LATER._replace(code=499), False),
        (LATER._replace(code=500), True),
        (BAD._replace(again=True), False),
        (BAD._replace(code=None), False),
        (Outcome(State.PLANNED, 554), False),
    ],
)
def test_what_may_be_the_relays(outcome: Outcome, suspect: bool) -> None:
    assert is_suspect(outcome) is suspect


@pytest.mark.parametrize("failure", [BAD, DOUBT])
def test_twenty_in_a_row_open_it(failure: Outcome) -> None:
    nineteen = told(NEW, [failure] * 19)
    assert (nineteen.row, nineteen.bad, nineteen.is_open) == (19, 19, False)
    assert told(nineteen, [LATER] * 9).row == 19, "4xx are neither"
    found = told(nineteen, [failure])
    assert found.why == f"20 mails in a row failed, the last with: {failure.text}"
    assert (found.paused_until, found.trips, found.by_share) == (NOW + MINUTE, 1, False)
    assert (found.tripped, found.since, found.heard) == (NOW, NOW, NOW)
    assert told(told(nineteen, [OK]), [failure]).row == 1


def test_no_more_is_counted_once_it_is_open() -> None:
    found = told(NEW, [BAD] * 25 + [OK])
    assert (found.row, found.bad, found.accepted, found.is_open) == (20, 20, 0, True)


def test_a_tenth_opens_it_when_they_are_twenty() -> None:
    health = told(NEW, [OK] * 180)
    health = told(health, [BAD, OK] * 19)
    assert (health.bad, health.accepted) == (19, 199)
    assert told(health, [BAD]).is_open is False, "20 of 219 are less than a tenth"
    health = told(NEW, [OK] * 160 + [BAD, OK] * 19)
    assert told(health, [OK]).is_open is False
    twenty = told(health, [BAD])
    assert twenty.is_open and twenty.by_share
    assert twenty.why == "20 of 199 mails failed, the last with: no such user"
    exact = told(NEW, [OK] * 161 + [BAD, OK] * 19 + [BAD])
    assert (exact.bad, exact.accepted, exact.is_open) == (20, 180, False), "a tenth is not more"


def test_each_trip_bounds_the_row_and_lengthens_the_pause() -> None:
    assert NEW.bound == 20
    assert [replace(NEW, trips=n).bound for n in (1, 2, 3, 5, 6, 99)] == [10, 5, 3, 3, 3, 3]
    health, now = NEW, NOW
    for trips, minutes in enumerate((1, 2, 4, 8, 16, 30, 30), start=1):
        health = opened(health, now=now)
        assert (health.trips, health.paused_until) == (trips, now + minutes * MINUTE)
        assert health.paused_until is not None
        now = health.paused_until


def test_a_trip_is_forgotten_after_twelve_hours_or_by_a_clock_that_went_back() -> None:
    before = replace(opened(OPEN, now=NOW + MINUTE), paused_until=None, widened=2)
    assert before.trips == 2 and before.tripped == NOW + MINUTE
    at = NOW + MINUTE + 12 * HOUR
    soon, late = opened(before, now=at - A_MOMENT), opened(before, now=at)
    assert (soon.trips, soon.widened) == (3, 2)
    assert (late.trips, late.widened) == (1, 0)
    assert opened(before, now=NOW).trips == 1
    assert opened(before, now=NOW + MINUTE).trips == 3


def test_two_hundred_acceptances_forget_the_trips() -> None:
    health = replace(NEW, trips=2)
    assert told(health, [OK] * 199).trips == 2
    assert told(health, [OK] * 200).trips == 0


def test_one_that_pauses_stays_as_it_is() -> None:
    assert opened(OPEN, "worse", NOW + MINUTE - A_MOMENT) is OPEN
    again = opened(OPEN, "worse", NOW + MINUTE)
    assert (again.why, again.trips, again.since) == ("worse", 2, NOW)
    assert opened(NEW, "x" * 999).why == "x" * 300
    assert opened(replace(OPEN, probing_until=NOW), now=NOW + HOUR).probing_until is None


def test_a_pause_that_is_too_far_ahead_was_by_a_wrong_clock() -> None:
    far = replace(OPEN, paused_until=NOW + 5 * HOUR)
    assert far.pauses(NOW)
    assert not far.pauses(NOW - A_MOMENT)
    assert not far.pauses(NOW + 5 * HOUR)
    assert not NEW.pauses(NOW)


def test_one_mail_at_a_time_tries_a_relay_whose_pause_is_over() -> None:
    assert NEW.admits(NOW) is Admission.ALL
    assert OPEN.admits(NOW) is Admission.NONE
    at = NOW + MINUTE
    assert OPEN.admits(at) is Admission.PROBE
    probing = OPEN.probing(at)
    assert probing.probing_until == at + 15 * MINUTE
    assert probing.admits(at) is Admission.NONE
    assert probing.admits(at + 15 * MINUTE - A_MOMENT) is Admission.NONE
    assert probing.admits(at + 15 * MINUTE) is Admission.PROBE, "its sender is dead"
    ahead = replace(OPEN, paused_until=NOW, probing_until=at + 15 * MINUTE)
    assert ahead.admits(at - A_MOMENT) is Admission.PROBE, "a clock that ran ahead"
    assert probing.probing(None).probing_until is None


def test_an_operator_hastens_the_probe() -> None:
    found = OPEN.probing(NOW).hastened(NOW)
    assert (found.paused_until, found.probing_until) == (NOW, None)
    assert found.admits(NOW) is Admission.PROBE
    assert NEW.hastened(NOW) is NEW


def test_a_probe_decides() -> None:
    at = NOW + MINUTE
    assert told(OPEN, [OK], NOW) is OPEN, "an answer to what was under way says nothing"
    health = replace(OPEN, accepted=5, bad=7, row=7).probing(at)
    well = told(health, [LATER, OK], at)
    assert (well.is_open, well.probing_until, well.widened) == (False, None, 0)
    assert (well.accepted, well.bad, well.row) == (1, 0, 0)
    assert (well.since, well.heard) == (at, at)
    sick = told(health, [BAD, BAD._replace(text="worse")], at)
    assert (sick.why, sick.trips, sick.paused_until) == ("worse", 2, at + 2 * MINUTE)
    assert told(health, [LATER], at) is health


def test_a_relay_that_proves_to_be_well_may_refuse_more() -> None:
    health, shares = replace(OPEN, by_share=True), [NEW.share]
    for _ in range(5):
        health = told(replace(health, paused_until=NOW), [OK])
        shares.append(round(health.share, 9))
    assert shares == [0.1, 0.2, 0.4, 0.8, 0.8, 0.8]
    assert health.widened == 3
    assert replace(NEW, widened=9).share == 0.8


def test_counting_begins_anew_after_an_hour_but_not_within_a_row() -> None:
    health = told(NEW, [OK, BAD, BAD])
    assert told(health, [BAD], NOW + HOUR - A_MOMENT).row == 3
    assert told(health, [BAD], NOW).row == 3
    for moment in (NOW + HOUR, NOW - A_MOMENT):
        anew = told(health, [BAD], moment)
        assert (anew.accepted, anew.bad, anew.row, anew.since) == (0, 1, 1, moment)
    row = told(NEW, [BAD, BAD])
    long = told(row, [BAD], NOW + 9 * HOUR)
    assert (long.bad, long.row, long.since) == (3, 3, NOW)
    ended_row = replace(row, accepted=1)
    assert told(ended_row, [BAD], NOW + 9 * HOUR).row == 1
    assert told(replace(row, bad=3), [BAD], NOW + 9 * HOUR).row == 1
    assert told(replace(row, since=None), [BAD], NOW + 9 * HOUR).row == 1
    nothing = told(replace(NEW, since=NOW), [BAD], NOW + 9 * HOUR)
    assert nothing.since == NOW + 9 * HOUR


def test_a_pass_in_which_all_were_refused_opens_it() -> None:
    assert not ended(told(NEW, [BAD] * 2)).is_open
    found = ended(told(NEW, [BAD] * 3))
    assert found.why == "none of 3 mails was accepted" and found.trips == 1
    assert not ended(told(NEW, [BAD] * 3 + [OK])).is_open
    assert ended(OPEN) is OPEN


def test_a_size_is_known_for_a_week_and_the_smallest_counts() -> None:
    assert NEW.takes(NOW) is None
    health = NEW.limited(30_000, NOW)
    week = timedelta(days=7)
    assert health.takes(NOW) == health.takes(NOW + week - A_MOMENT) == 30_000
    assert health.takes(NOW + week) is None is health.takes(NOW - A_MOMENT)
    assert health.limited(40_000, NOW).takes(NOW) == 30_000
    assert health.limited(20_000, NOW).takes(NOW) == 20_000
    assert health.limited(40_000, NOW + week).takes(NOW + week) == 40_000


def test_what_is_packed_is_read_again_and_nonsense_says_nothing() -> None:
    health = replace(
        told(OPEN.limited(9, NOW).paused({"a.example": ("2026", 2, "why")}), [OK], NOW + HOUR),
        probing_until=NOW,
        paused_until=NOW,
        by_share=True,
    )
    assert replace(health, domains={}) == replace(RelayHealth.unpack(health.pack()), domains={})
    assert {k: tuple(v) for k, v in RelayHealth.unpack(health.pack()).domains.items()} == (
        health.domains
    )
    for blob in (None, b"", b"{", b"[]", b'{"since": 7}', b'{"since": "soon"}', b"\xff"):
        assert RelayHealth.unpack(blob) == NEW
    newer = json.dumps({"accepted": 3, "of a later version": 1}).encode()
    assert RelayHealth.unpack(newer) == RelayHealth(accepted=3)
