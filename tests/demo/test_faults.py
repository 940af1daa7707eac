"""Faults on demand: which requests they strike, what they do to the connection, and how another process sets them."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from typing import Any, Dict, Iterator, List, Tuple
from urllib.parse import urlsplit

import pytest
import shotgun_api3

from shotgun_data.demo.site import EmbeddedSite
from shotgun_data.demo.site.faults import (
    BadJson,
    ExpiredUrl,
    Fault,
    FaultPlan,
    HtmlPage,
    Latency,
    LyingGzip,
    RedirectLoop,
    RedirectTo,
    Reset,
    Slow,
    Stall,
    Status,
    Truncate,
    WrongContentType,
    WrongShapeJson,
)

API = "/api3/json"


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddedSite]:
    with EmbeddedSite(shots=6) as site:
        yield site


@pytest.fixture
def site(running: EmbeddedSite) -> Iterator[EmbeddedSite]:
    running.faults.clear()
    running.calls.clear()
    yield running
    running.faults.clear()


@pytest.fixture
def sg(site: EmbeddedSite) -> shotgun_api3.Shotgun:
    client = site.connect()
    client.config.max_rpc_attempts = 1
    client.config.rpc_attempt_interval = 0
    return client


@pytest.fixture
def image(site: EmbeddedSite) -> str:
    return str(site.connect().find_one("Shot", [["image", "is_not", None]], ["image"])["image"])


def call(site: EmbeddedSite, method: str = "read", entity_type: str = "Shot") -> Tuple[int, Any, bytes]:
    """Send an API call of its own making; give status, headers and body."""
    payload = {"type": entity_type, "filters": {"logical_operator": "and", "conditions": []}, "return_fields": ["id"]}
    auth = {"script_name": "demo", "script_key": "demo"}
    body = json.dumps({"method_name": method, "params": [auth, payload]})
    return exchange(site.url + API, "POST", body)


def exchange(url: str, method: str = "GET", body: str = "") -> Tuple[int, Any, bytes]:
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        connection.request(method, parts.path + ("?" + parts.query if parts.query else ""), body or None)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


@pytest.mark.parametrize("code", [401, 403, 404, 410, 429, 500, 502, 503, 504])
def test_status_with_headers_strikes_once(site: EmbeddedSite, code: int) -> None:
    placed = site.faults.add(Fault(Status(code, {"Retry-After": "1"}), path=API))
    status, headers, body = call(site)
    assert (status, headers["Retry-After"]) == (code, "1")
    assert b"<html>" in body
    assert call(site)[0] == 200
    assert (placed.hits, placed.spent, site.faults.hits, list(site.faults.active)) == (1, True, 1, [])


def test_times_and_clear(site: EmbeddedSite) -> None:
    site.faults.add(Fault(Status(500), path=API, times=2))
    assert [call(site)[0] for _ in range(3)] == [500, 500, 200]
    site.faults.add(Fault(Status(500), path=API, times=None))
    assert [call(site)[0] for _ in range(3)] == [500] * 3
    site.faults.clear()
    assert call(site)[0] == 200
    assert site.faults.hits == 0


def test_only_what_matches_is_struck(site: EmbeddedSite, image: str) -> None:
    site.faults.add(Fault(Status(500), path=API, method_name="create", times=None))
    site.faults.add(Fault(Status(502), path=API, entity_type="Asset", times=None))
    site.faults.add(Fault(Status(503), path="/thumbs/", times=None))
    site.faults.add(Fault(Status(504), path="/user", media=True, times=None))
    assert call(site)[0] == 200
    assert call(site, "create")[0] == 500
    assert call(site, entity_type="Asset")[0] == 502
    assert exchange(image)[0] == 503
    assert exchange(site.url + "/user/login")[0] == 200
    assert exchange(site.media_url + "/user/login")[0] == 504


def test_probability_is_seeded(site: EmbeddedSite) -> None:
    def outcomes() -> List[int]:
        site.faults.clear()
        site.faults.add(Fault(Status(500), path="/user", times=None, probability=0.5, seed=3))
        return [exchange(site.url + "/user/login")[0] for _ in range(20)]

    first = outcomes()
    assert first == outcomes()
    assert set(first) == {200, 500}


def test_real_client_sees_the_fault(site: EmbeddedSite, sg: shotgun_api3.Shotgun) -> None:
    site.faults.add(Fault(Status(503), path=API, times=None))
    with pytest.raises(shotgun_api3.ProtocolError) as failed:
        sg.find_one("Shot", [])
    assert failed.value.errcode == 503


def test_before_and_after_processing(site: EmbeddedSite) -> None:
    auth = {"script_name": "demo", "script_key": "demo"}
    fields = [{"field_name": "name", "value": "made by a request without an answer"}]
    body = json.dumps({"method_name": "create", "params": [auth, {"type": "Tag", "fields": fields}]})

    def made() -> int:
        return len(site.store.read("Tag", [["name", "is", "made by a request without an answer"]]))

    site.faults.add(Fault(Reset(), path=API, method_name="create"))
    with pytest.raises(OSError):
        exchange(site.url + API, "POST", body)
    assert (made(), site.calls.count("create")) == (0, 1)
    site.faults.add(Fault(Reset(), path=API, method_name="create", after_processing=True))
    with pytest.raises(OSError):
        exchange(site.url + API, "POST", body)
    assert (made(), site.calls.count("create")) == (1, 2)


def test_status_after_processing(site: EmbeddedSite, sg: shotgun_api3.Shotgun) -> None:
    site.faults.add(Fault(Status(500), path=API, method_name="delete", after_processing=True))
    note = site.store.create("Note", {"subject": "to be deleted"})
    with pytest.raises(shotgun_api3.ProtocolError):
        sg.delete("Note", note["id"])
    assert site.store.read("Note", [["id", "is", note["id"]]]) == []


def raw(url: str) -> Tuple[bytes, type]:
    """Read what comes over a bare socket; give it, and how it ended: OSError for a reset, EOFError for a close."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    with socket.create_connection((parts.hostname, parts.port or 80), timeout=20) as sock:
        sock.sendall(f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        got = b""
        try:
            while True:
                piece = sock.recv(65536)
                if not piece:
                    return got, EOFError
                got += piece
        except ConnectionResetError:
            return got, ConnectionResetError


def test_reset_is_a_real_reset(site: EmbeddedSite, image: str) -> None:
    site.faults.add(Fault(Reset(), path="/thumbs/"))
    assert raw(image) == (b"", ConnectionResetError)
    site.faults.add(Fault(Reset(after=1000), path="/thumbs/"))
    got, ended = raw(image)
    head, _, body = got.partition(b"\r\n\r\n")
    assert (len(body), ended) == (1000, ConnectionResetError)
    assert b"Content-Length" in head


def test_truncate_promises_more_than_comes(site: EmbeddedSite, image: str) -> None:
    whole = exchange(image)[2]
    site.faults.add(Fault(Truncate(1000), path="/thumbs/"))
    got, ended = raw(image)
    head, _, body = got.partition(b"\r\n\r\n")
    assert (body, ended) == (whole[:1000], EOFError)
    assert f"content-length: {len(whole)}".encode() in head.lower()
    site.faults.add(Fault(Truncate(1000), path="/thumbs/"))
    with pytest.raises(http.client.IncompleteRead):
        exchange(image)


def test_latency_adds_up_and_lets_other_faults_through(site: EmbeddedSite) -> None:
    site.faults.add(Fault(Latency(0.1), path=API))
    site.faults.add(Fault(Latency(0.1), path=API))
    site.faults.add(Fault(Status(500), path=API))
    began = time.monotonic()
    assert call(site)[0] == 500
    assert time.monotonic() - began >= 0.2
    assert site.faults.hits == 3


def test_slow_takes_its_time(site: EmbeddedSite, image: str) -> None:
    whole = exchange(image)[2]
    site.faults.add(Fault(Slow(len(whole) * 4), path="/thumbs/"))
    began = time.monotonic()
    assert exchange(image)[2] == whole
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize("after", [None, 0, 500])
def test_stall_until_released(site: EmbeddedSite, image: str, after: Any) -> None:
    whole = exchange(image)[2]
    site.faults.add(Fault(Stall(after), path="/thumbs/"))
    got: List[bytes] = []
    reader = threading.Thread(target=lambda: got.append(exchange(image)[2]))
    reader.start()
    deadline = time.monotonic() + 10
    while site.faults.stalled == 0 and time.monotonic() < deadline:
        reader.join(0.01)
    assert (site.faults.stalled, got) == (1, [])
    site.faults.release()
    reader.join(10)
    assert got == [whole]
    assert site.faults.stalled == 0


def test_stall_ends_when_the_client_leaves(site: EmbeddedSite, image: str) -> None:
    site.faults.add(Fault(Stall(10), path="/thumbs/"))
    parts = urlsplit(image)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    assert connection.getresponse().read(10) != b""
    connection.close()
    deadline = time.monotonic() + 10
    while site.faults.stalled and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    assert site.faults.stalled == 0


def test_wrong_bodies(site: EmbeddedSite, image: str) -> None:
    whole = exchange(image)[2]
    site.faults.add(Fault(WrongContentType("text/plain"), path="/thumbs/"))
    _, headers, body = exchange(image)
    assert (headers["Content-Type"], body) == ("text/plain", whole)
    site.faults.add(Fault(WrongContentType("image/jpeg", b"no jpeg"), path="/thumbs/"))
    _, headers, body = exchange(image)
    assert (headers["Content-Type"], body) == ("image/jpeg", b"no jpeg")
    site.faults.add(Fault(HtmlPage(), path="/thumbs/"))
    status, headers, body = exchange(image)
    assert (status, headers.get_content_type()) == (200, "text/html")
    site.faults.add(Fault(LyingGzip(), path="/thumbs/"))
    _, headers, body = exchange(image)
    assert (headers["Content-Encoding"], body) == ("gzip", whole)
    site.faults.add(Fault(ExpiredUrl(), path="/thumbs/"))
    status, headers, body = exchange(image)
    assert (status, headers["Content-Type"]) == (403, "application/xml")
    assert b"Request has expired" in body


def test_json_that_is_none(site: EmbeddedSite) -> None:
    site.faults.add(Fault(BadJson(), path=API))
    _, headers, body = call(site)
    assert headers.get_content_type() == "application/json"
    with pytest.raises(ValueError):
        json.loads(body)
    site.faults.add(Fault(WrongShapeJson(), path=API))
    assert json.loads(call(site)[2]) == {"results": {"entities": 7, "paging_info": None}}


def test_redirects(site: EmbeddedSite, image: str) -> None:
    site.faults.add(Fault(RedirectTo(site.url + "/user/login", hops=4), path="/thumbs/"))
    hops, url = 0, image
    while True:
        status, headers, _ = exchange(url)
        if status != 302:
            break
        hops += 1
        url = headers["Location"] if "://" in headers["Location"] else site.media_url + headers["Location"]
    assert (hops, url, status) == (4, site.url + "/user/login", 200)


def test_redirect_loop(site: EmbeddedSite, image: str) -> None:
    site.faults.add(Fault(RedirectLoop(), path="/thumbs/"))
    with pytest.raises(urllib.error.HTTPError, match="infinite loop"):
        urllib.request.urlopen(image, timeout=10)
    assert exchange(image)[0] == 200


def test_a_stream_can_be_damaged(site: EmbeddedSite) -> None:
    key = site.store.media_key("Attachment", _large(site), "this_file")
    assert key is not None
    site.faults.add(Fault(Truncate(100_000), path="/files/"))
    with pytest.raises(http.client.IncompleteRead) as cut:
        exchange(site.media.source_url(key, "a.bin"))
    assert len(cut.value.partial) == 100_000


def _large(site: EmbeddedSite) -> int:
    return int(site.store.read("Attachment", [["display_name", "ends_with", "_plates.bin"]])[0]["id"])


def control(site: EmbeddedSite, method: str, body: Any = None) -> Tuple[int, Dict[str, Any]]:
    status, _, answer = exchange(site.url + "/_demo/faults", method, json.dumps(body) if body is not None else "")
    return status, json.loads(answer)


def test_another_process_sets_faults(site: EmbeddedSite) -> None:
    wanted = [
        {"action": "status", "code": 429, "headers": {"Retry-After": "2"}, "path": API, "times": 2},
        {"action": "html_page", "path": "/user", "media": False},
    ]
    assert control(site, "POST", wanted) == (200, {"added": 2})
    status, headers, _ = call(site)
    assert (status, headers["Retry-After"]) == (429, "2")
    shown = control(site, "GET")[1]
    assert (shown["hits"], [each["action"] for each in shown["active"]]) == (1, ["Status", "HtmlPage"])
    assert control(site, "DELETE")[0] == 200
    assert call(site)[0] == 200
    calls = json.loads(exchange(site.url + "/_demo/calls?path=" + API)[2])
    assert calls == ["POST /api3/json read"] * 2


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ([{"action": "explode"}], "unknown action 'explode'"),
        ([{"action": "status", "code": 500, "speed": 1}], "not speed"),
        ([{"action": "latency"}], "seconds"),
        ([7], "Not a list of faults"),
    ],
)
def test_wrong_faults_are_refused(site: EmbeddedSite, wanted: Any, says: str) -> None:
    status, answer = control(site, "POST", wanted)
    assert status == 400
    assert says in answer["error"]
    assert site.faults.active == []


def test_plan_tells_its_state() -> None:
    plan = FaultPlan()
    placed = plan.add(Fault(Status(500), path=API))
    assert repr(plan) == "<FaultPlan 1 active, 0 hits>"
    assert "hits=0" in repr(placed)
    assert "/api3/json" in repr(placed)
