"""What today's issue would be with the keywords in a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from subscribers.errors import ProfileError
from subscribers.preferences import MAX_PAPERS
from subscribers.profile import parse
from subscribers.web.interfaces import PreviewedPaper
from subscribers.web.pages import Pages


def previewed(pages: Pages, fields: Mapping[str, str] | None) -> dict[str, Any]:
    """Return the values of `_preview.html`; without fields, of its empty state."""
    nothing: dict[str, Any] = {
        "preview_state": "empty",
        "issue": None,
        "expectation": "",
        "preview_problems": [],
        "why_of": why_of,
    }
    if fields is None:
        return nothing
    keywords = fields.get("keywords", "").replace("\r\n", "\n").strip()
    if not keywords:
        return nothing
    try:
        profile = parse(keywords)
    except ProfileError as error:
        reasons = [str(problem) for problem in error.problems]
        return nothing | {"preview_state": "problems", "preview_problems": reasons}
    wanted = fields.get("max_papers", "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 3 else 0
    issue = pages.previews.preview(profile, number if 1 <= number <= MAX_PAPERS else None)
    if issue is None:
        return nothing | {"preview_state": "nothing"}
    return nothing | {
        "preview_state": "issue",
        "issue": issue,
        "expectation": expectation(issue.per_day),
    }


def why_of(paper: PreviewedPaper) -> list[tuple[str, str]]:
    """Return each keyword that brought a paper, strongest first, and where it was found."""
    found: dict[str, list[str]] = {}
    for reason in paper.reasons:
        found.setdefault(reason.keyword, []).append(reason.field)
    return [(keyword, _places(fields)) for keyword, fields in list(found.items())[:3]]


def _places(fields: list[str]) -> str:
    within = [field for field in _ORDER if field in fields]
    within += sorted({field for field in fields if field not in _ORDER and field != "meaning"})
    said = f"in the {' and '.join(within)}" if within else ""
    if "meaning" in fields:
        said = f"{said}, and by meaning" if said else "by meaning"
    return said


_ORDER = ("title", "abstract")


def expectation(per_day: float | None) -> str:
    """Say how many papers to expect, as people count."""
    if per_day is None:
        return ""
    if per_day >= 1.5:
        return f"Expect about {round(per_day)} a day."
    if per_day >= 0.75:
        return "Expect about one a day."
    if per_day >= 1 / 25:
        return f"Expect about one every {max(2, round(1 / per_day))} days."
    return "Expect less than one a month." if per_day < 1 / 31 else "Expect about one a month."
