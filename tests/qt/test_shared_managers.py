"""Retrievers that share a task manager, with one another and with an app's own tasks."""

from __future__ import annotations

from typing import Any

import pytest

from shotgun_data import Settings, TankError
from shotgun_data.demo.site.faults import Fault, Stall

from .gate import Gate
from .production import downloads, picture
from .waiting import Outcomes, TaskSignals, settle, wait_for_the_site

pytestmark = pytest.mark.usefixtures("each_transport")


@pytest.fixture
def sg(site: Any) -> Any:
    return site.connect()


def test_a_manager_that_is_processing_runs_requests_before_start(make_retriever: Any, manager: Any, site: Any) -> None:
    retriever = make_retriever(start=False, manager=manager)
    outcomes = Outcomes(retriever)
    assert outcomes.one(retriever.execute_find_one("Shot", []))[0] == "find_one"
    assert outcomes.one(retriever.request_thumbnail(*picture(site)))[0] == "download_thumbnail"


def test_a_manager_that_is_not_processing_begins_with_start(make_retriever: Any, make_manager: Any) -> None:
    manager = make_manager(False)
    retriever = make_retriever(start=False, manager=manager)
    outcomes, signals = Outcomes(retriever), TaskSignals(manager)
    uid, task = retriever.execute_method(lambda sg: None), manager.add_task(int)
    retriever.start()
    outcomes.wait(uid)
    signals.wait(task)


def test_requests_are_no_tasks_of_the_managers_signals(make_retriever: Any, manager: Any, qapp: Any) -> None:
    retriever = make_retriever(manager=manager)
    outcomes, signals = Outcomes(retriever), TaskSignals(manager)
    outcomes.one(retriever.execute_find("Shot", []))
    settle(qapp)
    assert signals.all == []


def test_stopping_one_retriever_leaves_the_other_and_the_tasks(
    make_retriever: Any, manager: Any, sg: Any, site: Any
) -> None:
    one, other = make_retriever(manager=manager, sg=sg), make_retriever(manager=manager, sg=sg)
    heard, signals = Outcomes(other), TaskSignals(manager)
    silent = Outcomes(one)
    gate = Gate()
    uid, task = other.execute_method(gate), manager.add_task(gate)
    one.execute_find("Shot", [])
    one.request_thumbnail(*picture(site))
    one.stop()
    gate.release()
    heard.wait(uid)
    signals.wait(task)
    assert heard.one(other.execute_find_one("Shot", []))[0] == "find_one"
    assert heard.one(other.request_thumbnail(*picture(site)))[0].endswith("_thumbnail")
    signals.wait(manager.add_task(int))
    assert silent.all == []
    with pytest.raises(TankError, match="stopped"):
        one.start()


def test_stopping_one_of_two_that_share_a_download_leaves_it_to_the_other(
    make_retriever: Any, make_manager: Any, sg: Any, site: Any
) -> None:
    manager = make_manager(settings=Settings(disk_threads=1))  # so that look-ups go in their order
    one, other = make_retriever(manager=manager, sg=sg), make_retriever(manager=manager, sg=sg)
    silent, heard = Outcomes(one), Outcomes(other)
    site.faults.add(Fault(Stall(after=100), media=True))
    wanted = picture(site)
    one.request_thumbnail(*wanted)
    wait_for_the_site(lambda: site.faults.stalled)
    uid = other.request_thumbnail(*wanted)
    heard.one(other.request_thumbnail(None, "Shot", 1, "image"))  # by now it has joined the download
    one.stop()
    site.faults.release()
    assert heard.one(uid)[0] == "download_thumbnail"
    assert silent.all == []
    assert downloads(site) == 1


def test_clear_of_one_leaves_the_other(make_retriever: Any, make_manager: Any, sg: Any) -> None:
    manager = make_manager(max_threads=1)
    one, other = make_retriever(manager=manager, sg=sg), make_retriever(manager=manager, sg=sg)
    silent, heard = Outcomes(one), Outcomes(other)
    gate = Gate()
    held = manager.add_task(gate)
    gate.wait_until_entered()
    one.execute_method(lambda sg: None)
    uid = other.execute_method(lambda sg: None)
    one.clear()
    gate.release()
    heard.wait(uid)
    TaskSignals(manager).wait(manager.add_task(int))
    assert (silent.all, bool(held)) == ([], True)


def test_stop_work_knows_only_ones_own_requests(make_retriever: Any, manager: Any, sg: Any) -> None:
    one, other = make_retriever(manager=manager, sg=sg), make_retriever(manager=manager, sg=sg)
    heard = Outcomes(other)
    uid = other.execute_method(lambda sg: None)
    one.stop_work(uid)
    heard.wait(uid)


def test_stop_all_tasks_silences_the_requests_too(make_retriever: Any, manager: Any, qapp: Any, site: Any) -> None:
    retriever = make_retriever(manager=manager)
    outcomes = Outcomes(retriever)
    gate = Gate()
    for _ in range(20):
        retriever.execute_method(gate)
    gate.wait_until_entered()
    site.faults.add(Fault(Stall(after=0), media=True))
    retriever.request_thumbnail(*picture(site))
    wait_for_the_site(lambda: site.faults.stalled)
    manager.stop_all_tasks()
    gate.release()
    after = retriever.execute_method(lambda sg: "after")
    assert outcomes.one(after)[1] == {"return_value": "after"}
    settle(qapp)
    assert outcomes.uids == [after]


def test_pausing_the_manager_holds_requests_back(make_retriever: Any, manager: Any, qapp: Any, site: Any) -> None:
    retriever = make_retriever(manager=manager)
    outcomes = Outcomes(retriever)
    outcomes.one(retriever.execute_method(lambda sg: None))
    manager.pause_processing()
    uid, thumbnail = retriever.execute_method(lambda sg: None), retriever.request_thumbnail(*picture(site))
    other = make_retriever()
    Outcomes(other).one(other.execute_method(lambda sg: None))
    assert not outcomes.of(uid)
    assert not outcomes.of(thumbnail)
    manager.start_processing()
    outcomes.wait(uid, thumbnail)


def test_a_manager_that_was_shut_down_takes_no_requests(make_retriever: Any, manager: Any, qapp: Any) -> None:
    retriever = make_retriever(manager=manager)
    outcomes = Outcomes(retriever)
    gate = Gate()
    retriever.execute_method(gate)
    gate.wait_until_entered()
    gate.release_soon()
    manager.shut_down()
    assert gate.ended == 1
    with pytest.raises(TankError):
        retriever.execute_find("Shot", [])
    assert retriever.request_thumbnail_source("Shot", 1) is None
    retriever.stop()
    settle(qapp)
    assert outcomes.all == []


def test_connections_are_shared_by_those_who_share_manager_and_site(
    make_retriever: Any, make_manager: Any, sg: Any
) -> None:
    manager = make_manager(max_threads=1)
    retrievers = [make_retriever(manager=manager, sg=sg) for _ in range(3)]
    clones = [Outcomes(one).one(one.execute_method(lambda sg: sg))[1]["return_value"] for one in retrievers]
    assert len({id(clone) for clone in clones}) == 1
    retrievers[0].stop()
    (left,) = {id(clones[0])}
    again = Outcomes(retrievers[1]).one(retrievers[1].execute_method(lambda sg: sg))[1]["return_value"]
    assert id(again) == left
