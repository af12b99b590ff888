"""What an operator decides about the mail: its name, its colours, its words, its limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

from digest.composing.card_text import Cards
from digest.composing.links import web_url
from digest.composing.palette import Palette, palette
from digest.errors import SettingsError

Tone = Literal["plain", "warm", "terse"]
Quiet = Literal["explain", "nothing", "note"]

# Gmail shows a "message clipped" line instead of what lies beyond 102 KB of HTML.
GMAIL_CLIPS_AT = 102 * 1024


@dataclass(frozen=True)
class RenderSettings:
    """The settings of composing, checked when they are made.

    Raises SettingsError that says how to put it right.
    """

    name: str = "Digest"
    base_url: str | None = None  # where readers reach us: https://digest.example.org
    is_open: bool = True  # anybody may subscribe there, so that a forwarded mail offers it
    accent: str = "#a3341f"
    logo: str | None = None  # https address of a picture; none is the default
    logo_alt: str = ""
    postal_address: str | None = None
    tone: Tone = "plain"  # of the subject line
    language: str = "en"  # for readers who chose none
    search_link: str = "https://huggingface.co/papers?q={title}"  # for papers without an address
    feedback: bool = True  # offer more / less like this
    quiet_day: Quiet = "explain"
    cards: Cards = "summary"  # what cards tell: what a paper does and found, or its abstract
    lead_characters: int = 380  # of the lead paper's abstract, where cards tell abstracts
    card_characters: int = 360  # of the other abstracts
    max_html_bytes: int = 98_000  # of the HTML part, encoded
    size_limit: int | None = None  # octets of a whole mail, where the relay takes few
    templates: Path | None = None  # a folder whose files replace the shipped templates
    languages: tuple[Path, ...] = field(default=())  # folders with catalogues of your own

    def __post_init__(self) -> None:
        self.palette  # noqa: B018 - a bad accent colour is refused here
        if not self.name.strip() or "\n" in self.name:
            raise SettingsError("the name of the digest must be one line of text")
        for setting in ("base_url", "logo"):
            value = getattr(self, setting)
            if value and web_url(value) is None:
                raise SettingsError(f"{setting} must be an http or https address, not {value!r}")
        if self.logo and not self.logo_alt:
            raise SettingsError("logo needs logo_alt: what it says to those who do not see it")
        if (
            "{title}" not in self.search_link
            or web_url(self.search_link.replace("{title}", "x")) is None
        ):
            raise SettingsError("search_link must be an http address with {title} in it")
        if self.cards not in get_args(Cards):
            raise SettingsError(f"cards is one of {', '.join(get_args(Cards))}, not {self.cards!r}")
        if self.tone not in get_args(Tone):
            raise SettingsError(f"tone is one of {', '.join(get_args(Tone))}, not {self.tone!r}")
        if not 20_000 <= self.max_html_bytes <= GMAIL_CLIPS_AT:
            raise SettingsError(f"max_html_bytes is from 20000 to {GMAIL_CLIPS_AT}")
        if self.templates is not None and not self.templates.is_dir():
            raise SettingsError(f"templates: there is no folder {self.templates}")

    @cached_property
    def palette(self) -> Palette:
        """The colours that follow from the accent."""
        return palette(self.accent)
