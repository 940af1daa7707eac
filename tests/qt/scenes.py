"""Pictures as files, and what became of them as a QImage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageStat

from shotgun_data.qt.binding import QtGui


def scene(width: int, height: int) -> Image.Image:
    """A picture with soft and hard edges, and no two corners alike."""
    picture = Image.merge(
        "RGB",
        (
            Image.linear_gradient("L").resize((width, height)),
            Image.radial_gradient("L").resize((width, height)),
            Image.linear_gradient("L").rotate(90).resize((width, height)),
        ),
    )
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 4, height // 4), "red")
    draw.ellipse((width // 2, height // 3, width * 3 // 4, height * 2 // 3), "white")
    return picture


def stripes(size: int) -> Image.Image:
    """Lines of one pixel: grey from afar, and a strong pattern to whoever leaves pixels out."""
    line = bytes(255 * (x % 2) for x in range(size))
    return Image.frombytes("L", (size, size), line * size).convert("RGB")


def save(picture: Image.Image, path: Path, **options: Any) -> Path:
    if path.suffix == ".jpg":
        options = {"quality": 95, "subsampling": 0, **options}
    elif path.suffix == ".webp":
        options = {"lossless": True, **options}
    picture.save(path, **options)
    return path


def pixels(image: Any) -> Image.Image:
    """A QImage for Pillow."""
    rgb = image.convertToFormat(QtGui.QImage.Format.Format_RGB888)
    bits = rgb.constBits()
    data = bits.asstring(rgb.sizeInBytes()) if hasattr(bits, "asstring") else bytes(bits)
    return Image.frombytes("RGB", (rgb.width(), rgb.height()), data, "raw", "RGB", rgb.bytesPerLine())


def size_of(image: Any) -> tuple[int, int]:
    assert isinstance(image, QtGui.QImage)
    return image.width(), image.height()


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of two pictures of one size, in levels of 256."""
    assert one.size == other.size
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3
