"""Where previews are made: one at a time, apart from all other pages, and few may wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_T = TypeVar("_T")


class RoomFull(Exception):
    """More are waiting than will be served in a second."""


class PreviewRoom:
    """A thread of its own, so that leaving and confirming never wait for a preview."""

    def __init__(self, waiting: int = 12) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="preview")
        self._most = waiting + 1
        self._inside = 0

    async def run(self, work: Callable[[], _T]) -> _T:
        """Return what `work` returns, from the room's thread. Raises RoomFull at once."""
        if self._inside >= self._most:
            raise RoomFull
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._inside -= 1
