"""One request on its way to its one outcome."""

from __future__ import annotations

import abc
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Optional

from ..requests import Outcome, Progress, Ticket
from .transfers import Transfer

if TYPE_CHECKING:
    from ..site.connections import SiteConnections
    from .session import Session

#: Seconds between two reports of one download: more would keep the receiver busy with nothing to see.
PROGRESS_INTERVAL = 0.05


class Request:
    """Guarded by its session's lock."""

    __slots__ = ("attempts", "begun", "priority", "session", "ticket", "uid")

    def __init__(self, session: Session, uid: str, priority: int) -> None:
        self.session = session
        self.uid = uid
        self.priority = priority
        self.ticket: Optional[Ticket] = None
        self.begun = False  # being processed: clear() lets it complete
        self.attempts = 0

    @property
    def waiting(self) -> bool:
        """Whether clear() drops it."""
        return not self.begun

    def finish(self, request_type: str, data: dict[str, Any]) -> None:
        """Complete. The dict becomes the receiver's own."""
        self.session.post(Outcome(self.uid, request_type, data))

    def fail(self, request_type: str, error: BaseException) -> None:
        """Fail, with a message for a person."""
        message = str(error)
        if not isinstance(error, Exception):
            message = f"{type(error).__name__}: {message}"
        self.session.post(Outcome(self.uid, request_type, error=message or type(error).__name__))


class ApiRequest(Request):
    """A call of the site, or of the user's own function with a connection."""

    __slots__ = ("function", "request_type")

    def __init__(
        self,
        session: Session,
        uid: str,
        priority: int,
        request_type: str,
        function: Callable[[SiteConnections], dict[str, Any]],
    ) -> None:
        super().__init__(session, uid, priority)
        self.request_type = request_type
        self.function = function


class MediaRequest(Request):
    """A thumbnail or an attachment: looked up on disk first, then downloaded."""

    __slots__ = ("_told", "load_image", "media", "transfer")

    def __init__(self, session: Session, uid: str, priority: int, media: Media, load_image: bool) -> None:
        super().__init__(session, uid, priority)
        self.media = media
        self.load_image = load_image
        self.transfer: Optional[Transfer] = None
        self._told = 0.0

    @property
    def waiting(self) -> bool:
        """Waiting for its look-up, or for a download that has not begun."""
        return not self.begun and (self.transfer is None or not self.transfer.begun)

    def transfer_progress(self, received: int, total: Optional[int]) -> None:
        """The download got further. In a worker thread."""
        now = time.monotonic()
        if self.media.shows_progress and (now - self._told > PROGRESS_INTERVAL or received == total):
            self._told = now
            self.session.post(Progress(self.uid, received, total))

    def transfer_ended(self, path: Optional[Path], error: Optional[BaseException]) -> None:
        """The download is over. In a worker thread."""
        self.session.downloaded(self, path, error)


class Media(abc.ABC):
    """What a media request asks for, and how to get it. Knows no request: several share one download."""

    #: ``request_type`` of the two ways to complete.
    found_type: str
    downloaded_type: str
    #: Whether the receiver is told how far a download is.
    shows_progress = False
    lookup_priority: int
    download_priority: int

    @abc.abstractmethod
    def find(self) -> Optional[Path]:
        """The file on disk, or None. In a worker thread."""

    @abc.abstractmethod
    def key(self) -> object:
        """Requests of equal keys share one download. In a worker thread."""

    @abc.abstractmethod
    def fetch(self, transfer: Transfer) -> Optional[Path]:
        """Download; None where the site says that there is nothing. In a worker thread."""

    @abc.abstractmethod
    def data(self, path: Optional[Path], image: Any) -> dict[str, Any]:
        """The payload for the receiver."""
