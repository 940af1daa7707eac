"""What a transport is: one HTTP exchange, its body written to a sink.

Deliberately less than an HTTP client: no redirects, no cookies, no retries, no look at the environment. Those
are decisions, and they are made once, in :mod:`shotgun_data.media.courier`, whatever carries the bytes.
Every transport carries one exchange for a caller that waits. One that carries many at once on a thread of its
own is a :class:`ConcurrentTransport` too: nobody waits, and a thousand small pictures cost no thread hand-over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Mapping, Optional, Protocol, Union, runtime_checkable

from .access import never
from .address import MediaAddress

Progress = Callable[[int, Optional[int]], None]


class Sink(Protocol):
    """Takes the bytes of a body in order. What ``write`` raises ends the transfer and reaches the caller."""

    def write(self, chunk: bytes) -> None: ...


@dataclass(frozen=True)
class TransferRequest:
    """One GET. The ``repr`` shows no secret.

    :param headers: sent as they are; the transport adds ``Host`` and what belongs to the proxy.
    :param sink: gets the decoded body of a 2xx answer, and nothing of any other.
    :param max_bytes: a longer body, encoded or decoded, ends the transfer.
    :param connect_timeout: seconds until the connection stands.
    :param read_timeout: seconds of silence, and the window in which a body must show some progress.
    :param cancelled: asked at each chunk, and about every 100 ms while the other side is silent.
    :param progress: called as ``progress(bytes so far, bytes in all or None)`` for each chunk.
    """

    address: MediaAddress
    headers: Mapping[str, str] = field(repr=False)
    sink: Sink = field(repr=False)
    max_bytes: int
    connect_timeout: float
    read_timeout: float
    proxy: Optional[str] = field(default=None, repr=False)
    ca_certs: Optional[str] = None
    cancelled: Callable[[], bool] = field(default=never, repr=False)
    progress: Optional[Progress] = field(default=None, repr=False)


@dataclass(frozen=True)
class TransferReply:
    """The answer to one request.

    :param headers: names in lower case.
    :param size: bytes that the sink got.
    :param framed: the server said where the body ends, so that a cut would have been noticed.
    :param excerpt: the first bytes of the body where it did not go to the sink.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    size: int = 0
    framed: bool = True
    excerpt: bytes = field(default=b"", repr=False)


class Transport(Protocol):
    """Carries requests; usable from many threads at once."""

    def fetch(self, request: TransferRequest) -> TransferReply:
        """Send one request and wait for the whole of its answer.

        :raises SiteUnreachable: there was no answer.
        :raises TransferFailed: the answer broke off.
        :raises MediaRejected: the body is larger than ``max_bytes``, or encoded in a way nobody asked for.
        :raises Cancelled: ``cancelled`` said so, or the transport was closed under way.
        """

    def close(self) -> None:
        """Break off what is under way and close every connection. Later fetches raise ``Stopped``."""


Done = Callable[[Union[TransferReply, BaseException]], None]


@runtime_checkable
class ConcurrentTransport(Transport, Protocol):
    """A transport that carries many exchanges on one thread of its own."""

    def begin(self, request: TransferRequest, done: Done) -> None:
        """Start one exchange and return at once. From any thread, the transport's own included.

        ``done`` is called exactly once, in the transport's thread, with the reply or with what :meth:`fetch`
        would have raised; never before this call has returned. The request's sink, ``progress`` and
        ``cancelled`` are called in that thread too. None of them may block: all other exchanges wait.
        """

    def wake(self) -> None:
        """Something may have been cancelled: ask every ``cancelled`` now, not at the next tick. Never blocks."""
