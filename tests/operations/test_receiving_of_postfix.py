"""A real Postfix returns what its next hop refuses, and digest reads it."""

from __future__ import annotations

import queue
from pathlib import Path

from digest.operations.receiving import receive
from digest.settings import DeliverySettings, NewsletterSettings, SmtpSettings
from tests.delivery.programs import postfix
from tests.delivery.servers import Scripted, Talk
from tests.installation import Installation, paper

REFUSALS = {
    "ada@example.org": ("550 5.1.1 <ada@example.org>: no such user here", "hard", "suppress"),
    "bo@example.org": ("552 5.2.2 mailbox full", "soft", "note"),
    "cy@example.org": ("554 5.7.1 your server is listed at a blocklist", "soft", "note"),
}


def test_what_a_real_postfix_returns_is_told_and_attributed(tmp_path: Path) -> None:
    returned: queue.Queue[None] = queue.Queue()

    async def next_hop(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        await talk.serve(rcpt=lambda who: REFUSALS.get(who, ("250 ok",))[0], dot=came_back)

    def came_back(who: str) -> str:
        returned.put(None)
        return "250 2.0.0 kept"

    place = Installation(tmp_path / "data")
    place.ingest(*[paper(f"{word} robots") for word in ("Walking", "Swimming", "Flying")])
    for email in (*REFUSALS, "dee@example.org"):
        place.reader(email, "robots")
    with Scripted(next_hop) as server, postfix(f"smtp:[127.0.0.1]:{server.port}") as port:
        place = place.reopened(
            newsletter=NewsletterSettings(sender="news@example.com"),
            delivery=DeliverySettings(
                transport="smtp",
                return_path="bounces@example.com",
                smtp=SmtpSettings(port=port, security="none"),
            ),
        )
        assert place.run().accounting.accepted == 4
        for _ in (*REFUSALS, "dee@example.org"):
            returned.get(timeout=60)
    bounces = [raw for who, raw in server.accepted if who.startswith("bounces+")]
    receipts = {one.reader: one for raw in bounces for one in receive(place.app, raw)}
    assert {
        email: (one.recipient.kind.value, one.decision.action.value)
        for email, one in receipts.items()
    } == {email: (kind, action) for email, (_, kind, action) in REFUSALS.items()}
    place.app.close()
