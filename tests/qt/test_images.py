"""Image files to QImage: sizes, orientation, filtering, and files that are not what they seem."""

from __future__ import annotations

import io
import random
import struct
import zlib
from pathlib import Path
from typing import Any, Optional

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps, ImageStat

from shotgun_data.errors import MediaRejected
from shotgun_data.qt.binding import QtCore, QtGui
from shotgun_data.qt.images import as_box, decode, fitted

from .scenes import difference, pixels, save, scene, size_of, stripes

PLENTY = 10**8

READABLE = {bytes(each.data()).decode() for each in QtGui.QImageReader.supportedImageFormats()}
FORMATS = [each for each in ("jpg", "png", "gif", "bmp", "webp", "tif") if each in READABLE]

needs_qt6 = pytest.mark.skipif(not hasattr(QtGui.QImageReader, "allocationLimit"), reason="Qt 5 has no such limit")


def decoded(path: Path, size: Optional[tuple[int, int]] = None, max_pixels: int = PLENTY) -> Any:
    image = decode(path, max_pixels, size)
    assert image is not None
    return image


# -- the size asked for -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("whole", "box", "wanted"),
    [
        ((480, 270), (160, 160), (160, 90)),
        ((480, 270), (1000, 90), (160, 90)),
        ((270, 480), (160, 160), (90, 160)),
        ((480, 270), (480, 270), (480, 270)),
        ((480, 270), (4000, 4000), (480, 270)),
        ((480, 270), (479, 4000), (479, 269)),
        ((5000, 2), (100, 100), (100, 1)),
        ((2, 5000), (100, 100), (1, 100)),
        ((100, 100), (1, 1), (1, 1)),
    ],
)
def test_a_picture_is_fitted_into_the_box(
    tmp_path: Path, whole: tuple[int, int], box: tuple[int, int], wanted: tuple[int, int]
) -> None:
    assert fitted(*whole, box) == wanted
    for extension in ("jpg", "png"):
        assert size_of(decoded(save(scene(*whole), tmp_path / f"a.{extension}"), box)) == wanted


_LENGTH = st.integers(1, 70_000)


