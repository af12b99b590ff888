"""A mail of the check-up's own, through the real way to the operator, and read back there."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from digest.app.application import App
from digest.errors import DumpError
from digest.operations.doctor.dns_records import check_ptr
from digest.operations.doctor.findings import Check, Verdict
from digest.operations.operator_mail import mail_operator

if TYPE_CHECKING:
    import dns.resolver

PATIENCE = 120.0  # seconds until a mail that was sent must have arrived
_PAUSE = 2.0
_RESULT = re.compile(r"\b(dkim|spf|dmarc)=(\w+)")
_HANDED_OVER = re.compile(r"^\s*from\s.*?\[(?:IPv6:)?([0-9A-Fa-f.:]+)\]", re.DOTALL)


def send_one(
    app: App,
    mailbox: Path | None,
    *,
    wait: Callable[[float], None],
    resolver: Callable[[], dns.resolver.Resolver] | None = None,
) -> Iterator[Check]:
    """Send the operator a mail as a run sends its own; with their mailbox, read it back.

    mailbox: the Maildir or mbox file in which it arrives. wait: lets some seconds pass.
    """
    operator = app.settings.newsletter.operator
    if not operator:
        said = "newsletter.operator is not set: to whom?"
        yield Check("test mail", "error", said)
        return
    try:
        box = _Mailbox.now(mailbox) if mailbox else None
    except DumpError as error:
        yield Check("read back", "error", str(error))
        return
    mark = app.sending_parts.message_id().strip("<>").partition("@")[0]
    text = (
        "`digest doctor` sent this by the way that all mails take.\n\n"
        "Look at its headers: Authentication-Results should say dkim=pass and spf=pass.\n\n"
        f"Mark: {mark}\n"
    )
    if trouble := mail_operator(app, "a test mail", text):
        yield Check("test mail", "error", f"to {operator}: {trouble}")
        return
    yield Check("test mail", "ok", f"to {operator}: the relay took it")
    if box is None:
        return
    arrived = box.awaited(mark, wait)
    if arrived is None:
        said = f"it has not come to {mailbox} within {PATIENCE:.0f} s; look in the relay's log"
        yield Check("read back", "error", said)
        return
    yield _authenticated(arrived)
    address = _handed_over_by(arrived)
    if address and resolver:
        yield check_ptr(resolver(), address)


@dataclass(frozen=True, slots=True)
class _Mailbox:
    """A Maildir or mbox file, of which only what comes from now on is read."""

    path: Path
    before: frozenset[str]  # the Maildir's files
    octets: int  # of the mbox file

    @classmethod
    def now(cls, path: Path) -> _Mailbox:
        """Raises DumpError when it is neither."""
        if (path / "cur").is_dir():
            return cls(path, frozenset(each.name for each in _files(path)), 0)
        if path.is_file():
            return cls(path, frozenset(), path.stat().st_size)
        raise DumpError("neither a Maildir nor an mbox file", path=path)

    def arrived(self) -> Iterator[bytes]:
        """Yield the mails that have come since."""
        if self.path.is_dir():
            yield from (each.read_bytes() for each in _files(self.path, self.before))
            return
        with self.path.open("rb") as file:
            file.seek(self.octets)
            yield from re.split(rb"(?m)^From .*\n", file.read())

    def awaited(self, mark: str, wait: Callable[[float], None]) -> Message | None:
        """Return the mail that holds a mark, once it is there."""
        for _ in range(int(PATIENCE / _PAUSE)):
            found = next((raw for raw in self.arrived() if mark.encode() in raw), None)
            if found is not None:
                return message_from_bytes(found)
            wait(_PAUSE)
        return None


def _files(maildir: Path, without: Collection[str] = ()) -> list[Path]:
    found = [*(maildir / "new").glob("*"), *(maildir / "cur").glob("*")]
    return [each for each in found if each.name not in without]


def _authenticated(arrived: Message) -> Check:
    """Say what the receiving server found; the topmost header is its own (RFC 8601, 5)."""
    told = " ".join(str(arrived.get("Authentication-Results", "")).split())
    if not told:
        said = "it arrived; the receiving server wrote no Authentication-Results"
        return Check("read back", "warning", said)
    results = dict(_RESULT.findall(told))
    verdict: Verdict = "ok"
    if results.get("dkim") != "pass" and results.get("spf") != "pass":
        verdict = "error"
    elif set(results.values()) != {"pass"}:
        verdict = "warning"
    return Check("read back", verdict, f"it arrived; {told}")


def _handed_over_by(arrived: Message) -> str:
    """Return the public address that handed the mail to the receiving server; else nothing."""
    for line in arrived.get_all("Received", []):
        found = _HANDED_OVER.match(str(line))
        try:
            if found and ip_address(found[1]).is_global:
                return found[1]
        except ValueError:
            continue
    return ""
