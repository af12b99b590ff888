"""Finding the few titles of a million that one could be a near-duplicate of.

Two titles that differ in one word are equal once that word is deleted from both. So each title is
filed under the hash of all its letters, and under one hash for each word left out (the deletion
neighbourhood; Bocek, Hunt and Stiller, "Fast Similarity Search in Large Dictionaries", 2007, with
words for letters). Looking up a title's own hashes then finds its candidates.
"""

from __future__ import annotations

import hashlib

from digest.archive.title_words import title_words

_FEWEST_LETTERS = 15  # of what is left: everybody's "a survey of …" is one block too many
_MOST_WORDS = 40  # a longer title is an abstract that lost its line break
CROWDED = 50  # papers of one block; more are a series with a form for a title


def blocking_hashes(title: str) -> tuple[int, ...]:
    """Return the blocks of a title: signed 64-bit integers, the same on every machine, distinct.

    The first is of the whole title, case, accents and hyphens forgotten. Of a compound each part
    is left out, too, since another source may write it as words.
    """
    words = title_words(title).parts
    pieces = [part for word in words for part in word]
    texts = ["".join(pieces)]
    if len(pieces) <= _MOST_WORDS:
        place = 0
        for word in words:
            cuts = [(place, place + len(word))]
            if len(word) > 1:
                cuts += [(place + part, place + part + 1) for part in range(len(word))]
            texts += ["".join(pieces[:start] + pieces[end:]) for start, end in cuts]
            place += len(word)
    rest = [_hash(text) for text in texts[1:] if len(text) >= _FEWEST_LETTERS]
    return tuple(dict.fromkeys([_hash(texts[0]), *rest]))


def _hash(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