@given(_LENGTH, _LENGTH, st.tuples(_LENGTH, _LENGTH))
@settings(max_examples=300, deadline=None)
def test_a_fitted_size_is_the_largest_that_is_not_enlarged(width: int, height: int, box: tuple[int, int]) -> None:
    w, h = fitted(width, height, box)
    assert 1 <= w <= min(width, box[0])
    assert 1 <= h <= min(height, box[1])
    assert (w, h) == (width, height) or w == box[0] or h == box[1]
    scale = min(1.0, box[0] / width, box[1] / height)
    assert abs(w - width * scale) <= 1
    assert abs(h - height * scale) <= 1


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("box", [(160, 160), (320, 320), (100, 1000)])
def test_every_format_is_scaled_and_looks_like_itself(tmp_path: Path, extension: str, box: tuple[int, int]) -> None:
    path = save(scene(480, 270), tmp_path / f"a.{extension}")
    image = decoded(path, box)
    wanted = fitted(480, 270, box)
    assert size_of(image) == wanted
    with Image.open(path) as whole:
        assert difference(pixels(image), whole.convert("RGB").resize(wanted, Image.Resampling.BOX)) < 4


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("length", [160, 333, 700])
def test_no_pixel_is_left_out(tmp_path: Path, extension: str, length: int) -> None:
    path = save(stripes(1000), tmp_path / f"a.{extension}", **({"quality": 100} if extension == "jpg" else {}))
    mine = ImageStat.Stat(pixels(decoded(path, (length, length))).convert("L"))
    good = ImageStat.Stat(stripes(1000).resize((length, length), Image.Resampling.BOX).convert("L"))
    assert mine.mean[0] == pytest.approx(127, abs=2)
    # Leaving pixels out would show as 127.
    assert mine.stddev[0] <= good.stddev[0] + 5


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("extension", [each for each in ("jpg", "tif") if each in FORMATS])
@pytest.mark.parametrize("box", [None, (90, 1000), (1000, 90), (5000, 5000)])
def test_pictures_come_upright_and_the_box_counts_then(
    tmp_path: Path, orientation: int, extension: str, box: Optional[tuple[int, int]]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = save(scene(300, 200), tmp_path / f"a.{extension}", exif=exif)
    with Image.open(path) as stored:
        upright = ImageOps.exif_transpose(stored)
        assert upright is not None
        wanted = fitted(*upright.size, box or upright.size)
        image = decoded(path, box)
        assert size_of(image) == wanted
        assert difference(pixels(image), upright.convert("RGB").resize(wanted, Image.Resampling.BOX)) < 4


@needs_qt6
def test_a_jpeg_is_scaled_while_it_is_decoded(tmp_path: Path) -> None:
    """Where Qt may use 1 MB for one image, a picture of 4 MB can only be had scaled."""
    path = save(scene(1000, 1000), tmp_path / "a.jpg")
    before = QtGui.QImageReader.allocationLimit()
    QtGui.QImageReader.setAllocationLimit(1)
    try:
        assert size_of(decoded(path, (100, 100))) == (100, 100)
        with pytest.raises(MediaRejected, match=r"1000 x 1000 pixels.* 1 MB .*setAllocationLimit"):
            decode(path, PLENTY)
    finally:
        QtGui.QImageReader.setAllocationLimit(before)


@pytest.mark.parametrize(
    ("mode", "transparent"), [("RGB", False), ("L", False), ("1", False), ("P", False), ("RGBA", True), ("LA", True)]
)
def test_a_scaled_image_can_be_painted_as_it_is(tmp_path: Path, mode: str, transparent: bool) -> None:
    formats = QtGui.QImage.Format
    path = tmp_path / "a.png"
    scene(100, 50).convert(mode).save(path)
    for box in [(40, 40), (400, 400)]:
        image = decoded(path, box)
        assert image.format() == (formats.Format_ARGB32_Premultiplied if transparent else formats.Format_RGB32)
    whole = QtGui.QImage(str(path))
    assert decoded(path).format() == whole.format()  # without a size it stays as Qt gives it


@pytest.mark.parametrize("transparent", [False, True])
def test_sixteen_bits_a_channel_become_eight(tmp_path: Path, transparent: bool) -> None:
    formats = QtGui.QImage.Format
    deep = QtGui.QImage(64, 64, formats.Format_RGBA64 if transparent else formats.Format_RGBX64)
    deep.fill(QtGui.QColor(10, 200, 90, 128 if transparent else 255))
    assert deep.save(str(tmp_path / "a.png"))
    image = decoded(tmp_path / "a.png", (32, 32))
    assert image.depth() == 32
    colour = image.pixelColor(5, 5)
    wanted = (10, 200, 128 if transparent else 255)
    assert (colour.red(), colour.green(), colour.alpha()) == pytest.approx(wanted, abs=2)


@pytest.mark.parametrize(
    ("given", "box"), [(None, None), ((160, 90), (160, 90)), ([160, 90], (160, 90)), (QtCore.QSize(160, 90), (160, 90))]
)
def test_a_size_is_a_pair_or_a_qsize(given: Any, box: Any) -> None:
    assert as_box(given) == box


@pytest.mark.parametrize("given", [160, "160x90", (160,), (160, 90, 1), (160.0, 90), (True, 90), ("1", "2"), object()])
def test_anything_else_is_no_size(given: Any) -> None:
    with pytest.raises(TypeError, match=r"image_size.*\(width, height\)"):
        as_box(given)


@pytest.mark.parametrize("given", [(0, 90), (160, -1), QtCore.QSize(), QtCore.QSize(0, 5)])
def test_a_size_has_pixels(given: Any) -> None:
    with pytest.raises(ValueError, match="at least 1 pixel"):
        as_box(given)


# -- files that are not what they seem --------------------------------------------------------------------


def png(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(999))) + chunk(b"IEND", b"")
    )


def gif(width: int, height: int) -> bytes:
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\x00;"
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\xf0\x00\x00" + bytes(6) + frame


def bmp(width: int, height: int) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 954, 0, 0, 54) + info + bytes(900)


