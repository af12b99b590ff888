"""What one command works with: the options it was given, and the application made of them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import SettingsError

if TYPE_CHECKING:
    from digest.app.application import App
    from digest.settings import Settings


class Session:
    """The application of one command, made when it is first asked for."""

    def __init__(self, *, data: Path, settings_file: Path | None) -> None:
        self.data = data
        self._settings_file = settings_file

    @cached_property
    def settings(self) -> Settings:
        """The settings; raises SettingsError."""
        from digest.settings import load_settings  # noqa: PLC0415 - `digest --help` needs none

        return load_settings(self.settings_file)

    @cached_property
    def app(self) -> App:
        """The application, its store opened; raises SettingsError or StoreError."""
        from digest.app.application import open_app  # noqa: PLC0415 - as above

        return open_app(self.settings, self.data)

    @property
    def settings_file(self) -> Path | None:
        """The settings file in use: the one named, else DIR's, else the working folder's."""
        if self._settings_file is not None:
            if not self._settings_file.is_file():
                raise SettingsError(f"there is no settings file {self._settings_file}")
            return self._settings_file
        candidates = (self.data / "settings.toml", Path("settings.toml"))
        return next((path for path in candidates if path.is_file()), None)

    def settings_changed(self) -> None:
        """Read the settings anew when they are next asked for: a command has changed the file."""
        self.close()
        for made in ("app", "settings"):
            self.__dict__.pop(made, None)

    def close(self) -> None:
        """Let go of the store."""
        if "app" in self.__dict__:
            self.app.close()
