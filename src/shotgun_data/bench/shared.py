"""P9: many requests for few thumbnails; and many for one at the same moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from shotgun_data import BackgroundTaskManager, ShotgunDataRetriever

from .arrivals import Arrivals, Loop
from .case import OURS, Case, Figure, LookUp, Way, WrongResult
from .clients import retriever_at
from .origin_process import forget_traffic, media_traffic
from .place import Place
from .plain_downloads import check_files, save_url
from .scale import Scale

_POOL = "8 threads with urllib"
_THREADS = 8


def ours(place: Place) -> Mapping[str, float]:
    return {"views": _ours_views(place), "one": _ours_one(place)}


def pool(place: Place) -> Mapping[str, float]:
    """Each task looks whether the file is there, and downloads it if not."""
    scale = place.scale
    urls = place.thumbnails(scale.distinct, scale.far)
    asked = [number % scale.distinct for number in range(scale.shared)]
    return {"views": _pool(place, urls, asked, _THREADS), "one": _pool(place, urls, [0] * scale.at_once, _THREADS)}


def _ours_views(place: Place) -> float:
    """Each view has a retriever of its own on one task manager, and asks for its thumbnails in one go."""
    scale = place.scale
    urls = place.thumbnails(scale.distinct, scale.far)
    loop = Loop()
    forget_traffic(place)
    with place.folder() as folder:
        manager = BackgroundTaskManager(loop)
        try:
            with ExitStack() as stack:
                views = []
                for _ in range(scale.views):
                    retriever = stack.enter_context(retriever_at(place, folder, scale.far, manager))
                    views.append((retriever, Arrivals(retriever, scale.shared // scale.views)))
                for retriever, _ in views:
                    for number in range(scale.shared // scale.views):
                        retriever.request_thumbnail(urls[number % scale.distinct], "Shot", 1 + number, "image")
                for _, arrivals in views:
                    arrivals.wait()
        finally:
            manager.shut_down()
        files = {told["thumb_path"] for _, arrivals in views for told in arrivals.data.values()}
        _check(place, files, scale.distinct)
    return media_traffic(place, scale.far).requests


def _ours_one(place: Place) -> float:
    """One thumbnail, asked for from many threads that were let go together."""
    scale = place.scale
    (url,) = place.thumbnails(1, scale.far)
    forget_traffic(place)
    with place.folder() as folder:
        with retriever_at(place, folder, scale.far) as retriever:
            arrivals = Arrivals(retriever, scale.at_once)
            threads = _at_once(retriever, url, scale.at_once)
            arrivals.wait()
            for thread in threads:
                thread.join()
        _check(place, {told["thumb_path"] for told in arrivals.data.values()}, 1)
    return media_traffic(place, scale.far).requests


def _at_once(retriever: ShotgunDataRetriever, url: str, count: int) -> Sequence[threading.Thread]:
    together = threading.Barrier(count)

    def ask(number: int) -> None:
        together.wait()
        retriever.request_thumbnail(url, "Shot", 1 + number, "image")

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    return threads


def _pool(place: Place, urls: Sequence[str], asked: Sequence[int], threads: int) -> float:
    forget_traffic(place)
    with place.folder() as folder:

        def get(number: int) -> Path:
            path = folder / f"{number}.jpg"
            if not path.exists():
                # A name of its own until it is whole, or the others would take half a file.
                part = folder / f"{number}-{threading.get_ident()}-{time.perf_counter_ns()}.part"
                save_url(urls[number], part)
                part.replace(path)
            return path

        with ThreadPoolExecutor(threads) as executor:
            paths = list(executor.map(get, asked))
        check_files(place, [folder / f"{number}.jpg" for number in range(len(set(paths)))])
    return media_traffic(place, place.scale.far).requests


def _check(place: Place, files: set[str], expected: int) -> None:
    pictures = {path.read_bytes() for path in place.pictures}
    if len(files) != expected or not all(Path(path).read_bytes() in pictures for path in files):
        raise WrongResult(f"{len(files)} different files came for {expected} thumbnails, or one is not whole")


def _figures(scale: Scale) -> Sequence[Figure]:
    def once_each(of: LookUp) -> bool:
        return of(OURS, "views") == scale.distinct

    def once(of: LookUp) -> bool:
        return of(OURS, "one") == 1

    return (
        Figure(
            "views",
            f"downloads, {scale.views} views ask {scale.shared:,} times for {scale.distinct}",
            "",
            f"{scale.distinct}",
            once_each,
        ),
        Figure("one", f"downloads, {scale.at_once} at once for one", "", "1", once),
    )


CASE = Case("P9", (Way(OURS, ours), Way(_POOL, pool)), _figures)
