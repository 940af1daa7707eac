"""The navigation tree: projects, their assets by type and shots by sequence, and the tasks below those.

Paths look as they do on a hosted site: ``/Project/70``, ``/Project/70/Shot``,
``/Project/70/Shot/sg_sequence/Sequence/100``, ``/Project/70/Shot/sg_sequence/Sequence/100/id/862``; tasks follow
as ``.../id/862/Task/id/5550``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Optional

from ..api_fault import shown
from .call import Call

__all__ = ["BRANCHES", "NO_GROUP", "Spot", "entity_path", "group_of", "parse"]

#: what a project's children are: entity type and the field by which its entities are grouped
BRANCHES: Dict[str, str] = {"Asset": "sg_asset_type", "Shot": "sg_sequence"}
#: the label and the last part of the path of the group of entities whose grouping field is empty
NO_GROUP = "__none__"


@dataclass(frozen=True)
class Spot:
    """A place in the tree, level by level; None from the level on that the path does not reach.

    :ivar group: the Sequence's id, the asset type, or :data:`NO_GROUP`.
    :ivar tasks: the path goes on to the entity's tasks.
    """

    project: Optional[int] = None
    branch: Optional[str] = None
    group: Optional[str] = None
    entity: Optional[int] = None
    tasks: bool = False
    task: Optional[int] = None

    @property
    def path(self) -> str:
        """The path of this place."""
        if self.project is None:
            return "/"
        parts: List[str] = [f"/Project/{self.project}"]
        if self.branch is not None:
            parts.append(self.branch)
        if self.branch is not None and self.group is not None:
            parts.append(BRANCHES[self.branch])
            if self.branch == "Shot" and self.group != NO_GROUP:
                parts.append("Sequence")
            parts.append(self.group)
        if self.entity is not None:
            parts.append(f"id/{self.entity}")
        if self.tasks:
            parts.append("Task")
        if self.task is not None:
            parts.append(f"id/{self.task}")
        return "/".join(parts)

    @property
    def filters(self) -> List[Any]:
        """Conditions on the entities of the branch that lie below this place."""
        found: List[Any] = [["project", "is", {"type": "Project", "id": self.project}]]
        if self.branch is not None and self.group is not None:
            value: Any = None if self.group == NO_GROUP else self.group
            if self.branch == "Shot" and value is not None:
                value = {"type": "Sequence", "id": int(self.group)}
            found.append([BRANCHES[self.branch], "is", value])
        if self.entity is not None:
            found.append(["id", "is", self.entity])
        return found


def parse(call: Call, path: Any) -> Spot:
    """The place that a path names, or the site's fault."""
    if not isinstance(path, str) or not path.startswith("/"):
        raise call.fault(f"'path' must begin with '/': {shown(path)}")
    parts = [part for part in path.split("/") if part]
    try:
        return _parse(parts)
    except (ValueError, IndexError, KeyError):
        raise call.fault(f"invalid path {shown(path)}.") from None


def _parse(parts: List[str]) -> Spot:
    if not parts:
        return Spot()
    if parts[0] != "Project":
        raise ValueError(parts[0])
    spot = Spot(project=int(parts[1]))
    rest = parts[2:]
    if not rest:
        return spot
    branch, grouping = rest[0], BRANCHES[rest[0]]
    spot = Spot(spot.project, branch)
    rest = rest[1:]
    if not rest:
        return spot
    if rest[0] != grouping:
        raise ValueError(rest[0])
    rest = rest[2:] if branch == "Shot" and rest[1] == "Sequence" else rest[1:]
    group = rest[0]
    if branch == "Shot" and group != NO_GROUP:
        int(group)
    rest = rest[1:]
    if not rest:
        return Spot(spot.project, branch, group)
    if rest[0] != "id":
        raise ValueError(rest[0])
    entity, rest = int(rest[1]), rest[2:]
    if not rest:
        return Spot(spot.project, branch, group, entity)
    if rest[0] != "Task":
        raise ValueError(rest[0])
    if not rest[1:]:
        return Spot(spot.project, branch, group, entity, True)
    if rest[1] != "id" or rest[3:]:
        raise ValueError(rest[1])
    return Spot(spot.project, branch, group, entity, True, int(rest[2]))


def group_of(branch: str, entity: Dict[str, Any]) -> str:
    """The group in which an entity lies, from the value of its grouping field."""
    value = entity[BRANCHES[branch]]
    if not value:
        return NO_GROUP
    return str(value["id"]) if isinstance(value, dict) else str(value)


def entity_path(branch: str, entity: Dict[str, Any]) -> Spot:
    """Where an entity lies; it must have been read with its project and grouping field."""
    return Spot(entity["project"]["id"], branch, group_of(branch, entity), entity["id"])
