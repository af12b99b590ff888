"""Logins without a password: access tokens, and SCRAM where there is one."""

from __future__ import annotations

import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from scramp import ScramMechanism

from bench.delivery_fixture import NOW
from digest.delivery.access_tokens import (
    AccessToken,
    AccessTokens,
    CommandIssuer,
    RefreshIssuer,
    TokenRefused,
)
from digest.delivery.oauth_services import grant_by_address, grant_by_device, oauth_service
from digest.delivery.smtp import SmtpTransport
from digest.errors import DeliveryError
from tests.delivery.conftest import Post, relay_to
from tests.delivery.servers import Scripted, Talk

MakePost = Callable[[int], Post]
USER = "news@lab.example"


@dataclass
class Counted:
    """Gives token-1, token-2, …"""

    given: list[str] = field(default_factory=list)

    def fresh(self, now: object) -> AccessToken:
        self.given.append(f"token-{len(self.given) + 1}")
        return AccessToken(self.given[-1], NOW + timedelta(hours=1))


def relay_with_tokens(port: int, issuer: Counted) -> SmtpTransport:
    tokens = AccessTokens(issuer, lambda: NOW)
    return relay_to(port, connections=1, username=USER, tokens=tokens)


def refusal(place: Post, transport: SmtpTransport) -> str:
    with pytest.raises(DeliveryError) as caught:
        place.send(transport)
    return str(caught.value)


def taking(mechanisms: str, good: Callable[[str, str], bool], seen: list[str]) -> object:
    """A server that offers mechanisms and takes what is good."""

    async def script(talk: Talk) -> None:
        await talk.say("220 relay")
        while (line := await talk.line())[:4].upper() not in ("MAIL", "QUIT"):
            word = line.split()
            if word[0].upper() == "EHLO":
                await talk.say(f"250-relay\r\n250 AUTH {mechanisms}")
            elif word[0].upper() == "AUTH":
                shown = b64decode(word[2]).decode()
                seen.append(f"{word[1]} {shown}")
                if good(word[1], shown):
                    await talk.say("235 2.7.0 ok")
                    await talk.serve()
                    return
                await talk.say("334 " + b64encode(b'{"status":"401"}').decode())
                seen.append(await talk.line())
                await talk.say("535 5.7.8 no")
            else:
                await talk.say("250 ok")

    return script


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_mail_goes_out_by_token_alone(post: MakePost, mechanism: str) -> None:
    seen: list[str] = []
    script = taking(mechanism, lambda _, shown: "Bearer token-1\x01\x01" in shown, seen)
    place = post(3)
    with Scripted(script) as server:  # type: ignore[arg-type]
        place.send(relay_with_tokens(server.port, Counted()))
        assert place.count().accepted == 3
    (shown,) = seen
    if mechanism == "XOAUTH2":
        assert shown == f"XOAUTH2 user={USER}\x01auth=Bearer token-1\x01\x01"
    else:
        where = f"\x01host=127.0.0.1\x01port={server.port}"
        assert shown == f"OAUTHBEARER n,a={USER},{where}\x01auth=Bearer token-1\x01\x01"


@pytest.mark.parametrize(("mechanism", "end"), [("XOAUTH2", ""), ("OAUTHBEARER", "AQ==")])
def test_a_token_that_is_refused_is_renewed_once(post: MakePost, mechanism: str, end: str) -> None:
    seen: list[str] = []
    script = taking(mechanism, lambda _, shown: "token-2" in shown, seen)
    place = post(1)
    with Scripted(script) as server:  # type: ignore[arg-type]
        place.send(relay_with_tokens(server.port, Counted()))
        assert place.count().accepted == 1
    assert len(seen) == 3 and seen[1] == end


def test_a_login_that_is_refused_for_good_shows_no_token(post: MakePost) -> None:
    script = taking("XOAUTH2", lambda *_: False, [])
    place, issuer = post(1), Counted()
    with Scripted(script) as server:  # type: ignore[arg-type]
        trouble = refusal(place, relay_with_tokens(server.port, issuer))
    assert "refuses the login" in trouble and "token" not in trouble
    assert len(issuer.given) == 2


def test_a_relay_that_takes_tokens_only_is_named(post: MakePost) -> None:
    script = taking("XOAUTH2", lambda *_: False, [])
    place = post(1)
    with Scripted(script) as server:  # type: ignore[arg-type]
        transport = relay_to(server.port, connections=1, username=USER, password="secret")
        trouble = refusal(place, transport)
    assert "takes access tokens only" in trouble and "secret" not in trouble


@pytest.mark.parametrize("password", ["right", "wrong"])
def test_scram_proves_both_sides_and_never_shows_the_password(
    post: MakePost, password: str
) -> None:
    mechanism = ScramMechanism("SCRAM-SHA-256")
    salt, stored, server_key, rounds = mechanism.make_auth_info("right")
    seen: list[str] = []

    async def script(talk: Talk) -> None:
        await talk.say("220 relay")
        await talk.line()
        await talk.say("250-relay\r\n250 AUTH PLAIN SCRAM-SHA-256")
        line = await talk.line()
        side = mechanism.make_server(lambda _: (salt, stored, server_key, rounds))
        side.set_client_first(b64decode(line.split()[2]).decode())
        await talk.say("334 " + b64encode(side.get_server_first().encode()).decode())
        final = b64decode(await talk.line()).decode()
        seen.append(final)
        try:
            side.set_client_final(final)
        except Exception:  # scramp's own errors
            await talk.say("535 5.7.8 no")
            await talk.serve()
            return
        await talk.say("334 " + b64encode(side.get_server_final().encode()).decode())
        assert await talk.line() == ""
        await talk.say("235 2.7.0 ok")
        await talk.serve()

    place = post(2)
    with Scripted(script) as server:
        transport = relay_to(server.port, connections=1, username=USER, password=password)
        if password == "wrong":
            assert "refuses the login" in refusal(place, transport)
        else:
            place.send(transport)
    assert place.count().accepted == (2 if password == "right" else 0)
    assert all("right" not in one and "wrong" not in one for one in seen)


