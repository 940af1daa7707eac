"""A request for a thumbnail or an attachment: looked up on disk first, then downloaded."""

from __future__ import annotations

import abc
import functools
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Optional

from ..errors import MediaRejected, Stopped
from ..media.steps import Steps
from ..requests import DISK, Progress
from .request import Request
from .transfer import Transfer

if TYPE_CHECKING:
    from .session import Session

#: Seconds between two reports of one download: more would keep the receiver busy with nothing to see.
PROGRESS_INTERVAL = 0.05

Decode = Callable[[Path], Any]


class Media(abc.ABC):
    """What a media request asks for, and how to get it. Knows no request: several share one download."""

    __slots__ = ()

    #: ``request_type`` of the two ways to complete.
    found_type: str
    downloaded_type: str
    #: Whether the receiver is told how far a download is.
    shows_progress = False
    #: Whether it is small enough to be carried with many others on one thread.
    flies = False
    lookup_priority: int
    download_priority: int

    @abc.abstractmethod
    def find(self) -> Optional[Path]:
        """The file on disk, or None. In a worker thread."""

    @abc.abstractmethod
    def key(self) -> object:
        """Requests of equal keys share one download. In a worker thread."""

    @abc.abstractmethod
    def fetch(self, transfer: Transfer) -> Steps[Optional[Path]]:
        """Download, step by step; None where the site says that there is nothing. Called in a worker thread."""

    @abc.abstractmethod
    def data(self, path: Optional[Path], image: Any) -> dict[str, Any]:
        """The payload for the receiver."""


class MediaRequest(Request):
    """One look-up on the disk lane; where nothing is found, one of those who wait for a transfer.

    :param decode: makes an image of the file, in a worker thread, or None where it cannot be read; None: nobody
        asked for one.
    """

    __slots__ = ("_told", "decode", "media", "transfer")

    def __init__(
        self, session: Session, uid: str, media: Media, decode: Optional[Decode], shift: int = 0
    ) -> None:
        super().__init__(session, uid, shift)
        self.media = media
        self.decode = decode
        self.transfer: Optional[Transfer] = None
        self._told = 0.0

    @property
    def priority(self) -> int:
        """Its place among those that wait for downloads."""
        return self.media.download_priority + self.shift

    @property
    def is_decoded(self) -> bool:
        """Whether an image is wanted."""
        return self.decode is not None

    @property
    def waiting(self) -> bool:
        """Waiting for its look-up, or for a download that has not begun."""
        return not self.begun and not self.downloading

    @property
    def downloading(self) -> bool:
        """Whether its download has begun."""
        return self.transfer is not None and self.transfer.begun

    @property
    def lookup_priority(self) -> int:
        """Its place among those that wait for the disk."""
        return self.media.lookup_priority + self.shift

    def start(self) -> None:
        self.ticket = self.session.runner.submit(self.look_up, lane=DISK, priority=self.lookup_priority)

    def move(self) -> None:
        if self.transfer is not None:
            self.session.transfers.reprioritise(self.transfer)
        elif self.ticket is not None and self.waiting:
            self.ticket.set_priority(self.lookup_priority)

    def let_go(self) -> None:
        super().let_go()
        if self.transfer is not None:
            self.session.transfers.leave(self.transfer, self)

    # -- in worker threads -------------------------------------------------------------------------------

    def look_up(self) -> Optional[float]:
        """Find it on disk, or join its transfer."""
        if not self.session.begin(self):
            return None
        try:
            # Twice where its download has ended in between: ten requests at once are one download, always.
            if not self._find() and not self._join() and not self._find():
                self._join(looked_again=True)
        except BaseException as error:  # noqa: BLE001 - becomes the request's outcome
            self.fail(self.media.found_type, error)
        return None

    def _find(self) -> bool:
        """Whether it was on disk, and the request is over."""
        path = self.media.find()
        if path is None:
            return False
        try:
            image = None if self.decode is None else self.decode(path)
        except MediaRejected:
            return False  # a broken file, left by some other tool: get it anew
        self.finish(self.media.found_type, self.media.data(path, image))
        return True

    def _join(self, looked_again: bool = False) -> bool:
        """Whether it waits for a transfer now, or was stopped."""
        session = self.session
        if not session.wait(self):
            return True
        shift = self.shift
        transfer = session.transfers.join(
            self.media.key(), self, self.media.fetch, flies=self.media.flies, looked_again=looked_again
        )
        if transfer is None:
            return not session.begin(self)
        self.transfer = transfer
        if self.shift != shift:  # moved between the two
            session.transfers.reprioritise(transfer)
        if not session.wants(self.uid):  # stopped between the two
            session.transfers.leave(transfer, self)
        return True

    def transfer_progress(self, received: int, total: Optional[int]) -> None:
        """The download got further. In a worker thread."""
        now = time.monotonic()
        if self.media.shows_progress and (now - self._told > PROGRESS_INTERVAL or received == total):
            self._told = now
            self.session.post(Progress(self.uid, received, total))

    def transfer_ended(self, path: Optional[Path], error: Optional[BaseException], on_disk_lane: bool) -> None:
        """The download is over. In a worker thread.

        :param on_disk_lane: this thread may spend its time on decoding; a transport's may not.
        """
        if not self.session.begin(self):
            return
        request_type = self.media.downloaded_type
        if error is not None:
            self.fail(request_type, error)
        elif path is None or self.decode is None:
            self.finish(request_type, self.media.data(path, None))
        elif on_disk_lane:
            self._finish_decoded(path, self.decode)
        else:
            work = functools.partial(self._finish_decoded, path, self.decode)
            try:
                self.ticket = self.session.runner.submit(
                    work, lane=DISK, priority=self.lookup_priority
                )
            except Stopped as stopped:
                self.fail(request_type, stopped)

    def _finish_decoded(self, path: Path, decode: Decode) -> None:
        if not self.session.wants(self.uid):
            return
        request_type = self.media.downloaded_type
        try:
            data = self.media.data(path, decode(path))
        except BaseException as error:  # noqa: BLE001 - becomes the request's outcome
            self.fail(request_type, error)
        else:
            self.finish(request_type, data)
