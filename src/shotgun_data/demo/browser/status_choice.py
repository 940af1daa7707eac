"""The status of a shot, to look at and to change."""

from __future__ import annotations

from typing import Optional

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

from .chooser import Chooser
from .statuses import Statuses


class StatusChoice(Chooser):
    """Offers what the site allows."""

    #: The user wants this one: ``(str code)``.
    picked = QtCore.Signal(str)

    def __init__(self, statuses: Statuses, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._statuses = statuses
        self._code = ""
        self.setAccessibleName("Status")
        self.setSizeAdjustPolicy(QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setIconSize(QtCore.QSize(11, 11))
        self.setMaxVisibleItems(24)
        self.activated.connect(self._activated)
        statuses.changed.connect(self._refill)
        self._refill()

    @property
    def code(self) -> str:
        """The status that is shown."""
        return self._code

    def show_status(self, code: str) -> None:
        self._code = code
        self._refill()

    def _refill(self) -> None:
        codes = self._statuses.of_shots
        if self._code and self._code not in codes:
            codes.append(self._code)  # the shot has it, even if the site no longer gives it to others
        self.blockSignals(True)
        self.clear()
        for code in codes:
            self.addItem(_dot(self._statuses.colour(code), self.devicePixelRatioF()), self._statuses.name(code), code)
        self.setCurrentIndex(codes.index(self._code) if self._code else -1)
        self.blockSignals(False)

    def _activated(self, row: int) -> None:
        code = str(self.itemData(row))
        if code != self._code:
            self.picked.emit(code)


def _dot(colour: QtGui.QColor, ratio: float) -> QtGui.QIcon:
    side = round(11 * ratio)
    pixmap = QtGui.QPixmap(side, side)
    pixmap.fill(QtGui.QColor(0, 0, 0, 0))
    painter = QtGui.QPainter(pixmap)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    painter.setPen(QtCore.Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(QtCore.QRectF(0.5, 0.5, side - 1, side - 1))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return QtGui.QIcon(pixmap)
