"""Addresses that are one letter from a common one."""

from __future__ import annotations

import pytest

from subscribers.mail_domains import likely_typo


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ada@gmial.com", "ada@gmail.com"),
        ("ada@gmail.con", "ada@gmail.com"),
        ("ada@gmai.com", "ada@gmail.com"),
        ("ada@gamil.com", "ada@gmail.com"),
        ("a.b+c@hotnail.com", "a.b+c@hotmail.com"),
        ("ada@outlok.com", "ada@outlook.com"),
        ("ada@t-onlin.de", "ada@t-online.de"),
        ("ada@yaho.com", "ada@yahoo.com"),
        ("ada@iclud.com", "ada@icloud.com"),
        ("ada@orange.rf", "ada@orange.fr"),
    ],
)
def test_one_letter_away_is_a_typo(typed: str, meant: str) -> None:
    assert likely_typo(typed) == meant


@pytest.mark.parametrize(
    "typed",
    ["", "ada", "ada@gmail.com", "ada@ymail.com", "ada@mail.com", "ada@gmx.de", "ada@cs.uni.edu",
     "ada@example.org", "ada@gx.de", "ada@lab.example.org", "ada@web.de"],
)  # fmt: skip
def test_what_is_right_or_far_from_all_stays_alone(typed: str) -> None:
    assert likely_typo(typed) == ""
