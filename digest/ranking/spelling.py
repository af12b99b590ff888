"""British and American spellings → one, so that a reader's word finds both.

Readers' words and papers' words go through here alike, before they are stemmed. So it matters
little which of two spellings is kept, or that a rule takes in a word too many; what matters is that
two different words never become one, and that a verb still meets its noun: `supervise` stays, for
`supervision` has no z.
"""

from __future__ import annotations

import re

# -ise that is no suffix, or whose noun is in -ision, -isement or -ise.
_NOT_IZE = """
superv telev improv circumc compr surpr enterpr appr repr expert exerc franch merchand parad treat
comprom prom prem chast prec imprec conc surm adv rev dev advert pract tort cerv fr
"""
_IZE = re.compile(
    r"(?<=[bcdfghjklmnpqrstvxyz])(?<!" + r")(?<!".join(_NOT_IZE.split()) + r")"
    r"is(e|es|ed|er|ers|ing|able|ability|ation|ations|ational)$"
)
_ALWAYS_IZE = re.compile(r"(?<=[a-z]{3})isation(s|al)?$")
_RULES = tuple(
    (re.compile(pattern), kept)
    for pattern, kept in (
        (r"(?<=[a-z])ly[sz](e|ed|er|ers|ing)$", r"lys\1"),  # analyse, catalyze
        (
            r"(?:(?<=col)o|(?<=behavi)o|(?<=neighb)o|(?<=fav)o|(?<=hon)o|(?<=lab)o|(?<=vap)o"
            r"|(?<=tum)o|(?<=^od)o|(?<=harb)o|(?<=hum)o|(?<=flav)o|(?<=rum)o|(?<=arm)o|(?<=ndeav)o"
            r"|(?<=rig)o|(?<=vig)o|(?<=val)o|(?<=sav)o|(?<=splend)o|(?<=glam)o|(?<=clam)o)ur",
            "or",
        ),
        (
            r"(model|label|signal|travel|tunnel|channel|level|cancel|fuel|counsel|panel|dial|funnel"
            r"|unravel|marvel|jewel|total|initial|equal|rival|spiral|swivel|bevel|chisel|quarrel"
            r"|stencil|pencil|kernel|parcel|tassel)l(ed|ing|ings|er|ers|or|ors|ous)$",
            r"\1\2",
        ),
        (
            r"(cent|fib|lit|theat|calib|lust|spect|tit|met|sab|och|goit|meag|somb)re(s|d)?$",
            r"\1er\2",
        ),
        (r"(?<=[a-z]{2})(l|n)ogue(s|d)?$", r"\1og\2"),  # catalogue, dialogue, analogue; monogue
        (r"(def|off|pret)ence(s|less)?$", r"\1ense\2"),
        (r"^licence(s|d)?$", r"license\1"),
        (r"haem(?!in)|haem(?=oglobin)", "hem"),
        (r"aemi(a|as|c)$", r"emi\1"),
        (r"paed(?=i|o)", "ped"),
        (r"oes(?=oph|tr)", "es"),
        (r"foet(?=us|al)", "fet"),
        (r"ana?esth", "anesth"),
        (r"^aesthet", "esthet"),
        (r"^(arch|pal)ae(?=o)", r"\1e"),
        (r"^aetiol", "etiol"),
        (r"gynaec", "gynec"),
        (r"rrhoea", "rrhea"),
        (r"^faec", "fec"),
        (r"oedem", "edem"),
        (r"(?<=[a-z])coel(?=iac)|^coel(?=iac)", "cel"),
        (r"caesar", "cesar"),
        (r"manoeuv(re|ring|rab|er)", r"maneuv\1"),
        (r"maneuvre", "maneuver"),
        (r"sulph", "sulf"),
        (r"^alumini?um$", "aluminum"),
        (r"^grey(?=s|$|scale)", "gray"),
        (r"^programme(s)?$", r"program\1"),
        (r"^(p)lough", r"\1low"),
        (r"^sceptic", "skeptic"),
        (r"^artefact", "artifact"),
        (r"^(age)ing$", "aging"),
        (r"(judge|acknowledge)ment", lambda found: found[1][:-1] + "ment"),
        (r"^mould", "mold"),
        (r"^tyre(s)?$", r"tire\1"),
        (r"^fulfil(s|ment)?$", r"fulfill\1"),
        (r"^enrol(s|ment|ments)?$", r"enroll\1"),
        (r"^practis", "practic"),
    )
)
_PERHAPS = re.compile(
    r"is[eai]|lys|lyz|our|ll(?:e|i|o)|re[sd]?$|ogue|ence|ae|oe|sulph|alumin|grey|gramme|plough"
    r"|scept|artef|geing|gement|mould|tyre|fulfil|enrol|practis"
)

_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψω",
        (
            *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota"),
            *("kappa", "lambda", "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "tau"),
            *("upsilon", "phi", "chi", "psi", "omega"),
        ),
        strict=True,
    )
)
_LETTER = re.compile(r"(?<![α-ωά-ώ])[α-ω](?![α-ωά-ώ])")  # beside another it is a Greek word


def one_spelling(word: str) -> str:
    """Return a lower-case word in the spelling that is compared: `optimisation`, `α` → `alpha`."""
    if not word.isascii():
        return _LETTER.sub(lambda found: _GREEK.get(found[0], found[0]), word)
    if len(word) < 4 or not _PERHAPS.search(word):
        return word
    word = _ALWAYS_IZE.sub(r"ization\1", word)
    word = _IZE.sub(r"iz\1", word)
    for pattern, kept in _RULES:
        word = pattern.sub(kept, word)
    return word
