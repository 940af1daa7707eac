"""Image files to QImage, in worker threads."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

from ..errors import MediaRejected
from .binding import QtGui

# Formats that describe a drawing, not pixels, can name other files and ask for any size.
_NOT_PIXELS = frozenset({"svg", "svgz", "pdf"})


def decode(path: Path, max_pixels: int) -> Optional[QtGui.QImage]:
    """The image of a file; None for a format that this Qt cannot read.

    :param max_pixels: width times height that is still decoded.
    :raises MediaRejected: the file is broken, or has too many pixels.
    """
    reader = QtGui.QImageReader(str(path))
    reader.setDecideFormatFromContent(True)  # extensions of old caches do not always tell the truth
    reader.setAutoTransform(True)
    if not reader.canRead() or bytes(reader.format().data()).decode("ascii", "replace") in _NOT_PIXELS:
        return None
    size = reader.size()
    if size.isValid() and size.width() * size.height() > max_pixels:
        raise MediaRejected(
            f"{path.name} has {size.width()} x {size.height()} pixels, more than may be decoded "
            f"({max_pixels}). Raise max_image_pixels in the settings if it is to be trusted."
        )
    image = reader.read()
    if image.isNull():
        raise MediaRejected(f"{path.name} is not a readable image: {reader.errorString()}")
    return image
