"""One answer as it comes in, whatever carries it: decoded, measured, and handed to its sink."""

from __future__ import annotations

from typing import Mapping, Optional

from ..errors import MediaRejected
from .encoding import BadEncoding, BodyDecoder
from .failures import broken_off, cancelled, too_large
from .transport import TransferReply, TransferRequest

_EXCERPT = 4096
_DRAIN = 64 * 1024  # reading a short refusal to its end is cheaper than a new connection


class IncomingBody:
    """The body of one answer; a transport pushes into it what the server sends.

    :ivar received: bytes so far, as they were sent.
    :ivar length: bytes in all that the server announced, or None.
    :ivar is_wanted: the body is for the sink, and not that of a refusal.
    :param headers: names in lower case.
    """

    def __init__(self, request: TransferRequest, status: int, headers: Mapping[str, str]) -> None:
        """:raises MediaRejected: its headers say already that it cannot be taken."""
        self._request = request
        self._status = status
        self._headers = headers
        self._size = 0
        self._excerpt = b""
        is_chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        length = headers.get("content-length", "")
        self.received = 0
        self.length = int(length) if not is_chunked and length.isascii() and length.isdigit() else None
        self.is_wanted = 200 <= status < 300
        self._is_framed = is_chunked or self.length is not None
        if not self.is_wanted:
            return
        if self.length is not None and self.length > request.max_bytes:
            raise too_large(request.address, self.length, request.max_bytes)
        try:
            self._decoder = BodyDecoder(headers.get("content-encoding", ""))
        except BadEncoding as error:
            raise MediaRejected(f"GET {request.address}: the answer is {error}.") from None
        self._total: Optional[int] = self.length if self._decoder.is_identity else None

    def take(self, chunk: bytes) -> bool:
        """The next bytes as they were sent. False: that is enough of a refusal; break the answer off.

        :raises Cancelled: ``cancelled`` said so.
        :raises MediaRejected: the body is too large.
        :raises TransferFailed: its encoding is broken.
        """
        request = self._request
        if request.cancelled():
            raise cancelled(request.address)
        self.received += len(chunk)
        if not self.is_wanted:
            if len(self._excerpt) < _EXCERPT:
                self._excerpt += chunk[: _EXCERPT - len(self._excerpt)]
            return self.received < _DRAIN
        try:
            for piece in self._decoder.feed(chunk):
                self._deliver(piece)
        except BadEncoding as error:
            raise self._badly_encoded(error) from None
        if request.progress is not None:
            request.progress(self._size, self._total)
        return True

    def finish(self) -> TransferReply:
        """The server has ended the answer. Raises as :meth:`take` does, and if the end came too early."""
        request = self._request
        if request.cancelled():
            raise cancelled(request.address)
        if not self.is_wanted:
            return self.refusal()
        if self.length is not None and self.received < self.length:
            raise broken_off(request.address, f"{self.received} of {self.length} bytes came")
        try:
            for piece in self._decoder.finish():
                self._deliver(piece)
        except BadEncoding as error:
            raise self._badly_encoded(error) from None
        return TransferReply(self._status, self._headers, self._size, framed=self._is_framed)

    def refusal(self) -> TransferReply:
        """A refusal, as far as it has come: its status says more than how it ended."""
        return TransferReply(self._status, self._headers, excerpt=self._excerpt)

    def _deliver(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._request.max_bytes:
            raise too_large(self._request.address, self._size, self._request.max_bytes)
        self._request.sink.write(piece)

    def _badly_encoded(self, error: BadEncoding) -> Exception:
        return broken_off(self._request.address, f"its encoding is broken: {error}")
