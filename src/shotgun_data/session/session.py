"""Takes each request to exactly one outcome, or to none where it was stopped.

A request goes down: the face calls :meth:`Session.call` or :meth:`Session.media`, work is submitted to a lane,
and runs there. Its outcome comes up: :meth:`Session.post` to the receiver's mailbox, and in the receiver's
thread :meth:`Session.claim` decides whether it is still wanted.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
import threading
from pathlib import Path
from typing import Any, Callable, Optional, Union

from ..engine.retry import RetryPolicy
from ..errors import MediaRejected, Stopped
from ..requests import Outcome, Progress, Runner, next_number
from ..site.connections import SiteConnections
from .request import ApiRequest, Media, MediaRequest, Request
from .transfers import Transfer, Transfers

log = logging.getLogger(__name__)

Decode = Callable[[Path], Any]


@dataclasses.dataclass(frozen=True)
class Statistics:
    """What became of a session's requests so far, and what is under way."""

    waiting: int = 0
    running: int = 0
    completed: int = 0
    failed: int = 0
    stopped: int = 0
    found: int = 0
    downloaded: int = 0


class Session:
    """All requests of one retriever. Every method is thread-safe; only :meth:`stop` blocks.

    :param runner: who runs the work.
    :param transfers: the downloads under way, shared with other sessions of the same runner.
    :param site: where calls go.
    :param deliver: takes outcomes and progress for the receiver's thread.
    :param decode: makes an image of a file, in a worker thread; None where the toolkit cannot read it.
    """

    def __init__(
        self,
        runner: Runner,
        transfers: Transfers,
        site: SiteConnections,
        policy: RetryPolicy,
        deliver: Callable[[Union[Outcome, Progress]], None],
        decode: Decode,
    ) -> None:
        self._runner = runner
        self._transfers = transfers
        self._site = site
        self._policy = policy
        self._deliver = deliver
        self._decode = decode
        self._lock = threading.Lock()
        self._requests: dict[str, Request] = {}
        self._stopped = False
        self._counts = dict.fromkeys(("completed", "failed", "stopped", "found", "downloaded"), 0)

    # -- requests go down --------------------------------------------------------------------------------

    def call(
        self, request_type: str, priority: int, function: Callable[[SiteConnections], dict[str, Any]]
    ) -> str:
        """Ask the site, or run a function with a connection; gives the request's uid.

        :raises Stopped: after :meth:`stop`.
        """
        request = ApiRequest(self, str(next_number()), priority, request_type, function)
        self._register(request)
        self._submit(request, functools.partial(self._run_call, request), "work", priority)
        return request.uid

    def media(self, media: Media, load_image: bool = False) -> str:
        """Get a file from disk or from the site; gives the request's uid.

        :raises Stopped: after :meth:`stop`.
        """
        request = MediaRequest(self, str(next_number()), media.download_priority, media, load_image)
        self._register(request)
        self._submit(request, functools.partial(self._look_up, request), "disk", media.lookup_priority)
        return request.uid

    def _register(self, request: Request) -> None:
        with self._lock:
            if self._stopped or self._runner.closed:
                raise Stopped("this data retriever was stopped and takes no more requests: make a new one")
            self._requests[request.uid] = request

    def _submit(
        self, request: Request, work: Callable[[], Optional[float]], lane: str, priority: int
    ) -> None:
        try:
            request.ticket = self._runner.submit(work, lane=lane, priority=priority)
        except BaseException:
            with self._lock:
                self._requests.pop(request.uid, None)
            raise

    # -- in worker threads -------------------------------------------------------------------------------

    def _begin(self, request: Request) -> bool:
        """From here on clear() lets it complete. False if it was stopped or cleared just now."""
        with self._lock:
            request.begun = request.uid in self._requests
            return request.begun

    def _run_call(self, request: ApiRequest) -> Optional[float]:
        if not self._begin(request):
            return None
        request.attempts += 1
        try:
            data = request.function(self._site)
        except BaseException as error:  # noqa: BLE001 - becomes the request's outcome
            delay = self._policy.next_delay(request.attempts, error)
            if delay is None or request.uid not in self._requests:
                request.fail(request.request_type, error)
                return None
            log.info("%s; next attempt in %.1f s", error, delay)
            return delay
        request.finish(request.request_type, data)
        return None

    def _look_up(self, request: MediaRequest) -> Optional[float]:
        if not self._begin(request):
            return None
        media = request.media
        try:
            path = media.find()
            if path is not None:
                try:
                    image = self._decode(path) if request.load_image else None
                except MediaRejected:
                    path = None  # a broken file, left by some other tool: get it anew
                else:
                    request.finish(media.found_type, media.data(path, image))
                    return None
            self._join(request)
        except BaseException as error:  # noqa: BLE001 - becomes the request's outcome
            request.fail(media.found_type, error)
        return None

    def _join(self, request: MediaRequest) -> None:
        key = request.media.key()
        with self._lock:
            request.begun = False  # waiting again, for a transfer this time
            wanted = request.uid in self._requests
        if not wanted:
            return
        transfer = self._transfers.join(key, request, request.media.fetch)
        with self._lock:
            request.transfer = transfer
            wanted = request.uid in self._requests
        if not wanted:  # stopped between the two
            self._transfers.leave(transfer, request)

    def downloaded(
        self, request: MediaRequest, path: Optional[Path], error: Optional[BaseException]
    ) -> None:
        """A request's transfer is over."""
        request_type = request.media.downloaded_type
        with self._lock:
            request.begun = True
        if error is not None:
            request.fail(request_type, error)
        elif path is None or not request.load_image:
            request.finish(request_type, request.media.data(path, None))
        else:
            # Decoding is for the disk lane: this thread's time belongs to the network.
            work = functools.partial(self._decode_downloaded, request, path)
            try:
                request.ticket = self._runner.submit(work, lane="disk", priority=request.media.lookup_priority)
            except Stopped as stopped:
                request.fail(request_type, stopped)

    def _decode_downloaded(self, request: MediaRequest, path: Path) -> Optional[float]:
        request_type = request.media.downloaded_type
        if request.uid not in self._requests:
            return None
        try:
            data = request.media.data(path, self._decode(path))
        except BaseException as error:  # noqa: BLE001 - becomes the request's outcome
            request.fail(request_type, error)
        else:
            request.finish(request_type, data)
        return None

    def post(self, item: Union[Outcome, Progress]) -> None:
        """Send something up to the receiver's thread, if anybody still waits for it."""
        if item.uid in self._requests:
            self._deliver(item)

    # -- in the receiver's thread ------------------------------------------------------------------------

    def claim(self, outcome: Outcome) -> bool:
        """Whether an outcome is still wanted. It is then delivered, and the request is over."""
        with self._lock:
            if self._requests.pop(outcome.uid, None) is None:
                return False
            counts = self._counts
            counts["completed" if outcome.error is None else "failed"] += 1
            if outcome.error is None:
                kind = outcome.request_type.partition("_")[0]
                if kind in ("check", "download"):
                    counts["found" if kind == "check" else "downloaded"] += 1
            return True

    def wants(self, uid: str) -> bool:
        """Whether a request is still under way."""
        return uid in self._requests

    # -- stopping ----------------------------------------------------------------------------------------

    def cancel(self, uid: str) -> None:
        """Stop one request, waiting or running: no outcome comes for it any more."""
        with self._lock:
            request = self._requests.pop(uid, None)
            if request is None:
                return
            self._counts["stopped"] += 1
        self._let_go(request)

    def clear(self) -> None:
        """Stop all requests that wait; those being processed go on to their outcome."""
        with self._lock:
            dropped = [request for request in self._requests.values() if request.waiting]
            for request in dropped:
                del self._requests[request.uid]
            self._counts["stopped"] += len(dropped)
        for request in dropped:
            self._let_go(request)

    def set_priority(self, uid: str, priority: int) -> None:
        """Move a request that waits; nothing happens once it is being processed."""
        with self._lock:
            request = self._requests.get(uid)
            if request is None:
                return
            request.priority = priority
        if isinstance(request, MediaRequest) and request.transfer is not None:
            self._transfers.reprioritise(request.transfer)
        elif request.ticket is not None and request.waiting:
            request.ticket.set_priority(priority)

    def start(self) -> None:
        """Begin work."""
        if self._stopped:
            raise Stopped("this data retriever was stopped and cannot be started again: make a new one")
        self._runner.start()

    def stop(self) -> None:
        """Stop all requests and block until what was being processed has ended. Idempotent."""
        left = self._drop_all()
        self._runner.stop()
        self._transfers.wait_until_ended(left)

    def abandon(self) -> None:
        """The same without waiting: the receiver is gone."""
        self._drop_all()
        self._runner.abandon()

    @property
    def stopped(self) -> bool:
        """Whether :meth:`stop` or :meth:`abandon` was called."""
        return self._stopped

    def cancel_all(self) -> None:
        """Stop all requests without an outcome; new ones are welcome."""
        with self._lock:
            dropped = list(self._requests.values())
            self._requests.clear()
            self._counts["stopped"] += len(dropped)
        for request in dropped:
            self._let_go(request)

    def _drop_all(self) -> list[Transfer]:
        with self._lock:
            self._stopped = True
            left = [
                request.transfer
                for request in self._requests.values()
                if isinstance(request, MediaRequest) and request.transfer is not None
            ]
        self.cancel_all()
        return left

    def _let_go(self, request: Request) -> None:
        if request.ticket is not None:
            request.ticket.cancel()
        if isinstance(request, MediaRequest) and request.transfer is not None:
            self._transfers.leave(request.transfer, request)

    # --------------------------------------------------------------------------------------------------

    def statistics(self) -> Statistics:
        """Counts of this moment."""
        with self._lock:
            waiting = sum(1 for request in self._requests.values() if request.waiting)
            return Statistics(waiting, len(self._requests) - waiting, **self._counts)

