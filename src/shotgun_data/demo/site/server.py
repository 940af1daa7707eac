"""The embedded site as one object: start it, connect to it, break it, stop it."""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Dict, Mapping, Optional, Type

from aiohttp import web
from shotgun_api3.shotgun import Shotgun

from . import seeding
from .app import build
from .calls import CallLog
from .faults import FaultPlan
from .media_store import MediaStore
from .protocol import Dispatcher, Sessions
from .protocol.sessions import DEMO_KEY, DEMO_SCRIPT
from .store import Presentation, Store

__all__ = ["EmbeddedSite", "SiteNotStarted"]

HOST = "127.0.0.1"
MEDIA_HOST = "localhost"
_WORKERS = 8
_START_TIMEOUT = 30.0  # seconds


class SiteNotStarted(RuntimeError):
    """The site could not be started; the message says why and what to do."""


class EmbeddedSite:
    """A ShotGrid site in this process, served over HTTP to any unmodified ``shotgun_api3``.

    It answers on ``127.0.0.1`` only; its media host is the same listener under the name ``localhost``. Script ``demo``
    with key ``demo``, or any person with password ``demo`` (``artist`` is always there), may log in. All members may
    be used from any thread. A site is started once.

    :param port: to listen on; 0 takes a free one.
    :param shots: how many shots the production of an empty site gets.
    :param data_dir: where data and uploads are kept; None: they end with the site.
    :param latency: seconds added to each answer; may be changed while it runs.
    :param production: whether an empty site gets a production to look at.
    :ivar store: what the site knows, for direct access.
    :ivar media: pictures and files.
    :ivar faults: what goes wrong on purpose.
    :ivar calls: what reached the site.
    :ivar sessions: session tokens.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        shots: int = 240,
        data_dir: Optional[Path] = None,
        latency: float = 0.0,
        production: bool = True,
    ) -> None:
        if not 0 <= port <= 65535:
            raise ValueError(f"port must be from 0 to 65535, not {port}")
        if shots < 0:
            raise ValueError(f"shots can't be negative: {shots}")
        self.latency = latency
        self.store = Store(data_dir)
        self.media = MediaStore(data_dir)
        self.faults = FaultPlan()
        self.calls = CallLog()
        self.sessions = Sessions(self.store)
        self._wanted_port = port
        self._shots = shots
        self._production = production
        self._port: Optional[int] = None
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._thread: Optional[threading.Thread] = None
        self._workers: Optional[ThreadPoolExecutor] = None
        self._lock = threading.Lock()
        self._stopped = False

    def __repr__(self) -> str:
        state = "stopped" if self._stopped else "not started" if self._port is None else f"at {self.url}"
        return f"<{type(self).__name__} {state}>"

    @property
    def port(self) -> int:
        """The port it listens on; known once it is started."""
        if self._port is None:
            raise SiteNotStarted("The embedded site is not started yet.")
        return self._port

    @property
    def url(self) -> str:
        """The site's address, for ``shotgun_api3.Shotgun``."""
        return f"http://{HOST}:{self.port}"

    @property
    def media_url(self) -> str:
        """The address of its media host."""
        return f"http://{MEDIA_HOST}:{self.port}"

    def start(self) -> EmbeddedSite:
        """Fill the site where it is empty, and serve it from a background thread until :meth:`stop`.

        :raises SiteNotStarted: where the port is taken.
        """
        with self._lock:
            if self._stopped or self._thread is not None:
                raise SiteNotStarted("An embedded site is started once; make another one.")
            listener = self._listen()
            self._port = listener.getsockname()[1]
            try:
                self.media.serve_at(self.url, self.media_url)
                seeding.seed(self.store, self.media, self._shots if self._production else None)
                self._serve(listener)
            except BaseException:
                listener.close()
                raise
        return self

    def stop(self) -> None:
        """Stop serving at once: open connections are aborted. Idempotent; returns when everything has ended."""
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
            self.faults.clear()
            if self._loop is not None and self._thread is not None:
                self._loop.call_soon_threadsafe(self._loop.stop)
                self._thread.join()
            if self._workers is not None:
                self._workers.shutdown(wait=True)
            self.store.close()

    def __enter__(self) -> EmbeddedSite:
        return self.start()

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], where: Optional[TracebackType]
    ) -> None:
        self.stop()

    def expire_sessions(self) -> None:
        """Revoke all session tokens issued so far."""
        self.sessions.expire_all()

    def identify(self, auth: Mapping[str, Any]) -> Dict[str, Any]:
        """The person or script that these authentication parameters belong to, as a link.

        :raises APIFault: where they are wrong; the message is what the client shows.
        """
        return self.sessions.authenticate(auth).link

    def connect(self, **kwargs: Any) -> Shotgun:
        """A real client of this site, as script ``demo`` unless ``kwargs`` say otherwise."""
        if not any(name in kwargs for name in ("script_name", "login", "session_token")):
            kwargs = {"script_name": DEMO_SCRIPT, "api_key": DEMO_KEY, **kwargs}
        return Shotgun(self.url, **kwargs)

    def _listen(self) -> socket.socket:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, self._wanted_port))
        except OSError as error:
            listener.close()
            reason = {
                errno.EADDRINUSE: "it is taken",
                errno.EACCES: "it is not permitted to this user",
            }.get(error.errno or 0, error.strerror or str(error))
            raise SiteNotStarted(
                f"The site cannot listen on port {self._wanted_port} of {HOST}: {reason}."
                " Choose another port, or 0 for a free one."
            ) from error
        return listener

    def _serve(self, listener: socket.socket) -> None:
        present = Presentation(self.media.thumbnail_url, lambda number: f"{self.url}/file_serve/attachment/{number}")
        dispatcher = Dispatcher(self.store, self.sessions, present)
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="embedded-site-api")
        app = build(self, dispatcher, self._workers)
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(self._loop, app, listener, ready), name="embedded-site", daemon=True
        )
        self._thread.start()
        if not ready.wait(_START_TIMEOUT):
            raise SiteNotStarted("The embedded site did not start in time.")

    def _run(
        self, loop: asyncio.AbstractEventLoop, app: web.Application, listener: socket.socket, ready: threading.Event
    ) -> None:
        asyncio.set_event_loop(loop)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)

        async def begin() -> None:
            await runner.setup()
            await web.SockSite(runner, listener, backlog=512).start()

        async def end() -> None:
            if runner.server is not None:
                for connection in runner.server.connections:
                    transport = connection.transport
                    if isinstance(transport, asyncio.Transport):
                        transport.abort()
            await runner.cleanup()

        loop.run_until_complete(begin())
        loop.call_soon(ready.set)
        loop.run_forever()
        loop.run_until_complete(end())
        pending = asyncio.all_tasks(loop)
        for task in pending:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
