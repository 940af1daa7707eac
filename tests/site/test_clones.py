"""Clones of a connection: of the same site and person, with sockets, timeouts and retries of their own."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import pytest
import shotgun_api3.shotgun
from shotgun_api3 import Shotgun
from shotgun_api3.lib import mockgun

from shotgun_data import Settings, errors
from shotgun_data.demo.site.faults import Fault, Reset, Status
from shotgun_data.requests import WRITES
from shotgun_data.site.clone import can_be_cloned, clone
from shotgun_data.site.connections import SiteConnections
from shotgun_data.site.send_once import READS, is_read


def test_a_clone_answers_as_the_original_does(site: Any) -> None:
    original = site.connect()
    site.calls.clear()
    twin = clone(original, Settings())
    assert twin.find("Shot", [], ["code", "created_at"]) == original.find("Shot", [], ["code", "created_at"])
    assert site.calls.count("info") == 0
    assert twin.server_caps is original.server_caps


def test_a_clone_shares_no_socket_and_no_config(site: Any) -> None:
    original = site.connect()
    original.find_one("Shot", [])
    twin = clone(original, Settings())
    other = clone(original, Settings())
    twin.find_one("Shot", [])
    assert twin.config is not original.config
    assert len({id(each._connection) for each in (original, twin, other)}) == 3
    twin.close()
    assert original.find_one("Shot", [])
    assert twin.find_one("Shot", [])  # opens again


def test_what_is_changed_on_a_clone_does_not_reach_the_original(site: Any) -> None:
    original = site.connect()
    twin = clone(original, Settings())
    twin.config.session_uuid = "of the clone"
    twin.config.timeout_secs = 3
    assert (original.config.session_uuid, original.config.timeout_secs) == (None, None)
    assert original.config.max_rpc_attempts == site.connect().config.max_rpc_attempts
    assert twin.config.max_rpc_attempts == twin.MAX_ATTEMPTS == 1
    assert original.MAX_ATTEMPTS == Shotgun.MAX_ATTEMPTS


def test_the_http_object_is_ours_again_after_an_error(site: Any) -> None:
    twin = clone(site.connect(), Settings())
    fault = site.faults.add(Fault(Reset(), method_name="update", times=None))
    for _ in range(2):
        with pytest.raises(OSError):
            twin.update("Shot", 1, {"description": "x"})
    assert fault.hits == 2  # once for each call: the client would have sent each again


def test_the_client_alone_would_send_again(site: Any) -> None:
    """What the clone is for. Should this fail one day, the client has mended it."""
    original = site.connect()
    original.BACKOFF = 0
    fault = site.faults.add(Fault(Status(502), method_name="update", times=None, after_processing=True))
    with pytest.raises(shotgun_api3.shotgun.ProtocolError):
        original.update("Shot", 1, {"description": "x"})
    assert fault.hits > 1


def test_what_can_be_cloned() -> None:
    class Studio(Shotgun):
        def __init__(self) -> None:
            pass

    assert can_be_cloned(Shotgun("http://127.0.0.1:9", "a", "b", connect=False))
    assert can_be_cloned(Studio())
    assert not can_be_cloned(object())
    assert not can_be_cloned(mockgun.Shotgun.__new__(mockgun.Shotgun))
    assert not can_be_cloned(None)


def test_each_thread_gets_a_clone_and_keeps_it(site: Any) -> None:
    original = site.connect()
    connections = SiteConnections(lambda: original, Settings())
    with connections.connection() as first, connections.connection() as second:
        assert first is second
    seen: list[Any] = []

    def use() -> None:
        with connections.connection() as sg:
            seen.append(sg)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert seen[0] is not first
    connections.close()


def test_another_original_in_the_same_thread_is_another_clone(site: Any) -> None:
    """Toolkit may log another person in."""
    originals = [site.connect(), site.connect(login="artist", password="demo")]
    connections = SiteConnections(lambda: originals[-1], Settings())
    with connections.connection() as first:
        pass
    originals.reverse()
    with connections.connection() as second:
        assert second is not first
        assert second.config.script_name == "demo"
    connections.close()


@pytest.mark.parametrize(
    ("url", "base", "host"),
    [
        ("https://studio.example", "https://studio.example", "studio.example"),
        ("https://studio.example/", "https://studio.example", "studio.example"),
        ("https://studio.example/prefix/", "https://studio.example/prefix", "studio.example"),
        ("http://127.0.0.1:8888", "http://127.0.0.1:8888", "127.0.0.1:8888"),
        ("https://user:pass@studio.example", "https://studio.example", "studio.example"),
    ],
)
def test_the_sites_address(url: str, base: str, host: str) -> None:
    sg = Shotgun(url, "script", "key", connect=False)
    connections = SiteConnections(lambda: sg, Settings())
    assert (connections.base_url, connections.host) == (base, host)
    assert (connections.authorization is not None) is ("@" in url)


def test_without_a_connection_it_says_what_to_pass() -> None:
    connections = SiteConnections(lambda: None, Settings())
    with pytest.raises(errors.NoConnection, match=r"sg=shotgun_api3\.Shotgun"), connections.connection():
        pass
    assert (connections.base_url, connections.host) == ("", "the site")


def test_proxy_and_certificates_are_the_originals(tmp_path: Path) -> None:
    certificates = tmp_path / "ca.pem"
    sg = Shotgun(
        "https://studio.example",
        "script",
        "key",
        connect=False,
        http_proxy="user:pass@proxy.example:8080",
        ca_certs=str(certificates),
    )
    connections = SiteConnections(lambda: sg, Settings())
    assert connections.proxy == "user:pass@proxy.example:8080"
    assert connections.ca_certs == str(certificates)
    http = clone(sg, Settings(connect_timeout=3, read_timeout=4))._get_connection()
    assert (http.ca_certs, http.timeout) == (str(certificates), 4)
    assert (http.proxy_info.proxy_host, http.proxy_info.proxy_port) == ("proxy.example", 8080)


# -- which calls may be sent twice ----------------------------------------------------------------------


def test_calls_that_read_are_known_by_their_names() -> None:
    assert is_read(b'{"method_name": "read", "params": []}')
    assert not is_read(b'{"method_name": "create", "params": []}')
    assert not is_read(b'{"params": [], "method_name": "read"}')
    assert not is_read(b'{"method_name": "create", "params": ["method_name": "read"]}')
    assert not is_read(b"")
    assert not is_read(None)
    assert not WRITES & READS


def test_every_read_is_a_call_that_the_client_makes() -> None:
    """The client may rename one: then a lost answer would no longer be asked for again."""
    source = Path(shotgun_api3.shotgun.__file__).read_text("utf-8")
    called = set(re.findall(r'_call_rpc\(\s*"(\w+)"', source))
    assert {"read", "create", "nav_expand"} <= called
    assert called | {"entity_types", "query_display_columns"} >= READS
    left = {name for name in called - READS if not re.search("create|update|delete|revive|batch|follow$", name)}
    assert left == set()


def test_the_body_of_a_real_call_is_recognised(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies: list[bytes] = []
    twin = clone(site.connect(), Settings())
    http = twin._get_connection()
    request = http.request

    def spy(url: str, method: str, body: bytes, headers: Any) -> Any:
        bodies.append(body)
        return request(url, method=method, body=body, headers=headers)

    monkeypatch.setattr(http, "request", spy)
    twin.find_one("Shot", [])
    twin.update("Shot", 1, {"description": "method_name"})
    twin.text_search("NL010", {"Shot": []})
    assert [is_read(body) for body in bodies] == [True, False, True]
