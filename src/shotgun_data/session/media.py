"""The three kinds of media: a thumbnail by its url, a thumbnail's source, an attachment."""

from __future__ import annotations

import os
import time
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Optional

from .. import requests
from ..errors import MediaExpired, MediaMissing, MediaPending, MediaRejected, NoConnection
from ..media.access import SiteAccess
from ..media.library import MediaLibrary
from ..media.steps import Place, Steps
from ..site import calls
from ..site.connections import SiteConnections
from .media_request import Media
from .transfer import NotYet, Transfer


class Sources:
    """Where one session's media comes from: its site and its part of the disk. Worker threads only."""

    def __init__(self, site: SiteConnections, library: MediaLibrary, transcode_wait: float) -> None:
        self.site = site
        self.library = library
        self.transcode_wait = transcode_wait
        self._access: Optional[SiteAccess] = None

    def access(self) -> SiteAccess:
        """What a download may use of the site's connection, as that is now."""
        site = self.site
        known = self._access
        facts = (site.base_url, site.proxy, site.ca_certs, site.authorization)
        if known is None or facts != (known.base_url, known.proxy, known.ca_certs, known.authorization):
            base_url, proxy, ca_certs, authorization = facts
            known = self._access = SiteAccess(
                base_url, site.session_token, proxy, ca_certs, authorization, known_token=lambda: site.known_token
            )
        return known

    def key(self, url: str) -> tuple[object, ...]:
        """Equal for urls of the same media: their queries differ with every find."""
        return (self.library.cache.root, url.partition("?")[0].partition("#")[0])


class Thumbnail(Media):
    """The transcoded picture at a signed url, and its entity, so that a new url can be asked for."""

    found_type = requests.CHECK_THUMBNAIL
    downloaded_type = requests.DOWNLOAD_THUMBNAIL
    lookup_priority = requests.THUMBNAIL_LOOKUP
    download_priority = requests.THUMBNAIL_DOWNLOAD
    flies = True

    # Thousands of these wait at a time.
    __slots__ = ("_pending_since", "entity_id", "entity_type", "field", "sources", "url")

    def __init__(
        self, sources: Sources, url: Optional[str], entity_type: str, entity_id: int, field: str
    ) -> None:
        self.sources = sources
        self.url = url or None
        self.entity_type = entity_type
        self.entity_id = entity_id
        self.field = field
        self._pending_since: Optional[float] = None

    def find(self) -> Optional[Path]:
        return self.sources.library.cache.find_thumbnail(self.url) if self.url else None

    def key(self) -> object:
        return ("thumbnail", *self.sources.key(self.url or ""))

    def fetch(self, transfer: Transfer) -> Steps[Optional[Path]]:
        return self._fetch(transfer, self.sources.access())

    def _fetch(self, transfer: Transfer, access: SiteAccess) -> Steps[Optional[Path]]:
        if self.url is None:
            return None
        try:
            return (yield from self._download(self.url, transfer, access))
        except (MediaExpired, MediaMissing, MediaPending) as error:
            if self.entity_type and self.entity_id is not None:
                yield Place.SITE
                fresh = self._fresh_url()
                if fresh is None:
                    return None
                if isinstance(error, MediaMissing) and _path(fresh) == _path(self.url):
                    raise
                # Kept for the next attempt too: what the site said last is nearer to the truth.
                self.url = fresh
                found = self.find()
                if found is not None:
                    return found
            elif not isinstance(error, MediaPending):
                raise  # nobody to ask for a new url
        try:
            return (yield from self._download(self.url, transfer, access))
        except MediaPending:
            self._wait()
            return None

    def _download(self, url: str, transfer: Transfer, access: SiteAccess) -> Steps[Path]:
        return self.sources.library.thumbnail_steps(
            url, access, cancelled=transfer.is_abandoned, progress=transfer.progress if self.shows_progress else None
        )

    def _fresh_url(self) -> Optional[str]:
        return calls.image_url(self.sources.site, self.entity_type, self.entity_id, self.field or "image")

    def _wait(self) -> None:
        """The site is still transcoding: wait without holding a thread, but not for ever."""
        now = time.monotonic()
        if self._pending_since is None:
            self._pending_since = now
        waited = now - self._pending_since
        if waited >= self.sources.transcode_wait:
            return
        raise NotYet(min(max(0.25, waited), 5.0, self.sources.transcode_wait - waited))

    def data(self, path: Optional[Path], image: Any) -> dict[str, Any]:
        return {"thumb_path": None if path is None else str(path), "image": image}


