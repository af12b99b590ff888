"""Well-known sources by a short name: what `digest sources add` makes `[[sources]]` of. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from urllib.parse import quote, urlsplit

from pydantic import SecretStr

from digest.errors import SettingsError
from digest.settings import SourceSettings

LONGEST_NAME = 40  # characters, as the settings say
_NOT_IN_NAMES = re.compile(r"[^a-z0-9._-]+")
_CATEGORY = re.compile(r"[a-z-]+(\.[A-Za-z-]+)?")  # arxiv.org/category_taxonomy
_SUBJECT = re.compile(r"[a-z][a-z ,_&-]*", re.IGNORECASE)
_PUBMED = "pubmed.ncbi.nlm.nih.gov"

USES = {
    "hf": "hf",
    "arxiv": "arxiv CATEGORY…, for instance arxiv cs.LG cs.CL",
    "biorxiv": "biorxiv [SUBJECT], for instance biorxiv neuroscience",
    "medrxiv": "medrxiv [SUBJECT], for instance medrxiv epidemiology",
    "pubmed": "pubmed URL, the address that “Create RSS” gives for a search",
    "folder": "folder PATH, watched for files",
    "mailbox": "mailbox PATH, a Maildir or an mbox file",
}


def source_of(words: Sequence[str]) -> SourceSettings:
    """Return the source that a preset and its words, or an address alone, stand for.

    Raises SettingsError, which says how the preset is used or which there are.
    """
    what, *rest = words or [""]
    made = _MADE.get(what.lower())
    if made:
        return made(rest)
    if re.match(r"https?://", what, re.IGNORECASE) and not rest:
        return _at(what, named=name_of_address(what))
    known = "; ".join(["an address (https://…)", *USES.values(), "opml FILE or URL"])
    raise SettingsError(f"there is no preset {what!r}; there are: {known}")


def with_free_name(name: str, taken: Collection[str]) -> str:
    """Return a name for a source that no other has: as it is, else with a number behind."""
    plain = _NOT_IN_NAMES.sub("-", name.lower()).strip("-._")[:LONGEST_NAME] or "source"
    numbered = (f"{plain[: LONGEST_NAME - 4]}-{count}" for count in range(2, 1000))
    return next(each for each in (plain, *numbered) if each not in taken)


def _hugging_face(words: list[str]) -> SourceSettings:
    if words:
        raise _misused("hf")
    return _at("https://huggingface.co/api/daily_papers", named="hf-daily")


def _arxiv(words: list[str]) -> SourceSettings:
    # Several categories are one source: a paper that is in two of them is announced once.
    categories = [each for word in words for each in re.split(r"[+,\s]+", word) if each]
    if not categories or not all(_CATEGORY.fullmatch(each) for each in categories):
        raise _misused("arxiv")
    return _at(
        f"https://rss.arxiv.org/atom/{'+'.join(categories)}", named="-".join(["arxiv", *categories])
    )


def _preprints(server: str) -> Callable[[list[str]], SourceSettings]:
    def made(words: list[str]) -> SourceSettings:
        subject = " ".join(words).replace("_", " ").strip().lower()
        if subject and not _SUBJECT.fullmatch(subject):
            raise _misused(server)
        # The last two days, so that a night without us loses nothing.
        query = f"?category={quote(subject)}" if subject else ""
        address = f"https://api.biorxiv.org/details/{server}/2d/0/json{query}"
        return _at(address, named=f"{server}-{subject or 'all'}", every_minutes=180.0)

    return made


def _pubmed(words: list[str]) -> SourceSettings:
    if len(words) != 1 or urlsplit(words[0]).hostname != _PUBMED:
        raise _misused("pubmed")
    if not urlsplit(words[0]).path.startswith("/rss/"):
        raise SettingsError(
            "that is the page of a search, not its feed: press “Create RSS” below PubMed's search"
            " field, and give the address that it shows"
        )
    return _at(words[0], named="pubmed", every_minutes=180.0)


def _below(kind: str) -> Callable[[list[str]], SourceSettings]:
    def made(words: list[str]) -> SourceSettings:
        if len(words) != 1:
            raise _misused(kind)
        name = with_free_name(f"{kind}-{words[0].rstrip('/').rpartition('/')[2]}", ())
        return SourceSettings.model_validate({"name": name, "kind": kind, "path": words[0]})

    return made


_MADE: Mapping[str, Callable[[list[str]], SourceSettings]] = {
    "hf": _hugging_face,
    "arxiv": _arxiv,
    "biorxiv": _preprints("biorxiv"),
    "medrxiv": _preprints("medrxiv"),
    "pubmed": _pubmed,
    "folder": _below("folder"),
    "mailbox": _below("mailbox"),
}


def _at(address: str, *, named: str, every_minutes: float = 60.0) -> SourceSettings:
    name = with_free_name(named, ())
    return SourceSettings(
        name=name, kind="url", url=SecretStr(address), every_minutes=every_minutes
    )


def name_of_address(address: str) -> str:
    """Return what an address is called by: its host, without what all hosts have."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    return re.sub(r"^(www|rss|feeds?|api)\.", "", host)


def _misused(preset: str) -> SettingsError:
    return SettingsError(f"use it as: digest sources add {USES[preset]}")
