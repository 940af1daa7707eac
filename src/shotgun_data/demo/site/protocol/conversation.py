"""Search and conversation: text search, note threads, activity streams, who follows what."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from ..api_fault import shown
from ..schema import EntityType
from ..store import Read
from ..store.values import entity_key, now
from .call import Call, Method

__all__ = ["METHODS"]

_DEFAULT_MATCHES = 100
_DEFAULT_UPDATES = 25
_UPDATE_TYPES = {"New": "create", "Change": "update", "Retirement": "delete", "Revival": "create"}

Row = Dict[str, Any]


def query_display_name_cache(call: Call) -> Any:
    """Entities whose name holds every word of a text."""
    text = call.params.get("text")
    types = call.params.get("entity_types")
    if not isinstance(text, str) or len(text.strip()) < 3:
        raise call.fault("'text' must be at least 3 characters long.")
    if not isinstance(types, dict) or not types:
        raise call.fault("'entity_types' is missing.")
    terms = text.lower().split()
    limit = call.params.get("max_results")
    most = limit if isinstance(limit, int) and limit > 0 else _DEFAULT_MATCHES
    projects = [{"type": "Project", "id": number} for number in call.params.get("project_ids") or ()]
    matches: List[Row] = []
    for type_name, filters in types.items():
        if len(matches) < most:
            matches += _matches(call, call.store.kind(type_name, call.method), filters, terms, projects, most)
    return {"results": {"matches": matches[:most], "terms": terms}}


def _matches(
    call: Call, kind: EntityType, filters: Any, terms: Sequence[str], projects: List[Row], most: int
) -> List[Row]:
    conditions: List[Any] = [filters or {"conditions": []}]
    conditions += [[kind.display_field, "contains", term] for term in terms]
    if projects and "project" in kind.fields:
        conditions.append(["project", "in", projects])
    status = next((n for n in ("sg_status_list", "sg_status") if n in kind.fields), None)
    wanted = [kind.display_field, *(n for n in ("project", "image", "entity") if n in kind.fields)]
    wanted += [status] if status else []
    order = ({"field_name": kind.display_field, "direction": "asc"},)
    found = call.store.find(Read(kind, conditions, wanted, order, most, method=call.method), call.present)
    return [
        {
            "id": row["id"],
            "type": kind.name,
            "name": row[kind.display_field],
            "project_id": row["id"] if kind.name == "Project" else (row.get("project") or {}).get("id"),
            "image": row.get("image"),
            "links": [row["entity"]["type"], row["entity"]["name"]] if row.get("entity") else ["", ""],
            "status": row.get(status) if status else None,
        }
        for row in found
    ]


def _spaced(moment: Optional[str]) -> Optional[str]:
    """A point in time as these two calls write it: ``2015-07-14 21:33:28 UTC``."""
    return None if moment is None else moment.replace("T", " ").replace("Z", " UTC")


def _person(call: Call, link: Optional[Mapping[str, Any]], with_image: bool = False) -> Optional[Row]:
    if link is None:
        return None
    kind = call.store.kind(link["type"], call.method)
    names = ["sg_status_list", *(["image"] if with_image else [])]
    row = call.store.find(Read(kind, [["id", "is", link["id"]]], names), call.present)
    found: Row = {"id": link["id"], "name": link.get("name"), "type": link["type"], "valid": "valid"}
    found["status"] = row[0]["sg_status_list"] if row else None
    if with_image:
        found["image"] = row[0]["image"] if row else None
    return found


def _extra(call: Call, entity_type: str) -> Tuple[str, ...]:
    asked = call.params.get("entity_fields") or {}
    return tuple(asked.get(entity_type) or ()) if isinstance(asked, dict) else ()


def note_thread_contents(call: Call) -> Any:
    """A note, its replies and its attachments, oldest first."""
    number = call.integer("note_id")
    note = _one(call, "Note", number, ("content", "created_at", "created_by", "user", "attachments"))
    thread = [_entry(call, note, "created_by", ("content",))]
    for link in note["attachments"]:
        thread.append(_entry(call, _one(call, "Attachment", link["id"], ("created_at", "created_by")), "created_by"))
    replies = call.store.find(
        Read(
            call.store.kind("Reply"),
            [["entity", "is", {"type": "Note", "id": number}]],
            ("content", "created_at", "user", "created_by", *_extra(call, "Reply")),
        ),
        call.present,
    )
    thread += [_entry(call, reply, "user", ("content",)) for reply in replies]
    return {"results": sorted(thread, key=lambda entry: (str(entry["created_at"]), entry["type"] != "Note"))}


def _one(call: Call, entity_type: str, number: int, fields: Tuple[str, ...]) -> Row:
    kind = call.store.kind(entity_type, call.method)
    found = call.store.find(
        Read(kind, [["id", "is", number]], fields + _extra(call, entity_type), method=call.method), call.present
    )
    if not found:
        raise call.fault(f"{entity_type} with id={number} doesn't exist.")
    return found[0]


def _entry(call: Call, row: Row, author: str, fields: Tuple[str, ...] = ()) -> Row:
    by = row.get(author) or row.get("user") or row.get("created_by")
    entry: Row = {"type": row["type"], "id": row["id"], "created_at": _spaced(row["created_at"])}
    entry.update({name: row[name] for name in fields + _extra(call, row["type"])})
    entry[author] = _person(call, by)
    return entry


def activity_stream(call: Call) -> Any:
    """What happened to an entity, and for a project to everything in it, newest first."""
    kind, number = call.kind(), call.integer("id")
    _one(call, kind.name, number, ())
    link = {"type": kind.name, "id": number}
    about: List[Any] = [["entity", "is", link]]
    if kind.name == "Project":
        about.append(["project", "is", link])
    conditions: List[Any] = [{"logical_operator": "or", "conditions": about}]
    if call.params.get("min_id") is not None:
        conditions.append(["id", "greater_than", call.integer("min_id") - 1])
    if call.params.get("max_id") is not None:
        conditions.append(["id", "less_than", call.integer("max_id") + 1])
    limit = call.params.get("limit")
    most = limit if isinstance(limit, int) and limit > 0 else _DEFAULT_UPDATES
    newest = ({"field_name": "id", "direction": "desc"},)
    fields = ("event_type", "meta", "created_at", "user", "entity")
    events = call.store.find(Read(call.store.kind("EventLogEntry"), conditions, fields, newest, most), call.present)
    numbers = [event["id"] for event in events]
    return {
        "results": {
            "entity_type": kind.name,
            "entity_id": number,
            "earliest_update_id": min(numbers, default=None),
            "latest_update_id": max(numbers, default=None),
            "updates": [_update(call, event) for event in events],
        }
    }


def _update(call: Call, event: Row) -> Row:
    primary = event["entity"]
    if primary is not None:
        kind = call.store.kind(primary["type"], call.method)
        status = ("sg_status_list",) if "sg_status_list" in kind.fields else ()
        row = _one(call, primary["type"], primary["id"], status)
        primary = {**primary, **row, "status": row.get("sg_status_list")}
        primary.pop("sg_status_list", None)
    return {
        "id": event["id"],
        "update_type": _UPDATE_TYPES[event["event_type"].rsplit("_", 1)[-1]],
        "meta": event["meta"],
        "created_at": _spaced(event["created_at"]),
        "created_by": _person(call, event["user"], with_image=True),
        "primary_entity": primary,
        "read": False,
    }


def _followed(call: Call) -> Tuple[Row, Row]:
    user, entity = entity_key(call.params.get("user")), entity_key(call.params.get("entity"))
    if user is None or user["type"] != "HumanUser":
        raise call.fault(f"expected 'user' to be a HumanUser but got {shown(call.params.get('user'))}")
    if entity is None:
        raise call.fault(f"expected 'entity' to be a Hash with 'type' and 'id' but got {shown(entity)}")
    _one(call, "HumanUser", user["id"], ())
    _one(call, entity["type"], entity["id"], ())
    return user, entity


def follow(call: Call) -> Any:
    """A person follows an entity from now on."""
    user, entity = _followed(call)
    with call.store.transaction() as connection:
        connection.execute(
            'INSERT OR IGNORE INTO "__follow" VALUES (?, ?, ?)', (user["id"], entity["type"], entity["id"])
        )
    return {"results": {"followed": True, "user": user, "entity": entity}}


def unfollow(call: Call) -> Any:
    """A person follows an entity no more."""
    user, entity = _followed(call)
    with call.store.transaction() as connection:
        connection.execute(
            'DELETE FROM "__follow" WHERE user_id = ? AND entity_type = ? AND entity_id = ?',
            (user["id"], entity["type"], entity["id"]),
        )
    return {"results": {"unfollowed": True, "user": user, "entity": entity}}


def followers(call: Call) -> Any:
    """The people who follow an entity."""
    entity = entity_key(call.params.get("entity"))
    if entity is None:
        raise call.fault(f"expected 'entity' to be a Hash with 'type' and 'id' but got {shown(entity)}")
    rows = call.store.database.rows(
        'SELECT user_id FROM "__follow" WHERE entity_type = ? AND entity_id = ?', (entity["type"], entity["id"])
    )
    people = call.store.read("HumanUser", [["id", "in", [row[0] for row in rows] or [0]]], ["name"])
    return {"results": [_person(call, person) for person in people]}


def following(call: Call) -> Any:
    """What a person follows: of one project, or of one entity type, where those are given."""
    user = entity_key(call.params.get("user"))
    if user is None:
        raise call.fault(f"expected 'user' to be a Hash with 'type' and 'id' but got {shown(user)}")
    rows = call.store.database.rows(
        'SELECT entity_type, entity_id FROM "__follow" WHERE user_id = ? ORDER BY rowid', (user["id"],)
    )
    wanted_type, project = call.params.get("entity_type"), entity_key(call.params.get("project"))
    found = []
    for type_name, number in rows:
        kind = call.store.kind(type_name, call.method)
        conditions: List[Any] = [["id", "is", number]]
        if project is not None and "project" in kind.fields:
            conditions.append(["project", "is", project])
        if wanted_type in (None, type_name) and call.store.read(type_name, conditions):
            found.append({"type": type_name, "id": number})
    return {"results": found}


def update_project_last_accessed(call: Call) -> Any:
    """A person looked at a project just now."""
    project = _one(call, "Project", call.integer("project_id"), ("name",))
    person = call.params.get("user_id")
    if person is None and call.actor is not None and call.actor.entity_type == "HumanUser":
        person = call.actor.entity_id
    if not isinstance(person, int):
        raise call.fault("'user_id' is missing: the call is made by a script.")
    with call.store.transaction() as connection:
        connection.execute('INSERT OR REPLACE INTO "__project_access" VALUES (?, ?, ?)', (person, project["id"], now()))
    call.store.database.set_current_user(person)
    return {"results": _one(call, "Project", project["id"], ("last_accessed_by_current_user",))}


METHODS: Dict[str, Method] = {
    "query_display_name_cache": query_display_name_cache,
    "note_thread_contents": note_thread_contents,
    "activity_stream": activity_stream,
    "follow": follow,
    "unfollow": unfollow,
    "followers": followers,
    "following": following,
    "update_project_last_accessed_by_current_user": update_project_last_accessed,
}
