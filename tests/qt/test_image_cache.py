"""The cache of decoded images: whose they are, which of them stay, and what counts as the same file."""

from __future__ import annotations

import dataclasses
import os
import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Callable

import pytest
from PIL import Image

from shotgun_data.errors import MediaRejected
from shotgun_data.qt.binding import QtGui
from shotgun_data.qt.image_cache import ImageCache, ImageReader
from shotgun_data.qt.images import decode

from .scenes import save, scene, size_of

PLENTY = 10**8


def plain(width: int = 160, height: int = 90, colour: str = "teal") -> Any:
    image = QtGui.QImage(width, height, QtGui.QImage.Format.Format_RGB32)
    image.fill(QtGui.QColor(colour))
    return image


SIZE = 160 * 90 * 4


def paint(image: Any) -> None:
    painter = QtGui.QPainter(image)
    painter.fillRect(0, 0, 50, 50, QtGui.QColor("red"))
    painter.end()


def write(image: Any) -> None:
    bits = image.bits()
    if hasattr(bits, "setsize"):  # PyQt's
        bits.setsize(image.sizeInBytes())
    bits[:4] = b"abcd"


CHANGES: dict[str, Callable[[Any], None]] = {
    "painted on": paint,
    "filled": lambda image: image.fill(QtGui.QColor("red")),
    "a pixel set": lambda image: image.setPixelColor(3, 3, QtGui.QColor("red")),
    "written to": write,
    "told its density": lambda image: image.setDevicePixelRatio(2.0),
    "described": lambda image: image.setText("Title", "mine"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_no_receiver_sees_what_another_did_to_its_image(qapp: Any, tmp_path: Path, change: Any) -> None:
    path = save(scene(480, 270), tmp_path / "a.jpg")
    cache = ImageCache(1024**2)
    reader = ImageReader(PLENTY, cache)
    untouched = decode(path, PLENTY, (160, 160))
    assert untouched is not None
    first, second = reader.read(path, (160, 160)), reader.read(path, (160, 160))
    change(first)
    change(second)
    third, fourth = reader.read(path, (160, 160)), reader.read(path, (160, 160))
    change(fourth)
    assert third == untouched
    assert third.devicePixelRatio() == untouched.devicePixelRatio()
    assert third.text("Title") == untouched.text("Title")
    assert (cache.statistics.hits, cache.statistics.misses) == (3, 1)


def test_what_is_given_out_takes_no_memory_of_its_own() -> None:
    cache = ImageCache(1024**2)
    image = plain()
    cache.put("a", image)
    again = cache.get("a")
    assert again is not None
    assert again.cacheKey() == image.cacheKey()  # of the pixels that both share


def test_the_least_recently_used_image_goes_first() -> None:
    cache = ImageCache(4 * SIZE)
    for key in "abcd":
        cache.put(key, plain())
    assert cache.get("a") is not None
    cache.put("e", plain())
    cache.put("f", plain())
    assert [key for key in "abcdef" if cache.get(key) is not None] == list("adef")
    assert (cache.statistics.images, cache.statistics.bytes) == (4, 4 * SIZE)


def test_an_image_of_more_than_a_quarter_is_not_kept() -> None:
    cache = ImageCache(4 * SIZE)
    cache.put("a", plain())
    cache.put("b", plain(160, 91))
    assert cache.get("a") is not None
    assert cache.get("b") is None


def test_an_image_put_twice_counts_once() -> None:
    cache = ImageCache(8 * SIZE)
    cache.put("a", plain())
    cache.put("a", plain(80, 90, "red"))
    found = cache.get("a")
    assert size_of(found) == (80, 90)
    assert (cache.statistics.images, cache.statistics.bytes) == (1, SIZE // 2)


def test_a_cache_without_a_limit_keeps_nothing(tmp_path: Path) -> None:
    path = save(scene(480, 270), tmp_path / "a.png")
    cache = ImageCache(0)
    for _ in range(2):
        assert size_of(ImageReader(PLENTY, cache).read(path, (160, 160))) == (160, 90)
    assert (cache.statistics.images, cache.statistics.bytes, cache.statistics.hits) == (0, 0, 0)


def test_its_state_can_be_looked_at() -> None:
    cache = ImageCache(1024**2)
    cache.put("a", plain())
    cache.get("a")
    cache.get("b")
    now = cache.statistics
    assert (now.hits, now.misses, now.bytes, now.images) == (1, 1, SIZE, 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        now.hits = 5  # type: ignore[misc]
    assert repr(cache) == f"<ImageCache of 1 images, {SIZE} of 1048576 bytes, 1 hits, 1 misses>"
    cache.clear()
    assert (cache.statistics.images, cache.statistics.bytes, cache.statistics.hits) == (0, 0, 1)
    assert cache.get("a") is None


def test_many_threads_keep_to_the_limit() -> None:
    cache = ImageCache(10 * SIZE)
    colours = [QtGui.QColor(n, 0, 0) for n in range(30)]
    wrong: list[str] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(400):
            key = chance.randrange(30)
            image = cache.get(key)
            if image is None:
                image = QtGui.QImage(160, 90, QtGui.QImage.Format.Format_RGB32)
                image.fill(colours[key])
                cache.put(key, image)
            if image.pixelColor(80, 45).red() != key:
                wrong.append("another's image")
            if cache.statistics.bytes > cache.limit:
                wrong.append("over the limit")
            image.fill(QtGui.QColor("white"))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    now = cache.statistics
    assert now.hits + now.misses == 1600
    assert now.bytes == now.images * SIZE


def test_the_first_use_of_the_binding_in_worker_threads_imports_nothing(tmp_path: Path) -> None:
    """PySide6 imports a module when it first chooses between some constructors, and two threads that do so at the
    same time hang, with the whole process."""
    program = """
import builtins, pathlib, sys
from shotgun_data.qt.image_cache import ImageCache, ImageReader
reader, path = ImageReader(10**6, ImageCache(10**6)), pathlib.Path(sys.argv[1])
imported, real = [], builtins.__import__
def noticed(name, *rest, **more):
    imported.append(name)
    return real(name, *rest, **more)
builtins.__import__ = noticed
for size in (None, (20, 20), (20, 20)):
    assert reader.read(path, size) is not None
builtins.__import__ = real
print(imported)
"""
    path = save(scene(48, 27), tmp_path / "a.jpg")
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# -- files and the cache ----------------------------------------------------------------------------------


@pytest.fixture
def cache() -> ImageCache:
    return ImageCache(1024**2)


def test_a_file_is_decoded_once_for_each_size(tmp_path: Path, cache: ImageCache) -> None:
    path = save(scene(480, 270), tmp_path / "a.jpg")
    reader = ImageReader(PLENTY, cache)
    for hits in (0, 1):
        for number, box in enumerate([(160, 160), (80, 80)]):
            assert reader.read(path, box) == decode(path, PLENTY, box)
            assert cache.statistics.hits == hits * (number + 1)
    assert cache.statistics.misses == 2


def test_a_refreshed_modification_time_does_not_matter(tmp_path: Path, cache: ImageCache) -> None:
    path = save(scene(480, 270), tmp_path / "a.jpg")
    reader = ImageReader(PLENTY, cache)
    reader.read(path, (160, 160))
    os.utime(path, (1, 1))
    reader.read(path, (160, 160))
    assert (cache.statistics.hits, cache.statistics.misses) == (1, 1)


def test_a_file_that_took_another_s_place_is_decoded_anew(tmp_path: Path, cache: ImageCache) -> None:
    path = save(Image.new("RGB", (480, 270), "red"), tmp_path / "a.bmp")
    reader = ImageReader(PLENTY, cache)
    reader.read(path, (160, 160))
    other = save(Image.new("RGB", (480, 270), "blue"), tmp_path / "b.bmp")
    assert other.stat().st_size == path.stat().st_size
    os.replace(other, path)
    image = reader.read(path, (160, 160))
    assert image is not None
    assert image.pixelColor(5, 5) == QtGui.QColor("blue")


def test_readers_of_different_limits_do_not_share(tmp_path: Path, cache: ImageCache) -> None:
    path = save(scene(480, 270), tmp_path / "a.jpg")
    assert ImageReader(PLENTY, cache).read(path, (160, 160)) is not None
    with pytest.raises(MediaRejected, match="more than may be decoded"):
        ImageReader(1000, cache).read(path, (160, 160))


def test_a_file_that_is_gone_is_refused_although_its_image_is_kept(tmp_path: Path, cache: ImageCache) -> None:
    path = save(scene(480, 270), tmp_path / "a.jpg")
    reader = ImageReader(PLENTY, cache)
    reader.read(path, (160, 160))
    path.unlink()
    with pytest.raises(MediaRejected, match=r"^a\.jpg cannot be read: "):
        reader.read(path, (160, 160))
