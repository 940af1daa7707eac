"""Outcomes on their way from worker threads to the receiver's thread."""

from __future__ import annotations

import enum
import time
from collections import deque
from typing import Callable, Generic, TypeVar

T = TypeVar("T")


class Left(enum.Enum):
    """What a drain leaves behind."""

    #: Nothing; the next item wakes the receiver.
    NOTHING = "nothing"
    #: Items; another turn was asked for.
    MORE = "more"
    #: Nothing, but more is expected: nobody is woken before the receiver has drained again, soon, by itself.
    SILENCE = "silence"


class Mailbox(Generic[T]):
    """Workers put and go on at once; the receiver is woken once per batch and takes a bounded share a turn.

    :param wake: called, from any thread, when the receiver should call :meth:`drain` in its own; never
        called again before it has. It must not block.
    :param budget: seconds of one turn that a drain may use; at least one item is handled.
    """

    def __init__(self, wake: Callable[[], None], budget: float) -> None:
        self._items: deque[T] = deque()
        self._wake = wake
        self._awake = False
        self._budget = budget

    def put(self, item: T) -> None:
        """Leave an item. Thread-safe; never blocks, never calls the receiver."""
        # Lock-free by order: the item is there before the flag is read, and drain() looks for items once more
        # after it has lowered the flag. Two threads that both find it lowered wake twice: one empty drain.
        self._items.append(item)
        if not self._awake:
            self._awake = True
            self._wake()

    def drain(
        self, handle: Callable[[T], None], again: Callable[[], None], expects_more: Callable[[], bool] = lambda: False
    ) -> Left:
        """Handle items until the budget is spent. In the receiver's thread.

        :param again: ask for another turn of the event loop. Cheap when asked twice.
        :param expects_more: asked when items were handled and none is left. Waking a thread costs more than an
            item does, and a worker that wakes one for each item does little else: while many are on their way,
            the receiver looks again after a moment instead.

        Items leave one by one, and another turn is asked for before the first is handled: a handler may run
        a nested event loop, and that loop delivers the rest.
        """
        items = self._items
        deadline = time.perf_counter() + self._budget
        handled = False
        while True:
            try:
                item = items.popleft()
            except IndexError:
                if handled and expects_more():
                    return Left.SILENCE
                self._awake = False
                if not items:
                    return Left.NOTHING
                self._awake = True  # it came between the two, and its sender may have found us awake
                continue
            if not handled:
                handled = True
                again()
            handle(item)
            if items and time.perf_counter() >= deadline:
                again()  # the handler's own event loop may have used up the turn that was asked for
                return Left.MORE

    def clear(self) -> None:
        """Throw away what is there."""
        self._items.clear()

    def __len__(self) -> int:
        return len(self._items)
