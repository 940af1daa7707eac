"""The event loop of a run: wait in it, as an app does, until what was asked for has arrived."""

from __future__ import annotations

import os
from typing import Any, Callable, Optional

from shotgun_data.qt.binding import QtCore, QtGui

from .case import WrongResult

#: Seconds after which a run counts as one that does not come to an end. No way to say that it is slow.
DEADLINE = 150.0

_app: Optional[Any] = None


def make_app() -> Any:
    """The application, without a display. A QGuiApplication: its event loop is the one that windows have."""
    global _app
    if _app is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        _app = QtGui.QGuiApplication.instance() or QtGui.QGuiApplication(["shotgun-data-bench"])
    return _app


class Loop(QtCore.QObject):
    """An event loop that runs until something calls :meth:`leave`."""

    def __init__(self) -> None:
        make_app()
        super().__init__()
        self._loop = QtCore.QEventLoop(self)
        self._left = False
        self._late = False
        self._deadline = QtCore.QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.setInterval(int(DEADLINE * 1000))
        self._deadline.timeout.connect(self._be_late)

    def run(self, progress: Callable[[], str]) -> None:
        """Run until :meth:`leave`, which may have been called already.

        :param progress: says how far it got, if it does not come to an end.
        :raises WrongResult: it did not.
        """
        if not self._left:
            self._deadline.start()
            execute = getattr(self._loop, "exec", None) or self._loop.exec_
            execute()
            self._deadline.stop()
        if self._late:
            raise WrongResult(f"it did not come to an end within {DEADLINE:.0f} s: {progress()}")
        self._left = False

    def leave(self) -> None:
        self._left = True
        self._loop.quit()

    def _be_late(self) -> None:
        self._late = True
        self._loop.quit()


class Arrivals(Loop):
    """Receives what a retriever tells, as a view's slots do: with little work for each.

    ``data`` has the payloads by uid, ``kinds`` the request types.
    """

    def __init__(self, retriever: Any, expected: int) -> None:
        super().__init__()
        self.data: dict[str, Any] = {}
        self.kinds: dict[str, str] = {}
        self._retriever = retriever
        self._expected = expected
        self._awaited: Optional[str] = None
        self._failure = ""
        retriever.work_completed.connect(self._completed)
        retriever.work_failure.connect(self._failed)

    def wait(self) -> None:
        """Run the event loop until everything has arrived.

        :raises WrongResult: something failed, or did not arrive.
        """
        if len(self.data) < self._expected and not self._failure:
            self.run(lambda: f"{len(self.data)} of {self._expected} requests were answered")
        self._check()

    def wait_for(self, uid: str) -> Any:
        """Run the event loop until this one has arrived; gives its payload.

        :raises WrongResult: something failed, or it did not arrive.
        """
        if uid not in self.data and not self._failure:
            self._awaited = uid
            self.run(lambda: f"{uid} was not answered, {len(self.data)} others were")
            self._awaited = None
        self._check()
        return self.data[uid]

    def close(self) -> None:
        """Hear of nothing any more."""
        self._retriever.work_completed.disconnect(self._completed)
        self._retriever.work_failure.disconnect(self._failed)

    def _check(self) -> None:
        if self._failure:
            raise WrongResult(f"a request failed: {self._failure}")

    def _completed(self, uid: str, request_type: str, data: Any) -> None:
        self.data[uid] = data
        self.kinds[uid] = request_type
        if len(self.data) == self._expected or uid == self._awaited:
            self.leave()

    def _failed(self, uid: str, message: str) -> None:
        self._failure = self._failure or message
        self.leave()
