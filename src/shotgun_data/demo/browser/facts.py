"""What is known of a shot, as a list of names and values; its tasks, as a list with their statuses."""

from __future__ import annotations

from typing import Any, Iterable, List, Mapping, Optional, Tuple

from shotgun_data.qt.binding import QtCore, QtGui, QtWidgets

from . import theme, words
from .statuses import Statuses

#: What is asked for of a shot, where the site has it.
FACT_FIELDS = (
    "code",
    "description",
    "sg_status_list",
    "sg_sequence",
    "sg_shot_type",
    "sg_cut_in",
    "sg_cut_out",
    "sg_cut_duration",
    "sg_head_in",
    "sg_tail_out",
    "assets",
    "tags",
    "created_by",
    "updated_at",
    "image",
)


def facts_of(shot: Mapping[str, Any]) -> List[Tuple[str, str]]:
    """Names and values, without those that have none."""

    def between(first: str, last: str) -> str:
        ends = [shot.get(first), shot.get(last)]
        return "" if ends == [None, None] else " to ".join("?" if end is None else str(end) for end in ends)

    length = shot.get("sg_cut_duration")
    if length is None and None not in (shot.get("sg_cut_in"), shot.get("sg_cut_out")):
        length = int(shot["sg_cut_out"]) - int(shot["sg_cut_in"]) + 1
    facts = [
        ("Sequence", words.name(shot.get("sg_sequence"))),
        ("Type", str(shot.get("sg_shot_type") or "")),
        ("Cut", between("sg_cut_in", "sg_cut_out")),
        ("Duration", "" if length is None else f"{length} frames"),
        ("Handles", between("sg_head_in", "sg_tail_out")),
        ("Assets", words.names(shot.get("assets"))),
        ("Tags", words.names(shot.get("tags"))),
        ("Updated", words.moment(shot.get("updated_at"))),
    ]
    return [(name, value) for name, value in facts if value]


class Facts(QtWidgets.QWidget):
    """Two columns."""

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._grid = QtWidgets.QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)

    def show_facts(self, facts: Iterable[Tuple[str, str]]) -> None:
        clear(self._grid)
        for row, (name, value) in enumerate(facts):
            title = words.label(name, "faint")
            self._grid.addWidget(title, row, 0, QtCore.Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(words.label(value, wrap=True), row, 1)


class Dot(QtWidgets.QWidget):
    """A status as a dot of its colour, with its name as the tool tip."""

    def __init__(self, statuses: Statuses, code: str, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._statuses = statuses
        self._code = code
        self.setFixedSize(11, 11)
        self.setToolTip(statuses.name(code))

    def paintEvent(self, _event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(self._statuses.colour(self._code))
        painter.drawEllipse(QtCore.QRectF(1, 1, 9, 9))
        painter.end()


class TaskList(QtWidgets.QWidget):
    """A line for each task: its status, name, people and when it is due."""

    def __init__(self, statuses: Statuses, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._statuses = statuses
        self._grid = QtWidgets.QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 5)
        self._grid.setColumnStretch(2, 6)

    def show_tasks(self, tasks: Iterable[Mapping[str, Any]]) -> None:
        clear(self._grid)
        for row, task in enumerate(tasks):
            code = str(task.get("sg_status_list") or "")
            self._grid.addWidget(Dot(self._statuses, code), row, 0)
            self._grid.addWidget(words.ElidedLabel(str(task.get("content") or "")), row, 1)
            people = words.ElidedLabel(words.names(task.get("task_assignees")))
            people.setStyleSheet(f"color: {theme.FAINT};")
            self._grid.addWidget(people, row, 2)
            status = words.label(self._statuses.name(code), "faint")
            self._grid.addWidget(status, row, 3)


def clear(layout: QtWidgets.QLayout) -> None:
    """Take everything out of a layout, and delete it."""
    while layout.count():
        item = layout.takeAt(0)
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
