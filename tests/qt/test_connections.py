"""Whose connection is used, how many there are, and what each costs."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from typing import Any, Callable

import pytest
from shotgun_api3 import Shotgun
from shotgun_api3.lib import mockgun

from shotgun_data import Settings, ShotgunDataRetriever, TankError
from shotgun_data.demo.site.faults import Fault, HtmlPage, Latency, Stall, Status, WrongContentType

from .production import picture, upload
from .waiting import Outcomes, wait_for_the_site


class Untouchable(Shotgun):
    """A connection that its owner uses in another thread: nobody else may call it."""

    def _call_rpc(self, *args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() != self.__dict__.get("owner"):
            self.__dict__.setdefault("intruders", []).append(args[0])
        return super()._call_rpc(*args, **kwargs)

    def _get_connection(self) -> Any:
        self.__dict__.setdefault("intruders", []).append("a connection")
        return super()._get_connection()


def everything(retriever: Any, site: Any, attachment: Any) -> list[str]:
    """Each kind of request once, without its outcome."""
    return [
        retriever.execute_find("Shot", []),
        retriever.get_schema(),
        retriever.execute_method(lambda sg: sg.find_one("Shot", [])),
        retriever.execute_update("Shot", 1, {"description": uuid.uuid4().hex}),
        retriever.execute_nav_search_entity("/", {"type": "Project", "id": 1}),
        retriever.request_thumbnail(*picture(site)),
        retriever.request_thumbnail_source("Shot", 1),
        retriever.request_attachment(attachment),
    ]


def test_the_instance_that_was_passed_in_is_never_called(site: Any, make_retriever: Any, tmp_path: Any) -> None:
    (tmp_path / "a.txt").write_text("a")
    attachment = upload(site, tmp_path / "a.txt")
    mine = Untouchable(site.url, "demo", "demo", connect=False)
    used: list[Any] = []
    retriever = make_retriever(sg=mine, max_threads=2)
    outcomes = Outcomes(retriever)
    before = {name: repr(value) for name, value in vars(mine).items()}
    used += everything(retriever, site, attachment)
    outcomes.wait(*used)
    assert not [said for said in outcomes.all if said[1] == "failure"]
    assert mine.__dict__.get("intruders") is None
    assert {name: repr(value) for name, value in vars(mine).items()} == before
    retriever.stop()
    assert mine.__dict__.get("intruders") is None


def test_it_may_be_used_by_its_owner_meanwhile(site: Any, make_retriever: Any) -> None:
    mine = site.connect()
    retriever = make_retriever(sg=mine)
    outcomes = Outcomes(retriever)
    uids = [retriever.execute_find("Shot", [], ["code"]) for _ in range(30)]
    for _ in range(30):
        assert len(mine.find("Task", [], ["content"], limit=3)) == 3
    outcomes.wait(*uids)
    shots = mine.find("Shot", [], ["code"])
    assert all(data == {"sg": shots} for _, _, data in outcomes.all)


def test_each_worker_thread_has_one_connection_of_its_own(site: Any, make_retriever: Any) -> None:
    mine = site.connect()
    retriever = make_retriever(sg=mine, max_threads=3)
    together = threading.Barrier(3)
    seen: list[tuple[int, Any]] = []

    def method(sg: Any, wait: bool) -> None:
        if wait:
            together.wait(20)
        sg.find_one("Shot", [])
        seen.append((threading.get_ident(), sg))

    outcomes = Outcomes(retriever)
    outcomes.wait(*[retriever.execute_method(method, True) for _ in range(3)])
    outcomes.wait(*[retriever.execute_method(method, False) for _ in range(20)])
    clones = {id(sg): sg for _, sg in seen}
    assert len(clones) == len({thread for thread, _ in seen}) == 3
    assert len({(thread, id(sg)) for thread, sg in seen}) == 3
    assert mine not in clones.values()
    assert all(type(sg) is Shotgun and sg.base_url == mine.base_url for sg in clones.values())


def test_a_clone_costs_no_info_call(site: Any, make_retriever: Any) -> None:
    mine = site.connect()
    retriever = make_retriever(sg=mine, max_threads=4)
    site.calls.clear()
    together = threading.Barrier(4)
    outcomes = Outcomes(retriever)
    outcomes.wait(*[retriever.execute_method(lambda sg: (together.wait(20), sg.find("Shot", []))) for _ in range(4)])
    assert (site.calls.count("info"), site.calls.count("read")) == (0, 4)


def test_an_instance_that_never_connected_costs_one_at_first(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(sg=site.connect(connect=False), max_threads=4)
    outcomes = Outcomes(retriever)
    outcomes.one(retriever.execute_find("Shot", []))
    together = threading.Barrier(4)
    outcomes.wait(*[retriever.execute_method(lambda sg: (together.wait(20), sg.find("Shot", []))) for _ in range(4)])
    assert site.calls.count("info") == 1


def test_connections_are_kept_alive(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(max_threads=1)
    outcomes = Outcomes(retriever)
    sockets: set[Any] = set()

    def method(sg: Any) -> None:
        sg.find_one("Shot", [])
        (connection,) = sg._get_connection().connections.values()
        sockets.add(connection.sock.getsockname())

    outcomes.wait(*[retriever.execute_method(method) for _ in range(10)])
    assert len(sockets) == 1


def test_settings_of_the_instance_hold_for_the_clones(site: Any, make_retriever: Any) -> None:
    mine = site.connect(convert_datetimes_to_utc=False)
    mine.config.timeout_secs = 7
    mine.config.session_uuid = "1234"
    retriever = make_retriever(sg=mine)
    found: list[Any] = []

    def method(sg: Any) -> None:
        sg.find_one("Shot", [])
        (connection,) = sg._get_connection().connections.values()
        found.append((connection.timeout, connection.sock.gettimeout(), sg.config.session_uuid))
        found.append(sg.config.convert_datetimes_to_utc)

    Outcomes(retriever).one(retriever.execute_method(method))
    assert found[0][1:] == (7, "1234")
    assert found[1] is False
    shot, plain = None, mine.find_one("Shot", [], ["created_at"])
    _, data = Outcomes(retriever).one(retriever.execute_find_one("Shot", [], ["created_at"]))
    shot = data["sg"]
    assert shot == plain


def test_there_are_timeouts_where_the_instance_has_none(site: Any, make_retriever: Any) -> None:
    mine = site.connect()
    assert mine.config.timeout_secs is None
    retriever = make_retriever(sg=mine, read_timeout=0.2, max_attempts=1)
    outcomes = Outcomes(retriever)
    site.faults.add(Fault(Stall(), method_name="read", times=None))
    kind, message = outcomes.one(retriever.execute_find("Shot", []), seconds=10)
    assert kind == "failure"
    assert "timed out" in message


# -- who one is -----------------------------------------------------------------------------------------


def test_a_login_and_a_session_token_will_do(site: Any, make_retriever: Any, tmp_path: Any) -> None:
    (tmp_path / "a.txt").write_text("a")
    attachment = upload(site, tmp_path / "a.txt")
    token = site.connect(login="artist", password="demo").get_session_token()
    for kwargs in ({"login": "artist", "password": "demo"}, {"session_token": token}):
        retriever = make_retriever(sg=site.connect(**kwargs), cache_dir=tmp_path / next(iter(kwargs)))
        outcomes = Outcomes(retriever)
        outcomes.wait(*everything(retriever, site, attachment))
        assert not [said for said in outcomes.all if said[1] == "failure"]
    newest = [{"field_name": "id", "direction": "desc"}]
    changed = site.connect().find_one("EventLogEntry", [["entity", "is", {"type": "Shot", "id": 1}]], ["user"], newest)
    assert changed["user"]["type"] == "HumanUser"


def test_a_session_that_ended_is_renewed_where_it_can_be(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever()
    outcomes = Outcomes(retriever)
    assert outcomes.one(retriever.request_thumbnail_source("Shot", 1))[0] == "download_thumbnail"
    site.expire_sessions()
    assert outcomes.one(retriever.request_thumbnail_source("Shot", 2))[0] == "download_thumbnail"


def test_a_session_token_that_ended_says_so(site: Any, make_retriever: Any) -> None:
    token = site.connect().get_session_token()
    mine = site.connect(session_token=token)
    site.expire_sessions()
    retriever = make_retriever(sg=mine)
    outcomes = Outcomes(retriever)
    for uid in (retriever.execute_find("Shot", []), retriever.request_thumbnail_source("Shot", 3)):
        kind, message = outcomes.one(uid)
        assert kind == "failure"
        assert f"127.0.0.1:{site.port}" in message
        assert "log in again" in message.lower()
        assert token not in message


def test_the_session_is_asked_for_once(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever()
    outcomes = Outcomes(retriever)
    site.calls.clear()
    outcomes.wait(*[retriever.request_thumbnail_source("Shot", n) for n in range(1, 11)])
    assert site.calls.count("get_session_token") == 1
    site.expire_sessions()
    outcomes.wait(*[retriever.request_thumbnail_source("Shot", n) for n in range(11, 21)])
    assert {kind for _, kind, _ in outcomes.all} == {"download_thumbnail"}
    assert site.calls.count("get_session_token") <= 1 + 4 + 1  # renewed, not by every thread that found it refused


# -- what else can be passed in -------------------------------------------------------------------------


def test_a_subclass_with_another_constructor_works(site: Any, make_retriever: Any) -> None:
    class Studio(Shotgun):
        def __init__(self, show: str) -> None:
            super().__init__(site.url, "demo", "demo")
            self.show = show

        def find_in_show(self) -> Any:
            return self.find_one("Project", [["name", "is", self.show]], ["name"])

    retriever = make_retriever(sg=Studio("Northern Lights"))
    outcomes = Outcomes(retriever)
    _, data = outcomes.one(retriever.execute_method(lambda sg: (type(sg), sg.find_in_show()["name"])))
    assert data["return_value"] == (Studio, "Northern Lights")
    assert outcomes.one(retriever.execute_find("Shot", []))[0] == "find"


@pytest.fixture
def schema(site: Any, tmp_path: Any) -> Iterator[None]:
    """What a Mockgun knows: the schema of the embedded site."""
    paths = str(tmp_path / "schema"), str(tmp_path / "entities")
    mockgun.generate_schema(site.connect(), *paths)
    mockgun.Shotgun.set_schema_paths(*paths)
    yield
    mockgun.Shotgun.set_schema_paths(None, None)


def test_a_mockgun_works_one_call_at_a_time(make_retriever: Any, schema: None) -> None:
    inside = threading.Semaphore(1)
    crowd: list[str] = []

    class Careful(mockgun.Shotgun):  # type: ignore[misc]
        def find(self, *args: Any, **kwargs: Any) -> Any:
            if not inside.acquire(blocking=False):
                crowd.append("two at once")
                return []
            try:
                threading.Event().wait(0.001)  # let the others in, if they can come
                return super().find(*args, **kwargs)
            finally:
                inside.release()

    mine = Careful("https://mock.example.com", "demo", "demo")
    retriever = make_retriever(sg=mine, max_threads=8)
    outcomes = Outcomes(retriever)
    _, data = outcomes.one(retriever.execute_create("Shot", {"code": "mocked"}))
    assert data["sg"]["code"] == "mocked"
    uids = [retriever.execute_find("Shot", [["code", "is", "mocked"]], ["code"]) for _ in range(40)]
    outcomes.wait(*uids)
    assert crowd == []
    assert all(outcomes.of(uid)[0][1]["sg"][0]["code"] == "mocked" for uid in uids)
    assert outcomes.one(retriever.execute_method(lambda sg: sg is mine))[1] == {"return_value": True}
    assert outcomes.one(retriever.get_schema())[0] == "schema"
    assert outcomes.one(retriever.execute_find("Nope", []))[0] == "failure"
    assert outcomes.one(retriever.execute_text_search("x", {}))[0] == "failure"


def test_media_of_a_mockgun_comes_by_its_url(site: Any, make_retriever: Any, schema: None) -> None:
    retriever = make_retriever(sg=mockgun.Shotgun("https://mock.example.com", "demo", "demo"))
    assert Outcomes(retriever).one(retriever.request_thumbnail(*picture(site)))[0] == "download_thumbnail"


def test_an_object_that_only_has_the_methods_works(make_retriever: Any) -> None:
    class Wrapper:
        def find(self, entity_type: str, filters: Any) -> Any:
            return [{"type": entity_type, "id": 7}]

    retriever = make_retriever(sg=Wrapper())
    outcomes = Outcomes(retriever)
    assert outcomes.one(retriever.execute_find("Shot", []))[1] == {"sg": [{"type": "Shot", "id": 7}]}
    kind, message = outcomes.one(retriever.request_thumbnail_source("Shot", 1))
    assert kind == "failure"
    assert "no site" in message


# -- answers that are not the API's ---------------------------------------------------------------------


def test_a_read_is_tried_again_for_reasons_that_pass(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(max_threads=1)
    outcomes = Outcomes(retriever)
    for status in (429, 500, 502, 503, 504):
        site.faults.clear()
        site.faults.add(Fault(Status(status, {"Retry-After": "0"}), method_name="read", times=2))
        assert outcomes.one(retriever.execute_find_one("Shot", []))[0] == "find_one", status
        assert site.faults.hits == 2


def test_a_read_is_given_up_after_as_many_attempts_as_the_settings_say(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(max_attempts=3)
    site.faults.add(Fault(Status(503), method_name="read", times=None))
    kind, message = Outcomes(retriever).one(retriever.execute_find("Shot", []))
    assert kind == "failure"
    assert f"127.0.0.1:{site.port} is busy or down (HTTP 503)" in message
    assert site.faults.hits == 3


def test_a_wait_that_is_too_long_is_told_and_not_waited_for(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(retry_delay_max=5)
    site.faults.add(Fault(Status(429, {"Retry-After": "3600"}), method_name="read", times=None))
    kind, message = Outcomes(retriever).one(retriever.execute_find("Shot", []))
    assert (kind, "3600 seconds" in message) == ("failure", True)
    assert site.faults.hits == 1


def test_a_login_page_in_between_is_named(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever()
    site.faults.add(Fault(HtmlPage(), path="/api3/json", times=None))
    kind, message = Outcomes(retriever).one(retriever.execute_find("Shot", []))
    assert kind == "failure"
    assert "did not answer as a ShotGrid site does" in message


def test_an_empty_answer_is_no_result(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever()
    site.faults.add(Fault(WrongContentType("application/json", ""), path="/api3/json", times=None))
    kind, message = Outcomes(retriever).one(retriever.execute_find("Shot", []))
    assert kind == "failure"
    assert "did not answer as a ShotGrid site does" in message


def test_latency_is_no_failure(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever()
    site.faults.add(Fault(Latency(0.05), times=None))
    assert Outcomes(retriever).one(retriever.execute_find("Shot", []))[0] == "find"


# -- Toolkit --------------------------------------------------------------------------------------------


class Bundle:
    """A connection of each thread's own, as Toolkit's ``bundle.shotgun`` is."""

    def __init__(self, connect: Callable[[], Any], cache: str) -> None:
        self._connect = connect
        self._local = threading.local()
        self.site_cache_location = cache
        self.asked: list[int] = []

    @property
    def shotgun(self) -> Any:
        self.asked.append(threading.get_ident())
        if not hasattr(self._local, "sg"):
            self._local.sg = self._connect()
        return self._local.sg


@pytest.fixture
def toolkit(site: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    """A process in which sgtk runs, and a bundle of it asks."""
    bundle = Bundle(site.connect, str(tmp_path / "bundle"))
    sgtk, platform = type(pytest)("sgtk"), type(pytest)("sgtk.platform")
    platform.current_bundle = lambda: bundle  # type: ignore[attr-defined]
    platform.current_engine = lambda: None  # type: ignore[attr-defined]
    sgtk.platform = platform  # type: ignore[attr-defined]
    monkeypatch.setitem(__import__("sys").modules, "sgtk", sgtk)
    return bundle


def test_in_toolkit_the_bundles_connection_is_read_in_the_worker(site: Any, qapp: Any, toolkit: Bundle) -> None:
    retriever = ShotgunDataRetriever(None)
    try:
        retriever.start()
        outcomes = Outcomes(retriever)
        toolkit.asked.clear()
        assert outcomes.one(retriever.execute_find("Shot", []))[0] == "find"
        assert toolkit.asked
        assert threading.get_ident() not in toolkit.asked
        _, data = outcomes.one(retriever.request_thumbnail(*picture(site)))
        assert data["thumb_path"].startswith(toolkit.site_cache_location)
    finally:
        retriever.stop()


def test_in_toolkit_a_connection_that_is_passed_in_goes_first(
    site: Any, qapp: Any, toolkit: Bundle, cache_dir: Any
) -> None:
    retriever = ShotgunDataRetriever(None, site.connect(), settings=Settings(cache_dir=cache_dir))
    try:
        retriever.start()
        assert Outcomes(retriever).one(retriever.execute_find("Shot", []))[0] == "find"
        assert toolkit.asked == []
    finally:
        retriever.stop()


def test_in_toolkit_a_bundle_without_a_connection_fails_the_requests(
    site: Any, qapp: Any, toolkit: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolkit._connect = lambda: None
    retriever = ShotgunDataRetriever(None)
    try:
        retriever.start()
        kind, message = Outcomes(retriever).one(retriever.execute_find("Shot", []))
        assert (kind, "no ShotGrid connection" in message) == ("failure", True)
    finally:
        retriever.stop()


def test_code_outside_of_any_bundle_uses_the_engine_or_says_what_to_pass(
    site: Any, qapp: Any, toolkit: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = __import__("sys").modules["sgtk"].platform

    def no_bundle() -> Any:
        raise RuntimeError("this code belongs to no bundle")

    monkeypatch.setattr(platform, "current_bundle", no_bundle)
    with pytest.raises(TankError, match="needs a connection"):
        ShotgunDataRetriever(None)
    monkeypatch.setattr(platform, "current_engine", lambda: toolkit)
    retriever = ShotgunDataRetriever(None)
    retriever.stop()


def test_nothing_is_left_standing(site: Any) -> None:
    wait_for_the_site(lambda: not site.faults.stalled)
