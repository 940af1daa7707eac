"""Filters as the client sends them, compiled to a WHERE clause: groups, links and paths through links."""

from __future__ import annotations

from typing import Any, List, Sequence, Tuple

from ..api_fault import APIFault, kind_of, shown
from .paths import Column, Query, Sql, members
from .relations import check_relation, scalar_condition
from .tables import quoted
from .values import entity_key

__all__ = ["compile_filters"]

_GROUPS = {"and": " AND ", "all": " AND ", "or": " OR ", "any": " OR "}


def compile_filters(query: Query, filters: Any) -> Sql:
    """The WHERE clause of a filter.

    :param filters: a list of conditions, or a group: ``{"logical_operator", "conditions"}`` as on the wire,
        or ``{"filter_operator", "filters"}`` as in Python.
    :raises APIFault: where a field, an operator or a value is wrong.
    """
    if filters is None or filters == []:
        return Sql("1")
    if isinstance(filters, (list, tuple)):
        filters = {"logical_operator": "and", "conditions": list(filters)}
    if not isinstance(filters, dict):
        raise APIFault(f"API {query.method}() expected filters to be a Hash or an Array but got {shown(filters)}")
    operator = filters.get("logical_operator", filters.get("filter_operator", "and"))
    conditions = filters.get("conditions", filters.get("filters", []))
    if operator not in _GROUPS:
        raise APIFault(f"API {query.method}() invalid logical operator {shown(operator)}. Valid: 'and', 'or'.")
    if not isinstance(conditions, (list, tuple)):
        raise APIFault(f"API {query.method}() expected conditions to be an Array but got {shown(conditions)}")
    parts = [_condition(query, condition) for condition in conditions]
    if not parts:
        return Sql("1")
    text = _GROUPS[operator].join(f"({part.text})" for part in parts)
    return Sql(text, tuple(value for part in parts for value in part.params))


def _condition(query: Query, condition: Any) -> Sql:
    if isinstance(condition, (list, tuple)):
        values: Sequence[Any] = condition[2:]
        if len(condition) < 3:
            raise APIFault(f"API {query.method}() a condition needs a path, a relation and a value: {shown(condition)}")
        if len(values) == 1 and isinstance(values[0], (list, tuple)):
            values = values[0]
        condition = {"path": condition[0], "relation": condition[1], "values": list(values)}
    if not isinstance(condition, dict):
        raise APIFault(f"API {query.method}() expected a condition but got {shown(condition)}")
    if "conditions" in condition or "filters" in condition:
        return compile_filters(query, condition)
    path, relation = condition.get("path"), condition.get("relation")
    values = condition.get("values", [])
    if not isinstance(path, str) or not path:
        raise APIFault(f"API {query.method}() a condition needs a 'path': {shown(condition)}")
    if not isinstance(values, (list, tuple)):
        values = [values]
    try:
        return _on_path(query, path, relation, values)
    except APIFault as fault:
        sentence = fault.message.partition("\n")[0]
        raise APIFault(f"{sentence}\n{shown(condition)}", fault.code) from None


def _on_path(query: Query, path: str, relation: Any, values: Sequence[Any]) -> Sql:
    if path.startswith("$FROM$"):
        return _from_other(query, path[len("$FROM$") :], relation, values)
    if path == "type":
        return _own_type(query, relation, values)
    column, rest = query.resolve(path)
    if rest:
        type_name, _, inner_path = rest.partition(".")
        inner = query.nested(query.kind_of(type_name, path))
        condition = _on_path(inner, inner_path, relation, values)
        alias = inner.alias + "m"
        through = members(query.schema, column.kind, column.field, alias)
        return Sql(
            f"EXISTS (SELECT 1 FROM {through.source} JOIN {inner.source} WHERE {through.owner} = {column.alias}.id"
            f" AND {inner.alias}.id = {through.entity_id} AND {through.entity_type} = '{inner.kind.name}'"
            f' AND {inner.alias}."__retired" = 0 AND ({condition.text}))',
            condition.params,
        )
    where = f"API {query.method}() {column.kind.name}.{column.field.name}"
    check_relation(column.field, relation, where)
    if column.field.data_type == "entity":
        return _link(query, column, relation, values, where)
    if column.field.data_type == "multi_entity":
        return _multi(query, column, relation, values, where)
    return scalar_condition(column.field, column.value, relation, values, where)


def _from_other(query: Query, path: str, relation: Any, values: Sequence[Any]) -> Sql:
    """``$FROM$Task.step.entity``: entities to which ``entity`` of a Task links whose ``step`` fulfils the condition."""
    type_name, _, rest = path.partition(".")
    inner_path, _, back = rest.rpartition(".")
    inner = query.nested(query.kind_of(type_name, path))
    link = Column(inner.alias, inner.kind, inner.field_of(inner.kind, back))
    condition = _on_path(inner, inner_path, relation, values)
    if link.field.storage != "link":
        raise APIFault(f"API {query.method}() {type_name}.{back} is not a single entity link.")
    return Sql(
        f"EXISTS (SELECT 1 FROM {inner.source} WHERE {link.link_type} = '{query.kind.name}'"
        f' AND {link.link_id} = {query.alias}.id AND {inner.alias}."__retired" = 0 AND ({condition.text}))',
        condition.params,
    )


