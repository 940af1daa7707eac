"""The tables that a schema needs: one for each entity type, one for each multi-entity field."""

from __future__ import annotations

from typing import Iterator, Set, Tuple

from ..schema import EntityType, Field, Schema

__all__ = ["column_names", "create_statements", "field_statements", "join_table", "quoted"]

_SQL_TYPES = {
    "number": "INTEGER",
    "duration": "INTEGER",
    "percent": "INTEGER",
    "timecode": "INTEGER",
    "checkbox": "INTEGER",
    "float": "REAL",
    "currency": "REAL",
}


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def join_table(entity_type: str, field_name: str) -> str:
    """The table that holds a multi-entity field, quoted."""
    return quoted(f"link__{entity_type}__{field_name}")


def column_names(field: Field) -> Tuple[str, ...]:
    """The quoted columns of a field in its entity's table; none for fields that are stored elsewhere."""
    if field.storage == "column":
        return (quoted(field.name),)
    if field.storage == "link":
        return (quoted(field.name + "__type"), quoted(field.name + "__id"))
    return ()


def field_statements(entity_type: str, field: Field) -> Iterator[str]:
    """What adds one field to a table that exists already."""
    if field.storage == "join":
        yield from _join_statements(entity_type, field.name)
    for column, sql_type in _column_types(field):
        yield f"ALTER TABLE {quoted(entity_type)} ADD COLUMN {column} {sql_type}"


def create_statements(schema: Schema) -> Iterator[str]:
    """Everything that makes an empty database of this schema; harmless where the tables exist."""
    yield 'CREATE TABLE IF NOT EXISTS "__site" (key TEXT PRIMARY KEY, value TEXT)'
    yield (
        'CREATE TABLE IF NOT EXISTS "__follow" (user_id INTEGER, entity_type TEXT, entity_id INTEGER,'
        " PRIMARY KEY (user_id, entity_type, entity_id))"
    )
    yield (
        'CREATE TABLE IF NOT EXISTS "__project_access" (user_id INTEGER, project_id INTEGER, at TEXT,'
        " PRIMARY KEY (user_id, project_id))"
    )
    yield (
        'CREATE TABLE IF NOT EXISTS "__field" (entity_type TEXT, name TEXT, definition TEXT,'
        " PRIMARY KEY (entity_type, name))"
    )
    followed = _followed_backwards(schema)
    for kind in schema.entity_types.values():
        yield _table(kind)
        for field in kind.fields.values():
            if field.storage == "join":
                yield from _join_statements(kind.name, field.name)
            elif field.storage == "link" and ((kind.name, field.name) in followed or field.name == "entity"):
                yield (
                    f"CREATE INDEX IF NOT EXISTS {quoted(f'by__{kind.name}__{field.name}')}"
                    f" ON {quoted(kind.name)} ({', '.join(reversed(column_names(field)))})"
                )


def _followed_backwards(schema: Schema) -> Set[Tuple[str, str]]:
    return {f.reverse for k in schema.entity_types.values() for f in k.fields.values() if f.reverse}


def _column_types(field: Field) -> Iterator[Tuple[str, str]]:
    names = column_names(field)
    if len(names) == 2:
        yield names[0], "TEXT"
        yield names[1], "INTEGER"
    elif names:
        yield names[0], _SQL_TYPES.get(field.data_type, "TEXT")


def _table(kind: EntityType) -> str:
    columns = ["id INTEGER PRIMARY KEY AUTOINCREMENT", '"__retired" INTEGER NOT NULL DEFAULT 0']
    for field in kind.fields.values():
        if field.name != "id":
            columns += [f"{name} {sql_type}" for name, sql_type in _column_types(field)]
    return f"CREATE TABLE IF NOT EXISTS {quoted(kind.name)} ({', '.join(columns)})"


def _join_statements(entity_type: str, field_name: str) -> Iterator[str]:
    table = join_table(entity_type, field_name)
    yield (
        f"CREATE TABLE IF NOT EXISTS {table} (src_id INTEGER NOT NULL, dst_type TEXT NOT NULL,"
        " dst_id INTEGER NOT NULL, UNIQUE (src_id, dst_type, dst_id))"
    )
    index = quoted(f"back__{entity_type}__{field_name}")
    yield f"CREATE INDEX IF NOT EXISTS {index} ON {table} (dst_id, dst_type, src_id)"
