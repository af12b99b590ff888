"""Run every property test with fresh random examples, round after round, until time is up.

python scripts/fuzz.py [--seconds N] [pytest's arguments, e.g. tests/dumps]     or: make fuzz

The round that is under way when time is up is finished. The first round that fails is the last;
`.hypothesis` remembers what it found, so that the next round begins with it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROUND = [sys.executable, "-m", "pytest", "-m", "hypothesis", "--hypothesis-profile=dice"]
ROUND += ["--timeout=0"]  # shrinking what was found may take long, and a busy machine is no fault


def main() -> int:
    """Return pytest's exit code of the last round."""
    parser = argparse.ArgumentParser(description="Random examples for every property test.")
    parser.add_argument("--seconds", type=float, default=600.0, help="start no round after this")
    options, more = parser.parse_known_args()
    end = time.monotonic() + options.seconds
    rounds, code = 0, 0
    while code == 0 and (rounds == 0 or time.monotonic() < end):
        rounds += 1
        print(f"round {rounds}", flush=True)
        code = subprocess.run([*ROUND, *more], cwd=ROOT, check=False).returncode  # noqa: S603 - ours
    print(f"{rounds} rounds, {'something was found' if code else 'nothing found'}")
    return code


if __name__ == "__main__":
    sys.exit(main())
