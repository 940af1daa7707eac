"""``BackgroundTaskManager``: callables on worker threads, with priorities, groups and dependencies."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Callable, Optional, Union

from ..engine.task import Event
from ..engine.tasks import TaskGraph
from ..requests import DISK, FLIGHT, TRANSFER, WORK, next_number
from ..session.workshop import Workshop
from ..settings import Settings
from .binding import QtCore
from .delivery import Delivery
from .image_cache import ImageCache
from .ownership import DiesAtHome, abandoned

log = logging.getLogger(__name__)

DEFAULT_THREADS = 8
_FIRST_GROUP = 1 << 30


class BackgroundTaskManager(DiesAtHome):
    """Runs callables on worker threads and tells of their ends by signals, in the thread that owns it.

    Tasks of a higher priority begin first; within one priority, in the order in which they were added. Every
    method may be called from any thread, and from inside the slots. Retrievers that are given one manager
    share its threads, connections and downloads.

    :param parent: Qt parent, or None.
    :param start_processing: begin at once; otherwise tasks wait for :meth:`start_processing`.
    :param max_threads: worker threads for tasks and API calls. 0 or None means 8.
    """

    #: ``task_completed(int uid, object group, object result)``
    task_completed = QtCore.Signal(int, object, object)
    #: ``task_failed(int uid, object group, str message, str traceback)``
    task_failed = QtCore.Signal(int, object, str, str)
    #: ``task_group_finished(object group)``: the last task of a group ended, after that task's own signal.
    task_group_finished = QtCore.Signal(object)

    def __init__(
        self,
        parent: Optional[QtCore.QObject] = None,
        start_processing: bool = False,
        max_threads: Optional[int] = DEFAULT_THREADS,
        *,
        settings: Optional[Settings] = None,
    ) -> None:
        super().__init__(parent)
        self._remember_home()
        settings = settings or Settings()
        self.workshop = Workshop(
            {
                WORK: max_threads or DEFAULT_THREADS,
                DISK: settings.disk_threads,
                TRANSFER: settings.transfer_threads,
                FLIGHT: settings.transfer_threads,
            },
            settings,
            paused=not start_processing,
        )
        #: Decoded images, shared by the retrievers that work here; ``image_cache.statistics`` tells of it.
        self.image_cache = ImageCache(settings.image_cache_bytes)
        self._delivery: Delivery[Event] = Delivery(self, self._deliver, settings.delivery_budget)
        tasks = self._tasks = TaskGraph(self.workshop.client(), self._delivery.mailbox.put)
        self._delivery.expects_more = lambda: tasks.busy
        # Deleted without shut_down(): the threads end by themselves, and nobody waits for them.
        abandoned(self, self.workshop.abandon)

    # -- processing --------------------------------------------------------------------------------------

    def start_processing(self) -> None:
        """Begin, or go on after :meth:`pause_processing`."""
        self.workshop.scheduler.resume()

    def pause_processing(self) -> None:
        """Begin no further task; those that run complete, with their signals."""
        self.workshop.scheduler.pause()

    def shut_down(self) -> None:
        """Stop for good: tasks that wait are dropped, those that run are waited for, no signal comes any more.

        Blocks. Idempotent; called from one of its own tasks, it does not wait for that one.
        """
        self._tasks.stop_all()
        self._delivery.close()
        self.workshop.close()
        self.image_cache.clear()

    # -- tasks -------------------------------------------------------------------------------------------

    def next_group_id(self) -> int:
        """A group that nobody else uses, and that equals no group of a user's own choice."""
        while True:
            # Far from any number that a person would choose, and still an int for a Qt signal of theirs.
            group = _FIRST_GROUP + next_number()
            if not self._tasks.has_group(group):
                return group

    def add_task(
        self,
        cbl: Callable[..., Any],
        priority: Optional[int] = None,
        group: Hashable = None,
        upstream_task_ids: Optional[Iterable[int]] = None,
        task_args: Optional[Sequence[Any]] = None,
        task_kwargs: Optional[Mapping[str, Any]] = None,
    ) -> int:
        """Add a task.

        :param cbl: any callable; called in a worker thread.
        :param priority: a higher one goes first; None counts as 0.
        :param group: any hashable; None is no group.
        :param upstream_task_ids: tasks that must complete first. A dict that one of them returns is merged
            into the keyword arguments; where one fails, this task fails with the same message. Ids that are
            unknown or already finished are not waited for.
        :returns: the task's id: unique in the process, never 0.
        :raises TypeError: ``cbl`` cannot be called.
        """
        if not callable(cbl):
            raise TypeError(f"add_task needs something that can be called, not {type(cbl).__name__}")
        return self._add(cbl, priority, group, upstream_task_ids, task_args, task_kwargs)

    def add_pass_through_task(
        self,
        priority: Optional[int] = None,
        group: Hashable = None,
        upstream_task_ids: Optional[Iterable[int]] = None,
        task_kwargs: Optional[Mapping[str, Any]] = None,
    ) -> int:
        """Add a task that does nothing: its result is its keyword arguments, with those of its upstream tasks."""
        return self._add(None, priority, group, upstream_task_ids, None, task_kwargs)

    def stop_task(
        self, task_id: Union[int, str, None], stop_upstream: bool = True, stop_downstream: bool = True
    ) -> None:
        """Stop a task; no signal comes for it any more, whether it waits, runs, or has just ended.

        A callable that runs is not interrupted: its result is dropped.

        :param task_id: as :meth:`add_task` returned it, or as a string; None, or an unknown one, is ignored.
        :param stop_upstream: also stop the tasks that it waits for.
        :param stop_downstream: also stop the tasks that wait for it; otherwise they no longer do.
        """
        if task_id is None:
            return
        try:
            number = int(task_id)
        except (TypeError, ValueError):
            return
        self._tasks.stop(number, stop_upstream, stop_downstream)

    def stop_task_group(
        self, group: Hashable, stop_upstream: bool = True, stop_downstream: bool = True
    ) -> None:
        """Stop all tasks of a group, without any signal, that of the group included."""
        self._tasks.stop_group(group, stop_upstream, stop_downstream)

    def stop_all_tasks(self) -> None:
        """Stop everything without any signal; the requests of retrievers that share this manager too."""
        self._tasks.stop_all()
        self.workshop.cancel_sessions()

    # --------------------------------------------------------------------------------------------------

    def _add(
        self,
        callback: Optional[Callable[..., Any]],
        priority: Optional[int],
        group: Hashable,
        upstream_task_ids: Optional[Iterable[int]],
        args: Optional[Sequence[Any]],
        kwargs: Optional[Mapping[str, Any]],
    ) -> int:
        if self.workshop.scheduler.closed:
            log.warning("A task was added to a task manager that has been shut down; it will not run.")
        return self._tasks.add(
            callback, priority or 0, group, upstream_task_ids or (), args or (), kwargs or {}
        )

    def _deliver(self, event: Event) -> None:
        self._remember_home()
        self._tasks.deliver(
            event, self.task_completed.emit, self.task_failed.emit, self.task_group_finished.emit
        )

    def __repr__(self) -> str:
        return f"<BackgroundTaskManager {self.workshop.scheduler!r}>"

