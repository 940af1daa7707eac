"""The JSON API: authentication, dispatch, and one module for each family of calls."""

from __future__ import annotations

from .dispatch import Dispatcher
from .sessions import Sessions

__all__ = ["Dispatcher", "Sessions"]
