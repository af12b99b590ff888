"""The columns that bibliographic tables have, by the names that their programs give them.

Scopus, Zotero, IEEE Xplore, PubMed, Web of Science (tabs, two letters), Embase, Dimensions,
OpenAlex, SpringerLink, Publish or Perish, Rayyan, and plain ones; Scopus names its columns in
Chinese and Japanese, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

# What a column tells → its names, the best first: where several are filled, the first counts.
COLUMNS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "title": (
            *("title", "document title", "article title", "paper title", "item title", "ti"),
            "display name",
            *("titel", "titre", "título", "titolo", "标题", "文献标题", "タイトル", "論文名"),
        ),
        "abstract": (
            *("abstract", "abstract note", "abstracts", "ab", "summary", "zusammenfassung"),
            *("résumé", "resumen", "resumo", "摘要", "抄録"),
        ),
        "names run together": ("item title",),  # a column that SpringerLink alone has
        "full names": ("author full names", "af", "作者全名", "作者全称", "著者のフルネーム"),
        "authors": (
            *(
                "authors",
                "author",
                "author(s)",
                "author/s",
                "author names",
                "creators",
                "first authors",
                "authorships.author.display name",
                "au",
                "autoren",
            ),
            *("auteurs", "autores", "autori", "作者", "著者", "著者名"),
        ),
        "day": (
            *("online date", "publication date", "date published", "date", "published", "pd"),
            *("cover date", "coverdate", "early access date", "date of publication"),
            *("datum", "fecha"),
        ),
        "year": ("publication year", "year", "pubyear", "py", "年份", "出版年"),
        "month": ("month",),
        "day of month": ("day",),
        "citation": ("citation",),
        "doi": ("doi", "di", "item doi", "book doi", "doi link"),
        "address": (
            *("url", "link", "links", "pdf link", "articleurl", "html url", "链接", "リンク"),
            *("doi link", "urls", "source urls", "external url", "full text link", "embase link"),
            *("source linkout", "dimensions url", "landing page url"),
        ),
        "pmid": ("pmid", "medline pmid", "pubmed id"),
        "arxiv": ("extra", "archive id", "archive location", "arxiv", "arxiv id", "archiveid"),
        "keywords": (
            *("author keywords", "manual tags", "keywords", "keyword", "de", "automatic tags"),
            *("index keywords", "ieee terms", "作者关键字", "著者キーワード"),
        ),
        "organisations": (
            *("affiliations", "author affiliations", "c3", "affiliation", "归属机构", "所属機関"),
            *("author addresses", "research organizations - standardized"),
            *("research organizations", "authorships.institutions.display name"),
        ),
        "venue": (
            *("publication title", "source title", "journal/book", "journal", "so", "venue"),
            *("journal title", "conference name", "proceedings title", "book title"),
            "primary location.source.display name",
            *("来源出版物名称", "出版物名", "source"),
        ),
    }
)
BESIDE_TITLE = ("abstract", "authors", "full names", "doi", "citation", "year", "day", "address")


def columns_of(header: Sequence[str]) -> dict[str, list[int]]:
    """Return what a header's columns tell → their places, the best first; {} when it is none.

    A header has a title and at least one thing beside it.
    """
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        bare = name.strip(' "\ufeff').casefold().replace("_", " ")
        places.setdefault(" ".join(bare.split()), place)
    found = {
        field: [places[name] for name in names if name in places]
        for field, names in COLUMNS.items()
    }
    found = {field: several for field, several in found.items() if several}
    return found if "title" in found and any(name in found for name in BESIDE_TITLE) else {}
