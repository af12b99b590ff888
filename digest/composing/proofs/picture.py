"""A picture of a mail, taken by a Chromium that is installed already; nothing is fetched."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from digest.composing.proofs.preview_page import in_dark, in_light
from digest.errors import DigestError

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
_MEASURE = "<script>document.title=document.documentElement.scrollHeight</script></body>"
_TALLEST = 16_000  # pixels: what Chromium can paint at once
_SECONDS = 60


def find_chromium() -> str | None:
    """Return the path of a Chromium, if there is one."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


def take_picture(html: str, file: Path, *, width: int = 600, dark: bool = False) -> None:
    """Write a PNG of a whole mail at a width in CSS pixels.

    Raises DigestError when there is no Chromium, or it fails.
    """
    browser = find_chromium()
    if browser is None:
        raise DigestError(f"a picture needs Chromium: install one of {', '.join(_NAMES)}")
    html = in_dark(html) if dark else in_light(html)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "mail.html")
        profile = f"--user-data-dir={folder}/profile"
        page.write_text(html.replace("</body>", _MEASURE), encoding="utf-8")
        measured = _run([browser, *_FLAGS, profile, f"--window-size={width},600", "--dump-dom",
                         page.as_uri()])  # fmt: skip
        title = re.search(r"<title>(\d+)</title>", measured)
        height = min(int(title[1]) if title else 2000, _TALLEST)
        page.write_text(html, encoding="utf-8")
        _run([browser, *_FLAGS, profile, f"--window-size={width},{height}",
              f"--screenshot={file.absolute()}", page.as_uri()])  # fmt: skip
    if not file.is_file():
        raise DigestError(f"Chromium made no picture at {file}")


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - a browser found by name, and our own flags
            command, capture_output=True, text=True, timeout=_SECONDS, check=True
        )
    except subprocess.TimeoutExpired:
        raise DigestError(f"Chromium gave no answer within {_SECONDS} s") from None
    except (OSError, subprocess.CalledProcessError) as error:
        last = getattr(error, "stderr", None) or str(error)
        raise DigestError(f"Chromium failed: {last.strip().splitlines()[-1]}") from None
    return done.stdout
