"""Waits for the sockets of all exchanges at once.

``CurlMulti.perform`` and ``select`` look at every transfer at each turn, and fail with descriptors above 1023;
libcurl's ``socket_action`` is told by our own selector which few are ready.
"""

from __future__ import annotations

import selectors
import socket
import time
from typing import Iterator, Optional

from .curl_exchange import Exchange, Outcome
from .curl_pool import CurlPool
from .watchdog import TICK

_LONGEST_STEP = 5 * TICK


class CurlLoop:
    """Used by one thread, but for :meth:`ring`.

    :ivar is_asleep: somebody must ring before it sees anything new.
    """

    def __init__(self, pool_size: int) -> None:
        self._pool_size = pool_size
        self._pools: dict[tuple[Optional[str], Optional[str]], CurlPool] = {}
        self._selector = selectors.DefaultSelector()
        self._bell, self._rung = socket.socketpair()
        self._bell.setblocking(False)
        self._rung.setblocking(False)
        self._selector.register(self._rung, selectors.EVENT_READ)
        self._looked = time.monotonic()
        self._clock = 0.0
        self.is_asleep = False

    def __len__(self) -> int:
        """Exchanges under way."""
        return sum(map(len, self._pools.values()))

    def ring(self) -> None:
        """End the waiting; from any thread."""
        try:
            self._bell.send(b"\0")
        except OSError:
            pass  # full, and so it has been rung; or closed, and nobody waits

    def check_idle(self) -> None:
        """To be called before requests are sent."""
        for pool in self._pools.values():
            pool.check_idle()

    def start(self, exchange: Exchange) -> Optional[Outcome]:
        """Send its request; an outcome where that cannot be done."""
        request = exchange.request
        key = request.proxy, request.ca_certs
        pool = self._pools.get(key)
        if pool is None:
            pool = self._pools[key] = CurlPool(self._selector, *key, self._pool_size)
        return pool.start(exchange)

    def turn(self, timeout: float) -> Iterator[tuple[Exchange, Outcome]]:
        """Wait for at most so many seconds for something to happen; what has ended by it."""
        now = time.monotonic()
        pools = list(self._pools.values())
        for pool in pools:
            if pool.due is not None:
                timeout = min(timeout, pool.due - now)
        for key, events in self._selector.select(max(timeout, 0.0)):
            if key.data is None:
                self._unring()
            else:
                key.data.act(key.fd, events)
        self.is_asleep = False
        now = time.monotonic()
        for pool in pools:
            if pool.due is not None and pool.due <= now:
                pool.expire()
            yield from pool.finished()

    def until_look(self) -> float:
        """Seconds until :meth:`look` is due."""
        return self._looked + TICK - time.monotonic()

    def look(self) -> Iterator[tuple[Exchange, Outcome]]:
        """End what was cancelled, and what has been silent for too long."""
        now = time.monotonic()
        # While this thread was held up, or the computer slept, the other side was not silent: it was not heard.
        self._clock += min(now - self._looked, _LONGEST_STEP)
        self._looked = now
        for pool in list(self._pools.values()):
            yield from pool.looked_at(self._clock)

    def broken_off(self) -> list[Exchange]:
        """End everything."""
        return [exchange for pool in self._pools.values() for exchange in pool.broken_off()]

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()
        self._selector.close()
        self._bell.close()
        self._rung.close()

    def _unring(self) -> None:
        try:
            self._rung.recv(4096)
        except OSError:
            pass