def jpeg(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    scene(48, 27).save(buffer, "JPEG")
    data = bytearray(buffer.getvalue())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


@pytest.mark.parametrize("box", [None, (160, 90)])
@pytest.mark.parametrize(
    "content",
    [png(100_000, 100_000), jpeg(65_000, 65_000), gif(65_535, 65_535), bmp(16_000, 16_000)],
    ids=["png", "jpg", "gif", "bmp"],
)
def test_a_claim_of_more_pixels_than_allowed_is_refused(tmp_path: Path, content: bytes, box: Any) -> None:
    """Scaled or not: most formats, and progressive JPEGs, need memory for all of their pixels."""
    path = tmp_path / "large.jpg"
    path.write_bytes(content)
    with pytest.raises(MediaRejected, match=r"large\.jpg has \d+ x \d+ pixels, more than.*max_image_pixels"):
        decode(path, PLENTY, box)


def test_the_limit_of_pixels_is_exact(tmp_path: Path) -> None:
    path = save(scene(100, 50), tmp_path / "a.png")
    assert size_of(decoded(path, max_pixels=5000)) == (100, 50)
    for box in (None, (10, 10)):
        with pytest.raises(MediaRejected, match="100 x 50 pixels, more than may be decoded"):
            decode(path, 4999, box)


BROKEN = {
    "empty": b"",
    "page": b"<html><body>Please log in</body></html>",
    "noise": random.Random(1).randbytes(3000),
    "start of a jpeg": b"\xff\xd8\xff",
    "jpeg without pixels": jpeg(0, 0),
    "png without pixels": png(0, 5),
    "bmp without pixels": bmp(0, 0),
    "bmp of negative size": bmp(-100_000, -100_000),
    "bmp of huge size": bmp(100_000, 100_000),
    "png with too little data": png(4000, 4000),
    "ppm of huge size": b"P6 100000 100000 255\n" + bytes(100),
    "icon with a lie": b"\0\0\1\0\1\0"
    + struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, 104, 22)
    + struct.pack("<IiiHHIIiiII", 40, 60_000, 120_000, 1, 32, 0, 0, 0, 0, 0, 0)
    + bytes(64),
}


@pytest.mark.parametrize("box", [None, (160, 90)])
@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_by_its_name(tmp_path: Path, content: bytes, box: Any) -> None:
    path = tmp_path / "broken.jpg"
    path.write_bytes(content)
    with pytest.raises(MediaRejected, match=r"^broken\.jpg ") as refused:
        decode(path, PLENTY, box)
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize("box", [None, (160, 90)])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.97])
@pytest.mark.parametrize("extension", FORMATS)
def test_a_file_that_was_cut_short_is_refused(tmp_path: Path, extension: str, part: float, box: Any) -> None:
    """Qt makes a half grey picture of most of these."""
    path = save(scene(480, 270), tmp_path / f"cut.{extension}")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    with pytest.raises(MediaRejected, match=rf"^cut\.{extension} "):
        decode(path, PLENTY, box)


def test_a_jpeg_may_carry_something_behind_its_end(tmp_path: Path) -> None:
    """Phones append a film."""
    path = save(scene(480, 270), tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes() + bytes(2_000_000))
    assert size_of(decoded(path, (160, 160))) == (160, 90)


def test_the_end_of_a_small_picture_in_the_headers_is_not_that_of_the_large_one(tmp_path: Path) -> None:
    path = save(scene(1200, 900), tmp_path / "cut.jpg", comment=jpeg(48, 27))
    whole = path.read_bytes()
    assert whole.count(b"\xff\xd9") == 2
    assert size_of(decoded(path, (160, 160))) == (160, 120)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MediaRejected, match="its end is missing"):
        decode(path, PLENTY, (160, 160))


@pytest.mark.parametrize("missing", ["gone.jpg", "."])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, missing: str) -> None:
    with pytest.raises(MediaRejected, match="cannot be read: "):
        decode(tmp_path / missing, PLENTY)


def test_the_content_counts_and_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    save(scene(480, 270), tmp_path / "b.jpg").rename(path)
    assert size_of(decoded(path, (160, 160))) == (160, 90)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exr", b"\x76\x2f\x31\x01" + bytes(500)),
        ("a.jpg", b"\x76\x2f\x31\x01" + bytes(500)),
        ("a.dpx", b"SDPX" + bytes(500)),
        ("a.unheard-of", b"something else"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    ],
)
def test_a_format_that_qt_does_not_read_gives_no_image(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert decode(tmp_path / name, PLENTY, (160, 90)) is None
