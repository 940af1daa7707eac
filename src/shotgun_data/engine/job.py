"""One piece of work on its way through a lane."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from ..requests import Work
    from .client import Client

QUEUED = "queued"
RUNNING = "running"
DONE = "done"
CANCELLED = "cancelled"


_current = threading.local()


def current_job() -> Optional[Job]:
    """The job that this thread is running, or None."""
    return getattr(_current, "job", None)


def set_current(job: Optional[Job]) -> None:
    """This thread runs this job from now on."""
    _current.job = job


class Job:
    """queued -> running -> done, or queued -> cancelled; a terminal state is entered once.

    A running job cannot be taken back: whoever submitted it decides what its outcome is then worth.
    All fields are guarded by the scheduler's lock.
    """

    __slots__ = ("client", "entry", "held", "inside", "lane", "priority", "sequence", "state", "work")

    def __init__(self, client: Client, work: Work, lane: str, priority: int, sequence: int) -> None:
        self.client = client
        self.work: Optional[Work] = work
        self.lane = lane
        self.priority = priority
        self.sequence = sequence
        self.state = QUEUED
        self.entry: Optional[list[object]] = None
        self.held = False  # its work goes on after its function has returned
        self.inside = False  # its function has not returned

    def release(self) -> None:
        """The work of a job that was held is over. Once, from any thread."""
        self.client.scheduler.release(self)

    def cancel(self) -> bool:
        """Take the job back; True if it had not begun and now never will. Thread-safe, O(1)."""
        return self.client.scheduler.cancel(self)

    def set_priority(self, priority: int) -> None:
        """Move the job among those that wait; nothing happens once it has begun. Thread-safe, O(log n)."""
        self.client.scheduler.set_priority(self, priority)

    def __repr__(self) -> str:
        return f"<Job {self.sequence} {self.state} on {self.lane} at {self.priority}>"