def command(tmp_path: Path, code: str) -> CommandIssuer:
    script = tmp_path / "token.py"
    script.write_text(code)
    return CommandIssuer(f"{sys.executable} {script}")


def test_a_command_gives_a_token_or_an_answer_in_json(tmp_path: Path) -> None:
    plain = command(tmp_path, "print('abc.def')").fresh(NOW)
    assert plain.value == "abc.def" and plain.ends > NOW
    answer = {"access_token": "ghi", "expires_in": 3600}
    told = command(tmp_path, f"print('''{json.dumps(answer)}''')").fresh(NOW)
    assert told == AccessToken("ghi", NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import sys; sys.exit('no network')", "ended with 1: no network"),
        ("print('two words')", "must print one token"),
        ("print('')", "must print one token"),
        ("print('{}')", "without an access_token"),
        ("print('{')", "no JSON object"),
    ],
)
def test_a_command_that_fails_is_named_and_its_output_is_not(
    tmp_path: Path, code: str, words: str
) -> None:
    with pytest.raises(DeliveryError, match=words):
        command(tmp_path, code).fresh(NOW)
    with pytest.raises(DeliveryError, match="cannot be run"):
        CommandIssuer("/nowhere/at/all").fresh(NOW)


@dataclass
class Service:
    """A token endpoint that answers in turn, and keeps what it was asked."""

    answers: list[tuple[int, dict[str, object]]]
    asked: list[dict[str, str]] = field(default_factory=list)

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(dict(httpx.QueryParams(request.content.decode())))
        status, body = self.answers.pop(0)
        return httpx.Response(status, json=body)


def refresher(service: Service, file: Path) -> RefreshIssuer:
    return RefreshIssuer("https://id.example/token", "client", "hush", "mail", file, service.client)


def test_a_refresh_token_gives_access_and_is_replaced_when_the_service_says_so(
    tmp_path: Path,
) -> None:
    file = tmp_path / "refresh"
    file.write_text("r1\n")
    told = {"access_token": "a1", "expires_in": 3599, "refresh_token": "r2"}
    service = Service([(200, told)])
    token = refresher(service, file).fresh(NOW)
    assert token == AccessToken("a1", NOW + timedelta(seconds=3599))
    assert service.asked[0]["refresh_token"] == "r1" and service.asked[0]["scope"] == "mail"
    assert file.read_text() == "r2\n" and file.stat().st_mode & 0o077 == 0


def test_leave_that_was_taken_back_is_said_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "refresh"
    file.write_text("r1")
    said = {"error": "invalid_grant", "error_description": "expired\r\nTrace: 1"}
    with pytest.raises(TokenRefused, match=r"invalid_grant: expired\).*smtp login") as caught:
        refresher(Service([(400, said)]), file).fresh(NOW)
    assert "r1" not in str(caught.value) and "hush" not in repr(caught.value)
    with pytest.raises(DeliveryError, match="holds no refresh token"):
        refresher(Service([]), tmp_path / "none").fresh(NOW)


def test_a_token_is_kept_until_shortly_before_its_end() -> None:
    issuer, now = Counted(), [NOW]
    tokens = AccessTokens(issuer, lambda: now[0])
    assert [tokens.current(), tokens.current()] == ["token-1", "token-1"]
    now[0] += timedelta(minutes=59)
    assert tokens.current() == "token-2"
    tokens.refused("token-1")  # an older one: nothing is forgotten
    assert tokens.current() == "token-3"  # its end, too, is near


def test_the_device_flow_waits_as_it_is_told() -> None:
    service = Service(
        [
            (200, {"device_code": "d", "user_code": "ABCD", "verification_uri": "https://x.example",
                   "interval": 7}),
            (400, {"error": "authorization_pending"}),
            (400, {"error": "slow_down"}),
            (200, {"access_token": "a", "refresh_token": "r"}),
        ]
    )  # fmt: skip
    waits: list[float] = []
    shown: list[str] = []
    token = grant_by_device(
        oauth_service("microsoft", "lab.example"),
        "client",
        http=service.client,
        show=shown.append,
        wait=waits.append,
    )
    assert token == "r" and waits == [7.0, 7.0, 12.0]
    assert "ABCD" in shown[0] and "https://x.example" in shown[0]


@pytest.mark.parametrize("honest", [True, False])
def test_the_address_must_be_of_this_login(honest: bool) -> None:
    service = Service([(200, {"access_token": "a", "refresh_token": "r"})])
    shown: list[str] = []

    def ask(_: str) -> str:
        page = next(line for line in shown[0].splitlines() if line.startswith("https://"))
        state = httpx.URL(page).params["state"] if honest else "another"
        return f"http://127.0.0.1:8/?state={state}&code=c"

    def go() -> str:
        return grant_by_address(
            oauth_service("google"),
            "client",
            "hush",
            http=service.client,
            show=shown.append,
            ask=ask,
        )

    if honest:
        assert go() == "r" and service.asked[0]["code"] == "c"
    else:
        with pytest.raises(DeliveryError, match="not the address"):
            go()
    assert all("hush" not in line for line in shown)
