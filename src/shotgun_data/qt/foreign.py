"""Running a session on a task manager that is not ours: an app's test double, or the incumbent's."""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from typing import Any, Optional

from ..errors import Stopped
from ..requests import Work


class ForeignRunner:
    """A :class:`~shotgun_data.requests.Runner` that only uses the manager's public interface.

    Everything goes through ``add_task``; outcomes do not come through the manager's signals but through the
    session's own mailbox, so that a manager without a working one will do.
    """

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self._group = manager.next_group_id()
        self._ended = threading.Condition()
        self._running: set[int] = set()  # threads inside work of ours
        self._closed = False

    @property
    def closed(self) -> bool:
        return self._closed

    def submit(self, work: Work, *, lane: str, priority: int, delay: float = 0.0) -> ForeignTicket:
        if self._closed:
            raise Stopped("this data retriever was stopped")
        ticket = ForeignTicket(self._manager)
        if delay:
            self._wait(delay, ticket, work, priority)
            return ticket
        ticket.task_id = self._manager.add_task(
            functools.partial(self._run, ticket, work, priority), priority=priority, group=self._group
        )
        return ticket

    def submit_many(self, works: Sequence[Work], *, lane: str, priority: int) -> list[ForeignTicket]:
        return [self.submit(work, lane=lane, priority=priority) for work in works]

    def _run(self, ticket: ForeignTicket, work: Work, priority: int) -> None:
        me = threading.get_ident()
        with self._ended:
            if self._closed or not ticket.begin():
                return
            self._running.add(me)
        delay: Optional[float] = None
        try:
            delay = work()
        finally:
            with self._ended:
                self._running.discard(me)
                self._ended.notify_all()
        if delay is not None:
            self._wait(delay, ticket, work, priority)

    def _wait(self, delay: float, ticket: ForeignTicket, work: Work, priority: int) -> None:
        # The interface knows no delayed tasks. A thread for each wait is dear, but waits are rare, and
        # sleeping in a task would keep one of the manager's own.
        timer = threading.Timer(delay, self._again, (ticket, work, priority))
        timer.daemon = True
        timer.start()

    def _again(self, ticket: ForeignTicket, work: Work, priority: int) -> None:
        if not self._closed and ticket.renew():
            ticket.task_id = self._manager.add_task(
                functools.partial(self._run, ticket, work, priority), priority=priority, group=self._group
            )

    def start(self) -> None:
        self._manager.start_processing()

    def abandon(self) -> None:
        self._closed = True
        self._manager.stop_task_group(self._group)

    def stop(self) -> None:
        self.abandon()
        me = threading.get_ident()
        with self._ended:
            self._ended.wait_for(lambda: not (self._running - {me}))


class ForeignTicket:
    """One task of a foreign manager."""

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self._lock = threading.Lock()
        self._state = "queued"
        self.task_id: Any = None

    def begin(self) -> bool:
        """The manager runs it: False if it was cancelled and the manager did not listen."""
        with self._lock:
            if self._state != "queued":
                return False
            self._state = "running"
            return True

    def renew(self) -> bool:
        """It is to run once more."""
        with self._lock:
            if self._state == "cancelled":
                return False
            self._state = "queued"
            return True

    def cancel(self) -> bool:
        with self._lock:
            waiting = self._state == "queued"
            if self._state != "running":
                self._state = "cancelled"
        if waiting and self.task_id is not None:
            self._manager.stop_task(self.task_id)
        return waiting

    def set_priority(self, priority: int) -> None:
        """A foreign manager's interface cannot move a task: it keeps the place it has."""
