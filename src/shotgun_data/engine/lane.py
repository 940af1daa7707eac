"""One pool for one scarce resource: a priority heap and the threads, or the slots, that serve it.

Every method here expects the scheduler's lock to be held, and none of them blocks.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from typing import Optional, cast

from .job import CANCELLED, QUEUED, Job

# An entry is [-priority, sequence, number, job]; a dead one has None for its job. Dead entries stay in the heap
# until they surface (removing one would be a scan), or until they are the majority and the heap is rebuilt. The
# number is the entry's own: a job that was moved and moved back has two entries that are equal up to there.
Entry = list[object]
JOB = 3


class Waiter:
    """An idle worker's place to sleep: a lock that is released to wake it."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def sleep(self, timeout: Optional[float]) -> None:
        self._lock.acquire(timeout=-1 if timeout is None else max(0.0, timeout))

    def wake(self) -> None:
        try:
            self._lock.release()
        except RuntimeError:
            pass  # woken twice: it had timed out on its own, and looks around all the same


class Lane:
    """The queue of one lane and its count of workers."""

    def __init__(self, name: str, width: int, *, threaded: bool = True, shared: bool = True) -> None:
        self.name = name
        self.width = width
        self.threaded = threaded
        # Jobs below zero are nobody's wish of now. Where one may take long, they leave half of the lane free: what
        # has begun cannot be taken back when somebody does wish for something.
        self.background_width = width if shared else (width + 1) // 2
        self.threads: set[threading.Thread] = set()
        self.idle: list[Waiter] = []
        self.waking = False  # a thread was woken or begun, and has not come for work yet
        self.leaving = 0  # threads that have seen the end and are on their way out
        self.running = 0
        self.queued = 0
        self._heap: list[Entry] = []
        self._entries = itertools.count()
        self._dead = 0
        self._later: list[tuple[float, int, Job]] = []

    def push(self, job: Job) -> None:
        """Queue a job. Within a priority the sequence decides: first in, first out."""
        job.entry = [-job.priority, job.sequence, next(self._entries), job]
        heapq.heappush(self._heap, job.entry)
        self.queued += 1

    def push_later(self, job: Job, due: float) -> None:
        """Queue a job that must not begin before ``due`` (the scheduler's clock)."""
        heapq.heappush(self._later, (due, job.sequence, job))
        self.queued += 1

    def pop(self, now: float, *, any_number: bool = False) -> Optional[Job]:
        """The next job that may begin, or None.

        :param any_number: also one below zero where enough of these run.
        """
        while self._later and self._later[0][0] <= now:
            job = heapq.heappop(self._later)[2]
            if job.state == QUEUED:
                self.queued -= 1
                self.push(job)
        while self._heap and self._heap[0][JOB] is None:
            heapq.heappop(self._heap)
            self._dead -= 1
        if not self._heap:
            return None
        enough = self.running >= self.background_width and not any_number
        if enough and cast(Job, self._heap[0][JOB]).priority < 0:
            return None
        job = cast(Job, heapq.heappop(self._heap)[JOB])
        job.entry = None
        self.queued -= 1
        return job

    @property
    def has_ready(self) -> bool:
        """Whether a job could begin now."""
        return len(self._heap) > self._dead

    def next_due(self) -> Optional[float]:
        """When the next delayed job may begin, or None."""
        while self._later and self._later[0][2].state == CANCELLED:
            heapq.heappop(self._later)
        return self._later[0][0] if self._later else None

    def remove(self, job: Job) -> None:
        """Forget a queued job; its entry dies where it lies."""
        self.queued -= 1
        if job.entry is not None:
            self._kill(job.entry)
            job.entry = None

    def move(self, job: Job) -> None:
        """Give a queued job the place that its priority now asks for."""
        if job.entry is None:
            return  # delayed: the priority counts when it is due
        self._kill(job.entry)
        self.queued -= 1
        self.push(job)

    def _kill(self, entry: Entry) -> None:
        entry[JOB] = None
        self._dead += 1
        if self._dead > 64 and self._dead * 2 > len(self._heap):
            self._heap = [item for item in self._heap if item[JOB] is not None]
            heapq.heapify(self._heap)
            self._dead = 0
