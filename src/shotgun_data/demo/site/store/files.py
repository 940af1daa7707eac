"""url fields: uploads, web links and local paths, brought to the form in which they are kept."""

from __future__ import annotations

import json
import mimetypes
import posixpath
import sqlite3
from typing import Any, Dict, Optional
from urllib.parse import unquote, urlsplit

from ..api_fault import APIFault, shown
from .values import now

__all__ = ["kept_file"]


def kept_file(
    connection: sqlite3.Connection,
    value: Dict[str, Any],
    where: str,
    attachment_id: Optional[int],
    project_id: Optional[int],
) -> str:
    """The JSON text of a url field.

    Each file has an ``Attachment`` entity; where the value does not name one and ``attachment_id`` is None,
    it is made here, as a hosted site does for a link that is set by its url.
    """
    kept = {key: item for key, item in value.items() if key not in ("url", "type")}
    if "local_path" in value:
        kept = _local(connection, value, where)
    elif value.get("link_type") != "upload":
        address = value.get("url")
        if not isinstance(address, str) or not address:
            raise APIFault(f"{where} expected a Hash with 'url' or 'local_path' but got {shown(value)}")
        kept.update(url=address, link_type="web")
        kept.setdefault("name", address)
    name = kept.get("name")
    if not isinstance(name, str):
        raise APIFault(f"{where} the file needs a 'name': {shown(value)}")
    kept.setdefault("content_type", mimetypes.guess_type(name)[0])
    kept["type"] = "Attachment"
    if attachment_id is not None:
        kept["id"] = attachment_id
    elif not isinstance(kept.get("id"), int):
        kept["id"] = _new_attachment(connection, kept, name, project_id)
    return json.dumps(kept, ensure_ascii=False)


def _new_attachment(connection: sqlite3.Connection, kept: Dict[str, Any], name: str, project_id: Optional[int]) -> int:
    moment = now()
    project = None if project_id is None else "Project"
    cursor = connection.execute(
        'INSERT INTO "Attachment" (display_name, filename, created_at, updated_at, "project__type", "project__id")'
        " VALUES (?, ?, ?, ?, ?, ?)",
        (name, name, moment, moment, project, project_id),
    )
    number = int(cursor.lastrowid or 0)
    this_file = json.dumps({**kept, "id": number}, ensure_ascii=False)
    connection.execute('UPDATE "Attachment" SET this_file = ? WHERE id = ?', (this_file, number))
    return number


def _local(connection: sqlite3.Connection, value: Dict[str, Any], where: str) -> Dict[str, Any]:
    """A path below one of the site's storages, seen from each platform."""
    path = value.get("local_path")
    if not isinstance(path, str) or not path:
        raise APIFault(f"{where} expected a String as 'local_path' but got {shown(path)}")
    plain = path.replace("\\", "/")
    rows = connection.execute(
        'SELECT id, code, linux_path, mac_path, windows_path FROM "LocalStorage" WHERE "__retired" = 0'
    )
    for number, code, *roots in rows:
        for root in roots:
            start = (root or "").replace("\\", "/").rstrip("/")
            if start and (plain == start or plain.startswith(start + "/")):
                rest = plain[len(start) :]
                paths = [None if not r else r.replace("\\", "/").rstrip("/") + rest for r in roots]
                return {
                    "name": value.get("name") or posixpath.basename(unquote(urlsplit(plain).path)) or plain,
                    "link_type": "local",
                    "relative_path": rest.lstrip("/"),
                    "local_storage": {"type": "LocalStorage", "id": number, "name": code},
                    "local_path_linux": paths[0],
                    "local_path_mac": paths[1],
                    "local_path_windows": None if paths[2] is None else paths[2].replace("/", "\\"),
                }
    raise APIFault(f"{where} the path '{path}' is not below any of the site's local storages.")
