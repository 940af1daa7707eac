"""The transport in pure Python, on urllib3 (2.x, or the 1.26 that many hosts ship).

Connections are pooled and kept alive for each proxy and CA file. urllib3 is given parts of an address, not a
url; its retries, redirects and decoding are off, and it reads nothing from the environment.
"""

from __future__ import annotations

import base64
import http.client
import logging
import re
import ssl
import threading
from typing import Any, Mapping, Optional

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from ..errors import Cancelled, MediaRejected, ShotgunDataError, SiteUnreachable, Stopped, TransferFailed
from .encoding import BadEncoding, BodyDecoder
from .failures import bad_ca_file, broken_off, no_answer
from .transport import TransferReply, TransferRequest
from .watchdog import CANCELLED, CLOSED, Watchdog, Watched

CHUNK = 64 * 1024
_EXCERPT = 4096
_DRAIN = 64 * 1024  # reading a short refusal to its end is cheaper than a new connection

_TROUBLE = (HTTPError, http.client.HTTPException, OSError, ValueError)

_HAS_READ1 = hasattr(urllib3.HTTPResponse, "read1")  # not in 1.26

_current = threading.local()
_QUERY = re.compile(r"\?[^\s\"']+")


def _tell_socket(connection: Any) -> None:
    watched: Optional[Watched] = getattr(_current, "watched", None)
    if watched is not None:
        watched.use(connection.sock)


class _HTTPConnection(HTTPConnection):
    def getresponse(self, *args: Any, **kwargs: Any) -> Any:
        _tell_socket(self)
        return super().getresponse(*args, **kwargs)


