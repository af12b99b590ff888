import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.composing.palette import AA, contrast, is_readable, nearest_readable, palette
from digest.errors import SettingsError

colours = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")


def test_contrast_of_black_on_white_is_21() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert contrast("#777777", "#777777") == 1


def test_a_pale_accent_is_refused_with_a_colour_that_is_accepted() -> None:
    with pytest.raises(SettingsError, match="nearest that is good is #") as refusal:
        palette("#ffd54a")
    offered = re.findall(r"#[0-9a-f]{6}", str(refusal.value))[-1]
    assert palette(offered).light.accent == offered


@pytest.mark.parametrize("wrong", ["red", "#12", "", "#12345g", "a3341f"])
def test_what_is_no_colour_is_refused(wrong: str) -> None:
    with pytest.raises(SettingsError, match="is no colour"):
        palette(wrong)


def test_a_short_colour_is_understood() -> None:
    assert palette("#036").light.accent == "#003366"


@settings(max_examples=150)
@given(colours)
def test_every_pair_can_be_read_by_day_and_by_night(accent: str) -> None:
    good = accent if is_readable(accent) else nearest_readable(accent)
    for what, ink, paper in palette(good).pairs():
        assert contrast(ink, paper) >= AA, what
