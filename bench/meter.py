"""What a piece of work took, said in one line for the bench that started this process."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def meter() -> Iterator[None]:
    """Say on stderr how much CPU (of this process, all threads) and wall time it took, seconds."""
    cpu, wall = time.process_time(), time.monotonic()
    yield
    print(f"took {time.process_time() - cpu} {time.monotonic() - wall}", file=sys.stderr)