class ThumbnailSource(Thumbnail):
    """The picture as it was uploaded, by its entity."""

    __slots__ = ()

    flies = False  # as large as a camera's file may be

    def __init__(self, sources: Sources, entity_type: str, entity_id: int) -> None:
        super().__init__(sources, None, entity_type, entity_id, "image")

    def find(self) -> Optional[Path]:
        self._locate()
        return super().find()

    def fetch(self, transfer: Transfer) -> Steps[Optional[Path]]:
        self._locate()
        return super().fetch(transfer)

    def _fetch(self, transfer: Transfer, access: SiteAccess) -> Steps[Optional[Path]]:
        assert self.url is not None
        try:
            return (yield from self._download(self.url, transfer, access))
        except MediaMissing:
            return None  # the site says so itself: there is no url that could be out of date
        except MediaPending:
            self._wait()
            return None

    def _locate(self) -> None:
        # In the worker thread: in Toolkit the site's address is the bundle's, which is read there.
        if self.url is None:
            base = self.sources.site.base_url
            if not base:
                raise NoConnection("this connection has no site to ask for the source of a thumbnail")
            entity_type = urllib.parse.quote(str(self.entity_type), safe="")
            self.url = f"{base}/thumbnail/full/{entity_type}/{int(self.entity_id)}"


class Attachment(Media):
    """A file that was uploaded to the site, or that lies on a disk which the site knows."""

    found_type = requests.CHECK_ATTACHMENT
    downloaded_type = requests.DOWNLOAD_ATTACHMENT
    shows_progress = True
    lookup_priority = requests.ATTACHMENT_LOOKUP
    download_priority = requests.ATTACHMENT_DOWNLOAD

    def __init__(self, sources: Sources, entity: Any) -> None:
        self.sources = sources
        self.url = ""
        self.name = ""
        self._entity = entity

    def find(self) -> Optional[Path]:
        local = self._read()
        if local is not None:
            return local
        return self.sources.library.cache.find_attachment(self.url, self.name)

    def key(self) -> object:
        return ("attachment", *self.sources.key(self.url), self.name)

    def fetch(self, transfer: Transfer) -> Steps[Optional[Path]]:
        return self.sources.library.attachment_steps(
            self.url, self.name, self.sources.access(), cancelled=transfer.is_abandoned, progress=transfer.progress
        )

    def _read(self) -> Optional[Path]:
        """Take url and name from the entity, as a find returned it; gives the path of a local file."""
        this_file = self._entity.get("this_file") if isinstance(self._entity, Mapping) else None
        if not isinstance(this_file, Mapping):
            raise MediaRejected(
                "request_attachment needs an Attachment entity with its 'this_file' field: "
                'sg.find_one("Attachment", [["id", "is", ID]], ["this_file"])'
            )
        if this_file.get("link_type") == "local":
            path = this_file.get("local_path")
            if path and os.path.isfile(path):
                return Path(path)
            raise MediaRejected(f"the local file {path or '(not known on this platform)'} cannot be found here")
        url = this_file.get("url")
        if not isinstance(url, str) or not url:
            raise MediaRejected("this attachment has no url: nothing was uploaded to it")
        self.url = url
        self.name = str(this_file.get("name") or urllib.parse.unquote(_path(url)).rpartition("/")[2])
        return None

    def data(self, path: Optional[Path], image: Any) -> dict[str, Any]:
        return {"file_path": None if path is None else str(path)}


def _path(url: str) -> str:
    return urllib.parse.urlsplit(url).path
