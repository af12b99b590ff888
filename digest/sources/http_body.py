"""A response's body, unpacked no further than it may grow.

httpx unpacks each chunk whole: 64 KiB of gzip can become 64 MiB, and of gzip within gzip far
more, before anybody counts. Here zlib is asked for bounded pieces, and one layer only.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

_PIECE = 1 << 16  # bytes unpacked at a time
_WINDOW = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class BodyRefused(Exception):
    """The body is too large, broken, or packed in a way that we did not ask for."""


def unpack(chunks: Iterable[bytes], *, encoding: str, max_bytes: int) -> bytes:
    """Return a body unpacked; `encoding` is its Content-Encoding ('' for none).

    Raises BodyRefused when it would pass `max_bytes`, breaks off, or is packed otherwise.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        pieces: Iterable[bytes] = chunks
    elif name in _WINDOW:
        pieces = _inflated(chunks, name)
    else:
        raise BodyRefused(f"its Content-Encoding {encoding[:40]!r} was not asked for")
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > max_bytes:
            raise BodyRefused(f"more than {max_bytes:,} bytes when unpacked")
    return bytes(body)


def _inflated(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    window = _WINDOW[name]
    unpacker = zlib.decompressobj(window)
    started = False
    for chunk in chunks:
        rest = chunk
        while rest:
            if unpacker.eof:  # several gzip members in a row are one body (RFC 1952, 2.2)
                unpacker, started = zlib.decompressobj(window), False
            try:
                yield unpacker.decompress(rest, _PIECE)
            except zlib.error as error:
                if name != "deflate" or started or window < 0:
                    raise BodyRefused(f"broken {name} data: {error}") from None
                window = -zlib.MAX_WBITS  # many servers send raw deflate (RFC 9110, 8.4.1.2)
                unpacker = zlib.decompressobj(window)
                continue
            started = True
            rest = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    if started and not unpacker.eof:
        raise BodyRefused(f"the {name} data breaks off")
