"""Creating, changing, retiring and reviving entities, inside one transaction of the database."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Dict, List, Mapping, Optional, Tuple

from ..api_fault import APIFault, shown
from ..schema import EntityType, Field, Schema
from .events import EventLog, Subject
from .files import kept_file
from .links import checked_link, checked_links, write_links
from .tables import column_names, quoted
from .values import encode, entity_key, now

__all__ = ["Writer"]

#: what may be given on create although it cannot be edited later
_ON_CREATE = ("created_at", "updated_at", "created_by", "updated_by")


class Writer:
    """One change to one entity type, by one user.

    :ivar method: the name of the API call, for messages.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        schema: Schema,
        kind: EntityType,
        method: str,
        user: Optional[Mapping[str, Any]],
    ) -> None:
        self._connection = connection
        self._schema = schema
        self._kind = kind
        self.method = method
        self._user = entity_key(user) if user else None
        self._events = EventLog(connection)

    def create(self, values: Mapping[str, Any]) -> int:
        """A new entity with these values and the defaults of the other fields; gives its id."""
        given = dict(values)
        self._check_mandatory(given)
        for field in self._kind.fields.values():
            if field.default is not None and field.storage == "column" and field.name not in given:
                given[field.name] = field.default
        moment = now()
        given.setdefault("created_at", moment)
        given.setdefault("updated_at", moment)
        for name in ("created_by", "updated_by"):
            if self._user is not None and name not in given:
                given[name] = self._user
        self._fill_name(given)
        columns: Dict[str, Any] = {}
        later: List[Tuple[Field, Any]] = []
        for name, value in given.items():
            field = self._editable(name, creating=True)
            if field.storage in ("join", "reverse") or field.data_type == "url":
                later.append((field, value))
            else:
                columns.update(self._columns(field, value, None))
        names, marks = ", ".join(columns), ", ".join("?" for _ in columns)
        sql = f"INSERT INTO {quoted(self._kind.name)} ({names}) VALUES ({marks})"
        entity_id = int(self._connection.execute(sql, list(columns.values())).lastrowid or 0)
        for field, value in later:
            self._write_later(field, value, entity_id, "set")
        self._events.created(self._subject(entity_id))
        return entity_id

    def update(self, entity_id: int, values: Mapping[str, Any], modes: Mapping[str, str]) -> None:
        """Change fields; an event for each one that has another value afterwards."""
        self.expect(entity_id)
        subject = self._subject(entity_id)
        given = dict(values)
        self._fill_name(given)
        columns: Dict[str, Any] = {}
        changes: List[Tuple[Field, Any, Any]] = []
        for name, value in given.items():
            field = self._editable(name, creating=False)
            if field.storage in ("join", "reverse"):
                old, new = self._write_later(field, value, entity_id, modes.get(name, "set"))
                if old != new:
                    changes.append((field, old, new))
                continue
            new_columns = self._columns(field, value, entity_id)
            before = self._connection.execute(
                f"SELECT {', '.join(new_columns)} FROM {quoted(self._kind.name)} WHERE id = ?", (entity_id,)
            ).fetchone()
            after = tuple(new_columns.values())
            if tuple(before) != after:
                columns.update(new_columns)
                changes.append((field, _shown_value(field, tuple(before)), _shown_value(field, after)))
        if changes:
            columns[quoted("updated_at")] = now()
            if self._user is not None:
                columns[quoted("updated_by__type")] = self._user["type"]
                columns[quoted("updated_by__id")] = self._user["id"]
            self._set(entity_id, columns)
        for field, old, new in changes:
            self._events.changed(subject, field, old, new)

    def set_media(self, entity_id: int, field: Field, key: Optional[str]) -> None:
        """Put a media key into an image field, or beside the file of a url field."""
        self.expect(entity_id)
        column = quoted(field.name)
        if field.data_type == "url":
            row = self._connection.execute(
                f"SELECT {column} FROM {quoted(self._kind.name)} WHERE id = ?", (entity_id,)
            ).fetchone()
            value = json.loads(row[0]) if row[0] else {"link_type": "upload", "type": "Attachment", "name": key}
            value["key"] = key
            self._set(entity_id, {column: json.dumps(value, ensure_ascii=False)})
            return
        old = self._connection.execute(
            f"SELECT {column} FROM {quoted(self._kind.name)} WHERE id = ?", (entity_id,)
        ).fetchone()[0]
        self._set(entity_id, {column: key, quoted("updated_at"): now()})
        self._events.changed(self._subject(entity_id), field, old, key)

    def retire(self, entity_id: int) -> bool:
        """Delete; False where it was deleted before."""
        if self._retired(entity_id):
            return False
        self._events.retired(self._subject(entity_id))
        self._set(entity_id, {quoted("__retired"): 1, quoted("updated_at"): now()})
        return True

    def revive(self, entity_id: int) -> bool:
        """Bring back what was deleted; False where it is not deleted."""
        if not self._retired(entity_id):
            return False
        self._set(entity_id, {quoted("__retired"): 0, quoted("updated_at"): now()})
        self._events.revived(self._subject(entity_id))
        return True

    def expect(self, entity_id: int) -> None:
        """Raise the site's fault unless the entity is there and not retired."""
        if self._retired(entity_id):
            raise self._missing(entity_id)

    def _missing(self, entity_id: Any) -> APIFault:
        return APIFault(
            f"API {self.method}() entity of type [{self._kind.name}] with id={shown(entity_id)} doesn't exist."
        )

    def _retired(self, entity_id: int) -> bool:
        row = None
        if isinstance(entity_id, int) and not isinstance(entity_id, bool):
            sql = f'SELECT "__retired" FROM {quoted(self._kind.name)} WHERE id = ?'
            row = self._connection.execute(sql, (entity_id,)).fetchone()
        if row is None:
            raise self._missing(entity_id)
        return bool(row[0])

    def _set(self, entity_id: int, columns: Mapping[str, Any]) -> None:
        assignments = ", ".join(f"{name} = ?" for name in columns)
        sql = f"UPDATE {quoted(self._kind.name)} SET {assignments} WHERE id = ?"
        self._connection.execute(sql, [*columns.values(), entity_id])

    def _where(self, field: Field) -> str:
        return f"API {self.method}() {self._kind.name}.{field.name}"

    def _editable(self, name: str, creating: bool) -> Field:
        field = self._kind.fields.get(name)
        if field is None:
            raise APIFault(f"API {self.method}() {self._kind.name}.{name} doesn't exist:\n{shown(name)}")
        if field.editable or (creating and name in _ON_CREATE):
            return field
        if name in _ON_CREATE:
            raise APIFault(f"{self._where(field)} is editable on create only.")
        raise APIFault(f"{self._where(field)} is not editable.")

    def _check_mandatory(self, given: Mapping[str, Any]) -> None:
        for field in self._kind.fields.values():
            if field.mandatory and field.name in given and given[field.name] in (None, ""):
                raise APIFault(f"{self._where(field)} can't be blank.")

    def _fill_name(self, given: Dict[str, Any]) -> None:
        """A person's name is both of its parts, whichever of them are written."""
        if self._kind.name != "HumanUser":
            return
        if "name" in given and isinstance(given["name"], str):
            first, _, last = given["name"].partition(" ")
            given.setdefault("firstname", first)
            given.setdefault("lastname", last)
        elif "firstname" in given or "lastname" in given:
            parts = (given.get("firstname"), given.get("lastname"))
            given["name"] = " ".join(part for part in parts if isinstance(part, str) and part)

    def _columns(self, field: Field, value: Any, entity_id: Optional[int]) -> Dict[str, Any]:
        where = self._where(field)
        names = column_names(field)
        if field.storage == "link":
            link: Tuple[Optional[str], Optional[int]] = (None, None)
            if value is not None:
                link = checked_link(self._connection, self._schema, field, value, where)
            return dict(zip(names, link))
        if field.data_type == "url" and isinstance(value, dict):
            own = entity_id if self._kind.name == "Attachment" else None
            project = self._project_of(entity_id) if entity_id is not None else None
            return {names[0]: kept_file(self._connection, value, where, own, project)}
        kept = encode(field, value, where)
        if field.unique and kept is not None:
            sql = f'SELECT 1 FROM {quoted(self._kind.name)} WHERE {names[0]} = ? AND "__retired" = 0 AND id <> ?'
            if self._connection.execute(sql, (kept, entity_id or 0)).fetchone() is not None:
                raise APIFault(f"{where} {shown(value)} is not unique.")
        return {names[0]: kept}

    def _write_later(
        self, field: Field, value: Any, entity_id: int, mode: str
    ) -> Tuple[List[Dict[str, Any]], List[Dict[str, Any]]]:
        if field.data_type == "url":
            self._set(entity_id, self._columns(field, value, entity_id))
            return [], []
        where = self._where(field)
        given = checked_links(self._connection, self._schema, field, value, where)
        return write_links(self._connection, self._schema, self._kind, field, entity_id, given, mode, where)

    def _project_of(self, entity_id: int) -> Optional[int]:
        if self._kind.name == "Project":
            return entity_id
        if "project" not in self._kind.fields:
            return None
        sql = f'SELECT "project__id" FROM {quoted(self._kind.name)} WHERE id = ?'
        row = self._connection.execute(sql, (entity_id,)).fetchone()
        return None if row is None else row[0]

    def _subject(self, entity_id: int) -> Subject:
        sql = f"SELECT {quoted(self._kind.display_field)} FROM {quoted(self._kind.name)} WHERE id = ?"
        row = self._connection.execute(sql, (entity_id,)).fetchone()
        name = None if row is None else row[0]
        return Subject(self._kind, entity_id, name, self._project_of(entity_id), self._user)


def _shown_value(field: Field, columns: Tuple[Any, ...]) -> Any:
    """A stored value as an event shows it."""
    if field.storage == "link":
        return None if columns[0] is None else {"type": columns[0], "id": columns[1]}
    value = columns[0]
    if value is None or field.data_type == "password":
        return None
    if field.data_type == "checkbox":
        return bool(value)
    if field.data_type in ("url", "serializable", "tag_list"):
        return json.loads(value)
    return value
