"""Uploads by the unmodified client: thumbnails are transcoded, files kept as they came, both known as Attachments."""

from __future__ import annotations

import datetime
import io
import urllib.request
from pathlib import Path
from typing import Iterator, Tuple

import pytest
import shotgun_api3
from PIL import Image

from shotgun_data.demo.site import EmbeddedSite


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddedSite]:
    with EmbeddedSite(shots=12) as site:
        yield site


@pytest.fixture
def site(running: EmbeddedSite) -> Iterator[EmbeddedSite]:
    yield running
    running.media.release_transcoding()
    running.media.transcode_delay = 0.0


@pytest.fixture
def sg(site: EmbeddedSite) -> shotgun_api3.Shotgun:
    return site.connect()


@pytest.fixture
def shot(site: EmbeddedSite) -> int:
    project = site.store.read("Project", limit=1)[0]
    return int(site.store.create("Shot", {"code": "upload", "project": project})["id"])


def picture(path: Path, size: Tuple[int, int] = (900, 300), mode: str = "RGB") -> str:
    Image.new(mode, size, (200, 40, 40, 128)[: len(mode)]).save(path)
    return str(path)


def get(url: str, token: str = "") -> bytes:
    request = urllib.request.Request(url, headers={"Cookie": f"_session_id={token}"} if token else {})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return bytes(answer.read())


@pytest.mark.parametrize(("name", "mode"), [("a.png", "RGBA"), ("b.jpg", "RGB"), ("c.gif", "L"), ("d é.png", "RGB")])
def test_thumbnail_is_transcoded_and_its_source_kept(
    site: EmbeddedSite, sg: shotgun_api3.Shotgun, shot: int, tmp_path: Path, name: str, mode: str
) -> None:
    path = picture(tmp_path / name, mode=mode)
    attachment = sg.upload_thumbnail("Shot", shot, path)
    url = sg.find_one("Shot", [["id", "is", shot]], ["image"])["image"]
    with Image.open(io.BytesIO(get(url))) as transcoded:
        assert (transcoded.format, transcoded.size) == ("JPEG", (480, 270))
        assert transcoded.getpixel((240, 5)) == (0, 0, 0)
        assert transcoded.getpixel((240, 135)) != (0, 0, 0)
    assert get(f"{site.url}/thumbnail/full/Shot/{shot}", sg.get_session_token()) == Path(path).read_bytes()
    held = sg.find_one("Attachment", [["id", "is", attachment]], ["this_file", "filename"])
    assert held["filename"] == held["this_file"]["name"] == name


def test_a_new_thumbnail_has_a_new_path_and_an_event(sg: shotgun_api3.Shotgun, shot: int, tmp_path: Path) -> None:
    urls = []
    for _ in range(2):
        sg.upload_thumbnail("Shot", shot, picture(tmp_path / "a.png"))
        urls.append(sg.find_one("Shot", [["id", "is", shot]], ["image"])["image"].partition("?")[0])
    assert urls[0] != urls[1]
    filters = [["entity", "is", {"type": "Shot", "id": shot}], ["attribute_name", "is", "image"]]
    events = sg.find("EventLogEntry", filters, ["event_type", "user.ApiUser.firstname"])
    assert [e["event_type"] for e in events] == ["Shotgun_Shot_Change"] * 2
    assert events[0]["user.ApiUser.firstname"] == "demo"


def test_thumbnail_is_pending_while_transcoding_is_held(
    site: EmbeddedSite, sg: shotgun_api3.Shotgun, shot: int, tmp_path: Path
) -> None:
    site.media.hold_transcoding()
    sg.upload_thumbnail("Shot", shot, picture(tmp_path / "a.png"))
    assert "/images/status/transient/" in sg.find_one("Shot", [["id", "is", shot]], ["image"])["image"]
    with pytest.raises(shotgun_api3.ShotgunThumbnailNotReady):
        sg.share_thumbnail([{"type": "Shot", "id": shot}], source_entity={"type": "Shot", "id": shot})
    site.media.release_transcoding()
    assert sg.find_one("Shot", [["id", "is", shot]], ["image"])["image"].startswith(site.media_url)


def test_thumbnail_is_pending_for_the_transcoding_delay(
    site: EmbeddedSite, sg: shotgun_api3.Shotgun, shot: int, tmp_path: Path
) -> None:
    site.media.transcode_delay = 3600.0
    sg.upload_thumbnail("Shot", shot, picture(tmp_path / "a.png"))
    assert "/images/status/transient/" in sg.find_one("Shot", [["id", "is", shot]], ["image"])["image"]


def test_what_is_no_picture_is_refused(sg: shotgun_api3.Shotgun, shot: int, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"not a picture at all")
    with pytest.raises(shotgun_api3.ShotgunError, match="not a picture"):
        sg.upload_thumbnail("Shot", shot, str(path))
    assert sg.find_one("Shot", [["id", "is", shot]], ["image"])["image"] is None


def test_filmstrip_keeps_its_frames(sg: shotgun_api3.Shotgun, shot: int, tmp_path: Path) -> None:
    sg.upload_filmstrip_thumbnail("Shot", shot, picture(tmp_path / "strip.png", (240 * 6, 135)))
    url = sg.find_one("Shot", [["id", "is", shot]], ["filmstrip_image"])["filmstrip_image"]
    assert Image.open(io.BytesIO(get(url))).size == (240 * 6, 135)