def _own_type(query: Query, relation: Any, values: Sequence[Any]) -> Sql:
    if relation not in ("is", "is_not", "in", "not_in"):
        raise APIFault(f"API {query.method}() {query.kind.name}.type doesn't support '{relation}' 'relation'.")
    return Sql(str(int((query.kind.name in values) == (relation in ("is", "in")))))


def _keys(values: Sequence[Any], where: str) -> Tuple[List[Tuple[str, int]], bool]:
    """The entities among the values, and whether None is one of the values."""
    found = []
    for value in values:
        key = entity_key(value)
        if key is not None:
            found.append((key["type"], key["id"]))
        elif value is not None:
            raise APIFault(f"{where} expected [Hash, NilClass] data type(s) but got {kind_of(value)}: {shown(value)}")
    if not values:
        raise APIFault(f"{where} needs a value.")
    return found, len(found) < len(values)


def _any_of(entity_type: str, entity_id: str, keys: List[Tuple[str, int]]) -> Sql:
    by_type: dict[str, List[int]] = {}
    for type_name, number in keys:
        by_type.setdefault(type_name, []).append(number)
    parts, params = [], []
    for type_name, numbers in by_type.items():
        parts.append(f"({entity_type} = ? AND {entity_id} IN ({', '.join(map(str, numbers))}))")
        params.append(type_name)
    return Sql("(" + (" OR ".join(parts) or "0") + ")", tuple(params))


def _alive(query: Query, column: Column, entity_type: str, entity_id: str) -> str:
    parts = [
        f"({entity_type} = '{name}' AND EXISTS (SELECT 1 FROM {quoted(name)} x WHERE x.id = {entity_id}"
        ' AND x."__retired" = 0))'
        for name in column.field.valid_types
        if query.schema.get(name) is not None
    ]
    return "(" + (" OR ".join(parts) or "0") + ")"


def _named(query: Query, column: Column, entity_type: str, entity_id: str, how: str, values: Sequence[Any]) -> Sql:
    """Whether the linked entity's name fulfils a text operator, for any of the values."""
    parts: List[str] = []
    params: List[object] = []
    for name in column.field.valid_types:
        kind = query.schema.get(name)
        if kind is None:
            continue
        field = kind.fields[kind.display_field]
        for value in values:
            test = scalar_condition(field, Column("x", kind, field).value, how, [value], f"{kind.name}.{field.name}")
            parts.append(
                f"({entity_type} = '{name}' AND EXISTS (SELECT 1 FROM {quoted(name)} x WHERE x.id = {entity_id}"
                f' AND x."__retired" = 0 AND {test.text}))'
            )
            params += test.params
    return Sql("(" + (" OR ".join(parts) or "0") + ")", tuple(params))


def _positive(
    query: Query, column: Column, relation: str, values: Sequence[Any], entity_type: str, entity_id: str, where: str
) -> Sql:
    """The condition that the operator, read without its *not*, puts on one linked entity."""
    if relation.startswith("type_is"):
        names = [value for value in values if isinstance(value, str)]
        marks = ", ".join("?" for _ in names)
        return Sql(f"{entity_type} IN ({marks})", tuple(names))
    if relation.startswith("name_"):
        how = relation.replace("name_not_", "name_")[len("name_") :]
        return _named(query, column, entity_type, entity_id, how, values)
    return _any_of(entity_type, entity_id, _keys(values, where)[0])


def _link(query: Query, column: Column, relation: str, values: Sequence[Any], where: str) -> Sql:
    found = _positive(query, column, relation, values, column.link_type, column.link_id, where)
    text = f"ifnull({found.text}, 0)"
    if relation in ("is", "is_not", "in", "not_in") and _keys(values, where)[1]:
        text = f"({text} OR NOT ifnull({_alive(query, column, column.link_type, column.link_id)}, 0))"
    return Sql(f"NOT {text}" if "not" in relation else text, found.params)


def _multi(query: Query, column: Column, relation: str, values: Sequence[Any], where: str) -> Sql:
    through = members(query.schema, column.kind, column.field, query.nested(column.kind).alias)
    exists = f"EXISTS (SELECT 1 FROM {through.source} WHERE {through.owner} = {column.alias}.id AND "
    found = _positive(query, column, relation, values, through.entity_type, through.entity_id, where)
    text = f"{exists}{found.text})"
    if relation in ("is", "is_not", "in", "not_in") and _keys(values, where)[1]:
        text = f"({text} OR NOT {exists}{_alive(query, column, through.entity_type, through.entity_id)}))"
    return Sql(f"NOT {text}" if "not" in relation else text, found.params)
