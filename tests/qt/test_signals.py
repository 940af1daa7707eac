"""Where and when the signals come: threads, nested event loops, requests from everywhere, dicts of one's own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, Callable

import pytest

from shotgun_data import Settings, ShotgunDataRetriever
from shotgun_data.demo.site.faults import Fault, Stall
from shotgun_data.qt.binding import QtCore

from .gate import Gate
from .production import downloads, picture
from .waiting import Outcomes, settle, wait_for_the_site, wait_until


@pytest.fixture
def outcomes(retriever: Any) -> Outcomes:
    return Outcomes(retriever)


# -- threads --------------------------------------------------------------------------------------------


def test_signals_come_in_the_retrievers_own_thread(site: Any, retriever: Any) -> None:
    threads: list[int] = []
    retriever.work_completed.connect(lambda *_: threads.append(threading.get_ident()))
    retriever.work_failure.connect(lambda *_: threads.append(threading.get_ident()))
    retriever.execute_find("Shot", [])
    retriever.execute_find("Nope", [])
    retriever.request_thumbnail(*picture(site))
    wait_until(lambda: len(threads) == 3)
    assert set(threads) == {threading.get_ident()}


class Elsewhere:
    """A thread with an event loop, and a way to run something in it."""

    def __init__(self) -> None:
        self.thread = QtCore.QThread()
        self.ready = threading.Event()
        self.ident = 0
        self.thread.started.connect(lambda: self._note(), QtCore.Qt.ConnectionType.DirectConnection)
        self.thread.start()
        assert self.ready.wait(20)

    def _note(self) -> None:
        self.ident = threading.get_ident()
        self.ready.set()

    def end(self) -> None:
        self.thread.quit()
        assert self.thread.wait(20_000)


@pytest.fixture
def elsewhere(qapp: Any) -> Iterator[Elsewhere]:
    thread = Elsewhere()
    yield thread
    thread.end()


def test_a_retriever_that_was_moved_delivers_in_its_new_thread(
    site: Any, make_retriever: Any, elsewhere: Elsewhere
) -> None:
    retriever = make_retriever(start=False)
    said: list[tuple[str, int]] = []
    arrived = threading.Event()

    def slot(uid: str, kind: str, data: Any) -> None:
        said.append((kind, threading.get_ident()))
        if len(said) == 3:
            arrived.set()

    retriever.work_completed.connect(slot, QtCore.Qt.ConnectionType.DirectConnection)
    retriever.moveToThread(elsewhere.thread)
    retriever.execute_find("Shot", [])
    retriever.start()
    retriever.execute_find_one("Shot", [])
    retriever.request_thumbnail(*picture(site))
    assert arrived.wait(20)
    assert sorted(kind for kind, _ in said) == ["download_thumbnail", "find", "find_one"]
    assert {thread for _, thread in said} == {elsewhere.ident}
    retriever.stop()


def test_many_outcomes_reach_a_retriever_that_was_moved(make_retriever: Any, elsewhere: Elsewhere) -> None:
    """More than one turn of its event loop can take: the next turn belongs to the new thread too."""
    retriever = make_retriever(delivery_budget=1e-6)
    threads: list[int] = []
    arrived = threading.Event()

    def slot(*_: Any) -> None:
        threads.append(threading.get_ident())
        if len(threads) == 200:
            arrived.set()

    retriever.work_completed.connect(slot, QtCore.Qt.ConnectionType.DirectConnection)
    retriever.moveToThread(elsewhere.thread)
    for n in range(200):
        retriever.execute_method(lambda sg, n: n, n)
    assert arrived.wait(20)
    assert set(threads) == {elsewhere.ident}
    retriever.stop()


def test_requests_may_be_made_from_any_thread(retriever: Any, outcomes: Any) -> None:
    uids: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: uids.extend(retriever.execute_method(lambda sg, n: n, n) for n in range(50))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes.wait(*uids)
    assert len(set(uids)) == len(outcomes.uids) == 200
    assert set(outcomes.threads) == {QtCore.QThread.currentThread()}


def test_requests_may_be_stopped_and_cleared_from_any_thread(make_retriever: Any) -> None:
    retriever = make_retriever(max_threads=1)
    outcomes = Outcomes(retriever)
    gate = Gate()
    running = retriever.execute_method(gate)
    gate.wait_until_entered()
    waiting = [retriever.execute_method(lambda sg: None) for _ in range(3)]
    threads = [
        threading.Thread(target=retriever.stop_work, args=(waiting[0],)),
        threading.Thread(target=retriever.clear),
    ]
    for thread in threads:
        thread.start()
        thread.join()
    gate.release()
    after = retriever.execute_method(lambda sg: None)
    outcomes.wait(after)
    assert outcomes.uids == [running, after]


# -- slots ----------------------------------------------------------------------------------------------


def test_a_slot_may_make_requests_and_stop_others(make_retriever: Any, qapp: Any) -> None:
    retriever = make_retriever(max_threads=1)
    outcomes = Outcomes(retriever)
    chain: list[str] = []

    def slot(uid: str, kind: str, data: Any) -> None:
        if len(chain) < 5:
            chain.append(retriever.execute_find_one("Shot", [], ["code"]))
            retriever.stop_work(retriever.execute_find_one("Shot", []))

    retriever.work_completed.connect(slot)
    first = retriever.execute_find_one("Shot", [])
    wait_until(lambda: len(chain) == 5 and chain[-1] in outcomes.uids)
    settle(qapp)
    assert outcomes.uids == [first, *chain]


def test_delivery_goes_on_in_a_nested_event_loop(retriever: Any, outcomes: Any) -> None:
    """A message box in a slot: the other results, and new ones, arrive behind it."""
    inner: list[str] = []
    loops: list[str] = []

    def slot(uid: str, kind: str, data: Any) -> None:
        if loops:
            return
        loops.append(uid)
        inner.append(retriever.execute_find_one("Shot", []))
        wait_until(lambda: len(outcomes.all) == 11 and inner[0] in outcomes.uids)

    retriever.work_completed.connect(slot)
    for n in range(10):
        retriever.execute_method(lambda sg, n: n, n)
    wait_until(lambda: len(outcomes.all) == 11)
    assert len(set(outcomes.uids)) == 11


def test_an_exception_in_a_slot_does_not_stop_delivery(
    retriever: Any, outcomes: Any, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("sys.excepthook", lambda kind, error, trace: seen.append(str(error)))

    def broken(*_: Any) -> None:
        raise ValueError("the app's own")

    retriever.work_completed.connect(broken)
    uids = [retriever.execute_method(lambda sg: None) for _ in range(20)]
    outcomes.wait(*uids)
    assert seen == ["the app's own"] * 20
    capfd.readouterr()


def test_a_slot_with_fewer_arguments_connects(retriever: Any) -> None:
    got: list[str] = []

    class Receiver(QtCore.QObject):
        @QtCore.Slot(str)
        def completed(self, uid: str) -> None:
            got.append(uid)

    receiver = Receiver()
    retriever.work_completed.connect(receiver.completed)
    retriever.work_completed.connect(lambda: got.append("none"))
    uid = retriever.execute_method(lambda sg: None)
    wait_until(lambda: len(got) == 2)
    assert set(got) == {uid, "none"}


def test_both_signals_are_real_signals_of_the_meta_object(retriever: Any) -> None:
    meta = retriever.metaObject()
    names = {bytes(meta.method(n).name().data()).decode() for n in range(meta.methodCount())}
    assert {"work_completed", "work_failure"} <= names
    spy: list[Any] = []
    retriever.work_completed[str, str, object].connect(lambda *args: spy.append(args))
    uid = retriever.execute_method(lambda sg: {"rows": 2**70})
    wait_until(lambda: spy)
    assert spy == [(uid, "method", {"return_value": {"rows": 2**70}})]


def test_the_payload_is_handed_over_and_not_copied(retriever: Any) -> None:
    rows = [{"id": n} for n in range(10)]
    got: list[Any] = []
    retriever.work_completed.connect(lambda uid, kind, data: got.append(data))
    retriever.execute_method(lambda sg: rows)
    wait_until(lambda: got)
    assert got[0]["return_value"] is rows


# -- not before the call has returned -------------------------------------------------------------------


@pytest.mark.parametrize("found", [False, True])
def test_nothing_is_emitted_before_the_request_has_returned(site: Any, retriever: Any, qapp: Any, found: bool) -> None:
    wanted = picture(site)
    if found:
        uid = retriever.request_thumbnail(*wanted)
        Outcomes(retriever).wait(uid)
    known: set[str] = set()
    early: list[str] = []
    retriever.work_completed.connect(lambda uid, *_: uid in known or early.append(uid))
    retriever.work_failure.connect(lambda uid, *_: uid in known or early.append(uid))
    outcomes = Outcomes(retriever)
    requests: list[Callable[[], str]] = [
        lambda: retriever.request_thumbnail(*wanted),
        lambda: retriever.request_thumbnail(None, "Shot", 1, "image"),
        lambda: retriever.execute_method(lambda sg: None),
        lambda: retriever.execute_find(),
        lambda: retriever.request_attachment({}),
    ]
    for request in requests * 10:
        known.add(request())
    outcomes.wait(*known)
    assert early == []


# -- one download for all -------------------------------------------------------------------------------


def test_ten_views_of_one_thumbnail_are_one_download_and_ten_dicts(
    site: Any, make_retriever: Any, manager: Any
) -> None:
    sg = site.connect()
    retrievers = [make_retriever(sg=sg, manager=manager) for _ in range(2)]
    heard = [Outcomes(retriever) for retriever in retrievers]
    site.faults.add(Fault(Stall(after=0), media=True))
    wanted = picture(site)
    uids = [[retriever.request_thumbnail(*wanted, load_image=True) for _ in range(5)] for retriever in retrievers]
    wait_for_the_site(lambda: site.faults.stalled)
    site.faults.release()
    for outcomes, mine in zip(heard, uids):
        outcomes.wait(*mine)
    assert downloads(site) == 1
    every = [data for outcomes in heard for _, _, data in outcomes.all]
    assert len(every) == len({id(data) for data in every}) == 10
    assert len({data["thumb_path"] for data in every}) == 1
    every[0].clear()  # an app may do what it likes with its own
    assert all(set(data) == {"thumb_path", "image"} for data in every[1:])


def test_stopping_one_of_ten_leaves_the_other_nine(site: Any, retriever: Any, outcomes: Any, qapp: Any) -> None:
    site.faults.add(Fault(Stall(after=100), media=True))
    wanted = picture(site)
    uids = [retriever.request_thumbnail(*wanted) for _ in range(10)]
    wait_for_the_site(lambda: site.faults.stalled)
    retriever.stop_work(uids[0])
    site.faults.release()
    outcomes.wait(*uids[1:])
    settle(qapp)
    assert sorted(outcomes.uids) == sorted(uids[1:])
    assert downloads(site) == 1


def test_the_last_to_leave_ends_the_download(site: Any, retriever: Any, outcomes: Any, cache_dir: Any) -> None:
    site.faults.add(Fault(Stall(after=100), media=True, times=None))
    wanted = picture(site)
    uids = [retriever.request_thumbnail(*wanted) for _ in range(3)]
    wait_for_the_site(lambda: site.faults.stalled)
    for uid in uids:
        retriever.stop_work(uid)
    retriever.stop()  # blocks until what runs has ended: the answer is still standing still
    assert outcomes.all == []
    assert [path for path in cache_dir.rglob("*") if path.is_file()] == []


def test_a_request_after_the_last_one_left_begins_a_download_of_its_own(
    site: Any, retriever: Any, outcomes: Any
) -> None:
    site.faults.add(Fault(Stall(after=100), media=True, times=1))
    wanted = picture(site)
    uid = retriever.request_thumbnail(*wanted)
    wait_for_the_site(lambda: site.faults.stalled)
    retriever.stop_work(uid)
    again = retriever.request_thumbnail(*wanted)
    assert outcomes.one(again)[0] == "download_thumbnail"
    assert outcomes.of(uid) == []


# -- a QObject of the host's ----------------------------------------------------------------------------


def test_a_retriever_made_in_another_thread_delivers_there(site: Any, elsewhere: Elsewhere, cache_dir: Any) -> None:
    said: list[tuple[str, int]] = []
    arrived = threading.Event()
    kept: list[Any] = []

    class Maker(QtCore.QObject):
        make = QtCore.Signal()
        end = QtCore.Signal()

        def __init__(self) -> None:
            super().__init__()
            self.make.connect(self._make)
            self.end.connect(self._end, QtCore.Qt.ConnectionType.BlockingQueuedConnection)

        @QtCore.Slot()
        def _make(self) -> None:
            retriever = ShotgunDataRetriever(None, site.connect(), settings=Settings(cache_dir=cache_dir))
            kept.append(retriever)
            retriever.work_completed.connect(self._said, QtCore.Qt.ConnectionType.DirectConnection)
            retriever.start()
            retriever.execute_find_one("Shot", [])

        def _said(self, uid: str, kind: str, data: Any) -> None:
            said.append((kind, threading.get_ident()))
            arrived.set()

        @QtCore.Slot()
        def _end(self) -> None:
            kept.pop().stop()

    maker = Maker()
    maker.moveToThread(elsewhere.thread)
    maker.make.emit()
    assert arrived.wait(20)
    assert said == [("find_one", elsewhere.ident)]
    maker.end.emit()
