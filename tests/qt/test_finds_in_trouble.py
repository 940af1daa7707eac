"""Pages that fail, and finds that are stopped in the middle."""

from __future__ import annotations

import copy
import threading
from typing import Any

import pytest

from shotgun_data.demo.site.faults import Fault, Reset

from .pages import FIND, THIRTY, Pages, connect
from .waiting import Outcomes, settle, wait_for_the_site, wait_until


@pytest.mark.parametrize("page", [1, 3, 5])
def test_a_page_that_fails_for_a_moment_is_tried_again_alone(site: Any, make_retriever: Any, page: int) -> None:
    sg = connect(site)
    wanted = sg.find(*FIND)
    retriever = make_retriever(sg=sg)
    outcomes = Outcomes(retriever)
    with Pages(site) as pages:
        pages.fail(page, 503, 502, 429)
        uid = retriever.execute_find(*FIND)
        assert outcomes.one(uid) == ("find", {"sg": wanted})
    assert pages.asked.count(page) == 4
    assert all(pages.asked.count(other) == 1 for other in range(1, 6) if other != page)
    assert outcomes.rows(uid) == wanted


def test_pages_are_tried_again_each_by_its_own_count(site: Any, make_retriever: Any) -> None:
    sg = connect(site)
    wanted = sg.find(*FIND)
    retriever = make_retriever(sg=sg)
    outcomes = Outcomes(retriever)
    with Pages(site) as pages:
        for page in range(1, 6):
            pages.fail(page, 503, 503, 503)  # fifteen troubles in all, and four attempts for each
        assert outcomes.one(retriever.execute_find(*FIND)) == ("find", {"sg": wanted})


@pytest.mark.parametrize("page", [1, 2, 4])
def test_a_page_that_fails_for_good_fails_the_find_once(site: Any, make_retriever: Any, qapp: Any, page: int) -> None:
    sg = connect(site)
    wanted = sg.find(*FIND)
    retriever = make_retriever(sg=sg)
    outcomes = Outcomes(retriever)
    with Pages(site) as pages:
        pages.fail(page, *[503] * 9)
        uid = retriever.execute_find(*FIND)
        kind, message = outcomes.one(uid)
        assert kind == "failure"
        assert "find on Shot" in message
        assert "503" in message
        pages.hold(lambda page: False)
        wait_until(lambda: (retriever.statistics.running, retriever.statistics.waiting) == (0, 0))
        retriever.stop()  # whatever page was on its way has come by now
    settle(qapp)
    assert len(outcomes.of(uid)) == 1
    assert outcomes.rows(uid) == wanted[: 7 * (page - 1)]
    assert outcomes.late == []
    assert pages.asked.count(page) == 4


def test_all_pages_fail_and_the_find_fails_once(site: Any, make_retriever: Any, qapp: Any) -> None:
    retriever = make_retriever(sg=connect(site), max_attempts=1, pages_at_once=4)
    outcomes = Outcomes(retriever)
    with Pages(site) as pages:
        pages.hold(lambda page: page > 3)
        for page in range(4, 9):
            pages.fail(page, 500)
        uid = retriever.execute_find("Shot", [["id", "less_than", 31]])
        pages.wait(4, 5, 6, 7)
        pages.hold(lambda page: False)
        outcomes.wait(uid)
        retriever.stop()
    settle(qapp)
    assert [kind for kind, _ in outcomes.of(uid)] == ["failure"]


def test_a_page_that_nobody_needs_may_fail(site: Any, make_retriever: Any) -> None:
    """The client would not have asked for it."""
    sg = connect(site)
    wanted = sg.find(*FIND)
    retriever = make_retriever(sg=sg, max_attempts=1)
    outcomes = Outcomes(retriever)
    with Pages(site) as pages:
        pages.hold(lambda page: page == 5)
        for page in (6, 7, 8):
            pages.fail(page, 500)
        uid = retriever.execute_find(*FIND)
        wait_until(lambda: len(outcomes.rows(uid)) == 28)
        wait_for_the_site(lambda: 6 in pages.asked)
        pages.wait(5)
        outcomes.one(retriever.execute_method(lambda sg: None))  # the failures are known by now
        assert outcomes.of(uid) == []
        pages.hold(lambda page: False)
        assert outcomes.one(uid) == ("find", {"sg": wanted})
    assert outcomes.rows(uid) == wanted


