"""Change pure modules in small ways, one at a time, and print the changes that no test notices.

python scripts/mutants.py [MODULE …] [--sample N] [--seed S] [--tests PATH …]
make mutants [MODULE=digest/delivery/outcomes.py]

A line is tried with the tests that run it, quickest first: a first run traces which do. Each mutant
has a process of its own, forked from one that has the slow libraries loaded, and the mutated module
is served by an import hook; no file is touched. Why not mutmut or cosmic-ray: docs/decisions.md.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.abc
import importlib.util
import os
import pickle
import random
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, FrameType, ModuleType
from typing import Any

import pytest
from mutations import Mutations

ROOT = Path(__file__).parent.parent
PURE = (
    *("digest/papers.py", "digest/editions.py", "digest/mail.py", "digest/states.py"),
    *("digest/archive", "digest/choosing", "digest/ranking", "digest/schedule"),
    *(f"digest/composing/{n}.py" for n in ("excerpt", "fit", "links", "palette", "wrapping")),
    *(f"digest/delivery/{n}.py" for n in ("crash_board", "dkim", "headers", "message", "outcomes")),
    *(f"digest/delivery/{n}.py" for n in ("pace", "quoted_printable", "send_loop", "verp")),
    *(f"digest/dumps/{n}.py" for n in ("fields", "links", "tex", "tex_names", "tex_render")),
    *("digest/dumps/text.py", "digest/inbound", "digest/sources/health.py"),
    *(f"subscribers/{n}.py" for n in ("addresses", "conditions", "consent", "item_lexer", "items")),
    *(f"subscribers/{n}.py" for n in ("keyword_lines", "keyword_reader", "link_rules", "own_data")),
    *(f"subscribers/{n}.py" for n in ("preferences", "profile", "consent_steps", "tokens")),
)
SLOW = ("numpy", "scipy.sparse", "sqlalchemy", "hypothesis.strategies", "pydantic", "jinja2")
FLAGS = ["-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-p", "no:randomly"]
LONGEST = 60.0  # seconds for one mutant; one that takes longer hangs, which is noticed


class Served(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """An import hook that gives one module another code."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self._name, self._path, self._code = name, path, code

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        """Return a spec for the one module."""
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._path, loader=self)

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to the import system."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the other code."""
        exec(self._code, module.__dict__)  # noqa: S102 - it is our own, changed


@dataclass(eq=False, slots=True)
class Trace:
    """A pytest plugin: which lines of a module each test runs, and how long it takes."""

    path: str
    lines: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    seconds: dict[str, float] = field(default_factory=dict)
    _test: str = ""

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Begin to trace."""
        self._test = nodeid
        self.seconds[nodeid] = time.monotonic()
        threading.settrace(self._call)  # pages are answered by threads
        sys.settrace(self._call)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """End it."""
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]
        self.seconds[nodeid] = time.monotonic() - self.seconds[nodeid]

    def _call(self, frame: FrameType, event: str, _: object) -> Callable[..., Any] | None:
        return self._line if frame.f_code.co_filename == self.path else None

    def _line(self, frame: FrameType, event: str, _: object) -> Callable[..., Any]:
        self.lines[self._test].add(frame.f_lineno)
        return self._line


def forked(work: Callable[[], int], seconds: float) -> int:
    """Return what a function returns in a process of its own; -1 when it takes too long."""
    child = os.fork()
    if not child:
        os.setsid()  # with what its tests start
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1), os.dup2(silence, 2)
        code = 1
        with suppress(BaseException):
            code = int(work())
        os._exit(code)
    end = time.monotonic() + seconds
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return -1
        time.sleep(0.01)


def run_tests(tests: Sequence[str], *plugins: object) -> int:
    """Run tests in this process."""
    return int(pytest.main([*FLAGS, *tests], plugins=list(plugins)))


def tests_of(path: Path) -> list[str]:
    """Return the test files that import a module; if none does, all of its room."""
    dotted = name_of(path)
    package, _, last = dotted.rpartition(".")
    found = [
        str(file.relative_to(ROOT))
        for file in sorted((ROOT / "tests").rglob("test_*.py"))
        if "end_to_end" not in file.parts
        and (dotted in (text := file.read_text()) or f"from {package} import {last}" in text)
    ]
    room = ROOT / "tests" / path.parent.relative_to(ROOT / "digest") if "digest" in dotted else None
    if not found and room and room.is_dir():
        return [str(room.relative_to(ROOT))]
    return found or ["tests/subscribers"]


def name_of(path: Path) -> str:
    """Return a file's dotted name."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def traced(path: Path, tests: Sequence[str]) -> Trace:
    """Return what the tests do without any mutant.

    Raises RuntimeError when they fail as it is.
    """
    with TemporaryDirectory() as folder:
        told = Path(folder, "trace")

        def work() -> int:
            trace = Trace(str(path))
            code = run_tests([*tests, "-p", "no:xdist"], trace)
            told.write_bytes(pickle.dumps((dict(trace.lines), trace.seconds)))
            return code

        if code := forked(work, 1200):
            raise RuntimeError(f"{path.relative_to(ROOT)}: {tests} fail as they are (code {code})")
        return Trace(str(path), *pickle.loads(told.read_bytes()))  # noqa: S301 - written just now


