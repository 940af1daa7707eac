"""How a retriever is put together: its session, on a task manager, for a site and a cache."""

from __future__ import annotations

import functools
from typing import Any, Callable, Optional

from ..bundle import cache_root
from ..engine.collector import Burst
from ..engine.retry import RetryPolicy
from ..media.cache import MediaCache
from ..requests import News, Runner
from ..session.commons import Commons
from ..session.media import Sources
from ..session.session import Session
from ..settings import Settings
from .binding import QtCore
from .foreign import ForeignRunner
from .image_cache import ImageCache, ImageReader
from .task_manager import BackgroundTaskManager


class Desk:
    """What a retriever works with; knows no QObject, so that it can outlive the one it serves."""

    def __init__(
        self,
        runner: Runner,
        commons: Commons,
        image_cache: ImageCache,
        owner: Any,
        source: Callable[[], Any],
        bundle: Optional[Any],
        settings: Settings,
        deliver: Callable[[News], None],
        close_manager: Callable[[], None],
        abandon_manager: Callable[[], None],
    ) -> None:
        self._commons = commons
        self._owner = owner
        self._close_manager = close_manager
        self._abandon_manager = abandon_manager
        self._open = True
        self.site = commons.open_site(owner, source, settings)
        root = cache_root(settings, bundle, self.site.base_url)
        self.sources = Sources(
            self.site, commons.library(MediaCache(root), settings), settings.transcode_wait
        )
        self.session = Session(
            runner,
            commons.transfers,
            self.site,
            RetryPolicy.of(settings),
            deliver,
            pages_at_once=settings.pages_at_once,
            max_prefetch=settings.max_prefetch,
            burst=Burst(settings.postpone_collections),
        )
        self.image_cache = image_cache
        self.images = ImageReader(settings.max_image_pixels, image_cache)

    def close(self) -> None:
        """Stop, and block until what is being processed has ended. Idempotent."""
        self.session.stop()
        self._release()
        self._close_manager()

    def abandon(self) -> None:
        """The same without waiting."""
        self.session.abandon()
        self._release()
        self._abandon_manager()

    def _release(self) -> None:
        if self._open:
            self._open = False
            self._commons.release_site(self._owner)


def open_desk(
    parent: QtCore.QObject,
    sg: Optional[Any],
    bundle: Optional[Any],
    manager: Optional[Any],
    settings: Settings,
    deliver: Callable[[News], None],
) -> Desk:
    """Choose who runs the work: a manager of ours, handed in or made here, or somebody else's."""
    owner = bundle if sg is None else sg
    source: Callable[[], Any] = (lambda: bundle.shotgun) if sg is None else (lambda: sg)  # type: ignore[union-attr]
    if manager is not None and not issubclass(type(manager), BackgroundTaskManager):
        # Of the type, not isinstance: a Mock(spec=BackgroundTaskManager) says that it is one.
        runner = ForeignRunner(manager)
        commons = Commons(runner, settings)
        images = ImageCache(settings.image_cache_bytes)
        close = functools.partial(_close, commons.close, images)
        return Desk(runner, commons, images, owner, source, bundle, settings, deliver, close, _nothing)
    close_manager: Callable[[], None] = _nothing
    abandon_manager: Callable[[], None] = _nothing
    if manager is None:
        manager = BackgroundTaskManager(parent, max_threads=settings.max_threads, settings=settings)
        close_manager = functools.partial(_close, manager.workshop.close, manager.image_cache)
        abandon_manager = manager.workshop.abandon
    workshop = manager.workshop
    desk = Desk(
        workshop.client(),
        workshop.commons,
        manager.image_cache,
        owner,
        source,
        bundle,
        settings,
        deliver,
        close_manager,
        abandon_manager,
    )
    workshop.adopt(desk.session)
    return desk


def _close(work: Callable[[], None], images: ImageCache) -> None:
    work()
    images.clear()  # an app may keep a retriever that it has stopped for long


def _nothing() -> None:
    pass