class _HTTPSConnection(HTTPSConnection):
    def getresponse(self, *args: Any, **kwargs: Any) -> Any:
        _tell_socket(self)
        return super().getresponse(*args, **kwargs)


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _QueryFilter(logging.Filter):
    """Cuts the queries out of what urllib3 logs about our own transfers: they are signatures.

    A thread that is not within a transfer of ours is left alone.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(_current, "watched", None) is not None:
            record.msg, record.args = _QUERY.sub("?...", record.getMessage()), None
        return True


for _name in ("connectionpool", "connection", "response", "util.retry"):
    logging.getLogger(f"urllib3.{_name}").addFilter(_QueryFilter())


class Urllib3Transport:
    """A :class:`~shotgun_data.media.transport.Transport` on urllib3. Thread-safe.

    :param pool_size: idle connections kept for each host; more may be open while more are needed.
    """

    def __init__(self, pool_size: int = 16) -> None:
        self._pool_size = pool_size
        self._lock = threading.Lock()
        self._managers: dict[tuple[Optional[str], Optional[str]], urllib3.PoolManager] = {}
        self._watchdog = Watchdog()

    def __repr__(self) -> str:
        return f"<Urllib3Transport pool_size={self._pool_size}>"

    def fetch(self, request: TransferRequest) -> TransferReply:
        watched = Watched(request.cancelled, request.read_timeout)
        if not self._watchdog.add(watched):
            raise Stopped("Downloads have been stopped; no more are taken.")
        _current.watched = watched
        try:
            return self._exchange(request, watched)
        finally:
            _current.watched = None
            self._watchdog.remove(watched)

    def close(self) -> None:
        self._watchdog.close()
        with self._lock:
            managers = list(self._managers.values())
            self._managers.clear()
        for manager in managers:
            manager.clear()

    def _exchange(self, request: TransferRequest, watched: Watched) -> TransferReply:
        address = request.address
        manager = self._manager(request.proxy, request.ca_certs)
        pool = manager.connection_from_host(address.host, port=address.port, scheme=address.scheme)
        headers = {**request.headers, "Host": address.authority}
        target = address.target
        if request.proxy is not None and address.scheme == "http":
            target = address.url  # a proxy is told the whole url where it does not tunnel
            headers.update(_proxy_headers(request.proxy))
        try:
            response = pool.urlopen(
                "GET",
                target,
                headers=headers,
                retries=False,
                redirect=False,
                assert_same_host=False,
                timeout=urllib3.Timeout(connect=request.connect_timeout, read=request.read_timeout),
                preload_content=False,
                decode_content=False,
            )
        except _TROUBLE as error:
            # "from None": urllib3's errors quote urls with their queries.
            raise _ended(request, watched) or no_answer(address, error) from None
        is_clean = False
        try:
            reply = self._receive(request, response, watched)
            is_clean = True
            return reply
        finally:
            if not is_clean:
                response.close()
            response.release_conn()

    def _receive(self, request: TransferRequest, response: Any, watched: Watched) -> TransferReply:
        headers = {name.lower(): value for name, value in response.headers.items()}
        body = _Body(request, response, headers, watched)
        if not 200 <= response.status < 300:
            return TransferReply(response.status, headers, excerpt=body.excerpt())
        size = body.pour()
        return TransferReply(response.status, headers, size, framed=body.is_framed)

    def _manager(self, proxy: Optional[str], ca_certs: Optional[str]) -> urllib3.PoolManager:
        with self._lock:
            manager = self._managers.get((proxy, ca_certs))
            if manager is None:
                manager = self._managers[proxy, ca_certs] = self._new_manager(proxy, ca_certs)
            return manager

    def _new_manager(self, proxy: Optional[str], ca_certs: Optional[str]) -> urllib3.PoolManager:
        try:
            context = ssl.create_default_context(cafile=ca_certs)
        except OSError:
            raise bad_ca_file(ca_certs or "of the system") from None
        if not _HAS_READ1:
            # urllib3 1.26 gives ssl no name to check where the host is an IP address, and fails; where ssl does
            # not check the name, every urllib3 checks it itself.
            context.check_hostname = False
        options: dict[str, Any] = {
            "num_pools": 32,
            "maxsize": self._pool_size,
            "cert_reqs": "CERT_REQUIRED",
            "ssl_context": context,  # one for all hosts: making it takes longer than a small download
        }
        if proxy is None:
            manager = urllib3.PoolManager(**options)
        else:
            host = proxy.rpartition("@")[2].rpartition("://")[2]
            host = host if ":" in host else f"{host}:8080"  # shotgun_api3's default
            manager = urllib3.ProxyManager(f"http://{host}", proxy_headers=_proxy_headers(proxy), **options)
        manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
        return manager


class _Body:
    """Reads one body, as it comes in."""

    def __init__(self, request: TransferRequest, response: Any, headers: Mapping[str, str], watched: Watched) -> None:
        self._request = request
        self._response = response
        self._watched = watched
        self._encoding = headers.get("content-encoding", "")
        is_chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        length = headers.get("content-length", "")
        self._length = int(length) if not is_chunked and length.isascii() and length.isdigit() else None
        self.is_framed = is_chunked or self._length is not None
        # Only read1 returns what has come so far; read() waits for the whole of its 64 KB, however slow they
        # come. Older urllib3 has it one level further down.
        self._source = response if _HAS_READ1 else response._fp

    def pour(self) -> int:
        """Everything into the sink; the size."""
        request = self._request
        if self._length is not None and self._length > request.max_bytes:
            raise self._too_large(self._length)
        try:
            decoder = BodyDecoder(self._encoding)
        except BadEncoding as error:
            raise MediaRejected(f"GET {request.address}: the answer is {error}.") from None
        total = self._length if decoder.is_identity else None
        size = 0
        try:
            while True:
                chunk = self._next()
                for piece in decoder.feed(chunk) if chunk else decoder.finish():
                    size += len(piece)
                    if size > request.max_bytes:
                        raise self._too_large(size)
                    request.sink.write(piece)
                if not chunk:
                    break
                if request.progress is not None:
                    request.progress(size, total)
        except BadEncoding as error:
            raise broken_off(request.address, f"its encoding is broken: {error}") from None
        return size

    def excerpt(self) -> bytes:
        """The beginning, for whoever decides what a refusal means. A short body is read to its end."""
        data = b""
        try:
            while len(data) < _DRAIN:
                chunk = self._next()
                if not chunk:
                    return data[:_EXCERPT]
                data += chunk
        except TransferFailed:
            pass  # the status has come, and says more than this
        self._response.close()
        return data[:_EXCERPT]

    def _next(self) -> bytes:
        """The next bytes as they were sent, b"" at the end.

        :raises TransferFailed: the end came too early.
        """
        request, watched = self._request, self._watched
        try:
            chunk: bytes = self._source.read1(CHUNK)
            if not chunk and self._source is not self._response:
                self._source.close()  # the end of one answer; the connection stays open for the next
        except _TROUBLE as error:
            raise _ended(request, watched) or broken_off(request.address, _reason(error)) from None
        ended = _ended(request, watched)
        if ended is not None:
            raise ended
        if request.cancelled():
            raise Cancelled(f"GET {request.address}: cancelled.")
        watched.received += len(chunk)
        if not chunk and self._length is not None and watched.received < self._length:
            raise broken_off(request.address, f"{watched.received} of {self._length} bytes came")
        return chunk

    def _too_large(self, size: int) -> MediaRejected:
        return MediaRejected(
            f"GET {self._request.address}: at {size:,} bytes or more it is larger than the "
            f"{self._request.max_bytes:,} that the settings allow. Raise max_thumbnail_bytes or "
            "max_attachment_bytes if it is to be downloaded."
        )


def _ended(request: TransferRequest, watched: Watched) -> Optional[ShotgunDataError]:
    """Why the watchdog ended the transfer, if it did."""
    if watched.ended is None:
        return None
    if watched.ended in (CANCELLED, CLOSED):
        return Cancelled(f"GET {request.address}: cancelled.")
    message = (
        f"GET {request.address}: hardly anything came within {request.read_timeout:g} seconds. "
        "Check the network, and try again."
    )
    return TransferFailed(message) if watched.received else SiteUnreachable(message)


def _reason(error: Exception) -> str:
    return re.sub(r"(?<=.)(?=[A-Z][a-z])", " ", type(error).__name__).lower()


def _proxy_headers(proxy: str) -> dict[str, str]:
    login, at, _ = proxy.rpartition("@")
    if not at:
        return {}
    login = login.rpartition("://")[2]  # taken as it is, as shotgun_api3 does for its API calls
    return {"Proxy-Authorization": "Basic " + base64.b64encode(login.encode("utf-8")).decode("ascii")}
