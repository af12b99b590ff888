"""One return path for each mail, or one for all; addresses whose domain is not ASCII."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.settings import DeliverySettings, SmtpSettings
from tests.delivery.servers import Scripted, Talk
from tests.installation import Installation, paper


@pytest.mark.parametrize("verp", [True, False])
def test_verp_can_be_switched_off_and_to_names_the_a_label(tmp_path: Path, verp: bool) -> None:
    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        await talk.serve()

    with Scripted(script) as server:
        smtp = SmtpSettings(port=server.port, security="none")
        delivery = DeliverySettings(
            transport="smtp", processes=1, verp=verp, return_path="post@lab.example", smtp=smtp
        )
        place = Installation(tmp_path / "data").reopened(delivery=delivery)
        place.ingest(*[paper(f"{word} robots") for word in ("Walking", "Swimming", "Flying")])
        place.reader("ada@bücher.example", "robots")
        assert place.run().accounting.accepted == 1
        place.app.close()
    [mail_from] = [line for line in server.lines if line.startswith("MAIL")]
    assert ("post@lab.example" in mail_from) == (not verp)
    assert ("post+" in mail_from) == verp
    [(recipient, content)] = server.accepted
    assert recipient == "ada@xn--bcher-kva.example"
    head = content.partition(b"\r\n\r\n")[0]
    assert head.isascii() and b"To: <ada@xn--bcher-kva.example>" in head
