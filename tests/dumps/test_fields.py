"""Markup in titles, as publishers give it to Crossref and others take it from there."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from digest.dumps import formats
from digest.dumps.fields import without_markup

_NOW = datetime(2026, 3, 4, tzinfo=UTC)
_H2 = (
    '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML" display="inline"><mml:msub>'
    "<mml:mi>H</mml:mi><mml:mn>2</mml:mn></mml:msub></mml:math>"
)
_TEX = (
    r"\\documentclass[12pt]{minimal}\\usepackage{amsmath}\\begin{document}$$H_2$$\\end{document}"
).replace("\\\\", "\\")
TITLES = {
    f"Ponds of {_H2} and moss": "Ponds of H2 and moss",
    "<i>E. coli</i> &amp; <scp>DNA</scp>": "E. coli & DNA",
    "A <jats:italic>moss</jats:italic> &lt;i&gt;x&lt;/i&gt;": "A moss x",
    '<inline-formula><tex-math notation="LaTeX">x</tex-math></inline-formula>-ponds': "x-ponds",
    f"<jats:alternatives><jats:tex-math>{_TEX}</jats:tex-math>{_H2}</jats:alternatives>": "$$H_2$$",
    '<named-content content-type="genus">Moss</named-content> and <font color="red">red</font>': (
        "Moss and red"
    ),
    "if a<b and c>d": "if a<b and c>d",
    "where a &lt; b &gt; c": "where a < b > c",
    "a map from <X> to <Y>": "a map from <X> to <Y>",
}


@pytest.mark.parametrize("told", TITLES)
def test_a_titles_markup_is_read(told: str) -> None:
    assert without_markup(told) == TITLES[told]


@pytest.mark.parametrize("form", ["crossref", "ris", "bibtex"])
def test_every_format_reads_it(form: str) -> None:
    told = [title for title in TITLES if "documentclass" not in title and "c>d" not in title]
    text = {
        "crossref": json.dumps(
            {"message": {"items": [{"title": [t], "type": "journal-article"} for t in told]}}
        ),
        "ris": "".join(f"TY  - JOUR\nTI  - {title}\nER  - \n" for title in told),
        "bibtex": "\n".join(f"@misc{{a{n}, title={{{t}}}}}" for n, t in enumerate(told)),
    }[form]
    found = [record.title for record in formats.read(text.encode(), now=_NOW).records]
    assert found == [TITLES[title] for title in told]
