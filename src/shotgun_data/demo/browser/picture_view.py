"""One large picture, as wide as its place and always 16:9."""

from __future__ import annotations

from typing import Optional

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

from . import pictures, theme
from .shot_tile import RADIUS

_LARGEST = 1920  # pixels across that are kept


class PictureView(QtWidgets.QWidget):
    """Shows an image, or says why there is none."""

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._image: Optional[QtGui.QImage] = None
        self._made: Optional[QtGui.QPixmap] = None
        self._words = ""
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Fixed)
        self.setFixedHeight(180)

    @property
    def image(self) -> Optional[QtGui.QImage]:
        """What is shown, as large as it is kept."""
        return self._image

    def show_image(self, image: QtGui.QImage) -> None:
        self._image = pictures.scaled(image, _LARGEST, _LARGEST)
        self._made = None
        self.update()

    def show_words(self, words: str) -> None:
        """No picture, but a word about why."""
        self._image, self._made, self._words = None, None, words
        self.update()

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        # Not by heightForWidth: a scroll area's contents are not laid out by that.
        self.setFixedHeight(round(event.size().width() / pictures.ASPECT))

    def paintEvent(self, _event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHints(QtGui.QPainter.RenderHint.Antialiasing | QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        ratio = self.devicePixelRatioF()
        width, height = round(self.width() * ratio), round(self.height() * ratio)
        if self._image is not None and width > 0 and height > 0:
            if self._made is None or (self._made.width(), self._made.height()) != (width, height):
                self._made = pictures.tile(self._image, width, height, RADIUS * ratio)
            painter.drawPixmap(self.rect(), self._made)
        else:
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(QtGui.QColor(theme.BASE))
            painter.drawRoundedRect(QtCore.QRectF(self.rect()), RADIUS, RADIUS)
            painter.setPen(QtGui.QColor(theme.FAINT))
            painter.drawText(self.rect(), int(QtCore.Qt.AlignmentFlag.AlignCenter), self._words)
        painter.end()
