"""PubMed's own export, MEDLINE or nbib: `PMID- …`, `TI  - …`, folded with six spaces.

https://www.nlm.nih.gov/bsd/mms/medlineelements.html names the tags. Read here and not by the
package nbib, which gives no line numbers and stops at the first tag that it does not know.
"""

from __future__ import annotations

import re

from digest.dumps.bibliographic_record import Told, initials_first, record_told
from digest.dumps.dates import read_day
from digest.dumps.entries_to_dump import Entry
from digest.dumps.names import given_first
from digest.dumps.tagged_records import TaggedPapers, TaggedRecord, TagLayout, title_of
from digest.papers import NAME_SUFFIX, PaperRecord

_SIGN = re.compile(  # PubMed's records, and ERIC's; in RIS a number of PubMed's may stand, too
    r"\A(?!(?:.*\n)*?[ \t]*TY {1,3}- )(?:.*\n)*?[ \t]*(?:PMID ?- ?\d+|OWN ?- ?ERIC)[ \t]*(?:\n|\Z)"
)
_LAYOUT = TagLayout(
    tag=re.compile(r"\s{0,2}([A-Z][A-Z0-9]{1,3}) {0,3}- ?(.*)"),
    first=frozenset({"PMID"}),
    blank_ends=True,
    joined=re.compile(r"^(.+?)(?=PMID- ?\d{1,8}$)"),  # files put together without a line end
)
_SUFFIX = re.compile(rf"(?<=\w) ({NAME_SUFFIX})$")  # Fern, Cy Jr
ARTICLE = "https://pubmed.ncbi.nlm.nih.gov/{}/"


def _paper(entry: Entry, piece: TaggedRecord) -> PaperRecord:
    title = title_of(piece, "TI", "BTI", "TT", "CTI")
    people = piece.all("FAU") or [initials_first(name) for name in piece.all("AU")]
    identifiers = [text for text in piece.all("LID", "AID") if text.lower().endswith("[doi]")]
    number = piece.first("PMID").split(" ")[0]
    told = Told(
        title=without_full_stop(title),
        abstract=piece.first("AB", "OAB"),
        authors=[*(given_first(_SUFFIX.sub(r", \1", name)) for name in people), *piece.all("CN")],
        day=next(filter(None, map(read_day, piece.all("DP", "DEP"))), None),
        dois=[text.rsplit("[", 1)[0] for text in identifiers],
        addresses=[ARTICLE.format(number)] if number.isdecimal() else [],
        keywords=[word.strip("*") for word in piece.all("OT") or piece.all("MH")],
        organisations=piece.all("AD", "IRAD"),
        venue=piece.first("JT", "TA"),
    )
    return record_told(entry, told)


def without_full_stop(title: str) -> str:
    """Return a title without the full stop, and the brackets of a translation, of PubMed's."""
    bare = title.strip()
    bare = bare[:-1] if bare.endswith(".") and not bare.endswith("..") else bare
    return bare[1:-1] if bare[:1] == "[" and bare[-1:] == "]" else bare


NBIB = TaggedPapers(name="nbib", sign=_SIGN, layout=_LAYOUT, paper=_paper)
