"""The left side: which project, and its sequences with the number of their shots."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Tuple, Union

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

from . import theme
from .chooser import Chooser
from .shots_model import ALL, NO_SEQUENCE
from .statuses import Statuses

_ID = int(QtCore.Qt.ItemDataRole.UserRole) + 1
_COUNT = _ID + 1
_STATUS = _ID + 2

_Index = Union[QtCore.QModelIndex, QtCore.QPersistentModelIndex]


class _Row(QtWidgets.QStyledItemDelegate):
    """A sequence: a dot in the colour of its status, its code, its number of shots."""

    def __init__(self, statuses: Statuses, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._statuses = statuses

    def sizeHint(self, option: Any, _index: _Index) -> QtCore.QSize:
        return QtCore.QSize(60, QtGui.QFontMetrics(option.font).height() + 12)

    def paint(self, painter: QtGui.QPainter, option: Any, index: _Index) -> None:
        painter.save()
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        flag = QtWidgets.QStyle.StateFlag
        selected = bool(option.state & flag.State_Selected)
        rect = QtCore.QRectF(option.rect).adjusted(6, 1, -6, -1)
        if selected or option.state & flag.State_MouseOver:
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(QtGui.QColor("#26394a" if selected else theme.RAISED))
            painter.drawRoundedRect(rect, 4, 4)
        text = rect.adjusted(10, 0, -10, 0)
        status = index.data(_STATUS)
        if status:
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(self._statuses.colour(status))
            painter.drawEllipse(QtCore.QPointF(text.left() + 3, text.center().y()), 3.5, 3.5)
        text.setLeft(text.left() + 15)
        count = index.data(_COUNT)
        number = "" if count is None else str(count)
        metrics = QtGui.QFontMetrics(option.font)
        middle = QtCore.Qt.AlignmentFlag.AlignVCenter
        painter.setFont(option.font)
        painter.setPen(QtGui.QColor(theme.FAINT))
        painter.drawText(text, int(middle | QtCore.Qt.AlignmentFlag.AlignRight), number)
        text.setRight(text.right() - metrics.horizontalAdvance(number) - 8)
        painter.setPen(QtGui.QColor(theme.TEXT))
        name = metrics.elidedText(str(index.data()), QtCore.Qt.TextElideMode.ElideRight, int(text.width()))
        painter.drawText(text, int(middle | QtCore.Qt.AlignmentFlag.AlignLeft), name)
        painter.restore()


class Sidebar(QtWidgets.QWidget):
    """Chooses a project and a sequence."""

    #: ``(dict project)``, chosen by the user.
    project_chosen = QtCore.Signal(object)
    #: ``(int sequence id, or ALL, or NO_SEQUENCE)``
    sequence_chosen = QtCore.Signal(int)

    def __init__(self, statuses: Statuses, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_StyledBackground)
        self._projects: List[Mapping[str, Any]] = []
        self._sequences: List[Mapping[str, Any]] = []
        self._counts: Dict[int, int] = {}
        self._shown: List[Tuple[int, str, int, str]] = []
        self.chooser = Chooser()
        self.chooser.setSizeAdjustPolicy(QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.chooser.setMinimumContentsLength(10)
        self.chooser.setMaxVisibleItems(24)
        self.chooser.setAccessibleName("Project")
        self.chooser.setPlaceholderText("Project")
        self.chooser.activated.connect(self._activated)
        self.list = QtWidgets.QListWidget()
        self.list.setObjectName("sidebar")
        self.list.setItemDelegate(_Row(statuses, self))
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("Sequences")
        self.list.currentItemChanged.connect(self._current_changed)
        statuses.changed.connect(self.list.viewport().update)
        title = QtWidgets.QLabel("Sequences")
        title.setProperty("kind", "section")
        top = QtWidgets.QVBoxLayout()
        top.setContentsMargins(12, 10, 12, 4)
        top.setSpacing(10)
        top.addWidget(self.chooser)
        top.addWidget(title)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.list, 1)

    @property
    def sequence(self) -> int:
        """The sequence that is chosen, or ALL, or NO_SEQUENCE."""
        item = self.list.currentItem()
        return ALL if item is None else int(item.data(_ID))

    @property
    def sequences(self) -> int:
        """How many sequences the project has."""
        return len(self._sequences)

    def show_projects(self, projects: List[Mapping[str, Any]], counts: Dict[int, int], current: int) -> None:
        """Offer these projects; the one with this id is the current one."""
        self._projects = projects
        self.chooser.clear()
        for project in projects:
            self.chooser.addItem(str(project.get("name") or project["id"]))
            count = counts.get(int(project["id"]))
            if count is not None:
                row = self.chooser.count() - 1
                self.chooser.setItemData(row, f"{count} shots", int(QtCore.Qt.ItemDataRole.ToolTipRole))
        self.show_project(current)

    def show_project(self, project_id: int) -> None:
        """This project is the current one."""
        for row, project in enumerate(self._projects):
            if project["id"] == project_id:
                self.chooser.setCurrentIndex(row)

    def clear_sequences(self) -> None:
        self._sequences, self._counts = [], {}
        self._refresh()

    def show_sequences(self, sequences: List[Mapping[str, Any]]) -> None:
        self._sequences = sequences
        self._refresh()

    def show_counts(self, counts: Dict[int, int]) -> None:
        """How many shots each sequence has."""
        self._counts = counts
        self._refresh()

    def choose_sequence(self, sequence: int) -> None:
        """As if the user had chosen it."""
        for row in range(self.list.count()):
            if self.list.item(row).data(_ID) == sequence:
                self.list.setCurrentRow(row)

    # --------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        wanted = [(ALL, "All shots", sum(self._counts.values()), "")]
        wanted += [
            (
                int(sequence["id"]),
                str(sequence.get("code") or sequence["id"]),
                self._counts.get(int(sequence["id"]), 0),
                str(sequence.get("sg_status_list") or ""),
            )
            for sequence in self._sequences
        ]
        if self._counts.get(NO_SEQUENCE):
            wanted.append((NO_SEQUENCE, "No sequence", self._counts[NO_SEQUENCE], ""))
        current = self.sequence
        self.list.blockSignals(True)
        while self.list.count() > len(wanted):
            self.list.takeItem(self.list.count() - 1)
        chosen = 0
        for row, (sequence, name, count, status) in enumerate(wanted):
            if sequence == current:
                chosen = row
            if row >= self.list.count():
                self.list.addItem("")
            elif row < len(self._shown) and self._shown[row] == wanted[row]:
                continue  # while pages of shots arrive, only a few numbers change
            item = self.list.item(row)
            item.setText(name)
            item.setData(_ID, sequence)
            item.setData(_COUNT, count)
            item.setData(_STATUS, status)
        self._shown = wanted
        self.list.setCurrentRow(chosen)
        self.list.blockSignals(False)
        if self.sequence != current:
            self.sequence_chosen.emit(self.sequence)

    def _activated(self, row: int) -> None:
        self.project_chosen.emit(self._projects[row])

    def _current_changed(self, *_items: object) -> None:
        self.sequence_chosen.emit(self.sequence)
