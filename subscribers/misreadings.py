"""What words and signs of a text mean elsewhere that they do not mean here. Pure.

Years, comparisons, lines of a search history, `audio without speech`, signs within quotation marks,
sentences that nothing else reads: none of them may be read as plain words without a word about it.
What would surely be misread is a problem; what is mostly a keyword after all (`learning without
labels`) a remark.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from subscribers.keyword_cursor import QUOTES, SEPARATORS
from subscribers.keyword_lines import LINE_ENDS, is_label
from subscribers.messages import Message, message
from subscribers.search_syntax import A_CATEGORY, QUERY, search_field


class Misreading(NamedTuple):
    """What is not read as its writer may have meant it."""

    position: int
    end: int
    says: Message
    refused: bool  # False: it is read as plain words, and that is said


_PHRASE = re.compile(rf"[{QUOTES}]([^{QUOTES}{LINE_ENDS}]*)[{QUOTES}]")
_ITEM = re.compile(rf"[^{re.escape(SEPARATORS)}]+")

_BUT_NOT = re.compile(
    r"\A\s*((?:except|outside of|save for)(?= +\w))"
    r"|\b(other than|apart from|aside from|with the exception of|(?:but|and) (?:no|without)"
    r"|(?<=anything )but|(?<=everything )but|(?<=all )but|(?<=nothing )but"
    r"|außer|ausgenommen|abgesehen von|aber (?:nicht|keine?[nrms]?|ohne)|(?<=alles )bis auf"
    r"|sauf|excepté|hormis|à part|mais (?:pas|sans)"
    r"|excepto|aparte de|pero (?:no|sin)|exceto|mas (?:não|sem))(?= +\w)"
    r"|(除了|除外|但不|不要|不含|不包括)",
    re.IGNORECASE,
)
# Whoever says what they do not want; what follows would be wanted.
_DISLIKED = re.compile(
    r"(?:\A|(?<=[.!?]))\s*("
    r"(?:i|we)(?:['’]\w+)?(?: \w+){0,2}? (?:hate|dislike|detest|loathe|avoid|not|never|cannot"
    r"|(?:do|did|wo|ca|could|would|have|am|are|is)n['’]?t|tired|sick|bored|fed up)"
    r"|(?:i(?:['’]m| am)|we(?:['’]re| are)) (?:not|tired|sick|bored|fed up)"
    r"|ich (?:hasse|verabscheue|meide)|ich \w+(?: \w+){0,2}? (?:keine?[nrms]?|nicht|nie)"
    r"|je (?:déteste|ne \w+ (?:pas|plus|jamais))|je n['’]\w+ (?:pas|plus|jamais)"
    r"|(?:yo )?(?:no (?:quiero|me interesan?|deseo)|odio|detesto)"
    r"|(?:eu )?(?:não (?:quero|me interessam?|desejo)|odeio)"
    r")(?![\w'’-])(?![^.!?]*[:：])"  # a heading says what it means
    r"|(?:\A|(?<=[。！？]))\s*(我(?:不想|不要|不喜欢|讨厌))(?![^。！？]*[:：])",
    re.IGNORECASE,
)
_HANGING = re.compile(
    r"(?<![^\s,;(\"“])([^\W\d_]{2,}[-‐‑])"
    r"(?=\s*(?:[,;]|(?:and|or|und|oder|et|ou|y|e)\b)[^\n]*?[^\W\d_]-[^\W\d_]"
    r"|\s+(?:and|or|und|oder) \w)",
    re.IGNORECASE,
)
_FORMULA = re.compile(r"(?<![\w.-])([A-Zℓ][\^]\d)(?= +[^\W\d_])")
_NAMES_AFTER = re.compile(
    r"\bauthor:[^\s,;\"“(]+(?: [A-Z][\w.]*)*(?:,| or| and| und| oder) "
    r"([A-Z][^\W\d_]+(?: [A-Z][^\W\d_]+)?)(?=\s*(?:[,;\n]|\Z))"
)
_CROSSED_OUT = re.compile(r"(?<!\S)([!¬] +\w+|~~[^~\n]+~~)")
_ALIKE = re.compile(r"(?<!\S)(~)(?=[^\W\d]\w)")
_COUNTED = re.compile(
    r"^\s*((?:at least|any|minimum|mindestens|au moins|al menos|pelo menos) \d+ (?:of|von|de)\b)",
    re.IGNORECASE | re.MULTILINE,
)
_PRIORITY = re.compile(
    r"(\((?:(?:very )?(?:high|highest|low|lowest|medium|top|main|most|less|not so)[ -]"
    r"(?:priority|importance|important|interest|weight)|(?:very )?important|priority \d"
    r"|[x×*] ?\d|\d ?[x×])\)|(?<=\w )[×]\d(?=\s*$))",
    re.IGNORECASE,
)
_TWO_THINGS = re.compile(
    r"^\s{0,60}((?:both )?[\w-]+ (?:and|und|et|y|e|&|и) [\w-]+)\s*$"
    r"|^[^:;,\n]*(?:[,;][^:;,\n]*)*[,;]\s*([^:;,\n]+? (?:and|und|et|y|&|и) [^:;,\n]+)$",
    re.MULTILINE,
)
_PERSON = re.compile(
    r"\A\s*([A-Z]\w+ (?:[A-Z]\. ?)+[A-Z]\w+"
    r"|[A-Z][a-z]+ (?:Le|De|La|Van|Mc|Mac|O['’])[A-Z][a-z]+)"
    r"\s*\Z|([A-Z]\w+)(?= et al\b)"
)
_PERHAPS_NOT = re.compile(
    r"(?<!\S)(w/o|w/out)(?= +\w)"
    r"|\A\s*(skip|hide|mute|omit|ignore|less|fewer|spare me)(?= +\w)"
    r"|(?<=\w )[(\[]?(without|minus|rather than|instead of|as opposed to|free of|lacking"
    r"|no|ohne|sans|sin|sem|salvo|menos)(?= +\w)"
    r"|^\s*[(\[]?(sans|pas de|aucune?|sin|ningun[oa]?|sem|nenhuma?|nada de)(?= +\w)",
    re.IGNORECASE,
)
_YEAR = r"(?:19[5-9]\d|20[0-3]\d)"
_YEARS = re.compile(
    rf"(?<![\w.-])({_YEAR} *(?:[-–—:/]|\.\.+|to|until|bis|à|a) *(?:{_YEAR}|now|today|present)"
    rf"|(?:since|after|before|until|from|newer than|older than|published in|seit|nach|vor|ab"
    rf"|depuis|après|avant|desde|después de|antes de) +{_YEAR}(?! *(?:\w|-\w))"
    rf"|[<>]=? *{_YEAR}"
    rf"|(?:in )?(?:the )?(?:last|past) +(?:\d+|few|two|three|five|ten)"
    rf" +(?:years?|months?|weeks?|days?)"
    rf"|(?:last|past|this) (?:year|month|week))(?![\w-])",
    re.IGNORECASE,
)
_ONLY_YEAR = re.compile(rf"\A\s*[(\[]?({_YEAR}[-–+]?)[)\]]?\s*\Z")
_COMPARED = re.compile(
    r"(?<![<>=\w-])(\w[\w.]{0,40} ?(?:[<>]=?|[≤≥≠]|[=!]=) ?[\d.]+%?|(?<=\s)(?:[<>=]=?|!=|[≤≥≠≈])"
    r"(?=\s)|(?<!\S)(?:[<>]=?|[≤≥]) ?\d[\d.]*)"
)
_SEARCH_LINE = re.compile(
    r"(?<![\w#])(#\d{1,3})(?![\w-])|(?<!\S)((?:and|or|not)/\d[\d,\-and ]*)", re.IGNORECASE
)
_ONLY_LINES = re.compile(
    r"\A\s*[(\[]*((?:[SL#]?\d{1,3}[)(\]]*)(?:[\s,]*(?:and|or|not)[\s,]*[(\[]*[SL#]?\d{1,3}[)\]]*)+)\s*\Z",
    re.IGNORECASE,
)
_LINE_IN_QUERY = re.compile(
    r"(?:(?<=AND )|(?<=OR )|(?<=NOT ))[(]*([SL]?\d{1,3})(?=[)]*\s*(?:$|\bAND\b|\bOR\b|\bNOT\b))"
    r"|^[\s(]{0,60}([SL]?\d{1,3})(?=[)]*\s+(?:AND|OR|NOT)\b)",
    re.MULTILINE,
)
_BARE_FIELD = re.compile(
    r"(?:^|[(]|\b(?:AND|OR|NOT))[ \t(]*((?:TI|AB|AU|SU|DE|KW|MH|TX) )(?=\w+)", re.MULTILINE
)
_UNKNOWN_FIELD = re.compile(r"(?<![\w:/.\"“])([A-Za-z][\w.-]*[:：=])(?=[(\"“]?[^\W\d]\w*(?!\w*:))")
_FIELD_AFTER = re.compile(
    r"(?<=\S )(WN [A-Z]{2,3})\b|(?<!\S)(hasabstract|hasnoabstract)(?!\S)"
    r"|(?<=[\w'’])(:(?:ti|au|ta|jt|py|dt|la))(?!\w)"
)
_SIGN_WITHIN = re.compile(
    r"^\s*([-–−+!][^\W\d_]\S*)|^\s*((?:title|author|org|ti|au|abs|ab|intitle|cat|all):\S+)"
    r"|(\^\d+(?:\.\d+)?)\s*$|^\s*((?:AND |OR )?NOT) \w"
)
_FIELD_BEFORE = re.compile(r"(\w+)[:=]\s?\Z")
_COMMA_WITHIN = re.compile(r"^(\s*[^\W\d][^,;]*[^\W\d_]{2}[,;]\s*[^\W\d][^,;]*[^\W\d_]{2}.*)$")
_OPERATOR_WITHIN = re.compile(r"[a-z]\S* (AND|OR|NOT|AND NOT) [^\s]*[a-z]")
_SPEAKER = re.compile(
    r"\A\s*([Ii](?:['’]\w+)?|[Ww]e|[Ii]ch|[Jj]e|[Jj]['’]\w+|(?:[Cc]an|[Cc]ould|[Dd]o|[Ww]ould) you"
    r"|[Qq]uiero|[Qq]uisiera|[Qq]uero|[Gg]ostaria)(?= +[^\W\d_])"
    r"|\A\s*(我(?:对|想|要|们|的|喜欢|关注|研究))"
    r"|(?<![\w'’.&/-])([Pp]lease|[Mm]y|[Oo]ur|me|we|mich|mir|[Bb]itte|nous|[Vv]euillez|por favor)"
    r"(?= +[^\W\d_])",
)
_ASKED_FOR = re.compile(
    r"^\s*((?:(?:all|any|the|new|recent|latest) )*(?:papers|articles|preprints|publications) "
    r"(?:from|at|of|in|with|without|that|which|where|using|whose|not|since)) ",
    re.IGNORECASE,
)
_CATEGORY = re.compile(
    r"(?<![\w.:])((?:cs|math|stat|eess|econ|physics|nlin|astro-ph|cond-mat|q-bio|q-fin)"
    r"\.[A-Za-z-]{2,})(?![\w.])"
)


def _only_a_word(word: str) -> Message:
    return message(
        "“{word}” is only a word here: write -image for what you never want to see, or put the"
        " whole phrase in quotation marks",
        word=word,
    )


def _no_years(years: str) -> Message:
    return message(
        "years cannot be asked for here, as what comes is new: take “{years}” out, or put it in"
        " quotation marks",
        years=years,
    )


def _compares_nothing(sign: str) -> Message:
    return message(
        "“{sign}” compares nothing here: write only the words that papers have, or put it in"
        " quotation marks",
        sign=sign,
    )


def _of_another_search(line: str) -> Message:
    return message(
        "“{line}” stands for a line of another search: write here what that line looks for",
        line=line,
    )


def _no_field(field: str) -> Message:
    return message(
        "“{field}” is read as a word: where a word has to stand is said by title:, author: and"
        " org: before it",
        field=field,
    )


def _word_by_word(word: str) -> Message:
    return message(
        "“{word}” is looked for like all other words: write only what the papers are about, with"
        " commas between",
        word=word,
    )


def _nothing_within(sign: str) -> Message:
    return message(
        '“{sign}” does nothing within quotation marks: write it outside of them, as in -"moss",'
        ' "moss"^2 or "moss" AND "ferns"',
        sign=sign,
    )


def _crossed_out(word: str) -> Message:
    return message("“{word}”: write -image for what you never want to see", word=word)


def _one_item_of_two(item: str) -> Message:
    return message("“{item}” is one item: if it is two things, put a comma between them", item=item)


def _part_of_a_word(part: str) -> Message:
    return message(
        "“{word}” is no word: write each of them whole, as in self-supervised learning,"
        " semi-supervised learning",
        word=part,
    )


def _formula(sign: str) -> Message:
    return message(
        "“{sign}” counts a letter for more: write a formula without ^, or in quotation marks",
        sign=sign,
    )


def _not_known(sign: str) -> Message:
    return message(
        "“{word}” is not known here: leave it out, and words count more side by side", word=sign
    )


def _not_counted(words: str) -> Message:
    return message(
        "“{words}” is not known here: write the keywords alone, or +(this OR that) where one of"
        " them must be there",
        words=words,
    )


def _person(name: str) -> Message:
    return message('for papers by a person write author:"{name}"', name=name)


def _one_phrase(phrase: str) -> Message:
    return message(
        "“{phrase}” is one phrase, comma and all: for several things put quotation marks around"
        " each",
        phrase=phrase,
    )


class _Rule(NamedTuple):
    pattern: re.Pattern[str]  # the group that matched is what is quoted, and its place told
    says: Callable[[str], Message]
    refused: bool


_OF_ITEMS = (
    _Rule(_DISLIKED, _only_a_word, refused=True),
    _Rule(_BUT_NOT, _only_a_word, refused=True),
    _Rule(_CROSSED_OUT, _crossed_out, refused=True),
    _Rule(_ALIKE, _not_known, refused=True),
    _Rule(
        _PRIORITY,
        lambda _: message("a weight is written {word}^{weight}", word="diffusion", weight=2),
        refused=True,
    ),
    _Rule(_PERSON, _person, refused=False),
    _Rule(_ONLY_YEAR, _no_years, refused=True),
    _Rule(_YEARS, _no_years, refused=True),
    _Rule(_COMPARED, _compares_nothing, refused=True),
    _Rule(_SEARCH_LINE, _of_another_search, refused=True),
    _Rule(_ONLY_LINES, _of_another_search, refused=True),
    _Rule(_FIELD_AFTER, _no_field, refused=True),
    _Rule(_SPEAKER, _word_by_word, refused=False),
    _Rule(_CATEGORY, lambda category: A_CATEGORY, refused=False),
    _Rule(_ASKED_FOR, _word_by_word, refused=False),
)
_PERHAPS = _Rule(_PERHAPS_NOT, _only_a_word, refused=False)
_OF_LINES = (
    _Rule(_TWO_THINGS, _one_item_of_two, refused=False),
    _Rule(_COUNTED, _not_counted, refused=True),
    _Rule(_HANGING, _part_of_a_word, refused=False),
    _Rule(_FORMULA, _formula, refused=False),
    _Rule(_NAMES_AFTER, _person, refused=False),
)
_OF_QUERIES = (
    _Rule(_LINE_IN_QUERY, _of_another_search, refused=True),
    _Rule(_BARE_FIELD, _no_field, refused=False),
)
_OF_NAMES = (
    _Rule(_SIGN_WITHIN, _nothing_within, refused=True),
    _Rule(_OPERATOR_WITHIN, _nothing_within, refused=False),
)
_OF_PHRASES = (*_OF_NAMES, _Rule(_COMMA_WITHIN, _one_phrase, refused=False))


def misreadings(text: str, sentences: Sequence[int] = ()) -> Iterator[Misreading]:
    """Yield what a text, cleaned, says in ways that are not ours.

    sentences: where what is left of whole sentences begins: `papers on audio without speech` is no
    keyword such as `learning without labels`.
    """
    found = sorted(
        _all(text, sentences), key=lambda each: (each.position, not each.refused, -each.end)
    )
    end = -1
    for each in found:
        if each.position >= end:
            yield each
            end = each.end


def _all(text: str, sentences: Sequence[int]) -> Iterator[Misreading]:
    for phrase in _PHRASE.finditer(text):
        field = _FIELD_BEFORE.search(text, max(0, phrase.start() - 20), phrase.start())
        found = search_field(field[1]) if field else None
        name = found is not None and found.scope == "author"  # author:"Lovelace, Ada"
        yield from _by(_OF_NAMES if name else _OF_PHRASES, phrase[1], phrase.start(1))
    plain = _PHRASE.sub(lambda found: '"' * len(found[0]), text)
    yield from _by(_OF_LINES, plain, 0)
    if QUERY.search(plain):
        yield from _by(_OF_QUERIES, plain, 0)
    for item in _ITEM.finditer(plain):
        asked = any(item.start() <= at < item.end() for at in sentences)
        yield from _by((_PERHAPS._replace(refused=asked),), item[0], item.start())
        yield from _by(_OF_ITEMS, item[0], item.start())
        yield from _unknown_fields(item[0], item.start())


def _unknown_fields(item: str, start: int) -> Iterator[Misreading]:
    for found in _UNKNOWN_FIELD.finditer(item):
        name = found[1][:-1]
        if not search_field(name) and not is_label(item[: found.end(1) - 1].strip()):
            yield Misreading(
                start + found.start(), start + found.end(1), _no_field(found[1]), False
            )


def _by(rules: Sequence[_Rule], text: str, start: int) -> Iterator[Misreading]:
    for rule in rules:
        for found in rule.pattern.finditer(text):
            group = found.lastindex or 0
            at, end = found.span(group)
            yield Misreading(start + at, start + end, rule.says(found[group].strip()), rule.refused)
