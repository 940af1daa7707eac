"""Connections that may serve one another: those of one proxy and one CA file."""

from __future__ import annotations

import re
import selectors
import threading
import time
from typing import Any, Iterator, Mapping, Optional

import pycurl

from ..errors import ShotgunDataError
from .curl_exchange import Exchange, Outcome
from .curl_idle import IdleSockets
from .curl_trust import check_trust, set_trust
from .failures import Trouble, no_answer
from .proxy import Proxy

# By number: not every pycurl that can set them has a name for them.
_SUPPRESS_CONNECT_HEADERS = 265
_QUICK_EXIT = 322  # a cancelled transfer does not wait for its DNS answer

_BUFFER = 64 * 1024
_LONGEST_END = 0.5  # seconds
_LINE_END = re.compile(rb"[\r\n\0]")

_EVENTS = {
    pycurl.POLL_IN: selectors.EVENT_READ,
    pycurl.POLL_OUT: selectors.EVENT_WRITE,
    pycurl.POLL_INOUT: selectors.EVENT_READ | selectors.EVENT_WRITE,
}


class CurlPool:
    """A ``CurlMulti`` with its handles. Used by one thread.

    A multi handle of its own, because libcurl does not tell connections apart by the login that a proxy's
    header carries.

    :param selector: gets the sockets, each with this object as its data.
    :param size: idle handles that are kept, and half of the idle connections.
    """

    def __init__(
        self, selector: selectors.BaseSelector, proxy: Optional[str], ca_certs: Optional[str], size: int
    ) -> None:
        self._selector = selector
        self._proxy = None if proxy is None else Proxy.parse(proxy)
        self._ca_certs = ca_certs
        self._size = size
        self._watched: dict[int, int] = {}
        self._running: dict[Any, _Handle] = {}
        self._free: list[_Handle] = []
        #: When libcurl wants to be called without an event, by ``time.monotonic()``.
        self.due: Optional[float] = None
        self._idle = IdleSockets()
        self._is_closed = False
        self._is_trust_checked = False
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_due)
        # Twice: a redirect from the site to a media host uses a connection of each.
        self._multi.setopt(pycurl.M_MAXCONNECTS, 2 * size)

    def __len__(self) -> int:
        """Exchanges under way."""
        return len(self._running)

    def check_idle(self) -> None:
        """To be called before requests are sent: whether kept-alive connections still can be trusted."""
        self._idle.check()

    def start(self, exchange: Exchange) -> Optional[Outcome]:
        """Send its request; an outcome where that cannot be done."""
        handle = None
        try:
            if not self._is_trust_checked and exchange.request.address.scheme == "https":
                check_trust(self._ca_certs)  # reading a file of certificates takes 30 ms: not for http
                self._is_trust_checked = True
            handle = self._free.pop() if self._free else _Handle(self._proxy, self._ca_certs)
            handle.prepare(exchange, self._idle.are_doubtful())
            self._multi.add_handle(handle.curl)
        except ShotgunDataError as error:
            return error
        except (pycurl.error, ValueError) as error:
            if handle is not None:
                handle.close()
            return no_answer(exchange.request.address, Trouble.OTHER, type(error).__name__)
        self._running[handle.curl] = handle
        return None

    def act(self, socket: int, events: int) -> None:
        """The selector says that a socket is ready."""
        self._multi.socket_action(socket, events)

    def expire(self) -> None:
        """The time of :attr:`due` has come."""
        self.due = None
        self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def finished(self) -> Iterator[tuple[Exchange, Outcome]]:
        """What libcurl is done with."""
        if not self._running:
            return
        left = 1
        while left:
            left, whole, broken = self._multi.info_read()
            for curl in whole:
                yield self._finish(curl, pycurl.E_OK)
            for curl, code, _ in broken:
                yield self._finish(curl, code)

    def looked_at(self, now: float) -> Iterator[tuple[Exchange, Outcome]]:
        """What is to end without libcurl's doing: cancelled, or silent for too long."""
        for handle in list(self._running.values()):
            exchange = handle.exchange
            if exchange is not None:
                outcome = exchange.look(now, handle.head, handle.curl)
                if outcome is not None:
                    yield self._remove(handle), outcome

    def broken_off(self) -> list[Exchange]:
        """End everything."""
        return [self._remove(handle) for handle in list(self._running.values())]

    def close(self) -> None:
        """Close every connection, when nothing is under way."""
        for handle in self._free:
            handle.close()
        self._free.clear()
        self._is_closed = True
        for socket in self._watched:
            self._selector.unregister(socket)
        self._watched.clear()
        # From 8.20 on libcurl waits here for the answers of name servers that nobody waits for any more, and
        # pycurl has no way to tell it not to.
        closing = threading.Thread(target=self._multi.close, name="shotgun-data-curl-end", daemon=True)
        try:
            closing.start()
        except RuntimeError:  # Python is about to end
            return
        closing.join(_LONGEST_END)

    def _finish(self, curl: Any, code: int) -> tuple[Exchange, Outcome]:
        handle = self._running[curl]
        exchange = handle.exchange
        assert exchange is not None
        outcome = exchange.outcome(handle.head, code, curl)
        socket = curl.getinfo(pycurl.LASTSOCKET)
        if socket not in self._watched:  # another exchange may have taken it over by now
            self._idle.add(socket)
        return self._remove(handle), outcome

    def _remove(self, handle: _Handle) -> Exchange:
        del self._running[handle.curl]
        self._multi.remove_handle(handle.curl)
        exchange = handle.release()
        if len(self._free) < self._size:
            self._free.append(handle)
        else:
            handle.close()
        return exchange

    def _watch(self, what: int, socket: int, multi: Any, data: Any) -> None:
        """libcurl says what it waits for on a socket."""
        if self._is_closed:
            return
        before = self._watched.get(socket)
        if what == pycurl.POLL_REMOVE:
            if before is not None:
                del self._watched[socket]
                self._selector.unregister(socket)
            return
        events = _EVENTS.get(what)
        if events is None or events == before:
            return
        if before is None:
            self._idle.discard(socket)
            self._selector.register(socket, events, self)
        else:
            self._selector.modify(socket, events, self)
        self._watched[socket] = events

    def _set_due(self, milliseconds: int) -> None:
        self.due = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000


