"""Decoded pictures, made to the size at which they are shown, in a bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from typing import Hashable, Optional, Tuple

from shotgun_data.qt.binding import QtCore, QtGui

ASPECT = 16 / 9
_BACKDROP = "#0c0d0e"


class PixmapCache:
    """The pictures that were used last, up to so many bytes. For the GUI thread."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._entries: OrderedDict[Hashable, Tuple[QtGui.QPixmap, str]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def bytes(self) -> int:
        """How much memory the pictures take, roughly."""
        return self._bytes

    def get(self, key: Hashable) -> Optional[QtGui.QPixmap]:
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def tag(self, key: Hashable) -> str:
        """What the picture was put in with: which file it is of."""
        entry = self._entries.get(key)
        return entry[1] if entry else ""

    def put(self, key: Hashable, pixmap: QtGui.QPixmap, tag: str) -> None:
        self.discard(key)
        self._entries[key] = (pixmap, tag)
        self._bytes += _size(pixmap)
        while self._bytes > self._max_bytes and len(self._entries) > 1:
            _, (oldest, _tag) = self._entries.popitem(last=False)
            self._bytes -= _size(oldest)

    def discard(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= _size(entry[0])


def _size(pixmap: QtGui.QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4


def scaled(image: QtGui.QImage, width: int, height: int, fill: bool = False) -> QtGui.QImage:
    """An image scaled down to fit into, or to cover, so many pixels; a small one is left as it is."""
    mode = QtCore.Qt.AspectRatioMode
    keep = mode.KeepAspectRatioByExpanding if fill else mode.KeepAspectRatio
    way = QtCore.Qt.TransformationMode
    if image.width() <= width and image.height() <= height:
        return image
    if image.width() > 4 * width:
        # A smooth reduction of a film frame takes too long for the thread that paints.
        image = image.scaled(2 * width, 2 * height, keep, way.FastTransformation)
    return image.scaled(width, height, keep, way.SmoothTransformation)


def tile(image: QtGui.QImage, width: int, height: int, radius: float) -> QtGui.QPixmap:
    """A picture of exactly so many pixels with rounded corners, the image whole in it."""
    image = scaled(image, width, height)
    frame = QtGui.QImage(width, height, QtGui.QImage.Format.Format_RGB32)
    frame.fill(QtGui.QColor(_BACKDROP))
    target = QtCore.QRectF(0, 0, image.width(), image.height())
    factor = min(width / max(1, image.width()), height / max(1, image.height()))
    target.setSize(target.size() * factor)
    target.moveCenter(QtCore.QPointF(width / 2, height / 2))
    painter = QtGui.QPainter(frame)
    painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(target, image)
    painter.end()
    return _cut_out(frame, radius)


def portrait(image: QtGui.QImage, size: int) -> QtGui.QPixmap:
    """A round picture of so many pixels across, of the image's middle."""
    image = scaled(image, size, size, fill=True)
    side = min(image.width(), image.height())
    middle = image.copy((image.width() - side) // 2, (image.height() - side) // 2, side, side)
    if side != size:
        middle = middle.scaled(
            size,
            size,
            QtCore.Qt.AspectRatioMode.IgnoreAspectRatio,
            QtCore.Qt.TransformationMode.SmoothTransformation,
        )
    return _cut_out(middle, size / 2)


def _cut_out(image: QtGui.QImage, radius: float) -> QtGui.QPixmap:
    pixmap = QtGui.QPixmap(image.width(), image.height())
    pixmap.fill(QtGui.QColor(0, 0, 0, 0))
    painter = QtGui.QPainter(pixmap)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    painter.setPen(QtCore.Qt.PenStyle.NoPen)
    # A brush and not a clip: the edge of a clip is jagged.
    painter.setBrush(QtGui.QBrush(image))
    painter.drawRoundedRect(QtCore.QRectF(0, 0, image.width(), image.height()), radius, radius)
    painter.end()
    return pixmap
