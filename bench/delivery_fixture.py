"""A store with readers, an edition and composed issues: what a delivery test or bench sends.

The sentences are our own; the shape is that of a real mail: about 45 KB, ten cards, in each
two links with a token.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from digest.delivery.dkim import KeyRing
from digest.delivery.freezing import Freezer
from digest.delivery.interface import ReadyMail
from digest.delivery.message import Letterhead, Recipe
from digest.delivery.verp import return_path
from digest.mail import HOLES, Fragment, Issue
from digest.states import Claim
from digest.storage.database import Database, open_database, sqlite_url
from digest.storage.deliveries import DeliveryStore
from digest.storage.recipes import RecipeStore
from digest.storage.schema import editions, epoch, metadata, subscribers

SECRET = b"a secret of the delivery room"
NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
WORDS = [
    "graph",
    "attention",
    "sparse",
    "speech",
    "latent",
    "token",
    "policy",
    "reward",
    "diffusion",
    "memory",
    "kernel",
    "prior",
    "decoder",
    "flow",
    "robust",
    "causal",
    "ranking",
    "retrieval",
    "agent",
    "planning",
    "vision",
    "audio",
    "code",
    "proof",
]


_SCORES = [round(1 / (place + 1), 4) for place in range(100)]


def make_store(path: Path, readers: int, *, now: datetime = NOW, hours: float = 72) -> Database:
    """Make a store with one open edition and `readers` active readers, 1, 2, …"""
    database = open_database(sqlite_url(path))
    metadata.create_all(database.engine)
    with database.write() as connection:
        connection.execute(insert(epoch).values(store="room", number=0))
        connection.execute(
            insert(editions),
            [
                {
                    "number": 1,
                    "label": date(2026, 11, 21),
                    "state": "open",
                    "opened_at": now,
                    "expires_at": now + timedelta(hours=hours),
                    "papers": 100,
                }
            ],
        )
        for first in range(1, readers + 1, 10_000):
            connection.execute(
                insert(subscribers),
                [_reader(n, now) for n in range(first, min(first + 10_000, readers + 1))],
            )
    return database


def address_of(reader: int) -> str:
    """Return the address of a reader of the room."""
    return f"reader{reader}@list{reader % 7}.example.org"


def _reader(number: int, now: datetime) -> dict[str, object]:
    return {
        "id": number,
        "email": address_of(number),
        "email_key": address_of(number),
        "name": f"Reader {number}",
        "keywords": "graph",
        "state": "active",
        "created_at": now,
        "secret": "x",
    }


class SampleIssues:
    """Composes issues from a shell and cards, as the real composer does."""

    def __init__(self, *, cards: int = 100, seed: int = 7, card_bytes: int = 4200) -> None:
        rng = random.Random(seed)
        self._rng = rng
        self.cards = [_card(number, rng, card_bytes) for number in range(1, cards + 1)]
        style = ".c{font:16px/1.5 sans-serif;color:#222}\n" * 40
        self.head = Fragment(
            html=f'<!doctype html>\n<html lang="en"><head><style>{style}</style></head><body>'
            f"<p>{HOLES['preheader']}</p><p>Hello {HOLES['name']},</p>\n",
            text=f"Hello {HOLES['name']},\n\n{HOLES['preheader']}\n\n",
        )
        self.foot = Fragment(
            html=f"<p>{HOLES['message']}</p><p>Sent to {HOLES['address']}. "
            f'<a href="{HOLES["unsubscribe"]}">Unsubscribe</a></p></body></html>\n',
            text=f"{HOLES['message']}\nSent to {HOLES['address']}.\n"
            f"Unsubscribe: {HOLES['unsubscribe']}\n",
        )

    def issue(self, reader: int, edition: int = 1, papers: int = 10) -> Issue:
        """Return one reader's issue."""
        shown = [(reader * 13 + k * 7) % len(self.cards) for k in range(papers)]
        token = f"{reader:08x}.{edition:04x}.Zx81kQp2-_vB90aaTgLmNn4wYyU7sKe3"
        link = f"https://digest.example.org/u/{token}"
        return Issue(
            subscriber=reader,
            edition=edition,
            to_address=address_of(reader),
            to_name=f"Reader {reader}",
            subject=f"{WORDS[reader % len(WORDS)].title()} and {papers - 1} more papers",
            fragments=(self.head, *[self.cards[at] for at in shown], self.foot),
            fills={
                "token": token,
                "preheader": "Ten papers for you today, the first on sparse graphs",
                "name": f"Reader {reader}",
                "address": address_of(reader),
                "count": str(papers),
                "message": "There are 3 more on the web.",
                "unsubscribe": link,
            },
            papers=tuple([at + 1 for at in shown]),
            unsubscribe_url=link,
            unsubscribe_mailto="mailto:unsubscribe@digest.example.org?subject=" + token,
            scores=dict(zip([at + 1 for at in shown], _SCORES, strict=False)),
        )