def test_share_thumbnail(site: EmbeddedSite, sg: shotgun_api3.Shotgun, shot: int, tmp_path: Path) -> None:
    others = [sg.find_one(kind, []) for kind in ("Asset", "Version")]
    attachment = sg.upload_thumbnail("Shot", shot, picture(tmp_path / "a.png"))
    assert sg.share_thumbnail(list(others), source_entity={"type": "Shot", "id": shot}) == attachment
    path = sg.find_one("Shot", [["id", "is", shot]], ["image"])["image"].partition("?")[0]
    for other in others:
        found = sg.find_one(other["type"], [["id", "is", other["id"]]], ["image"])
        assert found["image"].partition("?")[0] == path
    bare = site.store.create("Shot", {"code": "bare"})
    with pytest.raises(shotgun_api3.ShotgunError, match="no thumbnail to share"):
        sg.share_thumbnail(list(others), source_entity=bare)
    both = [{"type": "Shot", "id": shot}, {"type": "Shot", "id": bare["id"]}]
    assert sg.share_thumbnail(both, thumbnail_path=picture(tmp_path / "b.png")) > attachment


def test_upload_to_a_field(site: EmbeddedSite, sg: shotgun_api3.Shotgun, shot: int, tmp_path: Path) -> None:
    path = tmp_path / "plate é.txt"
    path.write_bytes(b"one\r\ntwo\x00")
    number = sg.upload("Shot", shot, str(path), "sg_plate", "The plate", tag_list="one, two")
    held = sg.find_one("Shot", [["id", "is", shot]], ["sg_plate"])["sg_plate"]
    assert {key: held[key] for key in ("id", "name", "link_type", "type", "content_type")} == {
        "id": number, "name": "The plate", "link_type": "upload", "type": "Attachment", "content_type": "text/plain",
    }  # fmt: skip
    assert held["url"] == f"{site.url}/file_serve/attachment/{number}"
    assert get(held["url"], sg.get_session_token()) == b"one\r\ntwo\x00"
    made = sg.find_one("Attachment", [["id", "is", number]], ["filename", "tags", "file_size", "project", "created_by"])
    assert (made["filename"], made["file_size"]) == ("plate é.txt", 9)
    assert [tag["name"] for tag in made["tags"]] == ["one", "two"]
    assert made["project"]["name"] == "Northern Lights"
    assert made["created_by"]["type"] == "ApiUser"


def test_upload_to_the_entity_and_to_a_note(sg: shotgun_api3.Shotgun, shot: int, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("hello")
    number = sg.upload("Shot", shot, str(path))
    links = sg.find_one("Attachment", [["id", "is", number]], ["attachment_links"])["attachment_links"]
    assert [(link["type"], link["id"]) for link in links] == [("Shot", shot)]
    note = sg.find_one("Note", [], ["attachments"])
    number = sg.upload("Note", note["id"], str(path), "attachments")
    after = sg.find_one("Note", [["id", "is", note["id"]]], ["attachments"])["attachments"]
    assert [each["id"] for each in after] == [each["id"] for each in note["attachments"]] + [number]


def test_created_at_is_kept(sg: shotgun_api3.Shotgun, shot: int, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("hello")
    then = datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    try:
        number = sg.upload("Shot", shot, str(path), created_at=then)
    except TypeError:
        pytest.skip("this shotgun_api3 has no created_at")
    assert sg.find_one("Attachment", [["id", "is", number]], ["created_at"])["created_at"] == then


@pytest.mark.parametrize(
    ("entity_type", "number", "field", "reason"),
    [
        ("Shot", 999999, "sg_plate", "does not exist"),
        ("Nonsense", 1, None, "Nonsense"),
        ("Shot", None, "code", "not a field that holds a file"),
        ("Shot", None, "sg_missing", "not a field that holds a file"),
    ],
)
def test_refused_uploads_change_nothing(
    sg: shotgun_api3.Shotgun, shot: int, tmp_path: Path, entity_type: str, number: int, field: str, reason: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("hello")
    before = len(sg.find("Attachment", []))
    with pytest.raises(shotgun_api3.ShotgunError, match=reason):
        sg.upload(entity_type, number or shot, str(path), field)
    assert len(sg.find("Attachment", [])) == before


def test_wrong_key_uploads_nothing(site: EmbeddedSite, sg: shotgun_api3.Shotgun, shot: int, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("hello")
    stranger = site.connect(script_name="demo", api_key="wrong-key", connect=False)
    stranger._server_caps = sg.server_caps
    with pytest.raises(shotgun_api3.ShotgunError, match="Can't authenticate script 'demo'") as refused:
        stranger.upload("Shot", shot, str(path))
    assert "wrong-key" not in str(refused.value)


def test_a_megabyte_goes_through(sg: shotgun_api3.Shotgun, shot: int, tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(range(256)) * 16384)
    number = sg.upload("Shot", shot, str(path), "sg_plate")
    url = sg.find_one("Attachment", [["id", "is", number]], ["this_file"])["this_file"]["url"]
    assert get(url, sg.get_session_token()) == path.read_bytes()


def test_uploads_survive_a_restart(tmp_path: Path) -> None:
    data = tmp_path / "data"
    path = tmp_path / "a.txt"
    path.write_text("hello")
    with EmbeddedSite(shots=2, data_dir=data) as site:
        sg = site.connect()
        shot = sg.find_one("Shot", [])["id"]
        sg.upload_thumbnail("Shot", shot, picture(tmp_path / "a.png"))
        number = sg.upload("Shot", shot, str(path))
        image = get(sg.find_one("Shot", [["id", "is", shot]], ["image"])["image"])
    with EmbeddedSite(shots=2, data_dir=data) as site:
        sg = site.connect()
        assert get(sg.find_one("Shot", [["id", "is", shot]], ["image"])["image"]) == image
        url = sg.find_one("Attachment", [["id", "is", number]], ["this_file"])["this_file"]["url"]
        assert get(url, sg.get_session_token()) == b"hello"
