"""What a field is: its data type, where its value lives, and how ``schema_read`` describes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional, Tuple

__all__ = ["LINK_TYPES", "EntityType", "Field"]

LINK_TYPES = ("entity", "multi_entity")

#: data types whose fields can be made by ``schema_field_create``
CREATABLE = (
    "checkbox",
    "currency",
    "date",
    "date_time",
    "duration",
    "entity",
    "float",
    "list",
    "multi_entity",
    "number",
    "percent",
    "status_list",
    "text",
    "timecode",
    "footage",
    "url",
)


@dataclass(frozen=True)
class Field:
    """One field of one entity type.

    :ivar reverse: ``(entity type, field)`` whose forward link this multi-entity field shows the other way round;
        it has no storage of its own, and writing it writes the forward link.
    :ivar expression: SQL that computes the value, with ``{t}`` standing for the table's alias; such a field
        cannot be written.
    """

    name: str
    data_type: str
    display_name: str
    valid_values: Tuple[str, ...] = ()
    display_values: Tuple[Tuple[str, str], ...] = ()
    valid_types: Tuple[str, ...] = ()
    default: Any = None
    editable: bool = True
    mandatory: bool = False
    unique: bool = False
    visible: bool = True
    description: str = ""
    summary_default: str = "none"
    reverse: Optional[Tuple[str, str]] = None
    expression: Optional[str] = None

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Field:
        """A field from the JSON object of its attributes."""
        kept: Dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}
        return cls(**kept)

    @property
    def storage(self) -> str:
        """``column``, ``link`` (type and id columns), ``join`` (its own table), ``reverse`` or ``expression``."""
        if self.expression is not None:
            return "expression"
        if self.reverse is not None:
            return "reverse"
        if self.data_type == "multi_entity":
            return "join"
        return "link" if self.data_type == "entity" else "column"

    def describe(self, entity_type: str) -> Dict[str, Any]:
        """This field as ``schema_read`` returns it: each property with its ``value`` and whether it is ``editable``."""

        def prop(value: Any, editable: bool = False) -> Dict[str, Any]:
            return {"value": value, "editable": editable}

        custom = self.name.startswith("sg_")
        properties: Dict[str, Any] = {
            "default_value": prop(self.default, custom),
            "summary_default": prop(self.summary_default, True),
        }
        if self.data_type in ("list", "status_list"):
            properties["valid_values"] = prop(list(self.valid_values), True)
            if self.data_type == "status_list":
                properties["hidden_values"] = prop([], False)
                properties["display_values"] = prop(dict(self.display_values), False)
        if self.data_type in LINK_TYPES:
            properties["valid_types"] = prop(list(self.valid_types), True)
        return {
            "name": prop(self.display_name, True),
            "description": prop(self.description, True),
            "entity_type": prop(entity_type),
            "data_type": prop(self.data_type),
            "editable": prop(self.editable),
            "mandatory": prop(self.mandatory),
            "unique": prop(self.unique),
            "visible": prop(self.visible, True),
            "ui_value_displayable": prop(True),
            "custom_metadata": prop("", True),
            "properties": properties,
        }


@dataclass
class EntityType:
    """One entity type: its fields by name, and the field that names an entity in links."""

    name: str
    display_name: str
    display_field: str
    fields: Dict[str, Field] = field(default_factory=dict)

    @classmethod
    def build(cls, name: str, display_name: str, display_field: str, fields: List[Field]) -> EntityType:
        """An entity type of these fields, in this order."""
        return cls(name, display_name, display_field, {f.name: f for f in fields})
