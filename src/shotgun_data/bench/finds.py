"""P5 and P6: a find of many rows, near and far."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from .arrivals import Arrivals
from .case import OURS, Case, Figure, LookUp, Way, WrongResult
from .clients import connected, retriever_at
from .place import Place
from .rows import ENTITY_TYPE, FIELDS
from .scale import PAGE, Scale

_CLIENT = "shotgun_api3 in a thread"

_expected: dict[str, Sequence[Any]] = {}


def expected_rows(place: Place) -> Sequence[Any]:
    """What the unmodified client finds; asked for once in this process."""
    url = place.api[place.scale.near]
    if url not in _expected:
        found = connected(place, place.scale.near).find(ENTITY_TYPE, [], list(FIELDS))
        if len(found) != place.scale.rows or any(set(FIELDS) - set(row) for row in found):
            raise WrongResult(f"the client found {len(found)} rows, not {place.scale.rows} of {len(FIELDS)} fields")
        _expected[url] = found
    return _expected[url]


def compare_rows(found: Sequence[Any], expected: Sequence[Any]) -> None:
    """:raises WrongResult: the rows are not the client's, in its order."""
    if found != expected:
        differing = sum(1 for ours, theirs in zip(found, expected) if ours != theirs)
        raise WrongResult(f"{len(found)} rows were found, and {differing} of them are not equal to the client's")


class PartialRows:
    """Takes the rows that arrive before the rest does, from a version that tells of them."""

    def __init__(self, retriever: Any) -> None:
        self.rows: list[Any] = []
        self.first: Optional[float] = None
        signal = getattr(retriever, "work_partial", None)
        if signal is not None:
            signal.connect(self._take)

    def _take(self, uid: str, request_type: str, data: Any) -> None:
        self.rows.extend(data["sg"])
        if self.first is None and len(self.rows) >= PAGE:
            self.first = time.perf_counter()


def _ours(place: Place, latency: int) -> Mapping[str, float]:
    expected = expected_rows(place)
    with place.folder() as folder, retriever_at(place, folder, latency) as retriever:
        arrivals = Arrivals(retriever, 1)
        partial = PartialRows(retriever)
        began = time.perf_counter()
        uid = retriever.execute_find(ENTITY_TYPE, [], list(FIELDS))
        arrivals.wait()
        ended = time.perf_counter()
    compare_rows(arrivals.data[str(uid)]["sg"], expected)
    if partial.rows:
        compare_rows(partial.rows, expected[: len(partial.rows)])
    return {"first": (partial.first or ended) - began, "all": ended - began}


def _plain(place: Place, latency: int) -> Mapping[str, float]:
    expected = expected_rows(place)
    sg = connected(place, latency)
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.extend(sg.find(ENTITY_TYPE, [], list(FIELDS))))
    began = time.perf_counter()
    thread.start()
    thread.join()
    seconds = time.perf_counter() - began
    sg.close()
    compare_rows(found, expected)
    return {"first": seconds, "all": seconds}


def ours_near(place: Place) -> Mapping[str, float]:
    return _ours(place, place.scale.near)


def ours_far(place: Place) -> Mapping[str, float]:
    return _ours(place, place.scale.far)


def plain_near(place: Place) -> Mapping[str, float]:
    return _plain(place, place.scale.near)


def plain_far(place: Place) -> Mapping[str, float]:
    return _plain(place, place.scale.far)


def _near_figures(scale: Scale) -> Sequence[Figure]:
    def reached(of: LookUp) -> bool:
        return of(OURS, "all") <= of(_CLIENT, "all") / 4

    work = f"find, {scale.rows:,} rows of {len(FIELDS)} fields, {scale.near} ms away"
    return (Figure("all", work, "s", "a 4th of the client's time", reached),)


def _far_figures(scale: Scale) -> Sequence[Figure]:
    def early(of: LookUp) -> bool:
        return of(OURS, "first") <= of(_CLIENT, "all") / 10

    def fast(of: LookUp) -> bool:
        return of(OURS, "all") <= of(_CLIENT, "all") / 6

    work = f"find, {scale.rows:,} rows of {len(FIELDS)} fields, {scale.far} ms away"
    return (
        Figure("first", f"{work}: the first {PAGE}", "s", "a 10th of the client's time for all", early),
        Figure("all", f"{work}: all", "s", "a 6th of the client's time", fast),
    )


NEAR = Case("P5", (Way(OURS, ours_near), Way(_CLIENT, plain_near)), _near_figures)
FAR = Case("P6", (Way(OURS, ours_far), Way(_CLIENT, plain_far)), _far_figures)
