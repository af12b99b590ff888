"""The addresses in a mail: a paper's own, and the reader's.

Only http and https addresses are ever emitted; whatever else a source called a link is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from digest.mail import HOLES
from digest.papers import Link, Paper
from subscribers.links import MailAction, mail_link

_UNSAFE = re.compile(r"[\s<>\"'`\\^{}|\x00-\x1f\x7f\u00a0\u2028\u2029\ue000-\uf8ff]")
_LONGEST = 2000  # what every browser and mail client takes


def web_url(url: str) -> str | None:
    """Return an address if it is http(s) with a host and no odd character, else None."""
    url = url.strip()
    if _UNSAFE.search(url) or len(url) > _LONGEST:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        if host and not host.isascii():
            host = host.encode("idna").decode()
            parts = parts._replace(netloc=f"{host}:{port}" if port else host)
    except ValueError:  # UnicodeError among them
        return None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        return None
    return url if url.isascii() else quote(parts.geturl(), safe="%/:=&?~#+!$,;'@()*[]")


def own_url(paper: Paper) -> str | None:
    """Return where a paper can be read, if any address of it is known."""
    for link in paper.links:
        if link.kind == "paper" and (url := web_url(link.url)):
            return url
    if paper.arxiv_id and (url := web_url(f"https://arxiv.org/abs/{paper.arxiv_id}")):
        return url
    return web_url(f"https://doi.org/{quote(paper.doi, safe='/')}") if paper.doi else None


def search_url(paper: Paper, search_link: str) -> str:
    """Return where a paper can be looked for by its title."""
    title = (paper.source_title or paper.title)[:300]
    return search_link.replace("{title}", quote(title, safe="", errors="replace"))


def paper_url(paper: Paper, search_link: str) -> str:
    """Return where a paper can be read, or found when no address of it is known."""
    return own_url(paper) or search_url(paper, search_link)


def other_links(paper: Paper) -> list[Link]:
    """Return a paper's first code, project and discussion addresses, cleaned, in that order.

    An address that is the paper's own, or came before, is not given again.
    """
    found: dict[str, Link] = {}
    for link in paper.links:
        url = web_url(link.url)
        if url and link.kind != "paper":
            found.setdefault(link.kind, Link(link.kind, url))
    seen = {own_url(paper)}
    kept = []
    for kind in ("code", "project", "discussion"):
        if kind in found and found[kind].url not in seen:
            seen.add(found[kind].url)
            kept.append(found[kind])
    return kept


@dataclass(frozen=True, slots=True)
class ReaderLinks:
    """The reader's own addresses, as `subscribers.links` writes them, the token left as a hole.

    Without a base_url there are none; then only `mailto:` leaves the list.
    """

    base_url: str | None

    def to(self, action: MailAction, about: int | None = None) -> str | None:
        """Return the address of an action: `to("more", 12)`."""
        if self.base_url is None:
            return None
        return mail_link(self.base_url, HOLES["token"], action, about)
