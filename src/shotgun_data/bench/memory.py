"""P8: what a thousand thumbnails take as QImages, and what decoding one costs. Each run has its own process."""

from __future__ import annotations

import gc
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Optional

from shotgun_data import ShotgunDataRetriever
from shotgun_data.qt.binding import QtGui

from .arrivals import Arrivals, make_app
from .case import OURS, Case, Figure, LookUp, Way, WrongResult
from .clients import VIEW, request_picture, retriever_at
from .fresh import fresh
from .pictures import HEIGHT, WIDTH
from .place import Place
from .scale import Scale
from .stock import stocked

_FULL_SIZE = "8 threads with QImage(path)"
_THREADS = 8
_MOST = 80.0  # MB
_MB = 1e6


def ours(place: Place) -> Mapping[str, float]:
    root, urls, _ = _stock(place)
    with retriever_at(place, root) as retriever:
        _take(retriever, urls[:1], pictures=True)  # whatever is loaded once is loaded now
        _take(retriever, urls, pictures=False)
        gc.collect()
        began = time.process_time()
        _take(retriever, urls, pictures=False)
        without = time.process_time() - began
        before = _resident()
        _forget_peak()
        began = time.process_time()
        images = _take(retriever, urls, pictures=True)
        decoding = time.process_time() - began - without
        figures = _memory(before)
    if any(image.width() != VIEW[0] for image in images):
        raise WrongResult(f"a picture has not the size of the view, {VIEW[0]} pixels")
    return {**figures, "decode": 1e3 * max(decoding, 0.0) / len(urls)}


def full_size(place: Place) -> Mapping[str, float]:
    make_app()
    _, _, files = _stock(place)

    def load(path: Path) -> Any:
        return QtGui.QImage(str(path))

    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(load, files[:1]))
        gc.collect()
        before = _resident()
        _forget_peak()
        began = time.process_time()
        images = list(pool.map(load, files))
        decoding = time.process_time() - began
        figures = _memory(before)
    if any((image.width(), image.height()) != (WIDTH, HEIGHT) for image in images):
        raise WrongResult("a picture was not decoded")
    return {**figures, "decode": 1e3 * decoding / len(files)}


def _stock(place: Place) -> tuple[Path, Sequence[str], Sequence[Path]]:
    urls = place.thumbnails(place.scale.images)
    root, files = stocked(place, urls, "pictures-cached", [path.read_bytes() for path in place.pictures])
    return root, urls, files


def _take(retriever: ShotgunDataRetriever, urls: Sequence[str], pictures: bool) -> Sequence[Any]:
    arrivals = Arrivals(retriever, len(urls))
    for number, url in enumerate(urls, 1):
        if pictures:
            request_picture(retriever, url, number)
        else:
            retriever.request_thumbnail(url, "Shot", number, "image")
    arrivals.wait()
    arrivals.close()
    images = [told["image"] for told in arrivals.data.values()]
    if pictures and any(image is None or image.isNull() for image in images):
        raise WrongResult("a picture was not decoded")
    return images


def _memory(before: Optional[int]) -> Mapping[str, float]:
    """What is held now, and what was held at most, above what was held before."""
    held, most = _resident(), _peak()
    if before is None or held is None or most is None:
        return {}
    return {"settled": (held - before) / _MB, "peak": (most - before) / _MB}


def _resident() -> Optional[int]:
    return _status("VmRSS")


def _peak() -> Optional[int]:
    return _status("VmHWM")


def _status(name: str) -> Optional[int]:
    """Bytes, as Linux tells them; None elsewhere."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith(name + ":"):
            return 1024 * int(line.split()[1])
    return None


def _forget_peak() -> None:
    """Let the peak begin at what is held now; without that right it is the process's whole life's."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        pass


def _figures(scale: Scale) -> Sequence[Figure]:
    def small(of: LookUp) -> bool:
        return of(OURS, "peak") <= _MOST

    def cheap(of: LookUp) -> bool:
        return of(OURS, "decode") <= of(_FULL_SIZE, "decode") / 4

    what = f"{scale.images:,} QImages for {VIEW[0]} pixels"
    return (
        Figure("peak", f"{what}: peak", "MB", "80 MB", small),
        Figure("settled", f"{what}: held", "MB"),
        Figure("decode", "decoding one of them, processor time", "ms", "a 4th of full size's", cheap),
    )


CASE = Case("P8", (Way(OURS, fresh(ours)), Way(_FULL_SIZE, fresh(full_size))), _figures)
