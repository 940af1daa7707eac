"""The grid's places, and the order in which one looks at them."""

from __future__ import annotations

from typing import Any

import pytest

from shotgun_data.demo.browser import outlook
from shotgun_data.demo.browser.tile_view import TileView
from shotgun_data.qt.binding import QtCore, QtWidgets

from .waiting import turn

Move = QtWidgets.QAbstractItemView.CursorAction


class Numbers(TileView):
    """Notes which rows it paints."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.painted: list[tuple[int, bool]] = []
        self.setModel(QtCore.QStringListModel([str(number) for number in range(count)], self))
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.resize(300, 250)
        self.set_tiles(QtCore.QSize(100, 100), 3)
        self.show()
        turn()
        self.painted.clear()

    def paint_tile(self, painter: Any, rect: Any, row: int, selected: bool, hovered: bool) -> None:
        self.painted.append((row, selected))


@pytest.fixture
def view(qapp: Any) -> Any:
    made = Numbers(50)
    yield made
    made.deleteLater()


def test_a_place_and_what_is_there_are_each_others_inverse(view: Any) -> None:
    for offset in (0, 37, view.verticalScrollBar().maximum()):
        view.verticalScrollBar().setValue(offset)
        for row in (0, 1, 2, 3, 49):
            index = view.model().index(row, 0)
            assert view.indexAt(view.visualRect(index).center()).row() == row
    assert view.verticalScrollBar().maximum() == 17 * 100 - 250
    assert not view.indexAt(view.visualRect(view.model().index(49, 0)).center() + QtCore.QPoint(100, 0)).isValid()
    assert not view.indexAt(QtCore.QPoint(-5, 10)).isValid()


def test_rows_between_heights(view: Any) -> None:
    assert view.rows_between(0, 250) == (0, 9)
    assert view.rows_between(-100, 0) == (0, 0)
    view.verticalScrollBar().setValue(100)
    assert view.rows_between(0, 250) == (3, 12)
    assert view.rows_between(-1, 0) == (0, 3)
    assert view.rows_between(0, 10_000) == (3, 50)


@pytest.mark.parametrize(
    ("action", "row", "to"),
    [
        (Move.MoveRight, 4, 5),
        (Move.MoveRight, 49, 49),
        (Move.MoveLeft, 0, 0),
        (Move.MoveUp, 4, 1),
        (Move.MoveUp, 1, 1),
        (Move.MoveDown, 4, 7),
        (Move.MoveDown, 46, 49),
        (Move.MoveDown, 47, 49),
        (Move.MoveDown, 49, 49),
        (Move.MovePageDown, 0, 6),
        (Move.MovePageUp, 8, 2),
        (Move.MovePageUp, 4, 1),
        (Move.MoveHome, 30, 0),
        (Move.MoveEnd, 3, 49),
    ],
)
def test_the_keys_of_the_keyboard_move_by_places(view: Any, action: Any, row: int, to: int) -> None:
    view.setCurrentIndex(view.model().index(row, 0))
    assert view.moveCursor(action, QtCore.Qt.KeyboardModifier.NoModifier).row() == to


def test_what_is_chosen_is_brought_into_view_and_painted_as_chosen(view: Any) -> None:
    view.setCurrentIndex(view.model().index(40, 0))
    assert view.viewport().rect().contains(view.visualRect(view.model().index(40, 0)))
    view.grab()
    assert (40, True) in view.painted
    assert [row for row, selected in view.painted if selected] == [40]
    view.setCurrentIndex(view.model().index(2, 0))
    assert view.verticalScrollBar().value() == 0


def test_rows_that_are_added_below_the_view_cost_no_painting(view: Any) -> None:
    model = view.model()
    model.insertRows(50, 500)
    turn()
    assert view.painted == []
    assert view.verticalScrollBar().maximum() == -(-550 // 3) * 100 - 250
    model.insertRows(0, 3)
    turn()
    assert view.painted


def test_another_size_of_tiles_keeps_what_is_at_the_top(view: Any) -> None:
    view.verticalScrollBar().setValue(600)
    assert view.indexAt(QtCore.QPoint(5, 5)).row() == 18
    view.set_tiles(QtCore.QSize(150, 150), 2)
    assert view.indexAt(QtCore.QPoint(5, 5)).row() == 18


def test_a_click_chooses_a_tile_and_beside_all_of_them_none(view: Any) -> None:
    view.setSelection(QtCore.QRect(150, 50, 1, 1), QtCore.QItemSelectionModel.SelectionFlag.ClearAndSelect)
    assert [index.row() for index in view.selectedIndexes()] == [1]
    region = view.visualRegionForSelection(view.selectionModel().selection())
    assert region.boundingRect() == QtCore.QRect(100, 0, 100, 100)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    view.setSelection(QtCore.QRect(250, 240, 1, 1), QtCore.QItemSelectionModel.SelectionFlag.ClearAndSelect)
    assert view.selectedIndexes() == []


def test_the_middle_is_looked_at_first_then_what_is_around_it_and_then_what_is_next() -> None:
    seen = outlook.rows(6, 24, 3, (24, 30), down=True)
    assert list(seen.middle) == [12, 13, 14, 15, 16, 17]
    assert list(seen.around) == [9, 10, 11, 18, 19, 20, 6, 7, 8, 21, 22, 23]
    assert list(seen.ahead) == [24, 25, 26, 27, 28, 29]
    assert list(outlook.rows(6, 24, 3, (0, 6), down=False).ahead) == [5, 4, 3, 2, 1, 0]
    only = outlook.rows(0, 2, 3, (2, 2), down=True)
    assert (list(only.middle), list(only.around), list(only.ahead)) == ([0, 1], [], [])
    assert list(outlook.rows(0, 0, 3, (0, 0), down=True).middle) == []
