"""Thumbnails decoded at the size that is asked for, and the memory for them that retrievers share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shotgun_data.qt.binding import QtCore, QtGui

from .production import bare_shot, downloads, picture
from .scenes import difference, pixels, save, scene, size_of
from .waiting import Outcomes

BOX = (160, 160)


@pytest.fixture
def outcomes(retriever: Any) -> Outcomes:
    return Outcomes(retriever)


def drawn(site: Any, path: Path) -> int:
    """A shot whose thumbnail was made of a file; gives its id."""
    shot_id = bare_shot(site)
    site.connect().upload_thumbnail("Shot", shot_id, str(path))
    site.calls.clear()
    return shot_id


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ((160, 160), (160, 90)),
        ((160, 45), (80, 45)),
        (QtCore.QSize(160, 160), (160, 90)),
        ((480, 270), (480, 270)),
        ((4000, 3000), (480, 270)),
    ],
)
def test_a_thumbnail_comes_at_the_size_asked_for(
    site: Any, retriever: Any, outcomes: Any, asked: Any, given: tuple[int, int]
) -> None:
    for kind in ("download_thumbnail", "check_thumbnail"):
        found, data = outcomes.one(retriever.request_thumbnail(*picture(site), image_size=asked))
        assert found == kind
        assert set(data) == {"thumb_path", "image"}
        assert size_of(data["image"]) == given
        with Image.open(data["thumb_path"]) as whole:  # the file stays what it was
            assert whole.size == (480, 270)
            assert difference(pixels(data["image"]), whole.convert("RGB").resize(given, Image.Resampling.BOX)) < 6


def test_a_source_comes_at_the_size_asked_for_and_upright(
    site: Any, retriever: Any, outcomes: Any, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    shot_id = drawn(site, save(scene(1200, 800), tmp_path / "photo.jpg", exif=exif))
    for kind in ("download_thumbnail", "check_thumbnail"):
        found, data = outcomes.one(retriever.request_thumbnail_source("Shot", shot_id, image_size=(1000, 120)))
        assert found == kind
        assert size_of(data["image"]) == (80, 120)


def test_without_a_size_the_picture_comes_whole(site: Any, retriever: Any, outcomes: Any) -> None:
    for arguments in ({"load_image": True}, {"load_image": True, "image_size": None}):
        _, data = outcomes.one(retriever.request_thumbnail(*picture(site), **arguments))
        assert size_of(data["image"]) == (480, 270)
    _, data = outcomes.one(retriever.request_thumbnail(*picture(site), image_size=None))
    assert data["image"] is None


def test_a_size_that_is_none_is_refused_at_the_call(retriever: Any, qapp: Any) -> None:
    with pytest.raises(TypeError, match=r"image_size is 160; it must be \(width, height\)"):
        retriever.request_thumbnail(None, "Shot", 1, image_size=160)
    with pytest.raises(ValueError, match=r"image_size is \(0, 90\)"):
        retriever.request_thumbnail_source("Shot", 1, image_size=(0, 90))
    assert retriever.statistics.waiting == retriever.statistics.running == 0


def test_an_image_is_decoded_once_for_each_size(site: Any, retriever: Any, outcomes: Any) -> None:
    images = [
        outcomes.one(retriever.request_thumbnail(*picture(site), image_size=box))[1]["image"]
        for box in (BOX, BOX, (80, 80), BOX)
    ]
    now = retriever.image_statistics
    assert (now.hits, now.misses, now.images) == (2, 2, 2)
    assert now.bytes == 4 * (160 * 90 + 80 * 45)
    assert images[0] == images[1] == images[3]
    images[0].fill(QtGui.QColor("red"))
    images[3].fill(QtGui.QColor("blue"))
    _, data = outcomes.one(retriever.request_thumbnail(*picture(site), image_size=BOX))
    assert data["image"] == images[1]


def test_retrievers_of_one_manager_share_what_is_decoded(site: Any, make_retriever: Any, manager: Any) -> None:
    wanted = picture(site)
    for misses_then_hits in ((1, 0), (1, 1)):
        retriever = make_retriever(manager=manager)
        _, data = Outcomes(retriever).one(retriever.request_thumbnail(*wanted, image_size=BOX))
        assert size_of(data["image"]) == (160, 90)
        now = manager.image_cache.statistics
        assert (now.misses, now.hits) == misses_then_hits
        assert retriever.image_statistics == now
    manager.shut_down()
    assert manager.image_cache.statistics.images == 0


def test_retrievers_of_different_managers_do_not_share(site: Any, make_retriever: Any) -> None:
    wanted = picture(site)
    for _ in range(2):
        retriever = make_retriever()
        Outcomes(retriever).one(retriever.request_thumbnail(*wanted, image_size=BOX))
        assert (retriever.image_statistics.misses, retriever.image_statistics.hits) == (1, 0)
        retriever.stop()
        assert retriever.image_statistics.images == 0


def test_the_limit_of_the_settings_counts(site: Any, make_retriever: Any) -> None:
    one = 160 * 90 * 4
    retriever = make_retriever(image_cache_bytes=4 * one)
    outcomes = Outcomes(retriever)
    for shot_id in range(1, 8):
        outcomes.one(retriever.request_thumbnail(*picture(site, shot_id), image_size=BOX))
        assert retriever.image_statistics.bytes <= 4 * one
    assert retriever.image_statistics.images == 4
    outcomes.one(retriever.request_thumbnail(*picture(site, 7), load_image=True))  # larger than a quarter
    assert retriever.image_statistics.images == 4


def test_the_memory_can_be_turned_off(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(image_cache_bytes=0)
    outcomes = Outcomes(retriever)
    for _ in range(2):
        _, data = outcomes.one(retriever.request_thumbnail(*picture(site), image_size=BOX))
        assert size_of(data["image"]) == (160, 90)
    assert (retriever.image_statistics.images, retriever.image_statistics.hits) == (0, 0)


def test_a_file_that_was_replaced_is_decoded_anew(
    site: Any, retriever: Any, outcomes: Any, tmp_path: Path
) -> None:
    wanted = picture(site)
    _, data = outcomes.one(retriever.request_thumbnail(*wanted, image_size=BOX))
    os.replace(save(Image.new("RGB", (480, 270), "blue"), tmp_path / "new.jpg"), data["thumb_path"])
    kind, data = outcomes.one(retriever.request_thumbnail(*wanted, image_size=BOX))
    assert kind == "check_thumbnail"
    assert data["image"].pixelColor(80, 45).blue() > 250
    assert (retriever.image_statistics.hits, retriever.image_statistics.misses) == (0, 2)


def test_a_cached_file_that_was_cut_short_is_got_anew(site: Any, retriever: Any, outcomes: Any) -> None:
    """As other tools leave it behind when their download is killed; Qt would show it half grey."""
    wanted = picture(site)
    _, data = outcomes.one(retriever.request_thumbnail(*wanted))
    path = Path(data["thumb_path"])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    site.calls.clear()
    kind, data = outcomes.one(retriever.request_thumbnail(*wanted, image_size=BOX))
    assert (kind, downloads(site)) == ("download_thumbnail", 1)
    assert path.read_bytes() == whole
    assert size_of(data["image"]) == (160, 90)
