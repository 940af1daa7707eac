"""What can be done to an answer: delayed, replaced, cut short, slowed down, or never sent."""

from __future__ import annotations

import abc
import asyncio
import itertools
import re
import socket
import struct
import threading
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Dict, Mapping, Optional, Tuple, Type, Union

from aiohttp import web

from .signing import Denied, denial_xml

HOP_PATH = "/_demo/hop/"
WHOLE_BODY: ContextVar[bool] = ContextVar("whole_body", default=False)
"""True where the answer will be damaged: a handler that streams gives a plain response instead."""

_STRUCK_IN: ContextVar[int] = ContextVar("struck_in")  # the round of releases in which a fault struck this request
_PIECE = 64 * 1024
_POLL = 0.05  # seconds between two looks at whether a stalled answer was released or its client has left

_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>{title}</title></head>"
    "<body><h1>{title}</h1><p>This page is not what was asked for.</p></body></html>\n"
)


class Releases:
    """Lets answers stand still until a thread of the test says go on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._round = 0
        self._waiting = 0

    @property
    def waiting(self) -> int:
        with self._lock:
            return self._waiting

    def release(self) -> None:
        with self._lock:
            self._round += 1

    def strike(self) -> None:
        """A fault strikes this request: from here on a release lets it go, even before it stands still."""
        with self._lock:
            _STRUCK_IN.set(self._round)

    async def wait(self, request: web.Request) -> None:
        with self._lock:
            entered = _STRUCK_IN.get()
            self._waiting += 1
        try:
            while self._round == entered and not _gone(request):
                await asyncio.sleep(_POLL)
        finally:
            with self._lock:
                self._waiting -= 1


class Hops:
    """Where the redirects that are under way lead. The targets stay here, so that no url can name one."""

    def __init__(self) -> None:
        self._tokens = itertools.count(1)
        self._targets: Dict[str, Optional[str]] = {}

    def chain(self, target: Optional[str], hops: int) -> str:
        """Return the path of a chain of `hops` redirects that ends at `target`; None for a loop."""
        for _ in range(hops):
            token = f"{next(self._tokens)}"
            self._targets[token] = target
            target = HOP_PATH + token
        return target or ""

    def loop(self) -> str:
        """Return the path of a redirect that never ends."""
        token = f"{next(self._tokens)}"
        self._targets[token] = None
        return HOP_PATH + token

    def answer(self, path: str) -> web.Response:
        token = path[len(HOP_PATH) :].partition("/")[0]
        if token not in self._targets:
            return web.Response(status=404, text="Not Found")
        target = self._targets[token]
        if target is None:  # another path each time: clients notice a loop by counting or by the repeated path
            step = path[len(HOP_PATH) :].partition("/")[2]
            target = f"{HOP_PATH}{token}/{(int(step) if step.isdigit() else 0) % 2 + 1}"
        return web.Response(status=302, headers={"Location": target})


class Action(abc.ABC):
    """What happens to a request. Subclasses are frozen dataclasses."""

    damages: ClassVar[bool] = False

    @property
    def needs_answer(self) -> bool:
        """True where the site must carry the request out first, because its answer is what gets damaged."""
        return self.damages

    @abc.abstractmethod
    async def apply(
        self, request: web.Request, response: Optional[web.StreamResponse], releases: Releases, hops: Hops
    ) -> web.StreamResponse:
        """Return the answer that is sent instead of `response` (None where nothing was carried out)."""


@dataclass(frozen=True)
class Latency(Action):
    """The answer comes `seconds` later. Faults after this one in the plan still apply."""

    seconds: float
    damages: ClassVar[bool] = True

    async def pause(self) -> None:
        await asyncio.sleep(self.seconds)

    async def apply(
        self, request: web.Request, response: Optional[web.StreamResponse], releases: Releases, hops: Hops
    ) -> web.StreamResponse:
        assert response is not None
        await self.pause()
        return response


@dataclass(frozen=True)
class Status(Action):
    """An error status, with a short HTML page as its body unless `body` is given."""

    code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Optional[Union[str, bytes]] = None

    async def apply(
        self, request: web.Request, response: Optional[web.StreamResponse], releases: Releases, hops: Hops
    ) -> web.StreamResponse:
        body = _PAGE.format(title=f"Error {self.code}") if self.body is None else self.body
        headers = {"Content-Type": "text/html; charset=utf-8", **self.headers}
        return web.Response(status=self.code, headers=headers, body=body)


@dataclass(frozen=True)
class HtmlPage(Action):
    """200 and a web page, as captive portals, proxies and sites under maintenance send."""

    title: str = "Down for maintenance"

    async def apply(
        self, request: web.Request, response: Optional[web.StreamResponse], releases: Releases, hops: Hops
    ) -> web.StreamResponse:
        return web.Response(text=_PAGE.format(title=self.title), content_type="text/html")


@dataclass(frozen=True)
class BadJson(Action):
    """200 and something that calls itself JSON and ends in the middle."""

    async def apply(
        self, request: web.Request, response: Optional[web.StreamResponse], releases: Releases, hops: Hops
    ) -> web.StreamResponse:
        return web.Response(text='{"results": {"entities": [{"type": "Shot", "id": ', content_type="application/json")


@dataclass(frozen=True)
class WrongShapeJson(Action):
    """200 and JSON that is well-formed, and not what the API answers."""

    value: str = '{"results": {"entities": 7, "paging_info": null}}'

    async def apply(
        self, request: web.Request, response: Optional[web.StreamResponse], releases: Releases, hops: Hops
    ) -> web.StreamResponse:
        return web.Response(text=self.value, content_type="application/json")


@dataclass(frozen=True)
class ExpiredUrl(Action):
    """The 403 with an XML body that a storage service sends for a url past its time."""

    async def apply(
        self, request: web.Request, response: Optional[web.StreamResponse], releases: Releases, hops: Hops
    ) -> web.StreamResponse:
        body = denial_xml(Denied("AccessDenied", "Request has expired"))
        return web.Response(status=403, body=body, content_type="application/xml")


@dataclass(frozen=True)
class RedirectTo(Action):
    """302 to `url`, by way of `hops` redirects in all."""

    url: str
    hops: int = 1

    async def apply(
        self, request: web.Request, response: Optional[web.StreamResponse], releases: Releases, hops: Hops
    ) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": hops.chain(self.url, self.hops - 1)})


@dataclass(frozen=True)
class RedirectLoop(Action):
    """302 to a place that redirects for ever."""

    async def apply(
        self, request: web.Request, response: Optional[web.StreamResponse], releases: Releases, hops: Hops
    ) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": hops.loop()})


@dataclass(frozen=True)
class WrongContentType(Action):
    """The right status with another ``Content-Type``, and another body unless `body` is None."""

    content_type: str = "text/plain"
    body: Optional[Union[str, bytes]] = None
    damages: ClassVar[bool] = True

    async def apply(
        self, request: web.Request, response: Optional[web.StreamResponse], releases: Releases, hops: Hops
    ) -> web.StreamResponse:
        body = _body_of(response) if self.body is None else self.body
        return web.Response(body=body, headers={"Content-Type": self.content_type})


@dataclass(frozen=True)
class LyingGzip(Action):
    """The body as it is, under a ``Content-Encoding: gzip`` that is not true."""

    damages: ClassVar[bool] = True

    async def apply(
        self, request: web.Request, response: Optional[web.StreamResponse], releases: Releases, hops: Hops
    ) -> web.StreamResponse:
        status, headers = _head_of(response)
        headers["Content-Encoding"] = "gzip"
        return web.Response(status=status, headers=headers, body=_body_of(response))


@dataclass(frozen=True)
class Reset(Action):
    """The connection is reset (a real RST): before anything is sent, or after `after` bytes of the body."""

    after: Optional[int] = None

    @property
    def needs_answer(self) -> bool:
        return self.after is not None

    async def apply(
        self, request: web.Request, response: Optional[web.StreamResponse], releases: Releases, hops: Hops
    ) -> web.StreamResponse:
        if self.after is None or response is None:
            _reset(request)
            return web.Response()
        sent = await _begin(request, response)
        await sent.write(_body_of(response)[: self.after])
        # An RST makes the receiver's kernel drop what was not read yet: the bytes get a moment to be read.
        await asyncio.sleep(_POLL)
        _reset(request)
        return sent


@dataclass(frozen=True)
class Truncate(Action):
    """The headers promise the whole body, `after` bytes of it come, then the connection is closed."""

    after: int
    damages: ClassVar[bool] = True

    async def apply(
        self, request: web.Request, response: Optional[web.StreamResponse], releases: Releases, hops: Hops
    ) -> web.StreamResponse:
        sent = await _begin(request, response)
        await sent.write(_body_of(response)[: self.after])
        if request.transport is not None:
            request.transport.close()
        return sent


@dataclass(frozen=True)
class Slow(Action):
    """The body comes at `bytes_per_second`, in some twenty pieces a second."""

    bytes_per_second: int
    damages: ClassVar[bool] = True

    async def apply(
        self, request: web.Request, response: Optional[web.StreamResponse], releases: Releases, hops: Hops
    ) -> web.StreamResponse:
        body = _body_of(response)
        sent = await _begin(request, response)
        piece = max(1, self.bytes_per_second // 20)
        for start in range(0, len(body), piece):
            if _gone(request):
                return sent
            await sent.write(body[start : start + piece])
            await asyncio.sleep(piece / self.bytes_per_second)
        await sent.write_eof()
        return sent


@dataclass(frozen=True)
class Stall(Action):
    """`after` bytes of the body come, then nothing until :meth:`FaultPlan.release`, then the rest.

    With ``after=None`` not even the headers come before the release.
    """

    after: Optional[int] = 0
    damages: ClassVar[bool] = True

    async def apply(
        self, request: web.Request, response: Optional[web.StreamResponse], releases: Releases, hops: Hops
    ) -> web.StreamResponse:
        assert response is not None
        if self.after is None:
            await releases.wait(request)
            return response
        body = _body_of(response)
        sent = await _begin(request, response)
        await sent.write(body[: self.after])
        await releases.wait(request)
        if not _gone(request):
            await sent.write(body[self.after :])
            await sent.write_eof()
        return sent


_ACTIONS: Dict[str, Type[Action]] = {
    re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower(): cls
    for cls in (
        Latency, Status, HtmlPage, BadJson, WrongShapeJson, ExpiredUrl, RedirectTo, RedirectLoop,
        WrongContentType, LyingGzip, Reset, Truncate, Slow, Stall,
    )
}  # fmt: skip


def action_from_json(values: Mapping[str, Any]) -> Action:
    """Return the action that ``{"action": name in snake case, parameter: value, …}`` describes, or raise ValueError."""
    given = dict(values)
    name = given.pop("action", None)
    cls = _ACTIONS.get(name) if isinstance(name, str) else None
    if cls is None:
        raise ValueError(f"unknown action {name!r}; known are {', '.join(sorted(_ACTIONS))}")
    known = {each.name for each in fields(cls)}  # type: ignore[arg-type]
    unknown = sorted(set(given) - known)
    if unknown:
        raise ValueError(f"{name} takes {', '.join(sorted(known)) or 'nothing'}, not {', '.join(unknown)}")
    return cls(**given)


def _gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _reset(request: web.Request) -> None:
    transport = request.transport
    if transport is None:
        return
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _body_of(response: Optional[web.StreamResponse]) -> bytes:
    body = response.body if isinstance(response, web.Response) else None
    if body is None:
        return b""
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    raise TypeError(f"a fault cannot damage a body of {type(body).__name__}")


def _head_of(response: Optional[web.StreamResponse]) -> Tuple[int, Dict[str, str]]:
    if response is None:
        return 200, {}
    headers = {name: value for name, value in response.headers.items() if name.lower() != "content-length"}
    return response.status, headers


async def _begin(request: web.Request, response: Optional[web.StreamResponse]) -> web.StreamResponse:
    """Send the headers of `response` with the length of its whole body, and return what takes the body's pieces."""
    status, headers = _head_of(response)
    sent = web.StreamResponse(status=status, headers=headers)
    sent.content_length = len(_body_of(response))
    await sent.prepare(request)
    return sent
