"""The API calls of a retriever: what they answer, how they fail, and what they do after ``stop()``."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from shotgun_api3 import Shotgun

from shotgun_data import TankError

from .waiting import Outcomes

Row = dict[str, Any]

FIELDS = ["code", "sg_status_list", "sg_sequence", "created_at", "sg_cut_in", "project.Project.name"]


class Request(NamedTuple):
    """One call, as the client takes it."""

    request_type: str
    args: tuple[Any, ...]
    kwargs: Row = {}

    @property
    def method(self) -> str:
        return f"execute_{self.request_type}"


READS = [
    Request("find", ("Shot", [["sg_status_list", "is_not", "omt"]], FIELDS)),
    Request("find", ("Shot", []), {"fields": ["code"], "order": [{"field_name": "code", "direction": "desc"}]}),
    Request("find", ("Shot", [], ["code"]), {"limit": 5, "page": 2}),
    Request("find", (), {"entity_type": "Task", "filters": [["content", "is", "comp"]], "retired_only": False}),
    Request("find", ("Shot", [["code", "is", "no such shot"]])),
    Request("find_one", ("Shot", [], FIELDS)),
    Request("find_one", ("Shot", [["code", "is", "no such shot"]])),
    Request("text_search", ("NL010", {"Shot": [], "Version": []})),
    Request("text_search", ("NL010", {"Shot": []}), {"limit": 2}),
    Request("nav_expand", ("/",)),
    Request("nav_expand", ("/Project/1",), {"seed_entity_field": "Shot.Version.entity"}),
    Request("nav_search_string", ("/Project/1", "NL010_0010")),
    Request("nav_search_entity", ("/Project/1", {"type": "Shot", "id": 1})),
]

WRONG = [
    Request("find", ("Nope", [])),
    Request("find", ("Shot", [["nope", "is", 1]])),
    Request("find_one", ("Shot", [["code", "nope", 1]])),
    Request("create", ("Shot", {"nope": 1})),
    Request("update", ("Shot", 10**8, {"code": "x"})),
    Request("delete", ("Shot", 10**8)),
    Request("text_search", ("NL010", {"Nope": []})),
    Request("nav_expand", ("/Nope/1",)),
    Request("nav_search_string", ("/Nope/1", "x")),
    Request("nav_search_entity", ("/Nope/1", {"type": "Shot", "id": 1})),
]

EVERY = [
    ("get_schema", ()),
    ("execute_method", (lambda sg: sg.find("Shot", []),)),
    ("execute_find", ("Shot", [])),
    ("execute_find_one", ("Shot", [])),
    ("execute_create", ("Shot", {"code": "never made"})),
    ("execute_update", ("Shot", 1, {"description": "never set"})),
    ("execute_delete", ("Shot", 10**8)),
    ("execute_text_search", ("NL010", {"Shot": []})),
    ("execute_nav_expand", ("/",)),
    ("execute_nav_search_string", ("/Project/1", "NL010")),
    ("execute_nav_search_entity", ("/Project/1", {"type": "Shot", "id": 1})),
    ("execute_nav_search_entity", ("/Project/1", {"type": "Project", "id": 1})),
]
NAMES = [name for name, _ in EVERY]


def unsigned(value: Any) -> Any:
    """The same without the signatures of urls, which are new in each answer."""
    if isinstance(value, dict):
        return {key: unsigned(each) for key, each in value.items()}
    if isinstance(value, list):
        return [unsigned(each) for each in value]
    if isinstance(value, str) and value.startswith("http"):
        return value.partition("?")[0]
    return value


@pytest.fixture
def outcomes(retriever: Any) -> Outcomes:
    return Outcomes(retriever)


# -- success --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("request_", READS, ids=lambda request: request.request_type)
def test_a_read_gives_what_the_plain_client_gives(site: Any, retriever: Any, outcomes: Any, request_: Request) -> None:
    uid = getattr(retriever, request_.method)(*request_.args, **request_.kwargs)
    kind, data = outcomes.one(uid)
    assert kind == request_.request_type
    assert list(data) == ["sg"]
    plain = getattr(site.connect(), request_.request_type)(*request_.args, **request_.kwargs)
    assert unsigned(data["sg"]) == unsigned(plain)
    json.dumps(data, default=str)


def test_text_search_gives_what_only_the_one_project_has(site: Any, retriever: Any, outcomes: Any) -> None:
    uid = retriever.execute_text_search("Boats", {"Project": []})
    _, data = outcomes.one(uid)
    assert [match["name"] for match in data["sg"]["matches"]] == ["Paper Boats"]


@pytest.mark.parametrize("project_id", [None, 1])
def test_the_schema_is_both_of_the_clients_schemas(site: Any, retriever: Any, outcomes: Any, project_id: Any) -> None:
    uid = retriever.get_schema() if project_id is None else retriever.get_schema(project_id=project_id)
    kind, data = outcomes.one(uid)
    project = None if project_id is None else {"type": "Project", "id": project_id}
    sg = site.connect()
    assert kind == "schema"
    assert data == {"fields": sg.schema_read(project), "types": sg.schema_entity_read(project)}
    json.dumps(data)
    asked = [r.params for r in site.calls.requests("/api3") if r.method_name == "schema_read"]
    assert asked[0] == asked[1]


def test_the_navigation_of_a_project_is_the_project_itself(site: Any, retriever: Any, outcomes: Any) -> None:
    expected = [
        {
            "incremental_path": ["/Project/1"],
            "label": "Northern Lights",
            "path_label": "",
            "project_id": 1,
            "ref": {"type": "Project", "id": 1},
        }
    ]
    named = {"type": "Project", "id": 1, "name": "Northern Lights"}
    uids = [
        retriever.execute_nav_search_entity("/Project/1", {"type": "Project", "id": 1}),
        retriever.execute_nav_search_entity("/", entity=named),
        retriever.execute_nav_search_entity(root_path="/", entity=named),
    ]
    for uid in uids:
        assert outcomes.one(uid) == ("nav_search_entity", {"sg": expected})
    gone = retriever.execute_nav_search_entity("/", {"type": "Project", "id": 10**8})
    assert outcomes.one(gone) == ("nav_search_entity", {"sg": []})


def test_create_update_and_delete_change_the_site(site: Any, retriever: Any, outcomes: Any) -> None:
    sg = site.connect()
    project = {"type": "Project", "id": 1}
    kind, data = outcomes.one(retriever.execute_create("Shot", {"code": "made", "project": project}, ["code"]))
    made = data["sg"]
    assert (kind, list(data)) == ("create", ["sg"])
    assert sg.find_one("Shot", [["code", "is", "made"]]) == {"type": "Shot", "id": made["id"]}
    assert (made["type"], made["code"]) == ("Shot", "made")

    values = {"description": "set", "sg_cut_in": 1001}
    kind, data = outcomes.one(retriever.execute_update("Shot", made["id"], data=values))
    assert kind == "update"
    assert data == {"sg": {"type": "Shot", "id": made["id"], **values}}
    assert sg.find_one("Shot", [["id", "is", made["id"]]], list(values))["sg_cut_in"] == 1001

    kind, data = outcomes.one(retriever.execute_delete("Shot", made["id"]))
    assert (kind, data) == ("delete", {"sg": True})
    assert sg.find_one("Shot", [["id", "is", made["id"]]]) is None
    kind, data = outcomes.one(retriever.execute_delete("Shot", made["id"]))
    assert (kind, data) == ("delete", {"sg": False})


def test_update_takes_the_modes_of_multi_entity_fields(site: Any, retriever: Any, outcomes: Any) -> None:
    sg = site.connect()
    assets = sg.find("Asset", [], limit=2)
    shot = sg.create("Shot", {"code": "modes", "project": {"type": "Project", "id": 1}, "assets": assets[:1]})
    uid = retriever.execute_update(
        "Shot", shot["id"], {"assets": assets[1:]}, multi_entity_update_modes={"assets": "add"}
    )
    outcomes.one(uid)
    found = sg.find_one("Shot", [["id", "is", shot["id"]]], ["assets"])["assets"]
    assert sorted(asset["id"] for asset in found) == sorted(asset["id"] for asset in assets)
    sg.delete("Shot", shot["id"])


# -- execute_method -------------------------------------------------------------------------------------


def test_a_method_gets_a_connection_and_its_arguments(site: Any, make_retriever: Any) -> None:
    mine = site.connect()
    retriever = make_retriever(sg=mine)
    outcomes = Outcomes(retriever)
    seen: list[Any] = []

    def method(sg: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append((sg, args, kwargs, threading.current_thread()))
        return sg.find_one("Shot", [["id", "is", args[0]]], ["code"])

    kind, data = outcomes.one(retriever.execute_method(method, 1, data={"a": 1}))
    ((sg, args, kwargs, thread),) = seen
    assert (kind, list(data)) == ("method", ["return_value"])
    assert data["return_value"] == mine.find_one("Shot", [["id", "is", 1]], ["code"])
    assert (args, kwargs) == ((1,), {"data": {"a": 1}})
    assert isinstance(sg, Shotgun)
    assert sg is not mine
    assert thread is not threading.current_thread()


def test_a_method_may_return_anything(retriever: Any, outcomes: Any) -> None:
    token = object()
    for value in (None, token, 2**80, {1: [token]}, "", b"\0"):
        _, data = outcomes.one(retriever.execute_method(lambda sg, value: value, value))
        assert data["return_value"] is value


def test_the_data_of_a_method_is_the_callers_own_object(retriever: Any, outcomes: Any) -> None:
    """Arguments of API calls are copied; those of a method are handed on: it may be there to fill them."""
    data: Row = {}
    outcomes.one(retriever.execute_method(lambda sg, data: data.update(seen=True), data))
    assert data == {"seen": True}


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("so and so"), "so and so"),
        (KeyError(), "KeyError"),
        (SystemExit("enough"), "SystemExit: enough"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (TankError("of the app's own"), "of the app's own"),
    ],
)
def test_what_a_method_raises_is_its_failure(retriever: Any, outcomes: Any, error: BaseException, message: str) -> None:
    calls: list[Any] = []

    def method(sg: Any) -> None:
        calls.append(sg)
        raise error

    kind, said = outcomes.one(retriever.execute_method(method))
    assert kind == "failure"
    assert message in said
    assert len(calls) == 1  # run once, whatever it raises
    assert outcomes.one(retriever.execute_method(lambda sg: 1))[1] == {"return_value": 1}


def test_a_method_that_is_none_is_refused_at_once(retriever: Any) -> None:
    with pytest.raises(TypeError, match="can be called"):
        retriever.execute_method("find")


def test_a_method_may_make_requests_and_stop_them(retriever: Any, outcomes: Any) -> None:
    inner: list[str] = []

    def method(sg: Any) -> str:
        inner.append(retriever.execute_find_one("Shot", [], ["code"]))
        retriever.stop_work(retriever.execute_method(lambda sg: None))
        return "outer"

    uid = retriever.execute_method(method)
    assert outcomes.one(uid) == ("method", {"return_value": "outer"})
    assert outcomes.one(inner[0])[0] == "find_one"


# -- arguments ------------------------------------------------------------------------------------------


def test_filters_may_be_changed_after_the_call(make_retriever: Any) -> None:
    waiting = make_retriever(start=False)
    outcomes = Outcomes(waiting)
    filters: list[Any] = [["id", "is", 1]]
    fields = ["code"]
    uid = waiting.execute_find("Shot", filters, fields)
    filters[0][2] = 2
    fields.append("nope")
    waiting.start()
    _, data = outcomes.one(uid)
    assert [(row["id"], set(row)) for row in data["sg"]] == [(1, {"type", "id", "code"})]


def test_wrong_arguments_fail_the_request_and_not_the_caller(retriever: Any, outcomes: Any) -> None:
    uids = [
        retriever.execute_find(),
        retriever.execute_find("Shot", [], entity_type="Shot"),
        retriever.execute_find("Shot", [], no_such_argument=1),
        retriever.execute_update("Shot"),
        retriever.execute_find("Shot", [["id", "is", object()]]),
        retriever.get_schema(project_id=10**8),
        retriever.execute_nav_search_entity(),
        retriever.execute_nav_search_entity("/", {"type": "Project"}),
    ]
    for uid in uids:
        kind, message = outcomes.one(uid)
        assert (kind, bool(message)) == ("failure", True), message


# -- failure --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("request_", WRONG, ids=lambda request: request.request_type)
def test_a_fault_says_what_the_site_says(site: Any, retriever: Any, outcomes: Any, request_: Request) -> None:
    with pytest.raises(Exception) as plain:
        getattr(site.connect(), request_.request_type)(*request_.args, **request_.kwargs)
    site.calls.clear()
    uid = getattr(retriever, request_.method)(*request_.args, **request_.kwargs)
    kind, message = outcomes.one(uid)
    assert kind == "failure"
    assert str(plain.value) in message
    assert f"127.0.0.1:{site.port}" in message
    assert sum(1 for call in site.calls.requests("/api3") if call.method_name != "info") == 1  # no use in asking again


@pytest.mark.parametrize(("name", "args"), EVERY, ids=NAMES)
def test_a_wrong_key_is_named_with_host_and_remedy(site: Any, make_retriever: Any, name: str, args: Any) -> None:
    if name == "execute_method":
        args = (lambda sg: retriever.execute_find("Shot", []),)  # a method's own errors are its own matter
    retriever = make_retriever(sg=site.connect(script_name="demo", api_key="secret-but-wrong"))
    outcomes = Outcomes(retriever)
    uid = getattr(retriever, name)(*args)
    if name == "execute_method":
        _, data = outcomes.one(uid)
        uid = data["return_value"]
    kind, message = outcomes.one(uid)
    assert kind == "failure"
    assert f"127.0.0.1:{site.port} refused the credentials" in message
    assert "Check the script name and key" in message
    assert "secret-but-wrong" not in message


@pytest.fixture
def nobody() -> Iterator[int]:
    """A port on which connections are refused for as long as the test runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.mark.parametrize(("name", "args"), EVERY, ids=NAMES)
