"""What a check-up says of the readers' pages: whether the links in mails lead there."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from digest.delivery.loopback import is_loopback
from digest.operations.doctor.findings import Check
from digest.settings import Settings

_CLOCK = timedelta(minutes=5)  # what another server's clock may differ from ours
_CERTIFICATE = timedelta(days=14)  # from its end on which a certificate is named
_SECONDS = 10.0


def check_pages(settings: Settings) -> Iterator[Check]:
    """Yield what the settings alone say of the pages."""
    yield _unsubscribing(settings)
    at = urlsplit(settings.newsletter.base_url)
    if not at.scheme:
        return
    here = is_loopback(at.hostname or "")
    delivery = settings.delivery
    if here and delivery.transport == "smtp" and not is_loopback(delivery.smtp.host):
        said = f"newsletter.base_url is {at.hostname}: each reader's own machine, not this one"
        yield Check("base_url", "error", said)
    if at.scheme == "http" and not here:
        said = (
            "newsletter.base_url is not https: mail programs show no unsubscribe button (RFC 8058)"
        )
        yield Check("base_url", "warning", said)
    if at.scheme == "https" and not settings.web.trusted_proxies:
        said = (
            "newsletter.base_url is https, so a proxy stands before the pages, and"
            " web.trusted_proxies is empty: all visitors count as one, and one can use up what"
            ' all may ask for; set it to the proxy\'s address, ["127.0.0.1"] on this machine'
        )
        yield Check("trusted proxies", "warning", said)


def _unsubscribing(settings: Settings) -> Check:
    newsletter = settings.newsletter
    if newsletter.base_url:
        return Check("unsubscribing", "ok", "by one click, at newsletter.base_url")
    if newsletter.unsubscribe_mailto:
        return Check(
            "unsubscribing",
            "warning",
            "by mail only, and somebody has to read it; set newsletter.base_url for one click",
        )
    return Check(
        "unsubscribing",
        "warning",
        "newsletter.base_url is not set: mails carry only a mailto: to the sender, and neither"
        " preferences nor feedback",
    )


def ask_pages(
    base_url: str, http: Callable[[], httpx.Client], clock: Callable[[], datetime]
) -> Iterator[Check]:
    """Ask for `/readyz` below `newsletter.base_url`, as a reader's program would."""
    url = f"{base_url.rstrip('/')}/readyz"
    try:
        with http() as client, client.stream("GET", url, timeout=_SECONDS) as answer:
            ends = _certificate_end(answer)
            answer.read()
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        said = f"{url} does not answer ({_reason(error)}): links in mails would lead nowhere;"
        yield Check("pages", "warning", f"{said} start `digest serve` and the proxy before it")
        return
    yield _ours(answer, url)
    now = clock()
    if ends is not None and ends - now < _CERTIFICATE:
        said = f"the certificate of {urlsplit(url).hostname} ends on {ends:%Y-%m-%d}: renew it"
        yield Check("certificate", "warning", said)
    yield from _clock(answer, now)


def _ours(answer: httpx.Response, url: str) -> Check:
    if answer.is_redirect:
        to = answer.headers.get("location", "")
        said = f"{url} leads to {to}: set newsletter.base_url to where the pages are"
        return Check("pages", "error", said)
    try:
        ours = answer.status_code == httpx.codes.OK and answer.json() == {"status": "ok"}
    except ValueError:
        ours = False
    if ours:
        return Check("pages", "ok", f"{url} answers")
    said = (
        f"{url} answers {answer.status_code}, and not as these pages do: something else stands"
        " there, or the proxy does not pass its requests to `digest serve`"
    )
    return Check("pages", "error", said)


def _clock(answer: httpx.Response, now: datetime) -> Iterator[Check]:
    try:
        there = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return
    if there.tzinfo and abs(now - there) > _CLOCK:
        said = (
            f"it says {now:%H:%M} UTC, {answer.url.host} says {there.astimezone(UTC):%H:%M}: set"
            " this machine's clock (timedatectl); signatures and hours depend on it"
        )
        yield Check("clock", "error", said)


def _certificate_end(answer: httpx.Response) -> datetime | None:
    stream = answer.extensions.get("network_stream")
    secured = stream.get_extra_info("ssl_object") if stream is not None else None
    shown = secured.getpeercert() if secured is not None else None
    if not shown or "notAfter" not in shown:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
