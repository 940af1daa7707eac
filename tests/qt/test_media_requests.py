"""Thumbnails, their sources and attachments: found, downloaded, missing, broken, and after ``stop()``."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from shotgun_api3 import Shotgun

from shotgun_data.demo.site.faults import ExpiredUrl, Fault, HtmlPage, Reset, Status, Truncate
from shotgun_data.qt.binding import QtGui

from .production import bare_shot, downloads, picture, upload
from .waiting import Outcomes, wait_for_the_site

pytestmark = pytest.mark.usefixtures("each_transport")


Row = dict[str, Any]


@pytest.fixture
def outcomes(retriever: Any) -> Outcomes:
    return Outcomes(retriever)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes é.txt"
    path.write_text("more contrast")
    return path


def files_below(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


# -- thumbnails -----------------------------------------------------------------------------------------


def test_a_thumbnail_is_downloaded_once_and_found_from_then_on(
    site: Any, retriever: Any, outcomes: Any, cache_dir: Path
) -> None:
    wanted = picture(site)
    kind, data = outcomes.one(retriever.request_thumbnail(*wanted))
    assert kind == "download_thumbnail"
    assert set(data) == {"thumb_path", "image"}
    assert data["image"] is None
    digest = hashlib.md5(urlsplit(wanted.url or "").path.encode()).hexdigest()
    assert data["thumb_path"] == str(cache_dir / "thumbs" / digest[:2] / digest[2:4] / f"{digest[4:]}.jpg")
    with Image.open(data["thumb_path"]) as image:
        assert (image.format, image.size) == ("JPEG", (480, 270))  # the transcoded one, of fixed size
    json.dumps(data)

    again = picture(site)
    assert again.url != wanted.url  # another signature, the same media
    assert outcomes.one(retriever.request_thumbnail(*again)) == ("check_thumbnail", data)
    assert not site.calls.requests()


def test_the_arguments_may_be_named(site: Any, retriever: Any, outcomes: Any) -> None:
    wanted = picture(site)
    uid = retriever.request_thumbnail(url=wanted.url, entity_type="Shot", entity_id=1, field="image", load_image=False)
    assert outcomes.one(uid)[0] == "download_thumbnail"
    uid = retriever.request_thumbnail_source(entity_type="Shot", entity_id=1, load_image=True)
    assert outcomes.one(uid)[0] == "download_thumbnail"


@pytest.mark.parametrize("source", [False, True])
def test_the_image_is_loaded_where_it_is_asked_for(site: Any, retriever: Any, outcomes: Any, source: bool) -> None:
    wanted = picture(site)
    for kind in ("download_thumbnail", "check_thumbnail"):
        if source:
            uid = retriever.request_thumbnail_source("Shot", 1, load_image=True)
        else:
            uid = retriever.request_thumbnail(*wanted, load_image=True)
        found, data = outcomes.one(uid)
        assert found == kind
        assert isinstance(data["image"], QtGui.QImage)
        with Image.open(data["thumb_path"]) as image:
            assert (data["image"].width(), data["image"].height()) == image.size
        assert json.loads(json.dumps(data, default=str))["thumb_path"] == data["thumb_path"]


def test_the_source_is_the_file_as_it_was_uploaded(site: Any, retriever: Any, outcomes: Any, tmp_path: Path) -> None:
    shot_id = bare_shot(site)
    drawn = tmp_path / "drawn.png"
    Image.new("RGB", (641, 363), "teal").save(drawn)
    site.connect().upload_thumbnail("Shot", shot_id, str(drawn))
    kind, data = outcomes.one(retriever.request_thumbnail_source("Shot", shot_id))
    assert (kind, set(data)) == ("download_thumbnail", {"thumb_path", "image"})
    assert Path(data["thumb_path"]).read_bytes() == drawn.read_bytes()
    site.calls.clear()
    assert outcomes.one(retriever.request_thumbnail_source("Shot", shot_id)) == ("check_thumbnail", data)
    assert not site.calls.requests()


def test_a_deep_link_field_is_asked_for_again_by_its_own_name(site: Any, retriever: Any, outcomes: Any) -> None:
    task = site.connect().find_one("Task", [["entity.Shot.id", "is", 1]], ["entity.Shot.image"])
    url = task["entity.Shot.image"]
    assert url
    site.media.expire_urls()
    site.calls.clear()
    kind, data = outcomes.one(retriever.request_thumbnail(url, "Task", task["id"], "entity.Shot.image"))
    assert kind == "download_thumbnail"
    assert Path(data["thumb_path"]).is_file()
    assert site.calls.count("read") == 1


@pytest.mark.parametrize("how", ["no url", "an empty url", "its source"])
def test_an_entity_without_a_thumbnail_completes_without_a_path(
    site: Any, retriever: Any, outcomes: Any, how: str
) -> None:
    shot_id = bare_shot(site)
    if how == "its source":
        uid = retriever.request_thumbnail_source("Shot", shot_id, load_image=True)
    else:
        uid = retriever.request_thumbnail(None if how == "no url" else "", "Shot", shot_id, "image", load_image=True)
    assert outcomes.one(uid) == ("download_thumbnail", {"thumb_path": None, "image": None})


def test_an_expired_url_is_asked_for_again(site: Any, retriever: Any, outcomes: Any) -> None:
    wanted = picture(site)
    site.media.expire_urls()
    kind, data = outcomes.one(retriever.request_thumbnail(*wanted))
    assert kind == "download_thumbnail"
    assert Path(data["thumb_path"]).is_file()
    assert (site.calls.count("read"), downloads(site)) == (1, 2)


def test_a_url_that_leads_nowhere_is_asked_for_again(site: Any, retriever: Any, outcomes: Any) -> None:
    """The picture was replaced since the find."""
    wanted = picture(site)
    old = (wanted.url or "").replace("NL010_0010", "replaced")
    kind, data = outcomes.one(retriever.request_thumbnail(old, "Shot", 1, "image"))
    assert kind == "download_thumbnail"
    assert outcomes.one(retriever.request_thumbnail(*wanted)) == ("check_thumbnail", data)


def test_a_url_that_expired_and_whose_image_is_gone_completes_without_a_path(
    site: Any, retriever: Any, outcomes: Any
) -> None:
    wanted = picture(site)
    site.media.expire_urls()
    uid = retriever.request_thumbnail(wanted.url, "Shot", bare_shot(site), "image")
    assert outcomes.one(uid) == ("download_thumbnail", {"thumb_path": None, "image": None})


def test_a_url_that_expires_for_ever_fails_and_does_not_ask_for_ever(site: Any, retriever: Any, outcomes: Any) -> None:
    wanted = picture(site)
    site.faults.add(Fault(ExpiredUrl(), path="/thumbs/", times=None))
    kind, message = outcomes.one(retriever.request_thumbnail(*wanted))
    assert kind == "failure"
    assert "no longer accepts this url" in message
    assert downloads(site) == 2


def test_a_picture_that_is_being_transcoded_is_waited_for(site: Any, make_retriever: Any, tmp_path: Path) -> None:
    retriever = make_retriever(transcode_wait=20)
    outcomes = Outcomes(retriever)
    shot_id = bare_shot(site)
    sg = site.connect()
    drawn = tmp_path / "drawn.png"
    Image.new("RGB", (640, 360), "red").save(drawn)
    site.media.hold_transcoding()
    try:
        sg.upload_thumbnail("Shot", shot_id, str(drawn))
        url = sg.find_one("Shot", [["id", "is", shot_id]], ["image"])["image"]
        site.calls.clear()
        uid = retriever.request_thumbnail(url, "Shot", shot_id, "image")
        wait_for_the_site(lambda: site.calls.count("read"))  # what the find said last may be out of date
    finally:
        site.media.release_transcoding()
    kind, data = outcomes.one(uid)
    assert kind == "download_thumbnail"
    with Image.open(data["thumb_path"]) as image:
        assert image.size == (480, 270)


def test_a_placeholder_is_never_kept(site: Any, make_retriever: Any, cache_dir: Path) -> None:
    retriever = make_retriever(transcode_wait=0)
    outcomes = Outcomes(retriever)
    wanted = picture(site)
    site.media.hold_transcoding("shot,NL010,NL010_0010,0")
    try:
        pending = picture(site)
        assert pending.url != wanted.url
        uid = retriever.request_thumbnail(*pending)
        assert outcomes.one(uid) == ("download_thumbnail", {"thumb_path": None, "image": None})
        assert files_below(cache_dir) == []
    finally:
        site.media.release_transcoding()
    assert outcomes.one(retriever.request_thumbnail(*picture(site)))[1]["thumb_path"]


@pytest.mark.parametrize("extension", ["jpg", "png", "jpeg"])
def test_a_cache_that_another_tool_filled_is_used(
    site: Any, retriever: Any, outcomes: Any, cache_dir: Path, extension: str
) -> None:
    wanted = picture(site)
    digest = hashlib.md5(urlsplit(wanted.url or "").path.encode()).hexdigest()
    old = cache_dir / "thumbs" / digest[:2] / digest[2:4] / f"{digest[4:]}.{extension}"
    old.parent.mkdir(parents=True)
    Image.new("RGB", (4, 4)).save(old)
    long_ago = time.time() - 59 * 86400
    os.utime(old, (long_ago, long_ago))
    uid = retriever.request_thumbnail(*wanted)
    assert outcomes.one(uid) == ("check_thumbnail", {"thumb_path": str(old), "image": None})
    assert not site.calls.requests()
    assert old.stat().st_mtime > time.time() - 60  # or it would be swept as unused


def test_a_broken_file_in_the_cache_is_downloaded_anew(
    site: Any, retriever: Any, outcomes: Any, cache_dir: Path
) -> None:
    wanted = picture(site)
    digest = hashlib.md5(urlsplit(wanted.url or "").path.encode()).hexdigest()
    broken = cache_dir / "thumbs" / digest[:2] / digest[2:4] / f"{digest[4:]}.jpg"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"\xff\xd8\xff\xe0 half of a picture")
    kind, data = outcomes.one(retriever.request_thumbnail(*wanted, load_image=True))
    assert kind == "download_thumbnail"
    assert data["image"].width() == 480


# -- attachments ----------------------------------------------------------------------------------------


def test_an_attachment_is_downloaded_once_and_found_from_then_on(
    site: Any, retriever: Any, outcomes: Any, notes: Path, cache_dir: Path
) -> None:
    entity = upload(site, notes)
    kind, data = outcomes.one(retriever.request_attachment(entity))
    assert (kind, list(data)) == ("download_attachment", ["file_path"])
    path = Path(data["file_path"])
    assert path.read_text() == "more contrast"
    digest = hashlib.md5(urlsplit(entity["this_file"]["url"]).path.encode()).hexdigest()
    assert path == cache_dir / "attachments" / digest[:2] / digest[2:4] / digest[4:] / "notes é.txt"
    site.calls.clear()
    assert outcomes.one(retriever.request_attachment(attachment_entity=entity)) == ("check_attachment", data)
    assert not site.calls.requests()


def test_the_minimal_attachment_of_the_specification_is_enough(
    site: Any, retriever: Any, outcomes: Any, notes: Path
) -> None:
    url = upload(site, notes)["this_file"]["url"]
    _, data = outcomes.one(retriever.request_attachment({"this_file": {"url": url, "name": "test.png"}}))
    assert Path(data["file_path"]).name == "test.png"
    _, data = outcomes.one(retriever.request_attachment({"this_file": {"url": url}}))
    assert Path(data["file_path"]).read_text() == "more contrast"


def test_the_progress_of_an_attachment_ends_with_all_of_it(
    site: Any, retriever: Any, outcomes: Any, tmp_path: Path
) -> None:
    big = tmp_path / "big.bin"
    big.write_bytes(b"x" * 3_000_000)
    uid = retriever.request_attachment(upload(site, big))
    outcomes.one(uid)
    assert outcomes.progress[-1] == (uid, 3_000_000, 3_000_000)
    received = [done for _, done, _ in outcomes.progress]
    assert received == sorted(received)
    assert {total for _, _, total in outcomes.progress} == {3_000_000}


def test_a_local_file_is_given_as_it_is(site: Any, retriever: Any, outcomes: Any, notes: Path) -> None:
    site.calls.clear()
    local = {"this_file": {"link_type": "local", "local_path": str(notes), "name": "notes"}}
    assert outcomes.one(retriever.request_attachment(local)) == ("check_attachment", {"file_path": str(notes)})
    assert not site.calls.requests()
    gone = {"this_file": {"link_type": "local", "local_path": "/no/such/file", "name": "notes"}}
    kind, message = outcomes.one(retriever.request_attachment(gone))
    assert kind == "failure"
    assert "/no/such/file" in message


@pytest.mark.parametrize(
    "entity", [{}, None, {"type": "Attachment", "id": 1}, {"this_file": None}, {"this_file": {"name": "x"}}, 7]
)
def test_an_attachment_without_a_file_fails(retriever: Any, outcomes: Any, entity: Any) -> None:
    kind, message = outcomes.one(retriever.request_attachment(entity))
    assert kind == "failure"
    assert "this_file" in message or "no url" in message


def test_an_attachment_that_is_not_there_fails(site: Any, retriever: Any, outcomes: Any) -> None:
    url = f"{site.url}/file_serve/attachment/999999"
    kind, message = outcomes.one(retriever.request_attachment({"this_file": {"url": url, "name": "x"}}))
    assert kind == "failure"
    assert "/file_serve/attachment/999999" in message


# -- failures -------------------------------------------------------------------------------------------


def three_ways(retriever: Any, site: Any, notes: Path) -> list[str]:
    wanted, entity = picture(site), upload(site, notes)
    return [
        retriever.request_thumbnail(*wanted),
        retriever.request_thumbnail_source("Shot", 1),
        retriever.request_attachment(entity),
    ]


@pytest.mark.parametrize(
    "action",
    [Status(503), Status(500), Reset(after=10), Truncate(after=10), HtmlPage()],
    ids=lambda action: type(action).__name__ + str(getattr(action, "code", "")),
)
def test_a_download_that_fails_for_good_leaves_nothing(
    site: Any, make_retriever: Any, notes: Path, cache_dir: Path, action: Any
) -> None:
    retriever = make_retriever(max_attempts=2)
    outcomes = Outcomes(retriever)
    site.faults.add(Fault(action, media=True, times=None))
    for uid in three_ways(retriever, site, notes):
        kind, message = outcomes.one(uid)
        assert kind == "failure"
        assert "localhost" in message or "127.0.0.1" in message
        assert "X-Amz" not in message
    assert files_below(cache_dir) == []


@pytest.mark.parametrize("action", [Status(503, {"Retry-After": "0"}), Status(429), Reset(), Truncate(after=10)])
def test_a_download_is_tried_again(site: Any, retriever: Any, outcomes: Any, notes: Path, action: Any) -> None:
    site.faults.add(Fault(action, media=True, times=2))
    for uid in three_ways(retriever, site, notes):
        assert outcomes.one(uid)[0].startswith("download_")
    assert site.faults.hits == 2


def test_a_wrong_key_fails_what_needs_a_session(site: Any, make_retriever: Any, notes: Path) -> None:
    retriever = make_retriever(sg=site.connect(script_name="demo", api_key="secret-but-wrong"))
    outcomes = Outcomes(retriever)
    for uid in three_ways(retriever, site, notes)[1:]:
        kind, message = outcomes.one(uid)
        assert kind == "failure"
        assert f"127.0.0.1:{site.port}" in message
        assert "credentials" in message
        assert "secret-but-wrong" not in message


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which connections are refused for as long as the test runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


def test_a_host_that_cannot_be_reached_is_named(make_retriever: Any, nobody: str) -> None:
    sg = Shotgun(f"http://{nobody}", "demo", "demo", connect=False)
    retriever = make_retriever(sg=sg, max_attempts=2)
    outcomes = Outcomes(retriever)
    uids = [
        retriever.request_thumbnail(f"http://{nobody}/a.jpg", "Shot", 1, "image"),
        retriever.request_thumbnail_source("Shot", 1),
        retriever.request_attachment({"this_file": {"url": f"http://{nobody}/b", "name": "b"}}),
    ]
    for uid in uids:
        kind, message = outcomes.one(uid)
        assert kind == "failure"
        assert nobody in message


@pytest.mark.parametrize(
    "args",
    [
        (7, "Shot", 1, "image"),
        ("not a url", None, None, None),
        ("ftp://example.com/a.jpg", "Shot", 1, "image"),
        ("file:///etc/passwd", "Shot", 1, "image"),
        ("http://[half/a.jpg", "Shot", 1, "image"),
    ],
)
def test_what_is_no_url_fails_the_request_and_not_the_caller(retriever: Any, outcomes: Any, args: Any) -> None:
    kind, message = outcomes.one(retriever.request_thumbnail(*args))
    assert (kind, bool(message)) == ("failure", True)


def test_a_source_of_no_entity_fails_the_request_and_not_the_caller(retriever: Any, outcomes: Any) -> None:
    assert outcomes.one(retriever.request_thumbnail_source("Shot", "not a number"))[0] == "failure"
    assert outcomes.one(retriever.request_thumbnail_source(None, None))[0] == "failure"
    nope = outcomes.one(retriever.request_thumbnail_source("../../nope", 1))
    assert nope == ("download_thumbnail", {"thumb_path": None, "image": None}) or nope[0] == "failure"


# -- after stop() ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("request_thumbnail", (None, "Shot", 1, "image")),
        ("request_thumbnail_source", ("Shot", 1)),
        ("request_attachment", ({"this_file": {"url": "http://localhost/x", "name": "x"}},)),
    ],
)
def test_after_stop_a_request_is_a_warning_and_none(
    site: Any, retriever: Any, outcomes: Any, caplog: pytest.LogCaptureFixture, name: str, args: Any
) -> None:
    retriever.stop()
    site.calls.clear()
    with caplog.at_level(logging.WARNING):
        assert getattr(retriever, name)(*args) is None
    (record,) = [record for record in caplog.records if record.name.startswith("shotgun_data")]
    assert record.levelno == logging.WARNING
    assert "stopped" in record.getMessage()
    assert outcomes.all == []
    assert not site.calls.requests()
