"""A long find: its pages are read several at once, and its rows are told of in their order."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shotgun_data import Settings, ShotgunDataRetriever

from .pages import FIND, THIRTY, Pages, asked_for, connect
from .waiting import Outcomes, wait_until

ORDERS = [None, [], [{"field_name": "code", "direction": "desc"}], [{"field_name": "sg_cut_in"}, {"column": "code"}]]


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
    asked = asked_for(site)
    assert len(set(asked)) == len(asked)
    if page == 0:
        needed = max(1, -(-len(wanted) // per_page))
        most = needed + at_once - 1
        assert set(range(1, needed + 1)) <= set(asked)
        assert max(asked) <= (min(most, max(1, -(-limit // per_page))) if limit else most)


def test_rows_come_in_their_order_as_soon_as_those_before_them(site: Any, make_retriever: Any) -> None:
    sg = connect(site)
    wanted = sg.find(*FIND)
    retriever = make_retriever(sg=sg, pages_at_once=3)
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
    assert asked_for(site) == [1]


def test_a_find_that_finds_nothing_says_so_once(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(sg=connect(site))
    outcomes = Outcomes(retriever)
    uid = retriever.execute_find("Shot", [["id", "is", -1]])
    assert outcomes.one(uid) == ("find", {"sg": []})
    assert outcomes.partial == [(uid, "find", {"sg": []})]
    assert asked_for(site) == [1]


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
        assert asked_for(site) == list(range(1, pages + 1))


def test_a_certain_page_is_one_call(site: Any, make_retriever: Any) -> None:
    sg = connect(site)
    wanted = sg.find(*FIND, page=2)
    site.calls.clear()
    outcomes = Outcomes(retriever := make_retriever(sg=sg))
    uid = retriever.execute_find(*FIND, page=2)
    assert outcomes.one(uid) == ("find", {"sg": wanted})
    assert outcomes.pages(uid) == [wanted]
    assert asked_for(site) == [2]


def test_others_are_answered_while_the_pages_of_a_find_stand_still(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(sg=connect(site, 2), max_threads=8, pages_at_once=4)
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
