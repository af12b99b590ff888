"""What a saved page shows that belongs to no paper: its header, menus, footer and controls.

A table: what is missing from it is reported as not understood, never taken for a paper.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.dumps.page.translated_words import TRANSLATED

# Lines that only the page of papers has: evidence that a text is that page, and where it begins.
_SIGN = re.compile(
    r"get trending papers in your email inbox\b.{0,40}"
    r"|by\s?(?:\[[^\]]{0,60}\]\s?)?\[?ak\]?(?:\[\d{1,4}\])? and the (?:ai )?research community"
    r"|(?:daily|trending) papers(?: (?:[-–|·] )?hugging ?face)?"
    r"|trending papers ranked by github stars activity",
    re.IGNORECASE,
)
SIGN_TEXT = "Get trending papers in your email inbox"  # where one page is glued to the next

_MARKS = re.compile(r"(?:^|(?<=\s))[o+*•□■☆-]\s+")  # as browsers for terminals print lists
# Between words that the page's buttons leave unspaced: "PreviousNext", "TOSPrivacy".
_GLUE = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HEADER = frozenset({"daily", "weekly", "monthly", "day", "week", "month", "today", "yesterday"})
_TURNING = frozenset({"previous", "next", "...", "…", "«", "»", "‹", "›", "<", ">"})

# The site's own words, in lower case, as its menus, controls and footer print them.
_WORDS = (
    frozenset(
        word.strip()
        for word in """
    new|subscribe|upvote|hugging face|hugging face's logo|models|datasets|spaces|buckets|buckets new
    docs|enterprise|pricing|website|tasks|huggingchat|collections|languages|organizations
    organisations|community|blog|posts|learn|discord|forum|github|solutions|team & enterprise
    hugging face pro|enterprise support|inference providers|inference endpoints|storage buckets
    inference|storage|log in|login|sign in|sign up|sign out|log out|logout|register|join
    papers|paper|submit|submit a paper|submit paper|company|tos|terms|terms of service|privacy
    privacy policy|about|careers|jobs|system theme|theme|light|dark|system|view all|see all
    see all papers|view all papers|load more|show more|read more|more|less|show less|back to top
    top|skip to content|skip to main content|search|search models, datasets, users...|clear
    search papers|search any paper with ai|sort|sort by|filter|filters|settings|profile|inbox
    notifications|activity|activity feed|new model|new dataset|new space|new collection|new paper
    create organization|create new organization|billing|access tokens|get pro|get hf pro|menu
    main navigation|navigation|footer|header|main|content|home|papers with code|paper page
    copy markdown|copy link|share|bookmark|save|like|likes|comment|comments|reply|follow|following
    changelog|status|hardware|use cases|support|contact|contact us|partners|cookies|cookie policy
    accept|accept all|reject all|image|images|avatar|logo|icon|video|play|pause|thumbnail|and
    by|ak|open in app|open menu|close|close menu|expand|collapse|toggle menu|dismiss|ok|cancel
    your browser does not support the video tag.|please enable javascript to view this page.
    abstract|abstracts|summary|title|titles|authors|author|links|date|published|votes|upvotes
    end of document|content truncated|[content truncated]|markdown content:|extracted text
    and the research community|ak and the research community|community discussion|discussion
    hf.co|huggingface|huggingface.co
    liked|trending|popular|latest|recent|most upvoted|hot|all|all time|newest|oldest
    advertisement|advertisements|sponsored|sponsored content|ad|ads|promoted|cookie settings
    manage cookies|cookie preferences|view all activity|see translation|view translation
    translate|paper submitter|paper author|ai-generated summary|add to collection|lorem ipsum
    posts & articles|articles|kernels|leaderboards|benchmarks|apps|agents|mcp|quicksearch
    """.replace("\n", "|").split("|")
    )
    | _HEADER
    | TRANSLATED
)

_LINES = re.compile(
    r"""
    (?:copyright\s*)?[©(]c?\)?\s?(?:\d{4}\s?)?hugging\ ?face.*       # the footer's owner
    | \d{1,2}[/.]\d{1,2}[/.]\d{2,4},?\s\d{1,2}[:.]\d\d.{0,80}        # what browsers print on top
    | https?://\S+\s+\d{1,4}\s?(?:/|of)\s?\d{1,4}                    # and below a printed page
    | (?:page\s)?\d{1,4}\s?(?:/|of)\s?\d{1,4} | page\s\d{1,4}
    | \[?\[?(?:image|img|图片|圖片|imagen|bild|picture|photo|avatar)(?:\s?\d+)?
        (?:[:：].{0,100})?\]?\]?
    | \[?hugging\ ?face['’]s\ logo\]?.{0,60}
    | .{1,40}['’]s\ (?:avatar|profile\ picture|logo)
    | (?:view|show|see)\ \d+\ more.{0,20} | \+\s?\d{1,4}
    | search(?:ing)?\ for\s.{1,80} | \d[\d,]*\ (?:results?|papers?)(?:\ found)?
    | logo\ of\ .{1,60} | page\ \d+\ of\ \d+
    | (?:page\ title|url(?:\ source)?|source(?:\ (?:url|html|sha\d+))?|published\ time
        |markdown\ content|retrieved|exported|generated\ from|extraction)\s?:(?:\s.{0,300})?
    | \[+\w{1,12}[:：].{0,40}\]+ | \[[\w.-]{1,40}\] | \[\ ?(?:image|img|picture)?\ ?\]
    | (?:begin\ )?forwarded\ message:? | -+\s?(?:original|forwarded)\ message\s?-+
    | (?:on|am|le)\ .{6,120}\ (?:wrote|schrieb|écrit)\b.{0,60}:
    | [\W_]+
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FEWEST_ENTRIES, _MOST_ENTRIES = 4, 24  # of a menu on one line
# A mail's header fields.
_OF_MAIL = (
    "from|to|cc|bcc|date|sent|subject|reply-to|message-id|von|an|datum|gesendet|betreff|de|à"
    "|objet|envoyé"
)
# What crawlers, note books and mail programs write above a page; only there is it no text of a
# paper. A title has a colon, too ("OPT-R: Exploring …"): so the fields are named.
_PREAMBLE = re.compile(
    rf"""
    (?:(?:page|site|source|original|final|canonical|web|clip)?[ _-]?
       (?:title|name|url|link|address|source|page|date|time|author|authors|creator|description)
      |(?:url|text|content|markdown|article|extracted|clipped|captured|saved|fetched|crawled
         |retrieved|exported|imported|printed|scraped|downloaded|accessed|archived|published
         |created|updated|modified|generated|collected)
       (?:[ _-](?:on|at|from|by|with|via|source|time|date|content|text|url))?
      |tags?|labels?|keywords?|topics?|categor(?:y|ies)|folder|notebook|project|status|type|kind
      |language|lang|locale|encoding|format|mime[ _-]type|host(?:name)?|domain|publisher|site
      |words?(?:[ _-]count)?|length|size|reading[ _-]time|image|cover|banner|favicon|note|notes
      |comment|reminder|highlights?|id|uid|uuid|version|query|search|prompt|summary|excerpt|alias
      |aliases|{_OF_MAIL}|asunto|para|fecha|quelle|titel|titre|título|fonte|fuente|warning
      |http[ ]status)\s?[:：](?:\s.{{0,300}})?          # a field: "URL Source: …", "Subject: …"
    | (?-i:[a-z][a-z0-9_-]{{1,29}}):(?:\s.{{0,300}})?   # as YAML has them
    | [\w ():-]{{2,30}}:\s*<?https?://\S+
    | (?:hello|hi|dear)\b.{{0,40}} | fyi[.!]? | see\ below.{{0,40}}
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NOTE_FIELD = re.compile(r"[a-z][a-z0-9_]{1,29}:(?:\s.{0,120})?")
_MAIL_FIELD = re.compile(rf"(?:{_OF_MAIL})\s?:\s.{{1,300}}", re.IGNORECASE)  # alone, maybe a title
# The header's sentences, whose ends a text begins with that is cut off in them.
_SENTENCES = (
    "get trending papers in your email inbox once a day!",
    "get trending papers in your email inbox!",
    "byak and the research community",
)
_PRINTED = re.compile(
    r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4},?\s\d{1,2}[:.]\d\d.{0,80}"
    r"|(?:https?://\S+\s+)?(?:page\s)?\d{1,4}\s?(?:/|of)\s?\d{1,4}",
    re.IGNORECASE,
)


def is_sign(line: str) -> bool:
    """Return whether only the page of papers has this line."""
    return _SIGN.fullmatch(line) is not None


def is_furniture(line: str) -> bool:
    """Return whether a line belongs to the page, not to a paper."""
    bare = line.strip(" *_|:›»·•").lower()
    if bare in _WORDS or is_turning(line) or is_sign(line) or _LINES.fullmatch(line):
        return True
    return _is_menu(_MARKS.split(line)) or _is_menu(_GLUE.split(line)) or _is_row(line)


def _is_row(line: str) -> bool:
    """Return whether a line is several of the menu's entries, one after the other."""
    words = line.lower().split()
    if not _FEWEST_ENTRIES <= len(words) <= _MOST_ENTRIES:
        return False
    entries = at = 0
    while at < len(words):
        size = next((n for n in (3, 2, 1) if " ".join(words[at : at + n]) in _WORDS), 0)
        if not size:
            return False
        entries, at = entries + 1, at + size
    return entries >= _FEWEST_ENTRIES


def _is_menu(parts: Sequence[str]) -> bool:
    """Return whether a line holds nothing but several of the page's own words."""
    told = [part.strip().lower() for part in parts if part.strip()]
    return (
        len(parts) > 1
        and bool(told)
        and all(part in _WORDS or part in _TURNING or _SIGN.fullmatch(part) for part in told)
    )


def is_preamble(line: str) -> bool:
    """Return whether a line above the page's first sign tells where the page came from."""
    return _PREAMBLE.fullmatch(line) is not None


def is_note_field(line: str) -> bool:
    """Return whether a line can be a field of a note, as programs keep it: `id: 3f1`."""
    return _NOTE_FIELD.fullmatch(line) is not None


def is_mail_field(line: str) -> bool:
    """Return whether a line can be a field of a mail's header."""
    return _MAIL_FIELD.fullmatch(line) is not None


def ends_header_sentence(line: str) -> bool:
    """Return whether a line is the rest of a sentence of the page's header."""
    return len(line) > 2 and any(each.endswith(line.lower()) for each in _SENTENCES)


def is_header(line: str) -> bool:
    """Return whether a line is of the header's own controls, above the first paper."""
    return line.lower() in _HEADER or is_sign(line)


def is_turning(line: str) -> bool:
    """Return whether a line turns the page; page numbers stand beside it."""
    words = line.lower().split()
    return bool(words) and all(word in _TURNING for word in words)


def is_page_edge(line: str) -> bool:
    """Return whether a browser prints this at a page's edge, even in mid-sentence."""
    return _PRINTED.fullmatch(line) is not None
