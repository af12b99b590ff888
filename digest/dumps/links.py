"""Addresses inside an abstract: found, cleaned and told apart (code, project page, paper)."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from digest.papers import Link, LinkKind, find_doi

_SCHEME = r"https?://"
_KNOWN_HOST = r"(?:www\.)?(?:github\.com|gitlab\.com|huggingface\.co|bitbucket\.org|codeberg\.org)/"
_PAGES = r"[a-z0-9-]+\.(?:github|gitlab)\.io\b"
_STOPS = r"\s{}<>\"|^`\x00-\x1f\u00a0"
_ADDRESS = re.compile(
    rf"(?:{_SCHEME}|(?<![\w@./-])(?={_KNOWN_HOST}|{_PAGES}))[^{_STOPS}]+", re.IGNORECASE
)
_TRAILING = ".,;:!?'\"*_~…’”»“‘«\\"
_BRACKETS = {")": "(", "]": "["}
_LONGEST = 2_000  # characters

# The pages that sites keep below a DOI's own address.
_PAGE_OF_DOI = re.compile(r"(?:/(?:full|abstract|abs|pdf|epdf|html|meta|fulltext|summary)|\.pdf)+$")

_CODE_HOSTS = {
    *("github.com", "gist.github.com", "gitlab.com", "bitbucket.org", "codeberg.org"),
    *("anonymous.4open.science", "colab.research.google.com", "sourceforge.net", "zenodo.org"),
}
_PAPER_HOSTS = {
    *("arxiv.org", "doi.org", "dx.doi.org", "openreview.net", "aclanthology.org"),
    *("biorxiv.org", "medrxiv.org"),
}
# Below huggingface.co, what is no model, data set or space.
_OWN_PAGES = {
    "",
    "blog",
    "posts",
    "docs",
    "learn",
    "tasks",
    "join",
    "login",
    "pricing",
    "collections",
}


def extract(text: str) -> tuple[Link, ...]:
    """Return the addresses in a text, each once, in order; `text` is the source's own.

    Takes bare addresses, `\\url{…}`, `\\href{…}{…}` and doublings as `https://a{https://a}`;
    drops what a sentence hangs on them (dots, commas, brackets). http and https only.
    """
    found: dict[str, Link] = {}
    for match in _ADDRESS.finditer(text):
        url = clean(match[0])
        if url is not None:
            found.setdefault(url.rstrip("/").lower(), Link(kind_of(url), url))
    return tuple(found.values())


def clean(address: str) -> str | None:
    """Return an address without the sentence's punctuation; None when it is no web address."""
    address = re.sub(r"\\(?=[_%#&~$])", "", address)
    # Two addresses run into one another: the first is ours.
    if again := re.search(r"https?://", address[1:], re.IGNORECASE):
        address = address[: again.start() + 1]
    while address:
        last = address[-1]
        opener = _BRACKETS.get(last)
        unopened = opener and address.count(last) > address.count(opener)
        if not (unopened or last in _TRAILING or last in "(["):
            break
        address = address[:-1]
    if not re.match(_SCHEME, address, re.IGNORECASE):
        address = f"https://{address}"
    return address if _is_web_address(address) else None


def kind_of(url: str) -> LinkKind:
    """Say what an address leads to, by its host."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    if host in _CODE_HOSTS:
        return "code"
    if host in _PAPER_HOSTS:
        return "paper"
    if host in ("huggingface.co", "hf.co"):
        first = parts.path.strip("/").split("/")[0]
        return "paper" if first == "papers" else "project" if first in _OWN_PAGES else "code"
    return "project"


def doi_in_address(address: str) -> str | None:
    """Return the DOI in an address or an identifier, without what the site hung on it.

    `https://x.org/doi/10.1000/ab.1/full?af=R` → `10.1000/ab.1`; also from a query, `?id=10.1000/a`.
    """
    path, _, query = address.partition("?")
    for piece in (path.partition("#")[0], *re.split(r"[&#]", query)):
        if found := find_doi(piece):
            return _PAGE_OF_DOI.sub("", found)
    return None


def doi_told(text: str) -> str | None:
    """Return the DOI in a field for one, which may hold its address: `https://doi.org/…?via%3Dx`."""
    return doi_in_address(text) if text.lower().lstrip().startswith("http") else find_doi(text)


def doi_address(doi: str) -> str:
    """Return the address that a DOI resolves at; old ones hold signs that an address may not."""
    return f"https://doi.org/{quote(doi, safe='/:;()[]@!,+*$&=~')}"


def _is_web_address(address: str) -> bool:
    if len(address) > _LONGEST:
        return False
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return (
        "." in host.strip(".") and "@" not in parts.netloc and bool(re.fullmatch(r"[\w.-]+", host))
    )
