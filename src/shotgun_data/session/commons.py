"""What the sessions of one task manager share: connections, kept-alive sockets, and downloads under way."""

from __future__ import annotations

import threading
from typing import Any, Callable, Optional

from ..engine.retry import RetryPolicy
from ..media.cache import MediaCache
from ..media.library import MediaLibrary
from ..media.transport import Transport
from ..media.urllib3_transport import Urllib3Transport
from ..requests import Runner
from ..settings import Settings
from ..site.connections import SiteConnections
from .transfers import Transfers


class Commons:
    """Thread-safe. Closed by the task manager, not by the sessions that come and go."""

    def __init__(self, runner: Runner, settings: Settings) -> None:
        self.transfers = Transfers(runner, RetryPolicy.of(settings))
        self._settings = settings
        self._lock = threading.Lock()
        self._sites: dict[int, _Shared] = {}
        self._transport: Optional[Transport] = None

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
        """A library on a cache, over the sockets that all libraries here share."""
        with self._lock:
            if self._transport is None:
                self._transport = Urllib3Transport(self._settings.transfer_threads)
            return MediaLibrary(cache, self._transport, settings)

    def close(self) -> None:
        """Close all sockets. Call it when nothing runs any more."""
        with self._lock:
            sites, self._sites = list(self._sites.values()), {}
            transport, self._transport = self._transport, None
        for shared in sites:
            shared.site.close()
        if transport is not None:
            transport.close()


class _Shared:
    def __init__(self, owner: Any, site: SiteConnections) -> None:
        self.owner = owner  # kept: the id of an object that is gone may be another's
        self.site = site
        self.users = 0
