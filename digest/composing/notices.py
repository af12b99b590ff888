"""The other mails: those that answer a reader, rather than bring papers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from digest.composing.links import web_url
from digest.composing.locales import Words
from digest.composing.wording import one_line

# confirm   the double opt-in: `url` confirms, `address` was entered
# welcome   confirmed, but nothing of the last week matched: `url` leads to the preferences
# goodbye   left: `address` is off the list, `url` subscribes again
# address   a change of address: `url` confirms, `address` is the new one
# link      the link that was asked for: `url` opens the preferences
NoticeKind = Literal["confirm", "welcome", "goodbye", "address", "link"]
QuietCause = Literal["quiet", "no_match", "source_failed"]

NOTICE_KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)
_WITHOUT_URL = ("welcome", "goodbye")


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail for one person, ready but for its headers."""

    subject: str
    html: str
    text: str


def notice_values(
    kind: NoticeKind, words: Words, *, name: str, address: str, url: str | None
) -> Mapping[str, object]:
    """Return what a notice's templates may use, beside what all may.

    Raises ValueError if the notice is nothing without its link, and the link is no http(s) one.
    """
    clean = web_url(url) if url else None
    if clean is None and (url or kind not in _WITHOUT_URL):
        raise ValueError(f"a {kind} mail needs an http or https address, not {url!r}")
    return {
        "url": clean,
        "address": one_line(address),
        "reason": _reason(kind, words).replace("{name}", name),
        "preview": "",
        "dateline": "",
    }


def quiet_lines(words: Words, cause: QuietCause) -> tuple[str, str]:
    """Return the heading (the subject too) and the account of a day without papers."""
    if cause == "quiet":
        return (
            words.say("A quiet day: no new papers"),
            words.say("There were no new papers today. You have missed nothing."),
        )
    if cause == "no_match":
        return (
            words.say("Nothing for your keywords today"),
            words.say(
                "There were new papers today, but none that matches your keywords. If that "
                "happens often, a broader keyword helps."
            ),
        )
    return (
        words.say("No papers today: our source did not answer"),
        words.say(
            "We could not fetch today’s papers. Nothing is lost: they come as soon as the source "
            "answers again."
        ),
    )


def _reason(kind: NoticeKind, words: Words) -> str:
    if kind == "confirm":
        return words.say(
            "You get this one mail because your address was entered at {name}. If that was not "
            "you, do nothing, and you will hear no more from us."
        )
    if kind == "address":
        return words.say(
            "You get this mail because a reader of {name} entered this address as the new one. "
            "If that was not you, do nothing."
        )
    if kind == "goodbye":
        return words.say("This is the last mail from {name}.")
    if kind == "link":
        return words.say("You get this mail because you read {name} and asked for your link.")
    return words.say("You get this mail because you have just confirmed that you want {name}.")
