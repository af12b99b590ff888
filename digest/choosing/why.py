"""Why a paper is, or is not, in somebody's issue: one typed answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from digest.choosing.choose import Limits, choose
from digest.ranking.interface import Explanation, Pick, Reason, Standing

if TYPE_CHECKING:
    from digest.ranking.index import Index
    from digest.ranking.taste import Taste
    from subscribers.profile import Profile


@dataclass(frozen=True, slots=True)
class Picked:
    """It is in the issue, for these reasons."""

    place: int  # from 1
    pick: Pick


@dataclass(frozen=True, slots=True)
class NotOffered:
    """It is in none of the editions of this issue."""


@dataclass(frozen=True, slots=True)
class AlreadySent:
    """They have had it."""

    at: datetime | None  # when, if it is known
    edition: int | None


@dataclass(frozen=True, slots=True)
class Excluded:
    """A word they never want to see stands in it."""

    words: tuple[str, ...]  # the exclusions, as typed


@dataclass(frozen=True, slots=True)
class Lacking:
    """A word that they require does not stand in it."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Nothing of the profile stands in it, nor is it near in meaning."""


@dataclass(frozen=True, slots=True)
class BelowFloor:
    """It fits, but no keyword as well as the floor asks for."""

    floor: float
    best: float  # how well it matches the keyword that it matches best, at weight 1
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class ByMeaningAlone:
    """It is near a keyword that does not stand in it, and the reader asks for strict matches."""

    explanation: Explanation


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """It says nearly the same as a paper that is in the issue."""

    of: int


@dataclass(frozen=True, slots=True)
class CrowdedOut:
    """It fits, but these fit better and the issue was full."""

    place: int  # its own, from 1, among all that fit
    by: tuple[Pick, ...]
    explanation: Explanation


_STANDING: dict[Standing, str] = {
    "phrase": " (as a phrase)",
    "close": " (its words near each other)",
    "apart": " (its words apart)",
    "word": " (one word of it)",
    "": "",
}

Answer = (
    Picked
    | NotOffered
    | AlreadySent
    | Excluded
    | Lacking
    | NoMatch
    | BelowFloor
    | ByMeaningAlone
    | NearDuplicate
    | CrowdedOut
)


def explain_absence(
    profile: Profile,
    number: int,
    index: Index,
    *,
    taste: Taste = (),
    limits: Limits,
    sent: Mapping[int, tuple[datetime | None, int | None]] | None = None,
) -> Answer:
    """Say why a paper is in a reader's issue, or what kept it out; the first reason that holds.

    `sent` maps the papers they have had to (when, in which edition). Pure.
    """
    had = sent or {}
    if number in had:
        return AlreadySent(*had[number])
    if number not in index.place:
        return NotOffered()
    if excluded := index.forbidding(profile, number):
        return Excluded(tuple(item.text for item in excluded))
    if lacking := index.lacking(profile, number):
        return Lacking(tuple(" or ".join(item.text for item in clause) for clause in lacking))
    tastes = [taste] if taste else None
    ranking = index.rank([profile], sent=[had], tastes=tastes, depth=len(index.papers))[0]
    picks = choose(profile, ranking, index, limits=limits, taste=taste, sent=had)
    for place, pick in enumerate(picks, start=1):
        if pick.paper == number:
            return Picked(place, pick)
    explanation = index.explain(profile, number, taste)
    if number not in ranking.papers:
        return NoMatch()
    if (best := index.best(profile, [number])[0]) < limits.floor:
        return BelowFloor(limits.floor, best, explanation)
    if index.best(profile, [number], by_words=limits.by_words)[0] < limits.floor:
        return ByMeaningAlone(explanation)
    for pick in picks:
        if number in index.duplicates_of(pick.paper):
            return NearDuplicate(pick.paper)
    return CrowdedOut(ranking.papers.index(number) + 1, picks, explanation)


def sentence(answer: Answer, titles: Mapping[int, str]) -> str:
    """Return an answer as one line for a person."""
    match answer:
        case Picked(place, pick):
            return (
                f"{pick.section}, place {place}, score {pick.score:.3f}: {_reasons(pick.reasons)}"
            )
        case NotOffered():
            return "it is in none of the editions that this issue is made of"
        case AlreadySent(at, edition):
            when = f" on {at:%Y-%m-%d}" if at else ""
            where = f" in edition {edition}" if edition else ""
            return f"they have had it{when}{where}"
        case Excluded(words):
            return f"their profile excludes {_listed(words)}, and it stands in title or abstract"
        case Lacking(words):
            return f"their profile requires {_listed(words)}, and it does not stand there"
        case NoMatch():
            return "none of their keywords stands in it, and it is not near enough in meaning"
        case BelowFloor(floor, best, why_not):
            what = f" ({_reasons(why_not.reasons)})" if why_not.reasons else ""
            return f"no keyword gives it the floor of {floor:g}; the best is {best:.3f}{what}"
        case ByMeaningAlone(why_not):
            return (
                "it is near by meaning alone, and they ask for strict matches"
                f" ({_reasons(why_not.reasons)})"
            )
        case NearDuplicate(of):
            return f"it says nearly the same as “{titles.get(of, of)}”, which is in the issue"
        case CrowdedOut(place, by, why_not):
            last = by[-1] if by else None
            least = f"; the last of them: “{titles.get(last.paper, last.paper)}”" if last else ""
            return (
                f"it fits, score {why_not.score:.3f}, place {place}, but the issue was full with"
                f" {len(by)} others{least}"
            )


def _reasons(reasons: Sequence[Reason]) -> str:
    texts = [f"{r.keyword}{_how(r)} in {r.field} {r.gain:+.3f}" for r in reasons]
    return ", ".join(texts) or "popular, outside their keywords"


def _how(reason: Reason) -> str:
    if reason.standing != "part":
        return _STANDING[reason.standing]
    return f" (part of it, without {_listed(reason.missing)})"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)
