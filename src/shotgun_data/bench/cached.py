"""P1: thumbnails that are on disk already."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Callable

from shotgun_data.qt.binding import QtCore

from .arrivals import Arrivals, make_app
from .case import OURS, Case, Figure, LookUp, Way, WrongResult
from .clients import retriever_at
from .pictures import SMALL
from .place import Place
from .scale import Scale
from .stock import age, check_used, stocked

_BARE = "a loop: stat, utime, emit"
#: Seconds that the incumbent takes for 4,000.
_INCUMBENT = 7.4


def ours(place: Place) -> Mapping[str, float]:
    scale = place.scale
    return _measured(scale, lambda count: _ask(place, count))


def bare(place: Place) -> Mapping[str, float]:
    """What the system takes alone, with one signal for each thumbnail."""
    scale = place.scale
    return _measured(scale, lambda count: _loop(place, count))


def _measured(scale: Scale, seconds: Callable[[int], float]) -> Mapping[str, float]:
    # Few end so soon that one thing that comes between would show: the median of three.
    few = statistics.median(seconds(scale.cached_few) for _ in range(3))
    some, many = seconds(scale.cached), seconds(scale.cached_many)
    return {"all": some, "few": 1e6 * few / scale.cached_few, "many": 1e6 * many / scale.cached_many}


def _stock(place: Place, count: int) -> tuple[Path, Sequence[str], Sequence[Path]]:
    urls = place.thumbnails(count)
    root, files = stocked(place, urls, "looked-up", [(place.scratch / SMALL).read_bytes()])
    return root, urls, files


def _ask(place: Place, count: int) -> float:
    root, urls, files = _stock(place, count)
    with retriever_at(place, root) as retriever:
        arrivals = Arrivals(retriever, count)
        began = time.perf_counter()
        uids = [retriever.request_thumbnail(url, "Shot", number, "image") for number, url in enumerate(urls, 1)]
        arrivals.wait()
        seconds = time.perf_counter() - began
    for uid, path in zip(uids, files):
        told = arrivals.data[str(uid)]
        if arrivals.kinds[str(uid)] != "check_thumbnail" or Path(told["thumb_path"]) != path:
            raise WrongResult(f"a thumbnail that is on disk at {path.name} was not found there: {told}")
    check_used(files)
    return seconds


class _Teller(QtCore.QObject):
    told = QtCore.Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.paths: list[str] = []
        self.told.connect(self._take)

    def _take(self, path: str) -> None:
        self.paths.append(path)


def _loop(place: Place, count: int) -> float:
    make_app()
    _, _, files = _stock(place, count)
    paths = [os.fspath(path) for path in files]
    teller: Any = _Teller()
    began = time.perf_counter()
    for path in paths:
        os.stat(path)
        os.utime(path)
        teller.told.emit(path)
    seconds = time.perf_counter() - began
    if teller.paths != paths:
        raise WrongResult(f"{len(teller.paths)} of {count} signals came")
    age(files)
    return seconds


def _figures_at(scale: Scale) -> Sequence[Figure]:
    def fast(of: LookUp) -> bool:
        return of(OURS, "all") <= _INCUMBENT / 40

    def flat(of: LookUp) -> bool:
        return of(OURS, "many") <= 1.2 * of(OURS, "few")

    return (
        Figure("all", f"{scale.cached:,} thumbnails on disk", "s", "0.185 s (incumbent / 40)", fast),
        Figure("few", f"each of {scale.cached_few:,}", "µs"),
        Figure("many", f"each of {scale.cached_many:,}", "µs", f"as each of {scale.cached_few:,} (within 1.2)", flat),
    )


CASE = Case("P1", (Way(OURS, ours), Way(_BARE, bare)), _figures_at)
