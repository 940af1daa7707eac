"""Retrievers that are deleted at the very moment at which workers hand them outcomes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import os, random, sys
sys.setswitchinterval(1e-5)  # threads change places in the middle of everything
import shotgun_api3
from qtpy import QtCore
from shotgun_data import BackgroundTaskManager, ShotgunDataRetriever

app = QtCore.QCoreApplication([])
sg = shotgun_api3.Shotgun("http://127.0.0.1:9", "demo", "demo", connect=False)
manager = BackgroundTaskManager(None, True)
for turn in range(700):
    parent = QtCore.QObject() if HOW == "with its parent" else None
    retriever = ShotgunDataRetriever(parent, sg, manager)
    for _ in range(30):
        retriever.execute_method(lambda sg: None)
    for _ in range(random.randrange(300)):
        pass
    if HOW == "by deleteLater":
        retriever.deleteLater()
        app.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
    elif HOW == "in a cycle":
        retriever.itself = retriever
    del retriever, parent
    if turn % 20 == 0:
        app.processEvents()
manager.shut_down()
print("alive")
"""


@pytest.mark.parametrize("how", ["with its last reference", "with its parent", "by deleteLater", "in a cycle"])
def test_a_retriever_is_deleted_while_outcomes_arrive(how: str) -> None:
    """In a process of its own: what goes wrong here is a crash. It came once in some thousand deletions."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", f"HOW = {how!r}\n{PROGRAM}"],
        capture_output=True,
        text=True,
        timeout=50,
        env=dict(os.environ),
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "alive\n", "")
