"""`digest models fetch` from a hub: a server on loopback that serves files by path."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from digest.errors import ModelError
from digest.ranking import models
from digest.ranking.models import ModelFile
from tests.cli.command import inside

CONTENTS = {"model.onnx": b"weights" * 1000, "tokenizer.json": b"{}"}


class Hub(ThreadingHTTPServer):
    """Serves what `files` holds by path, and sends /old/… on to /new/…."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path.startswith("/old/"):
            self.send_response(302)
            self.send_header("Location", self.path.replace("/old/", "/new/"))
            self.end_headers()
            return
        data = self.server.files.get(self.path)
        self.send_response(200 if data is not None else 404)
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()
        self.wfile.write(data or b"")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Serve a hub whose two files are pinned by the hashes of CONTENTS."""
    files = tuple(
        ModelFile(name, (hashlib.sha256(data).hexdigest(),), (f"old/{name}",), ())
        for name, data in CONTENTS.items()
    )
    monkeypatch.setattr(models, "FILES", files)
    for proxy in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(proxy, raising=False)
    with Hub() as server:
        server.files = {f"/new/{name}": data for name, data in CONTENTS.items()}
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_pinned_files_are_fetched_and_kept(hub: Hub, tmp_path: Path) -> None:
    assert all(file.accepted for file in models.fetch_model(tmp_path, "hub"))
    kept = {path.name: path.read_bytes() for path in models.check_file(tmp_path).iterdir()}
    assert kept == CONTENTS


def test_what_is_there_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    models.fetch_model(tmp_path, "hub")
    hub.asked.clear()
    models.fetch_model(tmp_path, "hub")
    assert hub.asked == []


def test_other_bytes_than_the_pinned_ones_are_refused_and_nothing_of_them_is_kept(
    hub: Hub, tmp_path: Path
) -> None:
    hub.files["/new/model.onnx"] = b"weightz" * 1000
    with pytest.raises(ModelError, match=r"model\.onnx from hub is not the file whose hash"):
        models.fetch_model(tmp_path, "hub")
    assert not any(file.present for file in models.status(tmp_path))
    assert list((tmp_path / models.NAME).iterdir()) == []


def test_a_file_that_the_hub_has_not_is_named(hub: Hub, tmp_path: Path) -> None:
    del hub.files["/new/tokenizer.json"]
    with pytest.raises(ModelError, match=r"tokenizer\.json cannot be had from the hub.*404"):
        models.fetch_model(tmp_path, "hub")


def test_a_file_larger_than_any_model_is_not_read_to_its_end(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "MAX_BYTES", 1000)
    with pytest.raises(ModelError, match="larger than any model"):
        models.fetch_model(tmp_path, "hub")
    assert not any(file.present for file in models.status(tmp_path))


def test_the_command_says_what_it_has(
    hub: Hub,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DIGEST_MODELS", str(tmp_path / "models"))
    monkeypatch.chdir(tmp_path)
    said = inside(capsys, tmp_path / "data", "models", "fetch", "--from", "hub")
    assert said.code == 0
    hub.files.clear()
    (tmp_path / "models" / models.NAME / "model.onnx").unlink()
    refused = inside(capsys, tmp_path / "data", "models", "fetch", "--from", "hub", "--json")
    assert refused.code == 1
    assert "model.onnx" in refused.err
    assert "Traceback" not in json.dumps(refused.err)
