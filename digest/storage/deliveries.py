"""Deliveries: plan, claim, freeze, and what an operator does with an edition under way.

The steps that a sender takes, and the recovery from a dead one, are in `delivery_turns`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from digest.states import PENDING, UNSENT, Accounting, Claim, State
from digest.storage.database import Database
from digest.storage.delivery_turns import TurnSql, is_suppressed, one_of
from digest.storage.dialects import insert_or_ignore
from digest.storage.schema import deliveries, editions, recipes, subscribers


class DeliveryStore(TurnSql):
    """All SQL about deliveries."""

    def __init__(self, database: Database, *, lease: timedelta = timedelta(minutes=10)) -> None:
        super().__init__(database)
        self._lease = lease
