"""Lines of authors with their organisations in parentheses."""

from __future__ import annotations

import pytest

from digest.dumps.affiliations import split_byline


@pytest.mark.parametrize(
    ("told", "names", "organisations"),
    [
        (
            "Ann Moss (CERN), Bo Li (1 and 2) ((1) CERN, (2) University of Tests, North)",
            ("Ann Moss", "Bo Li"),
            ("CERN", "University of Tests, North"),
        ),
        (
            "A. Moss (1), B. Li (1,2), and C. Fern (2) ((1) INAF, Rome; (2) Tests (North))",
            ("A. Moss", "B. Li", "C. Fern"),
            ("INAF, Rome", "Tests (North)"),
        ),
        ("Bo Fern, Jr., Cy O'Reed (Lamps)", ("Bo Fern, Jr.", "Cy O'Reed"), ("Lamps",)),
        ("William (Bill) Moss and Bo Li", ("William (Bill) Moss", "Bo Li"), ()),
        ("Ann Moss (deceased), Bo Li (corresponding author)", ("Ann Moss", "Bo Li"), ()),
        ("Ann Moss (unclosed, Bo Li", ("Ann Moss (unclosed", "Bo Li"), ()),
        ("", (), ()),
    ],
)
def test_names_and_organisations_are_told_apart(
    told: str, names: tuple[str, ...], organisations: tuple[str, ...]
) -> None:
    assert split_byline(told) == (names, organisations)
