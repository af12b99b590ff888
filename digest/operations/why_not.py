"""Why a paper did not come, asked by its reader: what `why` tells an operator, in parts to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from digest.app.application import App
from digest.choosing import why as answers
from digest.choosing.editor import Editor
from digest.composing.links import own_url
from digest.operations.paper_lookup import papers_named
from digest.operations.why import answer_for
from digest.papers import Paper, title_key
from digest.ranking.interface import Reason
from digest.storage.sent_issues import SentIssue
from subscribers.store import Subscriber
from subscribers.web.own_papers import WhyKind, WhyNot

_HELD = timedelta(minutes=5)  # how long an editor is kept, with the offers that it has ranked
_SEVERAL = 8  # papers to choose from
_NEAREST = 3  # keywords to name
_OTHERS = 10  # papers that came instead


@dataclass(slots=True)
class WhyNotAnswers:
    """Explains (a WhyNots). One thread at a time asks it: see `Pages.lookup_room`."""

    app: App
    _editor: Editor | None = None
    _at: datetime | None = None
    _edition: int = 0

    def why_not(self, reader: Subscriber, text: str) -> WhyNot:
        """Say why the paper of a title, a link, a DOI or an arXiv id did not come."""
        found = papers_named(self.app.stores.archive, text, most=_SEVERAL + 1)
        if not found:
            return WhyNot("unknown")
        if len({title_key(each.title) for each in found}) > 1:
            return WhyNot("several", others=tuple(each.title for each in found[:_SEVERAL]))
        return self._of(reader, found[0])

    def _of(self, reader: Subscriber, paper: Paper) -> WhyNot:
        found = WhyNot("unknown", paper.title, own_url(paper))
        issue = self._issue_of(reader, paper)
        if issue:
            return replace(found, kind="sent", day=issue.label, edition=issue.edition)
        had = self.app.history.sent_to([reader.id], self.app.clock()).get(reader.id, frozenset())
        if paper.id in had:
            return replace(found, kind="own")
        if paper.edition == 0:
            return replace(found, kind="never")
        was_made = is_before = False
        if paper.edition:
            edition = self.app.stores.editions.get(paper.edition)
            found = replace(found, day=edition.label, edition=paper.edition)
            first = reader.confirmed_at or reader.created_at
            was_made = bool(self.app.stores.windows.covering(reader.id, paper.edition))
            is_before = first is not None and edition.opened_at < first and not was_made
        told = answer_for(self.app, reader, paper, self._held_editor())
        # A first issue brings what came just before its reader did.
        if is_before and (told.no_issue or isinstance(told.answer, answers.NotOffered)):
            return replace(found, kind="before")
        said = _said(told.answer, is_made=was_made, has_issue=not told.no_issue)
        titles = self.app.stores.archive.get(said.papers)
        return replace(
            found,
            kind=said.kind,
            words=said.words,
            others=tuple(titles[n].title for n in said.papers if n in titles),
            share=said.share,
            place=said.place,
        )

    def _issue_of(self, reader: Subscriber, paper: Paper) -> SentIssue | None:
        """Return the newest issue of a reader in which a paper stood, also by an older number."""
        aliases = self.app.stores.archive.aliases()
        theirs = {paper.id, *(old for old, now in aliases.items() if now == paper.id)}
        issues = self.app.stores.sent_issues.page(reader.id)
        return next((each for each in issues if theirs.intersection(each.papers)), None)

    def _held_editor(self) -> Editor:
        """Return an editor of the last minutes: to take an edition's papers apart takes long."""
        newest, now = self.app.stores.editions.newest(), self.app.clock()
        number = newest.number if newest else 0
        is_old = self._at is None or now - self._at >= _HELD or number != self._edition
        if self._editor is None or is_old:
            self._editor, self._at, self._edition = self.app.editor(), now, number
        return self._editor


class _Said(NamedTuple):
    kind: WhyKind
    words: tuple[str, ...] = ()
    papers: Sequence[int] = ()
    share: float = 0.0
    place: int = 0


def _said(answer: answers.Answer, *, is_made: bool, has_issue: bool) -> _Said:
    """Return an answer's parts; of an issue that was made, will be made, or is not to be made."""
    match answer:
        case answers.Picked():
            return _Said("picked" if is_made else "coming" if has_issue else "elsewhere")
        case answers.Excluded(words):
            return _Said("excluded", words)
        case answers.Lacking(words):
            return _Said("lacking", words)
        case answers.NoMatch():
            return _Said("no match")
        case answers.BelowFloor(floor, best, why):
            return _Said("below", _keywords(why.reasons), share=best / floor)
        case answers.ByMeaningAlone(why):
            return _Said("by meaning", _keywords(why.reasons))
        case answers.NearDuplicate(of):
            return _Said("duplicate", papers=[of])
        case answers.CrowdedOut(place, by, _):
            picks = [pick.paper for pick in by]
            return _Said("crowded out", papers=picks[:_OTHERS], place=place)
        case answers.AlreadySent():
            return _Said("own")
        case answers.NotOffered():
            return _Said("elsewhere")


def _keywords(reasons: Sequence[Reason]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reason.keyword for reason in reasons))[:_NEAREST]
