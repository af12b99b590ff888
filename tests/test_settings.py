"""Settings: strict, explained, overridable, and silent about secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.errors import SettingsError
from digest.resources import shipped
from digest.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("DIGEST_"):
            monkeypatch.delenv(name)


def written(folder: Path, text: str) -> Path:
    path = folder / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_file_states_the_defaults() -> None:
    assert load_settings(shipped("settings.toml")) == Settings()


def test_the_shipped_file_names_every_setting() -> None:
    text = shipped("settings.toml").read_text(encoding="utf-8")

    def names(model: object, prefix: str = "") -> list[str]:
        found = []
        for name in type(model).model_fields:  # type: ignore[attr-defined]
            value = getattr(model, name)
            nested = hasattr(type(value), "model_fields")
            found += names(value, f"{prefix}{name}.") if nested else [name]
        return found

    missing = [name for name in names(Settings()) if f"{name} " not in text and name not in text]
    assert missing == []


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, '[delivery]\ntransport = "mailbox"\n[delivery.smtp]\nport = 26\n')
    monkeypatch.setenv("DIGEST_DELIVERY__TRANSPORT", "smtp")
    monkeypatch.setenv("DIGEST_DELIVERY__SMTP__HOST", "mail.example.org")
    settings = load_settings(path)
    assert settings.delivery.transport == "smtp"
    assert settings.delivery.smtp.host == "mail.example.org"
    assert settings.delivery.smtp.port == 26


def test_options_of_the_command_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_DATA", "/somewhere")
    monkeypatch.setenv("DIGEST_SETTINGS", "/some.toml")
    monkeypatch.setenv("DIGEST_MODELS", "/models")
    monkeypatch.setenv("DIGEST_SHARED", "/shared")
    assert load_settings(None) == Settings()


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[edition]\nmax_paper = 3", "edition.max_paper"),
        ("[editions]\nmax_papers = 3", "editions"),
        ("[delivery.smtp]\nsecurity = 'ssl'", "delivery.smtp.security"),
        ("[edition]\nmax_papers = 0", "edition.max_papers"),
        ("[web]\nport = 'eighty'", "web.port"),
    ],
)
def test_a_wrong_key_is_named_by_its_path(tmp_path: Path, text: str, path: str) -> None:
    with pytest.raises(SettingsError, match=path.replace(".", r"\.")):
        load_settings(written(tmp_path, text))


def test_a_wrong_variable_is_named_by_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_DELIVERY__SMTP__PORTT", "25")
    with pytest.raises(SettingsError, match=r"delivery\.smtp\.portt"):
        load_settings(None)


def test_broken_toml_names_the_file_and_the_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"settings\.toml is not valid TOML.*line 2"):
        load_settings(written(tmp_path, "[edition]\nmax_papers = = 3\n"))


def test_fields_that_contradict_each_other_say_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"DIGEST_DELIVERY__SMTP__PASSWORD"):
        load_settings(written(tmp_path, '[delivery.smtp]\nusername = "ada"\n'))


def test_a_password_is_in_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_DELIVERY__SMTP__PASSWORD", "hunter2")
    monkeypatch.setenv("DIGEST_WEB__SECRET_KEY", "hunter2-hunter2")
    assert "hunter2" not in repr(load_settings(None))
    monkeypatch.setenv("DIGEST_DELIVERY__SMTP__PORT", "hunter2")
    with pytest.raises(SettingsError) as caught:
        load_settings(None)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("name", ["SENDER", "REPLY_TO", "UNSUBSCRIBE_MAILTO", "OPERATOR"])
@pytest.mark.parametrize(
    "written", ["Lab <post@lab.example>", "post", "a@b@c", "mailto:post@lab.example", "a b@c.d",
                "post@lab.example?subject=x", "a@b.example, c@d.example"],
)  # fmt: skip
def test_an_address_that_no_header_takes_is_refused_before_a_run(
    name: str, written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"DIGEST_NEWSLETTER__{name}", written)
    with pytest.raises(SettingsError, match=f"newsletter.{name.lower()}: write one mail address"):
        load_settings(None)
