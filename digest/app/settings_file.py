"""Changes to the settings file that a command makes; comments and order stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT, Array

from digest.errors import SettingsError
from digest.private_files import private_file
from digest.settings import Settings, SourceSettings, load_settings


def add_sources(path: Path, sources: Sequence[SourceSettings]) -> Settings:
    """Write sources into the settings file; return the settings as they then are.

    Raises SettingsError when the file cannot be changed, or when the environment overrules it.
    """

    def change(document: tomlkit.TOMLDocument) -> None:
        for source in sources:
            _append(document, _as_values(source))

    settings = _changed(path, change)
    missing = {each.name for each in sources} - {each.name for each in settings.sources}
    _check_obeyed(path, not missing)
    return settings


def remove_source(path: Path, name: str) -> None:
    """Take a source out of the settings file. Raises SettingsError as `add_sources` does."""

    def change(document: tomlkit.TOMLDocument) -> None:
        del document["sources"][_place(document, path, name)]
        if not document["sources"]:
            del document["sources"]

    settings = _changed(path, change)
    _check_obeyed(path, all(each.name != name for each in settings.sources))


def pause_source(path: Path, name: str, *, paused: bool) -> None:
    """Pause or resume a source in the settings file. Raises SettingsError as above."""

    def change(document: tomlkit.TOMLDocument) -> None:
        table: Any = document["sources"][_place(document, path, name)]
        if paused:
            table["paused"] = True
        else:
            table.pop("paused", None)

    settings = _changed(path, change)
    _check_obeyed(path, any(s.name == name and s.paused == paused for s in settings.sources))


def write_values(path: Path, values: Mapping[tuple[str, ...], object]) -> None:
    """Write settings, each by its path of tables, into the file. Raises SettingsError as above."""

    def change(document: tomlkit.TOMLDocument) -> None:
        for (*tables, key), value in values.items():
            table: Any = document
            for name in tables:
                table = table.setdefault(name, tomlkit.table())
            table[key] = value

    _changed(path, change)


def _as_values(source: SourceSettings) -> dict[str, Any]:
    """Return what stands in the file for a source: what is not the default."""
    told = source.model_dump(exclude_defaults=True)
    if source.kind == "url":
        told["url"] = source.url.get_secret_value()
    else:
        told["path"] = str(source.path)
    return told


def _append(document: tomlkit.TOMLDocument, values: dict[str, Any]) -> None:
    sources = document.get("sources")
    if isinstance(sources, Array):  # sources = [{…}, {…}]
        table = tomlkit.inline_table()
        table.update(values)
        sources.append(table)
        return
    if not isinstance(sources, AoT):
        document.add(tomlkit.nl())
        document["sources"] = sources = tomlkit.aot()
    block = tomlkit.table()
    block.update(values)
    sources.append(block)


def _place(document: tomlkit.TOMLDocument, path: Path, name: str) -> int:
    """Return where a source stands in the file."""
    found: Any = document.get("sources", [])
    for place, table in enumerate(found):
        if table.get("name") == name:
            return place
    raise SettingsError(f"{path} has no source {name!r}: it is set by the environment")


def _changed(path: Path, change: Callable[[tomlkit.TOMLDocument], None]) -> Settings:
    """Change the file at one stroke; return what the settings are then."""
    try:
        before = path.read_bytes().decode("utf-8-sig")
        document = tomlkit.parse(before)
        change(document)
        beside = path.with_name(f".{path.name}.new")
        private_file(beside)  # a source's address may hold a password
        try:
            beside.write_bytes(tomlkit.dumps(document).encode())
            settings = load_settings(beside)
            beside.chmod(path.stat().st_mode & 0o7777)
            beside.replace(path.resolve())
        except SettingsError as error:
            raise SettingsError(str(error).replace(str(beside), str(path))) from None
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(f"{path} cannot be changed: {error.strerror or error}") from None
    return settings


def _check_obeyed(path: Path, obeyed: bool) -> None:
    if not obeyed:
        raise SettingsError(
            f"{path} was changed, but DIGEST_SOURCES in the environment overrules it: unset it"
        )
