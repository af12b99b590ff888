"""The whole job, from keywords to inbox: ours, and what one writes first, on the same input.

600 papers, and readers with two to six of 300 keywords, nearly all with a profile of their own.
Both rank every paper for every reader, leave out what a reader was sent, compose ten cards in
HTML and text, send by SMTP, and record who was sent what. The words are our own.
"""

from __future__ import annotations

import json
import random
import smtplib
import sqlite3
import tempfile
import textwrap
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bench.delivery_fixture import NOW, address_of
from bench.meter import meter
from digest.app.application import open_app
from digest.archive.dump_results import IncomingDump
from digest.operations import issues as issue_operations
from digest.operations.dumps import ingest_one
from digest.settings import Settings
from digest.storage.schema import subscribers

PAPERS, PICKS, KEYWORDS = 600, 10, 300
SYLLABLES = (
    *("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru"),
    *("sa", "te", "vi", "xo", "zu", "kra", "ste", "pli", "dro", "fen"),
)


def vocabulary(rng: random.Random, size: int = 1500) -> list[str]:
    """Return made-up words; the first are the commonest."""
    found: dict[str, None] = {}
    while len(found) < size:
        found["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4)))] = None
    return list(found)


def articles(rng: random.Random, words: list[str], count: int = PAPERS) -> list[dict[str, str]]:
    """Return titles and abstracts, some 1,100 characters each."""
    shares = [1 / (rank + 5) for rank in range(len(words))]

    def text(count: int) -> str:
        return " ".join(rng.choices(words, shares, k=count)).capitalize()

    return [
        {"title": text(9), "abstract": ". ".join(text(16) for _ in range(11)) + "."}
        for _ in range(count)
    ]


def profiles(rng: random.Random, words: list[str], count: int) -> list[str]:
    """Return keyword lists as readers type them."""
    known = words[20 : 20 + KEYWORDS]  # not the commonest, which no reader would ask for
    shares = [1 / (rank + 5) for rank in range(KEYWORDS)]
    return [
        ", ".join(dict.fromkeys(rng.choices(known, shares, k=rng.randint(2, 6))))
        for _ in range(count)
    ]


def whole(folder: Path, port: int, mails: int) -> None:
    """Run an edition with our own application, in one process."""
    rng = random.Random(11)
    words = vocabulary(rng)
    app = open_app(_settings(port), Path(tempfile.mkdtemp(dir=folder)), clock=lambda: NOW)
    ingest_one(app, IncomingDump("papers.json", dump(articles(rng, words))))
    rows = [
        {
            "id": number,
            "email": address_of(number),
            "email_key": address_of(number),
            "name": f"Reader {number}",
            "keywords": keywords,
            "state": "active",
            "created_at": NOW,
        }
        for number, keywords in enumerate(profiles(rng, words, mails), start=1)
    ]
    with app.stores.database.write() as connection:
        connection.execute(insert(subscribers), rows)
    with meter():
        told = issue_operations.run(app, None).accounting
    if told.accepted + told.nothing_to_send != mails:
        raise SystemExit(f"not everybody got their issue: {told}")
    app.close()


def _settings(port: int) -> Settings:
    given: dict[str, Any] = {
        "newsletter": {"sender": "papers@digest.example.org", "base_url": "https://d.example.org"},
        "edition": {"max_papers": PICKS},
        "ranking": {"semantic": "off"},
        "delivery": {
            "transport": "smtp",
            "processes": 1,
            "smtp": {"host": "127.0.0.1", "port": port, "security": "none"},
        },
    }
    return Settings(**given)


def dump(found: list[dict[str, str]], first: int = 0) -> bytes:
    """Return the papers as the `daily_papers` JSON has them; their ids count from `first`."""
    return json.dumps(
        [
            {
                "paper": {
                    "id": f"2611.{first + number:05}",
                    "title": each["title"],
                    "summary": each["abstract"],
                    "upvotes": number % 50,
                    "publishedAt": NOW.isoformat(),
                }
            }
            for number, each in enumerate(found)
        ]
    ).encode()


def naive(folder: Path, port: int, mails: int) -> None:
    """Do what one writes first: scikit-learn, Jinja, MJML, EmailMessage, smtplib, a commit each."""
    from jinja2 import Environment  # noqa: PLC0415 - only this contestant needs it
    from mjml import mjml2html  # noqa: PLC0415 - only this contestant needs it

    rng = random.Random(11)
    words = vocabulary(rng)
    found = articles(rng, words)
    with meter():
        best = _ranker(found)
        template = Environment(autoescape=True).from_string(_MJML)
        store = sqlite3.connect(Path(tempfile.mkdtemp(dir=folder)) / "naive.db")
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("PRAGMA synchronous=FULL")
        store.execute(
            "CREATE TABLE sent (reader INTEGER, paper INTEGER, PRIMARY KEY (reader, paper))"
        )
        server = smtplib.SMTP("127.0.0.1", port)
        for reader, keywords in enumerate(profiles(rng, words, mails), start=1):
            had = {
                row[0]
                for row in store.execute("SELECT paper FROM sent WHERE reader = ?", (reader,))
            }
            picks = [number for number in best(keywords) if number not in had][:PICKS]
            cards = [{**found[number], "number": number} for number in picks]
            html = mjml2html(template.render(name=f"Reader {reader}", cards=cards, reader=reader))
            server.send_message(_message(reader, keywords, cards, html))
            store.executemany("INSERT INTO sent VALUES (?, ?)", [(reader, n) for n in picks])
            store.commit()
        server.quit()


def _ranker(found: list[dict[str, str]]) -> Callable[[str], list[int]]:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - naive alone
    from sklearn.metrics.pairwise import cosine_similarity  # noqa: PLC0415 - naive alone

    vectorizer = TfidfVectorizer()
    matrix = vectorizer.fit_transform([f"{each['title']} {each['abstract']}" for each in found])

    def best(keywords: str) -> list[int]:
        scores = cosine_similarity(vectorizer.transform([keywords]), matrix)[0]
        return [int(at) for at in (-scores).argsort()[: 2 * PICKS] if scores[at] > 0]

    return best


def _message(reader: int, keywords: str, cards: list[dict[str, Any]], html: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    leave = f"https://d.example.org/unsubscribe/{reader}"
    message["From"] = "The Paper Digest <papers@digest.example.org>"
    message["To"] = f"Reader {reader} <{address_of(reader)}>"
    message["Subject"] = f"{len(cards)} papers on {keywords}"[:70]
    message["List-Unsubscribe"] = f"<{leave}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    lines = [f"{card['title']}\n{textwrap.fill(card['abstract'][:600], 76)}\n" for card in cards]
    message.set_content("\n".join([*lines, leave]))
    message.add_alternative(html, subtype="html")
    return message


_MJML = """<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ name }},</mj-text>
</mj-column></mj-section>
{% for card in cards %}<mj-section><mj-column><mj-text><h3><a
href="https://arxiv.org/abs/2611.{{ card.number }}">{{ card.title }}</a></h3></mj-text>
<mj-text>{{ card.abstract[:600] }}</mj-text>
<mj-text><a href="https://d.example.org/more/{{ reader }}/{{ card.number }}">More like this</a>
<a href="https://d.example.org/less/{{ reader }}/{{ card.number }}">Less</a></mj-text>
</mj-column></mj-section>{% endfor %}
<mj-section><mj-column><mj-text><a href="https://d.example.org/unsubscribe/{{ reader }}">Unsubscribe
</a></mj-text></mj-column></mj-section></mj-body></mjml>"""
