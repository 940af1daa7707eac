"""Field paths such as ``sg_sequence.Sequence.code``, resolved to joins and columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, NamedTuple, Tuple

from ..api_fault import APIFault, shown
from ..schema import EntityType, Field, Schema
from .tables import join_table, quoted

__all__ = ["Column", "Members", "Query", "Sql", "members"]


class Sql(NamedTuple):
    """A piece of SQL with the values of its question marks."""

    text: str
    params: Tuple[object, ...] = ()


@dataclass(frozen=True)
class Column:
    """A field seen through the alias of one table of a query."""

    alias: str
    kind: EntityType
    field: Field

    @property
    def value(self) -> str:
        """The SQL of a single value."""
        if self.field.expression is not None:
            return self.field.expression.replace("{t}", self.alias)
        return f"{self.alias}.{quoted(self.field.name)}"

    @property
    def link_type(self) -> str:
        """The SQL of the linked entity's type."""
        return f"{self.alias}.{quoted(self.field.name + '__type')}"

    @property
    def link_id(self) -> str:
        """The SQL of the linked entity's id."""
        return f"{self.alias}.{quoted(self.field.name + '__id')}"


class Members(NamedTuple):
    """The entities in a multi-entity field as a FROM clause, with the SQL of each one's type and id."""

    source: str
    entity_type: str
    entity_id: str
    owner: str
    order: str


class Query:
    """The tables of one SELECT: the entity's own, and one join for each single link that a path goes through.

    :ivar alias: alias of the entity's own table.
    """

    def __init__(self, schema: Schema, kind: EntityType, method: str, alias: str = "t") -> None:
        self.schema = schema
        self.kind = kind
        self.method = method
        self.alias = alias
        self._joins: Dict[str, Tuple[str, str]] = {}
        self._nested = 0

    @property
    def source(self) -> str:
        """The FROM clause with all joins that were needed so far."""
        own = f"{quoted(self.kind.name)} {self.alias}"
        return " ".join([own] + [join for _, join in self._joins.values()])

    def nested(self, kind: EntityType) -> Query:
        """A query for use inside this one, with aliases that do not clash."""
        self._nested += 1
        return Query(self.schema, kind, self.method, f"{self.alias}_{self._nested}")

    def field_of(self, kind: EntityType, name: str) -> Field:
        """The field, or the fault that names it."""
        field = kind.fields.get(name)
        if field is None:
            raise APIFault(f"API {self.method}() {kind.name}.{name} doesn't exist:\n{shown(name)}")
        return field

    def kind_of(self, name: str, path: str) -> EntityType:
        """The entity type in a path, or the fault that names it."""
        kind = self.schema.get(name)
        if kind is None:
            raise APIFault(f"API {self.method}() invalid entity type '{name}' in field path '{path}'.")
        return kind

    def resolve(self, path: str) -> Tuple[Column, str]:
        """Follow single links as far as they go.

        :returns: the last column reached, and the rest of the path: empty, or ``Type.field...`` where the
            column is a multi-entity field that the path goes through.
        """
        tokens = path.split(".")
        if len(tokens) % 2 == 0:
            raise APIFault(f"API {self.method}() {self.kind.name}.{path} doesn't exist:\n{shown(path)}")
        alias, kind = self.alias, self.kind
        for index in range(0, len(tokens) - 2, 2):
            column = Column(alias, kind, self.field_of(kind, tokens[index]))
            if column.field.data_type == "multi_entity":
                return column, ".".join(tokens[index + 1 :])
            if column.field.data_type != "entity":
                raise APIFault(f"API {self.method}() {self.kind.name}.{path} doesn't exist:\n{shown(path)}")
            kind = self.kind_of(tokens[index + 1], path)
            alias = self._join(".".join(tokens[: index + 2]), column, kind)
        return Column(alias, kind, self.field_of(kind, tokens[-1])), ""

    def name_of(self, column: Column) -> List[Tuple[str, str]]:
        """The SQL of the linked entity's name, once for each type that the link can have."""
        found = []
        for name in column.field.valid_types:
            kind = self.schema.get(name)
            if kind is not None:
                alias = self._join(f"{column.alias}:{column.field.name}.{name}", column, kind)
                found.append((name, Column(alias, kind, kind.fields[kind.display_field]).value))
        return found

    def _join(self, key: str, column: Column, kind: EntityType) -> str:
        known = self._joins.get(key)
        if known is not None:
            return known[0]
        alias = f"{self.alias}j{len(self._joins)}"
        # a link to something retired reads as empty, so what lies behind it does too
        join = (
            f"LEFT JOIN {quoted(kind.name)} {alias} ON {alias}.id = {column.link_id}"
            f" AND {column.link_type} = '{kind.name}' AND {alias}.\"__retired\" = 0"
        )
        self._joins[key] = (alias, join)
        return alias


def members(schema: Schema, kind: EntityType, field: Field, alias: str) -> Members:
    """Where the entities of a multi-entity field come from; ``alias`` is used for the table."""
    if field.reverse is None:
        table = join_table(kind.name, field.name)
        return Members(f"{table} {alias}", f"{alias}.dst_type", f"{alias}.dst_id", f"{alias}.src_id", f"{alias}.rowid")
    other, name = field.reverse
    forward = schema.entity_types[other].fields[name]
    if forward.data_type == "multi_entity":
        source = (
            f"{join_table(other, name)} {alias} JOIN {quoted(other)} {alias}o ON {alias}o.id = {alias}.src_id"
            f" AND {alias}o.\"__retired\" = 0 AND {alias}.dst_type = '{kind.name}'"
        )
        return Members(source, f"'{other}'", f"{alias}.src_id", f"{alias}.dst_id", f"{alias}.rowid")
    link_type, link_id = (f"{alias}.{quoted(name + end)}" for end in ("__type", "__id"))
    # the conditions ride on a join, so that every kind of members has the form "FROM source WHERE owner = ..."
    source = f"{quoted(other)} {alias} JOIN (SELECT 1) ON {alias}.\"__retired\" = 0 AND {link_type} = '{kind.name}'"
    return Members(source, f"'{other}'", f"{alias}.id", link_id, f"{alias}.id")
