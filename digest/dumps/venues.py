"""Where a paper was published: a journal or a conference, never a preprint server. Pure."""

from __future__ import annotations

import re

_SERVERS = ("arxiv", "corr", "biorxiv", "medrxiv", "chemrxiv", "psyarxiv", "ssrn", "preprints.org")
_PREPRINT = re.compile(
    rf"(?:{'|'.join(map(re.escape, _SERVERS))})(?!\w)"
    r"(?:\.org|abs/|arxiv|cornell university|electronic journal|e-?prints?|preprints?|server"
    r"|\[[\w. -]+\]|[\s\d:./,()v-])*",
    re.IGNORECASE,
)

# An abbreviation goes on ("Phys. Rev. Lett."), any other full stop ends the venue.
_WORD = r"(?!(?:as|with|see|https?|doi|code)\b)(?:[A-Z][a-z]{0,4}\.(?=\ [A-Z])|[^\s.;,:()\[\]]+)"
_ANNOUNCED = re.compile(
    rf"""
    (?:  \b[Aa]ccepted(?:\ (?:paper|manuscript|version))?
           (?:\ for\ (?:publication|presentation))?\ (?:at|to|by|in|for)
       | \b(?:[Tt]o\ (?:appear|be\ (?:published|presented))|[Ff]orthcoming|[Aa]ppear(?:s|ed))
           \ (?:at|in|by)
       | \b(?:[Pp]ublished|[Pp]resented)(?:\ as\ a\ [\w\ ]{{1,30}}paper)?\ (?:at|in|by)
       | \b[Cc]amera[-\ ]ready(?:\ version)?\ (?:for|of|at)
    )
    \ (?:the\ )?(?P<venue>{_WORD}(?:\ {_WORD})*)
    | (?:^|[.;,]\ )(?P<bare>[A-Z][\w-]*[A-Z][\w-]*\ (?:Workshop\ )?20\d\d)(?=$|[.;,:]|\ \()
    """,
    re.VERBOSE,
)
_UNDECIDED = re.compile(r"\b(?:submitted|submission|under review|rejected)\b", re.IGNORECASE)
_LONGEST = 200  # characters; what is longer is a sentence


# The journals' macros of AASTeX, which NASA's ADS writes into every export of BibTeX.
_MACROS = {
    "aap": "Astronomy & Astrophysics",
    "aapr": "Astronomy & Astrophysics Review",
    "aaps": "Astronomy & Astrophysics Supplement",
    "actaa": "Acta Astronomica",
    "aj": "The Astronomical Journal",
    "ao": "Applied Optics",
    "apj": "The Astrophysical Journal",
    "apjl": "The Astrophysical Journal Letters",
    "apjs": "The Astrophysical Journal Supplement Series",
    "apss": "Astrophysics and Space Science",
    "araa": "Annual Review of Astronomy and Astrophysics",
    "gca": "Geochimica et Cosmochimica Acta",
    "grl": "Geophysical Research Letters",
    "icarus": "Icarus",
    "jcap": "Journal of Cosmology and Astroparticle Physics",
    "jcp": "The Journal of Chemical Physics",
    "jgr": "Journal of Geophysical Research",
    "mnras": "Monthly Notices of the Royal Astronomical Society",
    "na": "New Astronomy",
    "nar": "New Astronomy Reviews",
    "nat": "Nature",
    "pasa": "Publications of the Astronomical Society of Australia",
    "pasj": "Publications of the Astronomical Society of Japan",
    "pasp": "Publications of the Astronomical Society of the Pacific",
    "physrep": "Physics Reports",
    "planss": "Planetary and Space Science",
    "pra": "Physical Review A",
    "prb": "Physical Review B",
    "prc": "Physical Review C",
    "prd": "Physical Review D",
    "pre": "Physical Review E",
    "prl": "Physical Review Letters",
    "procspie": "Proceedings of SPIE",
    "rmp": "Reviews of Modern Physics",
    "rmxaa": "Revista Mexicana de Astronomía y Astrofísica",
    "solphys": "Solar Physics",
    "ssr": "Space Science Reviews",
}


def of_macro(told: str) -> str | None:
    """Return the journal that a macro of AASTeX stands for (`\\apj`); None for anything else."""
    return _MACROS.get(told.strip(" {}")[1:]) if told.strip(" {}").startswith("\\") else None


def published_in(told: str) -> str | None:
    """Return a venue as its source names it; None for a preprint server or nothing."""
    named = told.strip(" .,;")
    return None if not named or _PREPRINT.fullmatch(named) else named


def announced_in(comment: str) -> str | None:
    """Return the venue that authors announce in a comment ("12 pages, accepted at ICML 2026")."""
    for found in _ANNOUNCED.finditer(comment):
        if found["bare"] and _UNDECIDED.search(comment):
            continue
        venue = published_in(found["venue"] or found["bare"])
        if venue and len(venue) <= _LONGEST and any(map(str.isupper, venue)):
            return venue
    return None
