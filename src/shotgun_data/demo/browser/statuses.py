"""The site's statuses: their names, colours and order, and which of them a shot may have."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Mapping, Optional, Tuple

from shotgun_data.qt.binding import QtCore, QtGui

from . import theme

#: Fields of a Status.
STATUS_FIELDS = ("code", "name", "bg_color")


class Statuses(QtCore.QObject):
    """What statuses look like. Says so when it learns more."""

    changed = QtCore.Signal()

    def __init__(self, parent: Optional[QtCore.QObject] = None) -> None:
        super().__init__(parent)
        self._names: Dict[str, str] = {}
        self._colours: Dict[str, QtGui.QColor] = {}
        self._of_shots: List[str] = []
        self._unknown = QtGui.QColor(theme.UNKNOWN_STATUS)

    def learn(self, entities: Iterable[Mapping[str, Any]]) -> None:
        """Take the site's Status entities."""
        for entity in entities:
            code = str(entity.get("code") or "")
            self._names[code] = str(entity.get("name") or code)
            colour = _colour(entity.get("bg_color"))
            if colour is not None:
                self._colours[code] = colour
        self.changed.emit()

    def allow(self, field_schema: Mapping[str, Any]) -> None:
        """Take what ``schema_field_read`` says of a shot's status in one project."""
        properties = field_schema.get("properties") or {}
        hidden = set(_value(properties, "hidden_values") or ())
        self._of_shots = [str(code) for code in _value(properties, "valid_values") or () if code not in hidden]
        for code, name in dict(_value(properties, "display_values") or {}).items():
            self._names.setdefault(str(code), str(name))
        self.changed.emit()

    @property
    def of_shots(self) -> List[str]:
        """Codes that a shot may have, in the site's order."""
        return list(self._of_shots)

    def name(self, code: str) -> str:
        """What people call it; the code itself where the site does not say."""
        return self._names.get(code, code)

    def colour(self, code: str) -> QtGui.QColor:
        return self._colours.get(code, self._unknown)


def read_shot_status_field(sg: Any, project_id: int) -> Tuple[Mapping[str, Any], ...]:
    """Runs in a worker thread: what the project allows as a shot's status."""
    schema = sg.schema_field_read("Shot", "sg_status_list", {"type": "Project", "id": project_id})
    return (schema.get("sg_status_list") or {},)


def _value(properties: Mapping[str, Any], name: str) -> Any:
    entry = properties.get(name)
    return entry.get("value") if isinstance(entry, Mapping) else None


def _colour(text: Any) -> Optional[QtGui.QColor]:
    """A site's colour, ``"r,g,b"``; some have none, and some have the name of a rule in its place."""
    try:
        red, green, blue = (int(part) for part in str(text).split(","))
    except ValueError:
        return None
    colour = QtGui.QColor(red, green, blue)
    return colour if colour.isValid() else None
