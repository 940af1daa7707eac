"""Who asks the origin: the unmodified client, and a retriever at its default settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Optional

import shotgun_api3

from shotgun_data import Settings, ShotgunDataRetriever

from .arrivals import make_app
from .place import Place

#: Of the view that shows the thumbnails, in pixels.
VIEW = (160, 90)


def connected(place: Place, latency: int) -> Any:
    """A ``shotgun_api3.Shotgun`` that has asked what the site can do, as one does at start-up."""
    return shotgun_api3.Shotgun(place.api[latency], "bench", "bench")


@contextmanager
def retriever_at(
    place: Place, cache: Path, latency: int = 0, manager: Optional[Any] = None
) -> Iterator[ShotgunDataRetriever]:
    """A started retriever, stopped at the end of the ``with``. Only the folder of its cache is not the default."""
    make_app()
    retriever = ShotgunDataRetriever(
        None, connected(place, latency), manager, settings=Settings(cache_dir=cache)
    )
    retriever.start()
    try:
        yield retriever
    finally:
        retriever.stop()


def request_picture(retriever: ShotgunDataRetriever, url: str, number: int) -> Optional[str]:
    """Ask for a thumbnail as a QImage for the view."""
    return retriever.request_thumbnail(url, "Shot", number, "image", image_size=VIEW)
