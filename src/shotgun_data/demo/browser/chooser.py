"""A combo box in the window's look."""

from __future__ import annotations

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

from . import theme


class Chooser(QtWidgets.QComboBox):
    """Paints its own arrow: a style sheet takes that of the style away, and wants an image file for another."""

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtGui.QPen(QtGui.QColor(theme.FAINT if self.isEnabled() else theme.LINE), 1.5))
        middle = QtCore.QPointF(self.width() - 13, self.height() / 2 + 1)
        tip = middle + QtCore.QPointF(0, 2)
        painter.drawLine(middle + QtCore.QPointF(-4, -2), tip)
        painter.drawLine(tip, middle + QtCore.QPointF(4, -2))
        painter.end()

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        event.ignore()  # one scrolls what is around it, and does not mean to choose
