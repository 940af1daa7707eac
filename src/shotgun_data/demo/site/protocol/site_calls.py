"""Calls about the site itself: ``info``, the session, the schema."""

from __future__ import annotations

from typing import Any, Dict

from .call import PAGE_SIZE, Call, Method

__all__ = ["METHODS", "SITE_VERSION"]

SITE_VERSION = [8, 72, 0]


def info(call: Call) -> Any:
    """What the client learns when it connects; needs no authentication."""
    return {
        "version": SITE_VERSION,
        "full_version": [*SITE_VERSION, 0],
        "user_authentication_method": "default",
        "s3_uploads_enabled": False,
        "s3_direct_uploads_enabled": False,
        "totango_site_id": None,
        "totango_site_name": None,
        "sso_enabled": False,
        "unified_login_flow_enabled": False,
        "unified_login_flow_enabled2": False,
        "authentication_app_session_launcher_enabled": False,
        "api_max_entities_per_page": PAGE_SIZE,
    }


def get_session_token(call: Call) -> Any:
    """A token that stands for whoever calls."""
    assert call.actor is not None
    return {"session_id": call.sessions.issue(call.actor)}


def schema_entity_read(call: Call) -> Any:
    """All entity types."""
    _check_project(call)
    return {"results": call.store.schema.describe_types()}


def schema_read(call: Call) -> Any:
    """All fields of all entity types."""
    _check_project(call)
    return {"results": call.store.schema.describe()}


def schema_field_read(call: Call) -> Any:
    """All fields of one entity type, or one of them."""
    _check_project(call)
    kind = call.kind()
    name = call.params.get("field_name")
    if name is None:
        return {"results": call.store.schema.describe_fields(kind.name)}
    field = kind.fields.get(name)
    if field is None:
        raise call.fault(f"{kind.name}.{name} doesn't exist.")
    return {"results": {name: field.describe(kind.name)}}


def _check_project(call: Call) -> None:
    project = call.params.get("project")
    if project is None:
        return
    number = project.get("id") if isinstance(project, dict) else None
    if not call.store.read("Project", [["id", "is", number if isinstance(number, int) else 0]]):
        raise call.fault(f"project with id={number} doesn't exist.")


METHODS: Dict[str, Method] = {
    "info": info,
    "get_session_token": get_session_token,
    "schema_entity_read": schema_entity_read,
    "schema_read": schema_read,
    "schema_field_read": schema_field_read,
}
