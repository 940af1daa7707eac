"""Managers that are not ours: an app's mock, and one of an app's own with the same interface."""

from __future__ import annotations

import threading
from typing import Any, Callable
from unittest.mock import Mock

import pytest

from shotgun_data import BackgroundTaskManager, TankError
from shotgun_data.demo.site.faults import Fault, Stall, Status

from .gate import Gate
from .production import downloads, picture, upload
from .waiting import Outcomes, settle, wait_for_the_site, wait_until

MOCKS: list[Callable[[], Mock]] = [Mock, lambda: Mock(spec=BackgroundTaskManager)]


@pytest.mark.parametrize("mock", MOCKS)
def test_a_mock_will_do(make_retriever: Any, qapp: Any, site: Any, mock: Callable[[], Mock]) -> None:
    manager = mock()
    retriever = make_retriever(start=False, manager=manager)
    outcomes = Outcomes(retriever)
    retriever.start()
    manager.start_processing.assert_called_once_with()
    uids = [
        retriever.execute_find("Shot", []),
        retriever.get_schema(),
        retriever.execute_method(lambda sg: None),
        retriever.request_thumbnail(*picture(site)),
        retriever.request_thumbnail_source("Shot", 1),
        retriever.request_attachment({}),
    ]
    assert all(type(uid) is str and uid for uid in uids)
    assert len(set(uids)) == manager.add_task.call_count == 6
    retriever.stop_work(uids[0])
    retriever.set_priority(uids[1], 7)
    retriever.clear()
    retriever.stop()
    retriever.stop()
    with pytest.raises(TankError):
        retriever.execute_find("Shot", [])
    settle(qapp)
    assert outcomes.all == []
    assert not manager.stop_all_tasks.called  # others may be using it
    assert not manager.shut_down.called


class StudioManager:
    """The least that a task manager of an app's own has; one thread for each task.

    :param here: run each task at once in the thread that adds it, as an app's tests like it.
    """

    def __init__(self, here: bool = False) -> None:
        self._here = here
        self._lock = threading.Lock()
        self._number = 0
        self._started = here
        self._waiting: dict[int, tuple[Callable[[], Any], Any]] = {}
        self.threads: list[threading.Thread] = []

    def next_group_id(self) -> int:
        with self._lock:
            self._number += 1
            return self._number

    def start_processing(self) -> None:
        with self._lock:
            self._started = True
            due, self._waiting = list(self._waiting.values()), {}
        for task, _ in due:
            self._run(task)

    def add_task(self, cbl: Callable[[], Any], priority: Any = None, group: Any = None) -> int:
        number = self.next_group_id()
        with self._lock:
            if not self._started:
                self._waiting[number] = (cbl, group)
                return number
        self._run(cbl)
        return number

    def _run(self, task: Callable[[], Any]) -> None:
        if self._here:
            task()
            return
        thread = threading.Thread(target=task, daemon=True)
        self.threads.append(thread)
        thread.start()

    def stop_task(self, task_id: int, stop_upstream: bool = True, stop_downstream: bool = True) -> None:
        with self._lock:
            self._waiting.pop(task_id, None)

    def stop_task_group(self, group: int, stop_upstream: bool = True, stop_downstream: bool = True) -> None:
        with self._lock:
            self._waiting = {number: task for number, task in self._waiting.items() if task[1] != group}


