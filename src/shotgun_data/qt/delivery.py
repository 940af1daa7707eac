"""From a mailbox into the event loop of the thread that a QObject lives in."""

from __future__ import annotations

import threading
from typing import Callable, Generic, Optional, TypeVar

from ..engine.mailbox import Mailbox
from .binding import QtCore

T = TypeVar("T")


class Delivery(QtCore.QObject, Generic[T]):
    """Hands items that worker threads put to ``handle``, in the thread of ``parent``.

    It is a child of the object that it serves, so that it moves with it (``moveToThread``) and goes with it.

    :param budget: seconds of one turn of the event loop that delivery may use.
    """

    def __init__(self, parent: QtCore.QObject, handle: Callable[[T], None], budget: float) -> None:
        super().__init__(parent)
        self._handle = handle
        self._timer: Optional[int] = None
        self.gate = _Gate(self)
        self.mailbox: Mailbox[T] = Mailbox(self.gate.wake, self._another_turn, budget)
        # A plain function that knows only the gate: it must work while this object is being destroyed.
        gate = self.gate
        self.destroyed.connect(lambda *_: gate.close())

    def customEvent(self, event: QtCore.QEvent) -> None:
        """A worker woke us."""
        self._drain()

    def timerEvent(self, event: QtCore.QTimerEvent) -> None:
        """Another turn of the event loop."""
        self._drain()

    def _drain(self) -> None:
        if self.gate.closed or self.mailbox.drain(self._handle):
            self._rest()

    def _rest(self) -> None:
        if self._timer is not None:
            self.killTimer(self._timer)
            self._timer = None

    def _another_turn(self) -> None:
        # A timer of no length, not another posted event: Qt handles events that are posted while it handles
        # posted events in the same go, and neither input nor painting would get a turn between two batches.
        if self._timer is None and not self.gate.closed:
            self._timer = self.startTimer(0)

    def close(self) -> None:
        """Deliver nothing more, ever. From any thread."""
        self.gate.close()
        self.mailbox.clear()
        # From another thread the timer cannot be killed; its next turn finds the gate closed.
        if self.thread() == QtCore.QThread.currentThread():
            self._rest()


class _Gate:
    """Lets workers wake a QObject that may be destroyed at any moment by its own thread.

    The event is posted under the gate's lock, and the object's ``destroyed`` closes the gate under it too:
    ``destroyed`` is emitted while the object can still take events, and its destruction waits there.
    """

    def __init__(self, target: QtCore.QObject) -> None:
        self._lock = threading.Lock()
        self._target: Optional[QtCore.QObject] = target
        self.closed = False

    def wake(self) -> None:
        with self._lock:
            if self._target is not None:
                QtCore.QCoreApplication.postEvent(self._target, QtCore.QEvent(QtCore.QEvent.Type.User))

    def close(self) -> None:
        self.closed = True
        with self._lock:
            self._target = None
