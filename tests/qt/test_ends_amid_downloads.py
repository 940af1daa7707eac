"""Retrievers and managers that end, in every way, while a hundred downloads are under way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shotgun_data.demo.site.faults import Fault, Latency

PROGRAM = """
import gc, os, random, sys, threading, time
import shotgun_api3
from qtpy import QtCore
from shotgun_data import BackgroundTaskManager, Settings, ShotgunDataRetriever

HOW, URL, CACHE = sys.argv[1:]
app = QtCore.QCoreApplication([])
sg = shotgun_api3.Shotgun(URL, "demo", "demo")
pictures = [
    entity
    for entity_type in ("Shot", "Version", "HumanUser")
    for entity in sg.find(entity_type, [["image", "is_not", None]], ["image"], limit=60)
]
assert len(pictures) > 100, len(pictures)


def turns(count):
    for _ in range(count):
        app.processEvents()
        app.sendPostedEvents(None, 52)  # QEvent.DeferredDelete


def left():
    threads = [one.name for one in threading.enumerate() if one.name.startswith("shotgun-data")]
    return [name for name in threads if "aftermath" not in name], len(os.listdir("/proc/self/fd"))


first = None
for number in range(7):
    settings = Settings(cache_dir=os.path.join(CACHE, str(number)), transfer_threads=(100, 20)[number % 2])
    manager = BackgroundTaskManager(None, True, settings=settings)
    retriever = ShotgunDataRetriever(None, sg, manager, settings=settings)
    said = []
    retriever.work_completed.connect(lambda *answer: said.append(answer))
    retriever.start()
    retriever.request_thumbnails(pictures, load_image=number % 3 == 0, prefetch=number == 5)
    end = time.monotonic() + random.random() * 0.15
    while time.monotonic() < end:
        app.processEvents()
    if HOW == "stop":
        retriever.stop()
        before = len(said)
        manager.shut_down()
        turns(3)
        assert len(said) == before
    elif HOW == "shut_down":
        manager.shut_down()
    elif HOW == "deleteLater":
        retriever.deleteLater()
        turns(2)
        manager.shut_down()
    elif HOW == "deleteLater of both":
        retriever.deleteLater()
        manager.deleteLater()
        turns(2)
    else:
        retriever.itself, manager.itself = retriever, manager
    del retriever, manager
    gc.collect()
    turns(3)
    end = time.monotonic() + 10
    while time.monotonic() < end and (left()[0] or (first and left()[1] > first)):
        turns(1)
        time.sleep(0.005)
    threads, files = left()
    assert not threads, (number, threads)
    if first is None:
        first = files  # what Qt and libcurl open once is there now
    assert files <= first, (number, files, first)
assert not [name for _, _, names in os.walk(CACHE) for name in names if not name.endswith(".jpg")]
print("alive")
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts what Linux lists under /proc")
@pytest.mark.parametrize("how", ["stop", "shut_down", "deleteLater", "deleteLater of both", "the garbage collector"])
def test_nothing_is_left_of_downloads_whose_owner_has_ended(
    site: Any, tmp_path: Path, each_transport: str, how: str
) -> None:
    """In a process of its own: what goes wrong here is a crash, or a thread that waits for ever."""
    site.faults.add(Fault(Latency(0.03), media=True, times=None))
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", PROGRAM, how, site.url, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=50,
        env=dict(os.environ),
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "alive\n", "")
