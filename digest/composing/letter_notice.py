"""A letter that the front desk asks for, in the words that its reader gets."""

from __future__ import annotations

from digest.composing.edition_renderer import Renderers
from digest.composing.notices import Notice
from subscribers.letters import Letter


def letter_notice(renderers: Renderers, letter: Letter) -> Notice:
    """Return a letter's words. Raises ValueError when it needs a link and has none."""
    # These lead to preferences, or to the front page: that ends on no day.
    is_open = letter.kind.startswith("no_") or letter.kind == "moved_back"
    return renderers.notice(
        "address" if letter.kind == "move" else letter.kind,
        letter.language,
        address=letter.to_address,
        url=letter.link or None,
        keywords=letter.keywords,
        until=None if is_open else letter.expires_at.date(),
    )
