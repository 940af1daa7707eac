"""Shared downloads: requests for the same media wait for one transfer, and each has its own outcome.

A transfer goes one of two ways. It *flies*: a transport that carries many at once has it while it is on the network,
and it is moved to a thread only to touch a disk or to ask the site something. Or it has one thread from its beginning
to its end: where there is no such transport, and for what is large, whose bytes must not hold up others.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Hashable
from pathlib import Path
from typing import Callable, Optional, Union

from ..engine.retry import RetryPolicy
from ..errors import Cancelled, Stopped
from ..media.steps import Place, Steps, carry_out
from ..media.transport import TransferReply, TransferRequest
from ..requests import DISK, FLIGHT, STORE, TRANSFER, Held, Runner
from .disk_pace import DiskPace
from .transfer import Carriers, NotYet, Transfer, Waiter

#: So many transfers that have ended are remembered, for requests that have just missed them.
JUST_ENDED = 256
#: So many bodies may wait in memory for a slow disk; then the network waits too.
MAX_LANDED = 64


class Transfers:
    """The downloads under way on one runner. Thread-safe.

    A transfer runs at the highest priority among its waiters; the last one to leave cancels it.
    """

    def __init__(self, runner: Runner, policy: RetryPolicy, carriers: Carriers) -> None:
        self._runner = runner
        self._policy = policy
        self._carriers = carriers
        self._lock = threading.Lock()
        self._ended = threading.Condition(self._lock)
        self._transfers: dict[Hashable, Transfer] = {}
        self._just_ended: dict[Hashable, None] = {}  # the last to bring a file, the oldest first
        self._landed = 0  # off the network, and not stored yet
        self._pace = DiskPace()
        self._closed = False

    def join(
        self,
        key: Hashable,
        waiter: Waiter,
        fetch: Callable[[Transfer], Steps[Optional[Path]]],
        *,
        flies: bool,
        looked_again: bool = False,
    ) -> Optional[Transfer]:
        """Wait for a transfer, which begins if it is the first to want it. In a worker thread.

        None where one for this media has ended a moment ago, perhaps between the caller's look at the disk and this
        call: look again, and say so.

        :param fetch: begins to download; called in a worker thread, perhaps several times, for the first waiter.
        :param flies: it is small: it may be carried with many others on one thread.
        """
        with self._lock:
            transfer = self._transfers.get(key)
            first = transfer is None
            if first and key in self._just_ended and not looked_again:
                return None
            if transfer is None:
                transfer = self._transfers[key] = Transfer(key, fetch, flies)
            transfer.waiters[waiter] = None
            ticket = transfer.ticket
            priority = transfer.priority()
        if first:
            self._queue(transfer, priority)
        elif ticket is not None:
            ticket.set_priority(priority)
        return transfer

    def leave(self, transfer: Transfer, waiter: Waiter) -> None:
        """Wait no longer; the waiter hears nothing more."""
        with self._lock:
            transfer.waiters.pop(waiter, None)
            left = bool(transfer.waiters)
        if left:
            self.reprioritise(transfer)
            return
        with self._lock:
            if transfer.waiters:
                return  # somebody has joined meanwhile
            transfer.abandoned = True
            if self._transfers.get(transfer.key) is transfer:
                del self._transfers[transfer.key]
            ticket = transfer.ticket
            under_way = transfer.running
        if ticket is not None:
            ticket.cancel()
        if under_way and transfer.flies:
            transport = self._carriers.concurrent()
            if transport is not None:
                transport.wake()

    def reprioritise(self, transfer: Transfer) -> None:
        """A waiter's priority changed."""
        with self._lock:
            ticket = transfer.ticket if transfer.waiters else None
            priority = transfer.priority()
        if ticket is not None:  # without the lock: it may begin here and now
            ticket.set_priority(priority)

    def wait_until_ended(self, transfers: list[Transfer]) -> None:
        """Block until none of these is under way any more."""
        with self._ended:
            self._ended.wait_for(lambda: self._closed or not any(one.running and one.abandoned for one in transfers))

    def close(self) -> None:
        """The runner and the transports are gone: what was on its way between the two has nobody to end it."""
        with self._ended:
            self._closed = True
            self._ended.notify_all()

    # -- both ways ---------------------------------------------------------------------------------------

    def _queue(self, transfer: Transfer, priority: int) -> None:
        """Let an attempt begin in its turn."""
        # Without the lock: a manager that an app handed in may run the work here and now, and a lane with a
        # free slot does.
        try:
            if transfer.flies and self._carriers.hold is not None and self._carriers.concurrent() is not None:
                # Here, because in Toolkit what the connection says of itself must be read in a worker thread.
                transfer.steps = transfer.fetch(transfer)
                work, lane = functools.partial(self._take_off, transfer), FLIGHT
            else:
                work, lane = functools.partial(self._carry_out, transfer), TRANSFER
            ticket = self._runner.submit(work, lane=lane, priority=priority)
        except BaseException as error:  # noqa: BLE001 - becomes each waiter's outcome
            self._end(transfer, None, error)
            return
        with self._lock:
            if not transfer.begun:
                transfer.ticket = ticket
            gone = transfer.abandoned
            urgent = transfer.priority()
        if gone:
            ticket.cancel()
        elif urgent != priority:  # somebody joined, or was moved, while there was no ticket to move
            ticket.set_priority(urgent)

    def _begin(self, transfer: Transfer) -> bool:
        with self._lock:
            transfer.ticket = None
            if transfer.abandoned:
                return False
            transfer.begun = transfer.running = True
            return True

    def _end(
        self, transfer: Transfer, path: Optional[Path], error: Optional[BaseException], on_disk_lane: bool = False
    ) -> None:
        """An attempt is over: tell those who wait, or begin another one later."""
        delay: Optional[float] = None
        if isinstance(error, NotYet):
            delay = error.delay
        elif error is not None:
            transfer.attempts += 1
            if not isinstance(error, (Cancelled, Stopped)):
                delay = self._policy.next_delay(transfer.attempts, error)
        transfer.steps = None
        slot, transfer.slot = transfer.slot, None
        if slot is not None:
            slot.release()
        if delay is not None and not transfer.abandoned and self._again(transfer, delay):
            return
        with self._lock:
            if self._transfers.get(transfer.key) is transfer:
                del self._transfers[transfer.key]
            if path is not None:
                self._just_ended.pop(transfer.key, None)
                self._just_ended[transfer.key] = None
                if len(self._just_ended) > JUST_ENDED:
                    del self._just_ended[next(iter(self._just_ended))]
            waiters = list(transfer.waiters)
        for waiter in waiters:
            waiter.transfer_ended(path, error, on_disk_lane)
        with self._lock:
            transfer.waiters.clear()
            transfer.running = False
            self._ended.notify_all()

    def _again(self, transfer: Transfer, delay: float) -> bool:
        def begin() -> None:
            with self._lock:
                transfer.ticket = None
                if transfer.abandoned:
                    return
                priority = transfer.priority()
            self._queue(transfer, priority)

        with self._lock:
            transfer.running = transfer.begun = False
            self._ended.notify_all()
        try:
            ticket = self._runner.submit(begin, lane=DISK, priority=STORE, delay=delay)
        except Stopped:
            return False
        with self._lock:
            transfer.ticket = ticket
            gone = transfer.abandoned
        if gone:
            ticket.cancel()
        return True

    # -- in one thread -----------------------------------------------------------------------------------

    def _carry_out(self, transfer: Transfer) -> None:
        if not self._begin(transfer):
            return
        path: Optional[Path] = None
        error: Optional[BaseException] = None
        try:
            path = carry_out(transfer.fetch(transfer), self._carriers.waited_for())
        except BaseException as failure:  # noqa: BLE001 - becomes each waiter's outcome
            error = failure
        self._end(transfer, path, error)

    # -- flying ------------------------------------------------------------------------------------------

    def _take_off(self, transfer: Transfer) -> None:
        """A slot is free, and this thread has it. It may be the transport's own: nothing here may block."""
        hold = self._carriers.hold
        assert hold is not None
        if self._begin(transfer):
            transfer.slot = hold()
            self._go_on(transfer)

    def _replied(self, transfer: Transfer, result: Union[TransferReply, BaseException]) -> None:
        if isinstance(result, BaseException):
            self._go_on(transfer, error=result)
        else:
            self._go_on(transfer, result)

    def _go_on(
        self,
        transfer: Transfer,
        reply: Optional[TransferReply] = None,
        error: Optional[BaseException] = None,
        on_disk_lane: bool = False,
    ) -> None:
        """Drive a transfer until it waits for something, or ends."""
        steps = transfer.steps
        assert steps is not None
        began: Optional[float] = None
        while True:
            try:
                step = steps.send(reply) if error is None else steps.throw(error)
            except StopIteration as end:
                if began is not None:
                    self._pace.took(time.monotonic() - began)
                self._end(transfer, end.value, None, on_disk_lane)
                return
            except BaseException as failure:  # noqa: BLE001 - becomes each waiter's outcome
                self._end(transfer, None, failure, on_disk_lane)
                return
            reply = error = None
            try:
                if isinstance(step, TransferRequest):
                    transport = self._carriers.concurrent()
                    if transport is None:
                        raise Stopped("downloads have been stopped")
                    transport.begin(step, functools.partial(self._replied, transfer))
                elif step is Place.DISK:
                    if not transfer.is_decoded and self._pace.is_quick():
                        began = time.monotonic()
                        continue
                    self._land(transfer)
                else:
                    self._runner.submit(
                        functools.partial(self._go_on, transfer), lane=TRANSFER, priority=transfer.priority()
                    )
                return
            except BaseException as failure:  # noqa: BLE001 - the download ends by it, and leaves nothing
                error = failure

    def _land(self, transfer: Transfer) -> None:
        """Leave it to a disk's thread, and its slot to the next; not while too many bodies wait for the disk."""
        slot: Optional[Held] = None
        with self._lock:
            transfer.landed = self._landed < MAX_LANDED
            if transfer.landed:
                self._landed += 1
                # Taken before the disk's thread may have it: a slot is released once.
                slot, transfer.slot = transfer.slot, None
        try:
            self._runner.submit(functools.partial(self._store, transfer), lane=DISK, priority=STORE)
        except BaseException:
            self._taken_in(transfer)
            raise
        finally:
            if slot is not None:
                slot.release()

    def _store(self, transfer: Transfer) -> None:
        try:
            self._go_on(transfer, on_disk_lane=True)
        finally:
            self._taken_in(transfer)

    def _taken_in(self, transfer: Transfer) -> None:
        with self._lock:
            if transfer.landed:
                transfer.landed = False
                self._landed -= 1
