"""Kept-alive connections on which something has come although nothing was asked: a close, or an answer too many.

libcurl looks at a connection before it uses it again, but (from 8.22 on) at most once a second. In between it would
take what a server sent too much for the answer to the next request, and give up after five connections that the
server has closed.
"""

from __future__ import annotations

import os
import select
import stat
import sys
import time

_DOUBT = 1.5  # seconds; after the first of them libcurl looks for itself


class IdleSockets:
    """The sockets that libcurl keeps for later, by what can be seen from outside. Used by one thread.

    A number in here may be closed by now, or be another socket: then it costs a connection, and nothing else.
    """

    def __init__(self) -> None:
        self._sockets: set[int] = set()
        self._doubtful_until = 0.0

    def add(self, socket: int) -> None:
        """An exchange has ended, and left this socket; -1: it left none."""
        if socket >= 0:
            self._sockets.add(socket)

    def discard(self, socket: int) -> None:
        """An exchange uses it."""
        self._sockets.discard(socket)

    def check(self) -> None:
        """Look at all of them now."""
        if not self._sockets:
            return
        ready = _with_input(self._sockets)
        self._sockets -= ready
        if any(map(_is_socket, ready)):
            self._doubtful_until = time.monotonic() + _DOUBT

    def are_doubtful(self) -> bool:
        """Whether a request should be sent on a new connection: libcurl cannot be told which one to leave out."""
        return self._doubtful_until > 0.0 and time.monotonic() < self._doubtful_until


def _is_socket(descriptor: int) -> bool:
    if sys.platform == "win32":
        return True
    try:
        return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
    except OSError:
        return False


if sys.platform == "win32":

    def _with_input(sockets: set[int]) -> set[int]:
        try:
            return set(select.select(list(sockets), [], [], 0)[0])
        except (OSError, ValueError):  # one of them is closed, or there are more than it can take
            return set(sockets)

else:

    def _with_input(sockets: set[int]) -> set[int]:
        poll = select.poll()
        for socket in sockets:
            poll.register(socket, select.POLLIN)
        return {socket for socket, _ in poll.poll(0)}
