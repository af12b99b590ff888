"""What people type that is no keyword, or none that can be looked for as it stands. Pure.

Each is told with what to write instead; what is easily understood is read, and said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from subscribers.messages import Message, message
from subscribers.profile_words import FUNCTION_WORDS

_ARXIV = re.compile(
    r"(?:arxiv:|id:|id_list=)?\d{4}\.\d{4,5}(?:v\d+)?|arxiv:\S+|[a-z-]+(?:\.[A-Z]{2})?/\d{7}", re.I
)
_DOI = re.compile(r"(?:doi[:=]|do=)?10\.\d{4,9}/\S+|pmid:?\d+|PMC\d{5,}", re.I)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_WEB = re.compile(r"(?:https?://|www\.)\S+", re.I)
_ORCID = re.compile(r"(?:orcid:)?\d{4}-\d{4}-\d{4}-\d{3}[\dX]", re.I)
_HANDLE = re.compile(r"@\w[\w.]*")
_ABBREVIATIONS = frozenset(("prof", "dept", "univ", "spec", "subsp", "approx"))
_PERHAPS = re.compile(r"[@/*?$!¬\d]|:|www")  # most words have none of these
_NEGATED = re.compile(r"[!¬]\w")
_WEIGHED = re.compile(r"([^\W\d][\w-]*)[:=](\d{1,2}(?:\.\d+)?)")
_NUMBERED = re.compile(r"(\d{1,2}[.)])([^\W\d_]{4,})")
_NEAR = re.compile(
    r"(?:NEAR|ADJ|SAME)(?:/?\d+)?|(?:W|PRE|N|P|ONEAR|WITHIN)/\d+"
    r"|AROUND\(\d+\)?|(?:near|adj|same)/?\d+|(?:w|pre|onear|within)/\d+"
)
_LETTERS_LEFT_OUT = re.compile(r"\w[?$]\w|\w\*\w|[*?]\w")
_COMBINING_FORM = re.compile(r"[a-z]{2,3}[*$]+|[a-z]{2,}o[*$]+")  # bio*, neuro*: no ending helps
_ENDING = re.compile(r"([\w-]*\w\w)(?:\*+|\$)|([^\W\d_]{3,})%")
_CAMEL = re.compile(r"[A-Z][a-z]+(?:[A-Z][a-z]+)+")
_WORDS_OF_CAMEL = re.compile(r"[A-Z][a-z]+")

_MOST_BESIDE_A_SLASH = 4  # words of an item; of a longer one nobody knows what belongs to what

# Written with a slash, and one thing all the same.
_WITH_A_SLASH = frozenset(
    [
        "cad/cam",
        "tcp/ip",
        "and/or",
        "he/she",
        "his/her",
        "client/server",
        "read/write",
        "on/off",
        "input/output",
        "gnu/linux",
        "pub/sub",
        "mac/phy",
        "24/7",
        "hw/sw",
        "lte/5g",
        "uk/us",
        "km/h",
        "kg/m",
        "mg/ml",
    ]
)


def why_no_keyword(token: str) -> Message | None:
    """Return why a token of a text cannot be a keyword and what to write; None: it can."""
    if not _PERHAPS.search(token):
        return None
    core = token.strip("()[]{}<>.;:\"'`")
    if _ADDRESS.fullmatch(core) or _HANDLE.fullmatch(core):
        return message("“{word}” is an address: write what the papers are about here", word=core)
    if _ORCID.fullmatch(core):
        return message('“{word}” is a person’s number: write author:"Ada Lovelace"', word=core)
    if _WEB.fullmatch(core) or _ARXIV.fullmatch(core) or _DOI.fullmatch(core):
        return message(
            "“{word}” is one paper or page: write what it is about, as in diffusion models",
            word=core,
        )
    if _NEGATED.match(token):
        return message("“{word}”: write -image for what you never want to see", word=core)
    if numbered := _NUMBERED.fullmatch(core):
        return message("put a space after the number: {number} {word}", number=numbered[1],
                       word=numbered[2])  # fmt: skip
    if weighted := _WEIGHED.fullmatch(core):
        return message("a weight is written {word}^{weight}", word=weighted[1], weight=weighted[2])
    if _LETTERS_LEFT_OUT.search(core) or _COMBINING_FORM.fullmatch(core):
        return message(
            "no sign stands for letters here: write “{word}” out, one item a spelling",
            word=core,
        )
    return None


def says_near(token: str) -> bool:
    """Return whether a token asks for nearness, as `NEAR/3`, `W/5` and `ADJ3` do elsewhere."""
    return _NEAR.fullmatch(token) is not None


def ending_cut(token: str) -> str | None:
    """Return `transform` of `transform*`; None: there is no such sign. `A*` and `C*` are names."""
    if "*" not in token and "$" not in token and "%" not in token:
        return None
    found = _ENDING.fullmatch(token.strip("()[]{}<>.,;:\"'`"))
    return found[1] or found[2] if found else None


def hashtag_words(token: str) -> str | None:
    """Return the words of a hashtag: `#MachineLearning` → `Machine Learning`; None: it is none."""
    if token[:1] not in "#＃" or not token[1:2].isalnum():
        return None
    tag = token[1:].rstrip(".,;:!?)")
    if _CAMEL.fullmatch(tag):
        return " ".join(_WORDS_OF_CAMEL.findall(tag))
    return tag.replace("_", " ").strip() or None


def parted(token: str) -> list[str]:
    """Return the things that slashes part; one: they belong together, as in `CAD/CAM`."""
    parts = token.split("/")
    apart = (
        len(parts) > 1
        and token.casefold() not in _WITH_A_SLASH
        and all(len(part) > 1 and part.replace("-", "").isalnum() for part in parts)
        and not all(part.isdigit() for part in parts)
    )
    return parts if apart else [token]


def slashed(words: Sequence[str]) -> list[str]:
    """Return what several words with a slash in one of them stand for; empty: for themselves.

    `speech recognition/synthesis` is speech recognition and speech synthesis; what one part leaves
    to the last is completed: `semi-/self-supervised`.
    """
    where = [at for at, word in enumerate(words) if len(parted(word)) > 1]
    if len(where) != 1 or len(words) > _MOST_BESIDE_A_SLASH:
        return []
    at = where[0]
    parts = parted(words[at])
    shared = parts[-1].partition("-")[2]
    whole = [part + shared if part.endswith("-") else part for part in parts]
    return [" ".join((*words[:at], part, *words[at + 1 :])) for part in whole]


def is_short_for(short: str, words: list[str]) -> bool:
    """Return whether a word in brackets is the initials of the words before: `… networks (GNN)`."""
    letters = short.removesuffix("s").casefold()
    if not (2 <= len(letters) <= 8 and letters.isalpha() and short[:2].isupper()):
        return False
    initials = "".join(part[0] for word in words for part in re.split(r"[-/]", word) if part)
    return initials.casefold().endswith(letters)


def says_nothing(words: tuple[str, ...]) -> bool:
    """Return whether an item's words stand in nearly every paper: `the`, `of which`."""
    return all(word in FUNCTION_WORDS for word in words) and any(len(word) > 1 for word in words)


def ends_sentence(token: str, shown: str, rest: str) -> bool:
    """Return whether a full stop ends more than an abbreviation: `Diffusion models. Robots.`"""
    if not token.endswith(".") or not shown.isalpha():
        return False
    if shown.isupper():  # `EEG. Moss`
        return 3 <= len(shown) <= 8 and rest[:1].isspace()
    if not shown[-1].islower():
        return False
    long = len(shown) > 4 or (len(shown) == 4 and rest.lstrip()[:1].isupper())
    return long and shown.casefold() not in _ABBREVIATIONS
