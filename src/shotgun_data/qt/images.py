"""Image files to QImage, in worker threads, at the size in which they are shown."""

from __future__ import annotations

import operator
from pathlib import Path
from typing import Any, Optional

from ..errors import MediaRejected
from ..media.ends import Ends, lacks_its_end, read_ends
from .binding import QtCore, QtGui

#: Width and height in device pixels.
Box = tuple[int, int]

# Formats that describe a drawing, not pixels, can name other files and ask for any size.
_NOT_PIXELS = frozenset({"svg", "svgz", "pdf"})


def as_box(size: Any) -> Optional[Box]:
    """A size that a caller passed, as two ints; None stays None.

    :param size: a pair of ints, or a QSize.
    :raises TypeError: it is something else.
    :raises ValueError: there is no picture of such a size.
    """
    if size is None:
        return None
    given = (size.width(), size.height()) if isinstance(size, QtCore.QSize) else size
    try:
        width, height = (operator.index(number) for number in given if not isinstance(number, bool))
    except (TypeError, ValueError):
        raise TypeError(
            f"image_size is {size!r}; it must be (width, height), two whole numbers of pixels, or a QSize"
        ) from None
    if width < 1 or height < 1:
        raise ValueError(f"image_size is {size!r}; width and height must be at least 1 pixel")
    return width, height


def decode(path: Path, max_pixels: int, size: Optional[Box] = None) -> Optional[QtGui.QImage]:
    """The image of a file; None for a format that this Qt cannot read. In any thread.

    With a size the picture is fitted into it, upright, its proportions kept and never enlarged, and it comes in
    the format that is painted without a conversion: RGB32, or ARGB32_Premultiplied where it has transparency.
    JPEG is scaled while it is decoded, which takes half the time; every format is filtered, not sampled.

    :param max_pixels: width times height of the file's picture that is still decoded. A small size does not
        raise it: only a JPEG needs no memory for the whole picture then, and only if it is not a progressive one.
    :raises MediaRejected: the file is broken, cut short or no image, or has too many pixels.
    """
    # Qt holds the interpreter's lock while it looks at a file, and lets go of it only to decode: a disk that is
    # slow, or far away, would hold up the receiver's thread. So what Qt looks at has been read just before.
    try:
        ends = read_ends(path)
        cut = lacks_its_end(path, ends)
    except OSError as error:
        raise MediaRejected(f"{path.name} cannot be read: {error.strerror or type(error).__name__}.") from None
    if not ends.size:
        raise MediaRejected(f"{path.name} is empty.")
    reader = QtGui.QImageReader(str(path))
    reader.setDecideFormatFromContent(True)  # extensions of old caches do not always tell the truth
    reader.setAutoTransform(True)
    if not reader.canRead():
        _refuse_if_broken(path, ends)
        return None
    if bytes(reader.format().data()).decode("ascii", "replace") in _NOT_PIXELS:
        return None
    whole = reader.size()
    if whole.isEmpty():
        # Decoding it to find out would mean taking whatever memory it asks for.
        raise MediaRejected(f"{path.name} is not a readable image: it does not say how large it is.")
    if whole.width() * whole.height() > max_pixels:
        raise MediaRejected(
            f"{path.name} has {whole.width()} x {whole.height()} pixels, more than may be decoded "
            f"({max_pixels}). Raise max_image_pixels in the settings if it is to be trusted."
        )
    if cut:
        raise MediaRejected(f"{path.name} is not a readable image: its end is missing.")
    if size is not None:
        _scale(reader, whole, size)
    image = reader.read()
    if image.isNull():
        raise MediaRejected(f"{path.name} is not a readable image: {reader.errorString()}.{_limit_of_qt(whole)}")
    return image if size is None else _for_painting(image)


def fitted(width: int, height: int, box: Box) -> Box:
    """The size of a picture in a box: its proportions kept, never enlarged, at least one pixel each way."""
    if width <= box[0] and height <= box[1]:
        return width, height
    if width * box[1] >= height * box[0]:
        return box[0], max(1, _divided(height * box[0], width))
    return max(1, _divided(width * box[1], height)), box[1]


def _divided(number: int, by: int) -> int:
    """Rounded to the nearest; in whole numbers, for which no picture is too large."""
    return (2 * number + by) // (2 * by)


def _scale(reader: QtGui.QImageReader, whole: QtCore.QSize, box: Box) -> None:
    """Have the reader scale. It does so before it turns a picture upright, and wants the size of that moment.

    libjpeg decodes at the next larger of eight steps, and Qt scales the rest, well filtered unless a quality
    below 50 is set; other formats are decoded whole and scaled. All of it happens in ``read``, without the
    interpreter's lock, which ``QImage.scaled`` would hold.
    """
    if reader.transformation() & QtGui.QImageIOHandler.Transformation.TransformationRotate90:
        box = (box[1], box[0])
    size = fitted(whole.width(), whole.height(), box)
    if size != (whole.width(), whole.height()):
        reader.setScaledSize(QtCore.QSize(*size))


def _for_painting(image: QtGui.QImage) -> QtGui.QImage:
    formats = QtGui.QImage.Format
    wanted = formats.Format_ARGB32_Premultiplied if image.hasAlphaChannel() else formats.Format_RGB32
    return image if image.format() == wanted else image.convertToFormat(wanted)


def _refuse_if_broken(path: Path, ends: Ends) -> None:
    """Tell a format that this Qt does not know from a file that only has the name of one that it does."""
    kind = ends.kind or path.suffix[1:].lower()
    readable = {bytes(each.data()).decode("ascii") for each in QtGui.QImageReader.supportedImageFormats()}
    if kind in readable - _NOT_PIXELS:
        raise MediaRejected(f"{path.name} is not a readable image: nothing in it is one, or its beginning is broken.")


def _limit_of_qt(whole: QtCore.QSize) -> str:
    """Why Qt 6 refused a picture that our own limit let pass. The limit is the host's, and not ours to change."""
    limit = getattr(QtGui.QImageReader, "allocationLimit", int)()  # MB; Qt 5 has none
    if not limit or whole.width() * whole.height() * 4 <= limit * 1024**2:
        return ""
    return (
        f" It has {whole.width()} x {whole.height()} pixels, and this application lets Qt use {limit} MB for one "
        "image (QImageReader.setAllocationLimit)."
    )
