"""Papers for pages that everybody may see: by number, and by edition (PublicPapers)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock

from digest.editions import Edition
from digest.papers import Paper
from digest.storage.archive import ArchiveStore
from digest.storage.editions import EditionStore
from digest.web.citations.coins import context_object
from digest.web.previews import shown_alone
from digest.web.shown_papers import legible
from subscribers.web.interfaces import PreviewedPaper, PublicEdition

_KEPT = 8  # editions in hand: some hundred papers each
_FRESH = timedelta(minutes=5)


class PublicArchive:
    """Shows the archive's papers, and those editions whose issues may go out."""

    def __init__(
        self,
        archive: ArchiveStore,
        editions: EditionStore,
        search_url: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._archive = archive
        self._editions = editions
        self._search_url = search_url
        self._clock = clock
        self._kept: OrderedDict[int, tuple[datetime, tuple[PreviewedPaper, ...]]] = OrderedDict()
        self._lock = Lock()

    def numbered(self, papers: Sequence[int]) -> Sequence[PreviewedPaper]:
        """Return papers by their numbers, in that order; what is not known is left out."""
        known = self._archive.get(papers)
        return [self._shown(known[each]) for each in papers if each in known]

    def editions(self) -> Sequence[PublicEdition]:
        """Return the editions that everybody may see, the newest first."""
        shown = [edition for edition in self._editions.all() if _is_public(edition)]
        return [_public(edition) for edition in reversed(shown)]

    def edition(self, name: str) -> tuple[PublicEdition, Sequence[PreviewedPaper]] | None:
        """Return an edition and its papers; None: there is none that everybody may see."""
        edition = self._editions.named(name)
        if edition is None or not _is_public(edition):
            return None
        with self._lock:  # one reads them, the others find them read
            at, papers = self._kept.get(edition.number, (None, ()))
            if at is None or self._clock() - at >= _FRESH:
                papers = self._read(edition.number)
                self._kept[edition.number] = self._clock(), papers
            self._kept.move_to_end(edition.number)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return _public(edition), papers

    def _read(self, number: int) -> tuple[PreviewedPaper, ...]:
        offered = self._archive.offered(after=number - 1, upto=number)
        return tuple(map(self._shown, offered))

    def _shown(self, paper: Paper) -> PreviewedPaper:
        shown = shown_alone(paper, self._search_url)
        return replace(shown, context=context_object(legible(paper)))


def _public(edition: Edition) -> PublicEdition:
    return PublicEdition(edition.name, edition.label, edition.papers)


def _is_public(edition: Edition) -> bool:
    """Return whether an edition was let go: none that waits for a word, was held or cancelled."""
    return edition.state == "open"
