"""Mails that stopped by themselves, and how their reader gets them back.

Who comes by the link of a letter that was sent since has shown that the mailbox takes mail and
that somebody reads it. So that anybody can, such a letter goes out when it is asked for.
"""

from __future__ import annotations

from datetime import datetime

from subscribers.errors import ChangedMeanwhile, ConsentError
from subscribers.messages import message
from subscribers.reader_lookup import DeskVisit
from subscribers.service import FrontDesk
from subscribers.store import StoppedMails


def may_lift(stop: StoppedMails, visit: DeskVisit) -> bool:
    """Return whether who came by this link may end a stop."""
    from_a_letter = visit.edition == 0
    return stop.reason != "operator" and from_a_letter and visit.fields.issued_at > stop.since


def mail_again(desk: FrontDesk, visit: DeskVisit, now: datetime) -> bool:
    """Write to a reader again, or first send them the letter that shows that it arrives.

    Return whether it is done, or that letter on its way; False: several have gone there lately.

    Raises:
        ConsentError: the operator stopped the mails.
        ChangedMeanwhile: somebody was quicker.
    """
    reader = visit.reader
    stop = desk.store.stop_of(reader.email_key)
    if stop is None:
        return True
    if stop.reason == "operator":
        raise ConsentError(message("whoever runs this newsletter has stopped these mails"))
    if not may_lift(stop, visit):
        return desk.letters.way_back(reader, now)
    consent = desk.steps.evidence(reader, reader.email_key, "lift", now, "link", "reader")
    if not desk.store.save(reader, reader, consent):
        raise ChangedMeanwhile
    return True
