"""The production to look at: as many shots as asked for, always the same, with what a tool must cope with."""

from __future__ import annotations

import io
import re
import time
import urllib.request
from typing import Any, Iterator, List

import pytest
from PIL import Image, ImageChops, ImageStat

from shotgun_data.demo.site import EmbeddedSite, drawing
from shotgun_data.demo.site.drawing import Picture
from shotgun_data.demo.site.media_store import MediaStore
from shotgun_data.demo.site.production import fill
from shotgun_data.demo.site.store import Store

SHOTS = 120


@pytest.fixture(scope="module")
def site() -> Iterator[EmbeddedSite]:
    with EmbeddedSite(shots=SHOTS) as running:
        yield running


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg)).convert("RGB")


@pytest.mark.parametrize("shots", [0, 1, 13, 240])
def test_as_many_shots_as_asked_for(shots: int) -> None:
    store = Store()
    try:
        fill(store, MediaStore(), shots)
        assert len(store.read("Shot")) == shots
        assert len(store.read("Version")) >= shots
        assert len(store.read("Project")) == 2
    finally:
        store.close()


def test_two_sites_are_equal() -> None:
    seen: List[Any] = []
    for _ in range(2):
        store = Store()
        fill(store, MediaStore(), 20)
        fields = ["code", "description", "sg_status_list", "assets", "tasks", "tags", "image", "created_at"]
        notes = store.read("Note", [], ["content", "attachments", "user"])
        seen.append((store.read("Shot", [], fields), notes, store.read("Attachment", [], ["this_file"])))
        store.close()
    assert seen[0] == seen[1]


def test_shots_are_whole(site: EmbeddedSite) -> None:
    sg = site.connect()
    fields = ["code", "sg_sequence", "project.Project.name", "tasks", "sg_versions", "assets", "description"]
    shots = sg.find("Shot", [], fields)
    assert len({shot["code"] for shot in shots}) == SHOTS
    for shot in shots:
        assert shot["code"].startswith(shot["sg_sequence"]["name"])
        assert shot["project.Project.name"] == "Northern Lights"
        assert len(shot["tasks"]) == 4
        assert 1 <= len(shot["sg_versions"]) <= 4
        assert shot["assets"]
        assert shot["description"]
    assert len({shot["sg_sequence"]["id"] for shot in shots}) == 12
    tasks = sg.find("Task", [], ["task_assignees", "sg_status_list", "start_date", "due_date", "step"])
    assert all(task["task_assignees"] and task["step"] and task["start_date"] <= task["due_date"] for task in tasks)


def test_statuses_are_known(site: EmbeddedSite) -> None:
    sg = site.connect()
    known = {status["code"] for status in sg.find("Status", [], ["code"])}
    for entity_type in ("Shot", "Task", "Version", "Note", "Asset", "Sequence", "PublishedFile"):
        schema = sg.schema_field_read(entity_type, "sg_status_list")["sg_status_list"]
        valid = set(schema["properties"]["valid_values"]["value"])
        used = {each["sg_status_list"] for each in sg.find(entity_type, [], ["sg_status_list"])}
        assert used <= valid & known


def test_there_is_what_tools_stumble_over(site: EmbeddedSite) -> None:
    sg = site.connect()
    shots = sg.find("Shot", [], ["code", "image"])
    assert 0 < sum(shot["image"] is None for shot in shots) < SHOTS / 10
    assert any("é" in shot["code"] for shot in shots)
    assert any("日本" in shot["code"] for shot in shots)
    names = [each["this_file"]["name"] for each in sg.find("Attachment", [], ["this_file"])]
    assert "../../x" in names
    assert names.count("review_notes.txt") > 1
    assert any(len(note["replies"]) > 1 for note in sg.find("Note", [], ["replies"]))
    large = sg.find_one("Attachment", [["file_size", "greater_than", 20_000_000]], ["file_size"])
    assert large["file_size"] == 20 * 1024 * 1024


def test_every_kind_of_picture_and_file_is_served(site: EmbeddedSite) -> None:
    sg = site.connect()
    for entity_type in ("Project", "Sequence", "Shot", "Asset", "Version", "HumanUser", "PublishedFile"):
        found = sg.find_one(entity_type, [["image", "is_not", None]], ["image"])
        with urllib.request.urlopen(found["image"], timeout=20) as answer:
            assert opened(answer.read()).size == (480, 270)
    strip = sg.find_one("Shot", [["filmstrip_image", "is_not", None]], ["filmstrip_image"])["filmstrip_image"]
    with urllib.request.urlopen(strip, timeout=20) as answer:
        assert opened(answer.read()).size == (240 * 8, 135)
    starts = {"txt": b"Review notes", "json": b"{", "pdf": b"%PDF-1.4", "png": b"\x89PNG\r\n"}
    site.media.stream_rate = None
    token = sg.get_session_token()
    for attachment in sg.find("Attachment", [["file_extension", "in", list(starts)]], ["this_file"], limit=30):
        url, name = attachment["this_file"]["url"], attachment["this_file"]["name"]
        request = urllib.request.Request(url, headers={"Cookie": f"_session_id={token}"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.headers["Content-Type"] == attachment["this_file"]["content_type"]
            assert answer.read().startswith(starts[name.rpartition(".")[2]])


def test_drawing_is_deterministic_and_of_the_right_weight() -> None:
    for sequence in range(10, 130, 10):
        picture = Picture("shot", f"NL{sequence:03d}", f"NL{sequence:03d}_0040")
        jpeg = drawing.thumbnail(picture)
        assert jpeg == drawing.thumbnail(Picture.from_key(picture.key))
        assert 10_000 < len(jpeg) < 32_000


def test_shots_can_be_told_apart_small() -> None:
    def small(picture: Picture) -> Image.Image:
        return opened(drawing.thumbnail(picture)).resize((160, 90)).crop((0, 0, 160, 72))

    pictures = [small(Picture("shot", f"NL{s:03d}", f"NL{s:03d}_{n:04d}")) for s in (10, 30, 50) for n in (10, 20, 30)]
    for index, one in enumerate(pictures):
        for other in pictures[:index]:
            assert sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) > 8


def test_the_code_is_burnt_in() -> None:
    picture, other = Picture("shot", "NL010", "NL010_0010"), Picture("shot", "NL010", "NL010_0010", 2)
    for each in (picture, other):
        strip = opened(drawing.thumbnail(each)).resize((160, 90)).crop((6, 76, 90, 90)).convert("L")
        low, high = strip.getextrema()
        assert isinstance(low, int)
        assert isinstance(high, int)
        assert low < 60
        assert high > 220


def test_a_name_in_another_script_is_still_drawn() -> None:
    assert opened(drawing.thumbnail(Picture("shot", "日本", "日本_é_0010"))).size == (480, 270)
    assert opened(drawing.thumbnail(Picture("shot", "X", "x" * 200))).size == (480, 270)


def test_drawing_is_quick() -> None:
    pictures = [Picture("shot", f"NL{s:03d}", f"NL{s:03d}_0070") for s in range(10, 130, 10)]
    times = []
    for picture in pictures:
        began = time.perf_counter()
        drawing.thumbnail(picture)
        times.append(time.perf_counter() - began)
    assert sorted(times)[len(times) // 2] < 0.15  # about 10 ms on an idle machine


def test_keys_name_no_path() -> None:
    store = Store()
    fill(store, MediaStore(), 20)
    for shot in store.read("Shot", [["image", "is_not", None]], ["image"]):
        assert re.fullmatch(r"[A-Za-z0-9_.,=~-]+", shot["image"])
    store.close()
