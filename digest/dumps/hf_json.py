"""Hugging Face's `daily_papers` JSON: a list of `{paper: {…}, numComments, …}`.

`upvotes` is inside `paper`, `numComments` outside. The list's day is `submittedOnDailyAt`, often
midnight UTC: it is that day, whatever the local date. Answers of the search and of a single
paper, where `paper` is not wrapped, are read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

from digest.dumps import fields, json_text, record
from digest.dumps import links as addresses
from digest.dumps.dates import read_day
from digest.dumps.entries_to_dump import Entry, Harvest, latest_plausible
from digest.dumps.interface import Dump
from digest.errors import DumpError, SourceRefused
from digest.papers import Link, PaperRecord, find_arxiv_id

SITE = "https://huggingface.co"

_SIGN = re.compile(
    r'"(?:paper|dailyPapers|submittedOnDailyAt)"\s*:|"summary"\s*:.*"publishedAt"\s*:|'
    r'"publishedAt"\s*:.*"summary"\s*:',
    re.DOTALL,
)
_ERROR = re.compile(r'\{\s*"error"\s*:\s*"')
_AT_GITHUB = re.compile(r"https?://(?:www\.)?github\.com/[^/]+/[^/]+", re.IGNORECASE)
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


class HuggingFaceJson:
    """Hugging Face's daily papers, as its API gives them."""

    name = "hf-json"
    version = 5

    def recognises(self, head: bytes) -> bool:
        """Return whether these first bytes are a list of Hugging Face papers; never raises."""
        text = json_text.json_opening(head)
        if re.fullmatch(r"\[\s*\]\s*", text) or _ERROR.match(text):
            return True  # a day without papers; a refusal
        return text[:1] in ("[", "{") and _SIGN.search(text) is not None

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read the list. Raises DumpError when it is none, or with the service's own refusal."""
        text = json_text.decode_json(data)
        found = elements_of(text)
        harvest, days = read_elements(found)
        if not harvest.records and any(e.problem for e in found) and len(found) == 1:
            raise DumpError(found[0].problem or "", line=found[0].line)
        return harvest.dump(self, captured_on or latest_plausible(days, today=now.date()))


def elements_of(text: str) -> list[json_text.Element]:
    """Return the papers' elements in any of the service's answers. Raises DumpError if none."""
    # A page of search results embeds the day's papers, too; what was searched for leads.
    for key in (None, "searchResults", "dailyPapers", "papers"):
        start = json_text.list_at(text, key)
        found = list(json_text.elements_of_lists(text, key)) if start is not None else []
        if found or (start is not None and key != "searchResults"):
            return found
    several = list(json_text.documents(text))
    if len(several) > 1 and all(e.problem or _holds_paper(e.value) for e in several):
        return several  # an object a line
    whole = json_text.load_json(text)
    if isinstance(whole, dict) and isinstance(whole.get("error"), str):
        raise SourceRefused(f"the service refused: {whole['error'][:200]}", line=1)
    if _holds_paper(whole):
        return [json_text.Element(1, 1, whole)]
    raise DumpError("no list of papers", line=1)


def _holds_paper(value: object) -> bool:
    return isinstance(value, dict) and ("paper" in value or "summary" in value)


def read_elements(found: Iterable[json_text.Element]) -> tuple[Harvest, list[date | None]]:
    """Return the papers of these elements, and each one's day on the list."""
    harvest = Harvest()
    days: list[date | None] = []
    for element in found:
        if element.problem or not isinstance(element.value, dict):
            reason = element.problem or "no object"
            harvest.reject(element.line, f"entry {element.number}: {reason}")
            continue
        outer = element.value
        paper = outer.get("paper", outer)
        if not isinstance(paper, dict):
            harvest.reject(element.line, f"entry {element.number}: its paper is no object")
            continue
        extra = {"outer title": outer.get("title"), "outer summary": outer.get("summary")}
        extra["comments"] = outer.get("numComments", paper.get("numComments"))
        extra["outer published"] = outer.get("publishedAt")
        extra["outer submitter"] = outer.get("submittedBy")
        extra["outer organization"] = outer.get("organization")
        harvest.add(Entry(element.number, element.line, {**paper, **extra}), _record)
        days.append(read_day(paper.get("submittedOnDailyAt", outer.get("submittedOnDailyAt"))))
    return harvest, days


def paper_links(paper_id: str) -> tuple[str | None, tuple[Link, ...]]:
    """Return a paper's arXiv id, if its number on the site is one, and its own links."""
    arxiv_id = find_arxiv_id(paper_id)
    if arxiv_id is None or not re.fullmatch(re.escape(arxiv_id) + r"(v\d+)?", paper_id):
        return None, ()
    paper = Link("paper", f"https://arxiv.org/abs/{arxiv_id}")
    return arxiv_id, (paper, Link("discussion", f"{SITE}/papers/{arxiv_id}"))


def _record(entry: Entry) -> PaperRecord:
    arxiv_id, links = paper_links(entry.text("id"))
    return record.build_record(
        title=entry.title("title", "outer title"),
        abstract=entry.text("summary", "outer summary"),
        position=entry.position,
        line=entry.line,
        authors=entry.names("authors"),
        published=entry.day("publishedAt", "outer published"),
        comments=entry.count("comments"),
        upvotes=entry.count("upvotes"),
        links=(*links, *_own_links(entry)),
        arxiv_id=arxiv_id,
        ai_summary=entry.text("ai_summary"),
        ai_summary_model=entry.text("ai_summary_model"),
        ai_keywords=entry.words("ai_keywords"),
        organisations=filter(None, [_called(entry, "organization", "outer organization")]),
        github_url=_repository(entry),
        github_stars=entry.count("githubStars"),
        submitter=_called(entry, "submittedOnDailyBy", "outer submitter"),
    )


def _called(entry: Entry, *keys: str) -> str:
    """Return the name of whom or what one of these fields tells: the full one, if there is one."""
    for key in keys:
        told = entry.values.get(key)
        if isinstance(told, dict):
            told = fields.first(
                fields.text(told.get(name)) for name in ("fullname", "name", "user")
            )
        if found := fields.text(told):
            return found
    return ""


def _repository(entry: Entry) -> str | None:
    """Return the paper's repository at GitHub: what is named as one, or a project page there."""
    told = entry.text("githubRepo")
    if _REPOSITORY.fullmatch(told):
        told = f"https://github.com/{told}"
    elif told.startswith("github.com/"):
        told = f"https://{told}"
    project = fields.web_address(entry.text("projectPage"))
    at_github = project if project and _AT_GITHUB.match(project) else None
    return fields.web_address(told) or at_github


def _own_links(entry: Entry) -> Iterable[Link]:
    code = _repository(entry)
    if project := fields.web_address(entry.text("projectPage")):
        is_code = not code and addresses.kind_of(project) == "code"
        if project != code:
            yield Link("code" if is_code else "project", project)
