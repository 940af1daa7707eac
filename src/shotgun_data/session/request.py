"""One request on its way to its one outcome."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING, Any, Optional

from ..requests import Outcome, Ticket

if TYPE_CHECKING:
    from .session import Session


class Request(abc.ABC):
    """Guarded by its session's lock.

    :param shift: how far it was moved up (or down) among requests of its kind; 0 is the usual place.
    """

    __slots__ = ("attempts", "begun", "session", "shift", "ticket", "uid")

    def __init__(self, session: Session, uid: str, shift: int = 0) -> None:
        self.session = session
        self.uid = uid
        self.shift = shift
        self.ticket: Optional[Ticket] = None
        self.begun = False  # being processed: clear() lets it complete
        self.attempts = 0

    @abc.abstractmethod
    def start(self) -> None:
        """Queue its first piece of work. The call that made the request does nothing after this.

        :raises Stopped: there is nobody left to run it.
        """

    @abc.abstractmethod
    def move(self) -> None:
        """Its ``shift`` has changed: find its new place among those that wait."""

    @property
    def waiting(self) -> bool:
        """Whether clear() drops it."""
        return not self.begun

    def let_go(self) -> None:
        """Nobody wants its outcome any more: end its work where that is possible."""
        if self.ticket is not None:
            self.ticket.cancel()

    def finish(self, request_type: str, data: dict[str, Any]) -> None:
        """Complete. The dict becomes the receiver's own."""
        self.session.post(Outcome(self.uid, request_type, data))

    def fail(self, request_type: str, error: BaseException) -> None:
        """Fail, with a message for a person."""
        message = str(error)
        if not isinstance(error, Exception):
            message = f"{type(error).__name__}: {message}"
        self.session.post(Outcome(self.uid, request_type, error=message or type(error).__name__))
