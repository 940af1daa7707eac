"""What becomes of schedulers that nobody stopped when the interpreter ends."""

from __future__ import annotations

import atexit
import time
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scheduler import Scheduler

_living: weakref.WeakSet[Scheduler] = weakref.WeakSet()
_exit_hooked = False


def remember(scheduler: Scheduler) -> None:
    """Let a scheduler end with the interpreter."""
    # Hooked at the first scheduler and not at import: hooks run last in, first out, and ours must run before
    # the one that a Qt binding, imported by then, uses to take its application down.
    global _exit_hooked
    if not _exit_hooked:
        _exit_hooked = True
        atexit.register(_at_exit)
    _living.add(scheduler)


def _at_exit() -> None:
    """The interpreter ends: begin nothing more, so that no thread is inside Python or Qt as they go down.

    Running look-ups get a moment to end; a running download or call is left behind with its daemon thread.
    """
    schedulers = list(_living)
    for scheduler in schedulers:
        scheduler.abandon()
    deadline = time.monotonic() + 0.3
    for scheduler in schedulers:
        scheduler.join(deadline)
