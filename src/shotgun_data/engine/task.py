"""What a task graph is made of."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Callable, NamedTuple, Optional

from ..requests import Ticket

WAITING = "waiting"  # for its upstream tasks
READY = "ready"  # submitted, perhaps running
SUCCEEDED = "succeeded"
FAILED = "failed"


class Group:
    """Tasks that are stopped together, and whose end together is announced once."""

    __slots__ = ("closed", "key", "live")

    def __init__(self, key: Hashable) -> None:
        self.key = key
        self.live: set[Task] = set()  # added and not yet delivered or stopped
        self.closed = False  # finished or stopped: a later group of the same key is another one


class Task:
    """One callable with its arguments, and what it waits for. Guarded by the graph's lock."""

    __slots__ = (
        "args",
        "callback",
        "downstream",
        "group",
        "id",
        "kwargs",
        "message",
        "priority",
        "result",
        "state",
        "stopped",
        "ticket",
        "traceback",
        "unfinished",
        "upstream",
    )

    def __init__(
        self,
        task_id: int,
        callback: Optional[Callable[..., Any]],
        priority: int,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        self.id = task_id
        self.callback = callback
        self.priority = priority
        self.args = args
        self.kwargs = kwargs
        self.state = WAITING
        self.stopped = False
        self.unfinished = 0
        self.upstream: list[Task] = []
        self.downstream: list[Task] = []
        self.ticket: Optional[Ticket] = None
        self.result: Any = None
        self.message = ""
        self.traceback = ""
        self.group: Group

    def take(self, result: Any) -> None:
        """Merge what an upstream task returned into the keyword arguments, if it is a dict."""
        if isinstance(result, dict):
            self.kwargs.update(result)

    def forget(self) -> None:
        """Let go of everything that could keep other objects alive: the task is over."""
        self.callback = None
        self.args = ()
        self.kwargs = {}
        self.result = None
        self.ticket = None
        self.upstream.clear()
        self.downstream.clear()


class Event(NamedTuple):
    """For the receiver's thread: ``completed`` or ``failed`` with its task, or ``group`` without one."""

    kind: str
    task: Optional[Task]
    group: Group
