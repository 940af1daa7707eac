"""ShotGrid data and thumbnails for desktop tools that must never freeze.

The public names load when first asked for, so that ``import shotgun_data`` costs a few milliseconds and
needs neither Qt nor sgtk: a farm script that only wants :class:`Settings` never loads a GUI library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .errors import TankError as TankError
    from .qt.retriever import ShotgunDataRetriever as ShotgunDataRetriever
    from .qt.task_manager import BackgroundTaskManager as BackgroundTaskManager
    from .settings import Settings as Settings

_HOMES = {
    "BackgroundTaskManager": "qt.task_manager",
    "Settings": "settings",
    "ShotgunDataRetriever": "qt.retriever",
    "TankError": "errors",
}

__all__ = ["BackgroundTaskManager", "Settings", "ShotgunDataRetriever", "TankError"]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
