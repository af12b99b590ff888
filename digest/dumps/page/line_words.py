"""What the words of a wrapped line tell: whether it is of a title or of an abstract.

The groups of words and their costs (negative logarithms of likelihoods) come from counting the
words of 300 titles and their abstracts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_OPEN_END = re.compile(
    r"(?:[,:;–—-]|\b(?:a|an|the|of|for|in|on|with|and|or|to|from|by|via|as|at|is|are|using"
    r"|towards?|into|over|under|between|without|through|that|which|we|our|its|their|than))$",
    re.IGNORECASE,
)
_CAPITAL_START = re.compile(r"[\"'(“‘\[$#\\]*[^\Wa-z_]")
_STOP = re.compile(r"(?<!\bvs)[.。…][)\"'”’»\]]*$")
_ASKED = re.compile(r"[!?][)\"'”’»\]]*$")
_ADDRESS = re.compile(r"(?:https?://|\bwww\.|\b[\w-]+\.(?:com|io|org|net)/)\S", re.IGNORECASE)
_ADDRESS_END = re.compile(rf"{_ADDRESS.pattern}*$|[{{\[]this https? url[\]}}]\.?$", re.IGNORECASE)
_EXPLAINED = re.compile(r"\([A-Z]\w*[A-Z]s?\)|\bet al\b")  # "Moss Language (ML)", a citation
_ABBREVIATION = re.compile(r"\([A-Z][\w-]*[A-Z\d]s?\)")
_INNER_STOP = re.compile(r"(?<!\bvs)(?<![A-Z])\.[)\"'”’»\]]*\s+[A-Z]")
_WORD = re.compile(r"[\w'-]+")
_LATER_WORD = re.compile(r"(?<=[^\W\d] )[\w'-]+|(?<=[,;] )[\w'-]+")  # no sentence begins there
_NAMED = re.compile(r"[\w@+-]+(?: [\w-]+){0,2}: [A-Z]")  # "Moss-2: A New …"

# No title begins with them, unless in a hundred.
_SENTENCE_START = re.compile(
    r"(?:We|Our|This|These|Those|They|It|There|However|Moreover|Furthermore|Additionally|Finally"
    r"|Specifically|Notably|Although|Despite|Recently|Here|Since|Thus|Therefore|Hence|Overall"
    r"|Interestingly|Surprisingly|Concretely|Consequently|Meanwhile|Nevertheless|Motivated"
    r"|Existing|Previous|Prior|Current|Extensive|Experimental results|Experiments|Results|Codes?"
    r"|Unlike|Instead|Firstly|Secondly|Compared|While|Such|In (?:this|particular|addition|contrast"
    r"|our|fact|these|many|order)|For (?:example|instance|this)|To (?:address|this|overcome|tackle"
    r"|better|solve|achieve|mitigate|bridge|our)|(?:More|Most) \w+ly|As a|On the other)\b"
    r"|\([ivx\d]{1,3}\)"
)
# Words of prose that no title has in lower case, and words that few have.
_PROSE = re.compile(
    r"\b(?:we|ours?|these|they|however|proposes?|demonstrates?|has|been|were|outperforms?|introduces?"
    r"|achieves?|experiments|results|shows|significantly|typically|furthermore|moreover"
    r"|respectively|extensive|often|thereby)\b"
)
_RARE = re.compile(
    r"\b(?:this|that|which|be|or|such|are|their|its|it|also|but|both|have|while|where|show|only"
    r"|each|further|existing|proposed|find|provide|during|across|between|different|performance"
    r"|paper|can|approach|was|not|first|novel|is|more|most|using|many|one|two)\b|i\.e\.|e\.g\."
)


@dataclass(frozen=True, slots=True)
class LineWords:
    """One line, as far as it tells where titles and abstracts begin and end."""

    content: frozenset[str]  # its longer words, without their endings
    as_title: float  # what it costs as a line of a title
    as_abstract: float
    begins_title: float  # what it costs as a title's first line, beside that
    capital: bool  # it begins with a capital letter
    first: str  # its first word
    explains: bool  # it begins with an abbreviation in brackets
    ends_in_name: bool  # its last word begins with a capital letter
    size: int  # characters
    stops: bool  # it ends as a sentence does
    asks: bool  # … or with a question mark
    ends_in_address: bool
    is_open: bool  # its last word calls for another one


def calls_for_more(text: str) -> bool:
    """Return whether a text's last word or sign calls for another word."""
    return _OPEN_END.search(text) is not None


def read_words(text: str) -> LineWords:
    """Return what one line's words tell."""
    told = _WORD.findall(text)
    later = [word for word in told[1:] if len(word) >= 4]
    capitals = sum(any(c.isupper() for c in word) for word in later)
    share = capitals / len(later) if later else 0.5
    title = 0.2 if share >= 0.6 else 0.9 if share >= 0.3 else 1.8
    abstract = 3.0 if share >= 0.75 else 2.0 if share >= 0.6 else 0.7 if share >= 0.3 else 0.1
    if len(later) < 3:
        title, abstract = (0.3, 2.6) if later and share == 1.0 else (0.6, 0.6)
    elif share == 1.0:
        abstract += 0.7 * max(0, len(later) - 3)
    abstract += 1.0 * bool(_NAMED.match(text))
    title += 4.0 * bool(_INNER_STOP.search(text)) + 2.5 * bool(_STOP.search(text))
    title += 4.0 * bool(_ADDRESS.search(text)) + 2.5 * bool(_EXPLAINED.search(text))
    title += min(5.0, 2.5 * len(_PROSE.findall(text)) + 0.7 * len(_RARE.findall(text)))
    return LineWords(
        content=frozenset(word.lower()[:7] for word in told if len(word) >= 5),
        as_title=title,
        as_abstract=abstract,
        begins_title=5.0 * bool(_SENTENCE_START.match(text)),
        capital=_CAPITAL_START.match(text) is not None,
        first=told[0] if told else "",
        explains=_ABBREVIATION.match(text) is not None,
        ends_in_name=bool(told) and told[-1][0].isupper(),
        size=len(text),
        stops=_STOP.search(text) is not None,
        asks=_ASKED.search(text) is not None,
        ends_in_address=_ADDRESS_END.search(text) is not None,
        is_open=calls_for_more(text),
    )


def sentence_starts(texts: Sequence[str]) -> dict[str, float]:
    """Return how surely a word with a capital begins a sentence, from 0 to 1.

    A word that the same text mostly writes in lower case is no name.
    """
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for text in texts:
        for word in _LATER_WORD.findall(text):
            (capital if word[0].isupper() else small)[word.capitalize()] += 1
    return {word: count / (count + capital[word] + 1) for word, count in small.items()}


def title_leanings(lines: Sequence[LineWords], reach: int = 10) -> list[float]:
    """Return for each line how much its words favour a title: they come again below, not above.

    A title's words come again in its abstract; what stands above it is another paper's (Hearst,
    1997, TextTiling). `reach` is in lines.
    """
    above: Counter[str] = Counter()
    below: Counter[str] = Counter(word for line in lines[1 : reach + 1] for word in line.content)
    found: list[float] = []
    for at, line in enumerate(lines):
        size = max(3, len(line.content))
        again = sum(below[word] > 0 for word in line.content)
        known = sum(above[word] > 0 for word in line.content)
        found.append(2.5 * (again - known) / size)
        above.update(line.content)
        if at >= reach:
            above.subtract(lines[at - reach].content)
        if at + 1 < len(lines):
            below.subtract(lines[at + 1].content)
        if at + reach + 1 < len(lines):
            below.update(lines[at + reach + 1].content)
    return found
