"""PubMed's XML (`PubmedArticleSet`), as its site and E-utilities export it.

https://dtd.nlm.nih.gov/ncbi/pubmed/doc/out/250101/index.html names the elements.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from digest.dumps import xml_tree
from digest.dumps.bibliographic_record import Told, record_told
from digest.dumps.dates import day_of_parts, read_day
from digest.dumps.entries_to_dump import Entry, Harvest
from digest.dumps.interface import Dump
from digest.dumps.nbib import ARTICLE, without_full_stop
from digest.dumps.xml_tree import Node
from digest.errors import DumpError
from digest.papers import PaperRecord

_ENTRIES = ("PubmedArticle", "PubmedBookArticle", "MedlineCitation")
_ROOTS = ("PubmedArticleSet", "MedlineCitationSet", *_ENTRIES)


class PubmedXml:
    """PubMed's XML."""

    name = "pubmed-xml"
    version = 1

    def recognises(self, head: bytes) -> bool:
        """Return whether these first bytes begin PubMed's XML; never raises."""
        return xml_tree.root_name(head) in _ROOTS

    def parse(self, data: bytes, *, now: datetime, captured_on: date | None) -> Dump:
        """Read a set of articles. Raises DumpError when there is none in it."""
        root, broken = xml_tree.parse_xml(data, whole=_ENTRIES)
        entries = [root] if root.name in _ENTRIES else [n for n in root.children if _is_entry(n)]
        harvest = Harvest()
        for number, node in enumerate(entries, start=1):
            harvest.add(Entry(number, node.line, {"node": node}), _paper)
        harvest.break_off(broken)
        if not entries and root.name not in _ROOTS:
            raise DumpError(f"no PubMed articles: its root is <{root.name}>", line=root.line)
        return harvest.dump(self, captured_on)


def _is_entry(node: Node) -> bool:
    return node.name in _ENTRIES


def _paper(entry: Entry) -> PaperRecord:
    node: Node = entry.values["node"]
    citation = node.find("MedlineCitation") or node.find("BookDocument") or node
    article = citation.find("Article") or citation
    people = [
        each for each in article.all("AuthorList") if each.attributes.get("Type") != "editors"
    ]
    authors = [author for each in people for author in each.all("Author")]
    number = citation.first("PMID")
    told = Told(
        title=without_full_stop(
            article.first("ArticleTitle")
            or article.first("VernacularTitle")
            or article.first_at("Book", "BookTitle")
        ),
        abstract=_abstract(article),
        authors=filter(None, map(_name, authors)),
        day=next(filter(None, _days(article)), None),
        dois=_dois(node, article),
        addresses=[ARTICLE.format(number)] if number.isdecimal() else [],
        keywords=[
            word.text for each in citation.all("KeywordList") for word in each.all("Keyword")
        ],
        organisations=[
            told
            for author in authors
            for info in (*author.all("AffiliationInfo"), author)
            if (told := info.first("Affiliation"))
        ],
        venue=article.first_at("Journal", "Title") or article.first_at("Book", "BookTitle"),
    )
    return record_told(entry, told)


def _abstract(article: Node) -> str:
    """Return the abstract with the labels of its parts, as PubMed prints them."""
    parts: list[str] = []
    for abstract in article.all("Abstract"):
        for part in abstract.all("AbstractText"):
            label = part.attributes.get("Label", "")
            parts.append(f"{label}: {part.text}" if label and part.text else part.text)
    return " ".join(filter(None, parts))


def _name(author: Node) -> str:
    given = author.first("ForeName") or author.first("Initials")
    names = (given, author.first("LastName"), author.first("Suffix"))
    return " ".join(filter(None, names)) or author.first("CollectiveName")


def _days(article: Node) -> Iterator[date | None]:
    for parent in (*article.all("Journal"), article):
        for issue in (*parent.all("JournalIssue"), parent):
            for node in (*issue.all("PubDate"), *issue.all("ArticleDate")):
                yield day_of_parts(node.first("Year"), node.first("Month"), node.first("Day"))
                yield read_day(node.first("MedlineDate"))


def _dois(node: Node, article: Node) -> list[str]:
    found = [each.text for each in article.all("ELocationID") if _is_doi(each, "EIdType")]
    for data in (*node.all("PubmedData"), *node.all("PubmedBookData"), article):
        for several in data.all("ArticleIdList"):  # not those of the references
            found += [each.text for each in several.all("ArticleId") if _is_doi(each, "IdType")]
    return found


def _is_doi(node: Node, attribute: str) -> bool:
    return node.attributes.get(attribute, "").lower() == "doi"
