"""``nav_expand`` and ``nav_search``: the navigation tree level by level, and the way to an entity in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Dict, List, Mapping, Optional, Tuple

from ..api_fault import APIFault, shown
from ..store import Read
from .call import Call, Method
from .nav_tree import BRANCHES, NO_GROUP, Spot, entity_path, group_of, parse

__all__ = ["METHODS", "nav_filters"]

_MOST_FOUND = 100
_NOT_FOUND = 107
_PLURAL = {"Asset": "Assets", "Shot": "Shots", "Task": "Tasks"}
_NO_SUCH_GROUP = {"Asset": "No Type", "Shot": "No Sequence"}

Node = Dict[str, Any]


def nav_expand(call: Call) -> Any:
    """One place in the tree, and its children."""
    spot = parse(call, call.params.get("path"))
    node = _node(call, spot)
    children = _children(call, spot)
    node.update(has_children=bool(children), children=children, parent_path=_parent(spot).path)
    return node


def nav_search(call: Call) -> Any:
    """Ways from ``root_path`` to entities: to one that is given, or to those whose name holds a text."""
    root = parse(call, call.params.get("root_path", "/"))
    criteria = call.params.get("search_criteria")
    if not isinstance(criteria, dict):
        raise call.fault("search_criteria must be a hash")
    known = [key for key in ("search_string", "entity") if criteria.get(key) is not None]
    if len(known) != 1:
        raise call.fault("search_criteria size must be 1")
    if known == ["entity"]:
        return {"results": _search_entity(call, root, criteria["entity"])}
    return {"results": _search_string(call, root, str(criteria["search_string"]))}


def nav_filters(call: Call, preset: Mapping[str, Any]) -> List[Any]:
    """The filter preset ``NAV_ENTRIES``: entities whose ``seed`` field links to what lies below a path."""
    spot = parse(call, preset.get("path"))
    seed = preset.get("seed") or {}
    field = seed.get("field") if isinstance(seed, dict) else None
    if not isinstance(field, str):
        raise call.fault(f"the filter preset 'NAV_ENTRIES' needs a 'seed' with a 'field': {shown(preset)}")
    if spot.project is None:
        return []
    found: List[Any] = [["project", "is", {"type": "Project", "id": spot.project}]]
    if spot.branch is not None:
        found.append([field, "type_is", spot.branch])
        for path, relation, value in spot.filters[1:]:
            found.append([f"{field}.{spot.branch}.{path}", relation, value])
    return found


def _find(call: Call, entity_type: str, filters: Any, fields: Tuple[str, ...], sort: str) -> List[Dict[str, Any]]:
    order = ({"field_name": sort, "direction": "asc"},)
    return call.store.find(Read(call.store.kind(entity_type), filters, fields, order, method=call.method), call.present)


def _entity_ref(entity_type: str, entity_id: int) -> Dict[str, Any]:
    return {"kind": "entity", "value": {"type": entity_type, "id": entity_id}}


def _project(call: Call, number: int) -> Dict[str, Any]:
    found = _find(call, "Project", [["id", "is", number]], ("name",), "name")
    if not found:
        raise APIFault(f"Unexpected result looking for project: {number}: 0 found.", _NOT_FOUND)
    return found[0]


def _node(call: Call, spot: Spot, label: Optional[str] = None) -> Node:
    """A place without its children; its label is read where none is given."""
    ref: Dict[str, Any]
    if spot.project is None:
        name, ref = "Site", {"kind": "root", "value": None}
    elif spot.branch is None:
        name, ref = label or _project(call, spot.project)["name"], _entity_ref("Project", spot.project)
    elif spot.task is not None:
        name, ref = label or _name(call, "Task", "content", spot.task), _entity_ref("Task", spot.task)
    elif spot.tasks:
        name, ref = _PLURAL["Task"], {"kind": "entity_type", "value": "Task"}
    elif spot.entity is not None:
        name, ref = label or _name(call, spot.branch, "code", spot.entity), _entity_ref(spot.branch, spot.entity)
    elif spot.group is None:
        name, ref = _PLURAL[spot.branch], {"kind": "entity_type", "value": spot.branch}
    elif spot.group == NO_GROUP:
        name, ref = _NO_SUCH_GROUP[spot.branch], {"kind": "empty", "value": None}
    elif spot.branch == "Shot":
        name = label or _name(call, "Sequence", "code", int(spot.group))
        ref = _entity_ref("Sequence", int(spot.group))
    else:
        name, ref = spot.group, {"kind": "list", "value": spot.group}
    node: Node = {"label": name, "ref": ref, "path": spot.path}
    seed = call.params.get("seed_entity_field")
    if isinstance(seed, str) and "." in seed:
        seed_type, _, field = seed.partition(".")
        node["target_entities"] = {
            "type": seed_type,
            "additional_filter_presets": [
                {"preset_name": "NAV_ENTRIES", "path": spot.path, "seed": {"type": seed_type, "field": field}}
            ],
        }
    return node


def _name(call: Call, entity_type: str, field: str, number: int) -> str:
    found = _find(call, entity_type, [["id", "is", number]], (field,), "id")
    if not found:
        raise APIFault(f"Unexpected result looking for {entity_type.lower()}: {number}: 0 found.", _NOT_FOUND)
    return str(found[0][field])


def _children(call: Call, spot: Spot) -> List[Node]:
    if spot.project is None:
        shown_projects = [["archived", "is", False], ["is_template", "is", False]]
        projects = _find(call, "Project", shown_projects, ("name",), "name")
        return [_child(call, Spot(project["id"]), project["name"]) for project in projects]
    _project(call, spot.project)
    if spot.branch is None:
        return [_child(call, replace(spot, branch=branch)) for branch in BRANCHES if _any(call, spot, branch)]
    if spot.group is None:
        return _groups(call, spot)
    if spot.entity is None:
        entities = _find(call, spot.branch, spot.filters, ("code", *_wanted(call, spot.branch)), "code")
        tasked = _with_tasks(call, spot.branch, [entity["id"] for entity in entities])
        return [
            _child(call, replace(spot, entity=e["id"]), e["code"], e, has_children=e["id"] in tasked) for e in entities
        ]
    if not spot.tasks:
        tasks = _with_tasks(call, spot.branch, [spot.entity])
        return [_child(call, replace(spot, tasks=True))] if tasks else []
    if spot.task is not None:
        return []
    link = {"type": spot.branch, "id": spot.entity}
    tasks_found = _find(call, "Task", [["entity", "is", link]], ("content", *_wanted(call, "Task")), "content")
    return [_child(call, replace(spot, task=t["id"]), t["content"], t, has_children=False) for t in tasks_found]


def _child(
    call: Call, spot: Spot, label: Optional[str] = None, entity: Optional[Node] = None, has_children: bool = True
) -> Node:
    node = _node(call, spot, label)
    node["has_children"] = has_children
    if entity is not None:
        node["ref"]["value"].update({key: value for key, value in entity.items() if key not in ("code", "content")})
        for name in _wanted(call, entity["type"]):
            node["ref"]["value"][name] = entity.get(name)
    return node


def _wanted(call: Call, entity_type: str) -> Tuple[str, ...]:
    """The fields that ``entity_fields`` asks for, of this entity type."""
    for item in call.params.get("entity_fields") or ():
        if isinstance(item, dict) and entity_type in (item.get("entity"), item.get("entity_type"), item.get("type")):
            return tuple(item.get("fields") or ())
    return ()


def _any(call: Call, spot: Spot, branch: str) -> bool:
    return bool(call.store.read(branch, spot.filters[:1], limit=1))


def _groups(call: Call, spot: Spot) -> List[Node]:
    assert spot.branch is not None
    grouping = BRANCHES[spot.branch]
    entities = _find(call, spot.branch, spot.filters, (grouping,), grouping)
    labels: Dict[str, Optional[str]] = {}
    for entity in entities:
        value = entity[grouping]
        labels.setdefault(group_of(spot.branch, entity), value["name"] if isinstance(value, dict) else value)
    in_order = sorted(labels, key=lambda group: (group == NO_GROUP, (labels[group] or "").casefold()))
    return [_child(call, replace(spot, group=group), labels[group]) for group in in_order]


def _with_tasks(call: Call, entity_type: str, numbers: List[int]) -> set[int]:
    links = [{"type": entity_type, "id": number} for number in numbers]
    if not links:
        return set()
    return {task["entity"]["id"] for task in call.store.read("Task", [["entity", "in", links]], ["entity"])}


def _parent(spot: Spot) -> Spot:
    if spot.task is not None:
        return replace(spot, task=None)
    if spot.tasks:
        return replace(spot, tasks=False)
    if spot.entity is not None:
        return replace(spot, entity=None)
    if spot.group is not None:
        return replace(spot, group=None)
    return replace(spot, branch=None) if spot.branch is not None else Spot()


def _way(call: Call, spot: Spot, label: str, ref: Mapping[str, Any]) -> Node:
    """The way to a place as ``nav_search`` gives it: the paths of all levels, and a label of those between."""
    above: List[Spot] = []
    at = spot
    while at.project is not None:
        above.insert(0, at)
        at = _parent(at)
    between = [_node(call, level)["label"] for level in above[1:-1]]
    return {
        "label": label,
        "incremental_path": [level.path for level in above],
        "path_label": " > ".join(between),
        "ref": {"type": ref["type"], "id": ref["id"]},
        "project_id": spot.project,
    }


def _search_entity(call: Call, root: Spot, entity: Any) -> List[Node]:
    if not isinstance(entity, dict) or not isinstance(entity.get("id"), int):
        raise call.fault(f"expected 'entity' to be a Hash with 'type' and 'id' but got {shown(entity)}")
    if entity.get("type") == "Project":
        raise call.fault("can't search for an entity of type 'Project' in the hierarchy.")
    call.store.kind(entity.get("type"), call.method)
    return _ways(call, root, str(entity["type"]), [["id", "is", entity["id"]]])


def _search_string(call: Call, root: Spot, text: str) -> List[Node]:
    if len(text) < 3:
        raise call.fault("'search_string' must be at least 3 characters long.")
    found: List[Node] = []
    for entity_type in ("Asset", "Sequence", "Shot", "Task"):
        name = "content" if entity_type == "Task" else "code"
        found += _ways(call, root, entity_type, [[name, "contains", text]])
    return found[:_MOST_FOUND]


def _ways(call: Call, root: Spot, entity_type: str, filters: List[Any]) -> List[Node]:
    if root.project is not None:
        _project(call, root.project)
        filters = [*filters, ["project", "is", {"type": "Project", "id": root.project}]]
    places = [
        (spot, label, entity)
        for spot, label, entity in _places(call, entity_type, filters)
        if spot.project is not None and (spot.path + "/").startswith(root.path.rstrip("/") + "/")
    ]
    return [_way(call, spot, label, entity) for spot, label, entity in places[:_MOST_FOUND]]


def _places(call: Call, entity_type: str, filters: List[Any]) -> List[Tuple[Spot, str, Node]]:
    if entity_type in BRANCHES:
        fields = ("code", "project", BRANCHES[entity_type])
        entities = [e for e in _find(call, entity_type, filters, fields, "code") if e["project"]]
        return [(entity_path(entity_type, entity), entity["code"], entity) for entity in entities]
    if entity_type == "Sequence":
        sequences = [s for s in _find(call, "Sequence", filters, ("code", "project"), "code") if s["project"]]
        return [(Spot(s["project"]["id"], "Shot", str(s["id"])), s["code"], s) for s in sequences]
    if entity_type != "Task":
        return []
    found = []
    for task in _find(call, "Task", filters, ("content", "entity"), "content"):
        owner = task["entity"]
        if owner is not None and owner["type"] in BRANCHES:
            above = _places(call, owner["type"], [["id", "is", owner["id"]]])
            found += [(replace(spot, tasks=True, task=task["id"]), task["content"], task) for spot, _, _ in above]
    return found


METHODS: Dict[str, Method] = {"nav_expand": nav_expand, "nav_search": nav_search}
