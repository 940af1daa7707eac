"""Pictures and files on the embedded site, as a test asks for them."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

Row = dict[str, Any]


class Picture(NamedTuple):
    """An entity's thumbnail, as ``request_thumbnail`` takes it."""

    url: Optional[str]
    entity_type: str
    entity_id: int
    field: str = "image"


def picture(site: Any, shot_id: int = 1) -> Picture:
    """The thumbnail of a shot, under a url that was signed just now."""
    found = site.connect().find_one("Shot", [["id", "is", shot_id]], ["image"])
    site.calls.clear()
    return Picture(found["image"], "Shot", shot_id)


def bare_shot(site: Any) -> int:
    """A shot without a thumbnail."""
    made = site.connect().create("Shot", {"code": "bare", "project": {"type": "Project", "id": 1}})
    site.calls.clear()
    return int(made["id"])


def upload(site: Any, path: Any, shot_id: int = 1) -> Row:
    """Upload a file to a shot; gives the Attachment with its ``this_file``."""
    sg = site.connect()
    number = sg.upload("Shot", shot_id, str(path))
    found: Row = sg.find_one("Attachment", [["id", "is", number]], ["this_file"])
    site.calls.clear()
    return found


def downloads(site: Any) -> int:
    """How many files the media host was asked for."""
    return sum(1 for request in site.calls.requests() if request.path.startswith(("/thumbs/", "/files/")))
