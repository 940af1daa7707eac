"""What a Toolkit bundle (an app, engine or framework) gives: its connection and its cache folder.

A bundle is any object with ``shotgun`` and ``site_cache_location`` or ``cache_location``; nothing else of it
is needed. sgtk is looked up only where it has been imported already: without it there is no current bundle.
"""

from __future__ import annotations

import sys
import urllib.parse
from pathlib import Path
from typing import Any, Optional

import platformdirs

from .settings import Settings


def current_bundle() -> Optional[Any]:
    """The bundle that the calling code belongs to, else the running engine, else None."""
    platform = getattr(sys.modules.get("sgtk"), "platform", None)
    if platform is None:
        return None
    try:
        return platform.current_bundle()
    except Exception:  # noqa: BLE001 - raised for code that belongs to no bundle; its class is sgtk's matter
        return platform.current_engine()


def cache_root(settings: Settings, bundle: Optional[Any], base_url: str) -> Path:
    """The root of the media cache.

    :param base_url: the site's url: without a bundle each site has a folder of its own.
    """
    if settings.cache_dir is not None:
        return settings.cache_dir
    for name in ("site_cache_location", "cache_location"):
        location = getattr(bundle, name, None)
        if isinstance(location, str) and location:
            return Path(location)
    host = urllib.parse.urlsplit(base_url).netloc.rpartition("@")[2].replace(":", "_") or "site"
    return Path(platformdirs.user_cache_dir("shotgun-data", appauthor=False)) / host
