"""Every card is looked at, late ones too."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.composing.checks.card_checks import CardChecks
from tests.composing.conftest import DAY, SHIPPED, MakeIssue, MakePress, paper


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        ("<p style='color:#eeeeee'>pale</p>", "contrast"),
        ("<form></form>", "element"),
        ("<img src='https://example.org/x.png' />", "alt"),
        ("<table></table>", "role"),
        ("<h5 class='ink'>deep</h5>", "headings"),
        ('<a class="link" href="https://example.org/new">new</a>', "parity"),
        ('<a class="link" href="nowhere">go</a>', "link parity"),
        ("<style>" + ".none {color: #111111}\n" * 2000 + "</style>", "style-size"),
    ],
)
def test_a_fault_of_one_late_card_is_found(
    make_press: MakePress, make_issue: MakeIssue, tmp_path: Path, fault: str, check: str
) -> None:
    odd = f"{{% if '/code/77' in paper.all_links[-1].url %}}{fault}{{% endif %}}"
    shipped = (SHIPPED / "card.html").read_text()
    (tmp_path / "card.html").write_text(shipped.replace("<h3", odd + "<h3"))
    cards = CardChecks()
    edition = make_press(templates=tmp_path).edition(1, DAY, on_card=cards.add)
    make_issue([paper(n) for n in range(1, 40)], edition=edition)
    assert cards.findings(edition) == []
    make_issue([paper(n) for n in range(60, 90)], edition=edition)
    found = {finding.check for finding in cards.findings(edition)}
    assert found == set(check.split())


def test_a_link_or_paper_that_the_text_lacks_is_found_in_a_late_card(
    make_press: MakePress, make_issue: MakeIssue, tmp_path: Path
) -> None:
    card = (SHIPPED / "card.txt").read_text()
    title = '{{ paper.title | wrap("* ", "  ") }}'
    kept = f'{{% if "part 77" not in paper.title %}}{title}{{% endif %}}'
    (tmp_path / "card.txt").write_text(card.replace(title, kept, 1))
    cards = CardChecks()
    edition = make_press(templates=tmp_path).edition(1, DAY, on_card=cards.add)
    make_issue([paper(n) for n in range(1, 40)], edition=edition)
    assert cards.findings(edition) == []
    make_issue([paper(n) for n in range(60, 90)], edition=edition)
    (found,) = cards.findings(edition)
    assert "in the HTML only" in found.message and "77" in found.message
