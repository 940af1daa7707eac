"""Starts the origin beside the benchmark, asks it what came in, and ends it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .case import CannotRun
from .pictures import write_pictures
from .place import Place
from .scale import Scale

_END_WITHIN = 10.0

# The environment's proxies do not lead to 127.0.0.1.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextmanager
def running_origin(scale: Scale, folder: Path) -> Iterator[Place]:
    """An origin that serves while the ``with`` lasts.

    :param folder: what is made and removed is made in here.
    :raises CannotRun: it did not start.
    """
    scratch = Path(tempfile.mkdtemp(prefix="shotgun-data-bench-", dir=folder))
    try:
        write_pictures(scratch / "pictures")
        with _serving(scale, scratch) as place:
            yield place
    finally:
        shutil.rmtree(scratch, ignore_errors=True)  # the origin has done it, if it was ever started


@contextmanager
def _serving(scale: Scale, scratch: Path) -> Iterator[Place]:
    latencies = (scale.near, scale.far)
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", f"{__package__}.origin"),
            *("--rows", str(scale.rows), "--latencies", ",".join(map(str, latencies)), "--scratch", str(scratch)),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise CannotRun(
                f"The benchmark's origin did not start (exit code {process.wait(_END_WITHIN)}); it says why above."
            )
        urls = {name: f"http://127.0.0.1:{port}" for name, port in json.loads(line).items()}
        yield Place(
            {latency: urls[f"api/{latency}"] for latency in latencies},
            {latency: urls[f"media/{latency}"] for latency in latencies},
            urls["control"],
            scratch,
            scale,
        )
    finally:
        process.stdin.close()  # it removes the folder, and ends
        try:
            process.wait(_END_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@dataclass(frozen=True)
class Traffic:
    """What came in at one port since :func:`forget_traffic`."""

    requests: int
    most_at_once: int


def forget_traffic(place: Place) -> None:
    """Begin to count anew."""
    _ask(place, "/forget")


def media_traffic(place: Place, latency: int) -> Traffic:
    """The requests for thumbnails."""
    told = _ask(place, "/counts")[f"media/{latency}"]
    return Traffic(told["requests"], told["most_at_once"])


def _ask(place: Place, path: str) -> dict[str, dict[str, int]]:
    with _opener.open(place.control + path, timeout=_END_WITHIN) as answer:
        told: dict[str, dict[str, int]] = json.load(answer)
    return told
