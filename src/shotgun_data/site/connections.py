"""The connections of one site: one clone per thread, or the user's own object one call at a time."""

from __future__ import annotations

import threading
import urllib.parse
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable, Optional

from ..errors import NoConnection
from ..settings import Settings
from .clone import ca_certs_of, can_be_cloned, clone
from .failures import explained


class SiteConnections:
    """Where worker threads get a connection from.

    :param source: gives the user's connection. Called in the worker thread, each time: in Toolkit that is
        where ``bundle.shotgun`` must be read, because it is another object in each thread.
    """

    def __init__(self, source: Callable[[], Any], settings: Settings) -> None:
        self._source = source
        self._settings = settings
        self._local = threading.local()
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._one_at_a_time = threading.RLock()
        self._clones: weakref.WeakSet[Any] = weakref.WeakSet()
        self._busy: set[Any] = set()
        self._closed = False
        self._server_caps: Any = None
        self._token: Optional[str] = None

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """This thread's connection, for the length of a ``with``.

        :raises NoConnection: there is none.
        """
        original = self._source()
        if original is None:
            raise NoConnection("there is no ShotGrid connection: pass sg=shotgun_api3.Shotgun(...)")
        if not can_be_cloned(original):
            # A Mockgun, a studio's wrapper: nothing is known of its thread-safety.
            with self._one_at_a_time:
                yield original
            return
        mine = self._mine(original)
        try:
            yield mine
        finally:
            with self._lock:
                self._busy.discard(mine)
                over = self._closed
            if over:
                mine.close()
        if self._server_caps is None:
            self._server_caps = mine._server_caps  # the first clone asked; the others need not

    def _mine(self, original: Any) -> Any:
        mine = getattr(self._local, "clone", None)
        if mine is None or self._local.original is not original:
            mine = clone(original, self._settings)
            if mine._server_caps is None:
                mine._server_caps = self._server_caps
            self._local.clone, self._local.original = mine, original
        with self._lock:
            self._clones.add(mine)
            self._busy.add(mine)
        return mine

    # -- what downloads need to know of the connection ---------------------------------------------------

    @property
    def base_url(self) -> str:
        """The site's url, without a slash at its end; empty for an object that has none."""
        original = self._source()
        config = getattr(original, "config", None)
        if config is None or not getattr(config, "server", None):
            return str(getattr(original, "base_url", "") or "").rstrip("/")
        prefix = (config.api_path or "").split("/api3", 1)[0]
        return f"{config.scheme or 'https'}://{config.server}{prefix}"

    @property
    def host(self) -> str:
        """The site's host name, for messages."""
        return urllib.parse.urlsplit(self.base_url).netloc.rpartition("@")[2] or "the site"

    @property
    def proxy(self) -> Optional[str]:
        """The proxy as the connection was given it, credentials included: ``user:pass@host:port``."""
        config = getattr(self._source(), "config", None)
        return getattr(config, "raw_http_proxy", None) or None

    @property
    def ca_certs(self) -> Optional[str]:
        """The path of the CA file that the connection verifies the site with."""
        path: Optional[str] = ca_certs_of(self._source())
        return path

    @property
    def authorization(self) -> Optional[str]:
        """The HTTP basic authorization that was part of the site's url."""
        config = getattr(self._source(), "config", None)
        return getattr(config, "authorization", None)

    @property
    def known_token(self) -> Optional[str]:
        """The session token if it was asked for already; waits for nothing."""
        return self._token

    def session_token(self, refused: Optional[str] = None) -> Optional[str]:
        """The token that the site's own urls ask for as a cookie. Asked of the site once, then remembered.

        :param refused: the token that the site did not accept ("" if none was sent): ask for another.
        :raises SessionRefused: the site does not accept the connection's credentials.
        :raises SiteUnreachable: no answer.
        """
        # One thread asks, the others wait for its answer: a session that expires is refused to all downloads
        # at once, and a hundred log-ins would follow.
        with self._asking:
            if self._token is None or self._token == refused:
                self._token = self._ask_for_token(refused is not None)
            return self._token

    def _ask_for_token(self, renew: bool) -> Optional[str]:
        with self.connection() as sg:
            if not hasattr(sg, "get_session_token"):
                return None
            config = getattr(sg, "config", None)
            if renew and (getattr(config, "user_login", None) or getattr(config, "script_name", None)):
                sg.config.session_token = None  # what a key or a login once obtained, they can obtain again
            with explained("asking for a session", self.host, sg, write=False):
                token: Optional[str] = sg.get_session_token()
            return token

    def close(self) -> None:
        """Close the sockets of all clones; one that a thread is using is closed when that call has ended."""
        with self._lock:
            self._closed = True
            idle = [mine for mine in self._clones if mine not in self._busy]
        for mine in idle:
            mine.close()
