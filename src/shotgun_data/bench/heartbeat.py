"""How long an event loop leaves its timers waiting: what a user feels as a window that does not move."""

from __future__ import annotations

import time

from shotgun_data.qt.binding import QtCore


class Heartbeat(QtCore.QObject):
    """A timer of 1 ms in the event loop of the thread that makes it; notes the time between two beats."""

    def __init__(self) -> None:
        super().__init__()
        self._gaps: list[float] = []
        self._last = 0.0
        self._timer = QtCore.QTimer(self)
        self._timer.setTimerType(QtCore.Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        """The time since the last beat is a gap as well."""
        self._timer.stop()
        self._beat()

    @property
    def longest(self) -> float:
        """Milliseconds."""
        return 1e3 * max(self._gaps)

    @property
    def percentile_99(self) -> float:
        """Milliseconds; 1 of 100 gaps is longer."""
        ordered = sorted(self._gaps)
        return 1e3 * ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]

    def _beat(self) -> None:
        now = time.perf_counter()
        self._gaps.append(now - self._last)
        self._last = now
