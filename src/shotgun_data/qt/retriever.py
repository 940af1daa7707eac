"""``ShotgunDataRetriever``: ShotGrid data and media in the background, told of by two signals."""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from typing import Any, Callable, Optional, Union

from .. import synchronous
from ..bundle import current_bundle
from ..errors import Stopped, TankError
from ..requests import Outcome, Progress
from ..session.media import Attachment, Thumbnail, ThumbnailSource
from ..session.media_request import Media
from ..session.session import Statistics
from ..settings import Settings
from .api_requests import ApiRequests
from .binding import QtCore
from .delivery import Delivery
from .image_cache import ImageCacheStatistics
from .images import as_box
from .opening import Desk, open_desk
from .ownership import DiesAtHome, abandoned

log = logging.getLogger(__name__)

ImageSize = Union[tuple[int, int], QtCore.QSize, None]


class ShotgunDataRetriever(ApiRequests, DiesAtHome):
    """Retrieves data and media from a ShotGrid site without ever blocking the thread that asks.

    Each request returns a uid at once, as a str. Later exactly one of :attr:`work_completed` and
    :attr:`work_failure` comes for it, in the thread that this object lives in (see ``QObject.thread``), never
    before the request method has returned; none comes if the request was stopped or the retriever was.

    Requests are taken in this order: look-ups of attachments and thumbnails that may be on disk, the schema,
    API calls, downloads of attachments, downloads of thumbnails; and within one kind, first in, first out.
    They may be made from any thread and from inside the slots; before :meth:`start` they wait.

    :param parent: Qt parent, or None.
    :param sg: the ``shotgun_api3.Shotgun`` to use; it is only read: each worker thread has a connection of its
        own, cloned from it. In Toolkit it may be left out: then it is the current bundle's.
    :param bg_task_manager: a :class:`BackgroundTaskManager` to share threads, connections and downloads with
        others; None makes one that is this retriever's own. One that was handed in goes on after :meth:`stop`.
    :param settings: tuning; None takes the defaults and ``SHOTGUN_DATA_*`` from the environment.
    :raises TankError: there is no connection; the message says what to pass.
    """

    #: ``work_completed(str uid, str request_type, dict data)``
    work_completed = QtCore.Signal(str, str, object)  # object: a dict would be copied, row by row, by the binding
    #: ``work_failure(str uid, str message)``
    work_failure = QtCore.Signal(str, str)
    #: ``work_progress(str uid, int received, int total or None)``: bytes of an attachment's download so far.
    work_progress = QtCore.Signal(str, object, object)

    def __init__(
        self,
        parent: Optional[QtCore.QObject] = None,
        sg: Optional[Any] = None,
        bg_task_manager: Optional[Any] = None,
        *,
        settings: Optional[Settings] = None,
    ) -> None:
        DiesAtHome.__init__(self, parent)
        self._remember_home()
        settings = settings or Settings()
        bundle = current_bundle() if sg is None else None
        if sg is None and bundle is None:
            raise TankError(
                "ShotgunDataRetriever needs a connection: pass sg=shotgun_api3.Shotgun(url, script_name, "
                "api_key), or create it in code that belongs to a Toolkit app, engine or framework."
            )
        self._delivery: Delivery[Union[Outcome, Progress]] = Delivery(
            self, self._deliver, settings.delivery_budget
        )
        self._desk: Desk = open_desk(self, sg, bundle, bg_task_manager, settings, self._delivery.mailbox.put)
        # Deleted without stop(): nobody is there to be told, and nobody waits.
        abandoned(self, self._desk.abandon)

    # -- life --------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to work on requests; with a shared manager, on everybody's.

        :raises TankError: this retriever was stopped: it has let go of its task manager.
        """
        self._desk.session.start()

    def stop(self) -> None:
        """Stop for good, gracefully: requests that wait are dropped, and this call blocks until what is being
        processed has ended. A download ends at its next chunk and leaves no file; an API call is waited for.

        No signal comes afterwards, and the object can only be discarded. Idempotent; safe in ``closeEvent`` and
        in a slot.
        """
        self._delivery.close()
        self._desk.close()

    def clear(self) -> None:
        """Drop the requests that wait, without a signal. Those being processed complete, with theirs."""
        self._desk.session.clear()

    def stop_work(self, task_id: Union[str, int, None]) -> None:
        """Stop one request, whether it waits or runs: no signal comes for it any more.

        A download ends at its next chunk; an API call that is under way cannot be taken back, its answer is
        dropped. An unknown uid is ignored, as is None.

        :param task_id: the uid that the request returned.
        """
        if task_id is not None:
            self._desk.session.cancel(str(task_id))

    def set_priority(self, uid: str, priority: int) -> None:
        """Move a request that waits for the site or for its download; a higher priority goes first."""
        self._desk.session.set_priority(str(uid), priority)

    @property
    def statistics(self) -> Statistics:
        """What is under way and what became of the requests so far; a frozen set of counts."""
        return self._desk.session.statistics()

    @property
    def image_statistics(self) -> ImageCacheStatistics:
        """What the memory for decoded images holds, and how often it had what was asked for; a frozen set of counts.

        Retrievers of one task manager share that memory (``Settings.image_cache_bytes`` of the manager).
        """
        return self._desk.image_cache.statistics

    # -- media -------------------------------------------------------------------------------------------

    def request_thumbnail(
        self,
        url: Optional[str],
        entity_type: str,
        entity_id: int,
        field: str = "image",
        load_image: bool = False,
        image_size: ImageSize = None,
    ) -> Optional[str]:
        """Get a thumbnail from the cache on disk or from the site.

        Completes as ``check_thumbnail`` (found on disk) or ``download_thumbnail`` with
        ``{"thumb_path": str, "image": QImage or None}``; ``thumb_path`` is None where there is no thumbnail. A
        url that has expired is asked for again, and a picture that the site is still transcoding is waited
        for, within ``Settings.transcode_wait``.

        :param url: the value of the field, as a find call returned it; None for an entity without one.
        :param field: usually ``image``, or a deep link such as ``sg_sequence.Sequence.image``.
        :param load_image: also decode the picture, in a worker thread.
        :param image_size: width and height in device pixels, as a pair or a QSize: decode the picture at the
            largest size that fits, which is faster and takes less memory than the whole. Its proportions are
            kept, and it is never enlarged. It comes as RGB32, or ARGB32_Premultiplied where it has transparency,
            and on a dense display still needs its ``setDevicePixelRatio``. Implies ``load_image``.
        :returns: the request's uid; None, with a warning in the log, after :meth:`stop`.
        :raises TypeError: ``image_size`` is not a size.
        :raises ValueError: it has no pixels.
        """
        return self._media(
            lambda desk: Thumbnail(desk.sources, url, entity_type, entity_id, field), load_image, image_size
        )

    def request_thumbnail_source(
        self,
        entity_type: str,
        entity_id: int,
        load_image: bool = False,
        image_size: ImageSize = None,
    ) -> Optional[str]:
        """Get the file that a thumbnail was made of, in the format and size in which it was uploaded.

        Completes as :meth:`request_thumbnail` does; ``image`` is None too for a format that Qt cannot read.

        :param image_size: as there. The limit ``Settings.max_image_pixels`` is for the picture in the file.
        :returns: the request's uid; None, with a warning in the log, after :meth:`stop`.
        :raises TypeError: ``image_size`` is not a size.
        :raises ValueError: it has no pixels.
        """
        return self._media(
            lambda desk: ThumbnailSource(desk.sources, entity_type, entity_id), load_image, image_size
        )

    def request_attachment(self, attachment_entity: Mapping[str, Any]) -> Optional[str]:
        """Get an attached file from the cache on disk or from the site.

        Completes as ``check_attachment`` (found on disk) or ``download_attachment`` with
        ``{"file_path": str}``; :attr:`work_progress` tells how far the download is.

        :param attachment_entity: an Attachment with at least its ``this_file`` field, as a find call returned it.
        :returns: the request's uid; None, with a warning in the log, after :meth:`stop`.
        """
        return self._media(lambda desk: Attachment(desk.sources, attachment_entity))

    @staticmethod
    def download_thumbnail(url: str, bundle: Any) -> str:
        """Get a thumbnail, blocking: its path in the cache, downloaded first if it is not there.

        From any thread. Urls of thumbnails expire: pass one that a find call has just returned. Better use
        :meth:`request_thumbnail`, which does not block.

        :param bundle: any object with ``shotgun`` and ``site_cache_location`` or ``cache_location``.
        :raises TankError: it cannot be had; the message says why.
        """
        return synchronous.download_thumbnail(url, bundle)

    @staticmethod
    def download_thumbnail_source(entity_type: str, entity_id: int, bundle: Any) -> str:
        """Get the file that a thumbnail was made of, blocking: its path in the cache. From any thread.

        :param bundle: any object with ``shotgun`` and ``site_cache_location`` or ``cache_location``.
        :raises TankError: it cannot be had; the message says why.
        """
        return synchronous.download_thumbnail_source(entity_type, entity_id, bundle)

    # --------------------------------------------------------------------------------------------------

    def _media(
        self, make: Callable[[Desk], Media], load_image: bool = False, image_size: ImageSize = None
    ) -> Optional[str]:
        box = as_box(image_size)  # said to the one who asks, not by a signal later
        desk = self._desk
        decode = None
        if load_image or box is not None:
            decode = functools.partial(desk.images.read, size=box)
        try:
            return desk.session.media(make(desk), decode)
        except Stopped as stopped:
            log.warning("A request for media was ignored: %s", stopped)
            return None

    def _deliver(self, item: Union[Outcome, Progress]) -> None:
        self._remember_home()
        session = self._desk.session
        if isinstance(item, Progress):
            if session.wants(item.uid):
                self.work_progress.emit(item.uid, item.received, item.total)
        elif session.claim(item):
            if item.error is not None:
                self.work_failure.emit(item.uid, item.error)
            else:
                self.work_completed.emit(item.uid, item.request_type, item.data)

    def __repr__(self) -> str:
        return f"<ShotgunDataRetriever of {self._desk.site.host}: {self.statistics}>"
