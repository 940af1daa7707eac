"""Shared downloads: requests for the same media wait for one transfer, and each has its own outcome."""

from __future__ import annotations

import functools
import threading
from collections.abc import Hashable
from pathlib import Path
from typing import Any, Callable, Optional, Protocol

from ..engine.retry import RetryPolicy
from ..errors import Cancelled
from ..requests import Runner, Ticket


class Waiter(Protocol):
    """Someone who waits for a transfer. Called in the transferring thread."""

    @property
    def priority(self) -> int: ...

    def transfer_progress(self, received: int, total: Optional[int]) -> None: ...

    def transfer_ended(self, path: Optional[Path], error: Optional[BaseException]) -> None: ...


class NotYet(Exception):
    """Raised by a fetch whose media the site does not have ready: ask again in ``delay`` seconds."""

    def __init__(self, delay: float) -> None:
        super().__init__()
        self.delay = delay


class Transfer:
    """One download and those who wait for it. Guarded by the lock of its :class:`Transfers`."""

    def __init__(self, key: Hashable, fetch: Callable[[Transfer], Optional[Path]]) -> None:
        self.key = key
        self.fetch = fetch
        self.waiters: dict[Any, None] = {}
        self.ticket: Optional[Ticket] = None
        self.attempts = 0
        self.begun = False
        self.running = False
        self.abandoned = False  # its last waiter left: it ends at its next chunk, and nobody joins it

    def is_abandoned(self) -> bool:
        """For the transport, which asks at each chunk."""
        return self.abandoned

    def progress(self, received: int, total: Optional[int]) -> None:
        """For the transport: tell everyone who waits."""
        for waiter in tuple(self.waiters):
            waiter.transfer_progress(received, total)


class Transfers:
    """The downloads under way on one runner. Thread-safe.

    A transfer runs at the highest priority among its waiters; the last one to leave cancels it.
    """

    def __init__(self, runner: Runner, policy: RetryPolicy) -> None:
        self._runner = runner
        self._policy = policy
        self._lock = threading.Lock()
        self._ended = threading.Condition(self._lock)
        self._transfers: dict[Hashable, Transfer] = {}

    def join(
        self, key: Hashable, waiter: Waiter, fetch: Callable[[Transfer], Optional[Path]]
    ) -> Transfer:
        """Wait for a transfer, which begins if it is the first to want it.

        :param fetch: downloads; called in a worker thread, perhaps several times, for the first waiter.
        """
        with self._lock:
            transfer = self._transfers.get(key)
            first = transfer is None
            if transfer is None:
                transfer = self._transfers[key] = Transfer(key, fetch)
            transfer.waiters[waiter] = None
            ticket = transfer.ticket
            priority = max(one.priority for one in transfer.waiters)
        if not first:
            if ticket is not None:
                ticket.set_priority(priority)
            return transfer
        # Submitted without the lock: a manager that an app handed in may run the work here and now.
        try:
            transfer.ticket = self._runner.submit(
                functools.partial(self._run, transfer), lane="transfer", priority=priority
            )
        except BaseException:
            with self._lock:
                self._transfers.pop(key, None)
            raise
        return transfer

    def leave(self, transfer: Transfer, waiter: Waiter) -> None:
        """Wait no longer; the waiter hears nothing more."""
        with self._lock:
            transfer.waiters.pop(waiter, None)
            if transfer.waiters:
                if transfer.ticket is not None:
                    transfer.ticket.set_priority(max(one.priority for one in transfer.waiters))
                return
            transfer.abandoned = True
            if self._transfers.get(transfer.key) is transfer:
                del self._transfers[transfer.key]
            ticket = transfer.ticket
        if ticket is not None:
            ticket.cancel()

    def reprioritise(self, transfer: Transfer) -> None:
        """A waiter's priority changed."""
        with self._lock:
            if transfer.waiters and transfer.ticket is not None:
                transfer.ticket.set_priority(max(one.priority for one in transfer.waiters))

    def wait_until_ended(self, transfers: list[Transfer]) -> None:
        """Block until none of these is inside its fetch any more."""
        with self._ended:
            self._ended.wait_for(lambda: not any(one.running and one.abandoned for one in transfers))

    def _run(self, transfer: Transfer) -> Optional[float]:
        with self._lock:
            if transfer.abandoned:
                return None
            transfer.begun = transfer.running = True
        path: Optional[Path] = None
        error: Optional[BaseException] = None
        delay: Optional[float] = None
        try:
            path = transfer.fetch(transfer)
        except NotYet as later:
            delay = later.delay
        except BaseException as failure:  # noqa: BLE001 - becomes each waiter's outcome
            error = failure
            transfer.attempts += 1
            if not isinstance(failure, Cancelled):
                delay = self._policy.next_delay(transfer.attempts, failure)
        with self._lock:
            transfer.running = False
            self._ended.notify_all()
            if transfer.abandoned:
                return None
            if delay is not None:
                return delay
            del self._transfers[transfer.key]
            waiters = list(transfer.waiters)
            transfer.waiters.clear()
        for waiter in waiters:
            waiter.transfer_ended(path, error)
        return None
