"""Asks a transport directly, without a library in between."""

from __future__ import annotations

import threading
from typing import Any, Optional, Union

from shotgun_data.media.address import MediaAddress
from shotgun_data.media.transport import TransferReply, TransferRequest

from .origin import Exchange, Origin

Outcome = Union[TransferReply, BaseException]


class Body:
    """A sink that keeps what it gets."""

    def __init__(self, error: Optional[BaseException] = None) -> None:
        self.data = b""
        self._error = error

    def write(self, chunk: bytes) -> None:
        if self._error is not None:
            raise self._error
        self.data += chunk


class Ending:
    """A ``done`` that can be waited for."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.threads: list[threading.Thread] = []
        self._called = threading.Event()

    def __call__(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.threads.append(threading.current_thread())
        self._called.set()

    def wait(self) -> Outcome:
        assert self._called.wait(20)
        return self.outcomes[0]


def ask(url: str, sink: Optional[Body] = None, **options: Any) -> TransferRequest:
    known = {"headers": {}, "max_bytes": 10**9, "connect_timeout": 5.0, "read_timeout": 30.0, **options}
    return TransferRequest(MediaAddress.parse(url), sink=sink or Body(), **known)


def carriers() -> list[threading.Thread]:
    """The threads of transports on libcurl."""
    return [thread for thread in threading.enumerate() if thread.name == "shotgun-data-curl"]


def stall(origin: Origin, count: int = 1) -> threading.Event:
    """Let every request wait for the end of the test; the event says that so many have come."""
    all_there, guard, come = threading.Event(), threading.Lock(), [0]

    def silent(exchange: Exchange) -> None:
        with guard:
            come[0] += 1
            if come[0] >= count:
                all_there.set()
        origin.released.wait(30)
        exchange.close_connection = True

    origin.routes["/silent"] = silent
    return all_there
