"""start, clear, stop_work, stop; and a QObject in full: parents, deleteLater, blockSignals, disconnecting."""

from __future__ import annotations

import gc
import threading
from pathlib import Path
from typing import Any

import pytest

from shotgun_data import Settings, ShotgunDataRetriever, TankError
from shotgun_data.demo.site.faults import Fault, Slow, Stall
from shotgun_data.qt.binding import QtCore, QtWidgets

from .gate import Gate
from .production import picture, upload
from .waiting import Outcomes, settle, wait_for_the_site, wait_until

pytestmark = pytest.mark.usefixtures("each_transport")


@pytest.fixture
def outcomes(retriever: Any) -> Outcomes:
    return Outcomes(retriever)


def files_below(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def slow_download(site: Any, retriever: Any, shot_id: int = 1) -> str:
    """A download that is under way, and will be until it is stopped or the plan of faults is cleared."""
    site.faults.add(Fault(Stall(after=100), media=True))
    uid: str = retriever.request_thumbnail(*picture(site, shot_id))
    wait_for_the_site(lambda: site.faults.stalled)
    return uid


# -- stop -----------------------------------------------------------------------------------------------


def test_stop_blocks_until_what_is_being_processed_has_ended(retriever: Any, outcomes: Any, qapp: Any) -> None:
    gate = Gate()
    retriever.execute_method(gate)
    gate.wait_until_entered()
    gate.release_soon()
    retriever.stop()
    assert gate.ended == 1
    settle(qapp)
    assert outcomes.all == []


def test_stop_drops_what_waits(make_retriever: Any, site: Any, qapp: Any) -> None:
    retriever = make_retriever(max_threads=1)
    outcomes = Outcomes(retriever)
    gate = Gate()
    ran: list[int] = []
    retriever.execute_method(gate)
    gate.wait_until_entered()
    for n in range(10):
        retriever.execute_method(lambda sg, n: ran.append(n), n)
    gate.release_soon()
    retriever.stop()
    settle(qapp)
    assert (ran, outcomes.all) == ([], [])


def test_no_signal_comes_after_stop_for_what_had_ended_already(retriever: Any, outcomes: Any, qapp: Any) -> None:
    ended = threading.Event()
    for _ in range(5):
        retriever.execute_method(lambda sg: None)
    retriever.execute_method(lambda sg: ended.set())
    assert ended.wait(20)  # without running the event loop: the outcomes are on their way
    retriever.stop()
    settle(qapp)
    assert outcomes.all == []


def test_stop_ends_a_download_at_once_and_leaves_no_file(
    site: Any, retriever: Any, outcomes: Any, cache_dir: Path
) -> None:
    slow_download(site, retriever)
    retriever.stop()  # the answer stands still: only an end of its own can end this
    assert outcomes.all == []
    assert files_below(cache_dir) == []


def test_stop_is_final_and_may_be_called_twice(retriever: Any) -> None:
    retriever.stop()
    retriever.stop()
    for _ in range(2):
        with pytest.raises(TankError, match="cannot be started again"):
            retriever.start()
    retriever.clear()
    retriever.stop_work("1")
    assert retriever.statistics.waiting == 0


def test_stop_before_start(make_retriever: Any, qapp: Any) -> None:
    retriever = make_retriever(start=False)
    outcomes = Outcomes(retriever)
    retriever.execute_find("Shot", [])
    retriever.stop()
    with pytest.raises(TankError):
        retriever.start()
    settle(qapp)
    assert outcomes.all == []


def test_stop_in_a_slot(retriever: Any, outcomes: Any, qapp: Any) -> None:
    retriever.work_completed.connect(lambda *_: retriever.stop())
    for _ in range(20):
        retriever.execute_method(lambda sg: None)
    wait_until(lambda: outcomes.all)
    settle(qapp)
    assert len(outcomes.all) == 1


def test_stop_in_a_worker(retriever: Any, outcomes: Any, qapp: Any) -> None:
    stopped = threading.Event()

    def method(sg: Any) -> None:
        retriever.stop()
        stopped.set()

    retriever.execute_method(method)
    assert stopped.wait(20)
    settle(qapp)
    assert outcomes.all == []


def test_stop_in_two_threads_at_once(retriever: Any, qapp: Any) -> None:
    gate = Gate()
    retriever.execute_method(gate)
    gate.wait_until_entered()
    threads = [threading.Thread(target=retriever.stop) for _ in range(2)]
    for thread in threads:
        thread.start()
    gate.release_soon()
    retriever.stop()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert gate.ended == 1


def test_stop_in_closeEvent_with_a_download_under_way(site: Any, qapp: Any, cache_dir: Path) -> None:
    class Panel(QtWidgets.QWidget):
        def __init__(self) -> None:
            super().__init__()
            self.retriever = ShotgunDataRetriever(self, site.connect(), settings=Settings(cache_dir=cache_dir))
            self.outcomes = Outcomes(self.retriever)
            self.retriever.start()

        def closeEvent(self, event: Any) -> None:
            self.retriever.stop()
            event.accept()

    panel = Panel()
    panel.show()
    slow_download(site, panel.retriever)
    panel.retriever.execute_find("Shot", [])
    assert panel.close()
    said = list(panel.outcomes.all)
    settle(qapp)
    assert panel.outcomes.all == said
    panel.deleteLater()
    del panel
    settle(qapp)


def own_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("shotgun-data")}


