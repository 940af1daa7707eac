"""The one place that imports Qt, through QtPy: PySide6, PySide2, PyQt6 or PyQt5, whichever the host has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import ShotgunDataError

if TYPE_CHECKING:
    from qtpy import QtWidgets as QtWidgets

try:
    from qtpy import QtCore, QtGui
except Exception as error:
    # QtPy raises its own errors for a missing binding, a forced one that does not fit, and a broken one.
    raise ShotgunDataError(
        "ShotgunDataRetriever and BackgroundTaskManager need a Qt binding, and none can be imported "
        f"({error}). Run this inside a host that has one, or: pip install 'shotgun-data[qt]'"
    ) from error

__all__ = ["QtCore", "QtGui", "QtWidgets"]


def __getattr__(name: str) -> Any:
    """QtWidgets, when first asked for: a retriever works in hosts and images that were built without it."""
    if name != "QtWidgets":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from qtpy import QtWidgets as widgets
    except Exception as error:
        raise ShotgunDataError(
            f"this Qt has no widgets to make a window of ({error}). "
            "On Debian: apt-get install libgl1 libegl1 libxkbcommon0"
        ) from error
    globals()[name] = widgets
    return widgets
