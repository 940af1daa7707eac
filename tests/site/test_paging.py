"""A find that is read page by page gives what the client's own find gives."""

from __future__ import annotations

import copy
import threading
from typing import Any, Optional

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shotgun_api3.lib import mockgun
from shotgun_api3.shotgun import ServerCapabilities, Shotgun

from shotgun_data import Settings, errors
from shotgun_data.demo.site.faults import Fault, Reset
from shotgun_data.site import paging
from shotgun_data.site.connections import SiteConnections
from shotgun_data.site.paging import FindPages, Page


def together(plan: FindPages, pages: list[list[Any]]) -> list[Any]:
    """What the receiver has in the end."""
    rows: list[Any] = []
    for page in pages:
        rows += plan.wanted(page, len(rows))
    return rows


def connect(site: Any, per_page: int = 7, version: Optional[list[int]] = None) -> Any:
    sg = site.connect()
    sg.server_caps  # noqa: B018 - asks for it
    if version is not None:
        sg._server_caps = ServerCapabilities(sg.config.server, {"version": version})
    sg.config._records_per_page = per_page
    return sg


def connections(sg: Any) -> SiteConnections:
    return SiteConnections(lambda: sg, Settings())


def read_all(site: SiteConnections, plan: FindPages, beyond: int = 0) -> list[Any]:
    pages: list[Page] = []
    while not pages or (pages[-1].more and len(pages) != plan.last_page):
        pages.append(plan.fetch(site, len(pages) + 1))
    for number in range(len(pages) + 1, len(pages) + 1 + beyond):
        page = plan.fetch(site, number)
        assert plan.last_page is not None or page == Page([], False)
    return together(plan, [page.rows for page in pages])


ORDERS = [
    None,
    [],
    [{"field_name": "code", "direction": "desc"}],
    [{"field_name": "sg_cut_in"}, {"field_name": "code"}],
    [{"column": "code", "direction": "desc"}],
]
FILTERS: list[Any] = [
    [],
    [["id", "greater_than", 5]],
    [["id", "less_than", 15]],
    [["id", "is", -1]],
    {"logical_operator": "and", "conditions": [{"path": "id", "relation": "greater_than", "values": [3]}]},
]


@settings(max_examples=120, deadline=None, database=None)
@given(
    limit=st.integers(0, 40),
    page=st.sampled_from([0, 0, 0, 1, 2, 5]),
    order=st.sampled_from(ORDERS),
    filters=st.sampled_from(FILTERS),
    per_page=st.integers(1, 12),
    version=st.sampled_from([None, [7, 3, 0], [3, 4, 0]]),
    beyond=st.integers(0, 2),
    positional=st.booleans(),
)
def test_equal_to_the_clients_find(
    shared_site: Any,
    limit: int,
    page: int,
    order: Any,
    filters: Any,
    per_page: int,
    version: Any,
    beyond: int,
    positional: bool,
) -> None:
    sg = connect(shared_site, per_page, version)
    site = connections(sg)
    fields = ["code", "created_at", "project"]
    if positional:
        args: Any = ("Shot", filters, fields, order, None, limit, False, page)
        kwargs: Any = {}
    else:
        args, kwargs = (
            ("Shot",),
            {
                "filters": filters,
                "fields": fields,
                "order": order,
                **({"limit": limit} if limit else {}),
                **({"page": page} if page else {}),
            },
        )
    given_args = copy.deepcopy((args, kwargs))
    plan = FindPages.plan(site, args, kwargs)
    assert (plan is None) == (page > 0 or 0 < limit <= per_page)
    if plan is not None:
        got = read_all(site, plan, beyond)
        assert (args, kwargs) == given_args
        wanted = sg.find(*copy.deepcopy(args), **copy.deepcopy(kwargs))
        assert got == wanted
        assert repr(got) == repr(wanted)
    site.close()
    sg.close()


def test_each_page_is_one_call(site: Any) -> None:
    sg = connect(site)
    planned = connections(sg)
    site.calls.clear()
    plan = FindPages.plan(planned, ("Shot", [], ["code"]), {"limit": 20})
    assert plan is not None
    assert (plan.per_page, plan.last_page) == (7, 3)
    assert [len(plan.fetch(planned, number).rows) for number in (3, 1, 2)] == [7, 7, 7]
    assert site.calls.count("read") == 3
    assert site.calls.count("info") == 0


def test_the_last_page_says_so(site: Any) -> None:
    planned = connections(connect(site))
    plan = FindPages.plan(planned, ("Shot", [["id", "less_than", 15]]), {})
    assert plan is not None
    assert plan.last_page is None
    pages = {number: plan.fetch(planned, number) for number in (4, 2, 1)}
    assert [(len(pages[number].rows), pages[number].more) for number in (1, 2, 4)] == [
        (7, True),
        (7, False),
        (0, False),
    ]


