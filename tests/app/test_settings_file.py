"""Commands change the settings file, and leave everything else in it as it was."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pydantic import SecretStr

from digest.app.settings_file import add_sources, pause_source, remove_source
from digest.errors import SettingsError
from digest.resources import shipped
from digest.settings import SourceSettings, load_settings

MOSS = SourceSettings(name="moss", kind="url", url=SecretStr("https://ada:k3y@moss.example/rss"))
LAB = SourceSettings.model_validate(
    {"name": "lab", "kind": "mailbox", "path": "mail/lab", "format": "bibtex", "every_minutes": 5}
)
BEFORE = {
    "shipped": shipped("settings.toml").read_text(encoding="utf-8"),
    "empty": "",
    "blocks": '# mine\n[[sources]] # 1\nname="a"\nkind="url"\nurl="http://a.example"\n[web]\nport=1\n',
    "inline": 'sources = [{name = "a", kind = "url", url = "http://a.example"}] # mine\n[web]\n',
    "no end of line": "[web]\nport = 1",
    "crlf": "[web]\r\nport = 1\r\n",
}


@pytest.fixture(params=BEFORE)
def file(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DIGEST_SOURCES", raising=False)
    path = tmp_path / "settings.toml"
    path.write_bytes(BEFORE[request.param].encode())
    path.chmod(0o640)
    return path


def test_sources_are_added_paused_and_removed_again(file: Path) -> None:
    before, was = file.read_text(), load_settings(file)
    add_sources(file, [MOSS, LAB])
    assert load_settings(file).sources == (*was.sources, MOSS, LAB)
    pause_source(file, "moss", paused=True)
    pause_source(file, "moss", paused=True)
    assert [each.name for each in load_settings(file).sources if each.paused] == ["moss"]
    pause_source(file, "moss", paused=False)
    assert load_settings(file).sources == (*was.sources, MOSS, LAB)
    remove_source(file, "lab")
    remove_source(file, "moss")
    assert load_settings(file) == was
    lines = [line for line in before.splitlines() if line.strip()]
    assert [line for line in file.read_text().splitlines() if line.strip()] == lines
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in file.parent.iterdir()] == ["settings.toml"]


def test_only_what_differs_from_the_default_is_written(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("")
    add_sources(file, [LAB])
    assert tomllib.loads(file.read_text())["sources"] == [
        {
            "name": "lab",
            "kind": "mailbox",
            "path": "mail/lab",
            "format": "bibtex",
            "every_minutes": 5.0,
        }
    ]


def test_a_link_to_the_settings_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    real = tmp_path / "etc" / "digest.toml"
    real.write_text("")
    link = tmp_path / "settings.toml"
    link.symlink_to(real)
    add_sources(link, [LAB])
    assert link.is_symlink() and load_settings(real).sources == (LAB,)


def test_an_environment_that_overrules_the_file_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("")
    monkeypatch.setenv("DIGEST_SOURCES", "[]")
    with pytest.raises(SettingsError, match="DIGEST_SOURCES"):
        add_sources(file, [LAB])
    with pytest.raises(SettingsError, match="has no source 'other'"):
        remove_source(file, "other")
