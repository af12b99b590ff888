"""What one command works with: the options it was given, and the application made of them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import SettingsError

if TYPE_CHECKING:
    from digest.app.application import App
    from digest.app.front_desk import FrontDeskApp


class Session:
    """The application of one command, made when it is first asked for."""

    def __init__(self, *, data: Path, settings_file: Path | None) -> None:
        self.data = data
        self._settings_file = settings_file

    @cached_property
    def app(self) -> App:
        """The application; raises SettingsError or StoreError."""
        from digest.app.application import App  # noqa: PLC0415 - `digest --help` needs no application
        from digest.settings import load_settings  # noqa: PLC0415

        return App(load_settings(self.settings_file), self.data)

    @cached_property
    def office(self) -> FrontDeskApp:
        """The front half of the application, which is ready sooner; raises as `app` does."""
        if "app" in self.__dict__:
            return self.app
        from digest.app.front_desk import FrontDeskApp  # noqa: PLC0415 - as for the application
        from digest.settings import load_settings  # noqa: PLC0415

        return FrontDeskApp(load_settings(self.settings_file), self.data)

    @property
    def settings_file(self) -> Path | None:
        """The settings file in use: the one named, else DIR's, else the working folder's."""
        if self._settings_file is not None:
            if not self._settings_file.is_file():
                raise SettingsError(f"there is no settings file {self._settings_file}")
            return self._settings_file
        candidates = (self.data / "settings.toml", Path("settings.toml"))
        return next((path for path in candidates if path.is_file()), None)

    def close(self) -> None:
        """Let go of the store."""
        for name in {"app", "office"} & self.__dict__.keys():
            getattr(self, name).close()
