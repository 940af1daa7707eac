"""Tasks with groups and dependencies: what ``BackgroundTaskManager`` is, without Qt.

A task that waits for others is not in any queue: it counts its unfinished upstream tasks, and the last of
them to end submits it. What a task led to goes through a mailbox to the receiver's thread; whether it is still
wanted is decided there and then, so that a task which is stopped never speaks again, not even when its
outcome was under way already.
"""

from __future__ import annotations

import functools
import threading
import traceback
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Callable, Optional

from ..errors import Stopped
from ..requests import WORK, Runner, Ticket, next_number
from .task import FAILED, READY, SUCCEEDED, WAITING, Event, Group, Task


class TaskGraph:
    """The tasks of one manager. All methods are thread-safe and never block.

    :param runner: where ready tasks run.
    :param post: takes the events for the receiver's thread, which hands each to :meth:`deliver`.
    """

    def __init__(self, runner: Runner, post: Callable[[Event], None]) -> None:
        self._runner = runner
        self._post = post
        self._lock = threading.Lock()
        self._tasks: dict[int, Task] = {}
        self._groups: dict[Hashable, Group] = {}

    # -- adding ------------------------------------------------------------------------------------------

    def add(
        self,
        callback: Optional[Callable[..., Any]],
        priority: int,
        group: Hashable,
        upstream_ids: Iterable[int],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> int:
        """Add a task; without a callback it passes its keyword arguments through as its result."""
        task = Task(next_number(), callback, priority, tuple(args), dict(kwargs))
        wanted = set(upstream_ids)
        failed: Optional[Task] = None
        with self._lock:
            task.group = self._groups.get(group) or self._groups.setdefault(group, Group(group))
            task.group.live.add(task)
            self._tasks[task.id] = task
            for upstream_id in wanted:
                upstream = self._tasks.get(upstream_id)
                if upstream is None:
                    continue  # unknown, or its end was delivered: nothing to wait for
                if upstream.state is SUCCEEDED:
                    task.take(upstream.result)
                elif upstream.state is FAILED:
                    failed = failed or upstream
                else:
                    task.upstream.append(upstream)
                    upstream.downstream.append(task)
                    task.unfinished += 1
            ready = task.unfinished == 0 and failed is None
            if ready:
                task.state = READY
        if failed is not None:
            self._fail(task, failed.message, failed.traceback)
        elif ready:
            self._submit([task])
        return task.id

    @property
    def busy(self) -> bool:
        """Whether so many tasks are under way that their ends will come in quick succession."""
        return len(self._tasks) > 16

    # -- stopping ----------------------------------------------------------------------------------------

    def stop(self, task_id: int, upstream: bool, downstream: bool) -> None:
        """Stop one task; it gives no signal any more. Its group may be finished by that."""
        with self._lock:
            task = self._tasks.get(task_id)
            if task is None:
                return
            ready, tickets, groups = self._drop(_reach([task], upstream, downstream))
        self._after_drop(ready, tickets, groups)

    def stop_group(self, group: Hashable, upstream: bool, downstream: bool) -> None:
        """Stop all tasks of a group, silently: the group gives no ``finished`` either."""
        with self._lock:
            found = self._groups.pop(group, None)
            if found is None:
                return
            found.closed = True
            ready, tickets, groups = self._drop(_reach(list(found.live), upstream, downstream))
        self._after_drop(ready, tickets, groups)

    def stop_all(self) -> None:
        """Stop everything, silently."""
        with self._lock:
            for group in self._groups.values():
                group.closed = True
            self._groups.clear()
            _, tickets, _ = self._drop(set(self._tasks.values()))
        self._after_drop([], tickets, set())

    def _drop(self, tasks: set[Task]) -> tuple[list[Task], list[Ticket], set[Group]]:
        ready: list[Task] = []
        tickets: list[Ticket] = []
        groups: set[Group] = set()
        for task in tasks:
            self._tasks.pop(task.id, None)  # gone already while its own slot stops it
            task.stopped = True
            if task.ticket is not None:
                tickets.append(task.ticket)
            task.group.live.discard(task)
            if not task.group.closed:
                groups.add(task.group)
        for task in tasks:
            if task.state in (WAITING, READY):
                ready += _release(task, None)
            task.forget()
        return [task for task in ready if not task.stopped], tickets, groups

    def _after_drop(self, ready: list[Task], tickets: list[Ticket], groups: set[Group]) -> None:
        for ticket in tickets:
            ticket.cancel()
        self._submit(ready)
        for group in groups:
            if not group.live and group.key is not None:
                self._post(Event("group", None, group))

    # -- running, in worker threads ----------------------------------------------------------------------

    def _submit(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            try:
                # What to call goes along: it is final now, and the worker needs no lock to read it.
                work = functools.partial(self._run, task, task.callback, task.args, task.kwargs)
                ticket = self._runner.submit(work, lane=WORK, priority=task.priority)
            except Stopped:
                return  # shut down under way: nothing gives a signal any more
            # Unlocked: the task may have ended by now (then nobody asks for the ticket) or been stopped
            # between the two lines (then _run finds it stopped and does nothing).
            task.ticket = ticket

    def _run(
        self, task: Task, callback: Optional[Callable[..., Any]], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        if task.stopped:
            return
        try:
            result = dict(kwargs) if callback is None else callback(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - SystemExit too fails the task, never the worker
            # The traceback goes out as text: kept as an object it would keep every frame's locals alive.
            self._fail(task, _describe(error), traceback.format_exc())
            return
        with self._lock:
            if task.stopped:
                return
            task.state = SUCCEEDED
            task.result = result
            ready = _release(task, result)
        self._post(Event("completed", task, task.group))  # first: its signal comes before those of what it frees
        self._submit(ready)

    def _fail(self, task: Task, message: str, trace: str) -> None:
        with self._lock:
            # Everything downstream fails with it: one failure each, in the order of the chain.
            failed = [] if task.stopped else [task]
            task.state = FAILED
            for one in failed:
                one.message, one.traceback = message, trace
                for after in one.downstream:
                    if after.state is WAITING:
                        after.state = FAILED
                        failed.append(after)
                one.downstream.clear()
        for one in failed:
            self._post(Event("failed", one, one.group))

    # -- delivering, in the receiver's thread ------------------------------------------------------------

    def deliver(
        self,
        event: Event,
        completed: Callable[[int, Hashable, Any], None],
        failed: Callable[[int, Hashable, str, str], None],
        finished: Callable[[Hashable], None],
    ) -> None:
        """Speak for one event, if it is still wanted."""
        task, group = event.task, event.group
        if task is not None:
            with self._lock:
                if self._tasks.pop(task.id, None) is None:
                    return
            if event.kind == "completed":
                completed(task.id, group.key, task.result)
            else:
                failed(task.id, group.key, task.message, task.traceback)
            # The slot may have added tasks to the group, or stopped it: only now is it clear whether the
            # group is finished.
        with self._lock:
            if task is not None:
                group.live.discard(task)
                task.forget()
            if group.live or group.closed or group.key is None:
                return  # None is no group: its end means nothing to anyone
            group.closed = True
            if self._groups.get(group.key) is group:
                del self._groups[group.key]
        finished(group.key)

    def has_group(self, key: Hashable) -> bool:
        """Whether a group of this key has tasks."""
        return key in self._groups

    def __len__(self) -> int:
        return len(self._tasks)


def _describe(error: BaseException) -> str:
    text = str(error)
    if not isinstance(error, Exception):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return text or type(error).__name__


def _release(task: Task, result: Any) -> list[Task]:
    """Let go of those that waited for a task; returns the ones that wait for nothing any more."""
    ready = []
    for after in task.downstream:
        if after.state is not WAITING:
            continue
        after.take(result)
        after.unfinished -= 1
        if after.unfinished == 0:
            after.state = READY
            ready.append(after)
    task.downstream.clear()
    return ready


def _reach(tasks: Sequence[Task], upstream: bool, downstream: bool) -> set[Task]:
    """The tasks, all that they wait for, and all that waits for them; not what else those lead to."""
    reached = set(tasks)
    for wanted, direction in ((upstream, "upstream"), (downstream, "downstream")):
        front = list(tasks) if wanted else []
        while front:
            for task in getattr(front.pop(), direction):
                if task not in reached and not task.stopped and task.state is not SUCCEEDED:
                    reached.add(task)
                    front.append(task)
    return reached