@pytest.mark.parametrize("here", [False, True], ids=["in threads", "in the calling thread"])
def test_a_manager_of_an_apps_own_runs_everything(
    site: Any, make_retriever: Any, qapp: Any, tmp_path: Any, here: bool
) -> None:
    (tmp_path / "a.txt").write_text("a")
    entity, wanted = upload(site, tmp_path / "a.txt"), picture(site)
    retriever = make_retriever(manager=StudioManager(here))
    outcomes = Outcomes(retriever)
    uids = {
        "find": retriever.execute_find("Shot", [], ["code"]),
        "find_one": retriever.execute_find_one("Shot", []),
        "schema": retriever.get_schema(),
        "method": retriever.execute_method(lambda sg, n: n, 1),
        "nav_search_entity": retriever.execute_nav_search_entity("/", {"type": "Project", "id": 1}),
        "failure": retriever.execute_find("Nope", []),
        "download_thumbnail": retriever.request_thumbnail(*wanted, load_image=True),
        "download_attachment": retriever.request_attachment(entity),
    }
    assert outcomes.all == []  # not before the calls have returned
    outcomes.wait(*uids.values())
    for kind, uid in uids.items():
        assert [said for said, _ in outcomes.of(uid)] == [kind]
    image = outcomes.of(uids["download_thumbnail"])[0][1]["image"]
    assert image.width() == 480
    assert outcomes.one(retriever.request_thumbnail(*wanted))[0] == "check_thumbnail"
    retriever.stop()
    with pytest.raises(TankError):
        retriever.execute_find("Shot", [])


@pytest.mark.parametrize("here", [False, True], ids=["in threads", "in the calling thread"])
def test_there_too_a_read_is_tried_again(site: Any, make_retriever: Any, here: bool) -> None:
    retriever = make_retriever(manager=StudioManager(here))
    outcomes = Outcomes(retriever)
    site.faults.add(Fault(Status(503), method_name="read", times=2))
    site.faults.add(Fault(Status(503), media=True, times=1))
    assert outcomes.one(retriever.execute_find("Shot", []))[0] == "find"
    assert outcomes.one(retriever.request_thumbnail(*picture(site)))[0] == "download_thumbnail"


def test_there_too_one_download_serves_all(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(manager=StudioManager())
    outcomes = Outcomes(retriever)
    site.faults.add(Fault(Stall(after=0), media=True))
    wanted = picture(site)
    uids = [retriever.request_thumbnail(*wanted) for _ in range(5)]
    wait_for_the_site(lambda: site.faults.stalled)
    retriever.stop_work(uids[0])
    site.faults.release()
    outcomes.wait(*uids[1:])
    assert outcomes.of(uids[0]) == []
    assert downloads(site) == 1


def test_there_too_requests_wait_for_start_and_can_be_taken_back(make_retriever: Any, qapp: Any) -> None:
    manager = StudioManager()
    retriever = make_retriever(start=False, manager=manager)
    outcomes = Outcomes(retriever)
    ran: list[str] = []
    retriever.execute_method(lambda sg: ran.append("cleared"))
    retriever.clear()
    retriever.stop_work(retriever.execute_method(lambda sg: ran.append("stopped")))
    kept = retriever.execute_method(lambda sg: ran.append("kept"))
    assert (ran, manager.threads) == ([], [])
    retriever.start()
    outcomes.wait(kept)
    assert ran == ["kept"]


def test_there_too_stop_blocks_for_what_runs(make_retriever: Any, qapp: Any) -> None:
    retriever = make_retriever(manager=StudioManager())
    outcomes = Outcomes(retriever)
    gate = Gate()
    retriever.execute_method(gate)
    gate.wait_until_entered()
    gate.release_soon()
    retriever.stop()
    assert gate.ended == 1
    settle(qapp)
    assert outcomes.all == []


def test_there_too_stop_may_be_called_in_a_slot(make_retriever: Any, qapp: Any) -> None:
    retriever = make_retriever(manager=StudioManager())
    stopped: list[str] = []
    retriever.work_completed.connect(lambda uid, *_: (retriever.stop(), stopped.append(uid)))
    uids = [retriever.execute_method(lambda sg: None) for _ in range(3)]
    wait_until(lambda: stopped)
    settle(qapp)
    assert len(stopped) == 1
    assert set(stopped) <= set(uids)


def test_there_too_stop_may_be_called_in_a_worker(make_retriever: Any) -> None:
    retriever = make_retriever(manager=StudioManager())
    stopped = threading.Event()
    retriever.execute_method(lambda sg: (retriever.stop(), stopped.set()))
    assert stopped.wait(20)
