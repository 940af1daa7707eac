"""P11: what importing costs, and how long it takes until a retriever has started."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import shotgun_api3

from shotgun_data import Settings, ShotgunDataRetriever

from .arrivals import make_app
from .case import OURS, Case, Figure, LookUp, Way, WrongResult
from .clients import connected
from .fresh import fresh
from .place import Place
from .scale import Scale

_CLIENT = "shotgun_api3, a pool of 8"
_THREADS = 8
_PROGRAM = "import time{also}; print(time.process_time())"
_MOST_IMPORT, _MOST_START = 30.0, 5.0  # milliseconds


def ours(place: Place) -> Mapping[str, float]:
    return {"import": _import_cost(place, "shotgun_data"), **fresh(start_ours)(place)}


def client(place: Place) -> Mapping[str, float]:
    return {"import": _import_cost(place, "shotgun_api3"), **fresh(start_client)(place)}


def _import_cost(place: Place, module: str) -> float:
    """Milliseconds of processor time above those of an interpreter that imports nothing; in turn."""
    return 1e3 * statistics.median(
        _interpreter(f", {module}") - _interpreter("") for _ in range(place.scale.imports)
    )


def _interpreter(also: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(also=also)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise WrongResult(f"import{also.strip(',')} failed: {done.stderr.strip().splitlines()[-1]}")
    return float(done.stdout)


def start_ours(place: Place) -> Mapping[str, float]:
    """The first retriever of a process; Qt, the client and our own modules are loaded, the connection stands."""
    make_app()
    sg = connected(place, place.scale.near)
    with place.folder() as folder:
        began = time.perf_counter()
        retriever = ShotgunDataRetriever(None, sg, settings=Settings(cache_dir=folder))
        retriever.start()
        seconds = time.perf_counter() - began
        retriever.stop()
    return {"start": 1e3 * seconds}


def start_client(place: Place) -> Mapping[str, float]:
    """A pool, and another connection for its threads, without a call."""
    began = time.perf_counter()
    sg = shotgun_api3.Shotgun(place.api[place.scale.near], "bench", "bench", connect=False)
    pool = ThreadPoolExecutor(_THREADS)
    seconds = time.perf_counter() - began
    pool.shutdown()
    sg.close()
    return {"start": 1e3 * seconds}


def _figures(scale: Scale) -> Sequence[Figure]:
    def light(of: LookUp) -> bool:
        return of(OURS, "import") < _MOST_IMPORT

    def quick(of: LookUp) -> bool:
        return of(OURS, "start") < _MOST_START

    return (
        Figure("import", "import, processor time", "ms", "30 ms", light),
        Figure("start", "construction and start()", "ms", "5 ms", quick),
    )


CASE = Case("P11", (Way(OURS, ours), Way(_CLIENT, client)), _figures)
