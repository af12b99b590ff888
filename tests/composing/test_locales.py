import re
from datetime import date
from pathlib import Path

import pytest
from babel import Locale
from babel.lists import format_list
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po
from babel.support import NullTranslations

from digest.composing.checks.catalogue_checks import catalogue_findings
from digest.composing.locales import SHIPPED, Catalogue, Catalogues
from digest.errors import TemplateError
from tests.composing.conftest import MakeIssue, MakePress, paper

ROOT = Path(__file__).parents[2]
CATALOGUE = "LC_MESSAGES/digest.po"
KEYWORDS = {"say": None, "plural": (1, 2), "message": None, "problem": (2,)}


def messages() -> set[str]:
    """Every message of the code and the templates."""
    found: set[str] = set()
    for folder in ("digest/composing", "subscribers"):
        code = extract_from_dir(ROOT / folder, [("**.py", "python")], keywords=KEYWORDS)
        found |= {m[2][0] if isinstance(m[2], tuple) else m[2] for m in code}
    for folder in ("templates/email", "templates/web"):
        for file in filter(Path.is_file, (ROOT / folder).iterdir()):
            for message in extract_from_file("jinja2.ext:babel_extract", file):
                found.add(message[1] if isinstance(message[1], str) else message[1][0])
    return found


CATALOGUES = sorted(SHIPPED.glob(f"*/{CATALOGUE}"))
PLURALS = {"de": 2, "es": 2, "fr": 2, "pt": 2, "zh": 1}

# Words that a language has from English, or English from it.
ALIKE = {
    "de": {"Abstract", "Code", "Feed", "Form", "Name", "Normal", "Paper"},
    "es": {"Asia", "Australia", "Normal", "et al."},
    "fr": {
        *("Code", "Discussion", "Europe", "Normal", "Strict", "et al."),
        *(", page %(number)s", "{n} minute"),
    },
    "pt": {"Feed", "Normal", "et al."},
    "zh": set(),
}

by_catalogue = pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.parts[-3])


def entries(file: Path) -> list[tuple[list[str], list[str]]]:
    """What there is of each message, and what it becomes: one form, or those of its plural."""
    with file.open("rb") as source:
        catalogue = read_po(source)
    return [
        ([m.id], [m.string]) if isinstance(m.id, str) else (list(m.id), list(m.string))
        for m in catalogue
        if m.id
    ]


def test_the_languages_that_are_shipped() -> None:
    assert [file.parts[-3] for file in CATALOGUES] == sorted(PLURALS)
    assert Catalogues().names() == sorted({"en", *PLURALS})


@by_catalogue
def test_every_language_is_complete(file: Path) -> None:
    translated = {ids[0] for ids, strings in entries(file) if all(strings)}
    assert messages() - translated == set()
    assert translated - messages() == set(), "no longer used"


@by_catalogue
def test_no_shipped_translation_loses_a_placeholder(file: Path) -> None:
    assert catalogue_findings(file) == []


@by_catalogue
def test_every_language_has_all_forms_of_its_plurals(file: Path) -> None:
    language = file.parts[-3]
    plurals = [strings for ids, strings in entries(file) if len(ids) > 1]
    assert {len(strings) for strings in plurals} == {PLURALS[language]}
    words = Catalogues().words(language)
    for ids, _ in (entry for entry in entries(file) if len(entry[0]) > 1):
        said = {words.plural(*ids, n) for n in (0, 1, 2, 5, 21, 1_000_000)}
        assert not any("{n}" in text for text in said)


_TAG = re.compile(r"</?[a-z][^>]*>")
_HOLES = re.compile(r"\{[a-z]+\}|%\([a-z]+\)s|<[^>]*>")


@by_catalogue
def test_no_translation_loses_markup_or_brings_its_own(file: Path) -> None:
    """Code may be translated, as `-word` is, but no tag or attribute, and none may be lost."""
    for ids, strings in entries(file):
        for string in strings:
            assert sorted(_TAG.findall(string)) == sorted(_TAG.findall(ids[-1])), string
            assert string.strip() == string, "the code puts the spaces"
            assert ids[-1].count("\n") == string.count("\n")


@by_catalogue
def test_nothing_is_left_in_english(file: Path) -> None:
    left = {ids[0] for ids, strings in entries(file) if set(ids) & set(strings)}
    left = {text for text in left if re.search("[a-z]{2}", _HOLES.sub("", text))}
    assert left == ALIKE[file.parts[-3]]


def test_numbers_dates_and_plurals_follow_the_language() -> None:
    languages = Catalogues()
    english, german = languages.words("en"), languages.words("de")
    assert (english.number(1234), german.number(1234)) == ("1,234", "1.234")
    assert german.weekday(date(2026, 3, 2)) == "Montag, 2. März 2026"
    assert german.plural("{n} author", "{n} authors", 1) == "1 Autor"
    assert german.plural("{n} author", "{n} authors", 2) == "2 Autoren"
    assert english.join(["a", "b", "c"]) == "a, b, and c"


