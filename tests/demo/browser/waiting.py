"""Waiting for what a window does: its event loop runs, and sleeps while nothing happens."""

from __future__ import annotations

import time
from typing import Any, Callable

from shotgun_data.qt.binding import QtCore


def run_until(condition: Callable[[], Any], seconds: float = 20.0) -> None:
    """Run the event loop until a condition holds.

    It is looked at after each turn of the loop, and some times a second for what no signal tells of, such as a thread
    that has ended.
    """
    deadline = time.monotonic() + seconds
    pulse = QtCore.QTimer()
    pulse.start(20)
    loop = QtCore.QEventLoop()
    flags = QtCore.QEventLoop.ProcessEventsFlag.AllEvents | QtCore.QEventLoop.ProcessEventsFlag.WaitForMoreEvents
    try:
        while not condition():
            assert time.monotonic() < deadline, f"it did not come within {seconds} s"
            loop.processEvents(flags)
    finally:
        # A failed test's frames are collected in any thread, and a timer that runs must not end in another than this.
        pulse.stop()


def turn() -> None:
    """Run what waits in the event loop."""
    for _ in range(3):
        QtCore.QCoreApplication.processEvents()
