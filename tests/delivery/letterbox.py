"""One mail of every kind that the product sends, made by the product, signed."""

from __future__ import annotations

import email
import mailbox
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

from digest.app.application import App, open_app
from digest.delivery.dkim import make_key
from digest.operations.dumps import ingest_file
from digest.operations.serving import Duties
from digest.operations.setup import make_inbox
from digest.resources import shipped
from digest.settings import Settings
from subscribers.letters import Letter, LetterKind
from subscribers.preferences import Preferences

DOMAIN = "digest.example.org"
MORNING = datetime(2026, 3, 13, 7, 0, tzinfo=UTC)  # a Friday
KEYWORDS = '"language model", diffusion, robot'


@dataclass(frozen=True)
class Letterbox:
    """Mails by their kind, as they are on the wire, and the DNS records they are verified by."""

    mails: Mapping[str, bytes]
    records: Mapping[str, str]  # name, without a dot at its end → TXT


def fill(folder: Path) -> Letterbox:
    """Live through four days of a newsletter and return what its readers got."""
    keys = [
        make_key(folder / f"{kind}.pem", domain=DOMAIN, selector=kind, kind=kind)
        for kind in ("rsa", "ed25519")
    ]
    settings = Settings.model_validate(
        {
            "newsletter": {
                "name": "Paper Digest",
                "sender": f"papers@{DOMAIN}",
                "base_url": f"https://{DOMAIN}",
                "postal_address": "1 Sample Street, 12345 Sampleton",
                "quiet_day": "note",
            },
            "ranking": {"semantic": "off"},
            "schedule": {"stagger_minutes": 0},
            "delivery": {
                "dkim": {
                    "domain": DOMAIN,
                    "selector": "rsa",
                    "key_file": str(folder / "rsa.pem"),
                    "ed25519_selector": "ed25519",
                    "ed25519_key_file": str(folder / "ed25519.pem"),
                }
            },
        }
    )
    with _living(settings, folder / "var") as days:
        days.live()
        mails = {kind: days.mail(address, at) for kind, (address, at) in _KINDS.items()}
        mails |= {f"letter: {kind}": days.mail(f"{kind}@example.org", 0) for kind in LETTERS}
    return Letterbox(mails, {key.record_name: key.record for key in keys})


LETTERS: tuple[LetterKind, ...] = get_args(LetterKind)

_KINDS = {  # kind → whose, and which of their mails
    "welcome": ("eve@example.org", 1),
    "issue": ("ada@example.org", 0),
    "second issue": ("ada@example.org", 1),
    "quiet day": ("joe@example.org", 1),
    "issue in German": ("uwe@example.org", 0),
    "issue in plain text": ("tom@example.org", 0),
    "weekly issue": ("wendy@example.org", 0),
}


@dataclass
class _Days:
    app: App
    now: datetime = MORNING

    def live(self) -> None:
        desk = self.app.desk
        self._read("day-1.txt")
        for who, wishes in {
            "ada": Preferences(KEYWORDS, name="Ada Löve", max_papers=10),
            "joe": Preferences('"no such thing"'),
            "uwe": Preferences(KEYWORDS, language="de"),
            "tom": Preferences(KEYWORDS, wants_html=False),
            "wendy": Preferences(KEYWORDS, cadence="weekly", weekdays=(5,)),
        }.items():
            address = f"{who}@example.org"
            desk.add(address, wishes, self.now, confirmed=True, how="command")
        self._hours(0.1)
        desk.add("eve@example.org", Preferences(KEYWORDS), self.now, confirmed=False, how="form")
        eve = desk.by_email("eve@example.org")
        self._hours(0.1)
        desk.confirm(self.app.links.confirm(eve.id, 1, self.now).rpartition("/")[2], self.now)
        self._hours(0.1)
        self._read("day-2.txt")
        self._hours(24)
        for kind in LETTERS:
            self.app.letter_queue.post(self._letter(kind))
        self._hours(0.1)

    def _letter(self, kind: LetterKind) -> Letter:
        link = self.app.links.preferences(1, self.now)
        until = self.now + timedelta(days=7)
        other = "ada@new.example" if kind in ("moving", "moved") else ""
        return Letter(kind, f"{kind}@example.org", "Ada", "en", link, until, KEYWORDS, other)

    def _read(self, sample: str) -> None:
        ingest_file(self.app, shipped("digest/samples") / sample)

    def _hours(self, hours: float) -> None:
        self.now += timedelta(hours=hours)
        duties = Duties(self.app)
        duties.tick()
        duties.post()
        duties.send()

    def mail(self, address: str, at: int) -> bytes:
        box = mailbox.Maildir(self.app.data / "mailbox" / address, create=False)
        found = sorted((box.get_bytes(name) for name in box.keys()), key=_when)  # noqa: SIM118
        return found[at].replace(b"\n", b"\r\n")


def _when(mail: bytes) -> datetime:
    return email.utils.parsedate_to_datetime(email.message_from_bytes(mail)["Date"])


@contextmanager
def _living(settings: Settings, data: Path) -> Iterator[_Days]:
    days: list[_Days] = []
    app = open_app(settings, data, clock=lambda: days[0].now if days else MORNING)
    days.append(_Days(app))
    make_inbox(app)
    try:
        yield days[0]
    finally:
        app.close()
