"""Media of a whole site over real HTTP, with the real client giving urls and session tokens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from shotgun_api3 import Shotgun

from shotgun_data import errors
from shotgun_data.demo.site import EmbeddedSite
from shotgun_data.media.access import SiteAccess
from shotgun_data.media.library import MediaLibrary

from .conftest import files_below


@pytest.fixture(scope="module")
def shotgrid() -> Iterator[EmbeddedSite]:
    with EmbeddedSite(production=False) as site:
        yield site


@pytest.fixture
def sg(shotgrid: EmbeddedSite) -> Shotgun:
    return shotgrid.connect()


@pytest.fixture
def granted(shotgrid: EmbeddedSite, sg: Shotgun) -> SiteAccess:
    """Keeps one token, as a session does, until the site refuses it."""
    kept: list[str] = []

    def token(renew: bool) -> str:
        if renew or not kept:
            sg.config.session_token = None  # or the client gives the old one again
            kept[:] = [sg.get_session_token()]
        return kept[0]

    return SiteAccess(shotgrid.url, token)


@pytest.fixture(scope="module")
def project(shotgrid: EmbeddedSite) -> dict[str, Any]:
    made: dict[str, Any] = shotgrid.connect().create("Project", {"name": "Media"})
    return made


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("picture") / "teal.png"
    Image.new("RGB", (640, 360), "teal").save(path)
    return path


@pytest.fixture(scope="module")
def shot_id(shotgrid: EmbeddedSite, project: dict[str, Any], picture: Path) -> int:
    sg = shotgrid.connect()
    made = sg.create("Shot", {"code": "sh010", "project": project})
    sg.upload_thumbnail("Shot", made["id"], str(picture))
    return int(made["id"])


@pytest.fixture
def shot(sg: Shotgun, shot_id: int) -> dict[str, Any]:
    found: dict[str, Any] = sg.find_one("Shot", [["id", "is", shot_id]], ["code", "image"])
    return found


def test_the_url_of_a_find_gives_a_picture(library: MediaLibrary, granted: SiteAccess, shot: dict[str, Any]) -> None:
    path = library.download_thumbnail(shot["image"], granted)
    assert path.suffix == ".jpg"
    with Image.open(path) as image:
        assert image.format == "JPEG"
        image.load()


def test_the_next_finds_url_is_the_same_media(
    library: MediaLibrary, granted: SiteAccess, sg: Shotgun, shot: dict[str, Any], shotgrid: EmbeddedSite
) -> None:
    path = library.download_thumbnail(shot["image"], granted)
    shotgrid.media.expire_urls()
    again = sg.find_one("Shot", [["id", "is", shot["id"]]], ["image"])["image"]
    assert again != shot["image"]
    assert library.cache.find_thumbnail(again) == path


def test_an_expired_url_says_so_and_a_new_one_works(
    library: MediaLibrary, granted: SiteAccess, sg: Shotgun, shot: dict[str, Any], shotgrid: EmbeddedSite
) -> None:
    shotgrid.media.expire_urls()
    with pytest.raises(errors.MediaExpired):
        library.download_thumbnail(shot["image"], granted)
    assert files_below(library.cache.root) == []
    fresh = sg.find_one("Shot", [["id", "is", shot["id"]]], ["image"])["image"]
    assert library.download_thumbnail(fresh, granted).is_file()


def test_the_source_of_a_thumbnail_needs_a_session_which_is_renewed(
    library: MediaLibrary, granted: SiteAccess, shot: dict[str, Any], shotgrid: EmbeddedSite
) -> None:
    url = f"{shotgrid.url}/thumbnail/full/Shot/{shot['id']}"
    path = library.download_thumbnail(url, granted)
    assert library.cache.find_thumbnail(url) == path
    shotgrid.expire_sessions()
    assert library.download_thumbnail(url, granted) == path
    with pytest.raises(errors.SessionRefused):
        library.download_thumbnail(url, SiteAccess(shotgrid.url, lambda renew: "no-such-session"))


def test_an_entity_without_a_thumbnail_has_none(
    library: MediaLibrary, granted: SiteAccess, sg: Shotgun, shotgrid: EmbeddedSite, project: dict[str, Any]
) -> None:
    bare = sg.create("Shot", {"code": "bare", "project": project})
    with pytest.raises(errors.MediaMissing):
        library.download_thumbnail(f"{shotgrid.url}/thumbnail/full/Shot/{bare['id']}", granted)


def test_a_thumbnail_that_is_being_transcoded_is_pending_and_then_there(
    library: MediaLibrary,
    granted: SiteAccess,
    sg: Shotgun,
    shotgrid: EmbeddedSite,
    project: dict[str, Any],
    picture: Path,
) -> None:
    made = sg.create("Shot", {"code": "pending", "project": project})
    shotgrid.media.hold_transcoding()
    try:
        sg.upload_thumbnail("Shot", made["id"], str(picture))
        url = sg.find_one("Shot", [["id", "is", made["id"]]], ["image"])["image"]
        with pytest.raises(errors.MediaPending):
            library.download_thumbnail(url, granted)
        with pytest.raises(errors.MediaPending):
            library.download_thumbnail(f"{shotgrid.url}/thumbnail/Shot/{made['id']}", granted)
    finally:
        shotgrid.media.release_transcoding()
    assert files_below(library.cache.root) == []
    url = sg.find_one("Shot", [["id", "is", made["id"]]], ["image"])["image"]
    assert library.download_thumbnail(url, granted).suffix == ".jpg"
    source = library.download_thumbnail(f"{shotgrid.url}/thumbnail/full/Shot/{made['id']}", granted)
    assert source.read_bytes() == picture.read_bytes()


def test_an_attachment_is_what_was_uploaded(
    library: MediaLibrary, granted: SiteAccess, sg: Shotgun, shot: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "notes é.txt").write_text("more contrast")
    number = sg.upload("Shot", shot["id"], str(tmp_path / "notes é.txt"))
    entity = sg.find_one("Attachment", [["id", "is", number]], ["this_file"])
    file = entity["this_file"]
    path = library.download_attachment(file["url"], file["name"], granted)
    assert path.name == "notes é.txt"
    assert path.read_text() == "more contrast"
    assert library.cache.find_attachment(file["url"], file["name"]) == path


def test_an_attachment_that_is_not_there_is_missing(
    library: MediaLibrary, granted: SiteAccess, shotgrid: EmbeddedSite
) -> None:
    with pytest.raises(errors.MediaMissing):
        library.download_attachment(f"{shotgrid.url}/file_serve/attachment/999999", "x.txt", granted)


def test_chunked_media_is_whole(
    library: MediaLibrary, granted: SiteAccess, shot: dict[str, Any], shotgrid: EmbeddedSite
) -> None:
    whole = library.download_thumbnail(shot["image"], granted).read_bytes()
    shotgrid.media.chunked = True
    try:
        assert library.download_thumbnail(shot["image"], granted).read_bytes() == whole
    finally:
        shotgrid.media.chunked = False
