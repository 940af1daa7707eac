"""P7: how long the GUI's event loop stands still while rows and pictures arrive.

Each run has a process of its own, and asks from inside the event loop: for the find first, then for the thumbnails,
some in each turn, as a view does that is being filled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Optional

from shotgun_data.qt.binding import QtCore, QtGui

from .arrivals import Arrivals, Loop
from .case import OURS, Case, Figure, LookUp, Way, WrongResult
from .clients import VIEW, connected, request_picture, retriever_at
from .finds import PartialRows
from .fresh import fresh
from .heartbeat import Heartbeat
from .place import Place
from .plain_downloads import read_url
from .rows import ENTITY_TYPE, FIELDS
from .scale import Scale
from .stock import stocked

_POOL = "8 threads, queued signals"
_THREADS = 8
_IN_ONE_TURN = 25
_LONGEST, _PERCENTILE_99 = 33.0, 12.0  # milliseconds


def ours(place: Place) -> Mapping[str, float]:
    downloaded = fresh(ours_downloaded)(place)
    from_disk = fresh(ours_from_disk)(place)
    return _both(downloaded, from_disk)


def pool(place: Place) -> Mapping[str, float]:
    return _both(fresh(pool_downloaded)(place), fresh(pool_from_disk)(place))


def _both(downloaded: Mapping[str, float], from_disk: Mapping[str, float]) -> Mapping[str, float]:
    return {
        **{f"downloaded {key}": value for key, value in downloaded.items()},
        **{f"from disk {key}": value for key, value in from_disk.items()},
    }


def ours_downloaded(place: Place) -> Mapping[str, float]:
    urls = place.thumbnails(place.scale.images)
    with place.folder() as folder:
        return _ours(place, folder, urls)


def ours_from_disk(place: Place) -> Mapping[str, float]:
    urls = place.thumbnails(place.scale.images)
    root, _ = stocked(place, urls, "pictures-cached", [path.read_bytes() for path in place.pictures])
    return _ours(place, root, urls)


def pool_downloaded(place: Place) -> Mapping[str, float]:
    def load(url: str) -> Any:
        image = QtGui.QImage.fromData(read_url(url))
        return _fitted(image)

    return _pool(place, load, place.thumbnails(place.scale.images))


def pool_from_disk(place: Place) -> Mapping[str, float]:
    urls = place.thumbnails(place.scale.images)
    _, files = stocked(place, urls, "pictures-cached", [path.read_bytes() for path in place.pictures])

    def load(path: Path) -> Any:
        return _fitted(QtGui.QImage(str(path)))

    return _pool(place, load, files)


def _ours(place: Place, cache: Path, urls: Sequence[str]) -> Mapping[str, float]:
    with retriever_at(place, cache) as retriever:
        arrivals = Arrivals(retriever, 1 + len(urls))
        partial = PartialRows(retriever)
        found: list[str] = []
        asking = _Asking(
            lambda: found.append(retriever.execute_find(ENTITY_TYPE, [], list(FIELDS))),
            [lambda n=n, url=url: request_picture(retriever, url, n) for n, url in enumerate(urls, 1)],  # type: ignore[misc]
        )
        beat = Heartbeat()
        asking.start()
        beat.start()
        arrivals.wait()
        beat.stop()
    rows = arrivals.data.pop(found[0])["sg"]
    _check(place, rows, [told["image"] for told in arrivals.data.values()], exact=True)
    del partial
    return {"longest": beat.longest, "99": beat.percentile_99}


class _Results(Loop):
    """What a pool's threads tell: by a signal that Qt queues, because they are not this object's thread."""

    told = QtCore.Signal(object)

    def __init__(self, expected: int) -> None:
        super().__init__()
        self.results: list[Any] = []
        self._expected = expected
        self.told.connect(self._take)

    def _take(self, result: Any) -> None:
        self.results.append(result)
        if len(self.results) == self._expected:
            self.leave()


def _pool(place: Place, load: Callable[[Any], Any], sources: Sequence[Any]) -> Mapping[str, float]:
    results = _Results(1 + len(sources))
    told: Any = results.told
    sg = connected(place, place.scale.near)
    load(sources[0])  # what Qt and its binding load once, they have loaded
    with ThreadPoolExecutor(_THREADS) as executor:

        def find() -> None:
            told.emit(sg.find(ENTITY_TYPE, [], list(FIELDS)))

        def show(source: Any) -> None:
            told.emit(load(source))

        asking = _Asking(
            lambda: executor.submit(find),
            [lambda source=source: executor.submit(show, source) for source in sources],  # type: ignore[misc]
        )
        beat = Heartbeat()
        asking.start()
        beat.start()
        results.run(lambda: f"{len(results.results)} of {1 + len(sources)} results came")
        beat.stop()
    images = [result for result in results.results if not isinstance(result, list)]
    (rows,) = (result for result in results.results if isinstance(result, list))
    _check(place, rows, images, exact=True)
    return {"longest": beat.longest, "99": beat.percentile_99}


class _Asking(QtCore.QObject):
    """Makes the requests, some in each turn of the event loop."""

    def __init__(self, find: Callable[[], object], pictures: Sequence[Callable[[], object]]) -> None:
        super().__init__()
        self._find: Optional[Callable[[], object]] = find
        self._pictures = list(reversed(pictures))
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self._ask)

    def start(self) -> None:
        self._timer.start(0)

    def _ask(self) -> None:
        if self._find is not None:
            self._find()
            self._find = None
        for _ in range(min(_IN_ONE_TURN, len(self._pictures))):
            self._pictures.pop()()
        if not self._pictures:
            self._timer.stop()


def _fitted(image: Any) -> Any:
    return image.scaled(
        *VIEW, QtCore.Qt.AspectRatioMode.KeepAspectRatio, QtCore.Qt.TransformationMode.SmoothTransformation
    )


def _check(place: Place, rows: Sequence[Any], images: Sequence[Any], exact: bool) -> None:
    if len(rows) != place.scale.rows:
        raise WrongResult(f"{len(rows)} of {place.scale.rows} rows were found")
    wrong = sum(1 for image in images if image is None or image.isNull() or (exact and image.width() != VIEW[0]))
    if wrong or len(images) != place.scale.images:
        raise WrongResult(f"{len(images) - wrong} of {place.scale.images} pictures came in the size asked for")


def _figures(scale: Scale) -> Sequence[Figure]:
    figures = []
    for where in ("downloaded", "from disk"):
        what = f"{scale.rows:,} rows and {scale.images:,} pictures {where}"

        def short(of: LookUp, where: str = where) -> bool:
            return of(OURS, f"{where} longest") <= _LONGEST

        def mostly(of: LookUp, where: str = where) -> bool:
            return of(OURS, f"{where} 99") <= _PERCENTILE_99

        figures += [
            Figure(f"{where} longest", f"longest gap, {what}", "ms", "33 ms", short),
            Figure(f"{where} 99", f"99% of gaps, {what}", "ms", "12 ms", mostly),
        ]
    return figures


CASE = Case("P7", (Way(OURS, ours), Way(_POOL, pool)), _figures)
