"""P3 and P4: thumbnails that are not on disk, far and near."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from .arrivals import Arrivals
from .case import OURS, Case, Figure, LookUp, Way, WrongResult
from .clients import retriever_at
from .place import Place
from .plain_downloads import CURL_AT_ONCE, check_files, curl_missing, run_curl, with_threads, write_curl_config
from .scale import Scale

_CURL = f"curl --parallel, {CURL_AT_ONCE} at once"
_FEW_THREADS, _MANY_THREADS = 8, 32
#: Seconds that the incumbent takes for 1,000, with 8 threads.
_INCUMBENT_FAR, _INCUMBENT_NEAR = 11.8, 2.7


def _ours(far: bool, place: Place) -> Mapping[str, float]:
    latency = place.scale.far if far else place.scale.near
    urls = place.thumbnails(place.scale.downloads, latency)
    with place.folder() as folder:
        with retriever_at(place, folder, latency) as retriever:
            arrivals = Arrivals(retriever, len(urls))
            began = time.perf_counter()
            uids = [retriever.request_thumbnail(url, "Shot", number, "image") for number, url in enumerate(urls, 1)]
            arrivals.wait()
            seconds = time.perf_counter() - began
        paths = [arrivals.data[str(uid)]["thumb_path"] for uid in uids]
        if None in paths or set(arrivals.kinds.values()) != {"download_thumbnail"}:
            raise WrongResult(f"not everything was downloaded: {sorted(set(arrivals.kinds.values()))}")
        check_files(place, [Path(path) for path in paths])
    return {"all": seconds}


def _threads(threads: int, far: bool, place: Place) -> Mapping[str, float]:
    urls = place.thumbnails(place.scale.downloads, place.scale.far if far else place.scale.near)
    with place.folder() as folder:
        began = time.perf_counter()
        paths = with_threads(threads, urls, folder)
        seconds = time.perf_counter() - began
        check_files(place, paths)
    return {"all": seconds}


def _curl(far: bool, place: Place) -> Mapping[str, float]:
    urls = place.thumbnails(place.scale.downloads, place.scale.far if far else place.scale.near)
    with place.folder() as folder:
        config, paths = write_curl_config(urls, folder)
        began = time.perf_counter()
        run_curl(config)
        seconds = time.perf_counter() - began
        check_files(place, paths)
    return {"all": seconds}


def _ways(far: bool) -> Sequence[Way]:
    return (
        Way(OURS, functools.partial(_ours, far)),
        Way(_CURL, functools.partial(_curl, far), curl_missing),
        *(
            Way(f"urllib, {threads} threads", functools.partial(_threads, threads, far))
            for threads in (_FEW_THREADS, _MANY_THREADS)
        ),
    )


def _figure(scale: Scale, latency: int, target: str, incumbent: float, of_curl: float) -> Sequence[Figure]:
    def reached(of: LookUp) -> bool:
        return of(OURS, "all") <= min(incumbent / 6, of_curl * of(_CURL, "all"))

    return (Figure("all", f"{scale.downloads:,} thumbnails not on disk, {latency} ms away", "s", target, reached),)


def _far_figures(scale: Scale) -> Sequence[Figure]:
    target = "1.97 s (incumbent / 6); curl's"
    return _figure(scale, scale.far, target, _INCUMBENT_FAR, 1.0)


def _near_figures(scale: Scale) -> Sequence[Figure]:
    target = "0.45 s (incumbent / 6); 1.5 x curl's"
    return _figure(scale, scale.near, target, _INCUMBENT_NEAR, 1.5)


FAR = Case("P3", _ways(True), _far_figures)
NEAR = Case("P4", _ways(False), _near_figures)
