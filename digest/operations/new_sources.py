"""Sources that are to be added: each is asked once, and shows what it would bring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import SecretStr

from digest.app.application import App
from digest.dumps import formats
from digest.errors import DumpError, SettingsError
from digest.operations.sources import sources_of
from digest.settings import SourceSettings
from digest.sources.http import redacted
from digest.sources.opml import listed_feeds
from digest.sources.places import SourceVisit
from digest.sources.presets import name_of_address, source_of, with_free_name

_ADDRESS = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class SourceTrial:
    """What came of asking a source for the first time; nothing of it is kept."""

    source: SourceSettings
    titles: tuple[str, ...] = ()
    rejected: int = 0
    format: str | None = None  # None: nothing lies there yet
    error: str | None = None  # why it could not be asked or read

    @property
    def place(self) -> str:
        """Where the source is, without a password."""
        of = self.source
        return redacted(of.url.get_secret_value()) if of.kind == "url" else str(of.path)


def proposed_sources(
    app: App, words: Sequence[str], *, name: str = "", every: float | None = None, form: str = ""
) -> list[SourceSettings]:
    """Return the sources that a preset, an address or a list of feeds stands for, not yet tried.

    Raises SettingsError when it stands for none, when the name is taken, or when every one of them
    is a source already.
    """
    if form:
        _check_format(form)
    sources = list(_listed(app, words[1:])) if words[:1] == ["opml"] else [source_of(words)]
    if name and len(sources) > 1:
        raise SettingsError("a list of feeds has names of its own: leave --name out")
    known = {_where(each): each.name for each in app.settings.sources}
    new = [each for each in sources if _where(each) not in known]
    if not new:
        raise SettingsError(f"that is a source already: {known[_where(sources[0])]}")
    taken = {each.name for each in app.settings.sources}
    if name in taken:
        raise SettingsError(f"there is a source {name!r} already; choose another --name")
    named = []
    for each in new:
        free = with_free_name(name or each.name, taken)
        taken.add(free)
        named.append(
            replace_settings(
                each, name=free, format=form, every_minutes=every or each.every_minutes
            )
        )
    return named


def replace_settings(source: SourceSettings, **changes: object) -> SourceSettings:
    """Return a source with some of its settings changed, checked. Raises SettingsError."""
    try:
        return SourceSettings.model_validate({**dict(source), **changes})
    except ValueError as error:
        raise SettingsError(str(error)) from None


def try_source(app: App, source: SourceSettings) -> SourceTrial:
    """Ask a source once; return what it has. No failure is raised."""
    visit = sources_of(app).look(source)
    trial = SourceTrial(source, error=visit.error)
    return trial if visit.error else _read(app, trial, visit)


def _read(app: App, trial: SourceTrial, visit: SourceVisit) -> SourceTrial:
    for capture in visit.captures:
        try:
            dump = formats.read(
                capture.data, now=app.clock(), format_name=trial.source.format or None
            )
        except DumpError as error:
            return replace(trial, error=str(error))
        trial = replace(
            trial,
            titles=(*trial.titles, *(each.title for each in dump.records)),
            rejected=trial.rejected + len(dump.rejections),
            format=dump.format,
        )
    return trial


def _listed(app: App, words: Sequence[str]) -> Iterator[SourceSettings]:
    """Yield the feeds of an OPML list, each as a source."""
    if len(words) != 1:
        raise SettingsError("use it as: digest sources add opml FILE or URL")
    (where,) = words
    try:
        feeds = listed_feeds(_bytes_at(app, where))
    except DumpError as error:
        raise SettingsError(f"{where}: {error}") from None
    for feed in feeds:  # an address that cannot be asked is told when it is tried
        name = with_free_name(feed.title or name_of_address(feed.url), ())
        yield SourceSettings(name=name, kind="url", url=SecretStr(feed.url))


def _bytes_at(app: App, where: str) -> bytes:
    if not where.startswith(_ADDRESS):
        return Path(where).read_bytes()
    asked = SourceSettings(name="opml", kind="url", url=SecretStr(where))
    visit = sources_of(app).look(asked)
    if visit.error:
        raise DumpError(visit.error)
    return b"".join(capture.data for capture in visit.captures)


def _check_format(name: str) -> None:
    try:
        formats.format_named(name)
    except DumpError as error:
        raise SettingsError(str(error)) from None


def _where(source: SourceSettings) -> tuple[str, str]:
    return source.url.get_secret_value(), str(source.path or "")
