"""What ranking learns from the archive: read whenever it is needed, written down by `refresh`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from digest.choosing.editor import Knowledge
from digest.choosing.model_change import ModelChange, StatisticsStore
from digest.choosing.word_statistics import FACT, ArchivePapers, as_fact, read_statistics
from digest.ranking.corpus import Corpus
from digest.ranking.semantics import PendingVectors, Semantics, paper_text

AT_ONCE = 1000  # papers that are embedded anew between two other duties


@dataclass
class ArchiveKnowledge:
    """The archive's word statistics, what its newest papers teach, and what sentences mean.

    Reading writes nothing: what the store lacks is worked out anew by each process, until one of
    them calls `refresh`. So a preview neither waits for who writes nor is in their way.
    """

    archive: ArchivePapers
    facts: StatisticsStore
    vectors: PendingVectors
    models: ModelChange
    memory: int  # how many of the newest papers teach
    _known: tuple[int, Semantics | None, Knowledge] | None = field(default=None, init=False)

    def read(self) -> Knowledge:
        """Return what is known at this moment; made anew when papers have come."""
        mark, semantics = self.archive.last(), self.semantics
        if self._known is None or self._known[0] != mark or self._known[1] is not semantics:
            background = read_statistics(self.archive, self.facts)[0]
            newest = self.archive.newest(self.memory)
            corpus = Corpus.of(newest, background, semantics)
            self._known = (mark, semantics, Knowledge(background, corpus, semantics))
        return self._known[2]

    @property
    def semantics(self) -> Semantics | None:
        """The sentence model that ranks at this moment, when there is one."""
        return self.models.in_use()

    def refresh(self, now: datetime, *, new: int = 0) -> None:
        """Write down what the newest papers add, so that nobody has to work it out again.

        new: how many papers have come; their meaning is worked out, so that no send waits for it.
        """
        background, fresh = read_statistics(self.archive, self.facts)
        if fresh:
            self.facts.set(FACT, as_fact(background, fresh[-1].id), now)
        if new:
            if self.semantics is not None:
                self.semantics.vectors([paper_text(paper) for paper in self.archive.newest(new)])
            self.change_model(now)
        self.vectors.keep()

    def change_model(self, now: datetime, *, most: int = AT_ONCE) -> bool:
        """Work towards the model that is set, where another still ranks; return whether it does.

        Up to `most` of the papers that teach are embedded anew at once: about 20 s.
        """
        if not self.models.is_under_way():
            self.models.settle(now)
            return False
        texts = [paper_text(paper) for paper in self.archive.newest(self.memory)]
        if self.models.embed(texts, most) < most:
            self.vectors.keep()
            self.models.settle(now)
            return False
        self.vectors.keep()
        return True

    def keep(self) -> None:
        """Write down the meanings of keywords that were worked out since."""
        self.vectors.keep()