def test_languages_that_are_not_there_take_no_room() -> None:
    languages = Catalogues()
    german = languages.words("de")
    assert languages.words("de-AT-1901") is german
    assert languages.words("tlh") is languages.words("") is languages.words("en")


def catalogue(folder: Path, language: str, text: str) -> Path:
    file = folder / language / "LC_MESSAGES" / "digest.po"
    file.parent.mkdir(parents=True)
    file.write_text('msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n' + text)
    return file


def test_anybody_can_add_a_language_from_right_to_left(
    tmp_path: Path, make_press: MakePress, make_issue: MakeIssue
) -> None:
    catalogue(tmp_path, "ar", 'msgid "more"\nmsgstr "اقرأ الورقة"\n')
    press = make_press(languages=(tmp_path,))
    issue = make_issue([paper(1, arxiv_id="2401.00001")], of=press, language="ar")
    html = "".join(fragment.html for fragment in issue.fragments)
    assert '<html lang="ar" dir="rtl"' in html
    assert "اقرأ الورقة" in html
    assert "text-align:right" in html
    assert "direction:rtl" in html
    assert "direction:ltr" not in html
    assert "text-align:left;color" not in html


def test_a_broken_catalogue_is_refused_with_its_file(tmp_path: Path) -> None:
    catalogue(tmp_path, "fr", "").write_bytes(b'msgid "a"\nmsgstr "\xff"\n')
    with pytest.raises(TemplateError, match=r"digest\.po"):
        Catalogues([tmp_path]).words("fr")
    file = catalogue(tmp_path, "xx-nonsense-yy", "")
    with pytest.raises(TemplateError, match="no language code"):
        Catalogues([tmp_path]).words(file.parts[-3])


def test_a_lost_placeholder_is_found_with_its_line(tmp_path: Path) -> None:
    file = catalogue(tmp_path, "fr", 'msgid "Sent to {address}"\nmsgstr "Envoyé à {adresse}"\n')
    (found,) = catalogue_findings(file)
    assert (found.severity, found.line) == ("error", 5)
    assert "{adresse}" in found.message


@pytest.mark.parametrize("language", ["en", "de", "ar", "zh", "ja", "th", "vi", "fa"])
def test_a_list_of_any_length_is_joined_as_babel_joins_it(language: str) -> None:
    words = Catalogue(language, Locale.parse(language), NullTranslations())
    for count in range(1, 8):
        items = [f"{n}, {{{n}}} \\{n}" for n in range(count)]
        assert words.join(items) == format_list(items, locale=words.locale)


_NAMED = re.compile(r"(.?.?)(?:\{name\}|%\(name\)s)")


@by_catalogue
def test_the_newsletters_name_stands_in_quotation_marks_everywhere(file: Path) -> None:
    bare = [
        text
        for english, forms in entries(file)
        for text in forms
        # Elsewhere it is an author's or a group's name, which the English shows.
        if not re.search(r"[“\":](?:\{name\}|%\(name\)s)|^group ", english[0])
        for before in _NAMED.findall(text)
        if not re.search(r"[„«“「《]\W?$", before)
    ]
    assert bare == []


# What a native typographer would not set; `{…}`, links and markup are taken out before.
_ILL_SET = {
    "": r"\.\.\.|\w'\w|(?<=\s)'\w",
    "de": r"[“”]\w|\w[„]",
    "fr": r"[^\u00a0\u202f\s][!?;»]|\w:\s| [;:!?»]|« |«[^\u00a0\u202f]",
    "es": r"^[^¿]*\?|^[^¡]*!",
    "pt": r"[«»]",
    "zh": r"[\u4e00-\u9fff][,;:?!]|[，。；：？！、] |[\u4e00-\u9fff] [，。；：？！]",
}


_NO_PROSE = re.compile(r"\{\w+\}|<[^>]+>|https?:\S+|mailto:\S+|\b\w+:\w+|\b(?:title|author|org):")


@by_catalogue
def test_every_language_is_set_as_its_typographers_do(file: Path) -> None:
    language = file.parts[-3]
    found = []
    for _, translated in entries(file):
        for text in translated:
            plain = re.sub(
                r"\{\w+\}|<[^>]+>|https?:\S+|mailto:\S+|\b\w+:\w+|\b(title|author|org):",
                "\ufffc",
                text,
            )
            for rule in ("", language):
                if ill := re.search(_ILL_SET.get(rule) or "(?!)", plain, re.MULTILINE):
                    found.append(f"{ill[0]!r} in {text!r}")
    assert found == []
