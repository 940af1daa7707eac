"""Uploads as ``shotgun_api3`` sends them to a site that keeps files itself: multipart forms, answered in lines of text.

The first line's first character says how it went: ``1:ID`` for the new Attachment's id, ``0:reason`` for a failure,
``2`` where a thumbnail to be shared is still being transcoded.
"""

from __future__ import annotations

import asyncio
import mimetypes
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Dict, List, Mapping, Optional, Tuple

from aiohttp import BodyPartReader, web

from .api_fault import APIFault

if TYPE_CHECKING:
    from . import EmbeddedSite

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Form = Dict[str, str]
_File = Tuple[str, str, bytes]


class Refused(Exception):
    """An upload that the site does not take; the text is what the client shows."""

    def __init__(self, reason: str, code: str = "0") -> None:
        super().__init__(reason)
        self.code = code


def routes(site: EmbeddedSite, guard: Callable[[Handler], Handler]) -> List[web.RouteDef]:
    """Return the routes of uploads, each wrapped by `guard`."""
    uploads = _Uploads(site)
    return [
        web.post("/upload/upload_file", guard(uploads.handler(uploads.upload_file))),
        web.post("/upload/publish_thumbnail", guard(uploads.handler(uploads.publish_thumbnail))),
        web.post("/upload/share_thumbnail", guard(uploads.handler(uploads.share_thumbnail))),
    ]


class _Sent:
    """A form: its fields, the one file it may hold, and who sent it."""

    def __init__(self, form: Form, file: Optional[_File], user: Mapping[str, Any]) -> None:
        self.form = form
        self.user = user
        self._file = file

    @property
    def file(self) -> _File:
        """Name, content type and bytes."""
        if self._file is None or not self._file[2]:
            raise Refused("the form holds no file")
        return self._file

    @property
    def entity(self) -> Tuple[str, int]:
        return _entity(f"{self.form.get('entity_type', '')}_{self.form.get('entity_id', '')}")


