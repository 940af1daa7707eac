"""The one place that imports Qt, through QtPy: PySide6, PySide2, PyQt6 or PyQt5, whichever the host has."""

from __future__ import annotations

from ..errors import ShotgunDataError

try:
    from qtpy import QtCore, QtGui
except Exception as error:
    # QtPy raises its own errors for a missing binding, a forced one that does not fit, and a broken one.
    raise ShotgunDataError(
        "ShotgunDataRetriever and BackgroundTaskManager need a Qt binding, and none can be imported "
        f"({error}). Run this inside a host that has one, or: pip install 'shotgun-data[qt]'"
    ) from error

__all__ = ["QtCore", "QtGui"]