def test_no_thread_is_left_after_stop(site: Any, make_retriever: Any) -> None:
    before = own_threads()
    retriever = make_retriever()
    outcomes = Outcomes(retriever)
    outcomes.wait(
        *[retriever.execute_method(lambda sg: None) for _ in range(20)], retriever.request_thumbnail(*picture(site))
    )
    assert own_threads() - before
    retriever.stop()
    # Its workers are gone; the one that watches over downloads ends by itself, within a tick of its clock.
    assert {thread.name for thread in own_threads() - before} <= {"shotgun-data-transfers"}
    wait_for_the_site(lambda: not own_threads() - before, seconds=2)


# -- clear ----------------------------------------------------------------------------------------------


def test_clear_drops_what_waits_and_lets_what_runs_speak(make_retriever: Any, qapp: Any, site: Any) -> None:
    retriever = make_retriever(max_threads=1)
    outcomes = Outcomes(retriever)
    gate = Gate()
    running = retriever.execute_method(gate)
    gate.wait_until_entered()
    dropped = [retriever.execute_find("Shot", []), retriever.get_schema()]
    retriever.clear()
    gate.release()
    after = retriever.execute_method(lambda sg: None)
    outcomes.wait(running, after)
    settle(qapp)
    assert outcomes.uids == [running, after]
    assert not set(outcomes.uids) & set(dropped)
    assert site.calls.count("schema_read") == 0


def test_clear_lets_a_download_that_runs_speak_and_drops_those_that_wait(
    site: Any, make_retriever: Any, qapp: Any
) -> None:
    retriever = make_retriever(transfer_threads=1, disk_threads=1)
    outcomes = Outcomes(retriever)
    cached = picture(site, 4)
    outcomes.one(retriever.request_thumbnail(*cached))
    running = slow_download(site, retriever)
    waiting = [retriever.request_thumbnail(*picture(site, 2)), retriever.request_thumbnail(*picture(site, 3))]
    outcomes.one(retriever.request_thumbnail(*cached))  # one disk thread: the other two were looked up before
    retriever.clear()
    site.faults.release()
    outcomes.wait(running)
    settle(qapp)
    assert not any(outcomes.of(uid) for uid in waiting)


def test_clear_before_start(make_retriever: Any) -> None:
    retriever = make_retriever(start=False)
    outcomes = Outcomes(retriever)
    retriever.execute_find("Nope", [])
    retriever.clear()
    uid = retriever.execute_method(lambda sg: None)
    retriever.start()
    outcomes.wait(uid)
    assert outcomes.uids == [uid]


