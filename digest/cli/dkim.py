"""`digest dkim`: make the signing keys and see what belongs in the DNS."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.output import Json, objects, say
from digest.delivery.dkim import DkimKey, load_key, make_key
from digest.errors import SettingsError

app = typer.Typer(help="DKIM keys: make one, show its DNS record.", no_args_is_help=True)

Domain = Annotated[str, typer.Option("--domain", help="The domain of the sender's address.")]
Selector = Annotated[str, typer.Option("--selector", help="The key's name in the DNS, e.g. d2026.")]
KeyFile = Annotated[Path, typer.Option("--file", help="Where the private key is kept.")]


@app.command("keygen")
def keygen(
    domain: Domain,
    selector: Selector,
    file: KeyFile,
    ed25519: Annotated[bool, typer.Option("--ed25519", help="Ed25519 beside RSA.")] = False,
    json: Json = False,
) -> None:
    """Make a private key, readable by you only, and print the DNS record to publish.

    To rotate: make a key under a new selector, publish its record, then name it in
    settings.toml. Leave the old record in the DNS for a week: mails on their way need it.
    """
    _refuse_odd_names(domain, selector)
    kind = "ed25519" if ed25519 else "rsa"
    _show(make_key(file, domain=domain, selector=selector, kind=kind), json)


@app.command("show")
def show_key(domain: Domain, selector: Selector, file: KeyFile, json: Json = False) -> None:
    """Print the DNS record of a key that exists."""
    _refuse_odd_names(domain, selector)
    _show(load_key(file, domain=domain, selector=selector), json)


def _show(key: DkimKey, json: bool) -> None:
    if json:
        objects([{"name": key.record_name, "type": "TXT", "record": key.record}])
        return
    parts = [key.record[at : at + 250] for at in range(0, len(key.record), 250)]
    quoted = " ".join(f'"{part}"' for part in parts)  # a TXT string ends at 255 octets
    say(f"{key.record_name}. IN TXT ( {quoted} )")


def _refuse_odd_names(domain: str, selector: str) -> None:
    for name, value in (("--domain", domain), ("--selector", selector)):
        labels = value.split(".")
        if not all(label and label.replace("-", "a").isalnum() for label in labels):
            raise SettingsError(f"{name} {value!r} is no DNS name: letters, digits, - and dots")
