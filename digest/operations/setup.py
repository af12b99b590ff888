"""A data folder, set up."""

from __future__ import annotations

from pathlib import Path

from digest.app.application import App, open_app
from digest.app.data_folder import make_folder
from digest.settings import Settings


def set_up(settings: Settings, data: Path) -> list[str]:
    """Make a data folder with store, key and the folder for dumps; return what is new in it."""
    wanted = [data / "digest.db", data / "secret.key", data / settings.dumps.inbox]
    before = {path for path in wanted if path.exists()}
    app = open_app(settings, data)
    try:
        make_inbox(app)
    finally:
        app.close()
    return [str(path) for path in wanted if path not in before and path.exists()]


def make_inbox(app: App) -> None:
    """Make the folder that is watched for dumps."""
    make_folder(app.inbox)
