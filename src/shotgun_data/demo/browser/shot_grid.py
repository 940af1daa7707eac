"""The grid of shots: knows which of them are in view, and has their thumbnails asked for."""

from __future__ import annotations

import functools
from typing import Callable, Iterable, List, Optional, Tuple

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

from . import outlook, pictures
from .outlook import Outlook
from .shot_tile import ShotTile
from .shots_model import Shot, ShotsModel
from .statuses import Statuses
from .task_hints import TaskHints
from .thumbnails import State, ThumbnailLoader, Wanted
from .tile_view import TileView

SMALLEST, LARGEST, USUAL = 130, 480, 196
_LOOK_EVERY = 40  # milliseconds between two looks while one scrolls
_REST_AFTER = 60  # milliseconds without scrolling after which one has arrived


class ShotGrid(TileView):
    """Shots as tiles, as many in a row as fit, filling the width.

    While one scrolls, each look asks for the thumbnails in view; once one has arrived, for all else that a tile shows.
    """

    #: Another shot is the current one: ``(Shot or None)``.
    shot_chosen = QtCore.Signal(object)
    #: Scrolling rests, and what is in view has been asked for.
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
        self._statuses = statuses
        self._tile_width = USUAL
        self._chosen: Optional[int] = None
        self._looked_at = 0  # where it was scrolled to at the last look
        self._down = True
        self._painter = ShotTile(thumbnails, statuses, self.font())
        self.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setAccessibleName("Shots")
        self._rest = self._timer(self._examine)
        self._next_look = self._timer(self._look_again)
        self._scrolled = False
        self.setModel(model)
        self.verticalScrollBar().valueChanged.connect(self._moved)
        model.modelReset.connect(self._restore_chosen)
        model.rowsInserted.connect(self._shots_added)
        thumbnails.changed.connect(self._thumbnail_changed)
        statuses.changed.connect(self.viewport().update)
        self.selectionModel().currentChanged.connect(self._current_changed)
        self.clicked.connect(self._clicked)

    @property
    def examining(self) -> bool:
        """Whether what is in view is still to be looked into."""
        return self._rest.isActive()

    def set_tile_width(self, width: int) -> None:
        """How wide tiles are at least, in pixels that do not depend on the screen."""
        self._tile_width = max(SMALLEST, min(LARGEST, width))
        self._lay_out()

    def in_view(self) -> List[Shot]:
        """The shots of which at least a part can be seen, from top to bottom."""
        return [self.shots.at(row) for row in range(*self.rows_between(0, self.viewport().height()))]

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
        self._rest.start(_REST_AFTER)

    def paint_tile(self, painter: QtGui.QPainter, rect: QtCore.QRect, row: int, selected: bool, hovered: bool) -> None:
        self._painter.paint(painter, rect, self.shots.at(row), selected, hovered)

    # -- Qt tells ----------------------------------------------------------------------------------------

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        super().showEvent(event)
        self._lay_out()

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.FontChange:
            self._painter = ShotTile(self.thumbnails, self._statuses, self.font())
            self._lay_out()

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        if event.modifiers() & QtCore.Qt.KeyboardModifier.ControlModifier:
            step = 16 if event.angleDelta().y() > 0 else -16
            self.width_wished.emit(self._tile_width + step)
            event.accept()
            return
        super().wheelEvent(event)

    # -- what is looked at -------------------------------------------------------------------------------

    def _timer(self, slot: Callable[[], None]) -> QtCore.QTimer:
        timer = QtCore.QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(slot)
        return timer

    def _lay_out(self) -> None:
        width = self.viewport().width()
        columns = max(1, width // self._tile_width)
        self.set_tiles(self._painter.size_for(max(width // columns, 40)), columns)
        self.updateGeometries()
        self.examine_soon()

    def _moved(self) -> None:
        self._rest.start(_REST_AFTER)
        self._scrolled = True
        if not self._next_look.isActive():
            self._look_again()

    def _look_again(self) -> None:
        if self._scrolled:
            self._scrolled = False
            self._next_look.start(_LOOK_EVERY)
            self._look(arrived=False)

    def _examine(self) -> None:
        """Scrolling rests: ask for all that is in view."""
        self._scrolled = False
        self._fit_pictures()
        self._look(arrived=True)
        self._hints.want(self.in_view() if self.isVisible() else [])
        self.examined.emit()

    def _look(self, arrived: bool) -> None:
        """Have the thumbnails in view asked for, and the next ones in the direction of scrolling."""
        if not self.isVisible():
            self.thumbnails.want(Outlook())
            return
        top, height = self.verticalOffset(), self.viewport().height()
        moved, self._looked_at = top - self._looked_at, top
        if moved:
            self._down = moved > 0
        if not arrived and abs(moved) > height:
            self.thumbnails.want(Outlook())  # nobody sees what flies past, and what is next will fly past as well
            return
        first, end = self.rows_between(0, height)
        ahead = self._ahead(first, end, screens=1 if arrived else 2)
        seen = outlook.rows(first, end, self.columns, ahead, self._down)
        self.thumbnails.want(
            Outlook(self._wanted(seen.middle), self._wanted(seen.around), self._wanted(seen.ahead))
        )

    def _ahead(self, first: int, end: int, screens: int) -> Tuple[int, int]:
        height = self.viewport().height()
        if self._down:
            return end, max(end, self.rows_between(0, height * (1 + screens))[1])
        return min(first, self.rows_between(-height * screens, 0)[0]), first

    def _wanted(self, rows: Iterable[int]) -> List[Wanted]:
        return [Wanted("Shot", shot.id, shot.image) for shot in map(self.shots.at, rows)]

    def _fit_pictures(self) -> None:
        """Have pictures made for the size that tiles have now; not for each that they have while a window grows."""
        ratio = self.devicePixelRatioF()
        size = self._painter.picture_size(self.tile_size.width())
        wide, high = round(size.width() * ratio), round(size.height() * ratio)
        if self.thumbnails.size != QtCore.QSize(wide, high):
            self.thumbnails.remake(
                QtCore.QSize(wide, high), functools.partial(pictures.framed, width=wide, height=high)
            )

    # -- what changes ------------------------------------------------------------------------------------

    def _thumbnail_changed(self, _entity_type: str, shot_id: int) -> None:
        row = self.shots.row_of(shot_id)
        if row is not None:
            self.update(self.shots.index(row))

    def _shots_added(self, _parent: object, first: int, _last: int) -> None:
        self._show_bar()
        # Only those that are in view, or next, matter: while the rest arrives, nothing is looked at again.
        if first < self.rows_between(0, 2 * self.viewport().height())[1]:
            self._rest.start(0)

    def _show_bar(self) -> None:
        # Not as needed: the tiles' height follows from the width, and the bar would come and go by turns.
        policy = QtCore.Qt.ScrollBarPolicy
        wanted = policy.ScrollBarAlwaysOn if self.shots.rowCount() else policy.ScrollBarAlwaysOff
        if wanted != self.verticalScrollBarPolicy():
            self.setVerticalScrollBarPolicy(wanted)

    def _restore_chosen(self) -> None:
        self._show_bar()
        self.updateGeometries()
        self.viewport().update()
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
