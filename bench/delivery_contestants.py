"""The senders that are Python: `python -m bench.delivery_contestants WHO FOLDER PORT MAILS …`."""

from __future__ import annotations

import gc
import json
import random
import shutil
import smtplib
import sqlite3
import sys
import tempfile
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from bench import newsroom
from bench.delivery_fixture import NOW, Room, SampleIssues, make_store
from bench.meter import meter
from digest.delivery.crash_board import LivingSender
from digest.delivery.dkim import KeyRing, load_key, make_key
from digest.delivery.sender import Sender
from digest.delivery.smtp import SmtpTransport
from digest.delivery.smtp_session import Relay
from digest.mail import HOLES, Issue
from digest.run import SELDOM
from digest.storage.database import open_database, sqlite_url

DOMAIN = "digest.example.org"


def ours(folder: Path, port: int, mails: int, *algorithms: str) -> None:
    """The whole engine: claim, freeze, mark, sign, send, record."""
    place = Path(tempfile.mkdtemp(dir=folder))
    keys = [load_key(_key(folder, kind), domain=DOMAIN, selector=kind) for kind in algorithms]
    shutil.copy(folder / f"readers-{mails}.db", place / "digest.db")
    room = Room.make(open_database(sqlite_url(place / "digest.db")), keys=KeyRing(keys))
    with meter():
        room.deliveries.plan(1, NOW)
        gc.set_threshold(*SELDOM)  # as in a run
        owner = LivingSender(place / "owners")
        transport = SmtpTransport(Relay("127.0.0.1", port, "none"), connections=4, pipeline=32)
        sender = Sender(room.deliveries, owner, transport, clock=lambda: NOW, rng=random.Random(1))
        sender.send(room.mails(owner.name, NOW, shard=1000))
    owner.close()
    assert room.deliveries.accounting(1).accepted == mails


def raw(folder: Path, port: int, mails: int) -> None:
    """Only the signature: what RSA costs at least."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - only this contestant needs it
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415 - only this contestant needs it

    key = load_key(_key(folder, "rsa"), domain=DOMAIN, selector="rsa").private
    assert isinstance(key, rsa.RSAPrivateKey)
    with meter():
        for _ in range(mails):
            key.sign(b"x" * 900, padding.PKCS1v15(), hashes.SHA256())


def naive(folder: Path, port: int, mails: int, *algorithms: str) -> None:
    """What one writes first: MJML, EmailMessage, dkimpy, smtplib, a commit per mail."""
    import dkim  # noqa: PLC0415 - only this contestant needs it
    from jinja2 import Environment  # noqa: PLC0415 - only this contestant needs it
    from mjml import mjml2html  # noqa: PLC0415 - only this contestant needs it

    samples = SampleIssues()
    template = Environment(autoescape=True).from_string(_MJML)
    place = Path(tempfile.mkdtemp(dir=folder))
    store = sqlite3.connect(place / "naive.db")
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    store.execute("CREATE TABLE sent (reader INTEGER, paper INTEGER)")
    pem = _key(folder, "rsa").read_bytes() if algorithms else b""
    server = smtplib.SMTP("127.0.0.1", port)
    with meter():
        for reader in range(1, mails + 1):
            issue = samples.issue(reader)
            message = _message(issue, mjml2html(template.render(issue=issue, cards=_cards(issue))))
            if pem:
                signature = dkim.sign(message.as_bytes(), b"k", DOMAIN.encode(), pem)
                name, _, value = signature.decode().partition(": ")
                message[name] = " ".join(value.split())
            server.send_message(message)
            store.executemany("INSERT INTO sent VALUES (?, ?)", [(reader, p) for p in issue.papers])
            store.commit()
    server.quit()


_MJML = """<mjml><mj-head><mj-preview>{{ issue.fills.preheader }}</mj-preview></mj-head><mj-body>
<mj-section><mj-column><mj-text>Hello {{ issue.fills.name }},</mj-text></mj-column></mj-section>
{% for card in cards %}<mj-section><mj-column><mj-text>{{ card.title }}</mj-text>
<mj-text>{{ card.abstract }}</mj-text>
<mj-text><a href="{{ card.link }}">More like this</a></mj-text></mj-column></mj-section>
{% endfor %}<mj-section><mj-column><mj-text>Sent to {{ issue.fills.address }}.
<a href="{{ issue.fills.unsubscribe }}">Unsubscribe</a></mj-text></mj-column></mj-section>
</mj-body></mjml>"""


def _cards(issue: Issue) -> list[dict[str, str]]:
    cards = []
    for fragment in issue.fragments[1:-1]:
        title, abstract, link, *_ = fragment.text.split("\n")
        link = link.replace(HOLES["token"], issue.fills["token"])
        cards.append({"title": title, "abstract": abstract * 5, "link": link})
    return cards


def _message(issue: Issue, html: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = f"The Paper Digest <papers@{DOMAIN}>"
    message["To"] = f"{issue.to_name} <{issue.to_address}>"
    message["Subject"] = issue.subject
    message["List-Unsubscribe"] = f"<{issue.unsubscribe_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content("".join(fragment.text for fragment in issue.fragments))
    message.add_alternative(html, subtype="html")
    return message


def readers(folder: Path, port: int, mails: int) -> None:
    """Make a store with so many readers: that they subscribed is no part of sending."""
    path = folder / f"readers-{mails}.db"
    if not path.exists():
        make_store(path, mails).close()


def _key(folder: Path, kind: str) -> Path:
    return folder / "sample" / f"{kind}.pem"


def sample(folder: Path, port: int, mails: int) -> None:
    """Make the keys; write one mail's parts as files, for the senders that are not Python."""
    place = folder / "sample"
    place.mkdir(exist_ok=True)
    issue = SampleIssues().issue(1)
    for kind in ("html", "text"):
        (place / f"body.{kind}").write_text("".join(getattr(f, kind) for f in issue.fragments))
    (place / "holes.json").write_text(json.dumps(dict(HOLES)))
    (place / "fills.json").write_text(json.dumps(dict(issue.fills)))
    for kind in ("rsa", "ed25519"):
        make_key(_key(folder, kind), domain=DOMAIN, selector=kind, kind=kind)


if __name__ == "__main__":
    who, folder, port, mails, *more = sys.argv[1:]
    senders = {
        "ours": ours,
        "raw": raw,
        "naive": naive,
        "sample": sample,
        "readers": readers,
        "whole": newsroom.whole,
        "naive-whole": newsroom.naive,
    }
    senders[who](Path(folder), int(port), int(mails), *more)  # type: ignore[operator]
