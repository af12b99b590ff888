"""The other mails: those that answer a reader, rather than bring papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args

from digest.composing.excerpt import harmless
from digest.composing.links import web_url
from digest.composing.locales import Catalogue

NoticeKind = Literal[
    "confirm",  # the double opt-in: `url` confirms, `address` was entered, for `keywords`
    "invite",  # invited by the operator at `address`: `url` leads to the choice of keywords
    "welcome",  # confirmed, but nothing of the last week matched: `url` leads to the preferences
    "goodbye",  # left: `address` is off the list, `url` subscribes again
    "known",  # subscribed already: `url` opens the preferences, `keywords` are those kept
    "link",  # asked for a fresh link: `url` opens the preferences
    "address",  # to a new address, `address`: `url` confirms it
    "moving",  # to the old address: somebody asked to move; `url` stops it
    "moved",  # to the old address: it has moved; `url` takes it back
    "moved_back",  # to where the mails went meanwhile: no longer; `url`: the front page
    "changed",  # preferences were changed, `keywords` are those kept; `url`: that was not me
    "export",  # `url` leads to the reader's data
    "erase",  # `url` leads to the button that erases everything
    "no_papers",  # three quiet days: nothing was new; `url`, where there is one: the preferences
    "no_match",  # … nothing matched; `keywords` has the title of what nearly did
    "no_source",  # … a source is not well
]
QuietCause = Literal["quiet", "no_match", "source_failed"]

NOTICE_KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)
_WITHOUT_URL = ("welcome", "goodbye", "no_papers", "no_match", "no_source")


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail for one person, ready but for its headers."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    """What a notice says; `{name}` and `{address}` are filled."""

    subject: str
    heading: str
    paragraphs: tuple[str, ...]
    button: str
    reason: str  # why it came, in the small print


def notice_values(
    kind: NoticeKind,
    words: Catalogue,
    *,
    name: str,
    address: str = "",
    url: str | None = None,
    keywords: str = "",
    until: date | None = None,
) -> Mapping[str, object]:
    """Return what a notice's templates may use, beside what all may.

    Raises ValueError if the notice is nothing without its link, and the link is no http(s) one.
    """
    clean = web_url(url) if url else None
    if clean is None and (url or kind not in _WITHOUT_URL):
        raise ValueError(f"a {kind} mail needs an http or https address, not {url!r}")

    def filled(text: str) -> str:
        return text.replace("{name}", name).replace("{address}", harmless(address))

    wanted = _WORDINGS[kind]
    if kind == "no_match" and not keywords.strip():
        wanted = _nothing_near
    wording = wanted(words.say)
    limit = words.say("The link works until {day}.") if until else ""
    return {
        "title": filled(wording.subject),
        "heading": filled(wording.heading),
        "paragraphs": [filled(paragraph) for paragraph in wording.paragraphs],
        "button": wording.button,
        "reason": filled(wording.reason),
        "keywords": " ".join(harmless(keywords).split())[:300],
        "until": limit.replace("{day}", words.weekday(until)) if until else "",
        "url": clean,
        "dateline": "",
    }


def quiet_lines(words: Catalogue, cause: QuietCause) -> tuple[str, str]:
    """Return the heading (of which the subject is made) and the account of a day without papers."""
    say = words.say
    if cause == "quiet":
        return (
            say("A quiet day: no new papers"),
            say("There were no new papers today. You have missed nothing."),
        )
    if cause == "no_match":
        return (
            say("Nothing for your keywords today"),
            say(
                "There were new papers today, but none that matches your keywords. If that "
                "happens often, a broader keyword helps."
            ),
        )
    return (
        say("No papers today: our source did not answer"),
        say(
            "We could not fetch today’s papers. Nothing is lost: they come as soon as the source "
            "answers again."
        ),
    )


Say = Callable[[str], str]


def _confirm(say: Say) -> Wording:
    return Wording(
        say("Please confirm: papers from {name}"),
        say("One click, and it begins"),
        (
            say("Somebody, we hope you, asked {name} to send new papers to {address}."),
            say("Please confirm that it was you. Until then you will get nothing else from us."),
        ),
        say("Yes, send me papers"),
        say(
            "You get this one mail because your address was entered at {name}. If that was not "
            "you, do nothing, and you will hear no more from us."
        ),
    )


def _invite(say: Say) -> Wording:
    return Wording(
        say("An invitation: new papers from {name}"),
        say("You are invited"),
        (
            say(
                "Whoever runs {name} would like to send you new research papers that match your "
                "keywords, in one mail, with the reason beside each."
            ),
            say(
                "You choose the keywords, and when it comes. If you do nothing, nothing comes, and "
                "we forget your address after a month."
            ),
        ),
        say("Choose my keywords"),
        say(
            "You get this one mail because {address} was invited to {name}. Behind the button you "
            "can also decline; then you will not be invited again."
        ),
    )


def _welcome(say: Say) -> Wording:
    return Wording(
        say("Welcome to {name}"),
        say("Welcome"),
        (
            say(
                "Thank you for confirming. From now on {name} sends you what is new for your "
                "keywords."
            ),
            say(
                "Nothing of the last week matched them, so there is nothing to show yet: your "
                "first papers come with the next edition."
            ),
        ),
        say("Change keywords or how often"),
        say("You get this mail because you have just confirmed that you want {name}."),
    )


def _goodbye(say: Say) -> Wording:
    return Wording(
        say("You have left {name}"),
        say("You will get no more mail"),
        (
            say(
                "{address} is off the list, from this moment. A mail that was already on its way "
                "may still arrive."
            ),
            say("Thank you for reading. If it was a slip, one click brings you back."),
        ),
        say("Subscribe again"),
        say("This is the last mail from {name}."),
    )


def _known(say: Say) -> Wording:
    return Wording(
        say("You read {name} already"),
        say("You are subscribed already"),
        (
            say("Somebody, probably you, asked {name} to send papers to {address}."),
            say("That address is on the list, so nothing has changed. Your keywords are kept:"),
        ),
        say("Open my preferences"),
        say("You get this mail because you read {name}. If you asked for nothing, do nothing."),
    )


def _link(say: Say) -> Wording:
    return Wording(
        say("Your link to {name}"),
        say("Your link"),
        (
            say(
                "Here is the link you asked for. It opens your keywords and preferences at {name}."
            ),
            say("If you did not ask for it, leave it: without it nobody can change anything."),
        ),
        say("Open my preferences"),
        say("You get this mail because you read {name} and asked for your link."),
    )


def _address(say: Say) -> Wording:
    return Wording(
        say("Please confirm your new address"),
        say("Is this your new address?"),
        (
            say("You asked {name} to write to {address} from now on."),
            say("Please confirm it. Until then everything goes to your old address."),
        ),
        say("Yes, use this address"),
        say(
            "You get this mail because a reader of {name} entered this address as the new one. "
            "If that was not you, do nothing."
        ),
    )


def _moving(say: Say) -> Wording:
    return Wording(
        say("Somebody asked {name} to write elsewhere"),
        say("Do you want to move?"),
        (
            say(
                "Somebody, probably you, asked {name} to write to another address instead of here."
            ),
            say(
                "If that was you, do nothing here: open the mail at the new address. If it was "
                "not you, stop it now."
            ),
        ),
        say("Stop the move"),
        say("You get this mail because you read {name} at this address."),
    )


def _moved(say: Say) -> Wording:
    return Wording(
        say("{name} writes to your new address now"),
        say("You have moved"),
        (
            say("From now on {name} writes to another address, and no longer here."),
            say("If that was not you, take it back."),
        ),
        say("Take it back"),
        say("You get this mail because you read {name} at this address until now."),
    )


def _moved_back(say: Say) -> Wording:
    return Wording(
        say("{name} no longer writes to this address"),
        say("Your mails go to the earlier address again"),
        (
            say(
                "The change of address was taken back, at the address that the mails went to "
                "before. From now on {name} writes there again, and no longer here."
            ),
            say("If you want papers here, too, subscribe with this address."),
        ),
        say("Subscribe"),
        say("You get this mail because {name} wrote to this address until now."),
    )


def _changed(say: Say) -> Wording:
    return Wording(
        say("Your preferences at {name} were changed"),
        say("Your preferences were changed"),
        (
            say(
                "Somebody, probably you, changed what {name} sends you, or when. If that was you, "
                "there is nothing to do. Your keywords are now those below."
            ),
            say(
                "If it was not you, somebody has one of your mails. The button ends what its "
                "links can do; then get a new link, and change back what is not yours."
            ),
        ),
        say("That was not me"),
        say(
            "You get this mail because you read {name} and your preferences were changed. There "
            "is at most one a day."
        ),
    )


def _export(say: Say) -> Wording:
    return Wording(
        say("Your data at {name}"),
        say("Your data"),
        (
            say("Here is the link you asked for. It leads to everything {name} keeps about you."),
            say("If you did not ask for it, leave it: nobody else can open it."),
        ),
        say("See my data"),
        say("You get this mail because you read {name} and asked for your data."),
    )


def _erase(say: Say) -> Wording:
    return Wording(
        say("Your request to erase everything at {name}"),
        say("Erase everything?"),
        (
            say(
                "You asked {name} to erase everything it keeps about you: your address, your "
                "keywords, and what you were sent. It cannot be undone."
            ),
            say("If you did not ask for it, leave it, and nothing is erased."),
        ),
        say("Go on to erase"),
        say("You get this mail because you read {name} and asked to be erased."),
    )


def _no_papers(say: Say) -> Wording:
    return _quiet(
        say,
        say("Why you have had no mail: there were no new papers"),
        say("For three days there have been no new papers, so {name} had nothing to send."),
        say("The next mail comes when there is something for you."),
    )


def _no_match(say: Say) -> Wording:
    return _quiet(
        say,
        say("Why you have had no mail: nothing matched"),
        say("For three days no new paper matched your keywords."),
        say("A broader keyword brings more; the one that came nearest stands below."),
    )


def _nothing_near(say: Say) -> Wording:
    near = _no_match(say)
    return replace(near, paragraphs=(near.paragraphs[0], say("A broader keyword brings more.")))


def _no_source(say: Say) -> Wording:
    return _quiet(
        say,
        say("Why you have had no mail: our source is not answering"),
        say("For three days {name} could not fetch new papers."),
        say("Nothing is lost: they come as soon as the source answers again."),
    )


def _quiet(say: Say, heading: str, *paragraphs: str) -> Wording:
    return Wording(
        heading,
        heading,
        paragraphs,
        say("Widen my keywords"),
        say("You get this once, because {name} has had nothing to send you for three days."),
    )


_WORDINGS: Mapping[NoticeKind, Callable[[Say], Wording]] = {
    "confirm": _confirm,
    "invite": _invite,
    "welcome": _welcome,
    "goodbye": _goodbye,
    "known": _known,
    "link": _link,
    "address": _address,
    "moving": _moving,
    "moved": _moved,
    "moved_back": _moved_back,
    "changed": _changed,
    "export": _export,
    "erase": _erase,
    "no_papers": _no_papers,
    "no_match": _no_match,
    "no_source": _no_source,
}