def test_a_site_that_cannot_be_reached_is_named(make_retriever: Any, nobody: int, name: str, args: Any) -> None:
    sg = Shotgun(f"http://127.0.0.1:{nobody}", "demo", "demo", connect=False)
    retriever = make_retriever(sg=sg, max_attempts=2)
    outcomes = Outcomes(retriever)
    kind, message = outcomes.one(getattr(retriever, name)(*args))
    assert kind == "failure"
    assert "refused" in message
    if name != "execute_method":
        assert f"no answer from 127.0.0.1:{nobody} (connection refused)" in message
        assert "Check the network" in message


# -- after stop() ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "args"), EVERY, ids=NAMES)
def test_no_request_is_taken_after_stop(site: Any, retriever: Any, outcomes: Any, name: str, args: Any) -> None:
    retriever.stop()
    site.calls.clear()
    with pytest.raises(TankError, match="stopped"):
        getattr(retriever, name)(*args)
    assert not site.calls.requests()
    assert outcomes.all == []


# -- uids -----------------------------------------------------------------------------------------------


def test_uids_are_true_strings_that_never_repeat(site: Any, make_retriever: Any, make_manager: Any) -> None:
    managers = [make_manager(False), make_manager(False)]
    sg = site.connect()
    retrievers = [make_retriever(False, sg), *[make_retriever(False, sg, manager) for manager in managers * 2]]
    uids = [retriever.execute_find("Shot", []) for retriever in retrievers for _ in range(20)]
    uids += [retriever.request_thumbnail(None, "Shot", 1, "image") for retriever in retrievers]
    assert all(type(uid) is str and uid for uid in uids)
    tasks = [manager.add_task(int) for manager in managers]
    assert len({*uids, *map(str, tasks)}) == len(uids) + len(tasks)
