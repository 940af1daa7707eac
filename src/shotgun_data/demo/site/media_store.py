"""The media of the embedded site: pictures and files by key, and the signed urls that lead to them.

A *key* names one picture or file for good. Three kinds exist:

- drawn pictures, whose key is a :class:`~.drawing.Picture` written down: nothing is stored, they are drawn when
  they are first asked for;
- generated files, whose key is a :class:`~.generated.Generated` written down: likewise;
- uploads (``up-…``), which are kept as they came, with a transcoded JPEG beside each picture.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections import OrderedDict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Callable, Dict, Optional, Set, Tuple, Union
from urllib.parse import quote

from . import drawing, transcoding
from .generated import Generated
from .signing import DEFAULT_LIFETIME, UrlSigner

PENDING_PATH = "/images/status/transient/thumbnail_pending.png"
"""Path on the site of the placeholder for a thumbnail that is "being transcoded", as hosted sites name it."""

DRAWN_AT = 1_767_261_600.0
"""Modification time of what is drawn or generated: 2026-01-01 10:00 UTC."""

_UPLOAD = "up-"
_DRAWN_IN_MEMORY = 64 * 1024 * 1024  # bytes of drawn pictures that are kept


class NoSuchMedia(KeyError):
    """No media has this key or id."""


@dataclass(frozen=True)
class MediaFile:
    """Bytes to serve, or a generated stream of them. ``modified`` is in seconds since 1970."""

    body: Union[bytes, Generated]
    content_type: str
    modified: float


@dataclass(frozen=True)
class _Upload:
    """What is known of an upload besides its parts: the ``source`` and, for pictures, the ``thumbnail``."""

    name: str
    content_type: str
    modified: float


class MediaStore:
    """Keeps media and hands out urls. All methods may be called from any thread.

    :param data_dir: folder in which uploads survive a restart; None keeps them in memory.
    :param lifetime: seconds for which a media url is good.
    :param clock: gives the time in seconds since 1970.
    """

    def __init__(
        self,
        data_dir: Optional[Path] = None,
        *,
        lifetime: int = DEFAULT_LIFETIME,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.site_url = ""
        self.media_url = ""
        self.chunked = False
        """Serve media with ``Transfer-Encoding: chunked`` and no ``Content-Length``."""
        self.transcode_delay = 0.0
        """Seconds during which a thumbnail uploaded from now on is served as the transient placeholder."""
        self.stream_rate: Optional[int] = 8_000_000
        """Bytes per second at which generated files are served, so that a progress bar is seen; None for no limit."""
        self.signer = UrlSigner(lifetime, clock)
        self._clock = clock
        self._lock = threading.RLock()
        self._uploads: Dict[str, Tuple[_Upload, Dict[str, bytes]]] = {}
        self._ready_at: Dict[str, float] = {}
        self._held: Set[str] = set()
        self._holding = False
        self._drawn: OrderedDict[Tuple[str, bool], bytes] = OrderedDict()
        self._drawn_bytes = 0
        self._dir: Optional[Path] = None
        if data_dir is not None:
            self._dir = data_dir / "media"
            self._dir.mkdir(parents=True, exist_ok=True)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self.media_url or 'no url yet'}>"

    @property
    def lifetime(self) -> int:
        """Seconds for which a media url is good, counted from the find that returned it."""
        return self.signer.lifetime

    @lifetime.setter
    def lifetime(self, seconds: int) -> None:
        self.signer.lifetime = seconds

    def serve_at(self, site_url: str, media_url: str) -> None:
        """Say under which addresses the site and its media host are reached. Needed before any url is asked for."""
        self.site_url = site_url.rstrip("/")
        self.media_url = media_url.rstrip("/")

    # urls

    def thumbnail_url(self, key: str) -> str:
        """Return a fresh signed url for the transcoded JPEG of picture `key`, or the transient placeholder's url."""
        if (self._held or self._ready_at) and self.pending(key):
            return self.site_url + PENDING_PATH
        return self.media_url + self.signer.sign(f"/thumbs/2026/{key}_t.jpg")

    def source_url(self, key: str, name: Optional[str] = None) -> str:
        """Return a fresh signed url for the original of media `key`, called `name` there."""
        if name is None:
            name = self._upload(key).name if key.startswith(_UPLOAD) else "source.png"
        return self.media_url + self.signer.sign(f"/files/2026/{key}/{quote(name, safe='')}")

    def expire_urls(self) -> None:
        """Make all media urls handed out so far expired ones."""
        self.signer.expire_all()

    # transcoding

    def hold_transcoding(self, *keys: str) -> None:
        """Until :meth:`release_transcoding`, `keys` and every thumbnail uploaded meanwhile stay "being transcoded"."""
        with self._lock:
            self._holding = True
            self._held.update(keys)

    def release_transcoding(self) -> None:
        """End the transcoding of all that is "being transcoded"."""
        with self._lock:
            self._holding = False
            self._held.clear()
            self._ready_at.clear()

    def pending(self, key: str) -> bool:
        """True while picture `key` is "being transcoded"."""
        with self._lock:
            if key in self._held:
                return True
            ready_at = self._ready_at.get(key)
            if ready_at is None:
                return False
            if self._clock() < ready_at:
                return True
            del self._ready_at[key]
            return False

    # what comes in

    def add_file(self, data: bytes, name: str, content_type: str) -> str:
        """Keep a file and return its key."""
        return self._keep(_Upload(name, content_type, self._clock()), {"source": data})

    def add_thumbnail(self, data: bytes, name: str, content_type: str, *, filmstrip: bool = False) -> str:
        """Keep a picture and its transcoded JPEG, and return its key; ValueError where `data` is no picture."""
        jpeg = transcoding.filmstrip(data) if filmstrip else transcoding.thumbnail(data)
        key = self._keep(_Upload(name, content_type, self._clock()), {"source": data, "thumbnail": jpeg})
        with self._lock:
            if self._holding:
                self._held.add(key)
            elif self.transcode_delay > 0:
                self._ready_at[key] = self._clock() + self.transcode_delay
        return key

    # what goes out

    def thumbnail(self, key: str) -> MediaFile:
        """Return the transcoded JPEG of picture `key`, 480x270 pixels unless it is a filmstrip. Drawing takes 10 ms."""
        if key.startswith(_UPLOAD):
            return MediaFile(self._part(key, "thumbnail"), "image/jpeg", self._upload(key).modified)
        return MediaFile(self._draw(key, source=False), "image/jpeg", DRAWN_AT)

    def source(self, key: str) -> MediaFile:
        """Return media `key` in its original format and size. Drawing may take 100 ms."""
        if key.startswith(_UPLOAD):
            upload = self._upload(key)
            return MediaFile(self._part(key, "source"), upload.content_type, upload.modified)
        if Generated.owns(key):
            try:
                generated = Generated.from_key(key)
            except ValueError:
                raise NoSuchMedia(key) from None
            return MediaFile(generated, generated.content_type, DRAWN_AT)
        return MediaFile(self._draw(key, source=True), "image/png", DRAWN_AT)

    # inside

    def _draw(self, key: str, *, source: bool) -> bytes:
        with self._lock:
            known = self._drawn.get((key, source))
            if known is not None:
                self._drawn.move_to_end((key, source))
                return known
        try:
            picture = drawing.Picture.from_key(key)
        except ValueError:
            raise NoSuchMedia(key) from None
        drawn = drawing.source(picture) if source else drawing.thumbnail(picture)
        with self._lock:
            if (key, source) not in self._drawn:
                self._drawn[(key, source)] = drawn
                self._drawn_bytes += len(drawn)
            while self._drawn_bytes > _DRAWN_IN_MEMORY:
                _, oldest = self._drawn.popitem(last=False)
                self._drawn_bytes -= len(oldest)
        return drawn

    def _keep(self, upload: _Upload, parts: Dict[str, bytes]) -> str:
        key = _UPLOAD + uuid.uuid4().hex
        if self._dir is None:
            with self._lock:
                self._uploads[key] = (upload, parts)
            return key
        # The description is written last: a folder without one is a file that never arrived whole.
        folder = self._dir / key
        folder.mkdir()
        for name, data in parts.items():
            (folder / name).write_bytes(data)
        (folder / "about.json").write_text(json.dumps(asdict(upload)), encoding="utf-8")
        return key

    def _upload(self, key: str) -> _Upload:
        if self._dir is None:
            with self._lock:
                if key not in self._uploads:
                    raise NoSuchMedia(key)
                return self._uploads[key][0]
        try:
            return _Upload(**json.loads((self._folder(key) / "about.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            raise NoSuchMedia(key) from None

    def _part(self, key: str, name: str) -> bytes:
        if self._dir is None:
            with self._lock:
                if key not in self._uploads or name not in self._uploads[key][1]:
                    raise NoSuchMedia(key)
                return self._uploads[key][1][name]
        try:
            return (self._folder(key) / name).read_bytes()
        except OSError:
            raise NoSuchMedia(key) from None

    def _folder(self, key: str) -> Path:
        # A key comes from a url: only what _keep can have made is looked for.
        if self._dir is None or not key[len(_UPLOAD) :].isalnum():
            raise NoSuchMedia(key)
        return self._dir / key
