"""Filling a site: many entities of one type at once, without events and without checks."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from ..api_fault import APIFault
from ..schema import EntityType, Field, Schema
from .links import write_links
from .tables import column_names, join_table, quoted
from .values import now

__all__ = ["bulk_insert"]


def bulk_insert(
    connection: sqlite3.Connection, schema: Schema, kind: EntityType, rows: Sequence[Mapping[str, Any]]
) -> List[int]:
    """Insert rows of field values; links are ``{"type", "id"}``, images media keys, files dictionaries.

    :returns: the new ids, in the order of the rows.
    """
    table = quoted(kind.name)
    # of the sequence, not of the rows: an id is never given out twice
    first = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (kind.name,)).fetchone()
    next_id = (first[0] if first else 0) + 1
    ids = list(range(next_id, next_id + len(rows)))
    moment = now()
    defaults = {f.name: f.default for f in kind.fields.values() if f.default is not None and f.storage == "column"}
    defaults.update(created_at=moment, updated_at=moment)
    if kind.name == "HumanUser":
        rows = [_with_name(row) for row in rows]
    names = list(dict.fromkeys([*defaults, *(name for row in rows for name in row)]))
    fields = [_field(kind, name) for name in names]
    stored = [f for f in fields if f.storage in ("column", "link")]
    columns = ["id"] + [column for f in stored for column in column_names(f)]
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' for _ in columns)})"
    connection.executemany(sql, (_values(stored, defaults, row, number, kind.name) for row, number in zip(rows, ids)))
    for field in fields:
        if field.storage == "join":
            links = [
                (number, link["type"], link["id"])
                for row, number in zip(rows, ids)
                for link in row.get(field.name) or ()
            ]
            connection.executemany(f"INSERT OR IGNORE INTO {join_table(kind.name, field.name)} VALUES (?, ?, ?)", links)
        elif field.storage == "reverse":
            for row, number in zip(rows, ids):
                given: List[Tuple[str, int]] = [(x["type"], x["id"]) for x in row.get(field.name) or ()]
                if given:
                    write_links(connection, schema, kind, field, number, given, "add", "bulk_insert")
    return ids


def _field(kind: EntityType, name: str) -> Field:
    field = kind.fields.get(name)
    if field is None or field.expression is not None or name == "id":
        raise APIFault(f"bulk_insert: {kind.name}.{name} doesn't exist or cannot be written.")
    return field


def _with_name(row: Mapping[str, Any]) -> Dict[str, Any]:
    full = dict(row)
    if full.get("name"):
        first, _, last = str(full["name"]).partition(" ")
        full.setdefault("firstname", first)
        full.setdefault("lastname", last)
    else:
        full["name"] = " ".join(str(full[k]) for k in ("firstname", "lastname") if full.get(k))
    return full


def _values(
    stored: Sequence[Field], defaults: Mapping[str, Any], row: Mapping[str, Any], number: int, type_name: str
) -> List[Any]:
    values: List[Any] = [number]
    for field in stored:
        value = row.get(field.name, defaults.get(field.name))
        if field.storage == "link":
            values += (None, None) if value is None else (value["type"], value["id"])
        elif isinstance(value, dict) and field.data_type == "url":
            own = {"id": number} if type_name == "Attachment" else {}
            value = {"type": "Attachment", "link_type": "upload", **value, **own}
            values.append(json.dumps(value, ensure_ascii=False))
        elif isinstance(value, (dict, list)):
            values.append(json.dumps(value, ensure_ascii=False))
        elif isinstance(value, bool):
            values.append(int(value))
        else:
            values.append(value)
    return values
