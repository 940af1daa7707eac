"""Faults on demand: which requests go wrong, how often, and how (:mod:`.fault_actions`).

A :class:`FaultPlan` belongs to one site. Its middleware is the outermost one, so that it can break what any other part
of the site answers. Tests change the plan while the site is serving.
"""

from __future__ import annotations

import json
import random
import threading
from dataclasses import dataclass, fields
from typing import Any, Awaitable, Callable, Dict, List, Mapping, Optional, Sequence

from aiohttp import web

from .fault_actions import (
    HOP_PATH,
    WHOLE_BODY,
    Action,
    BadJson,
    ExpiredUrl,
    Hops,
    HtmlPage,
    Latency,
    LyingGzip,
    RedirectLoop,
    RedirectTo,
    Releases,
    Reset,
    Slow,
    Stall,
    Status,
    Truncate,
    WrongContentType,
    WrongShapeJson,
    action_from_json,
)

__all__ = [
    "Action",
    "ActiveFault",
    "BadJson",
    "ExpiredUrl",
    "Fault",
    "FaultPlan",
    "HtmlPage",
    "Latency",
    "LyingGzip",
    "RedirectLoop",
    "RedirectTo",
    "Reset",
    "Slow",
    "Stall",
    "Status",
    "Truncate",
    "WrongContentType",
    "WrongShapeJson",
    "routes",
]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_API_PATH = "/api3/json"


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    :param action: what happens, for example ``Status(503, {"Retry-After": "1"})``.
    :param path: prefix of the request's path.
    :param method_name: only the API calls with this ``method_name`` (``read``, ``create``, …).
    :param entity_type: only the API calls about this entity type.
    :param media: True for the media host alone, False for the site's own host alone, None for both.
    :param times: how many requests it breaks before it is spent; None for no end.
    :param probability: of breaking a request that matches, from 0 to 1, drawn from a generator seeded with `seed`.
    :param after_processing: the site carries the request out first, and only the answer is broken.
    """

    action: Action
    path: str = "/"
    method_name: Optional[str] = None
    entity_type: Optional[str] = None
    media: Optional[bool] = None
    times: Optional[int] = 1
    probability: float = 1.0
    seed: int = 0
    after_processing: bool = False

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Fault:
        """Return the fault that a JSON object describes; ValueError where it describes none.

        ``{"action": "status", "code": 503, "headers": {"Retry-After": "1"}, "path": "/api3/json", "times": 2}``:
        ``action`` names the action in snake case, and the action's own parameters stand beside the fault's.
        """
        names = {each.name for each in fields(cls)} - {"action"}
        own = {name: value for name, value in values.items() if name in names}
        rest = {name: value for name, value in values.items() if name not in names}
        return cls(action=action_from_json(rest), **own)


class ActiveFault:
    """A fault in a plan. ``hits`` counts the requests it has broken."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.hits = 0
        self._random = random.Random(fault.seed)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.fault.action!r} on {self.fault.path} hits={self.hits}>"

    @property
    def spent(self) -> bool:
        """True once it has broken as many requests as it was to break."""
        return self.fault.times is not None and self.hits >= self.fault.times

    def _strikes(self, path: str, media: bool, call: Mapping[str, Optional[str]]) -> bool:
        fault = self.fault
        if self.spent or not path.startswith(fault.path):
            return False
        if fault.media is not None and fault.media != media:
            return False
        if fault.method_name is not None and fault.method_name != call.get("method_name"):
            return False
        if fault.entity_type is not None and fault.entity_type != call.get("entity_type"):
            return False
        if fault.probability < 1.0 and self._random.random() >= fault.probability:
            return False
        self.hits += 1
        return True


