"""A run that stands still for good must not keep whoever started it waiting for good."""

from __future__ import annotations

import faulthandler
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR = 2

#: Seconds: far longer than any run takes, and than a run waits in an event loop for what does not come.
STANDSTILL = 200.0


@contextmanager
def ends_when_it_stands_still(seconds: float = STANDSTILL) -> Iterator[None]:
    """While the ``with`` lasts: after so long, write where every thread is to stderr, and end the process with 1.

    A deadline in an event loop is of no use where two threads wait for each other with the interpreter's lock in
    hand, as some Qt bindings let them; this one needs no lock.
    """
    faulthandler.dump_traceback_later(seconds, exit=True, file=_STDERR)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
