"""Reading entities: a page of rows in one statement, then the names of what they link to, a statement per type."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple

from ..api_fault import APIFault, shown
from ..schema import EntityType, Schema
from .database import Database
from .filters import compile_filters
from .paths import Column, Query, members
from .tables import quoted

__all__ = ["Presentation", "Read", "count", "display_names", "read", "where_clause"]

Row = Dict[str, Any]
Fill = Callable[[List[Any], List[Row]], None]

#: sorting by these does nothing, as on a hosted site
_UNSORTABLE = ("multi_entity", "url", "image", "serializable", "tag_list", "password")


class Presentation(NamedTuple):
    """How stored media become urls on the wire. Without one, media keys are read as they are kept."""

    thumbnail_url: Callable[[str], Optional[str]]
    attachment_url: Callable[[int], str]


class Read(NamedTuple):
    """What to read.

    :ivar retired: only retired entities, instead of only those that are not.
    :ivar limit: most rows to return, or None.
    """

    entity_type: EntityType
    filters: Any = None
    fields: Sequence[str] = ()
    order: Sequence[Mapping[str, str]] = ()
    limit: Optional[int] = None
    offset: int = 0
    retired: bool = False
    include_archived_projects: bool = True
    method: str = "read"


def display_names(
    database: Database, schema: Schema, wanted: Mapping[str, Iterable[int]]
) -> Dict[str, Dict[int, Optional[str]]]:
    """Names of living entities by type and id; retired ones are absent, and so vanish from links."""
    found: Dict[str, Dict[int, Optional[str]]] = {}
    for type_name, ids in wanted.items():
        kind = schema.get(type_name)
        if kind is None:
            found[type_name] = {}
            continue
        sql = (
            f'SELECT id, {quoted(kind.display_field)} FROM {quoted(type_name)} WHERE "__retired" = 0'
            " AND id IN (SELECT value FROM json_each(?))"
        )
        found[type_name] = dict(database.rows(sql, (json.dumps(list(ids)),)))
    return found


def where_clause(query: Query, what: Read) -> Tuple[str, Tuple[object, ...]]:
    """The complete WHERE clause of a read, with its values."""
    condition = compile_filters(query, what.filters)
    text = f'{query.alias}."__retired" = {int(what.retired)} AND ({condition.text})'
    if not what.include_archived_projects:
        if what.entity_type.name == "Project":
            text += f" AND NOT ifnull({query.alias}.archived, 0)"
        elif "project" in what.entity_type.fields:
            archived = query.resolve("project.Project.archived")[0].value
            text += f" AND NOT ifnull({archived}, 0)"
    return text, condition.params


def read(database: Database, schema: Schema, what: Read, present: Optional[Presentation] = None) -> List[Row]:
    """The entities, each a dictionary of ``type``, ``id`` and the fields asked for.

    :raises APIFault: where the filter, a field or the order is wrong.
    """
    query = Query(schema, what.entity_type, what.method)
    selection = _Selection(database, schema, query, present)
    for name in what.fields:
        selection.add(name)
    where, params = where_clause(query, what)
    order = ", ".join(_order(query, what.order) + [f"{query.alias}.id"])
    found = f"FROM {query.source} WHERE {where} ORDER BY {order}"
    columns = f"SELECT {', '.join(selection.columns)} "
    with database.snapshot():
        if what.limit is None and not what.offset:
            return selection.build(database.rows(columns + found, params))
        # the page's ids first: a sort of whole rows would compute every column of all the pages before it
        most = -1 if what.limit is None else int(what.limit)
        page = f"SELECT {query.alias}.id {found} LIMIT {most} OFFSET {int(what.offset)}"
        ids = [row[0] for row in database.rows(page, params)]
        of_page = f"FROM {query.source} WHERE {query.alias}.id IN (SELECT value FROM json_each(?))"
        rows = {row[0]: row for row in database.rows(columns + of_page, (json.dumps(ids),))}
        return selection.build([rows[number] for number in ids])


def count(database: Database, schema: Schema, what: Read) -> int:
    """How many entities a read without a limit would give."""
    query = Query(schema, what.entity_type, what.method)
    where, params = where_clause(query, what)
    return int(database.rows(f"SELECT COUNT(*) FROM {query.source} WHERE {where}", params)[0][0])


def _order(query: Query, order: Sequence[Mapping[str, str]]) -> List[str]:
    terms: List[str] = []
    for key in order:
        path = key.get("field_name") or key.get("column")
        if not isinstance(path, str):
            raise APIFault(f"API {query.method}() a sort needs a 'field_name': {shown(dict(key))}")
        direction = str(key.get("direction", "asc")).lower()
        if direction not in ("asc", "desc"):
            raise APIFault(f"API {query.method}() invalid sort direction {shown(direction)}. Valid: 'asc', 'desc'.")
        if path == "type":
            continue
        column, rest = query.resolve(path)
        if rest or column.field.data_type in _UNSORTABLE:
            continue
        if column.field.data_type == "entity":
            names = [sql for _, sql in query.name_of(column)]
            value = names[0] if len(names) == 1 else f"coalesce({', '.join(names)})"
        else:
            value = column.value
        terms.append(f"{value} COLLATE NOCASE {direction}")
    return terms


class _Selection:
    """The columns of one SELECT, and how each turns into a field of the result."""

    def __init__(self, database: Database, schema: Schema, query: Query, present: Optional[Presentation]) -> None:
        self.columns: List[str] = [f"{query.alias}.id"]
        self._database = database
        self._schema = schema
        self._query = query
        self._present = present
        self._fills: List[Fill] = []
        self._links: List[Tuple[str, int]] = []
        self._seen: Set[str] = {"id", "type"}

    def add(self, path: str) -> None:
        """Ask for one field."""
        if path in self._seen:
            return
        if not isinstance(path, str):
            raise APIFault(f"API {self._query.method}() expected a field name but got {shown(path)}")
        self._seen.add(path)
        column, rest = self._query.resolve(path)
        if rest:
            raise APIFault(
                f"API {self._query.method}() {self._query.kind.name}.{path}: only single entity links can be"
                " followed in 'return_fields'."
            )
        kind = column.field.data_type
        if kind == "entity":
            self._links.append((path, len(self.columns)))
            self.columns += [column.link_type, column.link_id]
        elif kind == "multi_entity":
            self._fills.append(self._multi(path, column, len(self.columns)))
            self.columns.append(f"{column.alias}.id")
        else:
            self._fills.append(self._scalar(path, column, len(self.columns)))
            self.columns.append(column.value)

    def build(self, rows: List[Any]) -> List[Row]:
        """The result rows. Column by column: it is several times faster than row by row."""
        type_name = self._query.kind.name
        found: List[Row] = [{"type": type_name, "id": row[0]} for row in rows]
        self._fill_links(rows, found)
        for fill in self._fills:
            fill(rows, found)
        return found

    def _scalar(self, path: str, column: Column, index: int) -> Fill:
        decode = self._decoder(column.field.data_type)
        if decode is None:

            def copy(rows: List[Any], found: List[Row]) -> None:
                for row, entity in zip(rows, found):
                    entity[path] = row[index]

            return copy
        convert = decode

        def fill(rows: List[Any], found: List[Row]) -> None:
            for row, entity in zip(rows, found):
                value = row[index]
                entity[path] = None if value is None else convert(value)

        return fill

    def _decoder(self, data_type: str) -> Optional[Callable[[Any], Any]]:
        present = self._present
        if data_type == "checkbox":
            return bool
        if data_type in ("serializable", "tag_list"):
            return json.loads
        if data_type == "password":
            return lambda _: None
        if data_type == "image" and present is not None:
            return present.thumbnail_url
        if data_type == "url":
            return lambda text: _file(json.loads(text), present)
        return None

    def _fill_links(self, rows: List[Any], found: List[Row]) -> None:
        wanted: Dict[str, Set[int]] = defaultdict(set)
        for _, index in self._links:
            for row in rows:
                if row[index] is not None:
                    wanted[row[index]].add(row[index + 1])
        names = display_names(self._database, self._schema, wanted)
        for path, index in self._links:
            for row, entity in zip(rows, found):
                type_name, number = row[index], row[index + 1]
                if type_name is None or number not in names[type_name]:
                    entity[path] = None
                else:
                    entity[path] = {"id": number, "name": names[type_name][number], "type": type_name}

    def _multi(self, path: str, column: Column, index: int) -> Fill:
        through = members(self._schema, column.kind, column.field, "m")
        sql = (
            f"SELECT {through.owner}, {through.entity_type}, {through.entity_id} FROM {through.source}"
            f" WHERE {through.owner} IN (SELECT value FROM json_each(?)) ORDER BY {through.order}"
        )

        def fill(rows: List[Any], found: List[Row]) -> None:
            owners = {row[index] for row in rows if row[index] is not None}
            linked = self._database.rows(sql, (json.dumps(list(owners)),))
            wanted: Dict[str, Set[int]] = defaultdict(set)
            for _, type_name, number in linked:
                wanted[type_name].add(number)
            names = display_names(self._database, self._schema, wanted)
            by_owner: Dict[int, List[Tuple[str, int]]] = defaultdict(list)
            for owner, type_name, number in linked:
                if number in names[type_name]:
                    by_owner[owner].append((type_name, number))
            for row, entity in zip(rows, found):
                entity[path] = [
                    {"id": number, "name": names[type_name][number], "type": type_name}
                    for type_name, number in by_owner.get(row[index], ())
                ]

        return fill


def _file(value: Dict[str, Any], present: Optional[Presentation]) -> Dict[str, Any]:
    """A url field as the wire has it: the media key stays inside, an upload's url is asked for by id."""
    shown_value = {key: item for key, item in value.items() if key != "key"}
    if present is not None and value.get("link_type") == "upload" and isinstance(value.get("id"), int):
        shown_value["url"] = present.attachment_url(value["id"])
    return shown_value
