"""Make docs/mail.png: a sample reader's issue from the sample papers, by day and by night.

python scripts/picture_of_a_mail.py        # needs Chromium
"""

from __future__ import annotations

import csv
from dataclasses import fields
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path

from digest.choosing.choose import choose
from digest.composing.branding import RenderSettings
from digest.composing.checks.specimen import SpecimenLinks
from digest.composing.compose import Recipient, Renderers, compose
from digest.composing.proofs.picture import take_picture
from digest.composing.proofs.preview_page import in_dark, in_light
from digest.composing.proofs.proof import Proof, proof
from digest.composing.templates import Templates
from digest.dumps.formats import read
from digest.papers import Paper
from digest.ranking.background import Background
from digest.ranking.index import Index
from subscribers.profile import parse

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
PAGE = """<html><head><title>x</title><style>
body {{ margin: 0; padding: 24px; background: #d9d3c7; display: flex; gap: 24px; }}
iframe {{ width: 420px; height: 1180px; border: 0; border-radius: 14px; }}
</style></head><body><iframe srcdoc="{light}"></iframe><iframe srcdoc="{dark}"></iframe></body>
</html>"""


def main() -> None:
    """Compose the first sample reader's issue and take its picture."""
    html = sample().html
    page = PAGE.format(light=escape(in_light(html)), dark=escape(in_dark(html)))
    take_picture(page, ROOT / "docs" / "mail.png", width=912)


def sample() -> Proof:
    """Return the issue that the first sample reader gets of the first sample day."""
    known = {field.name for field in fields(Paper)}
    dump = read((ROOT / "digest/samples/day-1.txt").read_bytes(), now=NOW)
    papers = [
        Paper(number, **{f.name: getattr(r, f.name) for f in fields(r) if f.name in known})
        for number, r in enumerate(dump.records, 1)
    ]
    with (ROOT / "digest/samples/readers.csv").open(encoding="utf-8") as rows:
        reader = next(csv.DictReader(rows))
    index = Index.build(papers, Background.empty().updated(papers))
    profile = parse(reader["keywords"])
    picks = choose(profile, index.rank([profile])[0], index)
    press = Renderers(RenderSettings(base_url="https://digest.example.org"),
                  Templates(ROOT / "templates/email"))  # fmt: skip
    issue = compose(
        Recipient(1, reader["email"], reader["name"]),
        press.edition(1, date(2026, 3, 2)),
        picks,
        {paper.id: paper for paper in papers},
        now=NOW,
        links=SpecimenLinks(),
    )
    return proof(issue)


if __name__ == "__main__":
    main()
