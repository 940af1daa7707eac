"""Entities in an embedded database, read and changed with the API's own filters and values."""

from __future__ import annotations

from .reading import Presentation, Read
from .store import Store

__all__ = ["Presentation", "Read", "Store"]
