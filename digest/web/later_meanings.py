"""Keywords whose meaning is worked out after the answer has gone out, for the next one to have."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

from digest.ranking.semantics import Semantics

_MOST = 400  # that wait; of more, those that have waited longest are let go


def _no_rest() -> None:
    pass


class LaterMeanings:
    """Embeds keywords one after another, beside everything else. Thread-safe.

    start: has a piece of work done and does not wait for it; rest: what to do after each keyword,
    so that the pages have the processor meanwhile.
    """

    def __init__(
        self, start: Callable[[Callable[[], None]], None], rest: Callable[[], None] = _no_rest
    ) -> None:
        self._start = start
        self._rest = rest
        self._lock = Lock()
        self._waiting: OrderedDict[str, Semantics] = OrderedDict()
        self._is_at_work = False

    def work_out(self, semantics: Semantics, keywords: Sequence[str]) -> None:
        """Have the vectors of some keywords made soon."""
        with self._lock:
            self._waiting.update(dict.fromkeys(keywords, semantics))
            while len(self._waiting) > _MOST:
                self._waiting.popitem(last=False)
            if self._is_at_work or not self._waiting:
                return
            self._is_at_work = True
        self._start(self._work)

    def _work(self) -> None:
        try:
            while (next_one := self._next()) is not None:
                keyword, semantics = next_one
                semantics.keyword_vectors([keyword])
                self._rest()
        except BaseException:
            with self._lock:
                self._is_at_work = False
            raise

    def _next(self) -> tuple[str, Semantics] | None:
        """Return the newest keyword: who has waited long has asked again or gone."""
        with self._lock:
            if self._waiting:
                return self._waiting.popitem()
            self._is_at_work = False  # who asks from here on starts anew
            return None
