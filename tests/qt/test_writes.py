"""Creates, updates and deletes are sent once, whatever happens; and what is said where no answer came."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from shotgun_api3 import Shotgun

from shotgun_data.demo.site.faults import BadJson, Fault, HtmlPage, Reset, Stall, Status, Truncate

from .waiting import Outcomes

PROJECT = {"type": "Project", "id": 1}

BROKEN = [
    Status(500),
    Status(502),
    Status(503, {"Retry-After": "0"}),
    Status(504),
    Reset(),
    Truncate(after=5),
    BadJson(),
    HtmlPage(),
]


def name_of(action: Any) -> str:
    return type(action).__name__ + str(getattr(action, "code", ""))


@pytest.fixture
def shot(site: Any) -> int:
    """A shot that may be changed and deleted."""
    made = site.connect().create("Shot", {"code": "to be changed", "project": PROJECT})
    site.calls.clear()
    return int(made["id"])


def write(retriever: Any, name: str, shot: int) -> str:
    if name == "create":
        uid: str = retriever.execute_create("Shot", {"code": "sent once", "project": PROJECT})
    elif name == "update":
        uid = retriever.execute_update("Shot", shot, {"description": "sent once"})
    else:
        uid = retriever.execute_delete("Shot", shot)
    return uid


def carried_out(site: Any, name: str, shot: int) -> int:
    """How often the site did it."""
    sg = site.connect()
    if name == "create":
        made = sg.find("Shot", [["code", "is", "sent once"]])
        for each in made:
            sg.delete("Shot", each["id"])
        return len(made)
    if name == "update":
        return len(sg.find("Shot", [["id", "is", shot], ["description", "is", "sent once"]]))
    return 1 - len(sg.find("Shot", [["id", "is", shot]]))


@pytest.mark.parametrize("after", [False, True], ids=["before it is done", "after it is done"])
@pytest.mark.parametrize("action", BROKEN, ids=name_of)
@pytest.mark.parametrize("name", ["create", "update", "delete"])
def test_a_write_is_sent_once(
    site: Any, make_retriever: Any, shot: int, name: str, action: Any, after: bool
) -> None:
    retriever = make_retriever()
    outcomes = Outcomes(retriever)
    # A connection that is kept alive is what tempts a client to send again.
    outcomes.one(retriever.execute_find_one("Shot", []))
    fault = site.faults.add(Fault(action, method_name=name, times=None, after_processing=after))
    kind, message = outcomes.one(write(retriever, name, shot))
    assert kind == "failure"
    assert fault.hits == 1
    assert site.calls.count(name) == 1
    assert "it may or may not have been carried out" in message
    assert f"127.0.0.1:{site.port}" in message
    assert name in message
    site.faults.clear()
    assert carried_out(site, name, shot) == (after or action.damages)


@pytest.mark.parametrize("name", ["create", "update", "delete"])
def test_a_write_that_times_out_says_that_its_outcome_is_unknown(
    site: Any, make_retriever: Any, shot: int, name: str
) -> None:
    retriever = make_retriever(read_timeout=0.2)
    outcomes = Outcomes(retriever)
    fault = site.faults.add(Fault(Stall(), method_name=name, times=None, after_processing=True))
    kind, message = outcomes.one(write(retriever, name, shot))
    assert kind == "failure"
    assert "(timed out): it may or may not have been carried out" in message
    assert fault.hits == 1
    site.faults.clear()
    assert carried_out(site, name, shot) == 1


@pytest.mark.parametrize("status", [429, 400, 403])
def test_a_write_that_was_refused_says_so(site: Any, make_retriever: Any, shot: int, status: int) -> None:
    retriever = make_retriever()
    fault = site.faults.add(Fault(Status(status), method_name="update", times=None))
    kind, message = Outcomes(retriever).one(write(retriever, "update", shot))
    assert kind == "failure"
    assert "refused" in message
    assert "may or may not" not in message
    assert fault.hits == 1


@pytest.fixture
def nobody() -> Iterator[int]:
    """A port at which connections are refused."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_a_write_that_never_left_has_a_known_outcome(make_retriever: Any, nobody: int) -> None:
    port = nobody
    sg = Shotgun(f"http://127.0.0.1:{port}", "demo", "demo", connect=False)
    retriever = make_retriever(sg=sg, max_attempts=3)
    kind, message = Outcomes(retriever).one(retriever.execute_create("Shot", {"code": "x"}))
    assert kind == "failure"
    assert "connection refused" in message
    assert "may or may not" not in message


@pytest.mark.parametrize("action", [Status(502), Status(504), Reset(), Truncate(after=5)], ids=name_of)
def test_a_method_that_writes_sends_once_too(site: Any, make_retriever: Any, shot: int, action: Any) -> None:
    """The client itself would send it again after a 502 or 504."""
    retriever = make_retriever()
    fault = site.faults.add(Fault(action, method_name="update", times=None, after_processing=True))
    uid = retriever.execute_method(lambda sg: sg.update("Shot", shot, {"description": "sent once"}))
    kind, _ = Outcomes(retriever).one(uid)
    assert kind == "failure"
    assert fault.hits == site.calls.count("update") == 1


def test_a_batch_is_a_write_too(site: Any, make_retriever: Any, shot: int) -> None:
    retriever = make_retriever()
    fault = site.faults.add(Fault(Reset(), method_name="batch", times=None, after_processing=True))
    request = {"request_type": "update", "entity_type": "Shot", "entity_id": shot, "data": {"description": "b"}}
    kind, _ = Outcomes(retriever).one(retriever.execute_method(lambda sg: sg.batch([request])))
    assert kind == "failure"
    assert fault.hits == 1


@pytest.mark.parametrize("action", [*BROKEN[:5], Status(429)], ids=name_of)
def test_a_read_that_breaks_is_sent_again(site: Any, make_retriever: Any, action: Any) -> None:
    retriever = make_retriever(max_threads=1)
    outcomes = Outcomes(retriever)
    outcomes.one(retriever.execute_find_one("Shot", []))
    fault = site.faults.add(Fault(action, method_name="read", times=2))
    assert outcomes.one(retriever.execute_find_one("Shot", []))[0] == "find_one"
    assert fault.hits == 2


def test_the_other_reads_are_sent_again_too(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever()
    outcomes = Outcomes(retriever)
    for method_name, request in {
        "schema_read": retriever.get_schema,
        "schema_entity_read": retriever.get_schema,
        "query_display_name_cache": lambda: retriever.execute_text_search("NL010", {"Shot": []}),
        "nav_expand": lambda: retriever.execute_nav_expand("/"),
        "nav_search": lambda: retriever.execute_nav_search_string("/Project/1", "NL010"),
        "get_session_token": lambda: retriever.request_thumbnail_source("Shot", 1),
    }.items():
        fault = site.faults.add(Fault(Reset(), method_name=method_name, times=1))
        assert outcomes.one(request())[0] != "failure", method_name
        assert fault.hits == 1


def test_a_change_waits_for_no_retry_of_others(site: Any, make_retriever: Any, shot: int) -> None:
    """A read that waits for its next attempt holds no worker."""
    retriever = make_retriever(max_threads=1, retry_delay=20)
    outcomes = Outcomes(retriever)
    site.faults.add(Fault(Status(503), method_name="schema_read", times=1))
    retriever.get_schema()
    assert outcomes.one(write(retriever, "update", shot), seconds=10)[0] == "update"
