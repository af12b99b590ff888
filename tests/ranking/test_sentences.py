"""Where sentences end, and where a dot is nothing but a dot."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.ranking.sentences import sentences

# A sentence a line: each text is cut at its bars.
CUT = [
    "We propose Zeta.| It is fast.",
    "Tools (e.g. Zeta) help.| They are old.",
    "Many, e.g., Zeta, i.e. our tool, help.| Done.",
    "Ray et al. (2020) did it.| We extend Ray et al. with more.",
    "Shown by Ray et al.| We extend it.",
    "Zeta vs. Eta is 2.5 times faster.| On v1.2 it is 3.1% better.",
    "See Fig. 2 and Eq. 3 and Sec. 4.| Then read.",
    "J. K. Moth and B. Crane wrote it.| We read it.",
    "The data are i.i.d. samples.| Hence it holds.",
    "Codes lie at https://example.org/a.B/c.html today.| We like it.",
    "The old way is slow.|We propose Zeta, a new one.",
    "Does it work?| Yes!| It does.",
    'He said "it works."| We agree.',
    "It works (see below.)| We agree.",
    "We reach 93.5 % on three sets.| Code follows.",
    "We use node.js and Python 3.11 here.| All is well.",
    "Animals, plants, etc. are shown.| Fine.",
    "The U.S. census and the p. 3 note.| We used both.",
    "我们提出了一种新方法。|它很快。|结果很好！",
    "Wir zeigen z. B. Zeta bzw. Eta.| Es läuft d.h. schnell.",
    "No stop at all",
    "   Spaces   around.   |  And between.  ",
    "First part … | Second part.",
]


@pytest.mark.parametrize("marked", CUT)
def test_sentences_end_where_a_reader_would_end_them(marked: str) -> None:
    text = marked.replace("|", "")
    expected = [part.strip() for part in marked.split("|")]
    assert [text[start:end] for start, end in sentences(text)] == expected


def test_nothing_has_no_sentences() -> None:
    assert sentences("") == []
    assert sentences(" \n ") == []


@given(st.text(alphabet=st.sampled_from(list('abAB .!?…。()"1,\n')), max_size=60))
@settings(derandomize=True)
def test_nothing_but_space_is_lost_between_sentences(text: str) -> None:
    bounds = sentences(text)
    assert "".join("".join(text[a:b].split()) for a, b in bounds) == "".join(text.split())
    assert all(a < b for a, b in bounds)
    assert all(text[a:b] == text[a:b].strip() for a, b in bounds)
