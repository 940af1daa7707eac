"""A request that is a call of the site, or of the user's own function with a connection."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Callable, Optional

from ..requests import WORK
from .request import Request

if TYPE_CHECKING:
    from ..site.connections import SiteConnections
    from .session import Session

log = logging.getLogger(__name__)


class ApiRequest(Request):
    """One job on the work lane, tried again where that does no harm.

    :param function: makes the call, and gives the payload of the outcome.
    """

    __slots__ = ("function", "priority", "request_type")

    def __init__(
        self,
        session: Session,
        uid: str,
        request_type: str,
        priority: int,
        function: Callable[[SiteConnections], dict[str, Any]],
    ) -> None:
        super().__init__(session, uid)
        self.request_type = request_type
        self.priority = priority
        self.function = function

    def start(self) -> None:
        self.ticket = self.session.runner.submit(self._run, lane=WORK, priority=self.priority + self.shift)

    def move(self) -> None:
        if self.ticket is not None and self.waiting:
            self.ticket.set_priority(self.priority + self.shift)

    def _run(self) -> Optional[float]:
        session = self.session
        if not session.begin(self):
            return None
        self.attempts += 1
        try:
            data = self.function(session.site)
        except BaseException as error:  # noqa: BLE001 - becomes the request's outcome
            delay = session.policy.next_delay(self.attempts, error)
            if delay is None or not session.wants(self.uid):
                self.fail(self.request_type, error)
                return None
            log.info("%s; next attempt in %.1f s", error, delay)
            return delay
        self.finish(self.request_type, data)
        return None