def test_what_came_before_a_page_that_fails_is_told_of(site: Any, make_retriever: Any) -> None:
    sg = connect(site)
    wanted = sg.find(*FIND)
    retriever = make_retriever(sg=sg, max_attempts=1, max_threads=2)
    outcomes = Outcomes(retriever)
    with Pages(site) as pages:
        pages.hold(lambda page: page == 2)
        pages.fail(3, 500)
        uid = retriever.execute_find(*FIND)
        wait_for_the_site(lambda: 3 in pages.asked)
        pages.wait(2)
        outcomes.one(retriever.execute_method(lambda sg: None))  # by the thread that has had the failure
        assert outcomes.of(uid) == []
        pages.hold(lambda page: False)
        assert outcomes.one(uid)[0] == "failure"
    assert outcomes.rows(uid) == wanted[:14]
    assert 4 not in pages.asked  # nobody reads on past a page that has failed


def test_a_lost_connection_costs_a_find_nothing(site: Any, make_retriever: Any) -> None:
    sg = connect(site, 3)
    wanted = sg.find(*FIND)
    retriever = make_retriever(sg=sg)
    outcomes = Outcomes(retriever)
    site.faults.add(Fault(Reset(), method_name="read", times=2))
    site.faults.add(Fault(Reset(after=50), method_name="read", times=1))
    uid = retriever.execute_find(*FIND)
    assert outcomes.one(uid) == ("find", {"sg": wanted})
    assert outcomes.rows(uid) == wanted


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((), {}),
        (("Shot",), {}),
        (("Shot", THIRTY), {"no_such": 1}),
        (("Shot", "nonsense"), {}),
        (("Shot", [["code"]]), {}),
        (("Shot", [["nope", "is", 1]]), {}),
        (("Nope", []), {}),
        (("Shot", THIRTY), {"limit": -1}),
        (("Shot", THIRTY), {"page": -1}),
        (("Shot", THIRTY), {"limit": "many"}),
        (("Shot", THIRTY), {"order": [{"no": "field"}]}),
    ],
    ids=str,
)
def test_wrong_arguments_say_what_the_client_says(site: Any, make_retriever: Any, args: Any, kwargs: Any) -> None:
    sg = connect(site)
    try:
        said = ("find", {"sg": sg.find(*copy.deepcopy(args), **copy.deepcopy(kwargs))})
    except Exception as error:
        said = ("failure", str(error))
    retriever = make_retriever(sg=sg)
    outcomes = Outcomes(retriever)
    uid = retriever.execute_find(*args, **kwargs)
    kind, data = outcomes.one(uid)
    assert kind == said[0]
    if kind == "failure":
        assert str(said[1]) in data
        assert outcomes.partial == []
    else:
        assert data == said[1]
        assert outcomes.rows(uid) == data["sg"]


# -- stopping -------------------------------------------------------------------------------------------


def test_a_find_that_is_stopped_frees_its_place(site: Any, make_retriever: Any, qapp: Any) -> None:
    retriever = make_retriever(sg=connect(site, 2), max_threads=4, pages_at_once=4)
    outcomes = Outcomes(retriever)
    with Pages(site) as pages:
        pages.hold(lambda page: page >= 4)
        uid = retriever.execute_find(*FIND)
        pages.wait(4, 5, 6, 7)
        told = len(outcomes.pages(uid))
        calls = [retriever.execute_method(lambda sg: None) for _ in range(4)]
        retriever.stop_work(uid)
        pages.hold(lambda page: False)
        outcomes.wait(*calls)
        wait_until(lambda: (retriever.statistics.running, retriever.statistics.waiting) == (0, 0))
        outcomes.one(retriever.execute_find(*FIND))
        retriever.stop()
    settle(qapp)
    assert outcomes.of(uid) == []
    assert len(outcomes.pages(uid)) == told
    assert sorted(pages.asked[:7]) == [1, 2, 3, 4, 5, 6, 7]


