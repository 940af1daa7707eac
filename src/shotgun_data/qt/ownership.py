"""Where a QObject dies, and what happens then."""

from __future__ import annotations

import threading
import weakref
from typing import Any, Callable, Optional

from ..engine import aftermath
from .binding import QtCore

_awaiting: set[Any] = set()


def when_destroyed(thing: QtCore.QObject, callback: Callable[[], None]) -> None:
    """Call back once when a QObject is destroyed, in whatever way and thread.

    :param callback: may run inside the garbage collector: it must take no lock that is held while Python code
        allocates anything. It must not refer to the object, which it would keep alive.
    """
    end = _End(callback)
    # Held from outside: a slot that only the object knows is garbage together with it, and the collector of
    # Python 3.11 empties such a function before PyQt6 calls it (seen as a crash).
    _awaiting.add(end)
    thing.destroyed.connect(end.come)
    # Where PyQt's object is collected in another thread, no slot hears of it: its wrapper's end must do.
    finalizer = weakref.finalize(thing, end.come)
    finalizer.atexit = False  # type: ignore[misc]  # a property, which typeshed gives as a plain name


def abandoned(thing: QtCore.QObject, callback: Callable[[], None]) -> None:
    """The same for a callback that takes locks: it runs in a thread of its own, soon after."""
    aftermath.prepare()
    when_destroyed(thing, lambda: aftermath.leave(callback))


class _End:
    def __init__(self, callback: Callable[[], None]) -> None:
        self._callback: Optional[Callable[[], None]] = callback
        self.come: Callable[..., None] = lambda *_: self._come()  # PySide keeps bound methods weakly

    def _come(self) -> None:
        callback, self._callback = self._callback, None
        if callback is not None:
            _awaiting.discard(self)
            callback()


class DiesAtHome(QtCore.QObject):
    """A QObject that is destroyed in its own thread, wherever Python lets go of it.

    Python's garbage collector runs in whichever thread happens to allocate, also in a worker, and PySide
    destroys there and then what it finds: while the object's own thread may be handling an event for it. (PyQt
    takes care of this by itself.)
    """

    def _remember_home(self) -> None:
        """Called in the thread that the object lives in: when it is made, and when it may have been moved."""
        self._home = threading.get_ident()

    def __del__(self) -> None:
        try:
            if self._home != threading.get_ident():
                self.deleteLater()
        except (AttributeError, RuntimeError):
            pass  # never finished, or destroyed already
