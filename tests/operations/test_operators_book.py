"""What an operator finds out and mends with the commands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from digest.operations import deliveries as book
from digest.operations.edition_reports import not_everybody
from digest.operations.issues import NotSent
from digest.settings import DeliverySettings, EditionSettings, SmtpSettings
from digest.states import SECOND_TRY, State
from tests.delivery.servers import Scripted, Talk
from tests.installation import Installation, paper


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "data")
    made.ingest(*[paper(f"{word} robots") for word in ("Walking", "Swimming", "Flying")])
    for name in ("ada", "bob", "eve"):
        made.reader(f"{name}@example.org", "robots")
    yield made
    made.app.close()


def _answers_bob(answer: list[str]) -> Callable[[Talk], Awaitable[None]]:
    """Return a relay that takes everybody's mail, and says to bob's what `answer` holds."""

    async def script(talk: Talk) -> None:
        await talk.hello("PIPELINING")
        await talk.serve(rcpt=lambda who: answer[0] if who.startswith("bob@") else "250 ok")

    return script


def test_a_refusal_is_found_by_its_words_and_mended(installation: Installation) -> None:
    answer = ["550 5.7.1 we do not like you"]
    with Scripted(_answers_bob(answer)) as server:
        smtp = SmtpSettings(port=server.port, security="none")
        place = installation.reopened(delivery=DeliverySettings(transport="smtp", smtp=smtp))
        assert place.run().accounting.refused == 1
        said = not_everybody(place.app, 1)
        assert "bob@example.org" in said and "we do not like you" in said
        [view] = book.deliveries_of(place.app, "bob@example.org", list(State), 10)
        assert view.state is State.REFUSED
        answer[0] = "250 ok"
        assert book.retry(place.app, 1, refused=True) == 1
        assert place.run().accounting.accepted == 3
        assert not_everybody(place.app, 1) == ""
        place.app.close()
    assert len(server.accepted) == 3


def test_a_refused_login_says_who_waits(installation: Installation) -> None:
    async def script(talk: Talk) -> None:
        await talk.hello("AUTH PLAIN")
        await talk.line()
        await talk.say("535 5.7.8 wrong")
        await talk.line()

    with Scripted(script) as server:
        smtp = SmtpSettings(
            port=server.port, security="none", username="ada", password=SecretStr("hunter2")
        )
        place = installation.reopened(delivery=DeliverySettings(transport="smtp", smtp=smtp))
        with pytest.raises(
            NotSent, match=r"refuses the login.*left for the next run: 3 mails"
        ) as stopped:
            place.run()
        assert stopped.value.figures.accounting.deferred == 3
        assert server.connections == 1
        assert "hunter2" not in str(stopped.value)
        assert "ada@example.org" in not_everybody(place.app, 1)
        place.app.close()


def test_what_a_later_issue_has_brought_is_not_tried_again(installation: Installation) -> None:
    answer = ["550 5.7.1 we do not like you"]
    with Scripted(_answers_bob(answer)) as server:
        smtp = SmtpSettings(port=server.port, security="none")
        place = installation.reopened(delivery=DeliverySettings(transport="smtp", smtp=smtp))
        assert place.run().accounting.refused == 1
        answer[0] = "250 ok"
        place.tomorrow()
        place.ingest(paper("Diving robots"))
        assert place.run().accounting.accepted == 3
        assert len(place.titles("bob@example.org", 2)) == 4, "the first day's papers, too"
        assert book.retry(place.app, 1, refused=True) == 0
        assert place.run().accounting.accepted == 3
        place.app.close()
    assert len(server.accepted) == 5


def test_doubts_are_settled_for_one_reader_at_a_time(installation: Installation) -> None:
    dead: list[bool] = [True]

    async def script(talk: Talk) -> None:
        await talk.hello()
        while True:
            line = await talk.line()
            if line == "DATA":
                await talk.say("354 go on")
                await talk.data()
                if dead[0]:
                    raise ConnectionResetError
            await talk.say("250 ok")

    with Scripted(script) as server:
        smtp = SmtpSettings(port=server.port, security="none", connections=3)
        place = installation.reopened(delivery=DeliverySettings(transport="smtp", smtp=smtp))
        with pytest.raises(Exception, match="left for the next run"):
            place.run()
        doubtful = book.deliveries_of(place.app, "1", [State.UNCERTAIN], 10)
        assert doubtful
        first = doubtful[0].email
        assert book.settle_doubts(place.app, 1, [first], arrived=True) == 1
        left = book.deliveries_of(place.app, "1", [State.UNCERTAIN], 10)
        assert len(left) == len(doubtful) - 1
        assert book.settle_doubts(place.app, 1, [], arrived=False) == len(left)
        dead[0] = False
        place.run()
        place.run()
        assert place.app.stores.deliveries.accounting(1).accepted == 3
        place.app.close()


def test_what_is_in_doubt_goes_once_more_by_itself_and_then_waits_for_a_word(
    installation: Installation,
) -> None:
    raw: list[bytes] = []

    async def takes_and_drops(talk: Talk) -> None:
        await talk.hello()
        while True:
            line = await talk.line()
            if line == "DATA":
                await talk.say("354 go on")
                raw.append(await talk.data())
                raise ConnectionResetError
            await talk.say("250 ok")

    with Scripted(takes_and_drops) as server:
        smtp = SmtpSettings(port=server.port, security="none", connections=1)
        place = installation.reopened(
            delivery=DeliverySettings(transport="smtp", smtp=smtp),
            edition=EditionSettings(only_to=("ada@example.org",)),
        )
        seen = []
        for minutes in (0, 5, 16, 60, 600):
            place.now += timedelta(minutes=minutes)
            with suppress(NotSent):
                place.run()
            seen.append((len(raw), place.app.stores.deliveries.held(1, SECOND_TRY)))
        assert seen == [(1, 0), (1, 0), (2, 1), (2, 1), (2, 1)]
        assert raw[0] == raw[1]
        assert "ada@example.org" in not_everybody(place.app, 1)
        place.app.close()