class _Handle:
    """A ``pycurl.Curl`` for one pool, used for one exchange after another."""

    def __init__(self, proxy: Optional[Proxy], ca_certs: Optional[str]) -> None:
        self.exchange: Optional[Exchange] = None
        self.head: list[bytes] = []
        self._is_by_proxy = proxy is not None
        self._origin = ""
        self._headers: Optional[dict[str, str]] = None
        self._connect_timeout = -1
        self._is_fresh = False
        curl = self.curl = pycurl.Curl()
        for option, value in _OPTIONS.items():
            curl.setopt(option, value)
        # Set even where there is none: libcurl reads the environment's otherwise.
        curl.setopt(pycurl.PROXY, b"" if proxy is None else proxy.url.encode())
        curl.setopt(pycurl.NOPROXY, "")
        if proxy is not None:
            curl.setopt(pycurl.PROXYHEADER, _header_lines({**proxy.headers, "Proxy-Connection": ""}))
        set_trust(curl, ca_certs)
        curl.setopt(pycurl.HEADERFUNCTION, self.head.append)
        curl.setopt(pycurl.WRITEFUNCTION, self._write)

    def prepare(self, exchange: Exchange, is_fresh: bool) -> None:
        """:raises ValueError: a header has a value that no header can have."""
        request, curl = exchange.request, self.curl
        address = request.address
        # libcurl's own parser sees scheme, host and port; what is asked for there is not parsed again.
        authority = address.authority
        origin = f"{address.scheme}://{authority}/"
        if origin != self._origin:
            curl.setopt(pycurl.URL, origin)
            self._origin = origin
        # A proxy is told the whole url where it does not tunnel.
        is_told = self._is_by_proxy and address.scheme == "http"
        curl.setopt(pycurl.REQUEST_TARGET, address.url if is_told else address.target)
        headers = {"Accept": "", **request.headers, "Host": authority}  # "": libcurl is not to add its own
        if headers != self._headers:
            curl.setopt(pycurl.HTTPHEADER, _header_lines(headers))
            self._headers = headers
        connect_timeout = max(1, round(request.connect_timeout * 1000))
        if connect_timeout != self._connect_timeout:
            curl.setopt(pycurl.CONNECTTIMEOUT_MS, connect_timeout)
            self._connect_timeout = connect_timeout
        if is_fresh != self._is_fresh:
            curl.setopt(pycurl.FRESH_CONNECT, int(is_fresh))
            self._is_fresh = is_fresh
        self.head.clear()
        self.exchange = exchange

    def release(self) -> Exchange:
        exchange, self.exchange = self.exchange, None
        assert exchange is not None
        self.head.clear()
        return exchange

    def close(self) -> None:
        """Also takes the cycle of handle, Curl and callback apart."""
        self.curl.close()

    def _write(self, chunk: bytes) -> Optional[int]:
        exchange = self.exchange
        if exchange is not None and exchange.take(self.head, chunk):
            return None
        return 0  # not as many as came: libcurl breaks off


def _header_lines(headers: Mapping[str, str]) -> list[bytes]:
    lines = [f"{name}: {value}".rstrip().encode("latin-1") for name, value in headers.items()]
    if any(_LINE_END.search(line) for line in lines):
        raise ValueError("a line end in a header")
    return lines


_OPTIONS = {
    pycurl.NOSIGNAL: 1,
    pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
    pycurl.FOLLOWLOCATION: 0,
    pycurl.NETRC: pycurl.NETRC_IGNORED,
    pycurl.USERAGENT: "",
    pycurl.PATH_AS_IS: 1,
    pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_1_1,
    pycurl.HTTP09_ALLOWED: 0,
    pycurl.HTTP_CONTENT_DECODING: 0,
    pycurl.HEADEROPT: pycurl.HEADER_SEPARATE,
    pycurl.BUFFERSIZE: _BUFFER,
    _SUPPRESS_CONNECT_HEADERS: 1,
    _QUICK_EXIT: 1,
}
