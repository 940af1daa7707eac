"""Whether the cache's disk is quick enough to be waited for by the thread that all downloads share."""

from __future__ import annotations

import time
from typing import Callable

#: Seconds for one small file, on average: a local disk takes a tenth of this, a share over the network several times
#: as much.
SLOW = 0.003
#: Seconds for which a disk that was slow is left to the disk lane.
PATIENCE = 5.0
# One file weighs so much in the average, and never counts for more seconds than this: a thread that was not given a
# processor for a while says nothing of the disk.
_WEIGHT = 0.1
_MOST = 0.006


class DiskPace:
    """Handing a small body to another thread costs more than storing it on a quick disk: each of the store's system
    calls gives the interpreter's lock to the thread that handed over, and waits to get it back. A slow disk would
    hold up every other download. So the transport's thread stores as long as that goes quickly. Thread-safe.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._average = 0.0
        self._avoid_until = 0.0

    def is_quick(self) -> bool:
        """Whether to store here and now."""
        return self._clock() >= self._avoid_until

    def took(self, seconds: float) -> None:
        """A file was stored here, in so much time."""
        self._average += _WEIGHT * (min(seconds, _MOST) - self._average)
        if self._average > SLOW:
            self._average = 0.0
            self._avoid_until = self._clock() + PATIENCE
