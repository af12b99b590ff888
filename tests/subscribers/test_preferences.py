"""What readers may choose, and what is said of each bad field."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.preferences import Preferences, PreferencesError, read_preferences, timezones


def problems(**fields: str) -> dict[str, str]:
    with pytest.raises(PreferencesError) as caught:
        read_preferences({"keywords": "x"} | fields)
    return {problem.field: problem.reason for problem in caught.value.problems}


def test_only_keywords_are_needed() -> None:
    assert read_preferences({"keywords": " a,\r\nb "}) == Preferences("a,\nb")


def test_every_choice_is_read() -> None:
    fields = {
        "keywords": "x", "name": "王小明", "language": "zh-Hant", "timezone": "Asia/Taipei",
        "hour": "6", "cadence": "days", "weekdays": "4,0 0", "max_papers": "5", "format": "text",
        "breadth": "strict",
        "cards": "abstract",
    }  # fmt: skip
    assert read_preferences(fields) == Preferences(
        "x", "王小明", "zh-Hant", "Asia/Taipei", 6, "days", (0, 4), 5, False, "strict", "abstract"
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [("hour", "24"), ("hour", "-1"), ("hour", "٣"), ("hour", "6.5"), ("max_papers", "0"),
     ("max_papers", "51"), ("timezone", "Europe/Nowhere"), ("timezone", "../../etc/passwd"),
     ("cadence", "hourly"), ("weekdays", "7"), ("format", "pdf"), ("language", "x" * 40),
     ("breadth", "narrow"),
     ("cards", "all"),
     ("language", "en\r\nX: y"), ("name", "a\nb"), ("keywords", "")],
)  # fmt: skip
def test_a_bad_field_is_named(field: str, value: str) -> None:
    assert field in problems(**{field: value})


def test_chosen_days_need_a_day_and_a_weekly_mail_has_one() -> None:
    assert "at least one day" in problems(cadence="days")["weekdays"]
    assert "one day" in problems(cadence="weekly", weekdays="1 2")["weekdays"]
    assert read_preferences({"keywords": "x", "cadence": "weekly"}).weekdays == (0,)


def test_all_bad_fields_are_told_at_once() -> None:
    assert set(problems(keywords='"open', hour="99", name="\0")) == {"keywords", "hour", "name"}


def test_time_zones_are_places_and_utc() -> None:
    zones = timezones()
    assert zones[0] == "UTC"
    assert {"Europe/Paris", "Asia/Kolkata", "America/New_York"} < set(zones)


_names = st.sampled_from(["keywords", "name", "language", "timezone", "hour", "cadence", "weekdays",
                          "max_papers", "format", "breadth", "cards", "other"])  # fmt: skip


@settings(max_examples=150)
@given(st.dictionaries(_names, st.text(max_size=20)))
def test_any_fields_are_preferences_or_problems(fields: dict[str, str]) -> None:
    try:
        assert read_preferences(fields).keywords
    except PreferencesError as error:
        assert error.problems
