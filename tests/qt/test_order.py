"""What goes first."""

from __future__ import annotations

import functools
from typing import Any

from shotgun_data import requests
from shotgun_data.demo.site.faults import Fault, Stall

from .gate import Gate
from .production import picture, upload
from .waiting import Outcomes, TaskSignals, wait_for_the_site


def test_requests_wait_before_start(make_retriever: Any, site: Any, qapp: Any) -> None:
    retriever = make_retriever(start=False)
    outcomes = Outcomes(retriever)
    uids = [retriever.execute_find("Shot", []), retriever.request_thumbnail(*picture(site))]
    other = make_retriever()
    site.calls.clear()
    Outcomes(other).one(other.execute_method(lambda sg: None))
    assert outcomes.all == []
    assert not site.calls.requests()
    retriever.start()
    retriever.start()  # a second one does nothing
    outcomes.wait(*uids)


def test_the_schema_goes_before_api_calls_which_go_in_their_order(make_retriever: Any) -> None:
    retriever = make_retriever(start=False, max_threads=1)
    outcomes = Outcomes(retriever)
    first = [
        retriever.execute_find("Shot", [], limit=1),
        retriever.execute_method(lambda sg: None),
        retriever.execute_find_one("Shot", []),
        retriever.execute_nav_expand("/"),
        retriever.execute_find("Task", [], limit=1),
    ]
    schema = retriever.get_schema()
    retriever.start()
    outcomes.wait(schema, *first)
    assert outcomes.uids == [schema, *first]


def test_tasks_of_a_shared_manager_take_their_place_among_the_requests(make_manager: Any, make_retriever: Any) -> None:
    manager = make_manager(False, max_threads=1)
    retriever = make_retriever(start=False, manager=manager)
    order: list[str] = []
    signals = TaskSignals(manager)
    outcomes = Outcomes(retriever)
    uid = retriever.execute_method(lambda sg: order.append("call"))
    tasks = [
        manager.add_task(functools.partial(order.append, name), priority=priority)
        for name, priority in [
            ("none", None),
            ("above", requests.API_CALL + 1),
            ("same, but later", requests.API_CALL),
            ("below", requests.API_CALL - 1),
        ]
    ]
    manager.start_processing()
    outcomes.wait(uid)
    signals.wait(*tasks)
    assert order == ["above", "call", "same, but later", "below", "none"]


def test_what_is_on_disk_comes_before_a_site_that_is_slow(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(max_threads=1, transfer_threads=1, disk_threads=1)
    outcomes = Outcomes(retriever)
    cached = picture(site)
    outcomes.one(retriever.request_thumbnail(*cached))
    gate = Gate()
    held = retriever.execute_method(gate)
    site.faults.add(Fault(Stall(after=0), media=True))
    slow = retriever.request_thumbnail(*picture(site, 2))
    wait_for_the_site(lambda: site.faults.stalled)
    found = retriever.request_thumbnail(*cached)
    assert outcomes.one(found)[0] == "check_thumbnail"
    assert outcomes.of(held) == outcomes.of(slow) == []
    gate.release()
    site.faults.release()
    outcomes.wait(held, slow)


def test_a_find_does_not_wait_for_downloads(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(max_threads=1, transfer_threads=1)
    outcomes = Outcomes(retriever)
    site.faults.add(Fault(Stall(after=0), media=True))
    slow = [retriever.request_thumbnail(*picture(site, shot_id)) for shot_id in (1, 2, 3)]
    wait_for_the_site(lambda: site.faults.stalled)
    assert outcomes.one(retriever.execute_find_one("Shot", []))[0] == "find_one"
    assert not any(outcomes.of(uid) for uid in slow)
    site.faults.release()
    outcomes.wait(*slow)


def test_attachments_are_downloaded_before_thumbnails(site: Any, make_retriever: Any, tmp_path: Any) -> None:
    (tmp_path / "a.txt").write_text("a")
    entity = upload(site, tmp_path / "a.txt")
    # With a transport that carries many at once, thumbnails and attachments do not wait for one another.
    retriever = make_retriever(transfer_threads=1, disk_threads=1, transport="urllib3")
    outcomes = Outcomes(retriever)
    cached = picture(site, 4)
    outcomes.one(retriever.request_thumbnail(*cached))
    site.faults.add(Fault(Stall(after=0), media=True))
    holding = retriever.request_thumbnail(*picture(site, 3))
    wait_for_the_site(lambda: site.faults.stalled)
    thumbnails = [retriever.request_thumbnail(*picture(site, shot_id)) for shot_id in (1, 2)]
    attachment = retriever.request_attachment(entity)
    # All three are in the queue of downloads once what was looked up after them was: one disk thread, in order.
    outcomes.one(retriever.request_thumbnail(*cached))
    site.faults.release()
    outcomes.wait(holding, attachment, *thumbnails)
    assert outcomes.uids[2:] == [holding, attachment, *thumbnails]


def test_a_request_can_be_moved_to_the_front(make_retriever: Any, site: Any) -> None:
    retriever = make_retriever(start=False, max_threads=1)
    outcomes = Outcomes(retriever)
    uids = [retriever.execute_method(lambda sg: None) for _ in range(4)]
    retriever.set_priority(uids[-1], requests.API_CALL + 5)
    retriever.set_priority("no such uid", 5)
    retriever.start()
    outcomes.wait(*uids)
    assert outcomes.uids == [uids[-1], *uids[:-1]]


def test_statistics_count_what_became_of_the_requests(make_retriever: Any, site: Any) -> None:
    retriever = make_retriever(start=False)
    outcomes = Outcomes(retriever)
    uids = [
        retriever.execute_find_one("Shot", []),
        retriever.execute_find("Nope", []),
        retriever.request_thumbnail(*picture(site)),
    ]
    retriever.stop_work(retriever.execute_find("Shot", []))
    before = retriever.statistics
    assert (before.waiting, before.running, before.stopped) == (3, 0, 1)
    retriever.start()
    outcomes.wait(*uids)
    outcomes.one(retriever.request_thumbnail(*picture(site)))
    after = retriever.statistics
    assert (after.waiting, after.running, after.completed, after.failed, after.stopped) == (0, 0, 3, 1, 1)
    assert (after.found, after.downloaded) == (1, 1)
    assert f"127.0.0.1:{site.port}" in repr(retriever)
    assert "completed=3" in repr(retriever)
