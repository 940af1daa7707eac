"""P2: tasks that do nothing."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from shotgun_data import BackgroundTaskManager

from .arrivals import Loop
from .case import OURS, Case, Figure, LookUp, Way, WrongResult
from .place import Place
from .scale import Scale

_POOL = "a pool of 8 and a deque"
_THREADS = 8
#: Seconds that the incumbent takes for 10,000.
_INCUMBENT = 23.0


def _nothing() -> None:
    pass


class _Count(Loop):
    """Counts the tasks that a manager says are completed."""

    def __init__(self, manager: BackgroundTaskManager, expected: int) -> None:
        super().__init__()
        self.uids: list[int] = []
        self.failures = 0
        self._expected = expected
        manager.task_completed.connect(self._completed)
        manager.task_failed.connect(self._failed)

    def _completed(self, uid: int, group: object, result: object) -> None:
        self.uids.append(uid)
        if len(self.uids) == self._expected:
            self.leave()

    def _failed(self, uid: int, group: object, message: str, trace: str) -> None:
        self.failures += 1
        self.leave()


def ours(place: Place) -> Mapping[str, float]:
    count = place.scale.tasks
    counted_by = Loop()  # makes the application, which a manager needs
    manager = BackgroundTaskManager(counted_by, start_processing=True, max_threads=_THREADS)
    try:
        counter = _Count(manager, count)
        began = time.perf_counter()
        added = [manager.add_task(_nothing) for _ in range(count)]
        counter.run(lambda: f"{len(counter.uids)} of {count} tasks were completed")
        seconds = time.perf_counter() - began
    finally:
        manager.shut_down()
    if counter.failures or sorted(counter.uids) != sorted(added):
        raise WrongResult(f"{len(set(counter.uids))} of {count} tasks were completed, {counter.failures} failed")
    return {"all": seconds}


def pool(place: Place) -> Mapping[str, float]:
    """The same tasks, their results in a deque that a GUI thread could look into."""
    count = place.scale.tasks
    results: deque[Future[None]] = deque()
    complete = threading.Event()

    def put(future: Future[None]) -> None:
        results.append(future)
        if len(results) == count:
            complete.set()

    with ThreadPoolExecutor(_THREADS) as executor:
        began = time.perf_counter()
        for _ in range(count):
            executor.submit(_nothing).add_done_callback(put)
        complete.wait()
        seconds = time.perf_counter() - began
    if len(results) != count or any(future.exception() for future in results):
        raise WrongResult(f"{len(results)} of {count} tasks were completed")
    return {"all": seconds}


def _figures(scale: Scale) -> Sequence[Figure]:
    def reached(of: LookUp) -> bool:
        return of(OURS, "all") <= min(_INCUMBENT / 50, of(_POOL, "all"))

    return (
        Figure(
            "all",
            f"{scale.tasks:,} tasks that do nothing",
            "s",
            "0.46 s (incumbent / 50); the pool's",
            reached,
        ),
    )


CASE = Case("P2", (Way(OURS, ours), Way(_POOL, pool)), _figures)
