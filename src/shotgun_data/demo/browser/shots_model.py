"""The shots of a project, and which of them are shown: a flat model that a view of any size can ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Iterable, List, Mapping, Optional, Tuple, Union

from shotgun_data.qt.binding import QtCore

#: Fields of a shot that every site has. The grid needs no others, and so does not wait for the schema.
SHOT_FIELDS = ("code", "description", "sg_status_list", "sg_sequence", "project", "image")

SHOT = int(QtCore.Qt.ItemDataRole.UserRole) + 1
#: In place of a sequence's id: every shot, or those that belong to none.
ALL = 0
NO_SEQUENCE = -1

_Index = Union[QtCore.QModelIndex, QtCore.QPersistentModelIndex]


@dataclass(frozen=True)
class TaskHint:
    """What a tile tells of a task."""

    name: str
    status: str
    people: Tuple[str, ...]


@dataclass
class Shot:
    """A shot as the grid knows it."""

    id: int
    code: str
    description: str
    status: str
    sequence: Optional[Mapping[str, Any]]
    project: Optional[Mapping[str, Any]]
    image: Optional[str]
    tasks: Optional[Tuple[TaskHint, ...]] = None

    @classmethod
    def from_entity(cls, entity: Mapping[str, Any]) -> Shot:
        """From a row that ``find`` returned."""
        return cls(
            id=int(entity["id"]),
            code=str(entity.get("code") or f"Shot {entity['id']}"),
            description=str(entity.get("description") or ""),
            status=str(entity.get("sg_status_list") or ""),
            sequence=_link(entity.get("sg_sequence")),
            project=_link(entity.get("project")),
            image=entity.get("image") or None,
        )

    @property
    def sequence_id(self) -> int:
        return int(self.sequence["id"]) if self.sequence else NO_SEQUENCE

    def matches(self, words: List[str]) -> bool:
        """Whether all words, which are in lower case, are in its code or description."""
        text = f"{self.code}\n{self.description}".lower()
        return all(word in text for word in words)


def _link(value: Any) -> Optional[Mapping[str, Any]]:
    return value if isinstance(value, dict) and "id" in value else None


class ShotsModel(QtCore.QAbstractListModel):
    """Shots in the order in which the site gave them, narrowed to a sequence and to words."""

    def __init__(self, parent: Optional[QtCore.QObject] = None) -> None:
        super().__init__(parent)
        self._shots: List[Shot] = []
        self._shown: List[Shot] = []
        self._by_id: Dict[int, Shot] = {}
        self._rows: Dict[int, int] = {}
        self._counts: Dict[int, int] = {}
        self._sequence = ALL
        self._words: List[str] = []

    # -- Qt asks -----------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = QtCore.QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: _Index, role: int = int(QtCore.Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._shown):
            return None
        shot = self._shown[index.row()]
        if role == SHOT:
            return shot
        if role in (int(QtCore.Qt.ItemDataRole.DisplayRole), int(QtCore.Qt.ItemDataRole.AccessibleTextRole)):
            return shot.code
        return None

    # -- what is there -----------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """All shots that are loaded, shown or not."""
        return len(self._shots)

    def shot(self, shot_id: int) -> Optional[Shot]:
        return self._by_id.get(shot_id)

    def at(self, row: int) -> Shot:
        return self._shown[row]

    def row_of(self, shot_id: int) -> Optional[int]:
        """Where a shot is shown, or None."""
        return self._rows.get(shot_id)

    def counts(self) -> Dict[int, int]:
        """How many shots each sequence has, by its id."""
        return dict(self._counts)

    # -- what changes it ---------------------------------------------------------------------------------

    def clear(self) -> None:
        self.beginResetModel()
        self._shots, self._shown, self._by_id, self._rows, self._counts = [], [], {}, {}, {}
        self.endResetModel()

    def append(self, shots: Iterable[Shot]) -> None:
        """Add the next ones; one that is there already is skipped."""
        # The site may have got new shots between two pages, which shifts the rest by as many.
        new: List[Shot] = []
        for shot in shots:
            if shot.id not in self._by_id:
                self._by_id[shot.id] = shot
                self._counts[shot.sequence_id] = self._counts.get(shot.sequence_id, 0) + 1
                new.append(shot)
        self._shots.extend(new)
        shown = [shot for shot in new if self._shows(shot)] if self._narrowed else new
        if shown:
            first = len(self._shown)
            self.beginInsertRows(QtCore.QModelIndex(), first, first + len(shown) - 1)
            self._shown.extend(shown)
            self._rows.update((shot.id, first + number) for number, shot in enumerate(shown))
            self.endInsertRows()

    def narrow(self, sequence: int, text: str) -> None:
        """Show the shots of a sequence (or ``ALL``, or ``NO_SEQUENCE``) that have all words of the text."""
        words = text.lower().split()
        if (sequence, words) == (self._sequence, self._words):
            return
        self.beginResetModel()
        self._sequence, self._words = sequence, words
        self._shown = [shot for shot in self._shots if self._shows(shot)]
        self._rows = {shot.id: row for row, shot in enumerate(self._shown)}
        self.endResetModel()

    def set_status(self, shot_id: int, status: str) -> None:
        shot = self._by_id.get(shot_id)
        if shot is not None and shot.status != status:
            shot.status = status
            self.touch(shot_id)

    def set_tasks(self, shot_id: int, tasks: Tuple[TaskHint, ...]) -> None:
        shot = self._by_id.get(shot_id)
        if shot is not None:
            shot.tasks = tasks
            self.touch(shot_id)

    def touch(self, shot_id: int) -> None:
        """Have the shot painted again, if it is shown."""
        row = self._rows.get(shot_id)
        if row is not None:
            index = self.index(row)
            self.dataChanged.emit(index, index)

    @property
    def _narrowed(self) -> bool:
        return self._sequence != ALL or bool(self._words)

    def _shows(self, shot: Shot) -> bool:
        if self._sequence not in (ALL, shot.sequence_id):
            return False
        return not self._words or shot.matches(self._words)
