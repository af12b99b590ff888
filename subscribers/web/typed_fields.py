"""What somebody changed on a form, apart from what it showed them. Pure.

A page may be open for days, in two tabs, while the same preferences are changed elsewhere. So it
carries what it showed, and only what was changed on it is taken: the rest stays as it is by now.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from subscribers.web.forms import Fields

SHOWN = "was"  # the field in which the form carries what it showed
# What means something only together: who changes one of these has seen the others beside it.
_GROUPS = (
    *(("keywords",), ("breadth",), ("cadence", "weekdays", "weekday"), ("hour", "timezone")),
    *(("max_papers",), ("name",), ("format",), ("cards",), ("language",)),
)


def as_shown(kept: Fields) -> str:
    """Return what a form shows, to be carried by it."""
    return json.dumps(_with_day(kept), ensure_ascii=False)


def typed(fields: Fields, kept: Fields) -> Fields:
    """Return the fields of a form, with what is kept in place of what was left as it was shown.

    A form that does not say what it showed is taken as it is.

    Args:
        fields: as sent; a box that is not ticked is missing.
        kept: what the form would show now.
    """
    was, now = _read(fields.get(SHOWN, "")), _with_day(kept)
    merged = dict(fields)
    for group in _GROUPS:
        names = [name for name in group if name in was]
        if names and all(_same(fields.get(name, ""), was[name]) for name in names):
            merged |= {name: now[name] for name in names if name in now}
    return merged


def _with_day(kept: Fields) -> dict[str, str]:
    """Add the day that the list of days for a weekly mail shows."""
    days = kept.get("weekdays", "").split()
    return {"weekday": days[0] if days else "0", **kept}


def _same(sent: str, was: str) -> bool:
    return sent.replace("\r\n", "\n").strip() == was.replace("\r\n", "\n").strip()


def _read(text: str) -> Mapping[str, str]:
    """Return what a form carried; nothing when it is broken."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}
