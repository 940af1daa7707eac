"""Writing links: single, multiple, and the reverse fields whose forward link lives elsewhere."""

from __future__ import annotations

import sqlite3
from typing import Any, Dict, List, Sequence, Tuple

from ..api_fault import APIFault, shown
from ..schema import EntityType, Field, Schema
from .paths import members
from .tables import column_names, join_table, quoted
from .values import check_type, entity_key

__all__ = ["checked_link", "checked_links", "current_links", "write_links"]

Link = Tuple[str, int]


def checked_link(connection: sqlite3.Connection, schema: Schema, field: Field, value: Any, where: str) -> Link:
    """The type and id in a link, after making sure that it may be linked to and is there."""
    key = entity_key(value)
    if key is None:
        raise APIFault(f"{where} expected a Hash with 'type' and 'id' but got {shown(value)}")
    kind = schema.get(key["type"])
    if kind is None or key["type"] not in field.valid_types:
        raise APIFault(
            f"{where} can't link to an entity of type '{key['type']}'. Valid types: {shown(list(field.valid_types))}"
        )
    sql = f'SELECT 1 FROM {quoted(kind.name)} WHERE id = ? AND "__retired" = 0'
    if connection.execute(sql, (key["id"],)).fetchone() is None:
        raise APIFault(f"{where} can't link to {kind.name} {key['id']}: it doesn't exist.")
    return key["type"], key["id"]


def checked_links(connection: sqlite3.Connection, schema: Schema, field: Field, value: Any, where: str) -> List[Link]:
    """The same for a multi-entity field; each entity once, in the order given."""
    check_type(field, value, where)
    found = [checked_link(connection, schema, field, item, where) for item in value or ()]
    return list(dict.fromkeys(found))


def current_links(
    connection: sqlite3.Connection, schema: Schema, kind: EntityType, field: Field, entity_id: int
) -> List[Link]:
    """What a multi-entity field holds now, retired entities included."""
    through = members(schema, kind, field, "m")
    sql = (
        f"SELECT {through.entity_type}, {through.entity_id} FROM {through.source}"
        f" WHERE {through.owner} = ? ORDER BY {through.order}"
    )
    return [(row[0], row[1]) for row in connection.execute(sql, (entity_id,))]


def write_links(
    connection: sqlite3.Connection,
    schema: Schema,
    kind: EntityType,
    field: Field,
    entity_id: int,
    given: Sequence[Link],
    mode: str,
    where: str,
) -> Tuple[List[Dict[str, Any]], List[Dict[str, Any]]]:
    """Set, add to, or remove from a multi-entity field.

    :returns: the links before and after.
    """
    old = current_links(connection, schema, kind, field, entity_id)
    if mode == "add":
        new = list(dict.fromkeys(old + list(given)))
    elif mode == "remove":
        new = [link for link in old if link not in given]
    elif mode == "set":
        new = list(given)
    else:
        raise APIFault(f"{where} invalid multi_entity_update_mode {shown(mode)}. Valid: 'set', 'add', 'remove'.")
    if mode == "set" and [link for link in old if link in new] != [link for link in new if link in old]:
        # another order of the same links: written anew, as the order is that of the rows
        _remove(connection, schema, kind, field, entity_id, old)
        _add(connection, schema, kind, field, entity_id, new)
    else:
        _remove(connection, schema, kind, field, entity_id, [link for link in old if link not in new])
        _add(connection, schema, kind, field, entity_id, [link for link in new if link not in old])
    return [{"type": t, "id": i} for t, i in old], [{"type": t, "id": i} for t, i in new]


def _forward(schema: Schema, field: Field) -> Tuple[str, Field]:
    assert field.reverse is not None
    other, name = field.reverse
    return other, schema.entity_types[other].fields[name]


def _remove(
    connection: sqlite3.Connection,
    schema: Schema,
    kind: EntityType,
    field: Field,
    entity_id: int,
    links: Sequence[Link],
) -> None:
    if field.reverse is None:
        sql = f"DELETE FROM {join_table(kind.name, field.name)} WHERE src_id = ? AND dst_type = ? AND dst_id = ?"
        connection.executemany(sql, [(entity_id, type_name, number) for type_name, number in links])
        return
    other, forward = _forward(schema, field)
    if forward.data_type == "multi_entity":
        sql = f"DELETE FROM {join_table(other, forward.name)} WHERE src_id = ? AND dst_type = ? AND dst_id = ?"
        connection.executemany(sql, [(number, kind.name, entity_id) for _, number in links])
        return
    type_column, id_column = column_names(forward)
    sql = f"UPDATE {quoted(other)} SET {type_column} = NULL, {id_column} = NULL WHERE id = ?"
    connection.executemany(sql, [(number,) for _, number in links])


def _add(
    connection: sqlite3.Connection,
    schema: Schema,
    kind: EntityType,
    field: Field,
    entity_id: int,
    links: Sequence[Link],
) -> None:
    if field.reverse is None:
        sql = f"INSERT OR IGNORE INTO {join_table(kind.name, field.name)} VALUES (?, ?, ?)"
        connection.executemany(sql, [(entity_id, type_name, number) for type_name, number in links])
        return
    other, forward = _forward(schema, field)
    if forward.data_type == "multi_entity":
        sql = f"INSERT OR IGNORE INTO {join_table(other, forward.name)} VALUES (?, ?, ?)"
        connection.executemany(sql, [(number, kind.name, entity_id) for _, number in links])
        return
    type_column, id_column = column_names(forward)
    sql = f"UPDATE {quoted(other)} SET {type_column} = ?, {id_column} = ? WHERE id = ?"
    connection.executemany(sql, [(kind.name, entity_id, number) for _, number in links])
