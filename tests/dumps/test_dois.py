"""One DOI, written as each format writes it: every format reads the same one."""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from digest.dumps import formats
from digest.dumps.links import doi_address
from digest.papers import find_doi

_NOW = datetime(2026, 1, 4, 12, tzinfo=UTC)
_SICI = "10.1175/1520-0469(1998)055<0477:AB>2.0.CO;2"
_BRACKETED = "10.1000/A<B>;C"
_PLAIN = "10.1000/Pond.(7)"
_NUMBERED = "10.1002/1521-3773(20010316)40:6<98::AID-ANIE98>3.3.CO;2-<12>"
_ENDS_IN_NUMBER = "10.1000/S0169(99)01603<12>"
_DOIS = [_SICI, _BRACKETED, _PLAIN, _NUMBERED, _ENDS_IN_NUMBER]
_FORMS = {
    "bibtex": "@article{{a, title={{A Pond}}, doi={{{doi}}}}}",
    "bibtex-url": "@article{{a, title={{A Pond}}, url={{https://doi.org/{quoted}}}}}",
    "ris": "TY  - JOUR\nTI  - A Pond\nDO  - {doi}\nER  - \n",
    "ris-url": "TY  - JOUR\nTI  - A Pond\nUR  - https://doi.org/{quoted}\nER  - \n",
    "nbib": "PMID- 1\nTI  - A Pond\nLID - {doi} [doi]\n",
    "wos": "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nTI A Pond\nDI {doi}\nER\n\nEF\n",
    "refer": "%0 Journal Article\n%T A Pond\n%R {doi}\n",
    "csv": "Authors,Title,Year,DOI,Link\nMoss A.,A Pond,2020,{doi},\n",
}


@pytest.mark.parametrize("doi", _DOIS)
@pytest.mark.parametrize("escaped", [False, True])
@pytest.mark.parametrize("form", _FORMS)
def test_a_doi_is_the_same_in_every_format(form: str, doi: str, escaped: bool) -> None:
    shown = html.escape(doi) if escaped else doi
    text = _FORMS[form].format(doi=shown, quoted=quote(doi, safe=""))
    (record,) = formats.read(text.encode(), now=_NOW).records
    assert record.doi == doi.lower()
    assert all("<" not in link.url for link in record.links)


@pytest.mark.parametrize("hung_on", ["?via%3Dihub", "?af=R", "#sec-1"])
@pytest.mark.parametrize("form", [form for form in _FORMS if form != "nbib"])
def test_what_a_site_hangs_on_a_dois_address_is_none_of_it(form: str, hung_on: str) -> None:
    address = "https://dx.doi.org/10.1016/S0140-6736%2820%2930300-7" + hung_on
    told = address.removeprefix("https://doi.org/") if "-url" in form else address
    text = _FORMS[form].replace("https://doi.org/", "").format(doi=told, quoted=told)
    (record,) = formats.read(text.encode(), now=_NOW).records
    assert record.doi == "10.1016/s0140-6736(20)30300-7"


@pytest.mark.parametrize("doi", _DOIS)
@pytest.mark.parametrize("escaped", [False, True])
def test_a_doi_is_the_same_in_every_json(doi: str, escaped: bool) -> None:
    shown = html.escape(doi) if escaped else doi
    crossref = {"title": ["A Pond"], "DOI": shown, "author": [{"family": "Moss", "given": "A"}]}
    whole = {"status": "ok", "message-type": "work-list", "message": {"items": [crossref]}}
    for data in (whole, [{**crossref, "type": "article-journal", "title": "A Pond"}]):
        (record,) = formats.read(json.dumps(data).encode(), now=_NOW).records
        assert record.doi == doi.lower()
        assert all("<" not in link.url for link in record.links)


@pytest.mark.parametrize("doi", _DOIS)
def test_a_doi_stays_whole_in_an_address_and_with_what_markup_does_to_its_signs(doi: str) -> None:
    escaped = doi.replace("<", "\\<").replace(">", "\\>")
    texts = (
        f'<a href="https://doi.org/{html.escape(doi)}">x</a>',
        f'<a href="https://doi.org/{quote(doi)}">x</a>',
        f"[x](https://doi.org/{quote(doi)})",
        f"<https://doi.org/{doi}>",
        f"see {escaped}, p. 7",
        f"(doi: {doi}).",
    )
    assert {find_doi(text) for text in texts} == {doi.lower()}


@pytest.mark.parametrize("doi", _DOIS)
@pytest.mark.parametrize("form", ["raw", "escaped", "named", "formula", "address"])
def test_a_doi_is_whole_however_bibtex_writes_its_angles(form: str, doi: str) -> None:
    signs = {"escaped": ("\\<", "\\>"), "formula": ("$<$", "$>$")}
    signs["named"] = ("{\\textless}", "\\textgreater{}")
    less, greater = signs.get(form, ("<", ">"))
    told = doi.replace("<", "\0").replace(">", greater).replace("\0", less)
    field = f"url = {{https://doi.org/{told}}}" if form == "address" else f"doi = {{{told}}}"
    data = f"@article{{a, title = {{A Pond}}, {field}}}".encode()
    (record,) = formats.read(data, now=_NOW).records
    assert record.doi == doi.lower()


@pytest.mark.parametrize("doi", [_SICI, _NUMBERED])
def test_an_address_that_its_dois_angles_spoil_still_tells_the_doi(doi: str) -> None:
    item = {"type": "article-journal", "title": "A Pond", "URL": f"https://doi.org/{doi}"}
    (record,) = formats.read(json.dumps([item]).encode(), now=_NOW).records
    assert record.doi == doi.lower()
    assert [link.url for link in record.links] == [doi_address(doi.lower())]


@pytest.mark.parametrize("behind", ["<b>7</b>", "<br>", "<sup>1</sup>"])
def test_markup_behind_a_doi_is_none_of_it(behind: str) -> None:
    assert find_doi(f"10.1000/abc{behind}") == "10.1000/abc"
