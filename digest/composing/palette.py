"""The colours of a mail, in light and dark, and the proof that they can be read.

An operator chooses one accent colour; everything else follows from it. Contrast is WCAG 2.2's
ratio (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio), lightness moves in OKLCH
(https://bottosson.github.io/posts/oklab/), so that a darker blue stays the same blue.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, fields
from functools import lru_cache

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
    """Say whether links in this colour, and white words on it, can be read."""
    return contrast(accent, _PAPER) >= AA and contrast("#ffffff", accent) >= AA


def nearest_readable(accent: str) -> str:
    """Return the readable colour of the same hue that is nearest in lightness."""
    lightness, chroma, hue = _to_oklch(_normal(accent))
    while lightness > 0:
        darker = _from_oklch(lightness, chroma, hue)
        if is_readable(darker):
            return darker
        lightness -= 0.005
    return "#000000"


@lru_cache(maxsize=1024)  # a mail has few colours and many words
def contrast(first: str, second: str) -> float:
    """Return the WCAG contrast ratio of two `#rrggbb` colours, 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mix(over: str, under: str, share: float) -> str:
    """Return `share` of one colour laid over another."""
    pairs = zip(_channels(over), _channels(under), strict=True)
    return _hex([a * share + b * (1 - share) for a, b in pairs])


def _lightened(accent: str) -> str:
    """The accent for dark paper: light enough to read at ease, a little less vivid."""
    lightness, chroma, hue = _to_oklch(accent)
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


def _channels(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def _hex(channels: list[float]) -> str:
    return "#" + "".join(f"{round(255 * min(1, max(0, c))):02x}" for c in channels)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _gamma(channel: float) -> float:
    channel = max(0.0, channel)
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _luminance(colour: str) -> float:
    red, green, blue = map(_linear, _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_oklch(colour: str) -> tuple[float, float, float]:
    r, g, b = map(_linear, _channels(colour))
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    medium = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _from_oklch(lightness: float, chroma: float, hue: float) -> str:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return _hex(
        [
            _gamma(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
            _gamma(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
            _gamma(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
        ]
    )
