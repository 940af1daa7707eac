"""The transport in pure Python, on urllib3 (2.x, or the 1.26 that many hosts ship).

Connections are pooled and kept alive for each proxy and CA file. urllib3 is given parts of an address, not a
url; its retries, redirects and decoding are off, and it reads nothing from the environment.
"""

from __future__ import annotations

import http.client
import logging
import re
import ssl
import threading
from typing import Any, Optional

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from ..errors import ShotgunDataError, TransferFailed
from .body import IncomingBody
from .failures import bad_ca_file, broken_off, cancelled, stopped, too_slow
from .proxy import Proxy
from .transport import TransferReply, TransferRequest
from .urllib3_failures import no_answer_by
from .watchdog import CANCELLED, CLOSED, Watchdog, Watched

CHUNK = 64 * 1024

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
            raise stopped()
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
            # From urllib3 2.0 on clear() only forgets its pools, and one whose failure somebody still has a traceback
            # of keeps its sockets open until the garbage collector comes.
            pools = [manager.pools.get(key) for key in manager.pools.keys()]  # noqa: SIM118 - it cannot be iterated
            manager.clear()
            for pool in pools:
                if pool is not None:
                    pool.close()

    def _exchange(self, request: TransferRequest, watched: Watched) -> TransferReply:
        address = request.address
        manager = self._manager(request.proxy, request.ca_certs)
        pool = manager.connection_from_host(address.host, port=address.port, scheme=address.scheme)
        headers = {**request.headers, "Host": address.authority}
        target = address.target
        if request.proxy is not None and address.scheme == "http":
            target = address.url  # a proxy is told the whole url where it does not tunnel
            headers.update(Proxy.parse(request.proxy).headers)
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
            raise _ended(request, watched) or no_answer_by(address, error) from None
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
        body = IncomingBody(request, response.status, headers)
        try:
            while True:
                chunk = _next(request, response, watched)
                if not chunk:
                    return body.finish()
                if not body.take(chunk):
                    break
        except TransferFailed:
            if body.is_wanted:
                raise
        response.close()
        return body.refusal()

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
            parsed = Proxy.parse(proxy)
            manager = urllib3.ProxyManager(parsed.url, proxy_headers=dict(parsed.headers), **options)
        manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
        return manager


def _next(request: TransferRequest, response: Any, watched: Watched) -> bytes:
    """The next bytes as they were sent, b"" at the end.

    :raises TransferFailed: the end came too early.
    """
    # Only read1 returns what has come so far; read() waits for the whole of its 64 KB, however slow they come.
    # Older urllib3 has it one level further down.
    source = response if _HAS_READ1 else response._fp
    try:
        chunk: bytes = source.read1(CHUNK)
        if not chunk and source is not response:
            source.close()  # the end of one answer; the connection stays open for the next
    except _TROUBLE as error:
        raise _ended(request, watched) or broken_off(request.address, _reason(error)) from None
    ended = _ended(request, watched)
    if ended is not None:
        raise ended
    watched.received += len(chunk)
    return chunk


def _ended(request: TransferRequest, watched: Watched) -> Optional[ShotgunDataError]:
    """Why the watchdog ended the transfer, if it did."""
    if watched.ended is None:
        return None
    if watched.ended in (CANCELLED, CLOSED):
        return cancelled(request.address)
    return too_slow(request.address, request.read_timeout, begun=bool(watched.received))


def _reason(error: Exception) -> str:
    return re.sub(r"(?<=.)(?=[A-Z][a-z])", " ", type(error).__name__).lower()
