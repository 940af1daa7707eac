"""``schema_field_create``, ``schema_field_update`` and ``schema_field_delete``."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Dict

from ..api_fault import shown
from ..schema import CREATABLE, Field
from .call import Call, Method

__all__ = ["METHODS"]

#: properties that may be set, and the attribute of a field that each one is
_PROPERTIES = {
    "name": "display_name",
    "description": "description",
    "visible": "visible",
    "summary_default": "summary_default",
    "default_value": "default",
    "valid_values": "valid_values",
    "valid_types": "valid_types",
    "custom_metadata": None,
}


def _given(call: Call) -> Dict[str, Any]:
    """The properties in the call, as attributes of a field."""
    found: Dict[str, Any] = {}
    for item in call.params.get("properties") or ():
        name = item.get("property_name") if isinstance(item, dict) else None
        if name not in _PROPERTIES:
            raise call.fault(f"invalid property {shown(name)}. Valid property names: {shown(list(_PROPERTIES))}")
        attribute = _PROPERTIES[name]
        value = item.get("value")
        if attribute is not None:
            found[attribute] = tuple(value) if isinstance(value, list) else value
    return found


def create(call: Call) -> Any:
    """A new field; gives its internal name, made from its display name."""
    kind, data_type = call.kind(), call.params.get("data_type")
    if data_type not in CREATABLE:
        raise call.fault(f"invalid data_type {shown(data_type)}. Valid data types: {shown(list(CREATABLE))}")
    given = _given(call)
    display = given.pop("display_name", None)
    if not isinstance(display, str) or not display.strip():
        raise call.fault("the property 'name' is missing.")
    base = "sg_" + re.sub(r"\W+", "_", display.strip().lower()).strip("_")
    with call.store.transaction():
        name, count = base, 0
        while name in kind.fields:
            count += 1
            name = f"{base}_{count}"
        if data_type == "checkbox":
            given.setdefault("default", False)
        if data_type in ("entity", "multi_entity"):
            unknown = [item for item in given.get("valid_types") or (None,) if call.store.schema.get(item) is None]
            if unknown:
                raise call.fault(f"invalid 'valid_types': {shown(unknown)}")
        call.store.add_field(kind.name, Field(name, str(data_type), display, **given))
    return {"results": name}


def _custom(call: Call) -> Field:
    kind, name = call.kind(), call.params.get("field_name")
    field = kind.fields.get(name) if isinstance(name, str) else None
    if field is None:
        raise call.fault(f"{kind.name}.{name} doesn't exist.")
    return field


def update(call: Call) -> Any:
    """Other properties for a field."""
    with call.store.transaction():
        call.store.change_field(call.kind().name, replace(_custom(call), **_given(call)))
    return {"results": True}


def delete(call: Call) -> Any:
    """Remove a field that was made by ``schema_field_create``."""
    kind, field = call.kind(), _custom(call)
    if not field.name.startswith("sg_"):
        raise call.fault(f"{kind.name}.{field.name} can't be deleted.")
    with call.store.transaction():
        call.store.drop_field(kind.name, field.name)
    return {"results": True}


METHODS: Dict[str, Method] = {
    "schema_field_create": create,
    "schema_field_update": update,
    "schema_field_delete": delete,
}
