"""Every error that digest raises on purpose.

    DigestError
    ├── SettingsError      a setting is unknown, malformed or contradicts another
    ├── DumpError          a file is no dump that we can read           (ValueError)
    │   └── SourceRefused  it is a service's own refusal, in its words
    ├── StoreError         the store cannot be used
    │   ├── StoreBusy      somebody else holds the lock                 (TimeoutError)
    │   ├── StoreFull      the disk or the quota is full                (OSError)
    │   └── StoreTooNew    written by a newer digest
    ├── NotFound           no such edition, subscriber or paper         (LookupError)
    ├── TemplateError      a template is broken; names file and line    (ValueError)
    ├── DeliveryError      the mails cannot leave (a set-up problem, not one recipient's)
    │   └── OlderStore     the store may not know what was sent
    └── ModelError         a model is missing or is not the pinned one

What concerns one recipient, one paper or one line is never an exception: it is a value with
its reason (a rejection, an outcome, a suppression). The front desk has its own small tree in
`subscribers.errors`.
"""

from __future__ import annotations

import sys
from pathlib import Path


class DigestError(Exception):
    """Something the operator can put right; its text says what and how."""


class SettingsError(DigestError, ValueError):
    """A setting is unknown, malformed or contradicts another."""


class DumpError(DigestError, ValueError):
    """A file is no dump that we can read."""

    def __init__(
        self, reason: str, *, path: Path | str | None = None, line: int | None = None
    ) -> None:
        self.reason = reason
        self.path = path
        self.line = line
        where = ": ".join(str(x) for x in (path, line and f"line {line}") if x)
        super().__init__(f"{where}: {reason}" if where else reason)


class SourceRefused(DumpError):
    """It is no dump but a service's own refusal; `reason` has its words."""


class StoreError(DigestError):
    """The store cannot be used."""


class StoreBusy(StoreError, TimeoutError):
    """Somebody else holds the store's lock."""


class StoreFull(StoreError, OSError):
    """The disk or the quota is full."""


class StoreTooNew(StoreError):
    """The store was written by a newer digest."""


class NotFound(DigestError, LookupError):
    """There is no such edition, subscriber or paper."""


class TemplateError(DigestError, ValueError):
    """A template is broken."""

    def __init__(self, reason: str, *, template: str, line: int | None = None) -> None:
        self.reason = reason
        self.template = template
        self.line = line
        super().__init__(f"{template}{f', line {line}' if line else ''}: {reason}")


class DeliveryError(DigestError):
    """The mails cannot leave: a set-up problem, not one recipient's."""


class OlderStore(DeliveryError):
    """The store may be older than what was sent: somebody has to say what becomes of that."""


class ModelError(DigestError):
    """A model is missing, or is not the one whose hash is pinned."""


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count as an operator reads it: 1 paper, 2 papers."""
    return f"{count} {noun}" if count == 1 else f"{count} {plural or noun + 's'}"


def how_to_add(package: str, extra: str) -> str:
    """Return what to do about a package that is missing, as it was left out of the installation.

    Args:
        package: its name.
        extra: of pyproject.toml's optional dependencies.
    """
    return (
        f"{package} is missing: in the folder that digest was installed from, run"
        f" {sys.executable} -m pip install -c constraints.txt -e '.[{extra}]'"
    )