def test_pages_can_be_read_by_several_threads_at_once(site: Any) -> None:
    sg = connect(site, per_page=3)
    planned = connections(sg)
    plan = FindPages.plan(planned, ("Shot", [], ["code"], [{"field_name": "code"}]), {})
    assert plan is not None
    pages: dict[int, Page] = {}
    threads = [
        threading.Thread(target=lambda n=number: pages.update({n: plan.fetch(planned, n)}))
        for number in range(1, len(sg.find("Shot", [])) // 3 + 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together(plan, [pages[number].rows for number in sorted(pages)]) == sg.find(
        "Shot", [], ["code"], [{"field_name": "code"}]
    )


def test_what_the_caller_changes_later_does_not_count(site: Any) -> None:
    planned = connections(connect(site))
    filters, order = [["id", "less_than", 15]], [{"field_name": "code"}]
    plan = FindPages.plan(planned, ("Shot", filters, ["code"]), {"order": order})
    assert plan is not None
    filters[0][2] = 2
    order.append({"field_name": "no such field"})
    assert len(plan.fetch(planned, 1).rows) == 7
    assert order[0] == {"field_name": "code"}


def test_the_clone_finds_as_before_afterwards(site: Any) -> None:
    sg = connect(site)
    planned = connections(sg)
    plan = FindPages.plan(planned, ("Shot", []), {})
    assert plan is not None
    site.faults.add(Fault(Reset(), method_name="read", times=1))
    with pytest.raises(errors.SiteUnreachable, match="find on Shot"):
        plan.fetch(planned, 2)
    plan.fetch(planned, 2)
    with planned.connection() as mine:
        assert "_call_rpc" not in vars(mine)
        assert mine.find("Shot", []) == sg.find("Shot", [])


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((), {}),
        (("Shot",), {}),
        (("Shot", []), {"limit": -1}),
        (("Shot", []), {"limit": None}),
        (("Shot", []), {"limit": 20.0}),
        (("Shot", []), {"limit": True}),
        (("Shot", []), {"page": "2"}),
        (("Shot", []), {"page": -1}),
        (("Shot", []), {"no_such": 1}),
        (("Shot", []), {"order": iter([{"field_name": "code"}])}),
        (("Shot", [["code", "is", threading.Lock()]]), {}),
    ],
)
def test_the_plain_call_says_what_is_wrong(site: Any, args: Any, kwargs: Any) -> None:
    assert FindPages.plan(connections(connect(site)), args, kwargs) is None


def test_what_the_site_refuses_is_said_by_the_page(site: Any) -> None:
    planned = connections(connect(site))
    plan = FindPages.plan(planned, ("Shot", [["nope", "is", 1]]), {})
    assert plan is not None
    with pytest.raises(errors.SiteFault, match="find on Shot"):
        plan.fetch(planned, 1)


def test_connections_that_are_not_known_are_called_plainly(site: Any) -> None:
    class Studio(Shotgun):
        def find(self, *args: Any, **kwargs: Any) -> Any:
            return super().find(*args, **kwargs)

    original = connect(site)
    original.__class__ = Studio
    assert FindPages.plan(connections(original), ("Shot", []), {}) is None
    assert FindPages.plan(connections(mockgun.Shotgun.__new__(mockgun.Shotgun)), ("Shot", []), {}) is None
    with pytest.raises(errors.NoConnection):
        FindPages.plan(connections(None), ("Shot", []), {})


def test_all_threads_count_by_the_same_pages(site: Any) -> None:
    """In Toolkit each thread has a connection of its own, which may have been told of other pages."""
    sg = connect(site)
    plan = FindPages.plan(connections(sg), ("Shot", []), {})
    assert plan is not None
    assert plan.fetch(connections(connect(site, per_page=5)), 2).rows == sg.find("Shot", [], page=2)


def test_a_thread_with_another_kind_of_connection_says_so(site: Any) -> None:
    planned = connections(connect(site))
    plan = FindPages.plan(planned, ("Shot", []), {})
    assert plan is not None
    with pytest.raises(errors.NoConnection, match="another kind"):
        plan.fetch(connections(object()), 1)


@pytest.mark.parametrize(
    ("counts", "answer", "more"),
    [
        (False, {"entities": [{"id": 1}], "paging_info": {"has_next_page": True}}, True),
        (False, {"entities": [], "paging_info": {"has_next_page": True}}, True),
        (True, {"entities": [{"id": 1}] * 7, "paging_info": {"entity_count": 14}}, False),
        (True, {"entities": [{"id": 1}] * 7, "paging_info": {"entity_count": 15}}, True),
        (True, {"entities": [{"id": 1}] * 6, "paging_info": {"entity_count": 14}}, True),  # goes on until one is empty
        (True, {"entities": [{"id": 1}] * 7, "paging_info": {"entity_count": 13}}, True),  # some were deleted meanwhile
        (True, {"entities": [], "paging_info": {"entity_count": 15}}, False),
    ],
)
def test_what_a_server_may_say_of_further_pages(
    site: Any, monkeypatch: pytest.MonkeyPatch, counts: bool, answer: Any, more: bool
) -> None:
    planned = connections(connect(site, version=[7, 3, 0] if counts else None))
    plan = FindPages.plan(planned, ("Shot", []), {})
    assert plan is not None
    with planned.connection() as mine:
        monkeypatch.setattr(mine, "_http_request", lambda *call: ((200, "OK"), {}, b"{}"))
        monkeypatch.setattr(mine, "_json_loads", lambda body: {"results": copy.deepcopy(answer)})
        assert plan.fetch(planned, 2) == Page(answer["entities"], more)


@pytest.mark.parametrize("results", [{"entities": [{"id": 1}]}, {"paging_info": {"has_next_page": True}}, [], None])
def test_a_malformed_answer_fails_as_it_does_with_the_client(
    site: Any, monkeypatch: pytest.MonkeyPatch, results: Any
) -> None:
    sg = connect(site)
    planned = connections(sg)
    plan = FindPages.plan(planned, ("Shot", []), {})
    assert plan is not None
    raised = []
    with planned.connection() as mine:
        for target in (sg, mine):
            monkeypatch.setattr(target, "_http_request", lambda *call: ((200, "OK"), {}, b"{}"))
            monkeypatch.setattr(target, "_json_loads", lambda body: {"results": copy.deepcopy(results)})
        for ask in (lambda: sg.find("Shot", []), lambda: plan.fetch(planned, 1)):
            with pytest.raises((TypeError, KeyError, AttributeError)) as caught:
                ask()
            raised.append(repr(caught.value))
    assert raised[0] == raised[1]
    assert not paging._is_plain(sg)
