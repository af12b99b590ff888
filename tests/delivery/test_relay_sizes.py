"""What is learned of a relay's sizes, from what it takes and what it refuses."""

from __future__ import annotations

import pytest

from digest.delivery.outcomes import Reply, Step, Trouble, judge
from digest.delivery.relay_sizes import RelaySizes, TooLargeError
from digest.states import State

TOO_LARGE = judge(Step.DOT, Reply(552, "5.3.4 message too big"))
LATER = judge(Step.DOT, Reply(452, "4.3.4 message too big"))
TAKEN = judge(Step.DOT, Reply(250, "ok"))


@pytest.mark.parametrize(
    ("step", "code", "text", "too_large"),
    [
        (Step.DOT, 552, "5.3.4 Message size exceeds fixed limit", True),
        (Step.DATA, 552, "5.3.4 Error: message file too big", True),
        (Step.DOT, 552, "5.2.3 Your message exceeded Google's message size limits.", True),
        (Step.DOT, 552, "sorry, that message size exceeds my databytes limit (#5.3.4)", True),
        (Step.DOT, 552, "Message size exceeds maximum permitted", True),
        (Step.DOT, 552, "Error: Too much mail data", True),
        (Step.DOT, 552, "not today", True),  # RFC 1870
        (Step.DATA, 552, "not today", True),
        (Step.DOT, 554, "Rejected - Message size exceeds fixed maximum message size.", True),
        (Step.DOT, 554, "message too large", True),
        (Step.DOT, 550, "The e-mail is too big", True),
        (Step.DOT, 554, "5.7.0 size exceeds; maximum message size 1000", True),
        (Step.RCPT, 523, "not today", True),
        (Step.RCPT, 552, "5.2.3 length", True),
        (Step.MAIL, 552, "not today", True),
        (Step.DOT, 452, "4.3.4 too big", True),
        (Step.DOT, 552, "5.2.2 mailbox full", False),
        (Step.DOT, 552, "5.2.2 message too large for what is left of the mailbox", False),
        (Step.DOT, 552, "mailbox is full", False),
        (Step.DOT, 552, "exceeded storage allocation", False),
        (Step.DOT, 552, "over quota", False),
        (Step.DOT, 552, "5.7.0 content blocked", False),
        (Step.RCPT, 552, "requested action aborted", False),
        (Step.DOT, 554, "5.7.1 looks like spam", False),
        (Step.DOT, 550, "you exceeded the rate limit", False),
        (Step.DOT, 554, "message contains lines that are too long", False),
        (Step.DOT, 452, "4.3.1 insufficient system storage", False),
        (Step.MAIL, 550, "no", False),
    ],
)
def test_refusals_for_size_are_told_from_others(
    step: Step, code: int, text: str, too_large: bool
) -> None:
    verdict = judge(step, Reply(code, text))
    assert verdict.too_large is too_large
    if too_large:
        assert verdict.outcome.state is State.DEFERRED and not verdict.outcome.counts
        assert verdict.trouble is Trouble.OURS and not verdict.outcome.suppress


def test_a_mail_that_is_too_large_is_made_a_quarter_smaller_but_not_below_what_was_taken() -> None:
    sizes = RelaySizes()
    assert sizes.refused(TOO_LARGE, 60_000).limit == 45_000
    assert sizes.refused(TOO_LARGE, 50_000).limit == 37_500
    assert sizes.refused(TOO_LARGE, 80_000).limit == 37_500, "the fewest that are known of"
    sizes = RelaySizes()
    assert sizes.accepted(TAKEN, 40_000) == TAKEN
    assert sizes.refused(LATER, 41_000) == LATER._replace(limit=40_000)


def test_whoever_refuses_what_was_taken_from_others_speaks_of_the_recipient() -> None:
    sizes = RelaySizes()
    sizes.accepted(TAKEN, 60_000)
    final = sizes.refused(TOO_LARGE, 60_000)
    assert (final.outcome.state, final.outcome.code) == (State.REFUSED, 552)
    assert final.trouble is Trouble.NONE and final.limit is None and final.outcome.counts
    at_the_edge = judge(Step.DOT, Reply(500, "message too large"))
    assert sizes.refused(at_the_edge, 59_999).outcome.state is State.REFUSED
    assert sizes.refused(LATER, 60_000).outcome.state is State.DEFERRED
    assert sizes.limit is None
    assert sizes.refused(TAKEN, 60_000) is TAKEN


def test_after_two_refusals_no_mail_as_large_is_tried_until_one_is_taken() -> None:
    sizes = RelaySizes()
    sizes.check(10**9)
    sizes.refused(TOO_LARGE, 60_000)
    sizes.check(60_000)
    sizes.refused(TOO_LARGE, 60_000)
    sizes.check(45_000)
    with pytest.raises(TooLargeError, match="up to 45000 octets, this has 45001") as told:
        sizes.check(45_001)
    assert told.value.limit == 45_000
    assert sizes.accepted(TAKEN, 44_000).limit == 44_000
    assert sizes.accepted(TAKEN, 44_000) is TAKEN
    assert sizes.accepted(TAKEN, 70_000).limit == 70_000
    sizes.check(70_000)