def _card(number: int, rng: random.Random, size: int) -> Fragment:
    words: list[str] = []
    while sum(map(len, words)) + len(words) < size * 0.28:
        words.append(rng.choice(WORDS))
    abstract = " ".join(words).capitalize() + ", with λ → 0."
    title = " ".join(rng.choice(WORDS) for _ in range(8)).title()
    link = f"https://digest.example.org/p/{number}?t={HOLES['token']}"
    row = '<tr><td style="padding:0 0 12px 0;font-family:Georgia,serif;color:#222222">'
    html = (
        f'<table role="presentation" width="100%">{row}<a href="{link}">{title}</a></td></tr>\n'
        f"{row}{abstract}</td></tr>\n"
    )
    html += f'{row}<a href="{link}&amp;a=like" style="color:#a3341f">More like this</a></td></tr>\n'
    filler = (
        f'{row}<a href="https://arxiv.example.org/abs/{number}">A page of its own</a></td></tr>\n'
    )
    while len(html) < size * 0.86:
        html += filler
    return Fragment(html=html + "</table>\n", text=f"{title}\n{abstract[:400]}\n{link}\n\n")


@dataclass
class Room:
    """Everything one sending process works with."""

    database: Database
    deliveries: DeliveryStore
    recipes: RecipeStore
    freezer: Freezer
    samples: SampleIssues

    @staticmethod
    def make(
        database: Database,
        *,
        keys: KeyRing | None = None,
        samples: SampleIssues | None = None,
        lease: timedelta = timedelta(minutes=10),
    ) -> Room:
        """Furnish a room around a store."""
        ring = keys or KeyRing()
        letterhead = Letterhead(
            from_address="papers@digest.example.org",
            from_name="The Paper Digest",
            list_id="papers.digest.example.org",
            list_name="The Paper Digest",
            help_url="https://digest.example.org/help",
            archive_url="https://digest.example.org/archive",
            feedback_id="1:papers:digest:digestorg",
            dkim_domain="digest.example.org",
            selectors=tuple(key.selector for key in ring.signing),
        )
        recipes = RecipeStore(database)
        freezer = Freezer(recipes, letterhead, ring, SECRET)
        return Room(
            database,
            DeliveryStore(database, lease=lease),
            recipes,
            freezer,
            samples or SampleIssues(),
        )

    def ready(self, claim: Claim, recipe: Recipe) -> ReadyMail:
        """Return a frozen delivery as the sender takes it."""
        return ReadyMail(
            delivery=claim.delivery,
            generation=claim.generation,
            attempts=claim.attempts,
            sender=return_path("bounces@digest.example.org", claim.delivery, SECRET),
            recipient=recipe.to_address,
            message_id=recipe.message_id,
            build=lambda: self.freezer.parts_of(recipe),
            refused_before=claim.refusals > 0,
        )

    def mails(
        self, owner: str, now: datetime, *, edition: int = 1, shard: int = 200, most: int = 10**9
    ) -> Iterator[ReadyMail]:
        """Claim, compose and freeze, shard by shard, as the sender asks for more."""
        while most > 0:
            claims = self.deliveries.claim(edition, owner, min(shard, most), now)
            if not claims:
                return
            most -= len(claims)
            yield from self._prepared(owner, claims, now)

    def _prepared(self, owner: str, claims: Sequence[Claim], now: datetime) -> Iterator[ReadyMail]:
        new = [claim for claim in claims if not claim.frozen]
        old = [claim for claim in claims if claim.frozen]
        frozen = self.freezer.freeze(
            [self.samples.issue(c.subscriber, c.edition) for c in new], now
        )
        kept = self.deliveries.freeze(owner, list(zip(new, frozen, strict=True)))
        stored = self.recipes.read([claim.delivery for claim in old])
        for claim in old:
            yield self.ready(claim, Recipe.unpack(stored[claim.delivery]))
        for claim, issue in zip(new, frozen, strict=True):
            if claim.delivery in kept:
                yield self.ready(claim, issue.made)
