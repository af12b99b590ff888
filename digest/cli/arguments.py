"""What a person types, turned into values; what is wrong with it is a usage error (exit 2)."""

from __future__ import annotations

from datetime import date

import typer


def a_date(text: str | date) -> date:
    """Read a day as YYYY-MM-DD."""
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as YYYY-MM-DD") from None
