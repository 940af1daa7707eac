"""Programs that end without a word: they exit at once, with code 0, and say nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from shotgun_data.demo.site.faults import Fault, Latency, Stall

LONGEST = 3.0  # seconds from the last line of the program to its end

BEGINNING = """
import sys, threading, time
import shotgun_api3
from qtpy import QtCore, QtWidgets
from shotgun_data import BackgroundTaskManager, Settings, ShotgunDataRetriever

URL, CACHE = sys.argv[1:3]
sg = shotgun_api3.Shotgun(URL, "demo", "demo")
app = QtWidgets.QApplication([])
settings = Settings(cache_dir=CACHE)


def run_app():
    getattr(app, "exec", getattr(app, "exec_", None))()


def at_work(retriever):
    retriever.start()
    entered = threading.Event()
    retriever.execute_method(lambda sg: (entered.set(), time.sleep(60)))
    for n in range(50):
        retriever.execute_find("Shot", [])
        retriever.request_thumbnail_source("Shot", n % 30 + 1, load_image=True)
    assert entered.wait(20)
    return retriever


def last_words():
    print("END", flush=True)
"""

PROGRAMS = {
    "without stop and without exec": """
retriever = at_work(ShotgunDataRetriever(None, sg, settings=settings))
""",
    "without stop after exec": """
retriever = at_work(ShotgunDataRetriever(None, sg, settings=settings))
QtCore.QTimer.singleShot(100, app.quit)
run_app()
""",
    "idle, without stop": """
retriever = ShotgunDataRetriever(None, sg, settings=settings)
retriever.work_completed.connect(lambda *_: app.quit())
retriever.start()
retriever.execute_find("Shot", [])
run_app()
""",
    "never started": """
retriever = ShotgunDataRetriever(None, sg, settings=settings)
retriever.execute_find("Shot", [])
""",
    "a child of a widget": """
panel = QtWidgets.QWidget()
panel.retriever = at_work(ShotgunDataRetriever(panel, sg, settings=settings))
panel.show()
QtCore.QTimer.singleShot(100, app.quit)
run_app()
""",
    "a pending deleteLater": """
retriever = at_work(ShotgunDataRetriever(None, sg, settings=settings))
retriever.deleteLater()
""",
    "a shared manager, without shut_down": """
manager = BackgroundTaskManager(None, True)
retriever = at_work(ShotgunDataRetriever(None, sg, manager, settings=settings))
QtCore.QTimer.singleShot(100, app.quit)
run_app()
""",
    "tasks under way, without shut_down": """
manager = BackgroundTaskManager(app, True)
for n in range(1000):
    manager.add_task(time.sleep, task_args=[60 if n < 4 else 0])
""",
    "shut_down first": """
manager = BackgroundTaskManager(None, True)
retriever = ShotgunDataRetriever(None, sg, manager, settings=settings)
retriever.start()
for n in range(50):
    retriever.execute_find_one("Shot", [])
    manager.add_task(int)
QtCore.QTimer.singleShot(50, app.quit)
run_app()
manager.shut_down()
""",
    "stop first": """
retriever = ShotgunDataRetriever(None, sg, settings=settings)
retriever.start()
for n in range(50):
    retriever.execute_find_one("Shot", [])
retriever.stop()
""",
    "stop in aboutToQuit": """
retriever = ShotgunDataRetriever(None, sg, settings=settings)
app.aboutToQuit.connect(retriever.stop)
retriever.start()
for n in range(50):
    retriever.execute_find_one("Shot", [])
QtCore.QTimer.singleShot(50, app.quit)
run_app()
""",
    "sys.exit in a slot": """
retriever = ShotgunDataRetriever(None, sg, settings=settings)
retriever.work_completed.connect(lambda *_: (last_words(), sys.exit(0)))
retriever.start()
for n in range(50):
    retriever.execute_find_one("Shot", [])
run_app()
""",
    "in a module that keeps everything": """
keep = [at_work(ShotgunDataRetriever(None, sg, settings=settings)) for _ in range(3)]
keep.append(keep)
sys.modules["studio"] = type(sys)("studio")
sys.modules["studio"].keep = keep
""",
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_exits_at_once_cleanly_and_silently(site: Any, tmp_path: Path, program: str) -> None:
    site.faults.add(Fault(Stall(after=10), media=True, times=None))
    site.faults.add(Fault(Latency(0.002), times=None))
    script = tmp_path / "program.py"
    script.write_text(BEGINNING + PROGRAMS[program] + "\nlast_words()\n")
    with subprocess.Popen(
        [sys.executable, "-X", "faulthandler", str(script), site.url, str(tmp_path / "cache")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            said_last = time.monotonic()
            rest, errors = process.communicate(timeout=20)
            took = time.monotonic() - said_last
        except BaseException:
            process.kill()
            raise
    assert errors == ""
    assert (first + rest).startswith("END\n")
    assert process.returncode == 0
    assert took < LONGEST
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.suffix in (".jpg", ".png")]
