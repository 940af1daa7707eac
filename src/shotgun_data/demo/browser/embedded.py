"""Starts the embedded site beside the window, and ends it with the window."""

from __future__ import annotations

import sys
from typing import Optional

from shotgun_data.qt.binding import QtCore

from .site_process import READY

_START_WITHIN = 90_000  # milliseconds; ten thousand shots on a busy machine
_END_WITHIN = 3_000

#: What the embedded site lets in; it is no secret.
SCRIPT = KEY = "demo"


class EmbeddedSiteProcess(QtCore.QObject):
    """Tells by signals whether the site runs."""

    #: ``(str url, str cache folder)``; the folder is removed with the site: the next one has other files at the same
    #: addresses.
    ready = QtCore.Signal(str, str)
    #: It did not start, or has ended: ``(str message)``.
    failed = QtCore.Signal(str)

    def __init__(self, shots: int, parent: Optional[QtCore.QObject] = None) -> None:
        super().__init__(parent)
        self._shots = shots
        self._url = ""
        self._stopping = False
        self._process = QtCore.QProcess(self)
        self._process.setProgram(sys.executable)
        self._process.setArguments(["-m", f"{__package__}.site_process", "--shots", str(shots)])
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._error)
        self._deadline = QtCore.QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.setInterval(_START_WITHIN)
        self._deadline.timeout.connect(lambda: self._fail("it was not ready in time"))

    @property
    def process_id(self) -> int:
        return int(self._process.processId())

    def start(self) -> None:
        self._deadline.start()
        self._process.start()

    def stop(self) -> None:
        """End the site. Blocks until it has ended, which takes a few milliseconds."""
        self._stopping = True
        self._deadline.stop()
        if self._process.state() == QtCore.QProcess.ProcessState.NotRunning:
            return
        self._process.closeWriteChannel()
        if not self._process.waitForFinished(_END_WITHIN):
            self._process.kill()
            self._process.waitForFinished(_END_WITHIN)

    # --------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        while self._process.canReadLine():
            line = bytes(self._process.readLine().data()).decode("utf-8", "replace").strip()
            if line.startswith(READY) and not self._url:
                self._deadline.stop()
                self._url, _, cache = line[len(READY) :].partition(" ")
                self.ready.emit(self._url, cache)

    def _finished(self, *_: object) -> None:
        if not self._stopping:
            said = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace").strip()
            last = said.splitlines()[-1] if said else f"exit code {self._process.exitCode()}"
            self._fail(last)

    def _error(self, *_: object) -> None:
        if self._process.state() == QtCore.QProcess.ProcessState.NotRunning and not self._url:
            self._fail(self._process.errorString())

    def _fail(self, why: str) -> None:
        if self._stopping:
            return
        started = bool(self._url)
        self.stop()
        self.failed.emit(f"The embedded site {'has ended' if started else 'did not start'}: {why}")
