"""From a mailbox into the event loop of the thread that a QObject lives in."""

from __future__ import annotations

import threading
import weakref
from typing import Any, Callable, Generic, Optional, TypeVar

from ..engine.mailbox import Left, Mailbox
from .binding import QtCore
from .ownership import when_destroyed

T = TypeVar("T")

#: Milliseconds for which the receiver leaves its workers alone while many items are on their way.
LINGER = 2


class Delivery(QtCore.QObject, Generic[T]):
    """Hands items that worker threads put to ``handle``, in the thread of ``parent``.

    It is a child of the object that it serves, so that it moves with it (``moveToThread``) and goes with it.

    :param budget: seconds of one turn of the event loop that delivery may use.
    """

    # A queued signal, and not postEvent: an event made in Python belongs to its wrapper until the call returns,
    # and by then the receiver's thread may have handled and deleted it.
    woken = QtCore.Signal()

    def __init__(
        self,
        parent: QtCore.QObject,
        handle: Callable[[T], None],
        budget: float,
    ) -> None:
        super().__init__(parent)
        # Weak, all of it: an object in a reference cycle dies when and where the garbage collector happens to
        # run, and that may be a worker thread, which must never destroy a QObject of another one.
        self._handle = weakref.WeakMethod(handle)
        #: Whether many items are on their way; see :meth:`Mailbox.drain`. Not a method of the parent: a cycle.
        self.expects_more: Callable[[], bool] = lambda: False
        self._timer: Optional[int] = None
        self._interval = 0
        self._timer_thread: Optional[int] = None
        self.woken.connect(self._drain, QtCore.Qt.ConnectionType.QueuedConnection)
        self.gate = _Gate(weakref.ref(self))
        self.mailbox: Mailbox[T] = Mailbox(self.gate.wake, budget)
        # Our parent's end, not our own: that one comes when the binding has taken this object apart already, and
        # an emit that is under way in a worker would find half of it (seen as a crash).
        when_destroyed(parent, self.gate.close)

    def timerEvent(self, event: QtCore.QTimerEvent) -> None:
        """Another turn of the event loop."""
        self._drain()

    @QtCore.Slot()
    def _drain(self) -> None:
        handle = self._handle()
        if self.gate.closed or handle is None:
            self._rest()
            return
        left = self.mailbox.drain(handle, self._another_turn, self.expects_more)
        if left is Left.NOTHING:
            self._rest()
        elif left is Left.SILENCE:
            self._turn_in(LINGER)

    def _rest(self) -> None:
        if self._timer is not None:
            timer, self._timer = self._timer, None
            try:
                self.killTimer(timer)
            except RuntimeError:
                pass  # a slot has deleted our parent, and us with it

    def _another_turn(self) -> None:
        # A timer of no length, not another posted event: Qt handles events that are posted while it handles
        # posted events in the same go, and neither input nor painting would get a turn between two batches.
        self._turn_in(0)

    def _turn_in(self, interval: int) -> None:
        if self.gate.closed or (self._timer is not None and self._interval == interval):
            return
        self._rest()
        self._timer = self.startTimer(interval, QtCore.Qt.TimerType.PreciseTimer)
        self._interval = interval
        self._timer_thread = threading.get_ident()

    def close(self) -> None:
        """Deliver nothing more, ever. From any thread."""
        self.gate.close()
        self.mailbox.clear()
        # From another thread the timer cannot be killed; its next turn finds the gate closed. Not asked of
        # QObject.thread(): PySide6 makes the QThread a child of whoever asked, and deletes the application's
        # main thread together with it (seen as a crash at exit).
        if self._timer_thread == threading.get_ident():
            self._rest()


class _Gate:
    """Lets workers wake a QObject that may be destroyed at any moment by its own thread.

    The signal is emitted under the gate's lock, and the ``destroyed`` of the object's parent closes the gate under
    it too: that comes while the object is still whole, and its destruction waits there.
    """

    def __init__(self, target: weakref.ref[Delivery[Any]]) -> None:
        # Reentrant: the collector may run, and close a gate, in a thread that is waking somebody.
        self._lock = threading.RLock()
        self._target = target
        self.closed = False

    def wake(self) -> None:
        with self._lock:
            target = None if self.closed else self._target()
            if target is not None:
                try:
                    target.woken.emit()
                except RuntimeError:  # its destruction has begun, and is about to close the gate
                    self.closed = True

    def close(self) -> None:
        with self._lock:
            self.closed = True