class _Uploads:
    def __init__(self, site: EmbeddedSite) -> None:
        self._site = site

    def handler(self, work: Callable[[_Sent], Optional[int]]) -> Handler:
        """Return a handler that reads a form and lets `work`, in a thread, make of it the id that is answered."""

        async def handle(request: web.Request) -> web.StreamResponse:
            loop = asyncio.get_running_loop()
            try:
                form, file = await _read(request)
                return await loop.run_in_executor(None, self._answer, form, file, work)
            except Refused as refused:
                return web.Response(text=f"{refused.code}:{refused}\n")

        return handle

    def _answer(self, form: Form, file: Optional[_File], work: Callable[[_Sent], Optional[int]]) -> web.Response:
        try:
            made = work(_Sent(form, file, self._site.sessions.authenticate(form).link))
        except APIFault as fault:
            raise Refused(str(fault)) from None
        return web.Response(text=f"1:{'' if made is None else made}\n")

    def upload_file(self, sent: _Sent) -> int:
        """A file for a field, or for the entity as a whole; gives the new Attachment's id."""
        entity_type, entity_id = sent.entity
        name, content_type, data = sent.file
        field = sent.form.get("field_name")
        store = self._site.store
        link = {"type": entity_type, "id": entity_id}
        self._expect(entity_type, entity_id)
        if field is not None:
            known = store.kind(entity_type, "upload").fields.get(field)
            attached = known is not None and known.data_type == "multi_entity" and "Attachment" in known.valid_types
            if known is None or not (known.data_type == "url" or attached):
                raise Refused(f"{entity_type}.{field} is not a field that holds a file")
        shown = sent.form.get("display_name") or name
        key = self._site.media.add_file(data, name, content_type)
        with store.transaction():
            attachment_id = self._attachment(sent, shown, key)
            if field is None:
                links = {"attachment_links": [link]}
                store.update("Attachment", attachment_id, links, user=sent.user)
            elif store.kind(entity_type).fields[field].data_type == "multi_entity":
                added = {field: [{"type": "Attachment", "id": attachment_id}]}
                store.update(entity_type, entity_id, added, modes={field: "add"}, user=sent.user)
            elif (entity_type, field) != ("Attachment", "this_file"):
                held = {**_file(shown, content_type), "id": attachment_id}
                store.update(entity_type, entity_id, {field: held}, user=sent.user)
                store.set_media(entity_type, entity_id, field, key, user=sent.user)
        return attachment_id

    def publish_thumbnail(self, sent: _Sent) -> int:
        """A thumbnail or a filmstrip for an entity; gives the id of the Attachment that holds the original."""
        entity_type, entity_id = sent.entity
        name, content_type, data = sent.file
        filmstrip = sent.form.get("filmstrip", "").lower() in ("true", "1")
        self._expect(entity_type, entity_id)
        try:
            key = self._site.media.add_thumbnail(data, name, content_type, filmstrip=filmstrip)
        except ValueError as error:
            raise Refused(f"{name} cannot be made a thumbnail: {error}") from None
        store = self._site.store
        with store.transaction():
            attachment_id = self._attachment(sent, name, key)
            store.set_media("Attachment", attachment_id, "image", key, user=sent.user)
            self._put(entity_type, entity_id, filmstrip, key, sent)
        return attachment_id

    def share_thumbnail(self, sent: _Sent) -> Optional[int]:
        """The thumbnail of one entity for others too; gives the id of its Attachment, where it was uploaded."""
        store, media = self._site.store, self._site.media
        filmstrip = sent.form.get("filmstrip_thumbnail", "").lower() in ("true", "1")
        field = "filmstrip_image" if filmstrip else "image"
        source_type, source_id = _entity(sent.form.get("source_entity", ""))
        self._expect(source_type, source_id)
        key = store.media_key(source_type, source_id, field)
        if key is None:
            raise Refused(f"{source_type} {source_id} has no thumbnail to share")
        if media.pending(key):
            raise Refused("the source's thumbnail is still being processed", "2")
        targets = [_entity(each) for each in sent.form.get("entities", "").split(",")]
        with store.transaction():
            for entity_type, entity_id in targets:
                self._put(entity_type, entity_id, filmstrip, key, sent)
        held = store.database.rows(
            'SELECT id FROM "Attachment" WHERE image = ? AND "__retired" = 0 ORDER BY id LIMIT 1', (key,)
        )
        return int(held[0][0]) if held else None

    def _put(self, entity_type: str, entity_id: int, filmstrip: bool, key: str, sent: _Sent) -> None:
        field = "filmstrip_image" if filmstrip else "image"
        self._site.store.set_media(entity_type, entity_id, field, key, user=sent.user)

    def _attachment(self, sent: _Sent, shown: str, key: str) -> int:
        """Make the Attachment entity that holds file `key`, and return its id."""
        store = self._site.store
        entity_type, entity_id = sent.entity
        name, content_type, data = sent.file
        values: Dict[str, Any] = {
            "display_name": shown,
            "filename": name,
            "original_fname": name,
            "file_extension": name.rpartition(".")[2] if "." in name else None,
            "file_size": len(data),
            "this_file": {**_file(shown, content_type), "key": key},
        }
        if sent.form.get("created_at"):
            values["created_at"] = _point_in_time(sent.form["created_at"])
        if entity_type == "Project":
            values["project"] = {"type": "Project", "id": entity_id}
        elif "project" in store.kind(entity_type).fields:
            project = store.read(entity_type, [["id", "is", entity_id]], ["project"])[0]["project"]
            if project is not None:
                values["project"] = {"type": "Project", "id": project["id"]}
        tags = [tag.strip() for tag in sent.form.get("tag_list", "").split(",") if tag.strip()]
        if tags:
            values["tags"] = [{"type": "Tag", "id": self._tag(tag, sent)} for tag in tags]
        return int(store.create("Attachment", values, user=sent.user)["id"])

    def _tag(self, name: str, sent: _Sent) -> int:
        known = self._site.store.read("Tag", [["name", "is", name]], [], [], 1)
        made = known[0] if known else self._site.store.create("Tag", {"name": name}, user=sent.user)
        return int(made["id"])

    def _expect(self, entity_type: str, entity_id: int) -> None:
        if not self._site.store.read(entity_type, [["id", "is", entity_id]], [], [], 1):
            raise Refused(f"{entity_type} {entity_id} does not exist")


def _file(name: str, content_type: str) -> Dict[str, Any]:
    return {"type": "Attachment", "link_type": "upload", "name": name, "content_type": content_type}


def _entity(text: str) -> Tuple[str, int]:
    entity_type, _, entity_id = text.strip().rpartition("_")
    if not entity_type or not entity_id.isdigit():
        raise Refused(f"'{text[:80]}' is no entity")
    return entity_type, int(entity_id)


def _point_in_time(text: str) -> str:
    """Return an ISO time as the API writes it, in UTC; a time without a zone is taken as UTC."""
    try:
        given = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Refused(f"'{text[:80]}' is no point in time") from None
    if given.tzinfo is not None:
        given = given.astimezone(timezone.utc)
    return given.strftime("%Y-%m-%dT%H:%M:%SZ")


async def _read(request: web.Request) -> Tuple[Form, Optional[_File]]:
    """Return a form's text fields, and name, type and bytes of its file."""
    if not request.content_type.startswith("multipart/"):
        return {key: str(value) for key, value in (await request.post()).items()}, None
    form: Form = {}
    file: Optional[_File] = None
    reader = await request.multipart()
    while True:
        part = await reader.next()
        if part is None:
            return form, file
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise Refused("a part of the form is not a field")
        if part.filename is None:
            form[part.name] = await part.text(encoding="utf-8")
        else:
            guessed = mimetypes.guess_type(part.filename)[0] or "application/octet-stream"
            content_type = part.headers.get("Content-Type", guessed)
            file = (part.filename, content_type, bytes(await part.read(decode=False)))
