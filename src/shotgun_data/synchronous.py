"""Downloads that a caller waits for: one attempt after another in the calling thread, over a bundle."""

from __future__ import annotations

import functools
import time
from pathlib import Path
from typing import Any

from .bundle import cache_root
from .engine.retry import RetryPolicy
from .errors import MediaMissing, TankError
from .media.cache import MediaCache
from .media.library import MediaLibrary
from .media.steps import carry_out
from .media.transport import Transport
from .media.urllib3_transport import Urllib3Transport
from .session.media import Sources, Thumbnail, ThumbnailSource
from .session.transfer import NotYet, Transfer
from .settings import Settings
from .site.connections import SiteConnections


def download_thumbnail(url: str, bundle: Any) -> str:
    """The path of the thumbnail of a url; see ``ShotgunDataRetriever.download_thumbnail``."""
    if not isinstance(url, str) or not url:
        raise TankError("download_thumbnail needs the url of a thumbnail, as a find call returned it")
    return _get(bundle, functools.partial(_thumbnail, url), f"the thumbnail {url.partition('?')[0]}")


def download_thumbnail_source(entity_type: str, entity_id: int, bundle: Any) -> str:
    """The path of a thumbnail as it was uploaded; see ``ShotgunDataRetriever.download_thumbnail_source``."""
    media = functools.partial(ThumbnailSource, entity_type=entity_type, entity_id=entity_id)
    return _get(bundle, media, f"the thumbnail of {entity_type} {entity_id}")


def _thumbnail(url: str, sources: Sources) -> Thumbnail:
    return Thumbnail(sources, url, "", 0, "")


def _get(bundle: Any, make: Any, what: str) -> str:
    settings = Settings()
    site = SiteConnections(lambda: bundle.shotgun, settings)
    transport = Urllib3Transport(1)
    try:
        library = MediaLibrary(MediaCache(cache_root(settings, bundle, site.base_url)), transport, settings)
        media = make(Sources(site, library, settings.transcode_wait))
        path = media.find() or _download(media, transport, RetryPolicy.of(settings), what)
        return str(path)
    finally:
        transport.close()
        site.close()


def _download(media: Thumbnail, transport: Transport, policy: RetryPolicy, what: str) -> Path:
    attempt = Transfer(None, media.fetch, flies=False)
    while True:
        try:
            path = carry_out(media.fetch(attempt), transport)
        except NotYet as later:
            delay = later.delay
        except TankError as error:
            attempt.attempts += 1
            again = policy.next_delay(attempt.attempts, error)
            if again is None:
                raise
            delay = again
        else:
            if path is None:
                raise MediaMissing(f"there is no such media on the site: {what}")
            return path
        time.sleep(delay)

