"""JPEGs like a site's thumbnails: 480 by 270 pixels, about 20 KB, gradients with some noise."""

from __future__ import annotations

import random
from pathlib import Path

from shotgun_data.qt.binding import QtCore, QtGui

from .case import CannotRun

WIDTH, HEIGHT = 480, 270
#: For look-ups alone, which open no file: 20,000 of the others would fill 400 MB of a disk.
SMALL = "small.jpg"
_COUNT = 4
_SMALLEST, _LARGEST = 18_000, 22_000


def write_pictures(folder: Path) -> None:
    """Make the folder, and a few different pictures in it, the same in each run.

    :raises CannotRun: this Qt cannot write JPEG files.
    """
    folder.mkdir(parents=True)
    for number in range(_COUNT):
        image = _paint(random.Random(number))
        _write(image, folder / f"{number}.jpg")
    _save(image.scaled(32, 18), folder.parent / SMALL, -1)


def _paint(chance: random.Random) -> QtGui.QImage:
    # Noise of a few pixels' size, as plates have it, over what a sky does.
    coarse = QtGui.QImage(WIDTH // 4, HEIGHT // 4, QtGui.QImage.Format.Format_RGB32)
    for y in range(coarse.height()):
        for x in range(coarse.width()):
            red, green, blue = 255 * x // coarse.width(), 255 * y // coarse.height(), 140
            noise = chance.randrange(-24, 25)
            colour = [min(255, max(0, each + noise)) for each in (red, green, blue)]
            coarse.setPixel(x, y, 0xFF000000 | colour[0] << 16 | colour[1] << 8 | colour[2])
    return coarse.scaled(
        WIDTH,
        HEIGHT,
        QtCore.Qt.AspectRatioMode.IgnoreAspectRatio,
        QtCore.Qt.TransformationMode.SmoothTransformation,
    )


def _write(image: QtGui.QImage, path: Path) -> None:
    """With the quality that gives the size."""
    low, high = 1, 100
    while low <= high:
        quality = (low + high) // 2
        _save(image, path, quality)
        size = path.stat().st_size
        if size < _SMALLEST:
            low = quality + 1
        elif size > _LARGEST:
            high = quality - 1
        else:
            return


def _save(image: QtGui.QImage, path: Path, quality: int) -> None:
    saved: bool = image.save(str(path), "JPG", quality)  # type: ignore[call-overload]  # PyQt takes no bytes
    if not saved:
        raise CannotRun("This Qt cannot write JPEG files: its image plugin for them is missing.")
