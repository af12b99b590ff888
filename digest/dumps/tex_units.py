r"""Units of measurement in TeX (siunitx 3: `\SI{5}{\micro\metre}`) → `5 µm`.

Pure. What holds an unknown unit stays as it is written.
"""

from __future__ import annotations

import re

from digest.dumps import tex_names

_PREFIXES = {
    "yocto": "y", "zepto": "z", "atto": "a", "femto": "f", "pico": "p", "nano": "n",
    "micro": "µ", "milli": "m", "centi": "c", "deci": "d", "deca": "da", "hecto": "h",
    "kilo": "k", "mega": "M", "giga": "G", "tera": "T", "peta": "P", "exa": "E", "zetta": "Z",
    "yotta": "Y",
}  # fmt: skip
_UNITS = {
    "meter": "m", "metre": "m", "gram": "g", "second": "s", "ampere": "A", "kelvin": "K",
    "mole": "mol", "candela": "cd", "hertz": "Hz", "newton": "N", "pascal": "Pa", "joule": "J",
    "watt": "W", "coulomb": "C", "volt": "V", "farad": "F", "ohm": "Ω", "siemens": "S",
    "weber": "Wb", "tesla": "T", "henry": "H", "lumen": "lm", "lux": "lx", "becquerel": "Bq",
    "gray": "Gy", "sievert": "Sv", "katal": "kat", "radian": "rad", "steradian": "sr",
    "celsius": "°C", "degreeCelsius": "°C", "degree": "°", "arcminute": "′", "arcsecond": "″",
    "percent": "%", "minute": "min", "hour": "h", "day": "d", "hectare": "ha", "liter": "L",
    "litre": "L", "tonne": "t", "electronvolt": "eV", "dalton": "Da", "astronomicalunit": "au",
    "bel": "B", "decibel": "dB", "neper": "Np", "bit": "bit", "byte": "B", "angstrom": "Å",
    "parsec": "pc", "year": "a", "barn": "b", "bar": "bar", "angular": "", "clight": "c",
    "nm": "nm", "um": "µm", "mm": "mm", "cm": "cm", "km": "km", "kg": "kg", "mg": "mg", "ms": "ms",
    "ns": "ns", "ps": "ps", "fs": "fs", "GHz": "GHz", "MHz": "MHz", "kHz": "kHz", "THz": "THz",
    "eV": "eV", "keV": "keV", "MeV": "MeV", "GeV": "GeV", "TeV": "TeV", "dB": "dB", "mK": "mK",
    "kW": "kW", "MW": "MW", "GW": "GW", "mV": "mV", "mA": "mA",
}  # fmt: skip
_POWERS = {"squared": "²", "cubed": "³"}
_POWERS_BEFORE = {"square": "²", "cubic": "³"}
_OPTIONS = r"\s?(?:\[[^\[\]]{0,100}\])?"
_LONE_UNIT = re.compile(
    rf"(?P<formula>\$)?\\(?:si|unit){_OPTIONS}\{{(?P<unit>[^{{}}]{{0,200}})\}}(?(formula)\$)"
)
_QUANTITY = re.compile(
    rf"(?P<formula>\$)?\\(?:SI|qty){_OPTIONS}\{{(?P<number>[^{{}}]{{0,200}})\}}"
    r"\s?\{(?P<unit>[^{}]{0,200})\}(?(formula)\$)"
)
_STEP = re.compile(
    r"\s*(?:\\(?P<name>[A-Za-z]+)|(?P<sign>[./~·])|\^\{?(?P<power>-?\d)\}?|(?P<letters>[^\W\d_]{1,4}))\s*"
)
_ANGLES = ("°", "′", "″")  # they stand right behind their number
_POWER_OF_TEN = re.compile(r"(?P<number>[\d.,+-]*)[eE](?P<power>[+-]?\d{1,3})")


def units_as_signs(text: str) -> str:
    """Return a text with the quantities and units of siunitx as they are printed."""
    if "\\" not in text:
        return text
    text = _LONE_UNIT.sub(lambda found: _unit(found["unit"]) or found[0], text)
    return _QUANTITY.sub(_quantity, text)


def _quantity(found: re.Match[str]) -> str:
    unit = _unit(found["unit"])
    if unit is None:
        return found[0]
    return f"{_number(found['number'].strip())}{'' if unit in _ANGLES else ' '}{unit}"


def _number(told: str) -> str:
    """Return a number as it is printed: `1.2e3` is 1.2 × 10³."""
    found = _POWER_OF_TEN.fullmatch(told)
    raised = tex_names.raised(found["power"].removeprefix("+")) if found else None
    if found is None or raised is None:
        return told
    return f"{found['number']} × 10{raised}" if found["number"] else f"10{raised}"


def _unit(told: str) -> str | None:
    """Return a unit's sign; None when one of its words is unknown."""
    parts: list[str] = []
    prefix, power, per, at = "", "", "", 0
    while at < len(told):
        step = _STEP.match(told, at)
        if step is None:
            return None
        at = step.end()
        name = step["name"]
        if name in _PREFIXES:
            prefix += _PREFIXES[name]
        elif name in _POWERS_BEFORE:
            power = _POWERS_BEFORE[name]
        elif name in _POWERS and parts:
            parts[-1] += _POWERS[name]
        elif name == "per" or step["sign"] == "/":
            per = "/"
        elif name in _UNITS or step["letters"]:
            sign = f"{prefix}{_UNITS.get(name, '') or step['letters'] or ''}{power}"
            parts += [per or "·" * bool(parts), sign] if parts or per else [sign]
            prefix, power, per = "", "", ""
        elif step["power"] and parts:
            raised = tex_names.raised(step["power"])
            parts[-1] += raised or ""
        elif name or step["power"]:
            return None
    return None if prefix or power or per or not parts else "".join(parts)
