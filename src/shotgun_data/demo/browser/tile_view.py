"""A grid of tiles of one size: where a tile lies is reckoned, so that ten thousand cost what ten do."""

from __future__ import annotations

from typing import Any, Optional, Tuple, Union

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

_Index = Union[QtCore.QModelIndex, QtCore.QPersistentModelIndex]
_Hint = QtWidgets.QAbstractItemView.ScrollHint


class TileView(QtWidgets.QListView):
    """Fills rows from left to right, as many tiles in each as fit, and scrolls by the pixel.

    ``QListView`` lays all items out anew after each insertion, and asks the model for each of them: with 10,000 rows
    of a model in Python that took 50 ms of the GUI thread for every page that arrived. This one stays a ``QListView``
    for the sake of screen readers, which know that kind, and overrides all that has to do with places.

    A subclass paints: :meth:`paint_tile`.
    """

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._tile = QtCore.QSize(200, 160)
        self._columns = 1
        # List mode would lay out again whenever an item has changed.
        self.setViewMode(QtWidgets.QListView.ViewMode.IconMode)
        self.setMovement(QtWidgets.QListView.Movement.Static)
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)

    def set_tiles(self, size: QtCore.QSize, columns: int) -> None:
        """So large are all tiles, and so many are in a row."""
        if (size, columns) == (self._tile, self._columns):
            return
        row, offset = self._row_at_top()
        self._tile, self._columns = QtCore.QSize(size), max(1, columns)
        self.updateGeometries()
        # What was at the top stays there.
        self.verticalScrollBar().setValue(row // self._columns * size.height() + offset)
        self.viewport().update()

    @property
    def tile_size(self) -> QtCore.QSize:
        """How large tiles are."""
        return QtCore.QSize(self._tile)

    @property
    def columns(self) -> int:
        """How many tiles are in a row."""
        return self._columns

    def rows_between(self, top: int, bottom: int) -> Tuple[int, int]:
        """The first row of the model, and the one past the last, of tiles that lie between two heights.

        :param top: pixels from the top of the viewport; negative ones, and those past its end, are out of view.
        :param bottom: the first one that does not belong to it.
        """
        height, offset = max(1, self._tile.height()), self.verticalOffset()
        first = max(0, (top + offset) // height) * self._columns
        end = max(0, -(-(bottom + offset) // height)) * self._columns
        count = self._count()
        return min(first, count), min(end, count)

    def paint_tile(self, painter: QtGui.QPainter, rect: QtCore.QRect, row: int, selected: bool, hovered: bool) -> None:
        """Paint the tile of a row of the model into a rectangle of the viewport."""
        raise NotImplementedError

    # -- where things are --------------------------------------------------------------------------------

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def horizontalOffset(self) -> int:
        return 0

    def visualRect(self, index: _Index) -> QtCore.QRect:
        return self._rect(index.row()) if index.isValid() else QtCore.QRect()

    def indexAt(self, point: QtCore.QPoint) -> QtCore.QModelIndex:
        column = point.x() // max(1, self._tile.width())
        line = (point.y() + self.verticalOffset()) // max(1, self._tile.height())
        row = line * self._columns + column
        if column < 0 or line < 0 or column >= self._columns or row >= self._count():
            return QtCore.QModelIndex()
        return self.model().index(row, 0)

    def visualRegionForSelection(self, selection: QtCore.QItemSelection) -> QtGui.QRegion:
        region = QtGui.QRegion()
        for index in selection.indexes():
            region += QtGui.QRegion(self._rect(index.row()))
        return region

    def _rect(self, row: int) -> QtCore.QRect:
        line, column = divmod(row, self._columns)
        width, height = self._tile.width(), self._tile.height()
        return QtCore.QRect(column * width, line * height - self.verticalOffset(), width, height)

    def _count(self) -> int:
        model = self.model()
        return 0 if model is None else model.rowCount()

    def _row_at_top(self) -> Tuple[int, int]:
        line, offset = divmod(self.verticalOffset(), max(1, self._tile.height()))
        return line * self._columns, offset

    # -- what Qt has done --------------------------------------------------------------------------------

    def doItemsLayout(self) -> None:
        QtWidgets.QAbstractItemView.doItemsLayout(self)  # past QListView, which would go through all items

    def updateGeometries(self) -> None:
        lines = -(-self._count() // self._columns)
        height = self.viewport().height()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, lines * self._tile.height() - height))
        bar.setPageStep(height)
        bar.setSingleStep(max(20, self._tile.height() // 3))

    def rowsInserted(self, parent: _Index, first: int, last: int) -> None:
        # Not QListView's, nor its parent's: both have everything laid out and painted. What comes after the end of
        # the view changes nothing in it.
        self.updateGeometries()
        if self._rect(first).top() < self.viewport().height():
            self.viewport().update()

    def scrollContentsBy(self, _dx: int, dy: int) -> None:
        self.viewport().scroll(0, dy)

    def scrollTo(self, index: _Index, hint: Any = _Hint.EnsureVisible) -> None:
        if not index.isValid():
            return
        rect, height = self._rect(index.row()), self.viewport().height()
        bar = self.verticalScrollBar()
        if hint == _Hint.PositionAtCenter:
            bar.setValue(bar.value() + rect.center().y() - height // 2)
        elif rect.top() < 0 or hint == _Hint.PositionAtTop:
            bar.setValue(bar.value() + rect.top())
        elif rect.bottom() >= height or hint == _Hint.PositionAtBottom:
            bar.setValue(bar.value() + rect.bottom() - height + 1)

    def moveCursor(self, action: Any, _modifiers: Any) -> QtCore.QModelIndex:
        count, columns = self._count(), self._columns
        if not count:
            return QtCore.QModelIndex()
        current = self.currentIndex()
        if not current.isValid():
            return self.model().index(0, 0)
        moves = QtWidgets.QAbstractItemView.CursorAction
        page = max(1, self.viewport().height() // max(1, self._tile.height())) * columns
        row = current.row()
        if action == moves.MoveHome:
            row = 0
        elif action == moves.MoveEnd:
            row = count - 1
        elif action in (moves.MoveLeft, moves.MovePrevious):
            row = max(0, row - 1)
        elif action in (moves.MoveRight, moves.MoveNext):
            row = min(count - 1, row + 1)
        else:
            up = action in (moves.MoveUp, moves.MovePageUp)
            step = columns if action in (moves.MoveUp, moves.MoveDown) else page
            row = _stepped(row, -step if up else step, count, columns)
        return self.model().index(row, 0)

    def setSelection(self, rect: QtCore.QRect, command: Any) -> None:
        # One tile, or none: a press or a key chooses what is under it.
        index = self.indexAt(rect.center())
        chosen = QtCore.QItemSelection(index, index) if index.isValid() else QtCore.QItemSelection()
        self.selectionModel().select(chosen, command)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        area, region = event.rect(), event.region()
        first, end = self.rows_between(area.top(), area.bottom() + 1)
        current = {index.row() for index in self.selectionModel().selectedIndexes()} if end > first else set()
        viewport = self.viewport()
        pointed = self.indexAt(viewport.mapFromGlobal(QtGui.QCursor.pos())) if viewport.underMouse() else None
        hovered = pointed.row() if pointed is not None and pointed.isValid() else -1
        painter = QtGui.QPainter(viewport)
        painter.setRenderHints(QtGui.QPainter.RenderHint.Antialiasing | QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        for row in range(first, end):
            rect = self._rect(row)
            if region.intersects(rect):  # and not what merely lies between two pictures that have come
                self.paint_tile(painter, rect, row, row in current, row == hovered)
        painter.end()


def _stepped(row: int, step: int, count: int, columns: int) -> int:
    """A step up or down in its column; where that leads out of the grid, as far as it goes."""
    to = row + step
    if to < 0:
        return row % columns
    if to >= count:
        last = (count - 1) // columns * columns + row % columns
        return count - 1 if last >= count else last
    return to
