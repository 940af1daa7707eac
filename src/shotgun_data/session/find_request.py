"""A find: its pages are read ahead, by several workers at once, and told of as they arrive."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Optional

from ..requests import API_CALL, WORK, Rows, Ticket
from ..site import calls
from ..site.paging import FindPages, Page
from .request import Request

if TYPE_CHECKING:
    from .session import Session

log = logging.getLogger(__name__)


#: A full first page has so many more read ahead at once: a third more round trips for 10,000 rows, if it was one.
AFTER_THE_FIRST = 3


class FindRequest(Request):
    """One job for each page, on the work lane.

    The first page goes alone: most finds have no other. Then some are read ahead, and each full page lets one more be,
    up to ``most_at_once``, so that a long find is read by several connections, and a short one costs the site next to
    nothing in pages that turn out not to exist. Rows are told of in their order, whatever order the pages came in.
    """

    __slots__ = (
        "_args",
        "_asked",
        "_asking",
        "_attempts",
        "_failure",
        "_kwargs",
        "_last",
        "_lock",
        "_most_at_once",
        "_over",
        "_pages",
        "_plan",
        "_queued",
        "_rows",
        "_told",
        "_waiting",
        "_window",
    )

    def __init__(
        self, session: Session, uid: str, args: Sequence[Any], kwargs: Mapping[str, Any], most_at_once: int
    ) -> None:
        super().__init__(session, uid)
        self._args = args
        self._kwargs = kwargs
        self._most_at_once = most_at_once
        self._plan: Optional[FindPages] = None
        self._lock = threading.Lock()  # of what follows
        self._pages: dict[int, list[Any]] = {}  # read, and not told of: one before them has not come
        self._rows: list[Any] = []
        self._waiting: dict[int, Optional[Ticket]] = {}  # pages asked for that have not come
        self._attempts: dict[int, int] = {}
        self._asked = self._queued = 1  # the highest page to be asked for, and that is in the queue or was
        self._asking = False  # whether a thread is putting pages into the queue
        self._told = 0  # the last page whose rows the receiver was told of
        self._last: Optional[int] = None  # the last page there is, or that is needed, once known
        self._failure: Optional[BaseException] = None  # of that page
        self._window = 1
        self._over = False

    def start(self) -> None:
        self.ticket = self.session.runner.submit(self._run, lane=WORK, priority=API_CALL + self.shift)

    def move(self) -> None:
        with self._lock:
            tickets = [ticket for ticket in self._waiting.values() if ticket is not None]
        if self.ticket is not None and self.waiting:
            tickets.append(self.ticket)
        for ticket in tickets:
            ticket.set_priority(API_CALL + self.shift)

    def let_go(self) -> None:
        super().let_go()
        with self._lock:
            self._over = True
        self._cancel_from(1)

    # -- in worker threads -------------------------------------------------------------------------------

    def _run(self) -> Optional[float]:
        if not self.session.begin(self):
            return None
        try:
            if self._plan is None:
                self._plan = FindPages.plan(self.session.site, self._args, self._kwargs)
            if self._plan is None:
                return self._read_at_once()
            self._last = self._plan.last_page
            self.session.burst.begin()
        except BaseException as error:  # noqa: BLE001 - becomes the request's outcome
            return self._trouble(1, error)
        return self._read(1)

    def _read_at_once(self) -> Optional[float]:
        rows = calls.call(self.session.site, "find", self._args, self._kwargs)
        if isinstance(rows, (list, tuple)):  # an app's double gives whatever it gives, perhaps to be read only once
            self._tell(list(rows))
        self.finish("find", {"sg": rows})
        return None

    def _read(self, number: int) -> Optional[float]:
        assert self._plan is not None
        if self._over or not self.session.wants(self.uid):
            return None
        try:
            page = self._plan.fetch(self.session.site, number)
        except BaseException as error:  # noqa: BLE001 - becomes the request's outcome
            return self._trouble(number, error)
        self._arrived(number, page)
        return None

    def _trouble(self, number: int, error: BaseException) -> Optional[float]:
        with self._lock:
            if self._is_needless(number):
                return None
            self._attempts[number] = self._attempts.get(number, 0) + 1
            attempts = self._attempts[number]
        delay = self.session.policy.next_delay(attempts, error)
        if delay is not None and self.session.wants(self.uid):
            log.info("%s; next attempt in %.1f s", error, delay)
            return delay
        with self._lock:
            self._waiting.pop(number, None)
            if self._is_needless(number):
                return None
            # It counts when those before it have come: one of them may turn out to be the last, and then this
            # page does not exist. Those after it are not needed in either case.
            self._last, self._failure = number, error
        self._go_on()
        return None

    def _arrived(self, number: int, page: Page) -> None:
        with self._lock:
            self._waiting.pop(number, None)
            if self._is_needless(number):
                return
            self._pages[number] = page.rows
            if not page.more:
                self._last, self._failure = number, None
        self._go_on()

    def _is_needless(self, number: int) -> bool:
        return self._over or (self._last is not None and number > self._last)

    def _go_on(self) -> None:
        """Tell what can be told of, and ask for more, or end."""
        with self._lock:
            if self._over:
                return
            # Told of under the lock: two threads must not overtake one another on their way to the receiver.
            while not self._is_needless(self._told + 1) and self._told + 1 in self._pages:
                self._told += 1
                assert self._plan is not None
                rows = self._plan.wanted(self._pages.pop(self._told), len(self._rows))
                self._rows += rows
                if rows or self._told == 1:
                    self._tell(rows)
            last = self._last
            failure = self._failure if self._told + 1 == last else None
            ended = self._over = failure is not None or self._told == last
            if not ended:
                self._open_window()
        if last is not None:
            self._cancel_from(last + 1)
        self._ask_for_pages()
        if failure is not None:
            self.fail("find", failure)
        elif ended:
            self.finish("find", {"sg": self._rows})

    def _open_window(self) -> None:
        """Decide which pages to ask for now."""
        self._window = min(max(self._window + 1, AFTER_THE_FIRST), self._most_at_once)
        while len(self._waiting) < self._window and (self._last is None or self._asked < self._last):
            self._asked += 1
            self._waiting[self._asked] = None

    def _ask_for_pages(self) -> None:
        # One thread at a time, so that they are queued in their order; and never from within itself: a manager of an
        # app's own may run each page here and now, and those of a long find would be nested until Python gives up.
        with self._lock:
            if self._asking:
                return
            self._asking = True
        while True:
            with self._lock:
                if self._queued == self._asked:
                    self._asking = False
                    return
                self._queued += 1
                number = self._queued
                wanted = number in self._waiting
            if wanted:
                self._ask(number)

    def _ask(self, number: int) -> None:
        shift = self.shift
        try:
            ticket = self.session.runner.submit(partial(self._read, number), lane=WORK, priority=API_CALL + shift)
        except BaseException as error:  # noqa: BLE001 - the runner was stopped
            self._trouble(number, error)
            return
        with self._lock:
            wanted = number in self._waiting
            if wanted:
                self._waiting[number] = ticket
        if not wanted:
            ticket.cancel()  # or it has come already
        elif self.shift != shift:
            ticket.set_priority(API_CALL + self.shift)

    def _cancel_from(self, number: int) -> None:
        with self._lock:
            needless = [one for one in self._waiting if one >= number]
            tickets = [self._waiting.pop(one) for one in needless]
        for ticket in tickets:
            if ticket is not None:
                ticket.cancel()

    def _tell(self, rows: list[Any]) -> None:
        self.session.post(Rows(self.uid, "find", {"sg": list(rows)}))
