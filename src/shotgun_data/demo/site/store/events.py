"""The event log: one ``EventLogEntry`` for each change, in the form that a hosted site writes."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Dict, NamedTuple, Optional

from ..schema import EntityType, Field
from .values import now

__all__ = ["EventLog", "Subject"]


class Subject(NamedTuple):
    """What an event is about.

    :ivar project: the id of the project that the entity belongs to, or None.
    :ivar user: who did it, as ``{"type", "id"}``.
    """

    kind: EntityType
    entity_id: int
    name: Optional[str]
    project: Optional[int]
    user: Optional[Dict[str, Any]]


class EventLog:
    """Writes event log entries inside the transaction of the change itself."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def created(self, subject: Subject) -> None:
        """An entity came to be."""
        meta = {"type": "new_entity", "entity_type": subject.kind.name, "entity_id": subject.entity_id}
        self._write(subject, "New", None, meta, f"created {_called(subject)}")

    def changed(self, subject: Subject, field: Field, old: Any, new: Any) -> None:
        """A field has another value. For multi-entity fields ``old`` and ``new`` are lists of links."""
        meta: Dict[str, Any] = {
            "type": "attribute_change",
            "attribute_name": field.name,
            "entity_type": subject.kind.name,
            "entity_id": subject.entity_id,
            "field_data_type": field.data_type,
        }
        if field.data_type == "multi_entity":
            meta["added"] = [link for link in new if link not in old]
            meta["removed"] = [link for link in old if link not in new]
        else:
            meta["old_value"], meta["new_value"] = old, new
        text = f'changed "{field.display_name}" on {_called(subject)}'
        if isinstance(new, (str, int, float)):
            before = "" if old is None else old
            text = f'changed "{field.display_name}" from "{before}" to "{new}" on {_called(subject)}'
        self._write(subject, "Change", field.name, meta, text)

    def retired(self, subject: Subject) -> None:
        """An entity was deleted; it can be revived."""
        meta = {
            "type": "entity_retirement",
            "entity_type": subject.kind.name,
            "entity_id": subject.entity_id,
            "class_name": subject.kind.name,
            "display_name": subject.name,
            "retirement_date": now(),
        }
        self._write(subject, "Retirement", None, meta, f"deleted {_called(subject)}")

    def revived(self, subject: Subject) -> None:
        """A deleted entity is back."""
        meta = {"type": "entity_revival", "entity_type": subject.kind.name, "entity_id": subject.entity_id}
        self._write(subject, "Revival", None, meta, f"revived {_called(subject)}")

    def _write(self, subject: Subject, what: str, attribute: Optional[str], meta: Dict[str, Any], text: str) -> None:
        if subject.kind.name == "EventLogEntry":
            return
        user = subject.user or {}
        moment = now()
        self._connection.execute(
            'INSERT INTO "EventLogEntry" (event_type, attribute_name, description, meta, "entity__type",'
            ' "entity__id", "project__type", "project__id", "user__type", "user__id", created_at, updated_at)'
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                f"Shotgun_{subject.kind.name}_{what}",
                attribute,
                text,
                json.dumps(meta, ensure_ascii=False),
                subject.kind.name,
                subject.entity_id,
                None if subject.project is None else "Project",
                subject.project,
                user.get("type"),
                user.get("id"),
                moment,
                moment,
            ),
        )


def _called(subject: Subject) -> str:
    return f"{subject.kind.display_name} {subject.name or subject.entity_id}"
