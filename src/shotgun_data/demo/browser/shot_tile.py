"""Paints a shot: its picture, code, status, tasks and people."""

from __future__ import annotations

from typing import Any, List, Optional, Union

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

from . import theme
from .pictures import ASPECT
from .shots_model import SHOT, Shot
from .statuses import Statuses
from .thumbnails import State, ThumbnailLoader

RADIUS = 5.0
_MARGIN = 7
_GAP = 6

_Index = Union[QtCore.QModelIndex, QtCore.QPersistentModelIndex]


class ShotTile(QtWidgets.QStyledItemDelegate):
    """All tiles have one size: :meth:`size_for` a width."""

    def __init__(
        self, thumbnails: ThumbnailLoader, statuses: Statuses, parent: Optional[QtCore.QObject] = None
    ) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._statuses = statuses
        self._size = QtCore.QSize(200, 160)
        self._placeholder = QtGui.QColor("#23262a")
        self._hatching = QtGui.QColor("#2c3035")

    def size_for(self, width: int, font: QtGui.QFont) -> QtCore.QSize:
        """Take this width for all tiles; gives the size."""
        picture = self.picture_size(width)
        code = QtGui.QFontMetrics(theme.font(font, 1.0, bold=True)).height()
        hints = QtGui.QFontMetrics(theme.font(font, 0.86)).height()
        self._size = QtCore.QSize(width, 2 * _MARGIN + picture.height() + _GAP + code + 3 + hints)
        return self._size

    @staticmethod
    def picture_size(width: int) -> QtCore.QSize:
        """The size of the picture in a tile of this width, in pixels that do not depend on the screen."""
        inner = width - 2 * _MARGIN
        return QtCore.QSize(inner, round(inner / ASPECT))

    def sizeHint(self, _option: QtWidgets.QStyleOptionViewItem, _index: _Index) -> QtCore.QSize:
        return self._size

    def paint(self, painter: QtGui.QPainter, option: Any, index: _Index) -> None:
        shot = index.data(SHOT)
        if not isinstance(shot, Shot):
            return
        painter.save()
        painter.setRenderHints(QtGui.QPainter.RenderHint.Antialiasing | QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        state = option.state
        flag = QtWidgets.QStyle.StateFlag
        self._paint_frame(painter, option.rect, bool(state & flag.State_Selected), bool(state & flag.State_MouseOver))
        inner = option.rect.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        picture = QtCore.QRect(inner.topLeft(), self.picture_size(option.rect.width()))
        self._paint_picture(painter, picture, shot, option.font)
        inner.setTop(picture.bottom() + 1 + _GAP)
        self._paint_words(painter, inner, shot, option.font)
        painter.restore()

    # --------------------------------------------------------------------------------------------------

    def _paint_frame(self, painter: QtGui.QPainter, rect: QtCore.QRect, selected: bool, hovered: bool) -> None:
        if not selected and not hovered:
            return
        area = QtCore.QRectF(rect).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setBrush(QtGui.QColor("#26394a" if selected else theme.PANEL))
        painter.setPen(
            QtGui.QPen(QtGui.QColor(theme.ACCENT), 1.5) if selected else QtGui.QPen(QtCore.Qt.PenStyle.NoPen)
        )
        painter.drawRoundedRect(area, RADIUS + 2, RADIUS + 2)

    def _paint_picture(self, painter: QtGui.QPainter, rect: QtCore.QRect, shot: Shot, font: QtGui.QFont) -> None:
        key = ("Shot", shot.id)
        state = self._thumbnails.state(key)
        pixmap = self._thumbnails.picture(key)
        if pixmap is not None and state in (State.READY, State.LOADING):
            painter.drawPixmap(rect, pixmap)
            return
        area = QtCore.QRectF(rect)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(self._placeholder)
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        if state in (State.LOADING, State.READY):  # ready, and since pushed out of memory
            self._paint_loading(painter, area)
            return
        if state is State.NONE:
            painter.setBrush(QtGui.QBrush(self._hatching, QtCore.Qt.BrushStyle.BDiagPattern))
            painter.drawRoundedRect(area, RADIUS, RADIUS)
            words, colour = "No thumbnail", theme.FAINT
        else:
            painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
            painter.setPen(QtGui.QPen(QtGui.QColor(theme.DANGER), 1, QtCore.Qt.PenStyle.DashLine))
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
            words, colour = "Not loaded\nclick to try again", theme.DANGER
        painter.setPen(QtGui.QColor(colour))
        painter.setFont(theme.font(font, 0.86))
        painter.drawText(rect, int(QtCore.Qt.AlignmentFlag.AlignCenter), words)

    @staticmethod
    def _paint_loading(painter: QtGui.QPainter, area: QtCore.QRectF) -> None:
        painter.setBrush(QtGui.QColor("#3a4047"))
        for number in range(3):
            middle = area.center() + QtCore.QPointF((number - 1) * 11, 0)
            painter.drawEllipse(middle, 2.5, 2.5)

    def _paint_words(self, painter: QtGui.QPainter, rect: QtCore.QRect, shot: Shot, font: QtGui.QFont) -> None:
        bold = theme.font(font, 1.0, bold=True)
        metrics = QtGui.QFontMetrics(bold)
        line = QtCore.QRect(rect.left(), rect.top(), rect.width(), metrics.height())
        dot = 9
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(self._statuses.colour(shot.status))
        painter.drawEllipse(QtCore.QRectF(line.left() + 1, line.center().y() - dot / 2 + 1, dot, dot))
        line.setLeft(line.left() + dot + 7)
        painter.setFont(bold)
        painter.setPen(QtGui.QColor(theme.TEXT))
        left = int(QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignVCenter)
        elide = QtCore.Qt.TextElideMode.ElideRight
        code = metrics.elidedText(shot.code, elide, line.width())
        painter.drawText(line, left, code)
        small = theme.font(font, 0.86)
        metrics = QtGui.QFontMetrics(small)
        painter.setFont(small)
        painter.setPen(QtGui.QColor(theme.FAINT))
        spare = line.adjusted(QtGui.QFontMetrics(bold).horizontalAdvance(code) + 12, 0, 0, 0)
        status = self._statuses.name(shot.status)
        if status and metrics.horizontalAdvance(status) <= spare.width():
            painter.drawText(
                spare, int(QtCore.Qt.AlignmentFlag.AlignRight | QtCore.Qt.AlignmentFlag.AlignVCenter), status
            )
        below = QtCore.QRect(rect.left(), line.bottom() + 4, rect.width(), metrics.height())
        if shot.tasks:
            below.setLeft(self._paint_tasks(painter, below, shot))
            words = ", ".join(_people(shot))
        else:
            words = shot.description
        painter.setPen(QtGui.QColor(theme.FAINT))
        painter.drawText(below, left, metrics.elidedText(words, elide, below.width()))

    def _paint_tasks(self, painter: QtGui.QPainter, rect: QtCore.QRect, shot: Shot) -> int:
        """A stroke for each task, in the colour of its status; gives where the words may begin."""
        tasks = (shot.tasks or ())[:8]
        left = float(rect.left() + 1)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        for task in tasks:
            painter.setBrush(self._statuses.colour(task.status))
            painter.drawRoundedRect(QtCore.QRectF(left, rect.center().y() - 2, 11, 5), 2, 2)
            left += 13
        return round(left) + 5


def _people(shot: Shot) -> List[str]:
    """First names of those who work on the shot, each once."""
    names: List[str] = []
    for task in shot.tasks or ():
        for person in task.people:
            first = person.split(" ")[0]
            if first not in names:
                names.append(first)
    return names
