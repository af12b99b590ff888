"""What today's issue would be with the keywords in a form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from subscribers.messages import Message, message
from subscribers.preferences import BREADTHS, MAX_PAPERS
from subscribers.profile import read_profile
from subscribers.store import Breadth
from subscribers.understood import understood
from subscribers.web.interfaces import PreviewedPaper, PreviewReason
from subscribers.web.pages import Pages


def previewed(
    pages: Pages, fields: Mapping[str, str] | None, action: str = "/preview"
) -> dict[str, Any]:
    """Return the values of `_preview.html`; without fields, of its empty state.

    action: where its buttons lead without JavaScript.
    """
    nothing: dict[str, Any] = {
        "preview_state": "empty",
        "issue": None,
        "expectation": "",
        "quiet_days": None,
        "preview_problems": [],
        "understood": (),
        "remarks": (),
        "why_of": why_of,
        "sample": None,
        "preview_action": action,
    }
    if fields is None:
        return nothing
    keywords = fields.get("keywords", "").replace("\r\n", "\n").strip()
    if not keywords:
        return nothing
    reading = read_profile(keywords)
    if reading.problems:
        reasons = [problem.told for problem in reading.problems]
        return nothing | {"preview_state": "problems", "preview_problems": reasons}
    profile = reading.profile
    nothing |= {"understood": understood(profile), "remarks": reading.remarks}
    wanted = fields.get("max_papers", "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 3 else 0
    asked = fields.get("breadth", "")
    breadth: Breadth = asked if asked in BREADTHS else "normal"
    issue = pages.previews.preview(profile, number if 1 <= number <= MAX_PAPERS else None, breadth)
    if issue is None:
        return nothing | {"preview_state": "nothing"}
    return nothing | {
        "preview_state": "issue",
        "issue": issue,
        "expectation": expectation(issue.per_day),
        "quiet_days": quiet_days(issue.replayed),
    }


def sample_of(pages: Pages) -> dict[str, Any]:
    """Return the values of the front page that show a newcomer what comes."""
    return {"sample": pages.previews.sample()}


def with_change(fields: Mapping[str, str]) -> Mapping[str, str]:
    """Return a form's fields after a suggestion or a topic was pressed without JavaScript.

    Such a button says `old<tab>new`: what to put in the place of what; of nothing, to add it.
    """
    old, tab, new = fields.get("change", "").partition("\t")
    if not tab:
        return fields
    keywords = fields.get("keywords", "").strip()
    added = _with_topic(keywords, new)
    if old:  # as a whole word: "art" is not meant in "smart"
        whole = rf"(?<!\w){re.escape(old)}(?!\w)"
        added = re.sub(whole, lambda found: new, keywords, count=1)
    return {**fields, "keywords": added}


_MEANS_MORE = re.compile(r"[:：\n]")  # a heading, or lines of a list
_QUOTATION = re.compile(r"[\"“”„]")


def _with_topic(keywords: str, topic: str) -> str:
    """Return keywords with one more, which no heading and no quotation mark takes in."""
    if topic.casefold() in (each.strip().casefold() for each in re.split(r"[,;\n]", keywords)):
        return keywords
    if not keywords:
        return topic
    if not _MEANS_MORE.search(keywords) and len(_QUOTATION.findall(keywords)) % 2 == 0:
        return f"{keywords}, {topic}"
    return f"{'- ' if keywords.startswith('- ') else ''}{topic}\n{keywords}"


def why_of(paper: PreviewedPaper) -> list[tuple[str, list[Message]]]:
    """Return each keyword that brought a paper, strongest first: how it stands there, and where."""
    found: dict[str, list[PreviewReason]] = {}
    for reason in paper.reasons:
        found.setdefault(reason.keyword, []).append(reason)
    return [(keyword, _told(reasons)) for keyword, reasons in list(found.items())[:3]]


def _told(reasons: Sequence[PreviewReason]) -> list[Message]:
    told = {name for each in reasons for name in (each.field, each.standing)}
    missing = next((each.missing for each in reasons if each.standing == "part"), ())
    partly = [message("part of it, without {keywords}", keywords=", ".join(missing))]
    said = [said for name, said in {**_STANDINGS, **_PLACES}.items() if name in told]
    return partly + said if missing else said


_STANDINGS = {
    "phrase": message("exact phrase"),
    "close": message("words close together"),
    "apart": message("words apart"),
    "word": message("one word of it"),
}

_PLACES = {
    "title": message("in the title"),
    "abstract": message("in the abstract"),
    "authors": message("among the authors"),
    "organisations": message("among the authors’ organisations"),
    "keywords": message("among its keywords"),
    "meaning": message("by meaning"),
}


def quiet_days(replayed: Sequence[int]) -> Message | None:
    """Say how the last editions would have gone with the keywords; None with too few of them."""
    if len(replayed) < _DAYS_TO_TELL:
        return None
    none, days = replayed.count(0), len(replayed)
    if not none:
        return message("Some on each of the last {days} days.", days=days)
    return message("None on {none} of the last {days} days.", none=none, days=days)


_DAYS_TO_TELL = 3


def expectation(per_day: float | None) -> str:
    """Say how many papers to expect, as people count."""
    if per_day is None:
        return ""
    if per_day >= 1.5:
        return message("About {count} papers a day.", count=round(per_day))
    if per_day >= 0.75:
        return message("About one paper a day.")
    if per_day >= 1 / 25:
        return message("About one paper every {days} days.", days=max(2, round(1 / per_day)))
    if per_day >= 1 / 31:
        return message("About one paper a month.")
    return message("Less than one paper a month.")
