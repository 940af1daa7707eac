"""Full garbage collections wait while a burst of results is on its way.

Python's collector looks at every container of the process once the new ones are a quarter of the old: a find of
10,000 rows brings that about in its middle, and the interpreter, the GUI's thread included, stands still for 50 ms in
a small tool and for longer in a large host. The collection is due all the same: it comes when the burst is over.
Young containers are collected as ever.
"""

from __future__ import annotations

import gc
import threading
import time
from typing import Callable, Optional

_NEVER = 1 << 30


class FullCollections:
    """Postponed as long as anybody wants them to be. One for the process; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a collection may run a finalizer that comes back here
        self._holders = 0
        self._theirs: Optional[tuple[int, int, int]] = None

    def hold(self) -> None:
        """Postpone; to be followed by :meth:`let_go`."""
        with self._lock:
            self._holders += 1
            if self._holders > 1 or not gc.isenabled():
                return
            theirs = gc.get_threshold()
            if theirs[2] < _NEVER:
                self._theirs = theirs
                gc.set_threshold(theirs[0], theirs[1], _NEVER)

    def let_go(self) -> None:
        """The last to let go gives the host its threshold back, unless the host has set another meanwhile."""
        with self._lock:
            self._holders -= 1
            theirs = self._theirs
            if self._holders or theirs is None:
                return
            self._theirs = None
            if gc.get_threshold() == (theirs[0], theirs[1], _NEVER):
                gc.set_threshold(*theirs)


#: The process has one collector.
FULL_COLLECTIONS = FullCollections()


class Burst:
    """One session's part in it: begun by what will bring much, over when nothing is under way any more.

    :param longest: seconds after which collections go on whatever is under way; 0: they are never postponed.
    """

    def __init__(
        self,
        longest: float,
        collections: FullCollections = FULL_COLLECTIONS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._longest = longest
        self._collections = collections
        self._clock = clock
        self._lock = threading.RLock()
        self._until: Optional[float] = None

    @property
    def is_on(self) -> bool:
        """Whether collections are postponed by this one."""
        return self._until is not None

    def begin(self) -> None:
        """Much is coming. Nothing happens if it has begun already."""
        with self._lock:
            if self._until is None and self._longest:
                self._until = self._clock() + self._longest
                self._collections.hold()

    def check(self, idle: bool) -> None:
        """Something has come: is it the last, or has it been going on for too long?"""
        until = self._until
        if until is not None and (idle or self._clock() > until):
            self.end()

    def end(self) -> None:
        """Nothing more comes."""
        with self._lock:
            if self._until is not None:
                self._until = None
                self._collections.let_go()
