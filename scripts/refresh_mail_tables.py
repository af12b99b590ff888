"""Make digest/composing/data/caniemail.json and mjml.json anew from the npm packages (both MIT).

    python scripts/refresh_mail_tables.py        # needs node and npm; writes the two files

caniemail.json says which mail clients support which HTML and CSS; mjml.json lists MJML's
elements and attributes (version 4, which mjml-python follows). `digest lint` reads both.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "digest" / "composing" / "data"
PACKAGES = ("caniemail@2", "mjml@4")
CLIENTS = ("gmail", "apple-mail", "outlook", "yahoo")

# Components keep their attributes on the class; these four are known to the parser only.
LIST_ELEMENTS = """
const core = require('mjml-core'); require('mjml');
const found = {'mjml': {lang: 'string', dir: 'string', owa: 'string'}, 'mj-all': null,
               'mj-class': null, 'mj-include': {path: 'string', type: 'string'}};
const ending = [];
for (const [name, component] of Object.entries(core.components)) {
  found[name] = component.allowedAttributes || {};
  if (component.endingTag) ending.push(name);
}
console.log(JSON.stringify({version: require('mjml/package.json').version, elements: found,
                            ending}));
"""


def main() -> None:
    """Fetch both packages into a throw-away folder and write the tables."""
    with tempfile.TemporaryDirectory() as folder:
        _run(["npm", "init", "-y"], folder)
        _run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", *PACKAGES], folder)
        source = Path(folder, "node_modules/caniemail/data/caniemail.json").read_text("utf-8")
        _write("caniemail.json", support(json.loads(source)))
        elements: dict[str, Any] = json.loads(_run(["node", "-e", LIST_ELEMENTS], folder))
        elements["everywhere"] = ["css-class", "mj-class"]
        _write("mjml.json", elements)


def support(source: dict[str, Any]) -> dict[str, Any]:
    """Return one letter a feature and client, of the newest version tested.

    y: supported, a: partly, n: not, u: unknown.
    """
    platforms = sorted(
        {
            f"{client} {platform}"
            for feature in source["data"]
            for client in CLIENTS
            for platform in feature["stats"].get(client, {})
        }
    )
    features = {}
    for feature in source["data"]:
        if feature["category"] in ("css", "html"):
            letters = [_newest(feature["stats"], *name.split(" ")) for name in platforms]
            features[feature["slug"]] = "".join(letters)
    date = source["last_update_date"][:10]
    return {"date": date, "licence": "MIT", "clients": platforms, "features": features}


def _newest(stats: dict[str, Any], client: str, platform: str) -> str:
    versions = stats.get(client, {}).get(platform, {})
    return str(list(versions.values())[-1])[0].lower() if versions else "u"


def _run(command: list[str], folder: str) -> str:
    return subprocess.run(  # noqa: S603 - fixed commands
        command, cwd=folder, check=True, capture_output=True, text=True
    ).stdout


def _write(name: str, table: dict[str, Any]) -> None:
    text = json.dumps(table, indent=0, ensure_ascii=True, sort_keys=False)
    (DATA / name).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
