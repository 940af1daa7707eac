"""Takes each request to exactly one outcome, or to none where it was stopped.

A request goes down: the face calls :meth:`Session.call` or :meth:`Session.media`, work is submitted to a lane,
and runs there. Its outcome comes up: :meth:`Session.post` to the receiver's mailbox, and in the receiver's
thread :meth:`Session.claim` decides whether it is still wanted.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Callable, Optional

from ..engine.collector import Burst
from ..engine.retry import RetryPolicy
from ..errors import Stopped
from ..requests import DISK, PREFETCH, News, Outcome, Runner, next_number
from ..site.connections import SiteConnections
from .api_request import ApiRequest
from .find_request import FindRequest
from .media_request import Decode, Media, MediaRequest
from .request import Request
from .transfer import Transfer
from .transfers import Transfers

#: Requests under way whose outcomes are a burst: a scan of all containers in the middle of it helps nobody.
_MANY = 256


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
    :param deliver: takes outcomes, rows and progress for the receiver's thread.
    :param pages_at_once: pages of one find that are read at the same time.
    :param max_prefetch: prefetches that may wait; of more, the oldest are dropped.
    :param burst: begins where much is to come, and is over when nothing is under way.
    """

    def __init__(
        self,
        runner: Runner,
        transfers: Transfers,
        site: SiteConnections,
        policy: RetryPolicy,
        deliver: Callable[[News], None],
        *,
        pages_at_once: int,
        max_prefetch: int,
        burst: Burst,
    ) -> None:
        self.runner = runner
        self.transfers = transfers
        self.site = site
        self.policy = policy
        self._deliver = deliver
        self._lock = threading.Lock()
        self.burst = burst
        self._pages_at_once = pages_at_once
        self._max_prefetch = max_prefetch
        self._requests: dict[str, Request] = {}
        self._prefetches: dict[str, MediaRequest] = {}  # those that nobody looks at yet, the oldest first
        self._stopped = False
        self._counts = dict.fromkeys(("completed", "failed", "stopped", "found", "downloaded"), 0)

    # -- requests go down --------------------------------------------------------------------------------

    def call(
        self, request_type: str, priority: int, function: Callable[[SiteConnections], dict[str, Any]]
    ) -> str:
        """Ask the site, or run a function with a connection; gives the request's uid.

        :raises Stopped: after :meth:`stop`.
        """
        return self._start(ApiRequest(self, str(next_number()), request_type, priority, function))

    def find(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
        """``find`` of the site, its pages read ahead; gives the request's uid.

        :raises Stopped: after :meth:`stop`.
        """
        return self._start(FindRequest(self, str(next_number()), args, kwargs, self._pages_at_once))

    def media(self, media: Media, decode: Optional[Decode] = None) -> str:
        """Get a file from disk or from the site; gives the request's uid.

        :param decode: makes an image of the file, in a worker thread; None where no image is wanted.
        :raises Stopped: after :meth:`stop`.
        """
        return self._start(MediaRequest(self, str(next_number()), media, decode))

    def media_batch(
        self, several: Sequence[Media], decode: Optional[Decode] = None, *, prefetch: bool = False
    ) -> list[str]:
        """The same for many at once, of one kind; gives their uids in the same order.

        :param prefetch: below everything else, and dropped when too many of them wait.
        :raises Stopped: after :meth:`stop`.
        """
        shift = PREFETCH if prefetch else 0
        requests = [MediaRequest(self, str(next_number()), media, decode, shift) for media in several]
        if not requests:
            return []
        self._register(requests, requests if prefetch else ())
        self._surely(requests, lambda: self._submit_look_ups(requests))
        if prefetch:
            self._drop_surplus()
        return [request.uid for request in requests]

    def _submit_look_ups(self, requests: Sequence[MediaRequest]) -> None:
        tickets = self.runner.submit_many(
            [request.look_up for request in requests], lane=DISK, priority=requests[0].lookup_priority
        )
        for request, ticket in zip(requests, tickets):
            request.ticket = ticket

    def _start(self, request: Request) -> str:
        self._register([request])
        self._surely([request], request.start)
        return request.uid

    def _register(self, requests: Sequence[Request], prefetches: Sequence[MediaRequest] = ()) -> None:
        with self._lock:
            if self._stopped or self.runner.closed:
                raise Stopped("this data retriever was stopped and takes no more requests: make a new one")
            self._requests.update((request.uid, request) for request in requests)
            self._prefetches.update((request.uid, request) for request in prefetches)
            many = len(self._requests) > _MANY
        if many:
            self.burst.begin()

    def _surely(self, requests: Sequence[Request], submit: Callable[[], None]) -> None:
        try:
            submit()
        except BaseException:
            with self._lock:
                for request in requests:
                    self._forget(request.uid)
            raise

    def _forget(self, uid: str) -> Optional[Request]:
        """Under the lock: whoever gets the request from here decides its end."""
        request = self._requests.pop(uid, None)
        if self._prefetches:
            self._prefetches.pop(uid, None)
        return request

    # -- for requests, in worker threads -----------------------------------------------------------------

    def begin(self, request: Request) -> bool:
        """From here on clear() lets it complete. False if it was stopped or cleared just now."""
        with self._lock:
            request.begun = request.uid in self._requests
            return request.begun

    def wait(self, request: Request) -> bool:
        """From here on clear() drops it. False if it was stopped just now."""
        with self._lock:
            request.begun = False
            return request.uid in self._requests

    def post(self, item: News) -> None:
        """Send something up to the receiver's thread, if anybody still waits for it."""
        if item.uid in self._requests:
            self._deliver(item)

    # -- in the receiver's thread ------------------------------------------------------------------------

    def claim(self, outcome: Outcome) -> bool:
        """Whether an outcome is still wanted. It is then delivered, and the request is over."""
        if self.burst.is_on:
            self.burst.check(idle=len(self._requests) <= 1)
        with self._lock:
            if self._forget(outcome.uid) is None:
                return False
            counts = self._counts
            counts["completed" if outcome.error is None else "failed"] += 1
            if outcome.error is None:
                kind = outcome.request_type.partition("_")[0]
                if kind in ("check", "download"):
                    counts["found" if kind == "check" else "downloaded"] += 1
            return True

    @property
    def busy(self) -> bool:
        """Whether so many requests are under way that their outcomes will come in quick succession."""
        return len(self._requests) > 16

    def wants(self, uid: str) -> bool:
        """Whether a request is still under way."""
        return uid in self._requests

    # -- stopping ----------------------------------------------------------------------------------------

    def cancel(self, uid: str) -> None:
        """Stop one request, waiting or running: no outcome comes for it any more."""
        self._drop(lambda: [uid])

    def clear(self) -> None:
        """Stop all requests that wait; those being processed go on to their outcome."""
        self._drop(lambda: [uid for uid, request in self._requests.items() if request.waiting])

    def drop_prefetches(self) -> None:
        """Stop all prefetches that wait."""
        self._drop(lambda: [uid for uid, request in self._prefetches.items() if request.waiting])

    def _drop_surplus(self) -> None:
        def surplus() -> list[str]:
            if len(self._prefetches) <= self._max_prefetch:
                return []
            # One that is just being looked up counts, and is not dropped; one that is downloaded does not count.
            not_begun = sum(not request.downloading for request in self._prefetches.values())
            waiting = [uid for uid, request in self._prefetches.items() if request.waiting]
            return waiting[: max(0, not_begun - self._max_prefetch)]

        self._drop(surplus)

    def _drop(self, choose: Callable[[], list[str]]) -> None:
        """Stop some requests, chosen under the lock: one that begins meanwhile has begun."""
        with self._lock:
            found = [self._forget(uid) for uid in choose()]
            dropped = [request for request in found if request is not None]
            self._counts["stopped"] += len(dropped)
            idle = not self._requests
        for request in dropped:
            request.let_go()
        self.burst.check(idle)

    def set_priority(self, uid: str, shift: int) -> None:
        """Move a request that waits; nothing happens once it is being processed."""
        with self._lock:
            request = self._requests.get(uid)
            if request is None:
                return
            request.shift = shift
            if shift > PREFETCH:
                self._prefetches.pop(uid, None)  # somebody looks at it now
        request.move()

    def start(self) -> None:
        """Begin work."""
        if self._stopped:
            raise Stopped("this data retriever was stopped and cannot be started again: make a new one")
        self.runner.start()

    def stop(self) -> None:
        """Stop all requests and block until what was being processed has ended. Idempotent."""
        left = self._drop_all()
        self.runner.stop()
        self.transfers.wait_until_ended(left)

    def abandon(self) -> None:
        """The same without waiting: the receiver is gone."""
        self._drop_all()
        self.runner.abandon()

    @property
    def stopped(self) -> bool:
        """Whether :meth:`stop` or :meth:`abandon` was called."""
        return self._stopped

    def cancel_all(self) -> None:
        """Stop all requests without an outcome; new ones are welcome."""
        with self._lock:
            dropped = list(self._requests.values())
            self._requests.clear()
            self._prefetches.clear()
            self._counts["stopped"] += len(dropped)
        for request in dropped:
            request.let_go()
        self.burst.end()

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

    # --------------------------------------------------------------------------------------------------

    def statistics(self) -> Statistics:
        """Counts of this moment."""
        with self._lock:
            waiting = sum(1 for request in self._requests.values() if request.waiting)
            return Statistics(waiting, len(self._requests) - waiting, **self._counts)

