"""P10: a find that is submitted behind queued downloads, against one that has the site for itself."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from .arrivals import Arrivals
from .case import OURS, Case, Figure, LookUp, Way, WrongResult
from .clients import connected, retriever_at
from .place import Place
from .plain_downloads import save_url
from .rows import ENTITY_TYPE, FIELDS
from .scale import Scale

_POOL = "one pool of 8 threads"
_THREADS = 8
_LIMIT = 50  # rows: a page of a list


def ours(place: Place) -> Mapping[str, float]:
    scale = place.scale
    urls = place.thumbnails(scale.queued, scale.far)
    with place.folder() as folder, retriever_at(place, folder, scale.far) as retriever:
        arrivals = Arrivals(retriever, 0)

        def find() -> float:
            began = time.perf_counter()
            uid = retriever.execute_find(ENTITY_TYPE, [], list(FIELDS), limit=_LIMIT)
            told = arrivals.wait_for(uid)
            seconds = time.perf_counter() - began
            _check(told["sg"])
            return seconds

        find()  # a worker's connection is made with its first call
        idle = statistics.median(find() for _ in range(scale.finds))
        for number, url in enumerate(urls, 1):
            retriever.request_thumbnail(url, "Shot", number, "image")
        behind = statistics.median(find() for _ in range(scale.finds))
        downloaded = sum(1 for kind in arrivals.kinds.values() if kind == "download_thumbnail")
        if not scale.short and downloaded == scale.queued:
            raise WrongResult("all downloads had ended before the finds: nothing was measured")
    return _figures_of(idle, behind)


def pool(place: Place) -> Mapping[str, float]:
    """Downloads and finds in the same pool, each thread with a connection of its own; one find is enough."""
    scale = place.scale
    urls = place.thumbnails(scale.queued, scale.far)
    local = threading.local()

    def find() -> Any:
        if not hasattr(local, "sg"):
            local.sg = connected(place, scale.far)
        return local.sg.find(ENTITY_TYPE, [], list(FIELDS), limit=_LIMIT)

    with place.folder() as folder, ThreadPoolExecutor(_THREADS) as executor:
        for warm in [executor.submit(find) for _ in range(4 * _THREADS)]:
            warm.result()
        idle = statistics.median(_timed(executor.submit(find)) for _ in range(scale.finds))
        for number, url in enumerate(urls):
            executor.submit(save_url, url, folder / f"{number}.jpg")
        behind = _timed(executor.submit(find))
    return _figures_of(idle, behind)


def _timed(future: Future[Any]) -> float:
    began = time.perf_counter()
    _check(future.result())
    return time.perf_counter() - began


def _check(rows: Sequence[Any]) -> None:
    if [row["id"] for row in rows] != [1001 + number for number in range(_LIMIT)]:
        raise WrongResult(f"the find gave {len(rows)} rows, not the first {_LIMIT}")


def _figures_of(idle: float, behind: float) -> Mapping[str, float]:
    return {"idle": 1e3 * idle, "behind": 1e3 * behind, "ratio": behind / idle}


def _figures(scale: Scale) -> Sequence[Figure]:
    def reached(of: LookUp) -> bool:
        return of(OURS, "ratio") <= 1.2

    return (
        Figure("idle", f"a find of {_LIMIT} rows, {scale.far} ms away, idle", "ms"),
        Figure("behind", f"the same behind {scale.queued:,} queued downloads", "ms"),
        Figure("ratio", "the one to the other", "", "1.2", reached),
    )


CASE = Case("P10", (Way(OURS, ours), Way(_POOL, pool)), _figures)
