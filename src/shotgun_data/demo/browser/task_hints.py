"""Who works on the shots in view, and how far they are: asked for many shots at once, when they come into view."""

from __future__ import annotations

import functools
from typing import Any, Dict, Iterable, List, Mapping, Optional, Set

from shotgun_data.qt.binding import QtCore

from .ledger import Ledger, rows
from .shots_model import Shot, ShotsModel, TaskHint

_FIELDS = ["content", "sg_status_list", "task_assignees", "entity", "step.Step.list_order"]
_AT_ONCE = 100


class TaskHints(QtCore.QObject):
    """Fills in :attr:`Shot.tasks`."""

    #: ``(str message)``
    failed = QtCore.Signal(str)

    def __init__(self, ledger: Ledger, model: ShotsModel, parent: Optional[QtCore.QObject] = None) -> None:
        super().__init__(parent)
        self._ledger = ledger
        self._model = model
        self._asked: Set[int] = set()

    def want(self, shots: Iterable[Shot]) -> None:
        """Ask for those that are not known."""
        ids = [shot.id for shot in shots if shot.tasks is None and shot.id not in self._asked]
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            self._asked.update(some)
            links = [{"type": "Shot", "id": shot_id} for shot_id in some]
            self._ledger.expect(
                self._ledger.retriever.execute_find("Task", [["entity", "in", links]], _FIELDS),
                functools.partial(self._arrived, some),
                functools.partial(self._missed, some),
            )

    def _arrived(self, ids: List[int], data: Dict[str, Any]) -> None:
        tasks: Dict[int, List[Mapping[str, Any]]] = {shot_id: [] for shot_id in ids}
        for task in rows(data):
            tasks.setdefault(int(task["entity"]["id"]), []).append(task)
        for shot_id, own in tasks.items():
            own.sort(key=lambda task: (task.get("step.Step.list_order") or 0, task["id"]))
            self._model.set_tasks(shot_id, tuple(map(_hint, own)))
        self._asked.difference_update(ids)

    def _missed(self, ids: List[int], message: str) -> None:
        # They stay marked as asked: another attempt for every pixel of scrolling helps nobody. F5 makes new shots.
        self.failed.emit(f"Tasks could not be read: {message}")

    def forget(self) -> None:
        """The shots are loaded anew."""
        self._asked.clear()


def _hint(task: Mapping[str, Any]) -> TaskHint:
    return TaskHint(
        str(task.get("content") or ""),
        str(task.get("sg_status_list") or ""),
        tuple(str(person.get("name") or "") for person in task.get("task_assignees") or ()),
    )
