"""What a clone makes of an answer is what the client makes of it; whoever overrides the client's way gets that."""

from __future__ import annotations

import copy
import functools
import json
import logging
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shotgun_api3.shotgun
from shotgun_api3 import Shotgun

from shotgun_data import Settings
from shotgun_data.site import known_client, parsing
from shotgun_data.site.clone import clone

# No images: a site signs their urls anew each second.
FIELDS = ["code", "description", "created_at", "updated_at", "created_by", "assets", "sg_due_date", "project"]
INNER = sorted(known_client.KNOWN)


def test_the_installed_client_is_known(site: Any) -> None:
    """Should this fail after an upgrade: read what changed in the client, then add the new texts to KNOWN."""
    assert known_client.methods_if_known(site.connect()) is not None
    assert clone(site.connect(), Settings()).is_known


@pytest.mark.skipif(sys.platform == "win32", reason="TZ in the environment sets the zone on Unix alone")
@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Berlin",
        "America/New_York",
        "America/St_Johns",  # once changed at a minute past midnight
        "Australia/Lord_Howe",  # by half an hour
        "Africa/Cairo",
        "Asia/Kathmandu",
        "Pacific/Apia",  # left out a day
        "UTC",
    ],
)
def test_equal_results_in_each_time_zone(zone: str) -> None:
    program = Path(__file__).with_name("in_zone.py")
    ran = subprocess.run(
        [sys.executable, str(program)], env={**os.environ, "TZ": zone}, capture_output=True, text=True, timeout=55
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert int(ran.stdout) > (1 if zone.startswith(("Europe", "America", "Australia", "Africa")) else 0)


@pytest.mark.parametrize("convert", [True, False])
def test_equal_results_from_a_site(site: Any, convert: bool) -> None:
    original = site.connect(convert_datetimes_to_utc=convert)
    original.update("Shot", 1, {"description": "a &lt; b"})
    twin = clone(original, Settings())
    for ask in (
        lambda sg: sg.find("Shot", [], FIELDS),
        lambda sg: sg.find_one("Shot", [["id", "is", 1]], FIELDS),
        lambda sg: sg.update("Shot", 1, {"sg_cut_in": 1001}),
        lambda sg: sg.schema_field_read("Shot"),
        lambda sg: sg.summarize("Shot", [], [{"field": "id", "type": "count"}]),
        lambda sg: sg.find("Version", [], ["sg_uploaded_movie", "created_at"]),
    ):
        wanted, got = ask(original), ask(twin)
        assert wanted == got
        assert repr(wanted) == repr(got)
    assert (twin.find_one("Shot", [], ["created_at"])["created_at"].tzinfo is not None) is convert


def test_moments_are_the_clients_own(site: Any) -> None:
    found = clone(site.connect(), Settings()).find_one("Shot", [], ["created_at"])["created_at"]
    assert found.tzinfo is shotgun_api3.shotgun.SG_TIMEZONE.local
    for twin in (copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        assert twin == found
        assert twin.utcoffset() == found.utcoffset()


def test_no_two_rows_share_what_a_caller_may_change(site: Any) -> None:
    twin = clone(site.connect(), Settings())
    rows = twin.find("Shot", [], ["project", "assets", "created_by"]) + twin.find("Shot", [], ["project", "assets"])
    mutable = [id(part) for row in rows for part in (row, *row.values()) if isinstance(part, (dict, list))]
    mutable += [id(link) for row in rows for link in row["assets"]]
    assert len(mutable) == len(set(mutable))


def test_what_a_caller_hands_in_is_copied_as_the_client_does(site: Any) -> None:
    original = site.connect()
    twin = clone(original, Settings())
    mine = {"at": "2026-01-10T08:30:00Z", "rows": [{"at": ["2026-07-10T08:30:00Z"]}]}
    before = copy.deepcopy(mine)
    assert twin._transform_inbound(mine) == original._transform_inbound(mine)
    assert mine == before


class _Text(str):
    """A text of another type, as an app may put into a record."""


@pytest.mark.parametrize(
    "records",
    [
        [],
        None,
        {"type": "Shot", "code": "&lt;"},
        ({"code": "&lt;"}, {"code": "&amp;lt;"}),
        [{"code": _Text("&lt;"), "z": "&lt;"}, 7, "&lt;", None, ["&lt;"], {"more": ("&lt;",)}],
        [{"sg_file": {"link_type": "local", "local_path_linux": "/mnt/a.exr", "url": "x"}}],
        [{"sg_file": {"link_type": "local", "local_path_linux": None}}],
        [{"sg_file": {"link_type": "local"}}, {"sg_file": {"link_type": "upload", "local_path_linux": "/mnt"}}],
    ],
)
def test_records_of_any_shape(site: Any, records: Any) -> None:
    original = site.connect()
    original.client_caps.local_path_field = "local_path_linux"
    twin = clone(original, Settings())
    wanted, got = (sg._parse_records(copy.deepcopy(records)) for sg in (original, twin))
    assert wanted == got
    assert type(wanted) is type(got)


# -- whoever overrides the client's way ----------------------------------------------------------------------


@pytest.mark.parametrize("name", INNER)
def test_a_subclass_that_overrides_a_method_gets_its_way(site: Any, name: str) -> None:
    called: list[str] = []

    def override(self: Any, *args: Any, **kwargs: Any) -> Any:
        called.append(name)
        return getattr(Shotgun, name)(self, *args, **kwargs)

    Studio = type("Studio", (Shotgun,), {name: override})
    original = site.connect()
    original.__class__ = Studio
    twin = clone(original, Settings())
    assert not twin.is_known
    wanted = site.connect().find("Shot", [], FIELDS)
    called.clear()
    assert twin.find("Shot", [], FIELDS) == wanted
    assert called


@pytest.mark.parametrize("name", INNER)
def test_an_instance_that_overrides_a_method_gets_its_way(site: Any, name: str) -> None:
    original = site.connect()
    wanted = original.find("Shot", [], FIELDS)
    called: list[str] = []
    own = getattr(original, name)

    @functools.wraps(own)
    def override(*args: Any, **kwargs: Any) -> Any:
        called.append(name)
        return own(*args, **kwargs)

    setattr(original, name, override)
    twin = clone(original, Settings())
    assert not twin.is_known
    assert twin.find("Shot", [], FIELDS) == wanted
    assert called


@pytest.mark.parametrize("name", ["_transform_inbound", "_visit_data", "_json_loads", "_parse_records"])
def test_a_method_that_is_replaced_later_is_called(site: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    twin = clone(site.connect(), Settings())
    wanted = twin.find("Shot", [], FIELDS)
    called: list[str] = []
    own = getattr(Shotgun, name)

    def replaced(self: Any, *args: Any, **kwargs: Any) -> Any:
        called.append(name)
        return own(self, *args, **kwargs)

    monkeypatch.setattr(Shotgun, name, replaced)
    assert twin.find("Shot", [], FIELDS) == wanted
    assert called


def test_a_subclass_that_overrides_something_else_is_fast_too(site: Any) -> None:
    class Studio(Shotgun):
        def find_one(self, *args: Any, **kwargs: Any) -> Any:
            return super().find_one(*args, **kwargs)

    original = site.connect()
    original.__class__ = Studio
    assert clone(original, Settings()).is_known


@pytest.mark.parametrize("name", INNER)
def test_an_unknown_client_goes_its_own_way(site: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(known_client.KNOWN, name, frozenset({"of another version"}))
    twin = clone(site.connect(), Settings())
    assert not twin.is_known
    assert not {"_transform_inbound", "_json_loads", "_parse_records", "_http_request"} & set(vars(twin))
    assert twin.find("Shot", [], FIELDS) == site.connect().find("Shot", [], FIELDS)


def test_a_client_without_sources_is_unknown(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_client, "_seen", {})
    monkeypatch.setattr(type(shotgun_api3.shotgun.__loader__), "get_source", lambda self, name: None)
    assert not clone(site.connect(), Settings()).is_known


def test_a_clone_of_a_clone_stands_alone(site: Any) -> None:
    """A callable of the app gets a clone, and may make another retriever with it."""
    first = clone(site.connect(), Settings())
    second = clone(first, Settings())
    second.config.convert_datetimes_to_utc = False
    assert second.is_known
    assert first.find_one("Shot", [], ["created_at"])["created_at"].tzinfo is not None
    assert second.find_one("Shot", [], ["created_at"])["created_at"].tzinfo is None
    assert second._connection is not first._connection


@pytest.mark.parametrize("name", ["_decode_response", "_transform_inbound", "_parse_records"])
def test_a_clone_of_a_clone_keeps_what_the_original_overrides(site: Any, name: str) -> None:
    original = site.connect()
    own, called = getattr(original, name), []
    setattr(original, name, lambda *args: (called.append(name), own(*args))[1])
    twin = clone(clone(original, Settings()), Settings())
    assert twin.find_one("Shot", [], ["code"]) == original.find_one("Shot", [], ["code"])
    assert len(called) == 2


# -- threads, and the log ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("module", "name"), [(json, "loads"), (parsing, "fast_loads")])
def test_one_thread_decodes_at_a_time(site: Any, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """Eight that compute would keep the interpreter from the GUI's thread for eight switch intervals."""
    loads, inside, most = getattr(module, name), [], []
    if loads is None:
        pytest.skip("orjson is not installed")
    company = threading.Barrier(2)

    def watched(text: Any, **kwargs: Any) -> Any:
        if threading.current_thread() not in threads:
            return loads(text, **kwargs)
        inside.append(None)
        most.append(len(inside))
        try:
            company.wait(0.2)
        except threading.BrokenBarrierError:
            pass  # nobody came in
        inside.pop()
        return loads(text, **kwargs)

    original = site.connect()
    twins = [clone(original, Settings()) for _ in range(3)]
    found: list[Any] = []
    threads = [threading.Thread(target=lambda sg=sg: found.append(sg.find("Shot", [], FIELDS))) for sg in twins]
    monkeypatch.setattr(module, name, watched)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1]
    assert found[0] == found[1] == found[2] == original.find("Shot", [], FIELDS)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG, "shotgun_api3"):
        yield caplog


def test_the_clients_log_says_what_it_said(site: Any, log: pytest.LogCaptureFixture) -> None:
    twin = clone(site.connect(), Settings())
    log.clear()
    twin.find_one("Shot", [], ["code"])
    messages = [record.getMessage() for record in log.records]
    assert any(message.startswith("Request body is b") for message in messages)
    assert any(message.startswith("Response body is b") for message in messages)
