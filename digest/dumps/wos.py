"""Web of Science's plain text (`.ciw`, `.isi`, `savedrecs.txt`): `PT J` … `ER`.

Of names and addresses each line is one; of a text it is a part.
"""

from __future__ import annotations

import re

from digest.dumps.bibliographic_record import Told, listed, people_in_fields, record_told
from digest.dumps.dates import day_of_parts, read_day
from digest.dumps.entries_to_dump import Entry
from digest.dumps.tagged_records import TaggedPapers, TaggedRecord, TagLayout, title_of
from digest.papers import PaperRecord

_SIGN = re.compile(
    r"^(?:FN .*(?:Web of Science|ISI Export|Clarivate|Thomson)"
    r"|PT (?:J|B|S|P|C|Journal|Article|Patent|Conference)[ \t]*$)",
    re.MULTILINE | re.IGNORECASE,
)
_LAYOUT = TagLayout(
    tag=re.compile(r"([A-Z][A-Z0-9])(?: (.*))?"),
    first=frozenset({"PT"}),
    last="ER",
    joined=re.compile(r"^(E[RF])(?=(?:FN|PT|VR) )"),  # files put together without a line end
    file_tags=frozenset({"FN", "VR", "EF"}),
)
_OF_WHOM = re.compile(r"\[[^\[\]]*\]\s*")  # [Moss, Ann; Li, Bo] Univ Tests, Dept Bridges


def _paper(entry: Entry, piece: TaggedRecord) -> PaperRecord:
    told = Told(
        title=title_of(piece, "TI"),
        abstract=piece.first("AB"),
        authors=people_in_fields(piece.lines("AF", "AU", "BF", "BA")) + list(piece.lines("CA")),
        day=day_of_parts(piece.first("PY"), piece.first("PD"), "") or read_day(piece.first("EA")),
        dois=piece.all("DI"),
        addresses=piece.all("UR"),
        arxiv=piece.all("AR", "UT"),
        keywords=[word for text in piece.all("DE", "ID") for word in listed(text)],
        organisations=_organisations(piece),
        venue=piece.first("SO", "CT"),
    )
    return record_told(entry, told)


def _organisations(piece: TaggedRecord) -> list[str]:
    if named := [name for text in piece.all("C3") for name in listed(text)]:
        return named
    return [_OF_WHOM.sub("", address) for address in piece.lines("C1")]


WEB_OF_SCIENCE = TaggedPapers(name="wos", sign=_SIGN, layout=_LAYOUT, paper=_paper)
