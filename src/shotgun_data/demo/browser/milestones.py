"""When what was to be seen was there, in milliseconds since the window was opened."""

from __future__ import annotations

import time
from typing import Optional


class Milestones:
    """Each is set once, by the first that calls :meth:`reach`; None until then."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.first_row: Optional[int] = None
        self.first_thumbnail: Optional[int] = None
        self.all_rows: Optional[int] = None
        self.all_in_view: Optional[int] = None

    def reach(self, name: str) -> None:
        if getattr(self, name) is None:
            setattr(self, name, round((time.monotonic() - self._began) * 1000))
