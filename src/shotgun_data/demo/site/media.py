"""Serving media: the site's own paths, which ask for the session and redirect, and the media host's signed ones.

One listener answers under two host names. The site is reached as ``127.0.0.1``, its media host as ``localhost``; a path
of the one is 404 on the other.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from email.utils import formatdate, parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Dict, List, Optional, Tuple

from aiohttp import web

from . import drawing, faults, uploads
from .fault_actions import WHOLE_BODY
from .generated import Generated
from .media_store import PENDING_PATH, MediaFile, MediaStore, NoSuchMedia
from .signing import Denied, denial_xml

if TYPE_CHECKING:
    from . import EmbeddedSite

__all__ = ["PENDING_PATH", "MediaFile", "MediaStore", "NoSuchMedia", "on_media_host", "routes"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MEDIA_HOST = "localhost"

_LOGIN_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>Log In</title></head><body><h1>Log In</h1>"
    '<form action="/user/login" method="post"><input name="user[login]"/>'
    '<input name="user[password]" type="password"/></form></body></html>\n'
)


def on_media_host(request: web.Request) -> bool:
    """True where a request was addressed to the media host, and not to the site."""
    return request.host.partition(":")[0].lower() == MEDIA_HOST


def routes(site: EmbeddedSite) -> List[web.RouteDef]:
    """Return the routes of media, uploads and faults.

    Site: ``/thumbnail/TYPE/ID`` (transcoded), ``/thumbnail/full/TYPE/ID`` (original), ``/file_serve/attachment/ID`` and
    ``/file_serve/thumbnail/ID`` want the session token as cookie ``_session_id`` and redirect to a signed url; without
    a valid one they redirect to the login page, which is a 200. An entity without a thumbnail is a 404, an Attachment
    that does not exist or has no uploaded file a 400, which is what ``shotgun_api3`` expects.
    Media host: ``/thumbs/…`` and ``/files/…``, signed, with ``ETag``, ``Last-Modified`` and ``Range``.
    """
    serving = _Serving(site)
    on_site = serving.site_path
    on_media = serving.media_path
    return [
        web.get("/thumbnail/full/{entity_type}/{entity_id:\\d+}", on_site(serving.full_thumbnail)),
        web.get("/thumbnail/{entity_type}/{entity_id:\\d+}", on_site(serving.thumbnail)),
        web.get("/file_serve/attachment/{attachment_id:\\d+}", on_site(serving.attachment)),
        web.get("/file_serve/attachment/{attachment_id:\\d+}/{name}", on_site(serving.attachment)),
        web.get("/file_serve/thumbnail/{attachment_id:\\d+}", on_site(serving.attachment_thumbnail)),
        web.get("/upload/get_thumbnail_url", on_site(serving.thumbnail_location)),
        web.get("/user/login", on_site(serving.login_page)),
        web.get(PENDING_PATH, on_site(serving.placeholder)),
        web.get("/thumbs/{year}/{file}", on_media(serving.signed_thumbnail)),
        web.get("/files/{year}/{key}/{name}", on_media(serving.signed_file)),
        *uploads.routes(site, on_site),
        *faults.routes(site.faults),
        web.get("/_demo/calls", serving.calls),
    ]


class _Serving:
    def __init__(self, site: EmbeddedSite) -> None:
        self._site = site
        self._media: MediaStore = site.media

    # which host

    def site_path(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            return web.Response(status=404, text="Not Found") if on_media_host(request) else await handler(request)

        return guarded

    def media_path(self, handler: Handler) -> Handler:
        """Let only requests for the media host through, and only with a signature that is good."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            if not on_media_host(request):
                return web.Response(status=404, text="Not Found")
            try:
                self._media.signer.check(request.rel_url.raw_path, request.query)
                return await handler(request)
            except Denied as denied:
                return _xml(403, denied, request)
            except NoSuchMedia:
                return _xml(404, Denied("NoSuchKey", "The specified key does not exist."), request)

        return guarded

    # the site's own paths

    def _logged_in(self, request: web.Request) -> bool:
        token = request.cookies.get("_session_id")
        return bool(token) and bool(self._site.sessions.valid(token))

    async def full_thumbnail(self, request: web.Request) -> web.StreamResponse:
        return await self._to_thumbnail(request, self._media.source_url)

    async def thumbnail(self, request: web.Request) -> web.StreamResponse:
        return await self._to_thumbnail(request, self._media.thumbnail_url)

    async def _to_thumbnail(self, request: web.Request, url_of: Callable[[str], str]) -> web.StreamResponse:
        if not self._logged_in(request):
            return _redirect("/user/login")
        key = await self._image_key(request.match_info["entity_type"], int(request.match_info["entity_id"]))
        if key is None:
            return web.Response(status=404, text="This entity has no thumbnail.")
        return _redirect(await _in_thread(url_of, key))

    async def attachment(self, request: web.Request) -> web.StreamResponse:
        return await self._to_attachment(request, self._media.source_url)

    async def attachment_thumbnail(self, request: web.Request) -> web.StreamResponse:
        return await self._to_attachment(request, lambda key, name: self._media.thumbnail_url(key))

    async def _to_attachment(
        self, request: web.Request, url_of: Callable[[str, Optional[str]], str]
    ) -> web.StreamResponse:
        if not self._logged_in(request):
            return _redirect("/user/login")
        held = await _in_thread(self._held, int(request.match_info["attachment_id"]))
        if held is None:
            return web.Response(status=400, text="Attachment id doesn't exist or is a local file")
        return _redirect(await _in_thread(url_of, *held))

    def _held(self, attachment_id: int) -> Optional[Tuple[str, Optional[str]]]:
        """Return the key and the name of the file that an Attachment holds, or None."""
        store = self._site.store
        key = store.media_key("Attachment", attachment_id, "this_file")
        if key is None:
            return None
        found = store.read("Attachment", [["id", "is", attachment_id]], ["this_file"])
        return key, (found[0]["this_file"] or {}).get("name") if found else None

    async def thumbnail_location(self, request: web.Request) -> web.StreamResponse:
        entity_type, entity_id = request.query.get("entity_type", ""), request.query.get("entity_id", "")
        key = await self._image_key(entity_type, int(entity_id)) if entity_id.isdigit() else None
        if key is None:
            return web.Response(text=f"0\nNo thumbnail for {entity_type} {entity_id}\n")
        return web.Response(text=f"1\n/thumbnail/{entity_type}/{entity_id}\n")

    async def login_page(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text=_LOGIN_PAGE, content_type="text/html")

    async def placeholder(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, MediaFile(drawing.placeholder(), "image/png", 0.0))

    async def calls(self, request: web.Request) -> web.StreamResponse:
        return web.json_response([str(each) for each in self._site.calls.requests(request.query.get("path", ""))])

    async def _image_key(self, entity_type: str, entity_id: int) -> Optional[str]:
        try:
            key: Optional[str] = await _in_thread(self._site.store.media_key, entity_type, entity_id, "image")
        except Exception:  # noqa: BLE001 - an entity type that is not in the schema has no thumbnail either
            return None
        return key

    # the media host

    async def signed_thumbnail(self, request: web.Request) -> web.StreamResponse:
        key, _, ending = request.match_info["file"].rpartition("_")
        if ending != "t.jpg":
            raise NoSuchMedia(request.path)
        return await self._serve(request, await _in_thread(self._media.thumbnail, key))

    async def signed_file(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, await _in_thread(self._media.source, request.match_info["key"]))

    async def _serve(self, request: web.Request, file: MediaFile) -> web.StreamResponse:
        etag = (
            file.body.etag
            if isinstance(file.body, Generated)
            else hashlib.md5(file.body, usedforsecurity=False).hexdigest()
        )
        length = file.body.length if isinstance(file.body, Generated) else len(file.body)
        headers = {
            "ETag": f'"{etag}"',
            "Last-Modified": formatdate(file.modified, usegmt=True),
            "Accept-Ranges": "bytes",
        }
        if _unchanged(request, etag, file.modified):
            return web.Response(status=304, headers=headers)
        headers["Content-Type"] = file.content_type
        start, stop, status = 0, length, 200
        if "Range" in request.headers and request.headers.get("If-Range", headers["ETag"]) == headers["ETag"]:
            try:
                wanted = request.http_range
                start, stop, _ = wanted.indices(length)
                if start >= stop:
                    raise ValueError("no byte of it")
            except ValueError:
                return web.Response(status=416, headers={"Content-Range": f"bytes */{length}"})
            status = 206
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{length}"
        if isinstance(file.body, Generated) and not WHOLE_BODY.get() and request.method != "HEAD":
            return await self._stream(request, file.body, start, stop, status, headers)
        if request.method == "HEAD":
            return web.Response(status=status, headers={**headers, "Content-Length": str(stop - start)})
        if isinstance(file.body, Generated):
            body = b"".join(file.body.pieces(start, stop))
        else:
            body = file.body[start:stop]
        response = web.Response(status=status, headers=headers, body=body)
        if self._media.chunked:
            response.enable_chunked_encoding()
        return response

    async def _stream(
        self, request: web.Request, body: Generated, start: int, stop: int, status: int, headers: Dict[str, str]
    ) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers=headers)
        if self._media.chunked:
            response.enable_chunked_encoding()
        else:
            response.content_length = stop - start
        await response.prepare(request)
        began, sent = time.monotonic(), 0
        for piece in body.pieces(start, stop):
            await response.write(piece)
            sent += len(piece)
            rate = self._media.stream_rate
            if rate:
                await asyncio.sleep(max(0.0, sent / rate - (time.monotonic() - began)))
        await response.write_eof()
        return response


def _unchanged(request: web.Request, etag: str, modified: float) -> bool:
    known = request.headers.get("If-None-Match")
    if known is not None:
        return known.strip() == "*" or f'"{etag}"' in known
    since = request.headers.get("If-Modified-Since")
    if since is None:
        return False
    try:
        return int(modified) <= parsedate_to_datetime(since).timestamp()
    except (TypeError, ValueError):
        return False


def _redirect(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location})


def _xml(status: int, denied: Denied, request: web.Request) -> web.Response:
    return web.Response(status=status, body=denial_xml(denied, request.path), content_type="application/xml")


async def _in_thread(call: Callable[..., Any], *args: Any) -> Any:
    """Run what draws or reads the database away from the event loop's thread."""
    return await asyncio.get_running_loop().run_in_executor(None, call, *args)
