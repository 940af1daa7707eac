"""Values between the wire and the columns: what is accepted, how it is kept, how it reads back."""

from __future__ import annotations

import datetime
import json
import re
from typing import Any, Dict, Optional

from ..api_fault import APIFault, kind_of, shown
from ..schema import Field

__all__ = ["DATE_TIME_FORMAT", "check_type", "encode", "entity_key", "now", "parse_date", "parse_date_time"]

#: how points in time look on the wire and in the database; UTC, whole seconds
DATE_TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"

_INTEGERS = ("number", "duration", "percent", "timecode")
_EXPECTED: Dict[str, str] = {
    **dict.fromkeys(_INTEGERS, "Integer, NilClass"),
    **dict.fromkeys(("float", "currency"), "Float, Integer, NilClass"),
    "checkbox": "TrueClass, FalseClass",
    "entity": "Hash, NilClass",
    "multi_entity": "Array, NilClass",
    "tag_list": "Array, NilClass",
    "url": "Hash, NilClass",
    "serializable": "Hash, Array, NilClass",
}
_COLOR = re.compile(r"\d{1,3},\d{1,3},\d{1,3}$|pipeline_step$")


def now() -> str:
    """This moment, as the site writes it."""
    return datetime.datetime.now(datetime.timezone.utc).strftime(DATE_TIME_FORMAT)


def parse_date_time(value: str) -> Optional[datetime.datetime]:
    """A point in time from its ISO 8601 text, in UTC; None where it is not one."""
    text = value[:-1] + "+00:00" if value.endswith("Z") else value
    text = re.sub(r"\s*UTC$", "+00:00", text)
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return moment.astimezone(datetime.timezone.utc)


def parse_date(value: str) -> Optional[datetime.date]:
    """A calendar day from ``YYYY-MM-DD``; None where it is not one."""
    try:
        return datetime.datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError:
        return None


def entity_key(value: Any) -> Optional[Dict[str, Any]]:
    """The value, where it names an entity by type and id."""
    if isinstance(value, dict) and isinstance(value.get("type"), str):
        number = value.get("id")
        if isinstance(number, str) and number.isdigit():
            number = int(number)
        if isinstance(number, int) and not isinstance(number, bool):
            return {"type": value["type"], "id": number}
    return None


def check_type(field: Field, value: Any, where: str) -> None:
    """Raise the site's fault where the value's type does not fit the field's.

    :param where: what the message begins with, such as ``API update() Shot.code``.
    """
    accepted = _EXPECTED.get(field.data_type, "String, NilClass")
    if kind_of(value) not in accepted.split(", "):
        raise APIFault(f"{where} expected [{accepted}] data type(s) but got {kind_of(value)}: {shown(value)}")
    if field.data_type == "entity" and value is not None:
        key = entity_key(value)
        if key is None:
            raise APIFault(f"{where} expected a Hash with 'type' and 'id' but got {shown(value)}")


def encode(field: Field, value: Any, where: str) -> Any:
    """A value as its column keeps it, after checking it. For fields of storage ``column`` only."""
    kind = field.data_type
    if kind == "image":
        if value is not None:
            raise APIFault(f"{where} can only be set by uploading a file.")
        return None
    check_type(field, value, where)
    if value is None:
        return None
    if kind == "checkbox":
        return int(value)
    if kind in ("float", "currency"):
        return float(value)
    if kind in ("serializable", "tag_list", "url"):
        return json.dumps(value, ensure_ascii=False)
    if kind == "date":
        if parse_date(value) is None:
            raise APIFault(f"{where} Invalid date format: {shown(value)}. Use YYYY-MM-DD.")
    elif kind == "date_time":
        moment = parse_date_time(value)
        if moment is None:
            raise APIFault(f"{where} Invalid date time format: {shown(value)}. Use ISO 8601.")
        return moment.strftime(DATE_TIME_FORMAT)
    elif kind in ("list", "status_list"):
        if value not in field.valid_values:
            raise APIFault(
                f"{where} {shown(value)} is not a valid value. Valid values: {shown(list(field.valid_values))}"
            )
    elif kind == "color" and not _COLOR.match(value):
        raise APIFault(f"{where} The value is not a valid color expression: {shown(value)}")
    return value
