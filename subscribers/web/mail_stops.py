"""What pages say of mails that have stopped by themselves (see `subscribers.stopped_mails`)."""

from __future__ import annotations

from typing import Any

from subscribers.reader_lookup import DeskVisit
from subscribers.stopped_mails import may_lift
from subscribers.web.pages import Pages


def stop_values(pages: Pages, visit: DeskVisit) -> dict[str, Any]:
    """Return the values of a page that shows whether a visitor's mails have stopped, and why."""
    stop = pages.desk.store.stop_of(visit.reader.email_key)
    return {"stop": stop, "may_lift": stop is not None and may_lift(stop, visit)}
