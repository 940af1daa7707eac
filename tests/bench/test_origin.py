"""The benchmark's origin: what it answers, how late, what it counts, and when it ends."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import shotgun_api3

from shotgun_data.bench.clients import connected
from shotgun_data.bench.origin_process import forget_traffic, media_traffic, running_origin
from shotgun_data.bench.place import Place
from shotgun_data.bench.plain_downloads import read_url
from shotgun_data.bench.rows import ENTITY_TYPE, FIELDS, row
from shotgun_data.bench.scale import SHORT


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with running_origin(SHORT, tmp_path_factory.mktemp("origin")) as running:
        yield running


def test_thumbnails_are_jpegs_of_a_site_s_size(place: Place) -> None:
    bodies = [read_url(url) for url in place.thumbnails(8)]
    assert bodies == [path.read_bytes() for path in place.pictures] * 2
    assert len(set(bodies)) == 4
    for body in bodies:
        assert body.startswith(b"\xff\xd8\xff")
        assert 18_000 <= len(body) <= 22_000


def test_what_is_not_there_is_not_found(place: Place) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        read_url(place.media[0] + "/favicon.ico")
    assert refused.value.code == 404


def test_an_answer_is_as_late_as_it_is_said_to_be(place: Place) -> None:
    (url,) = place.thumbnails(1, 40)
    began = time.perf_counter()
    read_url(url)
    assert time.perf_counter() - began >= 0.04


def test_it_counts_requests_and_how_many_were_there_at_once(place: Place) -> None:
    forget_traffic(place)
    assert media_traffic(place, 40).requests == 0
    threads = [threading.Thread(target=read_url, args=(url,)) for url in place.thumbnails(5, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    traffic = media_traffic(place, 40)
    assert traffic.requests == 5
    assert 1 <= traffic.most_at_once <= 5


def test_one_connection_takes_requests_cut_anywhere_and_sent_together(place: Place) -> None:
    parts = urlsplit(place.media[0])
    request = b"GET /thumbnails/000001_t.jpg HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(request + request[:7])
        for number in range(7, len(request)):
            connection.sendall(request[number : number + 1])
        with connection.makefile("rb") as answers:
            for _ in range(2):
                assert answers.readline() == b"HTTP/1.1 200 OK\r\n"
                headers = http.client.parse_headers(answers)
                assert answers.read(int(headers["Content-Length"])) == place.pictures[1].read_bytes()


def test_the_client_finds_all_rows_in_pages(place: Place) -> None:
    found = connected(place, 0).find(ENTITY_TYPE, [], list(FIELDS))
    assert [each["id"] for each in found] == [1001 + number for number in range(SHORT.rows)]
    raw = row(1)
    assert set(found[0]) == {*FIELDS, "type", "id"}
    assert {key: found[0][key] for key in ("code", "due_date", "assets", "image", "sg_complexity")} == {
        key: raw[key] for key in ("code", "due_date", "assets", "image", "sg_complexity")
    }
    assert found[0]["created_at"].strftime("%Y") == "2024"


@pytest.mark.parametrize("version", [(8, 60, 0), (3, 3, 3)], ids=["has_next_page", "entity_count"])
def test_both_kinds_of_paging_and_any_size_of_a_page(place: Place, version: tuple[int, int, int]) -> None:
    sg = connected(place, 0)
    sg.server_caps.version = version
    sg.server_info["api_max_entities_per_page"] = 333
    assert len(sg.find(ENTITY_TYPE, [], ["code"])) == SHORT.rows
    assert [each["id"] for each in sg.find(ENTITY_TYPE, [], ["code"], limit=7, page=3)] == list(range(1015, 1022))
    assert len(sg.find(ENTITY_TYPE, [], ["code"], limit=700)) == 700


def test_it_says_what_it_cannot_do(place: Place) -> None:
    sg = connected(place, 0)
    with pytest.raises(shotgun_api3.Fault, match="only finds Shots"):
        sg.find("Version", [])
    with pytest.raises(shotgun_api3.Fault, match="asked to create"):
        sg.create("Shot", {"code": "new"})


def test_it_ends_with_whoever_started_it_and_removes_the_folder(tmp_path: Path) -> None:
    pictures = tmp_path / "scratch" / "pictures"
    pictures.mkdir(parents=True)
    (pictures / "0.jpg").write_bytes(b"\xff\xd8\xff")
    command = [sys.executable, "-m", "shotgun_data.bench.origin", "--rows", "3", "--latencies", "0"]
    with subprocess.Popen(
        [*command, "--scratch", str(pictures.parent)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        ports = json.loads(process.stdout.readline())
        assert set(ports) == {"api/0", "media/0", "control"}
        process.stdin.close()
        assert process.wait(20) == 0
    assert list(tmp_path.iterdir()) == []
