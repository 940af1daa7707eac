"""``read``, ``create``, ``update``, ``delete``, ``revive`` and ``batch``."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Tuple

from ..api_fault import shown
from ..store import Read
from .call import PAGE_SIZE, Call, Method
from .navigation import nav_filters

__all__ = ["METHODS"]

_PRESETS = ("LATEST", "NAV_ENTRIES")


def read(call: Call) -> Any:
    """A page of entities; with ``paging_info`` where it was asked for, counted only where counts were."""
    params = call.params
    paging = params.get("paging") or {}
    size, page = paging.get("entities_per_page", PAGE_SIZE), paging.get("current_page", 1)
    if not _positive(size) or not _positive(page):
        raise call.fault(f"'paging' is not valid: {shown(paging)}")
    if size > PAGE_SIZE:
        raise call.fault(f"'entities_per_page' can't be more than {PAGE_SIZE}, was {size}.")
    return_only = params.get("return_only", "active")
    if return_only not in ("active", "retired"):
        raise call.fault(f"'return_only' must be 'active' or 'retired', not {shown(return_only)}.")
    wanted = Read(
        call.kind(),
        _with_presets(call),
        tuple(params.get("return_fields") or ()),
        tuple(params.get("sorts") or ()),
        limit=size + 1,
        offset=size * (page - 1),
        retired=return_only == "retired",
        include_archived_projects=params.get("include_archived_projects", True) is not False,
    )
    entities = call.store.find(wanted, call.present)
    result: Dict[str, Any] = {"entities": entities[:size]}
    if params.get("return_paging_info_without_counts"):
        result["paging_info"] = {
            "current_page": page,
            "entities_per_page": size,
            "has_next_page": len(entities) > size,
        }
    elif params.get("return_paging_info"):
        count = call.store.count(wanted._replace(limit=None, offset=0))
        result["paging_info"] = {
            "current_page": page,
            "page_count": -(-count // size),
            "entity_count": count,
            "entities_per_page": size,
        }
    return {"results": result}


def _positive(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _with_presets(call: Call) -> Any:
    filters = call.params.get("filters")
    presets = call.params.get("additional_filter_presets") or []
    conditions = []
    for preset in presets:
        name = preset.get("preset_name") if isinstance(preset, dict) else None
        if name not in _PRESETS:
            raise call.fault(f"invalid filter preset {shown(preset)}. Valid presets: {shown(list(_PRESETS))}")
        conditions.append({"conditions": nav_filters(call, preset)} if name == "NAV_ENTRIES" else _latest(call, preset))
    if not conditions:
        return filters
    return {"logical_operator": "and", "conditions": [filters or {"conditions": []}, *conditions]}


def _latest(call: Call, preset: Mapping[str, Any]) -> Dict[str, Any]:
    """``LATEST``: of the Versions of each entity, the newest by creation date or by id."""
    if call.kind().name != "Version":
        raise call.fault("the filter preset 'LATEST' is for Version only.")
    by = preset.get("latest_by")
    newest = {
        "ENTITIES_CREATED_AT": 'max(printf("%s %012d", created_at, id))',
        "BY_PIPELINE_STEP_NUMBER_AND_ENTITIES_CREATED_AT": 'max(printf("%s %012d", created_at, id))',
    }.get(str(by))
    if newest is None:
        raise call.fault(f"invalid 'latest_by' {shown(by)} of the filter preset 'LATEST'.")
    group = '"entity__type", "entity__id"' + (', "sg_task__id"' if "STEP" in str(by) else "")
    rows = call.store.database.rows(f'SELECT {newest}, id FROM "Version" WHERE "__retired" = 0 GROUP BY {group}')
    return {"path": "id", "relation": "in", "values": [int(row[0].split(" ")[-1]) for row in rows]}


def _values(call: Call, params: Mapping[str, Any]) -> Tuple[Dict[str, Any], Dict[str, str]]:
    """The field values of a create or an update, and the modes of its multi-entity fields."""
    values: Dict[str, Any] = {}
    modes: Dict[str, str] = {}
    for item in params.get("fields") or ():
        if not isinstance(item, dict) or not isinstance(item.get("field_name"), str):
            raise call.fault(f"expected 'fields' to be an Array of Hashes with 'field_name' but got {shown(item)}")
        values[item["field_name"]] = item.get("value")
        if item.get("multi_entity_update_mode") is not None:
            modes[item["field_name"]] = item["multi_entity_update_mode"]
    return values, modes


def _shown_entity(call: Call, entity_type: str, entity_id: int, fields: List[str]) -> Dict[str, Any]:
    """An entity as the answer to a create or an update."""
    kind = call.store.kind(entity_type, call.method)
    wanted = Read(kind, [["id", "is", entity_id]], tuple(fields), method=call.method)
    return call.store.find(wanted, call.present)[0]


def create(call: Call) -> Any:
    """A new entity, with the fields that were set and those of ``return_fields``."""
    return {"results": _create(call, call.params)}


def _create(call: Call, params: Mapping[str, Any]) -> Dict[str, Any]:
    kind = call.store.kind(params.get("type"), call.method)
    values, _ = _values(call, params)
    with call.store.transaction():
        made = call.store.create(kind.name, values, user=call.user, method=call.method)
        extra = [name for name in params.get("return_fields") or () if isinstance(name, str)]
        return _shown_entity(call, kind.name, made["id"], [*values, *extra])


def update(call: Call) -> Any:
    """The fields that were given, as they are now."""
    return {"results": _update(call, call.params)}


def _update(call: Call, params: Mapping[str, Any]) -> Dict[str, Any]:
    kind = call.store.kind(params.get("type"), call.method)
    values, modes = _values(call, params)
    with call.store.transaction():
        number = call._replace(params=params).integer("id")
        call.store.update(kind.name, number, values, modes=modes, user=call.user, method=call.method)
        return _shown_entity(call, kind.name, number, list(values))


def delete(call: Call) -> Any:
    """True where the entity was retired by this call, False where it was retired before."""
    return {"results": call.store.delete(call.kind().name, call.integer("id"), user=call.user)}


def revive(call: Call) -> Any:
    """True where the entity was brought back by this call, False where it is not retired."""
    return {"results": call.store.revive(call.kind().name, call.integer("id"), user=call.user)}


def batch(call: Call) -> Any:
    """Several creates, updates and deletes in one transaction: all of them, or none."""
    results: List[Any] = []
    with call.store.transaction():
        for request in call.requests:
            what = request.get("request_type") if isinstance(request, dict) else None
            if what == "create":
                results.append(_create(call, request))
            elif what == "update":
                results.append(_update(call, request))
            elif what == "delete":
                one = call._replace(params=request)
                results.append(call.store.delete(one.kind().name, one.integer("id"), user=call.user))
            else:
                raise call.fault(f"invalid request type {shown(what)}. Valid: 'create', 'update', 'delete'.")
    return {"results": results}


METHODS: Dict[str, Method] = {
    "read": read,
    "create": create,
    "update": update,
    "delete": delete,
    "revive": revive,
    "batch": batch,
}
