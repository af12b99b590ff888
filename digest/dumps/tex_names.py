"""The TeX names that abstracts use, and what each becomes.

pylatexenc's own table (840 names) answers for a backslash before any other name; these are the
names that we read differently, or must know when the page has eaten the backslash.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GREEK = dict(
    zip(
        """
        alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau
        upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
        """.split(),  # noqa: SIM905 -- thirty-four quoted names read worse
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ",
        strict=True,
    )
)

# Names that are TeX wherever they stand: no English word, no likely identifier.
ONLY_TEX = {
    "varepsilon": "ε",
    "varphi": "φ",
    "vartheta": "ϑ",
    "varrho": "ϱ",
    "varsigma": "ς",
    "rightarrow": "→",
    "leftarrow": "←",
    "Rightarrow": "⇒",
    "Leftarrow": "⇐",
    "leftrightarrow": "↔",
    "Leftrightarrow": "⇔",
    "longrightarrow": "⟶",
    "hookrightarrow": "↪",
    "mapsto": "↦",
    "leq": "≤",
    "geq": "≥",
    "neq": "≠",
    "leqslant": "≤",
    "geqslant": "≥",
    "lesssim": "≲",
    "gtrsim": "≳",
    "subseteq": "⊆",
    "supseteq": "⊇",
    "subsetneq": "⊊",
    "notin": "∉",
    "infty": "∞",
    "cdot": "·",
    "cdots": "⋯",
    "ldots": "…",
    "otimes": "⊗",
    "oplus": "⊕",
    "odot": "⊙",
    "ominus": "⊖",
    "langle": "⟨",
    "rangle": "⟩",
    "lfloor": "⌊",
    "rfloor": "⌋",
    "lceil": "⌈",
    "rceil": "⌉",
    "lVert": "‖",
    "rVert": "‖",
    "lvert": "|",
    "rvert": "|",
    "propto": "∝",
    "simeq": "≃",
    "triangleq": "≜",
    "coloneqq": "≔",
    "setminus": "∖",
    "emptyset": "∅",
    "varnothing": "∅",
    "hbar": "ħ",
    "qquad": " ",
}

# Names that may be something else: they count beside mathematics only.
OPERATORS = {
    "circ": "∘",
    "gg": "≫",
    "ll": "≪",
    "ge": "≥",
    "le": "≤",
    "ne": "≠",
    "sim": "∼",
    "approx": "≈",
    "equiv": "≡",
    "pm": "±",
    "mp": "∓",
    "cup": "∪",
    "cap": "∩",
    "times": "×",
    "subset": "⊂",
    "supset": "⊃",
    "mid": "|",
    "wedge": "∧",
    "vee": "∨",
    "perp": "⊥",
    "parallel": "∥",
    "to": "→",
    "in": "∈",
}
SIGNS = {
    "ell": "ℓ",
    "nabla": "∇",
    "partial": "∂",
    "forall": "∀",
    "exists": "∃",
    "sum": "∑",
    "prod": "∏",
    "int": "∫",
    "star": "*",
    "ast": "*",
    "top": "⊤",
    "bot": "⊥",
    "prime": "′",
    "dagger": "†",
    "dots": "…",
    "quad": " ",
    "Vert": "‖",
    "vert": "|",
}
# Of these, what a sentence may hold: converted only where a script or a set makes it certain.
ENGLISH = _words(
    """
    to in times star top prime partial sum int dots mid cup cap subset supset le ne sim
    approx parallel wedge forall exists equiv prod vert Vert dagger ast bot quad perp vee
    ge ll
    """
)
SYMBOLS = {**GREEK, **ONLY_TEX, **OPERATORS, **SIGNS}

SIZES = frozenset(
    side
    for size in ("", "big", "Big", "bigg", "Bigg")
    for side in (
        (size + "l", size + "r", size, size + "m") if size else ("left", "right", "middle")
    )
)
OPENING_SIZES = ("left", "bigl", "Bigl", "biggl", "Biggl")
CLOSING_SIZES = ("right", "bigr", "Bigr", "biggr", "Biggr")
ALPHABETS = {
    "mathcal": "SCRIPT",
    "mathscr": "SCRIPT",
    "mathbb": "DOUBLE-STRUCK",
    "mathfrak": "FRAKTUR",
}
FONTS = _words(
    """
    mathbf mathrm mathsf mathit mathtt mathnormal boldsymbol bm operatorname mathop text
    textbf textit textrm textsf texttt textsc textsl textmd textup textnormal emph
    underline mbox hbox fbox ensuremath url path nolinkurl uline enquote
    textsuperscript textsubscript section subsection paragraph title mathds pmb
    textnumero ce si num unit mkbibquote textquote footnote mathring lowercase uppercase
    MakeLowercase MakeUppercase mathchoice mathord mathrel mathbin rlap llap clap smash
    """
)
EATEN_FONTS = _words(
    """
    mathbf mathrm mathsf mathit mathtt boldsymbol operatorname textbf textit texttt textsc
    textrm emph textsuperscript textsubscript
    """
)
SWITCHES = _words(
    """
    it em bf rm sf tt sc sl cal itshape bfseries ttfamily scshape normalfont small large
    Large tiny footnotesize displaystyle textstyle scriptstyle noindent par limits
    nolimits protect centering newline linebreak smallskip medskip bigskip hfill xspace
    maketitle relax break nobreak unskip ignorespaces null strut sloppy upshape mdseries
    rmfamily sffamily scriptsize normalsize huge Huge LARGE
    """
)
ABBREVIATIONS = {
    "etal": "et al.", "eg": "e.g.", "ie": "i.e.", "cf": "cf.", "vs": "vs.", "wrt": "w.r.t.",
    "etc": "etc.", "aka": "a.k.a.", "resp": "resp.",
}  # fmt: skip
# Commands that show nothing, with their argument if they have one.
SILENT = _words(
    """
    label noopsort Noopsort NoopSort noop SortNoop sortnoop phantom hphantom vphantom hspace vspace
    color nocite index vskip hskip kern mskip mkern raise lower thispagestyle pagestyle
    """
)
LENGTHS = _words("vskip hskip kern mskip mkern raise lower")  # of them, those before a length
MARKS = {  # mathematics: name → combining character
    "hat": "\u0302",
    "widehat": "\u0302",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "bar": "\u0304",
    "overline": "\u0304",
    "vec": "\u20d7",
    "dot": "\u0307",
    "ddot": "\u0308",
    "acute": "\u0301",
    "grave": "\u0300",
    "check": "\u030c",
    "breve": "\u0306",
}
ACCENTS = {  # text: the character after the backslash → combining character
    "'": "\u0301",
    "`": "\u0300",
    "^": "\u0302",
    '"': "\u0308",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    "c": "\u0327",
    "v": "\u030c",
    "u": "\u0306",
    "H": "\u030b",
    "k": "\u0328",
    "r": "\u030a",
    "d": "\u0323",
    "b": "\u0331",
    "t": "\u0361",
}
LETTERS = {
    "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ",
    "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ",
    "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ",
    "textless": "<", "textgreater": ">", "textasciitilde": "~", "textasciicircum": "^",
    "textbackslash": "\\", "textbar": "|", "textunderscore": "_", "textdollar": "$",
    "textquotesingle": "'", "textendash": "–", "textemdash": "—", "textbullet": "•",
    "textdegree": "°", "textmu": "µ", "textellipsis": "…", "texttimes": "×", "textpm": "±",
    "textbraceleft": "{", "textbraceright": "}", "textasciigrave": "`",
    "textquotedbl": '"', "slash": "/", "lbrace": "{", "rbrace": "}",
    "textquoteleft": "‘", "textquoteright": "’", "lq": "‘", "rq": "’",
    "textquotedblleft": "“", "textquotedblright": "”", "guillemotleft": "«",
    "guillemotright": "»", "textexclamdown": "¡", "textquestiondown": "¿", "textregistered": "®",
    "texttrademark": "™", "textcopyright": "©", "copyright": "©", "pounds": "£",
    "textsterling": "£", "texteuro": "€", "euro": "€", "dag": "†", "ddag": "‡",
    "textasteriskcentered": "*", "textperiodcentered": "·", "textcelsius": "°C",
    "celsius": "°C", "degreeCelsius": "°C", "degree": "°", "textohm": "Ω", "textperthousand": "‰",
    "TeX": "TeX", "LaTeX": "LaTeX", "LaTeXe": "LaTeX2e", "BibTeX": "BibTeX", "XeTeX": "XeTeX",
    # Astronomers' (AASTeX, A&A): 3\farcs2 is 3.″2.
    "arcsec": "″", "arcmin": "′", "degr": "°", "farcs": ".″", "farcm": ".′", "fdg": ".°",
    "fd": ".ᵈ", "fh": ".ʰ", "fm": ".ᵐ", "fs": ".ˢ", "micron": "µm", "sun": "⊙", "earth": "⊕",
    "S": "§",
    "textminus": "−", "textprime": "′", "textsection": "§", "textonehalf": "½", "colon": ": ",
}  # fmt: skip
FUNCTIONS = _words(
    """
    log ln exp max min sup inf lim limsup liminf det dim deg ker sin cos tan sinh cosh
    tanh arcsin arccos arctan arg argmax argmin Pr gcd mod bmod poly polylog sign sgn diag
    tr rank Var softmax
    """
)
STRUCTURES = frozenset({*ALPHABETS, *MARKS, "frac", "dfrac", "tfrac", "sqrt"})
ONE_ARGUMENT = frozenset({*ALPHABETS, *FONTS, *MARKS})


def fraction(top: str, bottom: str) -> str:
    """Return a fraction on one line: `(a + b)/c`."""
    return f"{_delimited(top)}/{_delimited(bottom)}"


def _delimited(content: str) -> str:
    """Return content in parentheses unless it is one thing already."""
    content = content.strip()
    one = re.fullmatch(r"[^+=\s-]*\||\w[\w′*]*|[\d.,]+|\w+\([^()]*\)|\([^()]*\)", content)
    return content if one or len(content) == 1 else f"({content})"


def _above(over: str, base: str) -> str:
    return base + (raised(over) or f"({over})")


def _below(under: str, base: str) -> str:
    return base + (lowered(under) or f"_({under})")


def _ion(element: str, state: str) -> str:
    """Return an ion as astronomers write it: `\\ion{Fe}{ii}` and `\\ion{Fe}{2}` are Fe II."""
    romans = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
    if state.isdecimal() and int(state) < len(romans):
        state = romans[int(state)]
    return f"{element} {state.upper()}"


TWO_ARGUMENTS: Mapping[str, Callable[[str, str], str]] = {
    **dict.fromkeys(("frac", "dfrac", "tfrac", "nicefrac", "sfrac", "cfrac"), fraction),
    **dict.fromkeys(("overset", "stackrel"), _above),
    "underset": _below,
    **dict.fromkeys(("binom", "dbinom", "tbinom"), lambda n, k: f"({n} choose {k})"),
    **dict.fromkeys(("textcolor", "foreignlanguage", "colorbox", "raisebox"), lambda _, it: it),
    "ion": _ion,
    **dict.fromkeys(("SI", "qty"), lambda number, unit: f"{number} {unit}"),
}

_TO_SUPER = dict(
    zip(
        "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW*⊤′∘†αβγδεθ",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ*ᵀ′°†ᵅᵝᵞᵟᵋᶿ",
        strict=True,
    )
)
_TO_SUB = dict(
    zip(
        "0123456789+-=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)


def raised(text: str) -> str | None:
    """Return text in superscript characters, None where Unicode has not all of them."""
    return _mapped(text, _TO_SUPER)


def lowered(text: str) -> str | None:
    """Return text in subscript characters, None where Unicode has not all of them."""
    return _mapped(text, _TO_SUB)


def _mapped(text: str, table: dict[str, str]) -> str | None:
    compact = text.replace(" ", "").replace("−", "-")
    if len(compact) > 1 and any("α" <= sign <= "ω" for sign in compact):
        return None  # Unicode has but a few small Greek letters: alone they are legible
    return "".join(table[c] for c in compact) if all(c in table for c in compact) else None


def styled(letter: str, alphabet: str) -> str:
    """Return a letter in a mathematical alphabet: ("O", "SCRIPT") → 𝒪; else the letter itself."""
    if not (letter.isascii() and letter.isalpha()):
        return letter
    kind = "CAPITAL" if letter.isupper() else "SMALL"
    names = [
        f"MATHEMATICAL {alphabet} {kind} {letter.upper()}",
        f"{alphabet} {kind} {letter.upper()}",
    ]
    if alphabet == "FRAKTUR":
        names.append(f"BLACK-LETTER {kind} {letter.upper()}")
    for name in names:
        try:
            return unicodedata.lookup(name)
        except KeyError:
            continue
    return letter


@lru_cache(maxsize=4096)
def symbol(name: str) -> str | None:
    """Return what a backslashed name stands for, None if no table knows a character for it."""
    if name in SYMBOLS:
        return SYMBOLS[name]
    # Imported here: only a text with a rare macro needs it.
    from pylatexenc.latex2text import get_default_latex_context_db  # noqa: PLC0415

    spec = get_default_latex_context_db().get_macro_spec(name)
    found = getattr(spec, "simplify_repl", None)
    # Its table also holds \leo and \id: a name in lower letters that becomes a picture is a word.
    if not isinstance(found, str) or len(found) != 1 or "\u2600" <= found <= "\u27bf":
        return None
    return (
        found if unicodedata.category(found)[0] in "LSP" and name not in {"id", "image"} else None
    )
