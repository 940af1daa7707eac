"""Every call that a request can make of a site. Each blocks, and runs in a worker thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Callable, Optional

from ..requests import WRITES
from .connections import SiteConnections
from .failures import explained


def call(site: SiteConnections, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """A method of the client by its name, with its own arguments; gives what the client returns."""
    with site.connection() as sg, explained(_what(name, args, kwargs), site.host, sg, write=name in WRITES):
        return getattr(sg, name)(*args, **kwargs)


def read_schema(site: SiteConnections, project_id: Optional[int]) -> dict[str, Any]:
    """``schema_read`` and ``schema_entity_read``, narrowed to what a project shows if one is given."""
    project = [] if project_id is None else [{"type": "Project", "id": project_id}]
    with site.connection() as sg, explained("reading the schema", site.host, sg, write=False):
        return {"fields": sg.schema_read(*project), "types": sg.schema_entity_read(*project)}


def run_method(
    site: SiteConnections, method: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """``method(sg, *args, **kwargs)`` with this thread's connection. What it raises is the caller's own."""
    with site.connection() as sg:
        return method(sg, *args, **kwargs)


def nav_search_entity(site: SiteConnections, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """``nav_search_entity``, also for a Project, on which the site's own call fails."""
    entity = kwargs.get("entity", args[1] if len(args) > 1 else None)
    if not isinstance(entity, dict) or entity.get("type") != "Project":
        return call(site, "nav_search_entity", args, kwargs)
    project_id = entity["id"]
    name = entity.get("name")
    if name is None:
        found = call(site, "find_one", ("Project", [["id", "is", project_id]], ["name"]), {})
        if found is None:
            return []
        name = found["name"]
    return [
        {
            "incremental_path": [f"/Project/{project_id}"],
            "label": name,
            "path_label": "",
            "project_id": project_id,
            "ref": {"id": project_id, "type": "Project"},
        }
    ]


def image_url(site: SiteConnections, entity_type: str, entity_id: int, field: str) -> Optional[str]:
    """A new signed url for an image field, or None where the entity or its image is gone."""
    found = call(site, "find_one", (entity_type, [["id", "is", entity_id]], [field]), {})
    return (found or {}).get(field) or None


def _what(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    subject = kwargs.get("entity_type", args[0] if args else None)
    if name in ("find", "find_one", "create", "update", "delete") and isinstance(subject, str):
        entity_id = kwargs.get("entity_id", args[1] if len(args) > 1 else None)
        if name in ("update", "delete") and isinstance(entity_id, int):
            return f"{name} of {subject} {entity_id}"
        return f"{name} on {subject}"
    return name
