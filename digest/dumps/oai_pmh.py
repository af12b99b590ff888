"""OAI-PMH answers: of arXiv in its own forms, of any repository in Dublin Core (`oai_dc`).

https://www.openarchives.org/OAI/openarchivesprotocol.html,
https://info.arxiv.org/help/oa/index.html. A record that its repository deleted is told as that.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from digest.dumps import fields, xml_tree
from digest.dumps.affiliations import split_byline
from digest.dumps.bibliographic_record import Told, record_told
from digest.dumps.dates import read_day
from digest.dumps.entries_to_dump import Entry, Harvest, Unreadable
from digest.dumps.interface import Dump
from digest.dumps.names import given_first
from digest.dumps.xml_tree import Node
from digest.errors import DumpError, SourceRefused
from digest.papers import PaperRecord

_REMARK = re.compile(r"\s*Comments?:\s*", re.IGNORECASE)


class OaiPmh:
    """An answer of an OAI-PMH repository."""

    name = "oai-pmh"
    version = 1

    def recognises(self, head: bytes) -> bool:
        """Return whether these first bytes begin an answer; never raises."""
        return xml_tree.root_name(head).rpartition(":")[2] in ("OAI-PMH", "ListRecords")

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read an answer. Raises DumpError when it is none, or with the repository's refusal."""
        root, broken = xml_tree.parse_xml(data, whole=("record",))
        lists = [root, *root.all("ListRecords"), *root.all("GetRecord")]
        records = [record for each in lists for record in each.all("record")]
        errors = [node for node in root.all("error") if node.attributes.get("code") != _NOTHING]
        if errors and not records:
            reason = errors[0].text or errors[0].attributes.get("code", "no reason given")
            raise SourceRefused(f"the repository refused: {reason[:200]}", line=errors[0].line)
        if not records and any(root.all("ListIdentifiers")):
            raise DumpError("only identifiers: ask with verb=ListRecords", line=1)
        harvest = Harvest()
        for number, node in enumerate(records, start=1):
            harvest.add(Entry(number, node.line, {"node": node}), _paper)
        harvest.break_off(broken)
        return harvest.dump(self, captured_on)


_NOTHING = "noRecordsMatch"  # the repository's word for a day without papers


def _paper(entry: Entry) -> PaperRecord:
    node: Node = entry.values["node"]
    header = node.find("header") or node
    if header.attributes.get("status") == "deleted":
        raise Unreadable("deleted by its repository")
    metadata = node.find("metadata")
    told = next(metadata.children, None) if metadata else None
    if told is None:
        raise Unreadable("no metadata")
    identifier = header.first("identifier")
    if told.name in ("arXiv", "arXivRaw", "arXivOld"):
        return record_told(entry, _arxiv(told))
    if any(told.all("title")):
        return record_told(entry, _dublin_core(told, identifier))
    raise Unreadable(f"metadata in {told.name}: ask for metadataPrefix=oai_dc")


def _arxiv(told: Node) -> Told:
    number = told.first("id")
    authors = [author for each in told.all("authors") for author in each.all("author")]
    names = [_name(author) for author in authors]
    organisations = [each.text for author in authors for each in author.all("affiliation")]
    if not authors:  # arXivRaw has them in one line
        byline = split_byline(told.first("authors"))
        names, organisations = list(byline.names), list(byline.organisations)
    versions = (node.first("date") for node in told.all("version"))
    return Told(
        title=told.first("title"),
        abstract=told.first("abstract"),
        authors=filter(None, names),
        day=next(filter(None, map(read_day, (told.first("created"), *versions))), None),
        dois=[told.first("doi")],
        addresses=[f"https://arxiv.org/abs/{number}"],
        keywords=told.first("categories").split(),
        organisations=organisations,
        venue=told.first("journal-ref"),
        comment=told.first("comments"),
        submitter=told.first("submitter"),
    )


def _name(author: Node) -> str:
    parts = ("forenames", "keyname", "suffix")
    return " ".join(filter(None, (author.first(part) for part in parts)))


def _dublin_core(told: Node, identifier: str) -> Told:
    descriptions = [node.text for node in told.all("description") if node.text]
    remarks = [text for text in descriptions if _REMARK.match(text)]
    abstracts = [text for text in descriptions if text not in remarks]
    identifiers = [node.text for node in told.all("identifier")]
    relations = [node.text for node in told.all("relation")]
    days = sorted(filter(None, (read_day(node.text) for node in told.all("date"))))
    return Told(
        title=told.first("title"),
        abstract=abstracts[0] if abstracts else "",
        authors=[given_first(node.text) for node in told.all("creator") if node.text],
        day=days[0] if days else None,
        dois=[*identifiers, *(text for text in relations if text.lower().startswith("doi:10."))],
        addresses=[_secure(text) for text in identifiers if fields.web_address(text)],
        arxiv=[identifier, *identifiers],
        keywords=[node.text for node in told.all("subject")],
        venue=next((node.text for node in told.all("source") if node.text), ""),
        comment=_REMARK.sub("", remarks[0], count=1) if remarks else "",
    )


def _secure(address: str) -> str:
    return re.sub(r"^http://(?=(?:[\w-]+\.)?arxiv\.org/)", "https://", address)
