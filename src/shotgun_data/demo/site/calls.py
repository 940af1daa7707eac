"""A record of what reached the site, for tests that count requests."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any, Deque, List, Mapping, Optional, Tuple

__all__ = ["CallLog", "RecordedRequest"]

_LONGEST = 100_000  # requests; a site under load for hours must not grow without end


@dataclass(frozen=True)
class RecordedRequest:
    """One request.

    :ivar host: the host name that it was addressed to, without the port.
    :ivar method_name: of an API call, else None.
    :ivar params: the payload of an API call, without its authentication; else None.
    :ivar at: seconds on the monotonic clock.
    """

    method: str
    path: str
    host: str
    method_name: Optional[str]
    params: Any
    at: float

    def __str__(self) -> str:
        call = "" if self.method_name is None else f" {self.method_name}"
        return f"{self.method} {self.path}{call}"


class CallLog:
    """Requests in the order in which they came, the latest hundred thousand. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Deque[RecordedRequest] = deque(maxlen=_LONGEST)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {len(self)} requests>"

    def __len__(self) -> int:
        with self._lock:
            return len(self._requests)

    def count(self, method_name: str) -> int:
        """How many API calls of this name came (``read``, ``create``, ...)."""
        with self._lock:
            return sum(1 for request in self._requests if request.method_name == method_name)

    def requests(self, path_prefix: str = "") -> List[RecordedRequest]:
        """The requests whose path begins like this."""
        with self._lock:
            return [request for request in self._requests if request.path.startswith(path_prefix)]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._requests.clear()

    def record(self, method: str, path: str, host: str, body: Optional[bytes]) -> None:
        """Note a request; ``body`` is that of an API call, else None."""
        name, params = _named(body) if body is not None else (None, None)
        request = RecordedRequest(method, path, host, name, params, time.monotonic())
        with self._lock:
            self._requests.append(request)


def _named(body: bytes) -> Tuple[Optional[str], Any]:
    try:
        call = json.loads(body)
    except ValueError:
        return None, None
    if not isinstance(call, Mapping):
        return None, None
    name = call.get("method_name")
    params = call.get("params")
    parts: List[Any] = params if isinstance(params, list) else []
    payload = parts if name == "info" else parts[1:]
    return (name if isinstance(name, str) else None), (payload[0] if payload else None)
