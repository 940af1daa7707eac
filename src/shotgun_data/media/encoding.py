"""Undoing a body's ``Content-Encoding``, within a size and to its very end.

Done here and not by the HTTP library: that one takes a gzip stream which was cut short for a whole one.
"""

from __future__ import annotations

import zlib
from typing import Iterator, Optional

_STEP = 256 * 1024  # a small input may decode to a thousand times as much: hand it on piece by piece


class BadEncoding(Exception):
    """The body is not what its ``Content-Encoding`` says, or ended within it."""


class BodyDecoder:
    """Decodes one body. ``content_encoding`` is the header's value."""

    def __init__(self, content_encoding: str) -> None:
        """:raises BadEncoding: an encoding that was never offered to the server."""
        name = content_encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise BadEncoding(f"encoded as {name[:30]!r}, which was not asked for")
        self.is_identity = name in ("", "identity")
        self._is_gzip = name in ("gzip", "x-gzip")
        self._zlib: Optional[zlib._Decompress] = None
        self._is_empty = True

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        if self.is_identity:
            yield chunk
            return
        self._is_empty = self._is_empty and not chunk
        while chunk:
            if self._zlib is None:
                self._zlib = self._stream(chunk)
            try:
                piece = self._zlib.decompress(chunk, _STEP)
            except zlib.error as error:
                raise BadEncoding(str(error)) from None
            if piece:
                yield piece
            chunk = self._zlib.unconsumed_tail
            if self._zlib.eof:  # a gzip body may be several, one after the other
                chunk = self._zlib.unused_data
                if chunk and not self._is_gzip:
                    raise BadEncoding("there is more after the end of the compressed data")
                if chunk:
                    self._zlib = None

    def finish(self) -> Iterator[bytes]:
        """What was still held back.

        :raises BadEncoding: the compressed data is not whole.
        """
        if self.is_identity or self._is_empty:
            return
        if self._zlib is not None and not self._zlib.eof:
            # Output can be pending where the step was filled exactly as the input ended.
            rest = self._zlib.flush()
            if rest:
                yield rest
        if self._zlib is None or not self._zlib.eof:
            raise BadEncoding("the compressed data was cut short")

    def _stream(self, first: bytes) -> zlib._Decompress:
        if self._is_gzip:
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        # "deflate" is zlib by the book, and raw deflate from some servers.
        is_zlib = first[0] & 0x0F == 8 and (len(first) < 2 or (first[0] << 8 | first[1]) % 31 == 0)
        return zlib.decompressobj(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)
