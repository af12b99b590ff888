"""OpenReview's notes, of both versions of its API (https://docs.openreview.net).

In the second a field is `{"value": …}`. A note may be a review or a comment: that is no paper.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from digest.dumps import fields
from digest.dumps.bibliographic_record import Told
from digest.dumps.csl_json import listed_words
from digest.dumps.entries_to_dump import Unreadable
from digest.dumps.json_family import JsonPapers, Values, first_text, texts

_SITE = "https://openreview.net"
_UNDECIDED = re.compile(r"submi(?:tted|ssion)|withdrawn|reject|under review", re.IGNORECASE)


def _told(values: Values) -> Told:
    content = values.get("content")
    content = content if isinstance(content, dict) else {}
    number, forum = fields.text(values.get("id")), fields.text(values.get("forum"))
    if values.get("replyto") or (number and forum and number != forum):
        raise Unreadable(f"a reply to {forum or values.get('replyto')!s:.40}, no paper")
    venue = fields.text(_value(content, "venue"))
    days = (_day(values.get(key)) for key in ("pdate", "odate", "cdate", "tcdate"))
    return Told(
        title=fields.text(_value(content, "title")),
        abstract=first_text(*(_value(content, k) for k in ("abstract", "TL;DR", "TLDR"))),
        authors=texts(_value(content, "authors")),
        day=next(filter(None, days), None),
        dois=texts(_value(content, "doi")),
        addresses=[
            f"{_SITE}/forum?id={forum or number}" if forum or number else "",
            *texts(_value(content, "html")),
        ],
        arxiv=[*texts(_value(content, "html")), *texts(_value(content, "pdf"))],
        keywords=listed_words(_value(content, "keywords")),
        organisations=texts(_value(content, "affiliations")),
        venue="" if _UNDECIDED.search(venue) else venue,
    )


def _value(content: Values, key: str) -> Any:
    told = content.get(key)
    return told.get("value") if isinstance(told, dict) else told


def _day(milliseconds: Any) -> date | None:
    """Return the day, in UTC, of a moment in milliseconds since 1970."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


OPENREVIEW = JsonPapers(
    name="openreview",
    sign=re.compile(r'"notes"\s*:\s*\[|"forum"\s*:\s*"|"invitations?"\s*:\s*["\[]'),
    lists=("notes",),
    paper=("content", "forum"),
    told=_told,
)
