"""What the server does by itself, beside reading and sending."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from digest.errors import DeliveryError, NotFound
from digest.operations import serving
from digest.operations.serving import Duties
from digest.operations.setup import make_inbox
from digest.settings import DeliverySettings, PaceSettings
from digest.states import Claim
from digest.storage.deliveries import DeliveryStore
from tests.installation import Installation, paper


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "data")
    make_inbox(made.app)
    made.ingest(*[paper(f"{word} robots") for word in ("Walking", "Swimming", "Flying")])
    made.reader("ada@example.org", "robots")
    yield made
    made.app.close()


def test_old_issues_are_pruned_when_their_time_is_over(installation: Installation) -> None:
    installation.run()
    duties = Duties(installation.app)
    installation.now += timedelta(days=89)
    duties.prune()
    assert installation.preview("ada@example.org", 1).raw == installation.mails("ada@example.org")[
        0
    ].replace(b"\n", b"\r\n")
    installation.now += timedelta(days=2)
    duties.prune()
    with pytest.raises(NotFound, match="pruned"):
        installation.preview("ada@example.org", 1)
    assert installation.app.stores.deliveries.accounting(1).accepted == 1
    ada = installation.app.desk.by_email("ada@example.org")
    assert installation.app.history.sent_to([ada.id], installation.now)[ada.id], "the ledger stays"


def test_the_scheduler_knows_every_duty(installation: Installation) -> None:
    scheduler = serving._scheduler(Duties(installation.app))
    jobs = {job.id: job.trigger.interval for job in scheduler.get_jobs()}
    assert set(jobs) == {"tick", "send", "post", "fetch", "prune", "explain", "change_model"}
    assert jobs["prune"] == timedelta(days=1)


def test_claims_outlive_a_shard_that_takes_longer_than_their_lease(
    installation: Installation,
) -> None:
    for number in range(12):
        installation.reader(f"r{number}@example.org", "robots")
    run, engine = installation.app.edition_run(), installation.app.engine()
    compose, stolen = run.issues.composer.compose, list[Claim]()
    thief = DeliveryStore(installation.app.stores.database)

    def slowly(*given: object, **named: object) -> object:
        installation.now += timedelta(minutes=2)  # 13 readers: 26 minutes; a lease lasts ten
        stolen.extend(thief.claim(1, "another", 100, installation.now))
        return compose(*given, **named)  # type: ignore[arg-type]

    run.issues.composer.compose = slowly  # type: ignore[method-assign, assignment]
    figures, trouble = run.run(installation.now.date(), lambda: engine)
    assert trouble is None and stolen == []
    assert figures.accounting.accepted == 13


def test_a_stolen_shard_is_sent_by_the_thief_alone(installation: Installation) -> None:
    run, engine = installation.app.edition_run(), installation.app.engine()
    compose, thief = run.issues.composer.compose, installation.app.engine()

    def too_late(*given: object, **named: object) -> object:
        installation.now += timedelta(minutes=11)
        claims: Sequence[Claim] = DeliveryStore(installation.app.stores.database).claim(
            1, thief.owner, 100, installation.now
        )
        assert len(claims) == 1
        return compose(*given, **named)  # type: ignore[arg-type]

    run.issues.composer.compose = too_late  # type: ignore[method-assign, assignment]
    figures, _ = run.run(installation.now.date(), lambda: engine)
    assert figures.accounting.accepted == 0 and figures.accounting.claimed == 1
    assert installation.mails("ada@example.org") == []
    installation.app.stores.deliveries.release(thief.owner, installation.now)
    thief.close()
    assert installation.run().accounting.accepted == 1
    assert len(installation.mails("ada@example.org")) == 1


def test_with_a_limit_one_process_sends_at_a_time(installation: Installation) -> None:
    place = installation.reopened(delivery=DeliverySettings(pace=PaceSettings(per_second=5)))
    first = place.app.engine()
    with pytest.raises(DeliveryError, match=r"delivery\.pace"):
        place.app.engine()
    first.close()
    first.close()
    place.app.engine().close()
    place.app.close()