def survivors(path: Path, tests: Sequence[str], sample: int, rng: random.Random) -> Iterator[str]:
    """Yield a line for each mutant of a module that no test notices, and a last one that counts."""
    mutants = list(Mutations(path))
    try:
        trace = traced(path, tests)
    except RuntimeError as error:
        yield str(error)
        return
    if sample and len(mutants) > sample:
        mutants = sorted(rng.sample(mutants, sample), key=lambda mutant: mutant.line)
    left = 0
    run_by: dict[int, list[str]] = defaultdict(list)
    for test in sorted(trace.lines, key=lambda each: trace.seconds[each]):
        for line in trace.lines[test]:
            run_by[line].append(test)
    every = sorted(trace.lines, key=lambda each: trace.seconds[each])
    for mutant in mutants:
        chosen = run_by.get(mutant.line) or every
        hook = Served(name_of(path), path, mutant.code)
        # What a test before them left in a cache, those that ran later did not run: so all are
        # tried on what seems to survive.
        rest = [test for test in every if test not in chosen]
        if any(
            tests and forked(lambda: _tried(hook, tests), LONGEST) != 0  # noqa: B023
            for tests in (chosen, rest)
        ):
            continue
        left += 1
        before, after = mutant.before.splitlines()[0], mutant.after.splitlines()[0]
        yield f"{path.relative_to(ROOT)}:{mutant.line}: {before[:90]}  →  {after[:90]}"
    yield f"{path.relative_to(ROOT)}: {left} of {len(mutants)} mutants survive"


def _tried(hook: Served, tests: Sequence[str]) -> int:
    sys.meta_path.insert(0, hook)
    return run_tests(tests)


def main() -> None:
    """Print the survivors of the modules asked for, or of all pure ones."""
    parser = argparse.ArgumentParser(description="Change modules and see which tests notice.")
    parser.add_argument("modules", nargs="*", default=PURE)
    parser.add_argument("--sample", type=int, default=0, help="at most so many of a module")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", nargs="*", default=[], help="instead of those that import it")
    options = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    for name in SLOW:
        importlib.import_module(name)
    for path in files(options.modules):
        rng = random.Random(options.seed)  # noqa: S311 - a choice of mutants
        for line in survivors(path, options.tests or tests_of(path), options.sample, rng):
            print(line, flush=True)


def files(named: Sequence[str]) -> Iterator[Path]:
    """Return the modules of these files and folders."""
    for name in named:
        path = ROOT / name
        yield from sorted(path.glob("*.py")) if path.is_dir() else [path]


if __name__ == "__main__":
    main()