class FaultPlan:
    """The faults of one site, in the order in which they are tried. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: List[ActiveFault] = []
        self._hits = 0
        self._releases = Releases()
        self._hops = Hops()

    def __repr__(self) -> str:
        with self._lock:
            return f"<{type(self).__name__} {len(self._active)} active, {self._hits} hits>"

    @property
    def hits(self) -> int:
        """How many times a request was broken since the plan was made or cleared."""
        with self._lock:
            return self._hits

    @property
    def active(self) -> Sequence[ActiveFault]:
        """The faults that are not spent."""
        with self._lock:
            return [each for each in self._active if not each.spent]

    @property
    def stalled(self) -> int:
        """How many answers are standing still at this moment."""
        return self._releases.waiting

    def add(self, fault: Fault) -> ActiveFault:
        """Put a fault at the end of the plan; what is returned counts its hits."""
        active = ActiveFault(fault)
        with self._lock:
            self._active.append(active)
        return active

    def clear(self) -> None:
        """Take every fault out, set :attr:`hits` to 0, and let stalled answers go on."""
        with self._lock:
            self._active.clear()
            self._hits = 0
        self.release()

    def release(self) -> None:
        """Let the answers that stand still at this moment go on."""
        self._releases.release()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request through, or break it. To be installed as the first, outermost middleware."""
        path = request.path
        if path.startswith(HOP_PATH):
            return self._hops.answer(path)
        if path.startswith("/_demo/"):
            return await handler(request)
        for active in await self._struck(request, path):
            fault = active.fault
            if isinstance(fault.action, Latency) and not fault.after_processing:
                await fault.action.pause()
                continue
            response = None
            if fault.after_processing or fault.action.needs_answer:
                # Requests of one kept-alive connection share a context: it must not outlast this one.
                token = WHOLE_BODY.set(True)
                try:
                    response = await handler(request)
                finally:
                    WHOLE_BODY.reset(token)
            return await fault.action.apply(request, response, self._releases, self._hops)
        return await handler(request)

    async def _struck(self, request: web.Request, path: str) -> Sequence[ActiveFault]:
        """Return the latencies that strike `request` and the first fault of another kind, which ends the search."""
        with self._lock:
            candidates = [each for each in self._active if not each.spent and path.startswith(each.fault.path)]
        if not candidates:
            return ()
        call: Mapping[str, Optional[str]] = {}
        if path == _API_PATH and any(c.fault.method_name or c.fault.entity_type for c in candidates):
            call = _called(await request.read())
        media = request.host.partition(":")[0] == "localhost"
        struck: List[ActiveFault] = []
        with self._lock:
            for each in candidates:
                if each._strikes(path, media, call):
                    self._hits += 1
                    struck.append(each)
                    self._releases.strike()
                    if not isinstance(each.fault.action, Latency) or each.fault.after_processing:
                        break
            self._active = [each for each in self._active if not each.spent]
        return struck


def _called(body: bytes) -> Dict[str, Optional[str]]:
    try:
        call = json.loads(body)
        params = call.get("params") or []
        payload = params[1] if len(params) > 1 and isinstance(params[1], dict) else {}
        return {
            "method_name": call.get("method_name"),
            "entity_type": payload.get("type") or payload.get("entity_type"),
        }
    except (ValueError, AttributeError):
        return {}


def routes(plan: FaultPlan) -> List[web.RouteDef]:
    """Return the routes by which another process changes the plan.

    ``POST /_demo/faults`` adds a JSON list of faults (:meth:`Fault.from_json`), ``GET`` tells what is active,
    ``DELETE`` clears.
    """

    async def add(request: web.Request) -> web.Response:
        try:
            given = await request.json()
            wanted = [Fault.from_json(each) for each in (given if isinstance(given, list) else [given])]
        except (ValueError, TypeError, AttributeError) as error:
            return web.json_response({"error": f"Not a list of faults: {error}"}, status=400)
        for fault in wanted:
            plan.add(fault)
        return web.json_response({"added": len(wanted)})

    async def show(request: web.Request) -> web.Response:
        active = [
            {"action": type(each.fault.action).__name__, "path": each.fault.path, "hits": each.hits}
            for each in plan.active
        ]
        return web.json_response({"active": active, "hits": plan.hits, "stalled": plan.stalled})

    async def clear(request: web.Request) -> web.Response:
        plan.clear()
        return web.json_response({"cleared": True})

    return [
        web.post("/_demo/faults", add),
        web.get("/_demo/faults", show),
        web.delete("/_demo/faults", clear),
    ]
