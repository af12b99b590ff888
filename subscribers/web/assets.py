"""The style sheet and the script: read once, served from memory, addressed by their content."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_KINDS |= {".svg": "image/svg+xml"}


class Accents(Protocol):
    """Where the colours come from."""

    @property
    def accent(self) -> str:
        """By day, `#rrggbb`."""

    @property
    def accent_dark(self) -> str:
        """By night."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file."""

    body: bytes
    kind: str  # media type
    tag: str  # changes with the body


@dataclass(frozen=True, slots=True)
class Assets:
    """All of them, by name."""

    files: dict[str, Asset]

    def address(self, name: str) -> str:
        """The path of an asset, to be kept by browsers for ever."""
        return f"/static/{name}?v={self.files[name].tag}"


def load(folder: Path, colours: Accents) -> Assets:
    """Read the folder; the operator's colours are written into the style sheet."""
    files = {}
    for path in sorted(folder.iterdir()):
        if path.suffix not in _KINDS:
            continue
        body = path.read_bytes()
        if path.suffix == ".css":
            body = body.replace(b"#a3341f", colours.accent.encode())
            body = body.replace(b"#e28470", colours.accent_dark.encode())
        files[path.name] = Asset(body, _KINDS[path.suffix], sha256(body).hexdigest()[:12])
    return Assets(files)
