"""The versions of a shot side by side, the newest first."""

from __future__ import annotations

import functools
from typing import Any, List, Mapping, Optional, Union

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

from . import pictures, theme
from .ledger import Ledger
from .outlook import Outlook
from .statuses import Statuses
from .thumbnails import State, ThumbnailLoader, Wanted

_WIDTH = 124
_MARGIN = 5
_VERSION = int(QtCore.Qt.ItemDataRole.UserRole) + 1

_Index = Union[QtCore.QModelIndex, QtCore.QPersistentModelIndex]


class _VersionTile(QtWidgets.QStyledItemDelegate):
    def __init__(self, loader: ThumbnailLoader, statuses: Statuses, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._loader = loader
        self._statuses = statuses

    def sizeHint(self, option: Any, _index: _Index) -> QtCore.QSize:
        height = QtGui.QFontMetrics(theme.font(option.font, 0.86)).height()
        return QtCore.QSize(_WIDTH, 2 * _MARGIN + round((_WIDTH - 2 * _MARGIN) / pictures.ASPECT) + 4 + height)

    def paint(self, painter: QtGui.QPainter, option: Any, index: _Index) -> None:
        version = index.data(_VERSION)
        painter.save()
        painter.setRenderHints(QtGui.QPainter.RenderHint.Antialiasing | QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        flag = QtWidgets.QStyle.StateFlag
        selected = bool(option.state & flag.State_Selected)
        if selected or option.state & flag.State_MouseOver:
            painter.setPen(
                QtGui.QPen(QtGui.QColor(theme.ACCENT), 1.5) if selected else QtGui.QPen(QtCore.Qt.PenStyle.NoPen)
            )
            painter.setBrush(QtGui.QColor("#26394a" if selected else theme.RAISED))
            painter.drawRoundedRect(QtCore.QRectF(option.rect).adjusted(1, 1, -1, -1), 5, 5)
        inner = option.rect.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        picture = QtCore.QRect(inner.left(), inner.top(), inner.width(), round(inner.width() / pictures.ASPECT))
        font = theme.font(option.font, 0.86)
        painter.setFont(font)
        key = ("Version", int(version["id"]))
        image = self._loader.picture(key)
        if image is not None:
            pictures.paint_rounded(painter, picture, image, 4)
        else:
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(QtGui.QColor(theme.RAISED))
            painter.drawRoundedRect(QtCore.QRectF(picture), 4, 4)
            state = self._loader.state(key)
            failed = state is State.FAILED
            painter.setPen(QtGui.QColor(theme.DANGER if failed else theme.FAINT))
            words = "Not loaded" if failed else "No thumbnail" if state is State.NONE else "…"
            painter.drawText(picture, int(QtCore.Qt.AlignmentFlag.AlignCenter), words)
        line = QtCore.QRect(inner.left(), picture.bottom() + 5, inner.width(), QtGui.QFontMetrics(font).height())
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(self._statuses.colour(str(version.get("sg_status_list") or "")))
        painter.drawEllipse(QtCore.QPointF(line.left() + 4, line.center().y() + 1), 3.5, 3.5)
        line.setLeft(line.left() + 12)
        painter.setPen(QtGui.QColor(theme.TEXT))
        # The end of a version's name tells it from the others.
        code = QtGui.QFontMetrics(font).elidedText(
            str(version.get("code") or ""), QtCore.Qt.TextElideMode.ElideLeft, line.width()
        )
        alignment = QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.AlignmentFlag.AlignLeft
        painter.drawText(line, int(alignment), code)
        painter.restore()


class VersionStrip(QtWidgets.QListWidget):
    """Asks for the thumbnails of those in view."""

    #: ``(dict version)``
    version_chosen = QtCore.Signal(object)

    def __init__(self, ledger: Ledger, statuses: Statuses, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        ratio = self.devicePixelRatioF()
        width = round((_WIDTH - 2 * _MARGIN) * ratio)
        height = round(width / pictures.ASPECT)
        self.loader = ThumbnailLoader(
            ledger,
            QtCore.QSize(width, height),
            functools.partial(pictures.framed, width=width, height=height),
            24 * 1024**2,
            self,
        )
        tile = _VersionTile(self.loader, statuses, self)
        self.setItemDelegate(tile)
        self.setFlow(QtWidgets.QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setStyleSheet(f"QListWidget {{ background: {theme.PANEL}; }}")
        self.setAccessibleName("Versions")
        option: Any = QtWidgets.QStyleOptionViewItem()
        option.font = self.font()
        self.setFixedHeight(tile.sizeHint(option, QtCore.QModelIndex()).height() + 13)
        self._examine_timer = QtCore.QTimer(self)
        self._examine_timer.setSingleShot(True)
        self._examine_timer.setInterval(0)
        self._examine_timer.timeout.connect(self._examine)
        self.horizontalScrollBar().valueChanged.connect(lambda _value: self._examine_timer.start())
        self.loader.changed.connect(lambda *_: self.viewport().update())
        statuses.changed.connect(self.viewport().update)
        self.itemClicked.connect(self._clicked)
        self.currentItemChanged.connect(self._current_changed)

    def show_versions(self, versions: List[Mapping[str, Any]]) -> None:
        self.blockSignals(True)
        self.clear()
        for version in versions:
            item = QtWidgets.QListWidgetItem(str(version.get("code") or ""))
            item.setData(_VERSION, version)
            self.addItem(item)
        self.blockSignals(False)
        self.horizontalScrollBar().setValue(0)
        self._examine_timer.start()

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        self._examine_timer.start()

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        if event.angleDelta().x() == 0:
            event.ignore()  # the pane scrolls, up and down
            return
        super().wheelEvent(event)

    def _examine(self) -> None:
        wanted = []
        for row in range(self.count()):
            item = self.item(row)
            if self.visualItemRect(item).intersects(self.viewport().rect()):
                version = item.data(_VERSION)
                wanted.append(Wanted("Version", int(version["id"]), version.get("image") or None))
        self.loader.want(Outlook(wanted))

    def _current_changed(self, current: Optional[QtWidgets.QListWidgetItem], _previous: object) -> None:
        if current is not None:
            self.version_chosen.emit(current.data(_VERSION))

    def _clicked(self, item: QtWidgets.QListWidgetItem) -> None:
        version = item.data(_VERSION)
        key = ("Version", int(version["id"]))
        if self.loader.state(key) is State.FAILED:
            self.loader.retry(key)
            self._examine_timer.start()