# -- stop_work ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [str, int])
def test_stop_work_takes_back_a_request_that_waits(make_retriever: Any, qapp: Any, kind: Any) -> None:
    retriever = make_retriever(start=False)
    outcomes = Outcomes(retriever)
    ran: list[int] = []
    retriever.stop_work(kind(retriever.execute_method(lambda sg: ran.append(1))))
    left = retriever.execute_method(lambda sg: ran.append(2))
    retriever.start()
    outcomes.wait(left)
    settle(qapp)
    assert (ran, outcomes.uids) == ([2], [left])


def test_stop_work_silences_a_request_that_runs(retriever: Any, outcomes: Any, qapp: Any) -> None:
    gate = Gate()
    uid = retriever.execute_method(gate)
    gate.wait_until_entered()
    retriever.stop_work(uid)
    gate.release()
    outcomes.one(retriever.execute_method(lambda sg: None))
    settle(qapp)
    assert outcomes.of(uid) == []


def test_stop_work_silences_a_request_that_has_just_ended(retriever: Any, outcomes: Any, qapp: Any) -> None:
    ended = threading.Event()
    uid = retriever.execute_method(lambda sg: ended.set())
    assert ended.wait(20)
    retriever.stop_work(uid)
    outcomes.one(retriever.execute_method(lambda sg: None))
    assert outcomes.of(uid) == []


def test_stop_work_ends_a_download_at_its_next_chunk(
    site: Any, make_retriever: Any, cache_dir: Path, tmp_path: Path
) -> None:
    big = tmp_path / "big.bin"
    big.write_bytes(b"x" * 2_000_000)
    retriever = make_retriever(transfer_threads=1)
    outcomes = Outcomes(retriever)
    entity = upload(site, big)
    site.faults.add(Fault(Slow(bytes_per_second=100_000), media=True))
    uid = retriever.request_attachment(entity)
    wait_until(lambda: outcomes.progress)
    retriever.stop_work(uid)
    told = len(outcomes.progress)
    # The one thread for downloads is free long before the twenty seconds are over.
    assert outcomes.one(retriever.request_thumbnail(*picture(site)), seconds=10)[0] == "download_thumbnail"
    assert outcomes.of(uid) == []
    assert len(outcomes.progress) == told
    assert not list(cache_dir.glob("attachments/**/*.bin"))


def test_stop_work_ignores_what_it_does_not_know(retriever: Any, outcomes: Any) -> None:
    uid = retriever.execute_method(lambda sg: None)
    for unknown in (None, "", "no such uid", 0, -1, 10**12, "10000000000"):
        retriever.stop_work(unknown)
    outcomes.one(uid)
    retriever.stop_work(uid)  # over and done with


# -- start ----------------------------------------------------------------------------------------------


def test_a_retriever_without_a_connection_says_what_to_pass(qapp: Any) -> None:
    with pytest.raises(TankError, match=r"sg=shotgun_api3\.Shotgun"):
        ShotgunDataRetriever()
    with pytest.raises(TankError, match=r"sg=shotgun_api3\.Shotgun"):
        ShotgunDataRetriever(None, None, None)


def test_arguments_are_those_of_the_specification(site: Any, qapp: Any, manager: Any) -> None:
    parent = QtCore.QObject()
    retriever = ShotgunDataRetriever(parent, site.connect(), manager)
    assert retriever.parent() is parent
    named = ShotgunDataRetriever(parent=parent, sg=site.connect(), bg_task_manager=manager)
    assert Outcomes(named).one(named.execute_method(lambda sg: 1))[0] == "method"
    retriever.stop()
    named.stop()


# -- a QObject in full ----------------------------------------------------------------------------------


