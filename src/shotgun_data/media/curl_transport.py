"""The transport on libcurl's multi interface: every exchange on one thread, most of the work in C.

Importing this needs pycurl; :mod:`.choice` decides whether there is one.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
import weakref
from typing import Optional

from .curl_exchange import Exchange, Outcome
from .curl_loop import CurlLoop
from .failures import Trouble, cancelled, no_answer, stopped
from .transport import Done, TransferReply, TransferRequest

_log = logging.getLogger(__name__)

_IDLE = 15.0  # seconds; a person who scrolls on after a pause finds the connections still open
_AT_EXIT = 2.0


class CurlTransport:
    """A :class:`~shotgun_data.media.transport.ConcurrentTransport` on pycurl. Thread-safe.

    Its thread lives while there are exchanges, and some seconds longer, as do the connections. It carries as
    many exchanges at once as were begun: how many that are is the caller's to decide.

    :param pool_size: how many exchanges at once there usually are: as many connections to each of two hosts are kept.
    :param idle: seconds without an exchange after which thread and connections end.
    """

    def __init__(self, pool_size: int = 32, idle: float = _IDLE) -> None:
        self._pool_size = pool_size
        self._idle = idle
        self._closed = False
        self._make_empty()
        _transports.add(self)

    def __repr__(self) -> str:
        return f"<CurlTransport pool_size={self._pool_size}>"

    def begin(self, request: TransferRequest, done: Done) -> None:
        """See the protocol.

        :raises RuntimeError, OSError: there is no thread, or no descriptor, to be had; ``done`` is not called.
        """
        self._begin(Exchange(request, done))

    def fetch(self, request: TransferRequest) -> TransferReply:
        if threading.current_thread() is self._thread:
            raise RuntimeError("A transport's own thread cannot wait for it. Call begin there.")
        if self._closed:
            raise stopped()
        outcomes: list[Outcome] = []
        ended = threading.Event()

        def done(outcome: Outcome) -> None:
            outcomes.append(outcome)
            ended.set()

        exchange = Exchange(request, done)
        self._begin(exchange)
        try:
            ended.wait()
        except BaseException:  # Ctrl-C: the caller goes on without the sink that is being written to
            exchange.is_abandoned = True
            self.wake()
            ended.wait()
            raise
        outcome = outcomes.pop()
        if isinstance(outcome, BaseException):
            try:
                raise outcome
            finally:
                del outcome  # or traceback and frame keep one another
        return outcome

    def wake(self) -> None:
        with self._lock:
            self._is_asked = True
            bell = self._sleeper()
        if bell is not None:
            bell.ring()

    def close(self) -> None:
        """Also waits until what was under way has got its ``done``, unless called in the transport's thread."""
        self._close(None)

    def _begin(self, exchange: Exchange) -> None:
        with self._lock:
            # Even where it is too late: done is called in the transport's thread, and after this has returned.
            exchange.is_late = self._closed
            if self._loop is None:
                self._start_thread()
            self._begun.append(exchange)
            bell = self._sleeper()
        if bell is not None:
            bell.ring()

    def _close(self, timeout: Optional[float]) -> None:
        with self._lock:
            self._closed = True
            thread = self._thread
            bell = self._sleeper()
        if bell is not None:
            bell.ring()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)

    def _make_empty(self) -> None:
        self._lock = threading.Lock()
        self._begun: list[Exchange] = []
        self._is_asked = False
        self._loop: Optional[CurlLoop] = None
        self._thread: Optional[threading.Thread] = None

    def _start_thread(self) -> None:
        loop = CurlLoop(self._pool_size)
        thread = threading.Thread(
            target=self._run, args=(loop, self._thread), name="shotgun-data-curl", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:  # no more threads, or Python is about to end
            loop.close()
            raise
        self._loop, self._thread = loop, thread

    def _sleeper(self) -> Optional[CurlLoop]:
        """The loop if somebody must ring; once."""
        loop = self._loop
        if loop is None or not loop.is_asleep:
            return None
        loop.is_asleep = False
        return loop

    def _run(self, loop: CurlLoop, before: Optional[threading.Thread]) -> None:
        # In a forked child this frame is never left, and so libcurl's objects are never closed there: that
        # would end the parent's TLS connections.
        if before is not None:
            before.join()  # whoever joins this thread knows that its predecessor's descriptors are closed too
        idle_since = time.monotonic()
        while True:
            with self._lock:
                begun, self._begun = self._begun, []
                is_asked, self._is_asked = self._is_asked, False
                closed = self._closed
                is_over = closed or time.monotonic() - idle_since >= self._idle
                if not begun and not len(loop) and is_over:
                    self._loop = None
                    break
            try:
                self._carry(loop, begun, closed, is_asked, idle_since + self._idle)
            except Exception as error:  # noqa: BLE001 - ours: without this thread nobody would ever be called
                _log.exception("The transfers' loop failed")
                for exchange in [*loop.broken_off(), *begun]:
                    exchange.deliver(no_answer(exchange.request.address, Trouble.OTHER, type(error).__name__))
            if begun or len(loop):
                idle_since = time.monotonic()
        loop.close()

    def _carry(self, loop: CurlLoop, begun: list[Exchange], closed: bool, is_asked: bool, until: float) -> None:
        """One turn, which waits for something to happen, but not past ``until`` where nothing is under way."""
        if begun:
            loop.check_idle()
        for exchange in begun:
            if closed:
                exchange.deliver(stopped() if exchange.is_late else cancelled(exchange.request.address))
                continue
            refused = exchange.refused() or loop.start(exchange)
            if refused is not None:
                exchange.deliver(refused)
        if closed:
            for exchange in loop.broken_off():
                exchange.deliver(cancelled(exchange.request.address))
            return
        if is_asked or loop.until_look() <= 0:
            for exchange, outcome in loop.look():
                exchange.deliver(outcome)
        timeout = loop.until_look() if len(loop) else until - time.monotonic()
        with self._lock:
            if self._begun or self._is_asked or self._closed:
                timeout = 0.0
            else:
                loop.is_asleep = True
        for exchange, outcome in loop.turn(timeout):
            exchange.deliver(outcome)


_transports: weakref.WeakSet[CurlTransport] = weakref.WeakSet()


def _end_all() -> None:
    """At exit: a thread within libcurl cannot be stopped in the middle of it without harm."""
    for transport in list(_transports):
        transport._close(_AT_EXIT)


def _forget_all() -> None:
    """In a forked child: neither thread nor connections are its own."""
    for transport in list(_transports):
        transport._make_empty()


atexit.register(_end_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
