"""A front desk with everything in memory, for tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from subscribers.consent import Consent, State
from subscribers.letters import Letter
from subscribers.preferences import Preferences
from subscribers.service import DeskSettings, FrontDesk
from subscribers.store import Feedback, Request, StoppedMails, Subscriber, was_overtaken
from subscribers.tokens import Tokens

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KEY = b"an old key of at least 32 bytes!"
TITLES = {7: "Learning without forgetting <fast>", 8: "Diffusion models that listen"}
MAILED = {5: (7, 8), 12: (7,)}  # the papers of every reader's issue, by edition


@dataclass
class MemoryStore:
    """SubscriberStore and FeedbackStore; counts its calls."""

    readers: dict[int, Subscriber] = field(default_factory=dict)
    evidence: list[tuple[int, Consent]] = field(default_factory=list)
    opinions: dict[tuple[int, int], Feedback] = field(default_factory=dict)
    requests: dict[int, Request] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    stops: dict[str, StoppedMails] = field(default_factory=dict)
    last: int = 0
    last_request: int = 0

    @contextmanager
    def together(self) -> Iterator[None]:
        kept = dict(self.readers), list(self.evidence), dict(self.opinions), dict(self.requests)
        last = self.last
        try:
            yield
        except BaseException:
            self.readers, self.evidence, self.opinions, self.requests = kept
            self.last = last
            raise

    def by_keys(self, email_keys: Sequence[str]) -> dict[str, Subscriber]:
        return {r.email_key: r for r in self.readers.values() if r.email_key in email_keys}

    def by_id(self, subscriber: int) -> Subscriber | None:
        self.calls.append("by_id")
        return self.readers.get(subscriber)

    def by_key(self, email_key: str) -> Subscriber | None:
        self.calls.append("by_key")
        return next((r for r in self.readers.values() if r.email_key == email_key), None)

    def insert(self, subscriber: Subscriber, consent: Consent) -> Subscriber | None:
        self.calls.append("insert")
        if self.by_key(subscriber.email_key):
            return None
        self.last += 1
        stored = replace(subscriber, id=self.last)
        self.readers[self.last] = stored
        self.evidence.append((self.last, consent))
        return stored

    def save(self, before: Subscriber, after: Subscriber, consent: Consent | None) -> bool:
        self.calls.append("save")
        row = self.readers.get(before.id)
        fields = {
            name: getattr(after, name)
            for name in Subscriber.__dataclass_fields__
            if getattr(after, name) != getattr(before, name)
        }
        if row is None or was_overtaken(row, before, after):
            return False
        owner = next((r for r in self.readers.values() if r.email_key == after.email_key), row)
        if owner.id != before.id:
            return False
        self.readers[before.id] = replace(row, **fields)
        if consent:
            self.evidence.append((before.id, consent))
            stop = self.stops.get(after.email_key)
            if consent.action in ("confirm", "lift") and stop and stop.reason != "operator":
                del self.stops[after.email_key]
        return True

    def stop_of(self, email_key: str) -> StoppedMails | None:
        return self.stops.get(email_key)

    def ask(self, request: Request) -> Request:
        self.last_request += 1
        self.requests[self.last_request] = replace(request, number=self.last_request)
        return self.requests[self.last_request]

    def request(self, number: int) -> Request | None:
        return self.requests.get(number)

    def close_requests(self, subscriber: int) -> int:
        return self._forget([r for r in self.requests.values() if r.subscriber == subscriber])

    def forget_requests(self, before: datetime) -> int:
        return self._forget([r for r in self.requests.values() if r.asked_at < before])

    def _forget(self, requests: list[Request]) -> int:
        for each in requests:
            del self.requests[each.number]
        return len(requests)

    def erase(self, reader: Subscriber, consent: Consent) -> bool:
        subscriber = reader.id
        if self.readers.get(subscriber) != reader:
            return False
        del self.readers[subscriber]
        self.close_requests(subscriber)
        self.opinions = {key: o for key, o in self.opinions.items() if key[0] != subscriber}
        self.evidence.append((subscriber, consent))
        return True

    def every(self, state: State | None = None) -> Iterator[Subscriber]:
        return iter([r for _, r in sorted(self.readers.items()) if state in (None, r.state)])

    def pending_before(self, moment: datetime) -> Sequence[Subscriber]:
        return [
            r
            for r in self.every("pending")
            if r.pending_since is not None and r.pending_since < moment
        ]

    def erased(self, address_hashes: Sequence[str]) -> set[str]:
        erased = {c.address_hash for _, c in self.evidence if c.action == "erase"}
        return erased & set(address_hashes)

    def consents(self, subscriber: int) -> Sequence[Consent]:
        return [consent for number, consent in self.evidence if number == subscriber]

    def set_feedback(self, subscriber: int, feedback: Feedback) -> bool:
        if subscriber not in self.readers or feedback.paper not in TITLES:
            return False
        self.opinions[subscriber, feedback.paper] = feedback
        return True

    def take_back(self, subscriber: int, paper: int) -> bool:
        return self.opinions.pop((subscriber, paper), None) is not None

    def feedback(self, subscriber: int) -> Sequence[Feedback]:
        said = [
            replace(o, title=TITLES[o.paper])
            for (number, _), o in self.opinions.items()
            if number == subscriber
        ]
        return sorted(said, key=lambda o: o.at, reverse=True)

    def paper_title(self, paper: int) -> str | None:
        return TITLES.get(paper)

    def was_mailed(self, subscriber: int, edition: int, paper: int) -> bool:
        return paper in MAILED.get(edition, ())


@dataclass
class Postbox:
    """A Mailer that keeps its letters."""

    letters: list[Letter] = field(default_factory=list)

    def post(self, letter: Letter) -> None:
        self.letters.append(letter)

    def kinds(self) -> list[str]:
        return [letter.kind for letter in self.letters]

    def token(self, kind: str) -> str:
        """The token in the newest letter of a kind."""
        link = next(letter.link for letter in reversed(self.letters) if letter.kind == kind)
        return next(part for part in link.split("/") if part.count(".") >= 2 and ":" not in part)


@dataclass
class Front:
    """The desk and what is behind it."""

    desk: FrontDesk
    store: MemoryStore
    post: Postbox
    tokens: Tokens

    def active(self, email: str = "ada@example.org", keywords: str = "diffusion") -> Subscriber:
        """Return a new reader for whom the operator vouched."""
        wishes = Preferences(keywords, name="Ada")
        return self.desk.add(email, wishes, NOW, confirmed=True, how="command")[0]


def open_desk(**settings: object) -> Front:
    store, post, tokens = MemoryStore(), Postbox(), Tokens([KEY])
    desk = FrontDesk(store, tokens, post, DeskSettings(**settings))  # type: ignore[arg-type]
    return Front(desk, store, post, tokens)
