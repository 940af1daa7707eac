"""Decoded images in memory: the ones that were last used, up to a number of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from ..errors import MediaRejected
from .binding import QtGui
from .images import Box, decode

_LARGEST = 4  # an image may take one part in so many: one picture must not drive out a view's whole page


@dataclass(frozen=True)
class ImageCacheStatistics:
    """A cache's counts at one moment.

    :ivar hits: how often an image was there.
    :ivar misses: how often it was not, and had to be decoded.
    :ivar bytes: pixels of the images in it now.
    :ivar images: how many those are.
    """

    hits: int = 0
    misses: int = 0
    bytes: int = 0
    images: int = 0


class ImageCache:
    """Thread-safe; every operation takes the same time, however many images there are.

    What is given out is the receiver's own QImage. It shares its pixels with the one that is kept until somebody
    changes it, and Qt then gives the one who does a copy: painting on an image is never seen by another receiver.
    So an image that is on screen and in the cache takes its memory once.

    :param limit: bytes of pixels to keep; the least recently used image goes first. 0 keeps nothing. An image
        larger than a quarter of it is not kept.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._images: OrderedDict[Hashable, QtGui.QImage] = OrderedDict()
        self._bytes = 0
        self._hits = 0
        self._misses = 0

    def get(self, key: Hashable) -> Optional[QtGui.QImage]:
        """The image of a key, or None."""
        with self._lock:
            kept = self._images.get(key)
            if kept is None:
                self._misses += 1
                return None
            self._hits += 1
            self._images.move_to_end(key)
        return _shared(kept)

    def put(self, key: Hashable, image: QtGui.QImage) -> None:
        """Keep an image in place of what is there for its key, if it is not too large."""
        size = image.sizeInBytes()
        if size * _LARGEST > self.limit:
            return
        own = _shared(image)
        dropped = []  # freed when the lock is: the last reference to an image may be ours
        with self._lock:
            earlier = self._images.pop(key, None)
            if earlier is not None:
                self._bytes -= earlier.sizeInBytes()
                dropped.append(earlier)
            self._images[key] = own
            self._bytes += size
            while self._bytes > self.limit:
                _, oldest = self._images.popitem(last=False)
                self._bytes -= oldest.sizeInBytes()
                dropped.append(oldest)

    def clear(self) -> None:
        """Keep none of the images that are there now."""
        with self._lock:
            dropped, self._images = self._images, OrderedDict()
            self._bytes = 0
        dropped.clear()

    @property
    def statistics(self) -> ImageCacheStatistics:
        """Counts of this moment."""
        with self._lock:
            return ImageCacheStatistics(self._hits, self._misses, self._bytes, len(self._images))

    def __repr__(self) -> str:
        now = self.statistics
        return (
            f"<ImageCache of {now.images} images, {now.bytes} of {self.limit} bytes, "
            f"{now.hits} hits, {now.misses} misses>"
        )


def _shared(image: QtGui.QImage) -> QtGui.QImage:
    """Another QImage of the same pixels, until one of the two is changed.

    Not ``QImage(image)``: where the binding has several constructors to choose from, PySide6 6.8 imports a module
    the first time, inside the guard of a C++ static and letting go of the interpreter's lock. Two workers that do
    so at once wait for each other for ever, and everything else for them.
    """
    return image.convertToFormat(image.format())


class ImageReader:
    """Reads image files for one retriever, through the cache of its task manager. Thread-safe.

    :param max_pixels: see :func:`~shotgun_data.qt.images.decode`. Retrievers with different limits do not share
        images: one must not be given what it would have refused.
    """

    def __init__(self, max_pixels: int, cache: ImageCache) -> None:
        self._max_pixels = max_pixels
        self._cache = cache

    def read(self, path: Path, size: Optional[Box] = None) -> Optional[QtGui.QImage]:
        """The image of a file as :func:`~shotgun_data.qt.images.decode` gives it; None for a format that this Qt
        cannot read.

        A file is known by its path, its place on the disk and its length. A refreshed modification time, which
        every look-up leaves behind, does not count; a file that was put in its place does.

        :param size: pixels to fit the picture into; None leaves it as it is.
        :raises MediaRejected: the file is broken or gone, or has too many pixels.
        """
        if not self._cache.limit:
            return decode(path, self._max_pixels, size)
        try:
            status = path.stat()
        except OSError as error:
            raise MediaRejected(f"{path.name} cannot be read: {error.strerror or type(error).__name__}.") from None
        # Of the moment before decoding: whoever replaces the file meanwhile leaves a key that nobody asks for.
        key = (str(path), status.st_dev, status.st_ino, status.st_size, size, self._max_pixels)
        image = self._cache.get(key)
        if image is None:
            image = decode(path, self._max_pixels, size)
            if image is not None:
                self._cache.put(key, image)
        return image
