"""A person's picture in a circle; their initials until it is there."""

from __future__ import annotations

import functools
from typing import Any, Mapping, Optional

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

from . import pictures, theme
from .ledger import Ledger
from .thumbnails import ThumbnailLoader, Wanted

SIZE = 28


def loader_of_portraits(ledger: Ledger, ratio: float, parent: QtCore.QObject) -> ThumbnailLoader:
    """Loads them all, for a screen of this pixel ratio."""
    side = round(SIZE * ratio)
    # Twice as wide, for the middle of a picture that is wider than high; a square one is then scaled down by half.
    return ThumbnailLoader(
        ledger,
        QtCore.QSize(2 * side, 2 * side),
        functools.partial(pictures.portrait, side=side),
        8 * 1024**2,
        parent,
    )


class Portrait(QtWidgets.QWidget):
    """:param person: the link to a HumanUser, a script or a group; None for nobody."""

    def __init__(
        self,
        person: Optional[Mapping[str, Any]],
        url: Optional[str],
        loader: ThumbnailLoader,
        parent: Optional[QtWidgets.QWidget] = None,
    ) -> None:
        super().__init__(parent)
        self.setFixedSize(SIZE, SIZE)
        self._name = str((person or {}).get("name") or "?")
        self._loader = loader
        self._key = (str((person or {}).get("type") or ""), int((person or {}).get("id") or 0))
        if person and url:
            loader.changed.connect(self._changed)
            loader.also_want(Wanted(self._key[0], self._key[1], url))

    def _changed(self, entity_type: str, entity_id: int) -> None:
        if (entity_type, entity_id) == self._key:
            self.update()

    def paintEvent(self, _event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHints(QtGui.QPainter.RenderHint.Antialiasing | QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        image = self._loader.picture(self._key)
        if image is not None:
            pictures.paint_rounded(painter, self.rect(), image, SIZE / 2)
        else:
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(QtGui.QColor("#3b424a"))
            painter.drawEllipse(QtCore.QRectF(self.rect()))
            painter.setPen(QtGui.QColor(theme.TEXT))
            painter.setFont(theme.font(self.font(), 0.8, bold=True))
            initials = "".join(part[0] for part in self._name.split()[:2]).upper()
            painter.drawText(self.rect(), int(QtCore.Qt.AlignmentFlag.AlignCenter), initials)
        painter.end()
