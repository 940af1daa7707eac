"""Pictures at the size at which they are shown, in bounded memory; words as people read them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from shotgun_data.demo.browser import pictures, words
from shotgun_data.demo.browser.facts import facts_of
from shotgun_data.demo.browser.pictures import PictureCache
from shotgun_data.demo.browser.statuses import Statuses
from shotgun_data.qt.binding import QtCore, QtGui


def image(width: int, height: int) -> Any:
    made = QtGui.QImage(width, height, QtGui.QImage.Format.Format_RGB32)
    made.fill(QtGui.QColor(200, 30, 30))
    return made


@pytest.mark.parametrize(("width", "height"), [(480, 270), (256, 107), (10, 10), (1, 400), (3000, 2)])
def test_a_frame_has_the_size_that_is_asked_for(qapp: Any, width: int, height: int) -> None:
    made = pictures.framed(image(width, height), 256, 144)
    assert (made.width(), made.height()) == (256, 144)
    assert made.pixelColor(128, 72).red() > 150


def test_a_picture_of_the_right_size_is_not_copied(qapp: Any) -> None:
    given = image(256, 144)
    assert pictures.framed(given, 256, 144) is given


def test_what_is_transparent_is_put_on_the_backdrop(qapp: Any) -> None:
    given = QtGui.QImage(256, 144, QtGui.QImage.Format.Format_ARGB32_Premultiplied)
    given.fill(0)
    made = pictures.framed(given, 256, 144)
    assert not made.hasAlphaChannel()
    assert made.pixelColor(128, 72).red() < 20


@pytest.mark.parametrize(("width", "height"), [(480, 270), (20, 20), (30, 900)])
def test_a_portrait_is_a_square(qapp: Any, width: int, height: int) -> None:
    made = pictures.portrait(image(width, height), 28)
    assert (made.width(), made.height()) == (28, 28)
    assert made.pixelColor(14, 14).red() > 150


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_a_picture_is_painted_pixel_for_pixel_with_round_corners(qapp: Any, ratio: float) -> None:
    picture = image(round(60 * ratio), round(40 * ratio))
    for x in range(picture.width()):  # a pattern that any filtering would blur
        for y in range(picture.height()):
            picture.setPixelColor(x, y, QtGui.QColor(250 * ((x + y) % 2), 0, 100))
    canvas = QtGui.QImage(round(100 * ratio), round(80 * ratio), QtGui.QImage.Format.Format_RGB32)
    canvas.setDevicePixelRatio(ratio)
    canvas.fill(QtGui.QColor(0, 255, 0))
    painter = QtGui.QPainter(canvas)
    painter.setRenderHints(QtGui.QPainter.RenderHint.Antialiasing | QtGui.QPainter.RenderHint.SmoothPixmapTransform)
    pictures.paint_rounded(painter, QtCore.QRect(20, 10, 60, 40), picture, 5)
    painter.end()
    left, top = round(20 * ratio), round(10 * ratio)
    edge = round(6 * ratio)
    inside = QtCore.QRect(edge, edge, picture.width() - 2 * edge, picture.height() - 2 * edge)
    assert canvas.copy(inside.translated(left, top)) == picture.copy(inside)
    assert canvas.pixelColor(left, top).green() > 200
    assert canvas.pixelColor(left - 1, top + edge).green() == 255


def test_the_cache_keeps_what_was_used_last(qapp: Any) -> None:
    cache = PictureCache(3 * 100 * 100 * 4)
    for number in range(3):
        cache.put(number, image(100, 100), "")
    assert cache.get(0) is not None
    cache.put(3, image(100, 100), "three")
    assert cache.get(1) is None
    assert cache.get(0) is not None
    assert cache.tag(3) == "three"
    assert len(cache) == 3
    assert cache.bytes == 3 * 100 * 100 * 4
    cache.clear()
    assert (len(cache), cache.bytes) == (0, 0)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 bytes"), (170, "170 bytes"), (20_971_520, "21.0 MB"), (5 * 10**12, "5000 GB"), (None, "")],
)
def test_sizes(count: Any, shown: str) -> None:
    assert words.size(count) == shown


def test_moments() -> None:
    assert words.moment(datetime.date(2026, 3, 4)) == "4 Mar 2026"
    assert words.moment("2026-03-04") == "4 Mar 2026"
    assert words.moment("soon") == "soon"
    assert words.moment(None) == ""
    utc = datetime.datetime(2026, 3, 4, 12, 0, tzinfo=datetime.timezone.utc)
    assert words.moment(utc) == utc.astimezone().strftime("%d %b %Y, %H:%M").lstrip("0")


def test_facts_leave_out_what_is_not_known() -> None:
    assert facts_of({}) == []
    assert facts_of({"sg_cut_in": 1001, "sg_cut_out": 1010}) == [("Cut", "1001 to 1010"), ("Duration", "10 frames")]
    assert facts_of({"sg_cut_in": 1001, "sg_cut_out": None}) == [("Cut", "1001 to ?")]


def test_statuses_of_any_site(qapp: Any) -> None:
    statuses = Statuses()
    statuses.learn(
        [
            {"code": "ip", "name": "In Progress", "bg_color": "10,20,30"},
            {"code": "x", "name": None, "bg_color": None},
            {"code": "y", "name": "Y", "bg_color": "pipeline_step"},
        ]
    )
    statuses.allow(
        {
            "properties": {
                "valid_values": {"value": ["ip", "x", "old"]},
                "hidden_values": {"value": ["old"]},
                "display_values": {"value": {"x": "An X"}},
            }
        }
    )
    assert statuses.of_shots == ["ip", "x"]
    assert statuses.colour("ip") == QtGui.QColor(10, 20, 30)
    assert statuses.colour("y") == statuses.colour("never seen")
    assert statuses.name("ip") == "In Progress"
    assert statuses.name("never seen") == "never seen"
