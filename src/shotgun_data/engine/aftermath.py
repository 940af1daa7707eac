"""Work that a finalizer leads to but must not do itself.

The garbage collector runs inside any allocation of any thread, so also while that thread holds a lock of ours: a
finalizer that takes the same lock would wait for itself for ever. It may only leave a note here.
"""

from __future__ import annotations

import logging
import threading
from queue import SimpleQueue
from typing import Callable, Optional

log = logging.getLogger(__name__)

# The one queue whose put() may interrupt itself: made for destructors and weakref callbacks.
_notes: SimpleQueue[Callable[[], None]] = SimpleQueue()
_thread: Optional[threading.Thread] = None
_lock = threading.Lock()


def prepare() -> None:
    """Make sure that notes are read. Not from a finalizer: it starts a thread, once in a process."""
    global _thread
    with _lock:
        if _thread is None or not _thread.is_alive():  # not alive: this is a fork's child
            _thread = threading.Thread(target=_read, name="shotgun-data aftermath", daemon=True)
            _thread.start()


def leave(note: Callable[[], None]) -> None:
    """Have a function called soon, in a thread that holds no lock. From anywhere, finalizers included."""
    _notes.put(note)


def _read() -> None:
    while True:
        note = _notes.get()
        try:
            note()
        except Exception:
            log.exception("Tidying up after an object that was deleted without being stopped failed")
        del note
