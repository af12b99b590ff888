"""The readers' pages over a desk in memory, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient

from digest.composing.locales import Catalogues
from subscribers.addresses import parse_address
from subscribers.preferences import Preferences
from subscribers.profile import Profile, parse
from subscribers.service import DeskSettings
from subscribers.store import Breadth, Subscriber
from subscribers.web import create_pages, install_errors
from subscribers.web.clients import networks
from subscribers.web.compression import Compressed
from subscribers.web.guard import Guard, GuardSettings
from subscribers.web.interfaces import (
    KeywordHits,
    MailedIssue,
    PreviewedIssue,
    PreviewedPaper,
    PreviewReason,
    PublicEdition,
    Sample,
)
from subscribers.web.pages import Pages, PageSettings
from subscribers.web.rates import Rates, RateSettings
from tests.subscribers.desk import NOW, TITLES, Front, open_desk
from tests.subscribers.web.own_desk import memory_own_desk

TEMPLATES = Path(__file__).parents[3] / "templates" / "web"
HOST = "testserver"
USUAL_RATES = RateSettings()
MAIL = (
    "<!doctype html><html lang='en'><head><style>p{color:red}</style></head><p>An issue</p></html>"
)


class Previews:
    """Finds 'diffusion' and 'speech' in three papers; knows nothing else."""

    def preview(
        self, profile: Profile, max_papers: int | None, breadth: Breadth = "normal"
    ) -> PreviewedIssue | None:
        papers = []
        for title in ("Diffusion models that listen", "Speech <b>without</b> text & borders"):
            reasons = tuple(
                PreviewReason(item.text, "title")
                for item in profile.wanted
                if any(word in title.casefold() for word in item.words)
            )
            if reasons:
                link = "https://papers.example/1"
                papers.append(PreviewedPaper(title, link, "An abstract.", 1.0, "picked", reasons))
        papers = papers[:max_papers]
        if papers:
            papers.append(PreviewedPaper("What all read", "javascript:x", "", 0.0, "trending"))
        hits = tuple(
            KeywordHits(item.text, 3 if item.text in ("diffusion", "speech") else 0, ("diffusion",))
            for item in profile.wanted
        )
        return PreviewedIssue("2026-03-02", 37, tuple(papers), hits, 2.4, (2, 0, 3, 1, 0))

    def sample(self) -> Sample | None:
        keywords = ("diffusion", "speech")
        issue = self.preview(parse(", ".join(keywords)), 3, "normal")
        assert issue is not None
        return Sample(212, keywords, keywords, issue, issue)


class Issues:
    """Keeps one issue per edition number: 5 in HTML, 6 in text."""

    def read(self, subscriber: int, edition: int) -> MailedIssue | None:
        return {5: MailedIssue("S", MAIL, "An issue"), 6: MailedIssue("S", None, "In text")}.get(
            edition
        )


class Papers:
    """Knows the papers 7 and 8, and one edition with many."""

    day = date(2026, 3, 2)

    def numbered(self, papers: Sequence[int]) -> Sequence[PreviewedPaper]:
        return [
            PreviewedPaper(
                TITLES[each], None, "How it begins …", 0.0, "picked", authors=("Ada L.",)
            )
            for each in papers
            if each in TITLES
        ]

    def editions(self) -> Sequence[PublicEdition]:
        name = self.day.isoformat()
        return [PublicEdition(f"{name}-2", self.day, 2), PublicEdition(name, self.day, 120)]

    def edition(self, name: str) -> tuple[PublicEdition, Sequence[PreviewedPaper]] | None:
        found = next((each for each in self.editions() if each.name == name), None)
        return (found, list(self.numbered((7, 8))) * (found.papers // 2)) if found else None


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Site:
    """The pages, what is behind them, and a browser without JavaScript."""

    front: Front
    app: Guard
    clock: Clock
    pages: Pages
    waits: list[float] = field(default_factory=list)

    def browser(self, **headers: str) -> TestClient:
        return TestClient(
            self.app,
            base_url=f"http://{HOST}",
            headers=headers,
            follow_redirects=False,
            raise_server_exceptions=False,
        )

    def reader(self, keywords: str = '"continual learning"^2, diffusion') -> Subscriber:
        desk = self.front.desk
        wishes = Preferences(keywords, name="Ada")
        return desk.add("ada@example.org", wishes, self.clock.now, confirmed=True, how="import")[0]

    def came_from(self, email: str, reader: Subscriber) -> None:
        """Say that a reader's mails went to another address before."""
        steps, key = self.front.desk.steps, parse_address(email).key
        before = steps.evidence(reader, key, "pause", NOW - timedelta(days=1), "form", "reader")
        self.front.store.evidence.insert(0, (reader.id, before))

    def token(self, reader: Subscriber, edition: int = 5) -> str:
        return self.front.desk.links.mail_token(reader.id, edition, self.clock.now)


@lru_cache
def _built(rates: RateSettings) -> tuple[Site, dict[str, object]]:
    site = open_site(rates)
    return site, {each.name: getattr(site.pages, each.name) for each in fields(site.pages)}


def blank_site(rates: RateSettings = USUAL_RATES) -> Site:
    """Return `open_site(rates)` as nobody has used it, without building its routes again.

    The one before it is this one: only who holds no other site asks for it.
    """
    site, built = _built(rates)
    for name, value in built.items():
        setattr(site.pages, name, value)
    pages = site.pages
    pages.previews, pages.issues, pages.papers = Previews(), Issues(), Papers()
    site.clock.now = NOW
    site.waits.clear()
    own, front = site.pages.own, site.front
    for kept in (front.store, front.post, own.kept, own.why, own.library):
        assert is_dataclass(kept)
        kept.__init__()  # type: ignore[misc]  # handlers hold on to the object
    front.desk.settings = DeskSettings(base_url=f"http://{HOST}")
    site.pages.rates = _counting(front, rates)
    return site


def _counting(front: Front, rates: RateSettings) -> Rates:
    """Return limits of which nothing is used up, for the desk's letters too."""
    counted, limits = Rates(rates), front.desk.limits
    limits.may_post, limits.may_tell = counted.letter, counted.notice
    limits.may_serve = counted.own_letter
    return counted


def open_site(
    rates: RateSettings | None = None,
    proxies: tuple[str, ...] = (),
    base_url: str = f"http://{HOST}",
    hosts: frozenset[str] = frozenset({HOST}),
    languages: Catalogues | None = None,
    archive: bool = True,
    **desk: object,
) -> Site:
    front, clock = open_desk(base_url=base_url, **desk), Clock()
    waits: list[float] = []

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    pages = Pages(
        front.desk,
        front.store,
        Previews(),
        Issues(),
        Papers(),
        _counting(front, rates or USUAL_RATES),
        PageSettings(
            hosts=hosts, contact="post@lab.example", postal_address="1 Lab Street", archive=archive
        ),
        TEMPLATES,
        languages or Catalogues(),
        clock,
        pause,
        own=memory_own_desk(),
    )
    app = FastAPI(openapi_url=None)
    app.include_router(create_pages(pages))
    install_errors(app, pages)
    guard = Guard(Compressed(app), GuardSettings(hosts, networks(proxies)))
    return Site(front, guard, clock, pages, waits)
