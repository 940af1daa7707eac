"""One download that several requests may wait for, and what it needs of others."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any, Callable, Optional, Protocol

from ..media.steps import Steps
from ..media.transport import ConcurrentTransport, Transport
from ..requests import Held, Ticket


class Waiter(Protocol):
    """Someone who waits for a transfer. Called in the transferring thread."""

    @property
    def priority(self) -> int: ...

    @property
    def is_decoded(self) -> bool:
        """Whether it will decode what was downloaded, in a thread of the disk lane."""

    def transfer_progress(self, received: int, total: Optional[int]) -> None: ...

    def transfer_ended(self, path: Optional[Path], error: Optional[BaseException], on_disk_lane: bool) -> None: ...


class NotYet(Exception):
    """Raised by a fetch whose media the site does not have ready: ask again in ``delay`` seconds."""

    def __init__(self, delay: float) -> None:
        super().__init__()
        self.delay = delay


class Carriers(Protocol):
    """Where transfers get their transports from. Called in worker threads only: making one takes a moment."""

    def waited_for(self) -> Transport:
        """The one for threads that wait."""

    def concurrent(self) -> Optional[ConcurrentTransport]:
        """The one that carries many at once, if there is one."""

    @property
    def hold(self) -> Optional[Callable[[], Held]]:
        """Keeps the slot of the work that calls it, where the runner has slots."""


class Transfer:
    """One download and those who wait for it. Guarded by the lock of its :class:`Transfers`."""

    def __init__(self, key: Hashable, fetch: Callable[[Transfer], Steps[Optional[Path]]], flies: bool) -> None:
        self.key = key
        self.fetch = fetch
        self.flies = flies
        self.waiters: dict[Any, None] = {}
        self.ticket: Optional[Ticket] = None
        self.attempts = 0
        self.begun = False
        self.running = False
        self.abandoned = False  # its last waiter left: it ends at its next chunk, and nobody joins it
        # Of the attempt under way, driven by one thread after the other, never by two.
        self.steps: Optional[Steps[Optional[Path]]] = None
        self.slot: Optional[Held] = None
        self.landed = False  # off the network, its slot given on, and not stored yet

    def is_abandoned(self) -> bool:
        """For the transport, which asks at each chunk."""
        return self.abandoned

    def progress(self, received: int, total: Optional[int]) -> None:
        """For the transport: tell everyone who waits."""
        for waiter in tuple(self.waiters):
            waiter.transfer_progress(received, total)

    @property
    def is_decoded(self) -> bool:
        """Whether a disk lane's thread is needed anyway."""
        return any(one.is_decoded for one in tuple(self.waiters))

    def priority(self) -> int:
        """The highest among those who wait."""
        return max((one.priority for one in self.waiters), default=0)
