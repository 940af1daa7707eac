"""The media requests of a retriever: thumbnails, their sources, attachments."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Callable, Optional, Union

from .. import synchronous
from ..errors import Stopped
from ..session.media import Attachment, Thumbnail, ThumbnailSource
from ..session.media_request import Decode, Media
from .binding import QtCore
from .images import as_box

if TYPE_CHECKING:
    from .opening import Desk

log = logging.getLogger(__name__)

ImageSize = Union[tuple[int, int], QtCore.QSize, None]


class MediaRequests:
    """Each ``request_...`` method returns the request's uid at once. All may be called from any thread."""

    _desk: Desk

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

    def request_thumbnails(
        self,
        entities: Iterable[Mapping[str, Any]],
        field: str = "image",
        load_image: bool = False,
        image_size: ImageSize = None,
        *,
        prefetch: bool = False,
    ) -> list[str]:
        """Get the thumbnails of many entities, as :meth:`request_thumbnail` does of one.

        :param entities: as a find call returned them, each with ``type``, ``id`` and the field.
        :param prefetch: nobody looks at them yet: they wait below everything else. Where more than
            ``Settings.max_prefetch`` of them wait, the oldest are dropped as if :meth:`stop_work` had been called;
            so are all that wait by :meth:`drop_prefetches`. :meth:`set_priority` makes one a usual request, and
            a usual request for the same picture takes its download over.
        :returns: a uid for each entity, in their order; an empty list, with a warning in the log, after
            :meth:`stop`.
        :raises TypeError: something is no entity, or ``image_size`` is not a size.
        :raises ValueError: the size has no pixels.
        """
        desk = self._desk
        media = [_thumbnail_of(desk, entity, field) for entity in entities]
        decode = self._decode(load_image, image_size)
        try:
            return desk.session.media_batch(media, decode, prefetch=prefetch)
        except Stopped as stopped:
            log.warning("A request for media was ignored: %s", stopped)
            return []

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
        decode = self._decode(load_image, image_size)
        try:
            return self._desk.session.media(make(self._desk), decode)
        except Stopped as stopped:
            log.warning("A request for media was ignored: %s", stopped)
            return None

    def _decode(self, load_image: bool, image_size: ImageSize) -> Optional[Decode]:
        box = as_box(image_size)  # said to the one who asks, not by a signal later
        return functools.partial(self._desk.images.read, size=box) if load_image or box is not None else None


def _thumbnail_of(desk: Desk, entity: Mapping[str, Any], field: str) -> Thumbnail:
    try:
        entity_type, entity_id = entity["type"], entity["id"]
    except (TypeError, KeyError, IndexError):
        raise TypeError(
            f"request_thumbnails takes entities as a find call returns them, with 'type', 'id' and {field!r}; "
            f"one of them is of the type {type(entity).__name__}, or lacks these"
        ) from None
    return Thumbnail(desk.sources, entity.get(field), entity_type, entity_id, field)
