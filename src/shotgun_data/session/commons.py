"""What the sessions of one task manager share: connections, kept-alive sockets, and downloads under way."""

from __future__ import annotations

import threading
from typing import Any, Callable, Optional

from ..engine.retry import RetryPolicy
from ..media.cache import MediaCache
from ..media.choice import open_transport
from ..media.library import MediaLibrary
from ..media.transport import ConcurrentTransport, Transport
from ..media.urllib3_transport import Urllib3Transport
from ..requests import Held, Runner
from ..settings import Settings
from ..site.connections import SiteConnections
from .transfers import Transfers


class Commons:
    """Thread-safe. Closed by the task manager, not by the sessions that come and go."""

    def __init__(self, runner: Runner, settings: Settings, hold: Optional[Callable[[], Held]] = None) -> None:
        self.hold = hold
        self.transfers = Transfers(runner, RetryPolicy.of(settings), self)
        self._settings = settings
        self._lock = threading.Lock()
        self._sites: dict[int, _Shared] = {}
        self._waited_for: Optional[Transport] = None
        self._concurrent: Optional[ConcurrentTransport] = None
        self._chosen = False

    def open_site(self, owner: Any, source: Callable[[], Any], settings: Settings) -> SiteConnections:
        """The connections of one owner, a ``Shotgun`` or a bundle: the same for all sessions that pass it."""
        with self._lock:
            shared = self._sites.get(id(owner))
            if shared is None:
                shared = self._sites[id(owner)] = _Shared(owner, SiteConnections(source, settings))
            shared.users += 1
            return shared.site

    def release_site(self, owner: Any) -> None:
        """A session is over; the last one of a site closes its sockets."""
        with self._lock:
            shared = self._sites.get(id(owner))
            if shared is None:
                return
            shared.users -= 1
            if shared.users:
                return
            del self._sites[id(owner)]
        shared.site.close()

    def library(self, cache: MediaCache, settings: Settings) -> MediaLibrary:
        """A library on a cache."""
        return MediaLibrary(cache, self.waited_for(), settings)

    def waited_for(self) -> Transport:
        """The transport of threads that wait for their download."""
        with self._lock:
            if self._waited_for is None:
                self._waited_for = Urllib3Transport(self._settings.transfer_threads)
            return self._waited_for

    def concurrent(self) -> Optional[ConcurrentTransport]:
        """The transport that carries many downloads at once, where this Python can load one."""
        if self._chosen:
            return self._concurrent
        with self._lock:
            if not self._chosen:
                chosen = open_transport(self._settings)
                self._concurrent = chosen if isinstance(chosen, ConcurrentTransport) else None
                self._chosen = True
            return self._concurrent

    def close(self) -> None:
        """Break off all downloads, and close all sockets. Call it when no lane runs anything any more."""
        with self._lock:
            sites, self._sites = list(self._sites.values()), {}
            transports = [self._concurrent, self._waited_for]
            self._concurrent, self._waited_for, self._chosen = None, None, True
        for shared in sites:
            shared.site.close()
        for transport in transports:
            if transport is not None:
                transport.close()
        self.transfers.close()


class _Shared:
    def __init__(self, owner: Any, site: SiteConnections) -> None:
        self.owner = owner  # kept: the id of an object that is gone may be another's
        self.site = site
        self.users = 0
