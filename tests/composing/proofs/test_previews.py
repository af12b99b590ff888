import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from digest.composing.proofs.difference import difference
from digest.composing.proofs.picture import find_chromium, take_picture
from digest.composing.proofs.preview_page import Shown, in_dark, in_light, preview_page
from digest.composing.proofs.proof import Proof, proof
from digest.errors import DigestError
from tests.composing.conftest import MakeIssue, paper


def test_the_page_holds_each_mail_and_ends_no_script_early(make_issue: MakeIssue) -> None:
    mail = proof(make_issue([paper(1, "Closing </script><b>tags</b>")]))
    page = preview_page("Our <b>digest</b>", [Shown("ada@example.org", "Also: x", mail)])
    assert "Our &lt;b&gt;digest" in page
    data = re.search(r'type="application/json">(.*?)</script>', page, re.DOTALL)
    assert data
    (told,) = json.loads(data[1])
    assert told["text"] == mail.text
    assert told["subject"] == mail.subject
    assert told["light"] == in_light(mail.html) != told["dark"] == in_dark(mail.html)


def test_a_difference_names_the_changed_words_only(make_issue: MakeIssue) -> None:
    mail = proof(make_issue([paper(1)]))
    assert difference(mail, mail) == []
    after = replace(mail, text=mail.text.replace("old question", "new question"))
    changed = [line for line in difference(mail, after) if re.match(r"[+-][^+-]", line)]
    assert len(changed) == 2
    assert "new question" in changed[1]


def test_a_difference_of_html_is_told_by_declaration() -> None:
    before = Proof("s", '<p style="color:#000000;margin:0">x</p>', "x")
    after = replace(before, html=before.html.replace("#000000", "#111111"))
    lines = difference(before, after, html=True)
    assert '-<p style="color:#000000;' in lines
    assert not [line for line in lines if line.startswith("-    margin")]


def test_a_picture_without_chromium_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_chromium() is None
    with pytest.raises(DigestError, match="install one of chromium"):
        take_picture("<html></html>", tmp_path / "x.png")


@pytest.mark.browser
@pytest.mark.skipif(find_chromium() is None, reason="no Chromium here")
def test_a_picture_is_as_tall_as_the_mail(tmp_path: Path, make_issue: MakeIssue) -> None:
    file = tmp_path / "mail.png"
    take_picture(proof(make_issue([paper(1), paper(2)])).html, file, width=375, dark=True)
    header = file.read_bytes()[:24]
    width, height = (int.from_bytes(header[i : i + 4], "big") for i in (16, 20))
    assert width == 375
    assert 400 < height < 3000
