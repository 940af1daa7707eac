"""One large picture, as wide as its place and always 16:9."""

from __future__ import annotations

from typing import Optional

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

from . import pictures, theme
from .shot_tile import RADIUS

_REST = 150  # milliseconds that its place must keep its size


class PictureView(QtWidgets.QWidget):
    """Shows an image, or says why there is none."""

    #: Its place has another size, and keeps it: ``(QSize in device pixels)``.
    resized = QtCore.Signal(QtCore.QSize)

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._image: Optional[QtGui.QImage] = None
        self._made: Optional[QtGui.QImage] = None
        self._words = ""
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Fixed)
        self.setFixedHeight(180)
        self._rest = QtCore.QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST)
        self._rest.timeout.connect(lambda: self.resized.emit(self._place()))

    @property
    def image(self) -> Optional[QtGui.QImage]:
        """What is shown."""
        return self._image

    def show_image(self, image: QtGui.QImage) -> None:
        self._image = image
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
        self._rest.start()

    def paintEvent(self, _event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHints(QtGui.QPainter.RenderHint.Antialiasing | QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        place = self._place()
        if self._image is not None and not place.isEmpty():
            if self._made is None or self._made.size() != place:
                self._made = pictures.framed(self._image, place.width(), place.height())
            pictures.paint_rounded(painter, self.rect(), self._made, RADIUS)
        else:
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(QtGui.QColor(theme.BASE))
            painter.drawRoundedRect(QtCore.QRectF(self.rect()), RADIUS, RADIUS)
            painter.setPen(QtGui.QColor(theme.FAINT))
            painter.drawText(self.rect(), int(QtCore.Qt.AlignmentFlag.AlignCenter), self._words)
        painter.end()

    def _place(self) -> QtCore.QSize:
        """In device pixels."""
        ratio = self.devicePixelRatioF()
        return QtCore.QSize(round(self.width() * ratio), round(self.height() * ratio))
