"""The grid of shots: knows which of them are in view, and has their thumbnails asked for."""

from __future__ import annotations

import math
from typing import List, Optional

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

from . import pictures
from .shot_tile import RADIUS, ShotTile
from .shots_model import Shot, ShotsModel
from .statuses import Statuses
from .task_hints import TaskHints
from .thumbnails import State, ThumbnailLoader, Wanted

SMALLEST, LARGEST, USUAL = 130, 480, 196
_EXAMINE_AFTER = 30  # milliseconds of rest: what only flies past while one scrolls is not asked for


class ShotGrid(QtWidgets.QListView):
    """Shots as tiles, as many in a row as fit, filling the width."""

    #: Another shot is the current one: ``(Shot or None)``.
    shot_chosen = QtCore.Signal(object)
    #: What is in view is known, and has been asked for.
    examined = QtCore.Signal()
    #: The wish for another size of tiles, by the wheel or the keyboard: ``(int width)``.
    width_wished = QtCore.Signal(int)

    def __init__(
        self,
        model: ShotsModel,
        thumbnails: ThumbnailLoader,
        hints: TaskHints,
        statuses: Statuses,
        parent: Optional[QtWidgets.QWidget] = None,
    ) -> None:
        super().__init__(parent)
        self.shots = model
        self.thumbnails = thumbnails
        self._hints = hints
        self._tile_width = USUAL
        self._picture_width = 0
        self._chosen: Optional[int] = None
        self._tile = ShotTile(thumbnails, statuses, self)
        self.setModel(model)
        self.setItemDelegate(self._tile)
        self.setViewMode(QtWidgets.QListView.ViewMode.IconMode)
        self.setMovement(QtWidgets.QListView.Movement.Static)
        self.setResizeMode(QtWidgets.QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setAccessibleName("Shots")
        self._examine_timer = QtCore.QTimer(self)
        self._examine_timer.setSingleShot(True)
        self._examine_timer.setInterval(_EXAMINE_AFTER)
        self._examine_timer.timeout.connect(self._examine)
        self.verticalScrollBar().valueChanged.connect(self.examine_soon)
        model.modelReset.connect(self._restore_chosen)
        model.rowsInserted.connect(self._rows_inserted)
        thumbnails.changed.connect(self._thumbnail_changed)
        statuses.changed.connect(self.viewport().update)
        self.selectionModel().currentChanged.connect(self._current_changed)
        self.clicked.connect(self._clicked)

    @property
    def examining(self) -> bool:
        """Whether what is in view is still to be looked into."""
        return self._examine_timer.isActive()

    def set_tile_width(self, width: int) -> None:
        """How wide tiles are at least, in pixels that do not depend on the screen."""
        self._tile_width = max(SMALLEST, min(LARGEST, width))
        self._lay_out()

    def in_view(self) -> List[Shot]:
        """The shots of which at least a part can be seen, from top to bottom."""
        count = self.shots.rowCount()
        height = self.viewport().height()
        first = self._first_row(count, 0)
        last = self._first_row(count, height)
        columns = max(1, self._columns())
        return [self.shots.at(row) for row in range(first, min(count, last + columns)) if self._touches(row, height)]

    def choose(self, shot_id: Optional[int]) -> bool:
        """Make a shot the current one and bring it into view; False if it is not shown."""
        row = None if shot_id is None else self.shots.row_of(shot_id)
        if row is None:
            return False
        index = self.shots.index(row)
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return True

    def examine_soon(self) -> None:
        """See what is in view once scrolling rests."""
        self._examine_timer.start()

    # -- Qt tells ----------------------------------------------------------------------------------------

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        super().showEvent(event)
        self._lay_out()

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        if event.modifiers() & QtCore.Qt.KeyboardModifier.ControlModifier:
            step = 16 if event.angleDelta().y() > 0 else -16
            self.width_wished.emit(self._tile_width + step)
            event.accept()
            return
        super().wheelEvent(event)

    # --------------------------------------------------------------------------------------------------

    def _columns(self) -> int:
        return max(1, (self.viewport().width() - 2) // self._tile_width)

    def _lay_out(self) -> None:
        columns = self._columns()
        # Two pixels less than there are: QListView wraps a row that fills the width exactly.
        width = (self.viewport().width() - 2) // columns
        size = self._tile.size_for(max(width, 40), self.font())
        if size != self.gridSize():
            self.setGridSize(size)
        self.verticalScrollBar().setSingleStep(max(20, size.height() // 3))
        self._remake_pictures()
        self.examine_soon()

    def _remake_pictures(self) -> None:
        ratio = self.devicePixelRatioF()
        # In steps, so that not every pixel by which a window grows makes all pictures anew.
        width = math.ceil(self._tile.picture_size(self.gridSize().width()).width() * ratio / 64) * 64
        if width == self._picture_width or width <= 0:
            return
        self._picture_width = width
        height = round(width / pictures.ASPECT)
        radius = RADIUS * ratio
        self.thumbnails.remake(lambda image: pictures.tile(image, width, height, radius))

    def _first_row(self, count: int, y: int) -> int:
        """The first row whose tile ends below ``y``, counted from the top of the viewport."""
        low, high = 0, count
        while low < high:
            middle = (low + high) // 2
            if self.visualRect(self.shots.index(middle)).bottom() < y:
                low = middle + 1
            else:
                high = middle
        return low

    def _touches(self, row: int, height: int) -> bool:
        rect = self.visualRect(self.shots.index(row))
        return rect.bottom() >= 0 and rect.top() < height

    def _examine(self) -> None:
        shots = self.in_view() if self.isVisible() else []
        self.thumbnails.want(Wanted("Shot", shot.id, shot.image) for shot in shots)
        self._hints.want(shots)
        self.examined.emit()

    def _thumbnail_changed(self, _entity_type: str, shot_id: int) -> None:
        row = self.shots.row_of(shot_id)
        if row is not None:
            self.update(self.shots.index(row))

    def _rows_inserted(self, *_: object) -> None:
        self._show_bar()
        self.examine_soon()

    def _show_bar(self) -> None:
        # Not as needed: the tiles' height follows from the width, and the bar would come and go by turns.
        policy = QtCore.Qt.ScrollBarPolicy
        wanted = policy.ScrollBarAlwaysOn if self.shots.rowCount() else policy.ScrollBarAlwaysOff
        if wanted != self.verticalScrollBarPolicy():
            self.setVerticalScrollBarPolicy(wanted)

    def _restore_chosen(self) -> None:
        self._show_bar()
        self.examine_soon()
        if self._chosen is not None:
            row = self.shots.row_of(self._chosen)
            if row is not None:
                self.setCurrentIndex(self.shots.index(row))

    def _current_changed(self, current: QtCore.QModelIndex, _previous: QtCore.QModelIndex) -> None:
        # A reset of the model takes the current row away, but not what one was looking at.
        if current.isValid():
            shot = self.shots.at(current.row())
            if shot.id != self._chosen:
                self._chosen = shot.id
                self.shot_chosen.emit(shot)

    def _clicked(self, index: QtCore.QModelIndex) -> None:
        shot = self.shots.at(index.row())
        key = ("Shot", shot.id)
        if self.thumbnails.state(key) is State.FAILED:
            self.thumbnails.retry(key)
            self.examine_soon()

    def forget_chosen(self) -> None:
        """No shot is looked at any more."""
        self._chosen = None
        self.clearSelection()
