"""When work runs, and on which thread.

One lock guards every queue and count. Whatever can block, call back or do I/O happens outside it: the locked
part decides, and returns what to do. Submit, pick, cancel and re-prioritise cost a heap operation.
"""

from __future__ import annotations

import functools
import itertools
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Callable, Optional

from ..errors import Stopped
from ..requests import FLIGHT, TRANSFER, Work
from .client import Client
from .exit import remember
from .job import CANCELLED, DONE, QUEUED, RUNNING, Job, current_job, set_current
from .lane import Lane, Waiter
from .statistics import LaneStatistics

log = logging.getLogger(__name__)

class Scheduler:
    """The lanes of one task manager, and the threads that serve them.

    Threads start when there is work that no idle thread can take, and are daemons: a host that exits
    without stopping anything must still exit at once.

    :param widths: how many threads each lane may have, by lane name; slots for :data:`FLIGHT`.
    :param paused: take work but begin none before :meth:`resume`.
    :param ended: called once, when this was closed or abandoned and its last thread is about to end.
    :param clock: seconds, monotonic.
    """

    def __init__(
        self,
        widths: Mapping[str, int],
        *,
        paused: bool = False,
        ended: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.lock = threading.Lock()
        self.clock = clock
        self._lanes = {
            name: Lane(name, width, threaded=name != FLIGHT, shared=name not in (FLIGHT, TRANSFER))
            for name, width in widths.items()
        }
        self._paused = paused
        self._closed = False
        self._ended = ended
        self._sequence = itertools.count()
        remember(self)

    # -- for clients -------------------------------------------------------------------------------------

    def submit(self, client: Client, work: Work, lane_name: str, priority: int, delay: float = 0.0) -> Job:
        """Queue work. Thread-safe.

        :param delay: seconds before it may begin; not for :data:`FLIGHT`, which has no thread to wait.
        :raises Stopped: the client or the scheduler was stopped.
        """
        lane = self._lanes[lane_name]
        with self.lock:
            if self._closed or client.closed:
                raise Stopped("this task manager was shut down and takes no more work")
            job = Job(client, work, lane_name, priority, next(self._sequence))
            client.queued.add(job)
            if delay:
                lane.push_later(job, self.clock() + delay)
            else:
                lane.push(job)
            wake = self._someone_for(lane)
        if wake is not None:
            wake()
        return job

    def submit_many(self, client: Client, works: Sequence[Work], lane_name: str, priority: int) -> list[Job]:
        """Queue many pieces of work under one locking, and wake nobody before all are there.

        :raises Stopped: the client or the scheduler was stopped.
        """
        lane = self._lanes[lane_name]
        with self.lock:
            if self._closed or client.closed:
                raise Stopped("this task manager was shut down and takes no more work")
            jobs = [Job(client, work, lane_name, priority, next(self._sequence)) for work in works]
            client.queued.update(jobs)
            for job in jobs:
                lane.push(job)
            wakes = self._some_for(lane, len(jobs))
        for wake in wakes:
            wake()
        return jobs

    def release(self, job: Job) -> None:
        """End a job that was held: its work went on after its function had returned. Thread-safe; once."""
        lane = self._lanes[job.lane]
        with self.lock:
            job.held = False
            if job.inside:
                return  # its function is about to return, and ends it then
            self._finish(lane, job, None)
            wake = self._someone_for(lane)
        if wake is not None:
            wake()

    def cancel(self, job: Job) -> bool:
        """Take a job back; True if it had not begun and now never will."""
        with self.lock:
            return self._cancel(job)

    def cancel_queued(self, client: Client) -> None:
        """Take back all that a client has queued; costs nothing for what others have queued."""
        with self.lock:
            for job in list(client.queued):
                self._cancel(job)

    def set_priority(self, job: Job, priority: int) -> None:
        """Change the priority of a job that waits. It may begin here and now, where it has become more wanted."""
        wake: Optional[Callable[[], None]] = None
        with self.lock:
            if job.priority != priority:
                is_wanted = job.priority < 0 <= priority
                job.priority = priority
                if job.state == QUEUED:
                    lane = self._lanes[job.lane]
                    lane.move(job)
                    wake = self._someone_for(lane) if is_wanted else None
        if wake is not None:
            wake()

    # -- for the owner -----------------------------------------------------------------------------------

    @property
    def paused(self) -> bool:
        """Whether jobs wait although threads are free."""
        return self._paused

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` or :meth:`abandon` was called."""
        return self._closed

    def resume(self) -> None:
        """Begin work; nothing happens if it has begun."""
        wakes: list[Callable[[], None]] = []
        with self.lock:
            if self._closed or not self._paused:
                return
            self._paused = False
            for lane in self._lanes.values():
                wakes += self._some_for(lane, lane.queued)
        for wake in wakes:
            wake()

    def pause(self) -> None:
        """Begin nothing more; what runs completes."""
        with self.lock:
            self._paused = True

    def close(self) -> None:
        """Drop what waits, block until what runs has ended, end the threads. Idempotent.

        Called from inside a job, it does not wait for that job or its thread.
        """
        self.abandon()
        self.join(None)

    def join(self, deadline: Optional[float]) -> None:
        """Wait for the threads of a closed scheduler, at most until ``deadline`` (``time.monotonic``)."""
        me = threading.current_thread()
        for lane in self._lanes.values():
            for thread in list(lane.threads):
                if thread is not me and thread.ident is not None:  # one not started yet ends by itself
                    thread.join(None if deadline is None else max(0.0, deadline - time.monotonic()))

    def abandon(self) -> None:
        """Drop what waits and let the threads end by themselves, without waiting for them."""
        wakes: list[Callable[[], None]] = []
        with self.lock:
            if not self._closed and not any(lane.threads for lane in self._lanes.values()):
                wakes.append(self._ended)  # there is no thread that could do it
            self._closed = True
            for lane in self._lanes.values():
                while True:
                    job = lane.pop(float("inf"), any_number=True)
                    if job is None:
                        break
                    self._settle(job, CANCELLED)
                wakes += [waiter.wake for waiter in lane.idle]
                lane.idle.clear()
        for wake in wakes:
            wake()

    def statistics(self) -> dict[str, LaneStatistics]:
        """What each lane has queued and running right now."""
        with self.lock:
            return {
                name: LaneStatistics(lane.queued, lane.running, len(lane.threads), lane.width)
                for name, lane in self._lanes.items()
            }

    def __repr__(self) -> str:
        state = "closed" if self._closed else "paused" if self._paused else "running"
        lanes = ", ".join(
            f"{name}: {counts.queued} queued, {counts.running} running"
            for name, counts in self.statistics().items()
        )
        return f"<Scheduler {state}; {lanes}>"

    # -- under the lock ----------------------------------------------------------------------------------

    def _cancel(self, job: Job) -> bool:
        if job.state != QUEUED:
            return False
        self._lanes[job.lane].remove(job)
        self._settle(job, CANCELLED)
        return True

    def _settle(self, job: Job, state: str) -> None:
        job.state = state
        job.work = None  # what the work refers to must not live as long as whoever keeps the job
        job.client.queued.discard(job)

    def _someone_for(self, lane: Lane) -> Optional[Callable[[], None]]:
        """Who will take the job that was just queued: an idle thread, a new one, or nobody yet."""
        if self._paused:
            return None
        if not lane.threaded:
            return functools.partial(self._launch, lane) if lane.queued and lane.running < lane.width else None
        if lane.waking:
            # One at a time, and it wakes the next if there is more than it can take: threads that are woken for
            # each of a thousand small jobs do little else than wait for locks.
            return None
        if lane.idle:
            lane.waking = True
            return lane.idle.pop().wake
        if len(lane.threads) < lane.width:
            lane.waking = True
            thread = threading.Thread(
                target=self._serve, args=(lane,), name=f"shotgun-data {lane.name}", daemon=True
            )
            lane.threads.add(thread)
            return functools.partial(self._begin, lane, thread)
        return None

    def _some_for(self, lane: Lane, jobs: int) -> list[Callable[[], None]]:
        """The same for so many jobs."""
        wakes: list[Callable[[], None]] = []
        for _ in range(jobs if lane.threaded else min(jobs, 1)):  # one launch fills all slots
            wake = self._someone_for(lane)
            if wake is None:
                break
            wakes.append(wake)
        return wakes

    def _begin(self, lane: Lane, thread: threading.Thread) -> None:
        try:
            thread.start()
        except RuntimeError:  # no more threads, or the interpreter is going down
            with self.lock:
                lane.waking = False
                lane.threads.discard(thread)
                if lane.threads or self._closed:
                    return
            raise

    def _take(self, lane: Lane) -> Optional[Job]:
        """The next job of a lane, which is running from now on."""
        job = lane.pop(self.clock())
        if job is not None:
            job.state = RUNNING
            job.inside = True
            job.client.queued.discard(job)
            job.client.running.add(job)
            lane.running += 1
        return job

    def _finish(self, lane: Lane, job: Job, delay: Optional[float]) -> None:
        """A job's function has returned, and nobody holds it."""
        lane.running -= 1
        client = job.client
        client.running.discard(job)
        if delay is not None and not self._closed and not client.closed:
            job.state = QUEUED
            client.queued.add(job)
            lane.push_later(job, self.clock() + delay)
        else:
            self._settle(job, DONE)
        if client.closed:
            client.changed.notify_all()

    def _returned(self, lane: Lane, job: Job, delay: Optional[float]) -> None:
        job.inside = False
        if not job.held:
            self._finish(lane, job, delay)

    def _next(self, lane: Lane) -> Optional[Job]:
        """For a free worker: the job to run, if there is one."""
        job = None if self._paused or self._closed else self._take(lane)
        if job is not None and lane.idle and lane.next_due() is not None:
            # We might have been the one sleeping until the next delayed job: pass that on.
            lane.idle.pop().wake()
        return job

    def _until_due(self, lane: Lane) -> Optional[float]:
        """For a worker without work: how long it may sleep."""
        due = lane.next_due()
        return None if due is None or self._paused else due - self.clock()

    # -- the workers -------------------------------------------------------------------------------------

    def _serve(self, lane: Lane) -> None:
        waiter = Waiter()
        job: Optional[Job] = None
        delay: Optional[float] = None
        awoken = True
        while True:
            wake: Optional[Callable[[], None]] = None
            timeout: Optional[float] = None
            with self.lock:  # once for each job: the end of one and the choice of the next
                if job is not None:
                    self._returned(lane, job, delay)
                if awoken:
                    lane.waking = False
                    if waiter in lane.idle:  # nobody woke us: a delayed job is due
                        lane.idle.remove(waiter)
                closed = self._closed
                job = self._next(lane)
                if job is None and not closed:
                    lane.idle.append(waiter)
                    timeout = self._until_due(lane)
                elif awoken and lane.has_ready:
                    wake = self._someone_for(lane)
            if closed:
                self._leave(lane)
                return
            if wake is not None:
                wake()
            awoken = job is None
            if job is None:
                waiter.sleep(timeout)
            else:
                delay = self._run(job)

    def _launch(self, lane: Lane) -> None:
        """Begin what a lane without threads has slots for, here and now."""
        job: Optional[Job] = None
        while True:
            with self.lock:
                if job is not None:
                    self._returned(lane, job, None)
                free = lane.running < lane.width and not self._paused and not self._closed
                job = self._take(lane) if free else None
            if job is None:
                return
            self._run(job)

    def _leave(self, lane: Lane) -> None:
        # The lane lets go of the thread last: whoever joins the threads also waits for what the last one does.
        me = threading.current_thread()
        with self.lock:
            lane.leaving += 1
            last = all(len(one.threads) == one.leaving for one in self._lanes.values())
        if last:
            self._ended()
        with self.lock:
            lane.leaving -= 1
            lane.threads.discard(me)

    @staticmethod
    def _run(job: Job) -> Optional[float]:
        outer = current_job()  # a slot may be freed, and the next job begun, from inside another job
        set_current(job)
        try:
            assert job.work is not None
            return job.work()
        except BaseException:  # not even SystemExit may take a worker down
            log.exception("Work on the %s lane broke its promise not to raise", job.lane)
            job.held = False
            return None
        finally:
            set_current(outer)
