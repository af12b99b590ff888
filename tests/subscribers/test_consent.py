"""The steps between pending, active, paused, left and erased."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import get_args

import pytest

from subscribers.consent import Action, State, may_undo, step
from subscribers.errors import ConsentError
from tests.subscribers.desk import NOW

ALLOWED: dict[tuple[State | None, Action], State] = {
    (None, "ask"): "pending", ("pending", "ask"): "pending", ("left", "ask"): "left",
    ("erased", "ask"): "pending",
    (None, "vouch"): "active", ("pending", "vouch"): "active", ("left", "vouch"): "active",
    ("erased", "vouch"): "active",
    ("pending", "confirm"): "active", ("left", "confirm"): "active",
    ("active", "pause"): "paused", ("paused", "pause"): "paused",
    ("paused", "resume"): "active", ("active", "resume"): "active",
    ("pending", "leave"): "left", ("active", "leave"): "left", ("paused", "leave"): "left",
    ("left", "leave"): "left",
    ("left", "undo"): "active", ("active", "undo"): "active", ("paused", "undo"): "paused",
    ("active", "move"): "active", ("paused", "move"): "paused",
    ("active", "restore"): "active", ("paused", "restore"): "paused", ("left", "restore"): "left",
    ("active", "lift"): "active", ("paused", "lift"): "paused",
    ("pending", "expire"): "erased",
    ("pending", "erase"): "erased", ("active", "erase"): "erased", ("paused", "erase"): "erased",
    ("left", "erase"): "erased",
}  # fmt: skip


@pytest.mark.parametrize(
    ("state", "action"), list(product((None, *get_args(State)), get_args(Action))), ids=str
)
def test_each_step_is_allowed_or_refused_with_a_reason(state: State | None, action: Action) -> None:
    if (state, action) in ALLOWED:
        assert step(state, action) == ALLOWED[state, action]
        return
    with pytest.raises(ConsentError) as caught:
        step(state, action)
    assert str(caught.value)


def test_leaving_can_be_taken_back_for_a_week() -> None:
    assert may_undo(NOW, NOW + timedelta(days=7))
    assert not may_undo(NOW, NOW + timedelta(days=7, seconds=1))
    assert not may_undo(None, NOW)
