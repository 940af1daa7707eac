"""Paints a shot: its picture, code, status, tasks and people."""

from __future__ import annotations

import math
from typing import List

from shotgun_data.qt.binding import QtCore, QtGui

from . import theme
from .pictures import ASPECT, PictureCache, paint_rounded
from .shots_model import Shot
from .statuses import Statuses
from .thumbnails import State, ThumbnailLoader

RADIUS = 5.0
_MARGIN = 7
_GAP = 6
_DOT = 9
_WORDS = 16 * 1024**2  # bytes of memory for painted words

_ALIGN = QtCore.Qt.AlignmentFlag
_LEFT = int(_ALIGN.AlignLeft | _ALIGN.AlignVCenter)
_RIGHT = int(_ALIGN.AlignRight | _ALIGN.AlignVCenter)
_CENTRE = int(_ALIGN.AlignCenter)
_NO_PEN = QtCore.Qt.PenStyle.NoPen
_TRANSPARENT = QtGui.QImage.Format.Format_ARGB32_Premultiplied


class ShotTile:
    """All tiles have one size: :meth:`size_for` a width.

    Painting them is what scrolling costs. The words of a tile are painted once and kept as a picture: measuring and
    painting them took as long as all the rest, in thirty calls, each of which lets go of the interpreter's lock and
    has to wait for it where threads are busy.

    :param font: of the view.
    """

    def __init__(self, thumbnails: ThumbnailLoader, statuses: Statuses, font: QtGui.QFont) -> None:
        self._thumbnails = thumbnails
        self._statuses = statuses
        self._bold, self._small = theme.font(font, 1.0, bold=True), theme.font(font, 0.86)
        self._bold_metrics, self._small_metrics = QtGui.QFontMetrics(self._bold), QtGui.QFontMetrics(self._small)
        self._words = PictureCache(_WORDS)
        statuses.changed.connect(self._words.clear)
        self._text, self._faint = QtGui.QColor(theme.TEXT), QtGui.QColor(theme.FAINT)
        self._danger = QtGui.QColor(theme.DANGER)
        self._placeholder = QtGui.QColor("#23262a")
        self._hatching = QtGui.QBrush(QtGui.QColor("#2c3035"), QtCore.Qt.BrushStyle.BDiagPattern)
        self._loading = QtGui.QColor("#3a4047")
        self._hovered, self._selected = QtGui.QColor(theme.PANEL), QtGui.QColor("#26394a")
        self._outline = QtGui.QPen(QtGui.QColor(theme.ACCENT), 1.5)

    def size_for(self, width: int) -> QtCore.QSize:
        """The size of a tile of this width."""
        return QtCore.QSize(width, 2 * _MARGIN + self.picture_size(width).height() + _GAP + self._words_height)

    @staticmethod
    def picture_size(width: int) -> QtCore.QSize:
        """The size of the picture in a tile of this width, in pixels that do not depend on the screen."""
        inner = width - 2 * _MARGIN
        return QtCore.QSize(inner, round(inner / ASPECT))

    def paint(
        self, painter: QtGui.QPainter, rect: QtCore.QRect, shot: Shot, selected: bool = False, hovered: bool = False
    ) -> None:
        """:param painter: antialiased; its pen, brush and font are left as they happen to be."""
        if selected or hovered:
            painter.setBrush(self._selected if selected else self._hovered)
            painter.setPen(self._outline if selected else _NO_PEN)
            painter.drawRoundedRect(QtCore.QRectF(rect).adjusted(1.5, 1.5, -1.5, -1.5), RADIUS + 2, RADIUS + 2)
        inner = rect.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        picture = QtCore.QRect(inner.topLeft(), self.picture_size(rect.width()))
        self._paint_picture(painter, picture, shot)
        words = self._words_of(shot, inner.width(), painter.device().devicePixelRatioF())
        painter.drawImage(QtCore.QPoint(inner.left(), picture.bottom() + 1 + _GAP), words)

    # --------------------------------------------------------------------------------------------------

    @property
    def _words_height(self) -> int:
        return self._bold_metrics.height() + 3 + self._small_metrics.height()

    def _words_of(self, shot: Shot, width: int, ratio: float) -> QtGui.QImage:
        """What a tile says of a shot, painted on nothing."""
        key = (shot.id, width, ratio)
        said = (shot.code, shot.status, shot.tasks, shot.description)
        image = self._words.get(key)
        if image is None or self._words.tag(key) != said:
            image = QtGui.QImage(
                math.ceil(width * ratio), math.ceil(self._words_height * ratio), _TRANSPARENT
            )
            image.setDevicePixelRatio(ratio)
            image.fill(0)
            painter = QtGui.QPainter(image)
            painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
            self._paint_words(painter, width, shot)
            painter.end()
            self._words.put(key, image, said)
        return image

    def _paint_picture(self, painter: QtGui.QPainter, rect: QtCore.QRect, shot: Shot) -> None:
        key = ("Shot", shot.id)
        state = self._thumbnails.state(key)
        image = self._thumbnails.picture(key)
        if image is not None and state in (State.READY, State.LOADING):
            paint_rounded(painter, rect, image, RADIUS)
            return
        area = QtCore.QRectF(rect)
        painter.setPen(_NO_PEN)
        painter.setBrush(self._placeholder)
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        if state in (State.LOADING, State.READY):  # ready, and since pushed out of memory
            self._paint_loading(painter, area)
            return
        if state is State.NONE:
            painter.setBrush(self._hatching)
            painter.drawRoundedRect(area, RADIUS, RADIUS)
            words, colour = "No thumbnail", self._faint
        else:
            painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
            painter.setPen(QtGui.QPen(self._danger, 1, QtCore.Qt.PenStyle.DashLine))
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
            words, colour = "Not loaded\nclick to try again", self._danger
        painter.setPen(colour)
        painter.setFont(self._small)
        painter.drawText(rect, _CENTRE, words)

    def _paint_loading(self, painter: QtGui.QPainter, area: QtCore.QRectF) -> None:
        painter.setBrush(self._loading)
        for number in range(3):
            painter.drawEllipse(area.center() + QtCore.QPointF((number - 1) * 11, 0), 2.5, 2.5)

    def _paint_words(self, painter: QtGui.QPainter, width: int, shot: Shot) -> None:
        elide = QtCore.Qt.TextElideMode.ElideRight
        line = QtCore.QRect(0, 0, width, self._bold_metrics.height())
        painter.setPen(_NO_PEN)
        painter.setBrush(self._statuses.colour(shot.status))
        painter.drawEllipse(QtCore.QRectF(1, line.center().y() - _DOT / 2 + 1, _DOT, _DOT))
        line.setLeft(_DOT + 7)
        code = self._bold_metrics.elidedText(shot.code, elide, line.width())
        painter.setFont(self._bold)
        painter.setPen(self._text)
        painter.drawText(line, _LEFT, code)
        painter.setFont(self._small)
        painter.setPen(self._faint)
        line.setLeft(line.left() + self._bold_metrics.horizontalAdvance(code) + 12)
        status = self._statuses.name(shot.status)
        if status and self._small_metrics.horizontalAdvance(status) <= line.width():
            painter.drawText(line, _RIGHT, status)
        below = QtCore.QRect(0, line.bottom() + 4, width, self._small_metrics.height())
        if shot.tasks:
            below.setLeft(self._paint_tasks(painter, below, shot))
            painter.setPen(self._faint)
        words = ", ".join(_people(shot)) if shot.tasks else shot.description
        painter.drawText(below, _LEFT, self._small_metrics.elidedText(words, elide, below.width()))

    def _paint_tasks(self, painter: QtGui.QPainter, rect: QtCore.QRect, shot: Shot) -> int:
        """A stroke for each task, in the colour of its status; gives where the words may begin."""
        tasks = (shot.tasks or ())[:8]
        left = float(rect.left() + 1)
        painter.setPen(_NO_PEN)
        for task in tasks:
            painter.setBrush(self._statuses.colour(task.status))
            painter.drawRoundedRect(QtCore.QRectF(left, rect.center().y() - 2, 11, 5), 2, 2)
            left += 13
        return round(left) + 5


def _people(shot: Shot) -> List[str]:
    """First names of those who work on the shot, each once."""
    people = (person for task in shot.tasks or () for person in task.people)
    return list(dict.fromkeys(person.split(" ")[0] for person in people))
