"""Units in TeX, links in titles, and the spaces that only end a macro's name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.dumps import formats
from digest.dumps.tex import to_unicode

_NOW = datetime(2026, 1, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (r"a \si{\micro\meter} gap", "a µm gap"),
        (r"a \SI{5}{\micro\metre} gap", "a 5 µm gap"),
        (r"\SI{1.2e3}{\kilo\gram\per\second}", "1.2 × 10³ kg/s"),
        (r"\qty[per-mode=symbol]{3}{\meter\per\second\squared}", "3 m/s²"),
        (r"\unit{\square\meter} and \si{m.s^{-1}}", "m² and m.s⁻¹"),
        (r"$\SI{20}{\percent}$ of $5\,\si{\ohm}$", "20 % of 5 Ω"),
        (r"\SI{30}{\degree} and \SI{30}{\celsius}", "30° and 30 °C"),
        (r"\SI{3}{\furlong} long", "3 furlong long"),
        (r"$\langle x\rangle$ and $\left\langle a,b \right\rangle$", "⟨x⟩ and ⟨a,b⟩"),
        (r"$\lfloor x \rfloor$", "⌊x⌋"),
        (r"$B\to K$ or $B \to K$", "B→K or B → K"),
        (r"$a\le b$ and $a \le b$", "a≤b and a ≤ b"),
    ],
)
@pytest.mark.parametrize("source", ["bibtex", "plain"])
def test_quantities_and_formulas_read_as_printed(source: str, told: str, shown: str) -> None:
    assert to_unicode(told, source="bibtex" if source == "bibtex" else "plain") == shown


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (r"\href{https://a.example/x}{Ponds} at Rest", "Ponds at Rest"),
        (r"\href{https://a.example/x}{The {DNA} of Ponds}", "The DNA of Ponds"),
        (r"Ponds \href {https://a.example/x\_y} {\emph{at} Rest}", "Ponds at Rest"),
    ],
)
def test_a_title_is_without_the_address_that_it_leads_to(title: str, shown: str) -> None:
    dump = formats.read(f"@misc{{a, title={{{title}}}}}".encode(), now=_NOW)
    assert [record.title for record in dump.records] == [shown]
