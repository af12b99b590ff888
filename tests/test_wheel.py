"""The wheel alone is a whole digest: nothing it needs is left behind in the clone."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from tests.installation import mails

ROOT = Path(__file__).parents[1]
RUN = """
import sys, digest, subscribers
print(digest.__file__, subscribers.__file__, sep="\\n")
sys.argv = ["digest", *sys.argv[1:]]
from digest.cli.main import main
main()
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of a wheel that was just built from this clone."""
    building = pytest.importorskip(
        "hatchling.builders.wheel", reason="hatchling builds the wheel: install digest[dev]"
    )
    built = tmp_path_factory.mktemp("dist")
    (wheel,) = building.WheelBuilder(str(ROOT)).build(directory=str(built), versions=["standard"])
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(
    unpacked: Path, cwd: Path, *arguments: str, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of the unpacked wheel, and see that it was not the clone's."""
    outside = {name: value for name, value in os.environ.items() if "DIGEST_" not in name}
    done = subprocess.run(
        [sys.executable, "-P", "-c", RUN, *arguments],
        cwd=cwd,
        env=outside | {"PYTHONPATH": str(unpacked), "DIGEST_RANKING__SEMANTIC": "off"} | settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    ours, theirs, *_ = [*done.stdout.splitlines(), "", ""]
    assert Path(ours).is_relative_to(unpacked), done.stderr
    assert Path(theirs).is_relative_to(unpacked), done.stderr
    return done


def test_the_demo_of_an_installed_wheel_sends_its_mails(unpacked: Path, tmp_path: Path) -> None:
    done = run(unpacked, tmp_path, "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    boxes = sorted(path.name for path in (tmp_path / "var/demo/mailbox").iterdir())
    assert len(boxes) == 3
    for box in boxes:
        sent = mails(tmp_path / "var/demo", box)
        assert sent, f"{box} got no mail"
        for raw in sent:
            mail = message_from_bytes(raw, policy=default)
            assert isinstance(mail, EmailMessage)
            html, text = mail.get_body(("html",)), mail.get_body(("plain",))
            assert html is not None and "<table" in html.get_content()
            assert text is not None and "Unsubscribe" in text.get_content()
    assert (tmp_path / "var/demo/page/index.html").exists()


def test_init_of_an_installed_wheel_writes_the_shipped_settings(
    unpacked: Path, tmp_path: Path
) -> None:
    done = run(unpacked, tmp_path, "init")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "var/settings.toml").read_bytes() == (ROOT / "settings.toml").read_bytes()


def test_the_wheel_holds_every_data_file_of_the_clone(unpacked: Path) -> None:
    left_behind = []
    for source, target in (
        ("digest", "digest"),
        ("subscribers", "subscribers"),
        ("templates", "digest/_shipped/templates"),
    ):
        for path in (ROOT / source).rglob("*"):
            if path.is_dir() or path.suffix == ".pyc":
                continue
            if not (unpacked / target / path.relative_to(ROOT / source)).is_file():
                left_behind.append(str(path.relative_to(ROOT)))
    assert left_behind == []


def test_the_wheel_holds_neither_tests_nor_benchmarks(unpacked: Path) -> None:
    tops = {path.name for path in unpacked.iterdir() if not path.name.endswith(".dist-info")}
    assert tops == {"digest", "subscribers"}
