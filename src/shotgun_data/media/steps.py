"""A download as a row of steps, so that one and the same code runs in a thread that may wait and in one that never may.

A download is a generator. It yields what it cannot do itself: a :class:`~.transport.TransferRequest` to be carried
(it is sent the reply, or thrown the error), or a :class:`Place` that what follows must run in. Whoever drives it
decides on which thread that is: :func:`carry_out` does all of it here and now, the session's transfers move it from
the transport's thread to a disk's and back, so that a thousand downloads at once need no thousand threads.
"""

from __future__ import annotations

import enum
from collections.abc import Generator
from typing import Optional, TypeVar, Union

from .transport import TransferReply, TransferRequest, Transport


class Place(enum.Enum):
    """Where a download has to go on."""

    #: In a thread that may wait for the site.
    SITE = "site"
    #: In a thread that may wait for a disk. The network has done its part, unless another request follows.
    DISK = "disk"


T = TypeVar("T")
Step = Union[TransferRequest, Place]
Steps = Generator[Step, Optional[TransferReply], T]


def carry_out(steps: Steps[T], transport: Transport) -> T:
    """Drive a download to its end in this thread; gives its result, or raises what it raises."""
    reply: Optional[TransferReply] = None
    error: Optional[BaseException] = None
    while True:
        try:
            step = steps.send(reply) if error is None else steps.throw(error)
        except StopIteration as end:
            result: T = end.value
            return result
        reply = error = None
        if isinstance(step, TransferRequest):
            try:
                reply = transport.fetch(step)
            except BaseException as failure:  # noqa: BLE001 - the download decides what it means
                error = failure
