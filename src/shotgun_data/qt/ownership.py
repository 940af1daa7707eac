"""Where a QObject dies."""

from __future__ import annotations

import threading

from .binding import QtCore


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
