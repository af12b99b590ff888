"""TeX → Unicode: what becomes of it, and what must stay."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.dumps.tex import to_unicode
from tests.dumps.pages import parse

CONVERTED = {
    r"est\'an dise\~nados por G\"odel": "están diseñados por Gödel",
    r"Erd\H{o}s, \c{c}a, na\"{\i}ve, \v{C}ech, S\o ren": "Erdős, ça, naïve, Čech, Søren",
    r"20\% of A \& B": "20% of A & B",
    r"\O{} {\O}ster, \textgreater{} 5 and Gru\ss{} an alle": "Ø Øster, > 5 and Gruß an alle",
    r"Ket\-tle VM\@. A-\kern-1pt B and \hskip 2pt C": "Kettle VM. A-B and C",
    r"\rlap{Lid} on": "Lid on",
    r"Dust at 3\farcs2, 2\farcm1, 1\fdg3 and 5\arcsec, 25\degr C": (
        "Dust at 3.″2, 2.′1, 1.°3 and 5″, 25°C"
    ),
    r"\ion{Fe}{ii}, [\ion{O}{3}] at $M_\sun$, \S 5": "Fe II, [O III] at M_⊙, §5",
    r"$\mathcal{O}(n \log n)$ for $\alpha$-stable": "𝒪(n log n) for α-stable",
    r"10$\times$ for $\sim$5k, H$_2$O and Net$^2$V": "10× for ∼5k, H₂O and Net²V",
    r"$1, \ldots, n$, $\Delta$E and $5\%$ \textless": "1, …, n, ΔE and 5% <",
    r"\textbf{L}azy and {\it model size}": "Lazy and model size",
    r"{\it\HB} and \eg, Krizhevsky \etal": "HB and e.g., Krizhevsky et al.",
    "mathcal{O}(d^k)": "𝒪(dᵏ)",
    "text rightarrow image": "text → image",
    "at most varepsilon from": "at most ε from",
    "sigmaleft( sum_j mathcal W_{ij} uright)": "σ( ∑ⱼ 𝒲ᵢⱼ u)",
    "Obigl(NKD^3bigr) steps": "O(NKD³) steps",
    "SNRgeOmegaleft(K^{1/2}right), so": "SNR≥Ω(K^(1/2)), so",
    "the L_2^2-loss and ell_1 norm": "the L₂²-loss and ℓ₁ norm",
    "where p : R^d rightarrow R": "where p : Rᵈ → R",
    "when m gg n and h = g circ p": "when m ≫ n and h = g ∘ p",
    "(epsilon=8{255}) and": "(ε=8/255) and",
    "epsilon in (0,1), both": "ε ∈ (0,1), both",
    "y = beta^{*top} x +xi with": "y = β*ᵀ x +ξ with",
    "rate {|{mathcal S}|}/{n} free": "rate |𝒮|/n free",
    "R^n times { pm 1}, whose": "Rⁿ × { ± 1}, whose",
    "up to 3times faster, sim10%": "up to 3× faster, ∼10%",
    "a ``low-quality'' word": "a “low-quality” word",
    "at https://a.org/x{https://a.org/x}.": "at https://a.org/x.",
    "at https://a.org/x_1_y{this http url}": "at https://a.org/x_1_y (this http url)",
    r"\href{https://a.org}{our page} and \url{https://b.org/a_b}": (
        "our page (https://a.org) and https://b.org/a_b"
    ),
}
UNCHANGED = [
    "the words alpha, beta or delta alone in prose stay, as in TGF beta and alpha-beta pruning",
    "from left to right (left), 3 times in a row, at 5 pm 3 days later, in time",
    "gpt_4_turbo, snake_case, file_name_2.py, p_value, __init__ and x_ij",
    "100% of A & B cost $5 ~ #1 _x_, between $5 and $10 or $5M-$10M, US$200",
    "see https://github.com/a_b/c_d_1^2 and {name} or {0, 1}",
    "a star at the top of the sum, max 3 stars, C++ and C# and k-means++",
    "the generalization -- two notions --- of A* search",
    "A \x00 NUL and a lone } brace { and ^ caret",
]


@pytest.mark.parametrize(("source", "shown"), CONVERTED.items(), ids=range(len(CONVERTED)))
def test_tex_is_shown_as_unicode(source: str, shown: str) -> None:
    assert to_unicode(source) == shown
    assert to_unicode(shown) == shown


@pytest.mark.parametrize("text", UNCHANGED)
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert to_unicode(text) == text


@pytest.mark.shared
def test_no_word_of_the_real_dumps_disappears(shared: Path) -> None:
    """A word is a run of four or more letters or digits that no sign of TeX touches."""
    lost = []
    for path in sorted((shared / "dumps").glob("*.txt")):
        for record in parse(path.read_bytes()).records:
            shown = f"{record.title} {record.abstract}"
            words = set(re.findall(r"\w+", shown))
            for word in re.findall(
                r"(?:(?<=\s)|^)[A-Za-z0-9-]{4,}(?=[\s,.;:)]|$)",
                f"{record.source_title}\n{record.source_abstract}",
            ):
                if not set(re.findall(r"\w+", word)) <= words:
                    lost.append(word)
    allowed = re.compile(
        r"(var)?epsilon|mathcal|rightarrow|alpha|circ|times|widetilde|\d*times|sim\d"
    )
    assert [word for word in lost if not allowed.fullmatch(word)] == []


@pytest.mark.shared
def test_the_real_dumps_keep_no_tex_that_we_know(shared: Path) -> None:
    for path in sorted((shared / "dumps").glob("*.txt")):
        for record in parse(path.read_bytes()).records:
            left = re.findall(r"\\\w+|mathcal|varepsilon|rightarrow|left\(|bigl", record.abstract)
            assert left == []


ORDINARY = """alpha beta in to times left right top star in the of model and learning Delta 3 a
network, (max) sum: language. per-sample 50% $5 & # ~"""


@given(st.lists(st.sampled_from(sorted(ORDINARY.split()))))
@settings(max_examples=200)
def test_prose_is_untouched_whatever_words_follow_each_other(words: list[str]) -> None:
    # One operand pair would make `a times 3` a product: numbers and letters stand apart here.
    text = " and ".join(words)
    assert to_unicode(text) == text


@given(st.text(alphabet="ab xyO12^_{}\\$()|/.,'`\"=<>~%&#é∑", max_size=60))
@settings(max_examples=300)
def test_no_text_makes_it_fail(text: str) -> None:
    assert isinstance(to_unicode(text), str)


@given(st.text(max_size=80))
@settings(max_examples=200)
def test_words_survive_in_any_text(text: str) -> None:
    shown = to_unicode(f"Before {text} afterwards")
    assert "Before" in shown
    assert "afterwards" in shown


@pytest.mark.parametrize(
    "piece", ["{", "}", "\\", "^", "_", "$", "{^", "\\frac{", "x_", "``", "left("]
)
def test_hostile_repetition_takes_no_time(piece: str) -> None:
    started = time.process_time()
    to_unicode(piece * (20_000 // len(piece)))
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (r"$m_{\nu_e}$", "m_(νₑ)"),
        (r"$E_{\gamma_1}$", "E_(γ₁)"),
        (r"$x_{i_j}$", "x_(iⱼ)"),
        (r"$\Lambda_{\mathrm{QCD}}$", "Λ_QCD"),
        (r"$x_i$", "xᵢ"),
    ],
)
def test_a_script_that_holds_scripts_is_told_from_what_follows_it(formula: str, shown: str) -> None:
    assert to_unicode(formula, source="plain") == shown
