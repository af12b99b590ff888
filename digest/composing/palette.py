"""The colours of a mail, in light and dark, and the proof that they can be read.

An operator chooses one accent colour; everything else follows from it. Contrast is WCAG 2.2's
ratio (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio), lightness moves in OKLCH
(https://bottosson.github.io/posts/oklab/), so that a darker blue stays the same blue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import lru_cache

from coloraide import Color

from digest.errors import SettingsError

AA = 4.5  # the least contrast of text with its background (WCAG 2.2, 1.4.3)

_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


@dataclass(frozen=True, slots=True)
class Colours:
    """One scheme, as `#rrggbb`."""

    paper: str  # the page
    ink: str  # titles and text
    quiet: str  # dates, authors, the footer
    rule: str  # hairlines: decoration, no contrast asked
    tint: str  # behind what stands out
    mark: str  # below a matched word, beside what a paper found: decoration, too
    accent: str  # links, the matched keywords, the button
    on_accent: str  # the button's words


@dataclass(frozen=True, slots=True)
class Palette:
    """The same mail by day and by night."""

    light: Colours
    dark: Colours

    def pairs(self) -> list[tuple[str, str, str]]:
        """Return every (what, foreground, background) that a reader must be able to read."""
        found = []
        for scheme in (field.name for field in fields(self)):
            c: Colours = getattr(self, scheme)
            found += [
                (f"{scheme}: text", c.ink, c.paper),
                (f"{scheme}: matched word", c.ink, c.tint),
                (f"{scheme}: small print", c.quiet, c.paper),
                (f"{scheme}: link", c.accent, c.paper),
                (f"{scheme}: button", c.on_accent, c.accent),
            ]
        return found


_PAPER, _DARK_PAPER = "#fbf9f5", "#17181b"


def palette(accent: str) -> Palette:
    """Return the palette that grows from an accent colour.

    Raises SettingsError if it is no colour, or too pale to read; the message names the nearest
    colour that is good.
    """
    accent = _normal(accent)
    if not is_readable(accent):
        raise SettingsError(
            f"accent {accent} has a contrast of {contrast(accent, _PAPER):.1f} with the page, and "
            f"text needs {AA}; the nearest that is good is {nearest_readable(accent)}"
        )
    light = Colours(
        paper=_PAPER,
        ink="#1f1c18",
        quiet="#655e54",
        rule="#e3ddd2",
        tint=mix(accent, _PAPER, 0.13),
        mark=mix(accent, _PAPER, 0.4),
        accent=accent,
        on_accent="#ffffff",
    )
    dark_accent = _lightened(accent)
    dark = Colours(
        paper=_DARK_PAPER,
        ink="#ebe7e0",
        quiet="#a9a297",
        rule="#35363a",
        tint=mix(dark_accent, _DARK_PAPER, 0.24),
        mark=mix(dark_accent, _DARK_PAPER, 0.5),
        accent=dark_accent,
        on_accent=_DARK_PAPER,
    )
    return Palette(light, dark)


def is_readable(accent: str) -> bool:
    """Return whether links in this colour, and white words on it, can be read."""
    return contrast(accent, _PAPER) >= AA and contrast("#ffffff", accent) >= AA


def nearest_readable(accent: str) -> str:
    """Return the readable colour of the same hue that is nearest in lightness."""
    lightness, chroma, hue = _oklch(_normal(accent))
    while lightness > 0:
        darker = _from_oklch(lightness, chroma, hue)
        if is_readable(darker):
            return darker
        lightness -= 0.005
    return "#000000"


@lru_cache(maxsize=1024)  # a mail has few colours and many words
def contrast(first: str, second: str) -> float:
    """Return the WCAG contrast ratio of two `#rrggbb` colours, 1 to 21."""
    return Color(first).contrast(second, method="wcag21")


def mix(over: str, under: str, share: float) -> str:
    """Return `share` of one colour laid over another."""
    return _hex(Color(under).mix(over, share, space="srgb"))


def _lightened(accent: str) -> str:
    """The accent for dark paper: light enough to read at ease, a little less vivid."""
    lightness, chroma, hue = _oklch(accent)
    lightness = max(lightness, 0.7)
    while contrast(_from_oklch(lightness, chroma * 0.8, hue), _DARK_PAPER) < 6.5:
        lightness += 0.01
    return _from_oklch(lightness, chroma * 0.8, hue)


def _normal(colour: str) -> str:
    colour = colour.strip()
    if not _HEX.fullmatch(colour):
        raise SettingsError(f"{colour!r} is no colour: write it like #8c2f1f")
    if len(colour) == 4:
        colour = "#" + "".join(c * 2 for c in colour[1:])
    return colour.lower()


def _oklch(colour: str) -> tuple[float, float, float]:
    """Return a colour's lightness, chroma and hue; a grey's hue counts nothing."""
    lightness, chroma, hue = Color(colour).convert("oklch").coords(nans=False)
    return lightness, chroma, hue


def _from_oklch(lightness: float, chroma: float, hue: float) -> str:
    return _hex(Color("oklch", [lightness, chroma, hue]))


def _hex(colour: Color) -> str:
    """Return a colour as `#rrggbb`; each channel beyond what a screen shows is cut off."""
    channels = colour.convert("srgb").clip().coords(nans=False)
    return "#" + "".join([f"{round(255 * channel):02x}" for channel in channels])
