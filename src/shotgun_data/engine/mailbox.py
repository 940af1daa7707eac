"""Outcomes on their way from worker threads to the receiver's thread."""

from __future__ import annotations

import time
from collections import deque
from typing import Callable, Generic, TypeVar

T = TypeVar("T")


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
        # Lock-free by order: the item is there before the flag is read, and drain() lowers the flag before it
        # looks for items. Two threads that both find it lowered wake twice, which costs one empty drain.
        self._items.append(item)
        if not self._awake:
            self._awake = True
            self._wake()

    def drain(self, handle: Callable[[T], None], again: Callable[[], None]) -> bool:
        """Handle items until the budget is spent; True if none is left. In the receiver's thread.

        :param again: called when there is more: ask for another turn of the event loop. Cheap when asked twice.

        Items leave one by one, and another turn is asked for before the first is handled: a handler may run
        a nested event loop, and that loop delivers the rest.
        """
        self._awake = False
        items = self._items
        deadline = time.perf_counter() + self._budget
        asked = False
        while True:
            try:
                item = items.popleft()
            except IndexError:
                return True
            if items and not asked:
                asked = True
                again()
            handle(item)
            if time.perf_counter() >= deadline:
                if items:
                    again()  # an item that came while the last of the others was handled
                    return False
                return True

    def clear(self) -> None:
        """Throw away what is there."""
        self._items.clear()

    def __len__(self) -> int:
        return len(self._items)
