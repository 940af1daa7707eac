"""Waiting for signals, and writing down what they said."""

from __future__ import annotations

from typing import Any, Callable, Optional

from shotgun_data.qt.binding import QtCore

DEADLINE = 20.0

_DEFERRED_DELETE = 52  # QEvent.DeferredDelete as a number, which every binding takes


class _DeadlineOver(QtCore.QObject):
    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.over = False
        self._timer = self.startTimer(max(1, int(seconds * 1000)))

    def timerEvent(self, event: Any) -> None:
        self.over = True
        self.end()

    def end(self) -> None:
        """Not left to the garbage collector, which may come in another thread, where no timer can be stopped: a
        traceback that somebody keeps also keeps the frames below it, ``wait_until`` among them."""
        if self._timer:
            self.killTimer(self._timer)
            self._timer = 0


def wait_until(condition: Callable[[], Any], seconds: float = DEADLINE) -> None:
    """Run the event loop until a condition holds; it sleeps until there are events, and never polls."""
    deadline = _DeadlineOver(seconds)
    loop = QtCore.QEventLoop()
    flags = QtCore.QEventLoop.ProcessEventsFlag.AllEvents | QtCore.QEventLoop.ProcessEventsFlag.WaitForMoreEvents
    try:
        while not condition():
            assert not deadline.over, f"nothing more came within {seconds} s"
            loop.processEvents(flags)
            delete_later()
    finally:
        deadline.end()


def settle(app: Any) -> None:
    """Run the event loop until no event is left: what would be delivered has been."""
    for _ in range(5):
        app.processEvents()
        delete_later()


def delete_later() -> None:
    """Do what an event loop does that was entered with ``exec``: delete what asked for it."""
    QtCore.QCoreApplication.sendPostedEvents(None, _DEFERRED_DELETE)


class Outcomes:
    """What a retriever said, by uid."""

    def __init__(self, retriever: Any) -> None:
        self.all: list[tuple[str, str, Any]] = []
        self.partial: list[tuple[str, str, Any]] = []
        self.progress: list[tuple[str, int, Optional[int]]] = []
        self.late: list[str] = []  # finds that rows came for after their end
        self.threads: list[Any] = []
        # Functions, and not methods of this object: PySide6 follows those by a weak reference, and crashes where the
        # collector of one thread takes the receiver while another thread destroys the sender (6.8.3, without us).
        retriever.work_completed.connect(lambda uid, kind, data: self._completed(uid, kind, data))
        retriever.work_failure.connect(lambda uid, message: self._failed(uid, message))
        retriever.work_partial.connect(lambda uid, kind, data: self._rows_came(uid, kind, data))
        retriever.work_progress.connect(lambda uid, done, total: self.progress.append((uid, done, total)))

    def _completed(self, uid: str, request_type: str, data: dict[str, Any]) -> None:
        self.threads.append(QtCore.QThread.currentThread())
        self.all.append((uid, request_type, data))

    def _failed(self, uid: str, message: str) -> None:
        self.threads.append(QtCore.QThread.currentThread())
        self.all.append((uid, "failure", message))

    def _rows_came(self, uid: str, request_type: str, data: dict[str, Any]) -> None:
        if uid in self.uids:
            self.late.append(uid)
        self.partial.append((uid, request_type, data))

    def pages(self, uid: str) -> list[Any]:
        """The rows of a find, in the portions in which they came."""
        return [data["sg"] for found, _, data in self.partial if found == uid]

    def rows(self, uid: str) -> list[Any]:
        """All of them that came before its end."""
        return [row for page in self.pages(uid) for row in page]

    @property
    def uids(self) -> list[str]:
        """In the order of arrival."""
        return [uid for uid, _, _ in self.all]

    def of(self, uid: str) -> list[tuple[str, Any]]:
        """``(request_type, data)`` or ``("failure", message)``, as often as it came."""
        return [(kind, data) for found, kind, data in self.all if found == uid]

    def wait(self, *uids: str, seconds: float = DEADLINE) -> None:
        """Until there is an outcome for each of these."""
        wait_until(lambda: set(uids) <= set(self.uids), seconds)

    def one(self, uid: str, seconds: float = DEADLINE) -> tuple[str, Any]:
        """Wait for a request and give its one outcome."""
        self.wait(uid, seconds=seconds)
        (outcome,) = self.of(uid)
        return outcome


class TaskSignals:
    """What a task manager said, in order."""

    def __init__(self, manager: Any) -> None:
        self.all: list[tuple[Any, ...]] = []
        manager.task_completed.connect(lambda uid, group, result: self.all.append(("completed", uid, group, result)))
        manager.task_failed.connect(
            lambda uid, group, message, trace: self.all.append(("failed", uid, group, message, trace))
        )
        manager.task_group_finished.connect(lambda group: self.all.append(("finished", group)))

    def of(self, uid: int) -> list[tuple[Any, ...]]:
        return [entry for entry in self.all if entry[0] != "finished" and entry[1] == uid]

    @property
    def finished(self) -> list[Any]:
        return [entry[1] for entry in self.all if entry[0] == "finished"]

    def wait(self, *uids: int) -> None:
        wait_until(lambda: all(self.of(uid) for uid in uids))


def let_pass(seconds: float) -> None:
    """Run the event loop for a while, to see that something does *not* come."""
    end = _DeadlineOver(seconds)
    try:
        wait_until(lambda: end.over, seconds + DEADLINE)
    finally:
        end.end()


def wait_for_the_site(condition: Callable[[], Any], seconds: float = DEADLINE) -> None:
    """Run the event loop until a condition holds of which Qt hears nothing: it is looked at every few ms."""
    ticks = QtCore.QTimer()
    ticks.start(2)
    try:
        wait_until(condition, seconds)
    finally:
        ticks.stop()
