"""``ShotgunDataRetriever``: ShotGrid data and media in the background, told of by two signals."""

from __future__ import annotations

from typing import Any, Optional, Union

from ..bundle import current_bundle
from ..errors import TankError
from ..requests import News, Outcome, Rows
from ..session.session import Statistics
from ..settings import Settings
from .api_requests import ApiRequests
from .binding import QtCore
from .delivery import Delivery
from .image_cache import ImageCacheStatistics
from .media_requests import MediaRequests
from .opening import Desk, open_desk
from .ownership import DiesAtHome, abandoned


class ShotgunDataRetriever(ApiRequests, MediaRequests, DiesAtHome):
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
    #: ``work_partial(str uid, str request_type, dict data)``: the next rows of a find, as ``{"sg": rows}``. All rows
    #: come so, in their order, before the ``work_completed`` that has them once more.
    work_partial = QtCore.Signal(str, str, object)
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
        self._delivery: Delivery[News] = Delivery(self, self._deliver, settings.delivery_budget)
        self._desk: Desk = open_desk(self, sg, bundle, bg_task_manager, settings, self._delivery.mailbox.put)
        session = self._desk.session
        self._delivery.expects_more = lambda: session.busy
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

    def set_priority(self, uid: Union[str, int], priority: int) -> None:
        """Move a request that waits, for the disk, the site or its download.

        Nothing happens once it is being processed, nor for an unknown uid. A download that several requests wait
        for goes as early as the first of them.

        :param priority: among requests of its kind: 0 is the usual place, a higher number goes first. A prefetch
            becomes a request like any other.
        """
        self._desk.session.set_priority(str(uid), priority)

    def drop_prefetches(self) -> None:
        """Drop the prefetch requests that wait, without a signal."""
        self._desk.session.drop_prefetches()

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

    # --------------------------------------------------------------------------------------------------

    def _deliver(self, item: News) -> None:
        self._remember_home()
        session = self._desk.session
        if isinstance(item, Outcome):
            if session.claim(item):
                if item.error is not None:
                    self.work_failure.emit(item.uid, item.error)
                else:
                    self.work_completed.emit(item.uid, item.request_type, item.data)
        elif session.wants(item.uid):
            if isinstance(item, Rows):
                self.work_partial.emit(item.uid, item.request_type, item.data)
            else:
                self.work_progress.emit(item.uid, item.received, item.total)

    def __repr__(self) -> str:
        return f"<ShotgunDataRetriever of {self._desk.site.host}: {self.statistics}>"
