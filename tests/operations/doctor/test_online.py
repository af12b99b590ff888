"""Faults that a run or a receiver would meet, planted, and named before the first run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dns.resolver
import httpx
import pytest

from digest.delivery.dkim import DkimKey, make_key
from digest.operations.doctor.check_up import Network, check_up
from digest.operations.doctor.dns_records import check_dns
from digest.operations.doctor.findings import Check
from digest.settings import (
    DeliverySettings,
    DkimSettings,
    NewsletterSettings,
    Settings,
    SmtpSettings,
)
from tests.delivery.names import NameServer
from tests.delivery.servers import Scripted, Talk
from tests.installation import MORNING

DOMAIN = "lab.example"
NOBODY = Network(lambda: dns.resolver.Resolver(configure=False), httpx.Client)


def ask(
    records: Mapping[str, str],
    exchanges: Mapping[str, str] | None = None,
    keys: list[DkimKey] | None = None,
    bounces: str = DOMAIN,
    sender: str = DOMAIN,
) -> dict[str, Check]:
    with NameServer(records, exchanges or {}) as server:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.port
        return {one.check: one for one in check_dns(resolver, keys or [], sender, bounces)}


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> DkimKey:
    path = tmp_path_factory.mktemp("keys") / "dkim.pem"
    return make_key(path, domain=DOMAIN, selector="d1", kind="ed25519")


def test_a_sender_in_order_is_all_well(key: DkimKey) -> None:
    records = {
        key.record_name: key.record,
        DOMAIN: "v=spf1 include:relay.example -all",
        f"_dmarc.{DOMAIN}": "v=DMARC1; p=reject",
    }
    found = ask(records, {DOMAIN: f"mx.{DOMAIN}"}, [key])
    assert {name: one.verdict for name, one in found.items()} == {
        "dkim record": "ok",
        "spf": "ok",
        "dmarc": "ok",
        "bounces": "ok",
    }


def test_a_key_that_is_not_published_is_an_error_with_the_record_to_publish(key: DkimKey) -> None:
    found = ask({}, keys=[key])["dkim record"]
    assert found.verdict == "error" and key.record in found.text and key.record_name in found.text


@pytest.mark.parametrize(
    ("record", "verdict", "said"),
    [
        ("v=DKIM1; k=ed25519; p=AAAA", "error", "another key"),
        ("v=DKIM1; k=ed25519; p=", "error", "revoked"),
        ("{record}; t=y", "warning", "t=y"),
        *(
            (f"{{record}}; s={said}", "ok", "verifies")
            for said in ("email", "*", "*:email", "email:*", "other:email", "email : other;")
        ),
        ("v=DKIM1; s=*:email; k=ed25519; p={key}", "ok", "verifies"),
        *(
            (f"{{record}}; s={said}", "error", "does not verify")
            for said in ("other", "emails", "other:more")
        ),
        ("k=ed25519; p={key}", "ok", "verifies"),  # v= may be left out (RFC 6376, 3.6.1)
        ("v=DKIM1; k=rsa; p={key}", "error", "does not verify"),
        ("v=DKIM2; k=ed25519; p={key}", "error", "does not verify"),
    ],
)
def test_what_the_dns_holds_of_a_key_verifies_a_mail_that_it_signed(
    key: DkimKey, record: str, verdict: str, said: str
) -> None:
    public = key.record.partition("p=")[2]
    text = record.format(record=key.record, key=public)
    found = ask({key.record_name: text}, keys=[key])["dkim record"]
    assert (found.verdict, said in found.text) == (verdict, True), found
    assert verdict != "error" or f"publish: {key.record}" in found.text


def test_an_rsa_key_verifies_too(tmp_path: Path) -> None:
    key = make_key(tmp_path / "rsa.pem", domain=DOMAIN, selector="d2", kind="rsa")
    assert ask({key.record_name: key.record}, keys=[key])["dkim record"].verdict == "ok"


def test_no_spf_and_no_dmarc_are_warnings() -> None:
    found = ask({})
    assert (found["spf"].verdict, found["dmarc"].verdict) == ("warning", "warning")


@pytest.mark.parametrize(("policy", "verdict"), [("reject", "error"), ("none", "warning")])
def test_mail_that_a_policy_would_refuse_is_named(policy: str, verdict: str) -> None:
    records = {f"_dmarc.{DOMAIN}": f"v=DMARC1; p={policy}"}
    found = ask(records, bounces="relay.example")["dmarc"]
    assert found.verdict == verdict and "refuse our mail" in found.text


def test_a_policy_of_the_domain_above_counts_and_a_bounce_domain_below_is_aligned() -> None:
    found = ask({"_dmarc.example": "nothing"}, bounces=f"bounces.{DOMAIN}")
    assert found["dmarc"].verdict == "warning"
    found = ask({f"_dmarc.{DOMAIN}": "v=DMARC1; p=reject"}, bounces=f"bounces.{DOMAIN}")
    assert found["dmarc"].verdict == "ok"


def test_alignment_is_by_the_organisation_unless_the_policy_is_strict() -> None:
    relaxed = {f"_dmarc.{DOMAIN}": "v=DMARC1; p=reject"}
    beside = ask(relaxed, sender=f"news.{DOMAIN}", bounces=f"bounces.{DOMAIN}")["dmarc"]
    assert beside.verdict == "ok", "siblings below one domain with a policy"
    strict = {f"_dmarc.{DOMAIN}": "v=DMARC1; p=reject; aspf=s"}
    assert ask(strict, bounces=f"bounces.{DOMAIN}")["dmarc"].verdict == "error"
    assert ask(strict)["dmarc"].verdict == "ok"


def test_an_spf_record_that_admits_everybody_is_named() -> None:
    assert "+all" in ask({DOMAIN: "v=spf1 +all"})["spf"].text
    assert ask({DOMAIN: "v=spf1 +all"})["spf"].verdict == "warning"


def test_a_return_path_that_takes_no_mail_is_an_error() -> None:
    assert ask({})["bounces"].verdict == "error"
    assert ask({}, {DOMAIN: "."})["bounces"].verdict == "error"


def settings(port: int, operator: str = "") -> Settings:
    smtp = SmtpSettings(port=port, security="none", username="news", password="hush")  # type: ignore[arg-type]
    return Settings(
        newsletter=NewsletterSettings(sender=f"news@{DOMAIN}", operator=operator),
        delivery=DeliverySettings(transport="smtp", smtp=smtp),
    )


def look(given: Settings, data: Path) -> dict[str, Check]:
    found = check_up(given, data, clock=lambda: MORNING, network=NOBODY)
    return {one.check: one for one in found}


def relay(good: bool = True, *, size: int = 10_000_000, **serving: Any) -> Scripted:
    async def script(talk: Talk) -> None:
        await talk.say("220 relay")
        await talk.line()
        await talk.say(f"250-relay\r\n250-PIPELINING\r\n250-SIZE {size}\r\n250 AUTH PLAIN")
        await talk.line()
        await talk.say("235 ok" if good else "535 5.7.8 no")
        await talk.serve(**serving)

    return Scripted(script)


def test_a_login_that_works_is_told_with_what_the_relay_offers(tmp_path: Path) -> None:
    with relay(good=True) as server:
        found = look(settings(server.port), tmp_path)["smtp"]
    assert found.verdict == "ok" and "takes the login of news" in found.text
    assert "SIZE" in found.text and server.accepted == []


def test_a_wrong_password_is_an_error_and_not_shown(tmp_path: Path) -> None:
    with relay(good=False) as server:
        found = look(settings(server.port), tmp_path)["smtp"]
    assert found.verdict == "error" and "refuses the login" in found.text
    assert "hush" not in found.text


def test_a_relay_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert look(settings(1), tmp_path)["smtp"].verdict == "error"


OPERATOR = "ops@lab.example"


def test_an_envelope_of_ours_is_given_and_taken_back(tmp_path: Path) -> None:
    with relay() as server:
        found = look(settings(server.port, OPERATOR), tmp_path)["smtp"]
    assert found.verdict == "ok"
    sender, recipient, end, *_ = server.lines
    assert sender.startswith("MAIL FROM:<news+") and recipient == f"RCPT TO:<{OPERATOR}>"
    assert end == "RSET" and not any(line.startswith("DATA") for line in server.lines)


def refusing_tags(line: str) -> str:
    return "553 5.7.1 sender not owned by you" if "+" in line else "250 ok"


@pytest.mark.parametrize(
    ("serving", "verdict", "said"),
    [
        ({"mail": "553 5.7.1 not yours"}, "error", "delivery.return_path"),
        ({"mail": refusing_tags}, "error", "delivery.verp = false"),
        ({"rcpt": lambda who: "550 5.7.1 relaying denied"}, "error", "relaying denied"),
        ({"rcpt": lambda who: "451 4.7.1 greylisted"}, "ok", "greylisted"),
        ({"size": 20_000}, "warning", "20000 octets"),
    ],
)
def test_what_a_relay_would_refuse_in_a_run_is_named_before(
    tmp_path: Path, serving: dict[str, Any], verdict: str, said: str
) -> None:
    with relay(**serving) as server:
        found = look(settings(server.port, OPERATOR), tmp_path)["smtp"]
    assert (found.verdict, said in found.text) == (verdict, True), found


def test_a_missing_key_file_is_an_error(tmp_path: Path) -> None:
    given = settings(1)
    dkim = DkimSettings(domain=DOMAIN, selector="d1", key_file=tmp_path / "none.pem")
    given = given.model_copy(update={"delivery": given.delivery.model_copy(update={"dkim": dkim})})
    found = look(given, tmp_path)["dkim"]
    assert found.verdict == "error" and "none.pem" in found.text


def test_a_digest_without_sources_and_readers_says_so(tmp_path: Path) -> None:
    assert look(Settings(), tmp_path)["sources"].verdict == "warning"
