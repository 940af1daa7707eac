"""The vocabulary of requests: their types, their priorities, their ids and their outcomes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple, Optional, Protocol, Union

#: Priorities, high to low; a request of a higher one is always taken first. Between these, apps that share
#: a task manager with a retriever place tasks of their own.
STORE = 70  # what was downloaded is stored before more is looked up: it holds memory
ATTACHMENT_LOOKUP = 60
THUMBNAIL_LOOKUP = 50
SCHEMA = 40
API_CALL = 30
ATTACHMENT_DOWNLOAD = 20
THUMBNAIL_DOWNLOAD = 10

#: How far below its kind's usual place a prefetch waits: below everything else in its lane.
PREFETCH = -1000

#: ``request_type`` of the outcomes that are not an API call of the same name.
SCHEMA_READ = "schema"
METHOD = "method"
CHECK_THUMBNAIL = "check_thumbnail"
DOWNLOAD_THUMBNAIL = "download_thumbnail"
CHECK_ATTACHMENT = "check_attachment"
DOWNLOAD_ATTACHMENT = "download_attachment"

#: API calls that change the site. They are sent once and never replayed.
WRITES = frozenset({"create", "update", "delete", "revive", "batch"})

#: The lane of API calls and of the callables of a task manager: one heap, because apps order their own
#: tasks against a retriever's by priority.
WORK = "work"
#: The lane of cache look-ups, of storing what was downloaded, and of image decoding.
DISK = "disk"
#: The lane of downloads that occupy a thread each, and of asking the site on a download's way.
TRANSFER = "transfer"
#: The lane of downloads that a transport carries on a thread of its own. It has no threads but slots: a job is
#: begun by whoever queued it or freed the slot, holds it, and must not block.
FLIGHT = "flight"

_numbers = itertools.count(1)


def next_number() -> int:
    """A number that no other request, task or group of this process has; never 0. Thread-safe."""
    return next(_numbers)


class Outcome(NamedTuple):
    """The one end of a request: either ``data`` or ``error`` is set."""

    uid: str
    request_type: str
    data: Optional[dict[str, Any]] = None
    error: Optional[str] = None


class Rows(NamedTuple):
    """The next rows of a find that goes on; the receiver gets them in their order."""

    uid: str
    request_type: str
    data: dict[str, Any]


class Progress(NamedTuple):
    """How far the download of a request is, in bytes; ``total`` is None where the server does not say."""

    uid: str
    received: int
    total: Optional[int]


class Held(Protocol):
    """A piece of work that goes on after its function has returned."""

    def release(self) -> None:
        """It is over. Once, from any thread."""


#: What a session sends up to its receiver.
News = Union[Outcome, Rows, Progress]


class Ticket(Protocol):
    """A piece of work that was handed to a :class:`Runner`."""

    def cancel(self) -> bool:
        """Take it back; True if it had not begun and now never will."""

    def set_priority(self, priority: int) -> None:
        """Move it in the queue; nothing happens once it has begun."""


class Work(Protocol):
    """What a runner runs. A number returned means: run me again in so many seconds. It never raises."""

    def __call__(self) -> Optional[float]: ...


class Runner(Protocol):
    """Who runs the work of one session: the lanes of our own manager, or somebody else's manager."""

    def submit(self, work: Work, *, lane: str, priority: int, delay: float = 0.0) -> Ticket:
        """Queue work, to begin in ``delay`` seconds at the earliest.

        :raises Stopped: the runner was stopped.
        """

    def submit_many(self, works: Sequence[Work], *, lane: str, priority: int) -> Sequence[Ticket]:
        """Queue many at once: none begins before all are queued.

        :raises Stopped: the runner was stopped.
        """

    def start(self) -> None: ...

    def stop(self) -> None:
        """Drop what waits and block until what runs has ended."""

    def abandon(self) -> None:
        """The same without waiting."""

    @property
    def closed(self) -> bool: ...
