"""Work that begins and ends when the test says so."""

from __future__ import annotations

import threading
from typing import Any


class Gate:
    """A function for ``execute_method`` or ``add_task`` that runs until the test lets it go."""

    def __init__(self) -> None:
        self._entered = threading.Event()
        self._released = threading.Event()
        self.times = 0
        self.ended = 0

    def __call__(self, *_: Any, **__: Any) -> str:
        self.times += 1
        self._entered.set()
        assert self._released.wait(20), "the test never let it go"
        self.ended += 1
        return "let go"

    def wait_until_entered(self) -> None:
        """Block, without running the event loop, until it runs."""
        assert self._entered.wait(20), "it never began"

    def release(self) -> None:
        """Let it end, now and whenever it runs again."""
        self._released.set()

    def release_soon(self) -> None:
        """Let it end a moment after the caller has begun to block."""
        threading.Timer(0.05, self.release).start()
