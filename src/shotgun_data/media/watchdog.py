"""Ends transfers that a blocked thread cannot end itself.

A thread that waits in ``recv`` sees neither a cancellation nor that a byte a minute is no progress. One
thread for all transfers looks about ten times a second, and shuts the socket of one that is to end: its
``recv`` returns at once.
"""

from __future__ import annotations

import socket
import threading
import time
from typing import Callable, Optional

TICK = 0.1
#: Bytes a second, over one read timeout, below which an answer counts as silent.
SLOWEST = 256.0
_IDLE = 5.0

CANCELLED = "cancelled"
CLOSED = "closed"
TOO_SLOW = "too slow"


class Pace:
    """Whether one answer gets on: whoever sends a byte now and then would hold a request for ever."""

    def __init__(self, read_timeout: float) -> None:
        self._window = read_timeout
        self._start: Optional[float] = None
        self._received = 0

    def is_too_slow(self, now: float, received: int) -> bool:
        """Asked from time to time once the connection stands.

        :param now: seconds of a clock that only goes forward.
        :param received: bytes of the body so far, as they were sent.
        """
        if self._start is None:
            self._start = now
        # A little more than the window: silence alone is told apart first, and more exactly.
        elif now - self._start >= self._window + 2 * TICK:
            if received - self._received < SLOWEST * self._window:
                return True
            self._start, self._received = now, received
        return False


class Watched:
    """One transfer under way. The transferring thread sets ``received``, and says which socket it uses."""

    def __init__(self, cancelled: Callable[[], bool], read_timeout: float) -> None:
        self.cancelled = cancelled
        self.received = 0
        self._lock = threading.Lock()
        self._socket: Optional[socket.socket] = None
        self.ended: Optional[str] = None
        self._pace = Pace(read_timeout)

    def use(self, connection: Optional[socket.socket]) -> None:
        """This socket is ours from now on; None: no socket is, because it goes back to the pool."""
        with self._lock:
            self._socket = connection

    def reason_to_end(self, now: float) -> Optional[str]:
        if self.cancelled():
            return CANCELLED
        if self._socket is None:
            return None  # still connecting, which has its own timeout
        return TOO_SLOW if self._pace.is_too_slow(now, self.received) else None

    def end(self, reason: str) -> None:
        with self._lock:
            self.ended = self.ended or reason
            if self._socket is not None:
                try:
                    # Not SSLSocket.shutdown: that one pulls the TLS state from under the reading thread.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
                except OSError:
                    pass  # closed already


class Watchdog:
    """Watches the transfers of one transport. Its thread lives while there are any, and a little longer."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._transfers: set[Watched] = set()
        self._thread: Optional[threading.Thread] = None
        self._closed = False

    def add(self, transfer: Watched) -> bool:
        """False where the watchdog was closed: then the transfer must not begin."""
        with self._changed:
            if self._closed:
                return False
            self._transfers.add(transfer)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="shotgun-data-transfers", daemon=True)
                self._thread.start()
            else:
                self._changed.notify()
        return True

    def remove(self, transfer: Watched) -> None:
        with self._changed:
            self._transfers.discard(transfer)
        transfer.use(None)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            transfers = list(self._transfers)
            self._changed.notify()
        for transfer in transfers:
            transfer.end(CLOSED)

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._transfers and not self._closed:
                    self._changed.wait(_IDLE)
                if not self._transfers:
                    self._thread = None
                    return
                transfers = list(self._transfers)
            now = time.monotonic()
            for transfer in transfers:
                # Again at each turn: the socket may have come after the decision.
                reason = transfer.ended or self._reason(transfer, now)
                if reason is not None:
                    transfer.end(reason)
            time.sleep(TICK)

    @staticmethod
    def _reason(transfer: Watched, now: float) -> Optional[str]:
        try:
            return transfer.reason_to_end(now)
        except Exception:  # noqa: BLE001 - the caller's function; it fails again, visibly, in its own thread
            return None