def test_deleteLater_at_work(site: Any, make_retriever: Any, qapp: Any) -> None:
    gate = Gate()
    retriever = ShotgunDataRetriever(None, site.connect())
    retriever.start()
    gone: list[int] = []
    outcomes = Outcomes(retriever)
    retriever.destroyed.connect(lambda *_: gone.append(1))
    for _ in range(20):
        retriever.execute_method(gate)
    slow_download(site, retriever)
    gate.wait_until_entered()
    retriever.deleteLater()
    del retriever
    wait_until(lambda: gone)
    gate.release()
    site.faults.clear()
    other = make_retriever()
    Outcomes(other).one(other.execute_find("Shot", []))
    settle(qapp)
    assert outcomes.all == []


def test_deletion_of_the_parent_at_work(site: Any, make_retriever: Any, qapp: Any) -> None:
    gate = Gate()
    parent = QtWidgets.QWidget()
    retriever = ShotgunDataRetriever(parent, site.connect())
    outcomes = Outcomes(retriever)
    retriever.start()
    retriever.execute_method(gate)
    for _ in range(200):
        retriever.execute_method(lambda sg: None)
    gate.wait_until_entered()
    gone: list[int] = []
    parent.destroyed.connect(lambda *_: gone.append(1))
    parent.deleteLater()
    del parent, retriever
    wait_until(lambda: gone)
    said = len(outcomes.all)
    gate.release()
    other = make_retriever()
    Outcomes(other).one(other.execute_find("Shot", []))
    settle(qapp)
    assert len(outcomes.all) == said


def test_a_retriever_that_is_let_go_of_at_work_harms_nobody(site: Any, make_retriever: Any, qapp: Any) -> None:
    for _ in range(10):
        retriever = ShotgunDataRetriever(None, site.connect(connect=False))
        retriever.start()
        for _ in range(20):
            retriever.execute_find_one("Shot", [])
        del retriever
    gc.collect()
    other = make_retriever()
    Outcomes(other).one(other.execute_find("Shot", []))


def test_blocked_signals_are_not_heard_and_those_after_are(retriever: Any, outcomes: Any, qapp: Any) -> None:
    ended = threading.Event()
    retriever.blockSignals(True)
    unheard = retriever.execute_method(lambda sg: ended.set())
    assert ended.wait(20)
    wait_for_the_site(lambda: retriever.statistics.completed == 1)
    retriever.blockSignals(False)
    heard = retriever.execute_method(lambda sg: None)
    outcomes.wait(heard)
    assert outcomes.of(unheard) == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_signals_may_be_disconnected_around_stop(
    retriever: Any, recwarn: Any, capfd: pytest.CaptureFixture[str], when: str
) -> None:
    def slot(*_: Any) -> None: ...

    retriever.work_completed.connect(slot)
    retriever.work_failure.connect(slot)
    if when == "after":
        retriever.stop()
    retriever.work_completed.disconnect(slot)
    retriever.work_failure.disconnect(slot)
    retriever.stop()
    # The collector may find the sockets of other tests' clients just now.
    assert not [warning for warning in recwarn.list if warning.category is not ResourceWarning]
    assert capfd.readouterr().err == ""


def test_it_is_a_child_of_its_parent_with_a_name(site: Any, qapp: Any) -> None:
    parent = QtCore.QObject()
    retriever = ShotgunDataRetriever(parent, site.connect())
    retriever.setObjectName("data")
    assert parent.findChild(QtCore.QObject, "data") is retriever
    retriever.setParent(None)
    assert retriever.parent() is None
    assert retriever.inherits("QObject")
    retriever.stop()


# -- many -----------------------------------------------------------------------------------------------


def test_three_hundred_lives_leave_no_thread(site: Any, qapp: Any) -> None:
    before = own_threads()
    sg = site.connect()
    for n in range(300):
        retriever = ShotgunDataRetriever(None, sg)
        retriever.start()
        retriever.execute_method(lambda sg: None)
        if n % 3 == 0:
            retriever.stop()
        elif n % 3 == 1:
            retriever.deleteLater()
        del retriever
        if n % 10 == 0:
            settle(qapp)
    settle(qapp)
    wait_for_the_site(lambda: not own_threads() - before)
