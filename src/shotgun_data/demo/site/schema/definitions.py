"""Short ways to write fields down, and the fields that every entity type has."""

from __future__ import annotations

from typing import Any, List, Sequence, Tuple

from .fields import Field

__all__ = [
    "STATUSES",
    "checkbox",
    "date",
    "date_time",
    "every_type",
    "expression",
    "image",
    "link",
    "links",
    "listing",
    "number",
    "reverse",
    "statuses",
    "text",
    "typed",
    "url",
]

#: short code, name and background colour of each status of the site
STATUSES: Tuple[Tuple[str, str, str], ...] = (
    ("wtg", "Waiting to Start", "220,220,220"),
    ("rdy", "Ready to Start", "255,243,180"),
    ("ip", "In Progress", "255,212,121"),
    ("hld", "On Hold", "230,180,180"),
    ("rev", "Pending Review", "173,216,255"),
    ("vwd", "Viewed", "200,220,240"),
    ("chg", "Changes Requested", "255,170,140"),
    ("apr", "Approved", "170,230,170"),
    ("fin", "Final", "120,200,120"),
    ("cmpt", "Complete", "130,190,150"),
    ("dlvr", "Delivered", "100,170,200"),
    ("omt", "Omit", "160,160,160"),
    ("na", "N/A", "190,190,190"),
    ("opn", "Open", "255,225,140"),
    ("clsd", "Closed", "180,180,180"),
    ("act", "Active", "150,220,150"),
    ("dis", "Disabled", "200,160,160"),
)
_STATUS_NAMES = {code: name for code, name, _ in STATUSES}


def typed(data_type: str, name: str, display: str, **more: Any) -> Field:
    """A field of a data type that has no short way of its own."""
    return Field(name, data_type, display, **more)


def text(name: str, display: str, **more: Any) -> Field:
    """A text field."""
    return Field(name, "text", display, **more)


def number(name: str, display: str, **more: Any) -> Field:
    """A whole number."""
    return Field(name, "number", display, **more)


def checkbox(name: str, display: str, default: bool = False, **more: Any) -> Field:
    """A check box; never null."""
    return Field(name, "checkbox", display, default=default, **more)


def date(name: str, display: str, **more: Any) -> Field:
    """A calendar day."""
    return Field(name, "date", display, **more)


def date_time(name: str, display: str, **more: Any) -> Field:
    """A point in time, in UTC."""
    return Field(name, "date_time", display, **more)


def image(name: str = "image", display: str = "Thumbnail", **more: Any) -> Field:
    """A picture; the column holds its media key."""
    return Field(name, "image", display, **more)


def url(name: str, display: str, **more: Any) -> Field:
    """A file, a web link or a local path."""
    return Field(name, "url", display, **more)


def listing(name: str, display: str, values: Sequence[str], **more: Any) -> Field:
    """A choice of one from a list."""
    return Field(name, "list", display, valid_values=tuple(values), **more)


def statuses(codes: str, default: str, name: str = "sg_status_list") -> Field:
    """A status field that takes these space-separated short codes."""
    values = tuple(codes.split())
    return Field(
        name,
        "status_list",
        "Status",
        valid_values=values,
        display_values=tuple((code, _STATUS_NAMES[code]) for code in values),
        default=default,
        summary_default="status_list",
    )


def link(name: str, display: str, *types: str, **more: Any) -> Field:
    """A link to one entity of these types."""
    return Field(name, "entity", display, valid_types=types, **more)


def links(name: str, display: str, *types: str, **more: Any) -> Field:
    """Links to several entities of these types, kept in a table of their own."""
    return Field(name, "multi_entity", display, valid_types=types, **more)


def reverse(name: str, display: str, entity_type: str, field_name: str) -> Field:
    """The entities of ``entity_type`` whose ``field_name`` links here."""
    return Field(name, "multi_entity", display, valid_types=(entity_type,), reverse=(entity_type, field_name))


def expression(data_type: str, name: str, display: str, sql: str, **more: Any) -> Field:
    """A value that the site computes; ``{t}`` in the SQL is the table's alias."""
    return Field(name, data_type, display, editable=False, expression=sql, **more)


def every_type(display_field: str) -> List[Field]:
    """The fields that each entity type has, whatever else it has."""
    people = ("HumanUser", "ApiUser")
    return [
        Field("id", "number", "Id", editable=False),
        expression("text", "cached_display_name", "Cached Display Name", '{t}."' + display_field + '"'),
        date_time("created_at", "Date Created", editable=False),
        date_time("updated_at", "Date Updated", editable=False),
        link("created_by", "Created by", *people, editable=False),
        link("updated_by", "Updated by", *people, editable=False),
    ]
