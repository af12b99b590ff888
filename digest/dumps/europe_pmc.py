"""Europe PMC's search answers, as JSON or XML (https://europepmc.org/RestfulWebService).

Both have the same names: of the XML an object is made, and read as the JSON is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from digest.dumps import fields, xml_tree
from digest.dumps.bibliographic_record import Told, initials_first, record_told
from digest.dumps.dates import read_day
from digest.dumps.entries_to_dump import Entry, Harvest
from digest.dumps.interface import Dump
from digest.dumps.json_family import JsonPapers, Values, at, first_text, json_objects, texts
from digest.dumps.names import split_names
from digest.dumps.nbib import without_full_stop
from digest.dumps.xml_tree import Node
from digest.errors import DumpError
from digest.papers import PaperRecord


def _told(values: Values) -> Told:
    authors = json_objects(at(values, "authorList", "author"))
    source, number = fields.text(values.get("source")), fields.text(values.get("id"))
    page = f"https://europepmc.org/article/{source}/{number}" if source and number else ""
    doi = fields.text(values.get("doi"))
    days = ("firstPublicationDate", "electronicPublicationDate")
    return Told(
        title=without_full_stop(first_text(values.get("title"))),
        abstract=fields.text(values.get("abstractText")),
        authors=list(filter(None, map(_name, authors))) or _names(values.get("authorString")),
        day=next(filter(None, (read_day(values.get(key)) for key in days)), None),
        dois=[doi] if doi else [],
        addresses=[f"https://doi.org/{doi}"] if doi else [page],
        keywords=texts(at(values, "keywordList", "keyword")),
        organisations=_organisations(values, authors),
        venue=first_text(
            at(values, "journalInfo", "journal", "title"),
            values.get("journalTitle"),
            at(values, "bookOrReportDetails", "publisher"),
        ),
    )


def _name(author: Values) -> str:
    given, family = fields.text(author.get("firstName")), fields.text(author.get("lastName"))
    if given and family:
        return f"{given} {family}"
    told = first_text(author.get("fullName"), author.get("collectiveName"))
    return initials_first(told)


def _names(told: Any) -> list[str]:
    return [initials_first(name) for name in split_names(fields.text(told).rstrip("."))]


def _organisations(values: Values, authors: list[Values]) -> Iterator[str]:
    yield from texts(values.get("affiliation"))
    for author in authors:
        yield from texts(author.get("affiliation"))
        details = at(author, "authorAffiliationDetailsList", "authorAffiliation")
        for each in json_objects(details):
            yield fields.text(each.get("affiliation"))


_JSON = JsonPapers(
    name="europe-pmc",
    sign=re.compile(r'"(?:resultList|hitCount|authorString|abstractText|pmcid)"\s*:'),
    lists=("result",),
    paper=("title", "authorString"),
    told=_told,
)


class EuropePmc:
    """Answers of Europe PMC."""

    name = _JSON.name
    version = 1

    def recognises(self, head: bytes) -> bool:
        """Return whether these first bytes are an answer, in JSON or in XML; never raises."""
        if xml_tree.root_name(head) == "responseWrapper":
            return True
        return _JSON.recognises(head)

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read an answer. Raises DumpError when it is none."""
        if not xml_tree.root_name(data[:4096]):
            return _JSON.parse(data, now=now, captured_on=captured_on)
        root, broken = xml_tree.parse_xml(data, whole=("result",))
        results = [node for parent in root.all("resultList") for node in parent.all("result")]
        if not results and (broken or not any(root.all("hitCount"))):
            raise broken or DumpError("no list of papers", line=root.line)
        harvest = Harvest()
        for number, node in enumerate(results, start=1):
            values = _object(node)
            harvest.add(
                Entry(number, node.line, values if isinstance(values, dict) else {}), _paper
            )
        harvest.break_off(broken)
        return harvest.dump(self, captured_on)


def _paper(entry: Entry) -> PaperRecord:
    return record_told(entry, _told(entry.values))


def _object(node: Node) -> Any:
    """Return an element as JSON would tell it: its text, or its children by name."""
    children = [child for child in node.content if isinstance(child, Node)]
    marked_up = any(isinstance(each, str) and each.strip() for each in node.content)
    if not children or marked_up:
        return node.text
    found: dict[str, Any] = {}
    for child in children:
        value = _object(child)
        if child.name in found:
            earlier = found[child.name]
            found[child.name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        else:
            found[child.name] = value
    return found