def test_a_find_that_is_stopped_asks_for_nothing_more(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(sg=connect(site, 1), max_threads=2, pages_at_once=4)
    outcomes = Outcomes(retriever)
    with Pages(site) as pages:
        pages.hold(lambda page: page >= 5)
        uid = retriever.execute_find(*FIND)
        wait_for_the_site(lambda: len(pages.there) == 2 and len(outcomes.rows(uid)) == 4)
        # Two more are in the queue.
        retriever.stop_work(uid)
        pages.hold(lambda page: False)
        outcomes.one(retriever.execute_method(lambda sg: None))
        outcomes.one(retriever.execute_method(lambda sg: None))
        retriever.stop()
    assert len(pages.asked) == 6


def test_clear_lets_a_find_complete_that_has_begun(site: Any, make_retriever: Any) -> None:
    sg = connect(site)
    wanted = sg.find(*FIND)
    retriever = make_retriever(sg=sg, max_threads=1)
    outcomes = Outcomes(retriever)
    with Pages(site) as pages:
        pages.hold(lambda page: page == 2)
        uid = retriever.execute_find(*FIND)
        pages.wait(2)
        waiting = retriever.execute_find(*FIND)
        retriever.clear()
        pages.hold(lambda page: False)
        assert outcomes.one(uid) == ("find", {"sg": wanted})
        retriever.stop()
    assert outcomes.of(waiting) == outcomes.pages(waiting) == []
    assert outcomes.rows(uid) == wanted


def test_stop_in_the_middle_waits_for_the_pages_on_their_way(site: Any, make_retriever: Any, qapp: Any) -> None:
    retriever = make_retriever(sg=connect(site, 2), pages_at_once=4)
    outcomes = Outcomes(retriever)
    with Pages(site) as pages:
        pages.hold(lambda page: page >= 4)
        uid = retriever.execute_find(*FIND)
        pages.wait(4, 5, 6, 7)
        timer = threading.Timer(0.05, pages.hold, [lambda page: False])
        timer.start()
        retriever.stop()
        assert pages.there == []
        timer.join()
    before = len(outcomes.pages(uid))
    settle(qapp)
    assert outcomes.of(uid) == []
    assert len(outcomes.pages(uid)) == before
    assert sorted(pages.asked) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("what", ["stop", "stop_work", "clear", "another find"])
def test_something_is_done_in_a_slot_that_hears_of_rows(site: Any, make_retriever: Any, qapp: Any, what: str) -> None:
    sg = connect(site)
    wanted = sg.find(*FIND)
    retriever = make_retriever(sg=sg)
    outcomes = Outcomes(retriever)
    others: list[str] = []

    def heard(uid: str, *_: Any) -> None:
        if uid in others or others:
            return
        others.append("")
        if what == "stop":
            retriever.stop()
        elif what == "stop_work":
            retriever.stop_work(uid)
        elif what == "clear":
            retriever.clear()
        else:
            others.append(retriever.execute_find(*FIND))

    retriever.work_partial.connect(lambda *said: heard(*said))
    uid = retriever.execute_find(*FIND)
    wait_until(lambda: others)
    if what in ("stop", "stop_work"):
        retriever.stop()
        settle(qapp)
        assert outcomes.of(uid) == []
        assert outcomes.pages(uid) == [wanted[:7]]
    else:
        outcomes.wait(uid, *others[1:])
        assert all(outcomes.rows(one) == wanted for one in [uid, *others[1:]])


def test_rows_that_a_slot_changes_come_changed_with_the_rest(site: Any, make_retriever: Any) -> None:
    """As is said of the signal: they are the same objects. The list that they come in is the slot's own."""
    sg = connect(site)
    wanted = sg.find(*FIND)
    retriever = make_retriever(sg=sg)
    outcomes = Outcomes(retriever)

    def change(uid: str, kind: str, data: dict[str, Any]) -> None:
        for row in data["sg"]:
            row["seen"] = True
        data["sg"].clear()
        data.clear()

    retriever.work_partial.connect(lambda *said: change(*said))
    _, data = outcomes.one(retriever.execute_find(*FIND))
    assert data == {"sg": [{**row, "seen": True} for row in wanted]}
