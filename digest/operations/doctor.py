"""What is set up, what is missing, and what would stop mail from leaving. Reads, never changes."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.app.data_folder import PRIVATE_FOLDERS, STORE_FILES
from digest.delivery.epoch import Epoch, EpochFile
from digest.delivery.letterhead import return_path_of, sender_domain
from digest.delivery.loopback import is_loopback
from digest.delivery.prerequisites import check_sending
from digest.delivery.relay_check import try_relay
from digest.errors import DeliveryError, DigestError, SettingsError
from digest.operations.doctor_model import check_model
from digest.operations.findings import Check, Verdict
from digest.private_files import is_open_to_others
from digest.settings import Settings, secret_of
from digest.storage.database import open_database, sqlite_url
from digest.storage.epoch import EpochStore
from digest.storage.migrate import is_newest, schema_version
from digest.storage.subscribers import SqlSubscriberStore
from subscribers.tokens import MIN_KEY_BYTES

if TYPE_CHECKING:
    import dns.resolver

_LITTLE_ROOM = 500_000_000  # octets free on the data folder's disk
_NO_ROOM = 50_000_000


def check_up(
    settings: Settings,
    data: Path,
    *,
    clock: Callable[[], datetime],
    resolver: Callable[[], dns.resolver.Resolver] | None,
) -> list[Check]:
    """Return what a check-up of a digest finds.

    With a resolver it also asks the network: it logs in at the relay, and looks into the DNS.
    """
    from digest.composing.issue_composer import build_renderers  # noqa: PLC0415 - to look at, as below
    from digest.dumps import formats  # noqa: PLC0415 - all of them

    probes: dict[str, Callable[[], str]] = {
        "store": lambda: _store(settings, data),
        "templates": lambda: (
            f"{len(build_renderers(settings).templates.names())} templates compile"
        ),
        "formats": lambda: ", ".join(each.name for each in formats.all_formats()),
    }
    if settings.store.url or (data / "digest.db").exists():
        probes["epoch"] = lambda: _epoch(settings, data)
    away = settings.delivery.transport == "smtp"
    if away and resolver is not None:
        probes["smtp"] = lambda: _relay(settings, data, clock)
    found = [
        *examine(settings, data, probes),
        *check_model(settings),
        *_readers_and_papers(settings, data),
    ]
    if away:
        found += _signing(settings, resolver)
    return found


def _relay(settings: Settings, data: Path, clock: Callable[[], datetime]) -> str:
    from digest.app.sending import relay_of  # noqa: PLC0415 - only for mail that leaves

    try:
        return try_relay(relay_of(settings, data, clock))
    except EOFError as error:
        raise DeliveryError(f"the relay hangs up: {error}") from None


def _signing(
    settings: Settings, resolver: Callable[[], dns.resolver.Resolver] | None
) -> Iterator[Check]:
    """Look at the keys that sign, and at what the DNS says of them and of the sender."""
    from digest.app.sending import build_keys  # noqa: PLC0415 - only for mail that leaves
    from digest.operations.doctor_dns import check_dns  # noqa: PLC0415 - only for mail that leaves

    try:
        keys = build_keys(settings).signing
    except DigestError as error:
        yield Check("dkim", "error", str(error))
        return
    if keys:
        names = ", ".join(f"{key.selector} of {key.domain}" for key in keys)
        yield Check("dkim", "ok", f"signs with {names}")
    elif not is_loopback(settings.delivery.smtp.host):
        said = "mails are not signed here; either the relay signs, or set delivery.dkim"
        yield Check("dkim", "warning", said)
    if resolver is None or is_loopback(settings.delivery.smtp.host):
        return
    bounces = return_path_of(settings).rpartition("@")[2]
    yield from check_dns(resolver(), list(keys), sender_domain(settings), bounces)


def _readers_and_papers(settings: Settings, data: Path) -> Iterator[Check]:
    """Say what a run would find nobody or nothing for."""
    if not settings.sources and not any((data / settings.dumps.inbox).glob("*")):
        yield Check(
            "sources",
            "warning",
            f"none is set and {data / settings.dumps.inbox} is empty: papers come by"
            " `digest ingest` alone",
        )
    if settings.store.url or not (data / "digest.db").exists():
        return
    database = open_database(sqlite_url(data / "digest.db"))
    try:
        if not is_newest(database):
            return
        active = SqlSubscriberStore(database).count("active")
    finally:
        database.close()
    if active:
        yield Check("readers", "ok", f"{active} get mail")
    else:
        said = "nobody has a confirmed subscription: `digest subscribers add`, or open the pages"
        yield Check("readers", "warning", said)


def _store(settings: Settings, data: Path) -> str:
    path = data / "digest.db"
    if not settings.store.url and not path.exists():
        return f"will be made at first use: {path}"
    database = open_database(settings.store.url or sqlite_url(path))
    try:
        return f"schema {schema_version(database) or 'empty: will be made at first use'}"
    finally:
        database.close()


def _epoch(settings: Settings, data: Path) -> str:
    database = open_database(settings.store.url or sqlite_url(data / "digest.db"))
    try:
        if not is_newest(database):
            return "told once the store is brought to this version's schema"
        file = EpochFile(settings.store.epoch_file or data / "epoch")
        Epoch(file, EpochStore(database), database.one_machine).check()
        return f"the store knows all that was sent: {EpochStore(database).get().number} turns"
    finally:
        database.close()


def examine(settings: Settings, data: Path, probes: dict[str, Callable[[], str]]) -> list[Check]:
    """Return what a check-up finds; `probes` touch the real things and return what they saw."""
    looked: list[Check | None] = [
        _data_folder(data),
        _room(data),
        *_private(settings, data),
        _network_disk(settings, data),
        _sending(settings, data),
        _return_path(settings),
        _unsubscribing(settings),
        _https(settings),
        _secret(settings, data),
        _trial(settings),
        *(_probed(name, probe) for name, probe in probes.items()),
    ]
    return [finding for finding in looked if finding is not None]


def _probed(name: str, probe: Callable[[], str]) -> Check:
    try:
        return Check(name, "ok", probe())
    except DigestError as error:
        return Check(name, "error", str(error))
    except OSError as error:
        return Check(name, "error", f"{error.strerror or error}")


def _data_folder(data: Path) -> Check:
    if not data.exists():
        return Check("data folder", "warning", f"{data} is not there yet; `digest init` makes it")
    if not os.access(data, os.W_OK | os.X_OK):
        return Check(
            "data folder",
            "error",
            f"{data} cannot be written to; its owner and permissions must let you write there",
        )
    return Check("data folder", "ok", str(data))


def _room(data: Path) -> Check | None:
    """Name a disk that is nearly full: a store that cannot write stops everything."""
    if not data.exists():
        return None
    free = shutil.disk_usage(data).free
    if free >= _LITTLE_ROOM:
        return None
    verdict: Verdict = "error" if free < _NO_ROOM else "warning"
    return Check("disk space", verdict, f"{free // 1_000_000} MB are free where {data} lies")


def _private(settings: Settings, data: Path) -> list[Check]:
    """Name what others can read; opening the store closes what is ours to close."""
    names = [*PRIVATE_FOLDERS, *(() if settings.store.url else STORE_FILES)]
    found = [data / name for name in names if is_open_to_others(data / name)]
    return [
        Check(
            "private files",
            "error",
            f"others can read {path}: chmod {'700' if path.is_dir() else '600'} {path}",
        )
        for path in found
    ]


# What `mount` calls file systems of other machines: SQLite's WAL needs shared memory, and locks
# that work (https://www.sqlite.org/wal.html#overview, and faq.html#q5).
_NETWORKED = re.compile(
    r"nfs4?|cifs|smb[23]?|smbfs|afs|9p|ceph|glusterfs|lustre|gpfs|beegfs|ncpfs|davfs2?|webdav"
    r"|fuse\.(sshfs|glusterfs|ceph|s3fs|rclone|davfs|gcsfuse|smbnetfs|mergerfs)|virtiofs|orangefs"
)


def _network_disk(
    settings: Settings, data: Path, mounts: Path = Path("/proc/self/mounts")
) -> Check | None:
    if settings.store.url or not mounts.exists():
        return None
    kind = file_system(data.absolute(), mounts.read_text(encoding="utf-8", errors="replace"))
    if not _NETWORKED.fullmatch(kind):
        return None
    return Check(
        "disk",
        "error",
        f"{data} lies on a network file system ({kind}), where SQLite can lose what was written;"
        " move the data folder to a disk of this machine, or set store.url to a PostgreSQL server",
    )


def file_system(path: Path, mounts: str) -> str:
    """Return the type of the file system that a path lies on, by a text like /proc/self/mounts."""
    best, found = -1, ""
    for line in mounts.splitlines():
        _, where, kind, *_ = (*line.split(" "), "", "", "")
        where = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), where)
        if where and path.is_relative_to(where) and len(where) >= best:  # of equals, the last
            best, found = len(where), kind
    return found


def _sending(settings: Settings, data: Path) -> Check:
    delivery = settings.delivery
    if delivery.transport == "mailbox":
        return Check("delivery", "ok", f"to Maildirs below {data / 'mailbox'}")
    try:
        check_sending(settings, data)
    except SettingsError as error:
        return Check("delivery", "error", str(error))
    smtp = delivery.smtp
    return Check("delivery", "ok", f"by SMTP to {smtp.host}:{smtp.port}, {smtp.security}")


def _return_path(settings: Settings) -> Check | None:
    if settings.delivery.transport == "mailbox":
        return None
    base = return_path_of(settings)
    if not settings.delivery.verp:
        return Check("return path", "ok", f"{base} for all mails: a bounce names no delivery")
    local, _, domain = base.partition("@")
    return Check(
        "return path",
        "ok",
        f"{local}+tag@{domain}, another for each mail; a relay that admits one sender only needs"
        " delivery.verp = false",
    )


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


def _https(settings: Settings) -> Check | None:
    at = urlsplit(settings.newsletter.base_url)
    if at.scheme == "http" and not is_loopback(at.hostname or ""):
        return Check(
            "base_url",
            "warning",
            "newsletter.base_url is not https: mail programs show no unsubscribe button (RFC 8058)",
        )
    return None


def _secret(settings: Settings, data: Path) -> Check:
    web, made = settings.web, data / "secret.key"
    file = web.secret_key_file or (made if made.exists() else None)
    try:
        key = secret_of(web.secret_key, file, name="web.secret_key_file")
    except SettingsError as error:
        return Check("secret key", "error", str(error))
    if key is None:
        return Check("secret key", "ok", f"will be made at first use: {made}")
    in_file = file if web.secret_key is None else None
    if in_file and in_file.stat().st_mode & 0o077:
        return Check("secret key", "error", f"others can read {in_file}: chmod 600 {in_file}")
    if len(key.encode()) < MIN_KEY_BYTES:
        return Check(
            "secret key",
            "error",
            f"it has fewer than {MIN_KEY_BYTES} bytes, so that links could be forged",
        )
    return Check("secret key", "ok", str(made) if in_file == made else "set")


def _trial(settings: Settings) -> Check | None:
    if not settings.edition.only_to:
        return None
    listed = len(settings.edition.only_to)
    return Check(
        "trial", "warning", f"edition.only_to is set: mail goes to {listed} address(es) only"
    )
