"""A letter that the front desk asks for, in the words that its reader gets."""

from __future__ import annotations

from digest.composing.edition_renderer import Renderers
from digest.composing.notices import Notice
from subscribers.letters import Letter


def letter_notice(renderers: Renderers, letter: Letter) -> Notice:
    """Return a letter's words. Raises ValueError when it needs a link and has none."""
    explains_silence = letter.kind.startswith("no_")  # its link ends nothing that has a date
    return renderers.notice(
        "address" if letter.kind == "move" else letter.kind,
        letter.language,
        address=letter.to_address,
        url=letter.link or None,
        keywords=letter.keywords,
        until=None if explains_silence else letter.expires_at.date(),
    )
