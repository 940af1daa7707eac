"""A retriever or a manager that is forgotten, wherever and whenever Python notices."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import Any

import pytest

from shotgun_data import BackgroundTaskManager, ShotgunDataRetriever
from shotgun_data.qt.binding import QtCore

from .waiting import wait_until


def own_threads() -> set[threading.Thread]:
    """Those of managers and retrievers; the one that tidies up after them is there once for the process."""
    names = {"shotgun-data work", "shotgun-data disk", "shotgun-data transfer"}
    return {thread for thread in threading.enumerate() if thread.name in names}


def make(kind: str, site: Any) -> Any:
    if kind == "manager":
        manager = BackgroundTaskManager(None, True)
        manager.add_task(int)
        return manager
    retriever = ShotgunDataRetriever(None, site.connect())
    retriever.start()
    retriever.execute_method(lambda sg: None)
    return retriever


@pytest.mark.parametrize("kind", ["manager", "retriever"])
def test_nothing_of_ours_is_in_a_cycle_so_it_dies_when_its_owner_lets_go(qapp: Any, site: Any, kind: str) -> None:
    gc.collect()
    gc.disable()
    try:
        thing = make(kind, site)
        forgotten, its_delivery = weakref.ref(thing), weakref.ref(thing._delivery)
        del thing
        assert forgotten() is None
        assert its_delivery() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("kind", ["manager", "retriever"])
def test_collected_in_another_thread_it_is_destroyed_in_its_own(qapp: Any, site: Any, kind: str) -> None:
    before = own_threads()
    thing = make(kind, site)
    destroyed_in: list[int] = []

    def tell(*_: Any) -> None:  # held here: a slot that only the object knows is garbage together with it
        destroyed_in.append(threading.get_ident())

    child = QtCore.QObject(thing)
    child.destroyed.connect(tell)
    thing.cycle_of_an_app = thing
    del thing
    collector = threading.Thread(target=gc.collect)
    collector.start()
    collector.join()
    assert destroyed_in == []
    QtCore.QCoreApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete)
    wait_until(lambda: destroyed_in == [threading.get_ident()])
    for thread in own_threads() - before:
        thread.join(20)
    assert not own_threads() - before


def test_three_hundred_forgotten_at_work_leave_no_thread(qapp: Any, site: Any) -> None:
    gc.collect()
    before = own_threads()
    sg = site.connect()
    for turn in range(300):
        retriever = ShotgunDataRetriever(None, sg)
        retriever.start()
        retriever.execute_find("Shot", [["id", "is", 1]], ["code"])
        if turn % 3 == 0:
            retriever.stop()
        elif turn % 3 == 1:
            retriever.deleteLater()
        retriever.cycle_of_an_app = retriever if turn % 2 else None
        del retriever
        qapp.processEvents()
    collector = threading.Thread(target=gc.collect)
    collector.start()
    collector.join()
    QtCore.QCoreApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete)
    for thread in own_threads() - before:
        thread.join(20)
    assert not own_threads() - before
