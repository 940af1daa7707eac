"""The store: what the site knows, and every way to read and change it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any, ContextManager, Dict, List, Mapping, Optional, Sequence

from ..api_fault import APIFault, shown
from ..schema import EntityType, Field, Schema
from .bulk import bulk_insert
from .database import Database
from .paths import Query
from .reading import Presentation, Read, count, read
from .tables import create_statements, field_statements, quoted
from .writing import Writer

__all__ = ["Store"]


class Store:
    """All entities of one site. Usable from any thread; a change is a transaction.

    Values are those of the API: links are ``{"type", "id"}``, dates ``YYYY-MM-DD``, points in time
    ``YYYY-MM-DDTHH:MM:SSZ``. Image fields read as media keys here, and as urls on the wire.

    :param data_dir: where the data is kept; None: nowhere, it ends with the store.
    """

    def __init__(self, data_dir: Optional[Path] = None) -> None:
        self.schema = Schema()
        self.database = Database(data_dir)
        with self.database.write() as connection:
            for statement in create_statements(self.schema):
                connection.execute(statement)
            for entity_type, definition in connection.execute('SELECT entity_type, definition FROM "__field"'):
                self.schema.set_field(entity_type, Field.from_json(json.loads(definition)))

    def close(self) -> None:
        """Close the database; without a ``data_dir``, forget everything. Idempotent."""
        self.database.close()

    def kind(self, entity_type: Any, method: str = "read") -> EntityType:
        """The entity type of this name, or the site's fault."""
        kind = self.schema.get(entity_type)
        if kind is None:
            raise APIFault(f"API {method}() invalid/missing string entity 'type':\n{shown(entity_type)}")
        return kind

    def find(self, what: Read, present: Optional[Presentation] = None) -> List[Dict[str, Any]]:
        """Read with every option there is."""
        return read(self.database, self.schema, what, present)

    def count(self, what: Read) -> int:
        """How many entities there are to read."""
        return count(self.database, self.schema, what)

    def read(
        self,
        entity_type: str,
        filters: Any = None,
        fields: Sequence[str] = (),
        order: Sequence[Mapping[str, str]] = (),
        limit: Optional[int] = None,
    ) -> List[Dict[str, Any]]:
        """Entities that are not retired, as dictionaries of ``type``, ``id`` and these fields.

        :param filters: as for the client's ``find``: a list of ``[path, relation, value]``.
        :raises APIFault: where something in the request is wrong.
        """
        return self.find(Read(self.kind(entity_type), filters, fields, order, limit))

    def create(
        self,
        entity_type: str,
        values: Mapping[str, Any],
        *,
        user: Optional[Mapping[str, Any]] = None,
        method: str = "create",
    ) -> Dict[str, Any]:
        """A new entity; gives it back with the fields that were set. Writes an event."""
        kind = self.kind(entity_type, method)
        with self.database.write() as connection:
            entity_id = Writer(connection, self.schema, kind, method, user).create(values)
            return self._one(kind, entity_id, list(values), method)

    def update(
        self,
        entity_type: str,
        entity_id: int,
        values: Mapping[str, Any],
        *,
        modes: Optional[Mapping[str, str]] = None,
        user: Optional[Mapping[str, Any]] = None,
        method: str = "update",
    ) -> Dict[str, Any]:
        """Change fields of an entity; gives them back. Writes an event for each field that changed.

        :param modes: for multi-entity fields, ``set`` (the default), ``add`` or ``remove``.
        """
        kind = self.kind(entity_type, method)
        with self.database.write() as connection:
            Writer(connection, self.schema, kind, method, user).update(entity_id, values, modes or {})
            return self._one(kind, entity_id, list(values), method)

    def delete(self, entity_type: str, entity_id: int, *, user: Optional[Mapping[str, Any]] = None) -> bool:
        """Retire an entity; False where it was retired already."""
        kind = self.kind(entity_type, "delete")
        with self.database.write() as connection:
            return Writer(connection, self.schema, kind, "delete", user).retire(entity_id)

    def revive(self, entity_type: str, entity_id: int, *, user: Optional[Mapping[str, Any]] = None) -> bool:
        """Bring a retired entity back; False where it is not retired."""
        kind = self.kind(entity_type, "revive")
        with self.database.write() as connection:
            return Writer(connection, self.schema, kind, "revive", user).revive(entity_id)

    def bulk_insert(self, entity_type: str, rows: Sequence[Mapping[str, Any]]) -> List[int]:
        """Many new entities at once, without events and without checks; gives their ids in order."""
        kind = self.kind(entity_type, "create")
        with self.database.write() as connection:
            return bulk_insert(connection, self.schema, kind, rows)

    def media_key(self, entity_type: str, entity_id: int, field: str) -> Optional[str]:
        """The media key of an image or url field; None where there is no picture, file or entity."""
        kind = self.kind(entity_type)
        known = self._media_field(kind, field)
        sql = f'SELECT {quoted(field)} FROM {quoted(entity_type)} WHERE id = ? AND "__retired" = 0'
        rows = self.database.rows(sql, (entity_id,))
        value: Optional[str] = rows[0][0] if rows else None
        if value is not None and known.data_type == "url":
            value = json.loads(value).get("key")
        return value

    def set_media(
        self,
        entity_type: str,
        entity_id: int,
        field: str,
        key: Optional[str],
        *,
        user: Optional[Mapping[str, Any]] = None,
    ) -> None:
        """Put a media key into an image field, or beside the file of a url field. Images write an event."""
        kind = self.kind(entity_type, "update")
        known = self._media_field(kind, field)
        with self.database.write() as connection:
            Writer(connection, self.schema, kind, "update", user).set_media(entity_id, known, key)

    def is_empty(self) -> bool:
        """Whether the site has no project yet."""
        return not self.database.rows('SELECT 1 FROM "Project" LIMIT 1')

    def field_at(self, kind: EntityType, path: str, method: str = "read") -> Field:
        """The field at the end of a path such as ``sg_sequence.Sequence.code``, or the site's fault."""
        column, rest = Query(self.schema, kind, method).resolve(path)
        if rest:
            raise APIFault(f"API {method}() {kind.name}.{path} doesn't exist:\n{shown(path)}")
        return column.field

    def setting(self, key: str) -> Optional[str]:
        """A value that :meth:`keep_setting` kept."""
        rows = self.database.rows('SELECT value FROM "__site" WHERE key = ?', (key,))
        return rows[0][0] if rows else None

    def keep_setting(self, key: str, value: str) -> None:
        """Keep a value of the site's own, such as the secret that signs urls, with the data."""
        with self.database.write() as connection:
            connection.execute('INSERT OR REPLACE INTO "__site" VALUES (?, ?)', (key, value))

    def add_field(self, entity_type: str, field: Field) -> None:
        """A new field, kept with the data."""
        with self.database.write() as connection:
            for statement in field_statements(entity_type, field):
                connection.execute(statement)
            self._keep_field(entity_type, field)

    def change_field(self, entity_type: str, field: Field) -> None:
        """Other properties for a field of the same name and data type."""
        with self.database.write():
            self._keep_field(entity_type, field)

    def drop_field(self, entity_type: str, name: str) -> None:
        """Forget a field that :meth:`add_field` added; its values stay in the file, out of reach."""
        with self.database.write() as connection:
            connection.execute('DELETE FROM "__field" WHERE entity_type = ? AND name = ?', (entity_type, name))
            self.schema.remove_field(entity_type, name)

    def transaction(self) -> ContextManager[sqlite3.Connection]:
        """A context manager: all changes inside it, or none."""
        return self.database.write()

    def _keep_field(self, entity_type: str, field: Field) -> None:
        with self.database.write() as connection:
            definition = json.dumps(field.__dict__, ensure_ascii=False)
            connection.execute(
                'INSERT OR REPLACE INTO "__field" VALUES (?, ?, ?)', (entity_type, field.name, definition)
            )
        self.schema.set_field(entity_type, field)

    def _media_field(self, kind: EntityType, name: str) -> Field:
        field = kind.fields.get(name)
        if field is None or field.data_type not in ("image", "url"):
            raise APIFault(f"{kind.name}.{name} is not a field that holds a file.")
        return field

    def _one(self, kind: EntityType, entity_id: int, fields: List[str], method: str) -> Dict[str, Any]:
        return self.find(Read(kind, [["id", "is", entity_id]], fields, method=method))[0]
