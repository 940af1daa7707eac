"""A long find: its pages are read several at once, and its rows are told of in their order."""

from __future__ import annotations

import copy
import threading
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shotgun_api3.lib import mockgun
from shotgun_api3.shotgun import Shotgun

from shotgun_data import Settings, ShotgunDataRetriever
from shotgun_data.demo.site.faults import Fault, Reset

from .pages import Pages, connect
from .test_foreign_managers import StudioManager
from .waiting import Outcomes, settle, wait_for_the_site, wait_until

Row = dict[str, Any]
THIRTY: list[Any] = [["id", "less_than", 31]]  # other tests make further shots
FIND: tuple[Any, ...] = ("Shot", THIRTY, ["code"])
ORDERS = [None, [], [{"field_name": "code", "direction": "desc"}], [{"field_name": "sg_cut_in"}, {"column": "code"}]]


def at_the_site(site: Any) -> list[int]:
    """The pages that were asked for."""
    requests = site.calls.requests()
    return sorted(one.params["paging"]["current_page"] for one in requests if one.method_name == "read")


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    per_page=st.integers(1, 12),
    limit=st.integers(0, 40),
    page=st.sampled_from([0, 0, 0, 1, 2, 5]),
    order=st.sampled_from(ORDERS),
    first=st.integers(0, 30),
    at_once=st.integers(1, 6),
    threads=st.integers(1, 8),
    delays=st.lists(st.integers(0, 6), min_size=1, max_size=8),
    positional=st.booleans(),
)
def test_equal_to_the_clients_find_whatever_order_the_pages_come_in(
    qapp: Any,
    site: Any,
    per_page: int,
    limit: int,
    page: int,
    order: Any,
    first: int,
    at_once: int,
    threads: int,
    delays: list[int],
    positional: bool,
) -> None:
    sg = connect(site, per_page)
    filters = [*THIRTY, ["id", "greater_than", first]]
    args: tuple[Any, ...] = ("Shot", filters, ["code", "created_at"], order, None, limit, False, page)
    kwargs: dict[str, Any] = {}
    if not positional:
        args, kwargs = ("Shot",), {"filters": filters, "order": order, "limit": limit, "page": page}
    wanted = sg.find(*copy.deepcopy(args), **copy.deepcopy(kwargs))
    retriever = ShotgunDataRetriever(None, sg, settings=Settings(max_threads=threads, pages_at_once=at_once))
    outcomes = Outcomes(retriever)
    retriever.start()
    site.calls.clear()
    with Pages(site, lambda number, before: delays[(number + before) % len(delays)] / 1000) as pages:
        uid = retriever.execute_find(*args, **kwargs)
        kind, data = outcomes.one(uid)
        retriever.stop()
    sg.close()
    assert (kind, data) == ("find", {"sg": wanted})
    assert repr(data["sg"]) == repr(wanted)
    assert all(row is again for row, again in zip(outcomes.rows(uid), data["sg"]))
    assert len(outcomes.rows(uid)) == len(wanted)
    assert all(outcomes.pages(uid)) or (wanted == [] and len(outcomes.pages(uid)) == 1)
    assert outcomes.late == []
    assert pages.most <= min(threads, at_once)
    asked = at_the_site(site)
    assert len(set(asked)) == len(asked)
    if page == 0:
        needed = max(1, -(-len(wanted) // per_page))
        most = needed + at_once - 1
        assert asked == list(range(1, len(asked) + 1))
        assert needed <= len(asked) <= (min(most, max(1, -(-limit // per_page))) if limit else most)


def test_rows_come_in_their_order_as_soon_as_those_before_them(site: Any, make_retriever: Any) -> None:
    sg = connect(site)
    wanted = sg.find(*FIND)
    retriever = make_retriever(sg=sg)
    outcomes = Outcomes(retriever)
    with Pages(site) as pages:
        pages.hold(lambda page: page not in (1, 3))
        uid = retriever.execute_find(*FIND)
        wait_until(lambda: outcomes.rows(uid) == wanted[:7])
        pages.wait(2, 4, 5)  # page 3 has come, and waits for the second
        assert outcomes.rows(uid) == wanted[:7]
        pages.hold(lambda page: page > 3)
        wait_until(lambda: outcomes.rows(uid) == wanted[:21])
        assert outcomes.of(uid) == []
        pages.hold(lambda page: False)
        outcomes.wait(uid)
    assert [len(page) for page in outcomes.pages(uid)] == [7, 7, 7, 7, 2]
    assert outcomes.of(uid) == [("find", {"sg": wanted})]


@pytest.mark.parametrize("arguments", [{}, {"limit": 3}, {"limit": 500}, {"page": 1}], ids=str)
def test_a_find_of_one_page_makes_one_request(site: Any, make_retriever: Any, arguments: Any) -> None:
    sg = site.connect()
    wanted = sg.find(*FIND, **arguments)
    site.calls.clear()
    retriever = make_retriever(sg=sg)
    outcomes = Outcomes(retriever)
    uid = retriever.execute_find(*FIND, **arguments)
    assert outcomes.one(uid) == ("find", {"sg": wanted})
    assert outcomes.partial == [(uid, "find", {"sg": wanted})]
    assert at_the_site(site) == [1]


def test_a_find_that_finds_nothing_says_so_once(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(sg=connect(site))
    outcomes = Outcomes(retriever)
    uid = retriever.execute_find("Shot", [["id", "is", -1]])
    assert outcomes.one(uid) == ("find", {"sg": []})
    assert outcomes.partial == [(uid, "find", {"sg": []})]
    assert at_the_site(site) == [1]


@pytest.mark.parametrize("at_once", [1, 2, 4])
def test_pages_past_the_end_are_few(site: Any, make_retriever: Any, at_once: int) -> None:
    sg = connect(site, 6)  # five full pages
    wanted = sg.find(*FIND)
    site.calls.clear()
    retriever = make_retriever(sg=sg, pages_at_once=at_once)
    outcomes = Outcomes(retriever)
    with Pages(site) as pages:
        pages.hold(lambda page: page == 5)  # nobody knows that it is the last
        uid = retriever.execute_find(*FIND)
        pages.wait(5)
        wait_until(lambda: len(outcomes.rows(uid)) == 24)
        pages.hold(lambda page: False)
        assert outcomes.one(uid) == ("find", {"sg": wanted})
    assert pages.most <= at_once
    assert 5 <= len(pages.asked) <= 5 + at_once - 1
    assert [len(page) for page in outcomes.pages(uid)] == [6] * 5  # those past the end are not told of


def test_no_page_is_asked_for_past_the_limit(site: Any, make_retriever: Any) -> None:
    sg = connect(site)
    retriever = make_retriever(sg=sg)
    outcomes = Outcomes(retriever)
    for limit, pages in [(7, 1), (8, 2), (14, 2), (20, 3), (29, 5)]:
        site.calls.clear()
        uid = retriever.execute_find(*FIND, limit=limit)
        assert [row["id"] for row in outcomes.one(uid)[1]["sg"]] == list(range(1, limit + 1))
        assert len(outcomes.rows(uid)) == limit
        assert at_the_site(site) == list(range(1, pages + 1))


def test_a_certain_page_is_one_call(site: Any, make_retriever: Any) -> None:
    sg = connect(site)
    wanted = sg.find(*FIND, page=2)
    site.calls.clear()
    outcomes = Outcomes(retriever := make_retriever(sg=sg))
    uid = retriever.execute_find(*FIND, page=2)
    assert outcomes.one(uid) == ("find", {"sg": wanted})
    assert outcomes.pages(uid) == [wanted]
    assert at_the_site(site) == [2]


def test_others_are_answered_while_the_pages_of_a_find_stand_still(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(sg=connect(site, 2), max_threads=8)
    outcomes = Outcomes(retriever)
    with Pages(site) as pages:
        pages.hold(lambda page: page >= 4)
        uid = retriever.execute_find(*FIND)
        pages.wait(4, 5, 6, 7)
        for _ in range(5):
            assert outcomes.one(retriever.execute_method(lambda sg: sg.schema_entity_read()))[0] == "method"
            assert outcomes.one(retriever.execute_text_search("shot", {"Shot": []}))[0] == "text_search"
        # Nor does a second long find keep out what is asked meanwhile.
        other = retriever.execute_find("Shot", THIRTY, limit=10)
        pages.wait(4, 4, 5, 5, 6, 7)
        assert outcomes.one(retriever.get_schema())[0] == "schema"
        one = retriever.execute_find_one("Shot", THIRTY)
        assert outcomes.one(one)[1]["sg"]["id"] == 1
        assert outcomes.of(uid) == outcomes.of(other) == []
        pages.hold(lambda page: False)
        outcomes.wait(uid, other)
    assert pages.most <= 4 + 4 + 1


def test_long_finds_take_turns_where_there_are_few_threads(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(sg=connect(site, 1), max_threads=1)
    outcomes = Outcomes(retriever)
    long = retriever.execute_find(*FIND)
    short = retriever.execute_find(*FIND, limit=2)
    one = retriever.execute_find_one("Shot", THIRTY)
    outcomes.wait(long, short, one)
    assert outcomes.uids == [one, short, long]


def test_a_find_that_waits_can_be_moved(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(sg=connect(site, 1), max_threads=1, start=False)
    outcomes = Outcomes(retriever)
    one = retriever.execute_find_one("Shot", THIRTY)
    uid = retriever.execute_find(*FIND, limit=5)
    retriever.set_priority(uid, 1)
    retriever.start()
    outcomes.wait(one, uid)
    assert outcomes.uids == [uid, one]


def test_the_pages_of_a_find_can_be_moved(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(sg=connect(site, 1), max_threads=1)
    outcomes = Outcomes(retriever)
    with Pages(site) as pages:
        pages.hold(lambda page: page == 3)
        uid = retriever.execute_find(*FIND, limit=6)
        pages.wait(3)
        calls = [retriever.execute_method(lambda sg: None) for _ in range(3)]
        retriever.set_priority(uid, 1)
        pages.hold(lambda page: False)
        outcomes.wait(uid, *calls)
    assert outcomes.uids == [uid, *calls]


# -- trouble --------------------------------------------------------------------------------------------


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
    retriever = make_retriever(sg=connect(site), max_attempts=1)
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
    retriever = make_retriever(sg=connect(site, 2), max_threads=4)
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
    retriever = make_retriever(sg=connect(site, 2))
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


# -- connections and managers of others -----------------------------------------------------------------


class Studio(Shotgun):
    def find(self, *args: Any, **kwargs: Any) -> Any:
        return super().find(*args, **kwargs)


class Gives(Shotgun):
    """A studio's client that gives something else than a list."""

    gives: Any = None

    def find(self, *args: Any, **kwargs: Any) -> Any:
        return type(self).gives


def test_a_client_that_overrides_find_is_asked_once(site: Any, make_retriever: Any) -> None:
    sg = connect(site)
    sg.__class__ = Studio
    wanted = sg.find(*FIND)
    site.calls.clear()
    retriever = make_retriever(sg=sg)
    outcomes = Outcomes(retriever)
    uid = retriever.execute_find(*FIND)
    assert outcomes.one(uid) == ("find", {"sg": wanted})
    assert outcomes.pages(uid) == [wanted]
    assert at_the_site(site) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("gives", [None, {"a": 1}, 7, Mock(), iter([1, 2, 3])], ids=lambda one: type(one).__name__)
def test_what_is_no_list_of_rows_is_passed_on_as_it_is(
    site: Any, make_retriever: Any, monkeypatch: Any, gives: Any
) -> None:
    """Apps' tests hand in doubles whose ``find`` gives whatever it gives."""
    sg = connect(site)
    sg.__class__ = Gives
    monkeypatch.setattr(Gives, "gives", gives)
    retriever = make_retriever(sg=sg)
    outcomes = Outcomes(retriever)
    kind, data = outcomes.one(retriever.execute_find(*FIND))
    assert kind == "find"
    assert data["sg"] is gives
    assert outcomes.partial == []
    if hasattr(gives, "__next__"):
        assert list(data["sg"]) == [1, 2, 3]


def test_a_double_of_a_connection(make_retriever: Any) -> None:
    double = Mock()
    double.base_url = "https://studio.example.com"
    double.config = None
    double.find.return_value = [{"type": "Shot", "id": 1}]
    retriever = make_retriever(sg=double)
    outcomes = Outcomes(retriever)
    uid = retriever.execute_find("Shot", [], limit=900)
    assert outcomes.one(uid) == ("find", {"sg": [{"type": "Shot", "id": 1}]})
    assert outcomes.pages(uid) == [[{"type": "Shot", "id": 1}]]
    double.find.assert_called_once_with("Shot", [], limit=900)


def test_a_mockgun_is_asked_once(make_retriever: Any, mocked: Any) -> None:
    wanted = mocked.find("Shot", [], ["code"])
    retriever = make_retriever(sg=mocked)
    outcomes = Outcomes(retriever)
    uid = retriever.execute_find("Shot", [], ["code"])
    assert outcomes.one(uid) == ("find", {"sg": wanted})
    assert len(wanted) == 3
    assert outcomes.pages(uid) == [wanted]


@pytest.fixture
def mocked(site: Any, tmp_path: Any) -> Any:
    """A Mockgun with three shots."""
    mockgun.generate_schema(site.connect(), str(tmp_path / "schema"), str(tmp_path / "entities"))
    mockgun.Shotgun.set_schema_paths(str(tmp_path / "schema"), str(tmp_path / "entities"))
    double = mockgun.Shotgun("https://studio.example.com", "script", "key")
    for number in range(3):
        double.create("Shot", {"code": f"shot {number}"})
    return double


@pytest.mark.parametrize("here", [False, True], ids=["in threads", "in the calling thread"])
def test_a_manager_of_an_apps_own_reads_the_pages_too(site: Any, make_retriever: Any, here: bool) -> None:
    sg = connect(site, 2)
    wanted = sg.find(*FIND)
    retriever = make_retriever(sg=sg, manager=StudioManager(here))
    outcomes = Outcomes(retriever)
    with Pages(site) as pages:
        pages.fail(3, 503, 503)
        uid = retriever.execute_find(*FIND)
        assert outcomes.one(uid) == ("find", {"sg": wanted})
    assert outcomes.rows(uid) == wanted
    assert pages.most <= 4


def test_one_page_is_one_task_of_a_manager_of_an_apps_own(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(sg=connect(site, 50), manager=StudioManager())
    outcomes = Outcomes(retriever)
    uid = retriever.execute_find(*FIND)
    outcomes.wait(uid)
    assert len(outcomes.pages(uid)) == 1
    assert at_the_site(site) == [1]
