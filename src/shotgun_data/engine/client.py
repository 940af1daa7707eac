"""One user of a scheduler: its jobs can be counted, dropped and waited for without touching anyone else's."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .job import Job, current_job

if TYPE_CHECKING:
    from ..requests import Work
    from .scheduler import Scheduler


class Client:
    """A :class:`~shotgun_data.requests.Runner` on the lanes of one scheduler.

    Several clients share a scheduler's threads; stopping one leaves the others alone.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self.queued: set[Job] = set()
        self.running: set[Job] = set()
        self.changed = threading.Condition(scheduler.lock)
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether this client, or the whole scheduler, takes no more work."""
        return self._closed or self.scheduler.closed

    def submit(self, work: Work, *, lane: str, priority: int, delay: float = 0.0) -> Job:
        """Queue work on a lane, to begin in ``delay`` seconds at the earliest.

        :raises Stopped: after :meth:`stop`, or when the scheduler is closed.
        """
        return self.scheduler.submit(self, work, lane, priority, delay)

    def submit_many(self, works: Sequence[Work], *, lane: str, priority: int) -> list[Job]:
        """Queue many pieces of work at once.

        :raises Stopped: as :meth:`submit`.
        """
        return self.scheduler.submit_many(self, works, lane, priority)

    def hold(self) -> Job:
        """Keep the job that this thread runs from ending when its function returns; see :meth:`Job.release`."""
        job = current_job()
        assert job is not None, "hold() is for work that a lane runs"
        job.held = True
        return job

    def start(self) -> None:
        """Begin work on all lanes of the scheduler, also that of its other clients."""
        self.scheduler.resume()

    def abandon(self) -> None:
        """Drop what waits and take no more, without waiting for what runs."""
        self._closed = True
        self.scheduler.cancel_queued(self)

    def stop(self) -> None:
        """Drop what waits, and block until what runs has ended. Idempotent.

        Called from inside one of its own jobs, it does not wait for that job.
        """
        self.abandon()
        mine = current_job()
        with self.changed:
            self.changed.wait_for(lambda: not (self.running - {mine}))
