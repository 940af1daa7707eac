"""Media as the embedded site serves it: signed urls, their host, the session cookie, placeholders, parts of files."""

from __future__ import annotations

import hashlib
import http.client
import io
import urllib.parse
import urllib.request
import xml.etree.ElementTree
from typing import Any, Dict, Iterator, Optional, Tuple
from urllib.parse import urlsplit

import pytest
import shotgun_api3
from PIL import Image

from shotgun_data.demo.site import EmbeddedSite
from shotgun_data.demo.site.drawing import Picture
from shotgun_data.demo.site.generated import Generated
from shotgun_data.demo.site.signing import Denied, UrlSigner


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddedSite]:
    with EmbeddedSite(shots=24) as site:
        yield site


@pytest.fixture
def site(running: EmbeddedSite) -> Iterator[EmbeddedSite]:
    yield running
    running.media.release_transcoding()
    running.media.lifetime = 900
    running.media.chunked = False
    running.media.stream_rate = None


def fetch(url: str, method: str = "GET", **headers: str) -> Tuple[int, Any, bytes]:
    """Follow no redirect; give status, headers and body."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        path = parts.path + ("?" + parts.query if parts.query else "")
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def shot_image(site: EmbeddedSite, code: str = "NL010_0010") -> Dict[str, Any]:
    return dict(site.connect().find_one("Shot", [["code", "is", code]], ["code", "image"]))


def cookie(site: EmbeddedSite) -> str:
    return "_session_id=" + site.connect().get_session_token()


def attachment(site: EmbeddedSite, name: str) -> Dict[str, Any]:
    return dict(site.connect().find_one("Attachment", [["display_name", "is", name]], ["this_file"]))


def test_image_is_a_signed_url_on_the_media_host_that_gives_a_jpeg_of_fixed_size(site: EmbeddedSite) -> None:
    url = shot_image(site)["image"]
    assert url.startswith(site.media_url + "/thumbs/2026/")
    assert urlsplit(url).hostname == "localhost"
    status, headers, body = fetch(url)
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    assert int(headers["Content-Length"]) == len(body)
    assert Image.open(io.BytesIO(body)).size == (480, 270)


def test_path_stays_and_signature_changes_with_every_find(site: EmbeddedSite) -> None:
    first, second = shot_image(site)["image"], shot_image(site)["image"]
    assert first != second
    assert urlsplit(first).path == urlsplit(second).path
    assert fetch(first)[2] == fetch(second)[2]


@pytest.mark.parametrize("damage", ["signature", "path", "expires", "none"])
def test_a_url_that_was_tampered_with_is_refused_with_xml(site: EmbeddedSite, damage: str) -> None:
    url = shot_image(site)["image"]
    other = {
        "signature": url[:-4] + ("0000" if not url.endswith("0000") else "1111"),
        "path": url.replace("NL010_0010", "NL010_0020"),
        "expires": url.replace("X-Amz-Expires=900", "X-Amz-Expires=90000"),
        "none": url.partition("?")[0],
    }[damage]
    status, headers, body = fetch(other)
    assert (status, headers["Content-Type"]) == (403, "application/xml")
    code = xml.etree.ElementTree.fromstring(body).findtext("Code")
    assert code == ("AccessDenied" if damage == "none" else "SignatureDoesNotMatch")


def test_expired_urls_are_403_and_new_ones_work(site: EmbeddedSite) -> None:
    old = shot_image(site)["image"]
    site.media.expire_urls()
    status, _, body = fetch(old)
    assert status == 403
    assert xml.etree.ElementTree.fromstring(body).findtext("Message") == "Request has expired"
    assert fetch(shot_image(site)["image"])[0] == 200


def test_lifetime_can_be_set(site: EmbeddedSite) -> None:
    site.media.lifetime = 0
    url = shot_image(site)["image"]
    assert "X-Amz-Expires=0&" in url
    assert fetch(url)[0] == 403


def test_urls_expire_by_the_clock() -> None:
    now = [1000.0]
    signer = UrlSigner(lifetime=60, clock=lambda: now[0])
    path, _, query = signer.sign("/thumbs/a%20b").partition("?")
    given = dict(urllib.parse.parse_qsl(query))
    now[0] += 59
    signer.check(path, given)
    now[0] += 1
    with pytest.raises(Denied, match="expired"):
        signer.check(path, given)


def test_hosts_are_told_apart(site: EmbeddedSite) -> None:
    media = shot_image(site)["image"]
    assert fetch(media.replace("localhost", "127.0.0.1"))[0] == 404
    for path in ("/thumbnail/full/Shot/1", "/file_serve/attachment/1", "/user/login"):
        assert fetch(site.media_url + path, Cookie=cookie(site))[0] == 404


def test_unknown_media_is_404_with_xml(site: EmbeddedSite) -> None:
    for key in ("up-0000", "shot,NL010", "gen,exe,1,1", "nothing,a,b,1"):
        status, _, body = fetch(site.media_url + site.media.signer.sign(f"/thumbs/2026/{key}_t.jpg"))
        assert (status, xml.etree.ElementTree.fromstring(body).findtext("Code")) == (404, "NoSuchKey")
        assert fetch(site.media_url + site.media.signer.sign(f"/files/2026/{key}/x"))[0] == 404


def test_full_thumbnail_asks_for_the_session_and_leads_to_the_original(site: EmbeddedSite) -> None:
    url = f"{site.url}/thumbnail/full/Shot/{shot_image(site)['id']}"
    status, headers, _ = fetch(url, Cookie=cookie(site))
    assert status == 302
    status, headers, body = fetch(headers["Location"])
    assert (status, headers["Content-Type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(body)).size == (960, 540)


@pytest.mark.parametrize("given", [None, "_session_id=", "_session_id=wrong", "other=1"])
def test_without_a_valid_session_the_login_page_comes(site: EmbeddedSite, given: Optional[str]) -> None:
    for path in ("/thumbnail/full/Shot/1", "/thumbnail/Shot/1", "/file_serve/attachment/1"):
        headers = {} if given is None else {"Cookie": given}
        with urllib.request.urlopen(urllib.request.Request(site.url + path, headers=headers), timeout=20) as answer:
            assert (answer.status, answer.url) == (200, site.url + "/user/login")
            assert answer.headers["Content-Type"].startswith("text/html")


def test_expired_session_leads_to_the_login_page(site: EmbeddedSite) -> None:
    old = cookie(site)
    site.expire_sessions()
    assert fetch(site.url + "/thumbnail/full/Shot/1", Cookie=old)[1]["Location"] == "/user/login"


def test_an_entity_without_a_thumbnail_is_404(site: EmbeddedSite) -> None:
    bare = site.connect().find_one("Shot", [["image", "is", None]], ["image"])
    assert bare["image"] is None
    for path in (f"Shot/{bare['id']}", "Shot/999999", "Nonsense/1"):
        assert fetch(f"{site.url}/thumbnail/full/{path}", Cookie=cookie(site))[0] == 404


def test_thumbnail_urls_as_for_old_servers(site: EmbeddedSite) -> None:
    # shotgun_api3's own reader of this answer mixes bytes and str on Python 3, and only ran for servers before 3.3.
    number = shot_image(site)["id"]
    ask = site.url + "/upload/get_thumbnail_url?entity_type=Shot&entity_id="
    assert fetch(f"{ask}{number}")[2] == f"1\n/thumbnail/Shot/{number}\n".encode()
    assert fetch(f"{ask}999999")[2].startswith(b"0\nNo thumbnail")
    location = fetch(f"{site.url}/thumbnail/Shot/{number}", Cookie=cookie(site))[1]["Location"]
    assert urlsplit(location).path == urlsplit(shot_image(site)["image"]).path


def test_placeholder_while_a_thumbnail_is_being_transcoded(site: EmbeddedSite) -> None:
    key = site.store.media_key("Shot", shot_image(site)["id"], "image")
    assert key is not None
    site.media.hold_transcoding(key)
    url = shot_image(site)["image"]
    assert url == site.url + "/images/status/transient/thumbnail_pending.png"
    status, headers, body = fetch(url)
    assert (status, headers["Content-Type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(body)).size == (160, 90)
    assert shot_image(site, "NL010_0020")["image"].startswith(site.media_url)
    site.media.release_transcoding()
    assert shot_image(site)["image"].startswith(site.media_url)


def test_attachment_of_a_generated_file(site: EmbeddedSite) -> None:
    url = attachment(site, "review_notes.txt")["this_file"]["url"]
    assert url.startswith(site.url + "/file_serve/attachment/")
    status, headers, _ = fetch(url, Cookie=cookie(site))
    assert status == 302
    status, headers, body = fetch(headers["Location"])
    assert (status, headers["Content-Type"]) == (200, "text/plain")
    assert body.startswith(b"Review notes")


def test_attachment_with_a_hostile_name_is_served(site: EmbeddedSite) -> None:
    url = attachment(site, "../../x")["this_file"]["url"]
    location = fetch(url, Cookie=cookie(site))[1]["Location"]
    assert "..%2F..%2Fx?" in location
    assert fetch(location)[0] == 200


def test_attachment_that_is_not_there_is_400(site: EmbeddedSite) -> None:
    local = site.connect().find_one("PublishedFile", [], ["path"])["path"]["id"]
    for number in (999999, local):
        assert fetch(f"{site.url}/file_serve/attachment/{number}", Cookie=cookie(site))[0] == 400


def test_unmodified_client_downloads_attachments(site: EmbeddedSite) -> None:
    # The client sends its cookie only to a site without a port in its name: here the site plays the proxy before it.
    sg = shotgun_api3.Shotgun(
        "http://127.0.0.1",
        session_token=site.connect().get_session_token(),
        http_proxy=f"127.0.0.1:{site.port}",
        connect=False,
    )
    held = attachment(site, "review_notes.txt")
    assert sg.download_attachment({"type": "Attachment", "id": held["id"]}).startswith(b"Review notes")
    with pytest.raises(shotgun_api3.ShotgunFileDownloadError, match="Attachment may not exist"):
        sg.download_attachment({"type": "Attachment", "id": 999999})


def test_head_range_and_conditions(site: EmbeddedSite) -> None:
    url = shot_image(site)["image"]
    _, headers, body = fetch(url)
    status, head, nothing = fetch(url, "HEAD")
    assert (status, head["Content-Length"], nothing) == (200, str(len(body)), b"")
    assert fetch(url, If_None_Match=headers["ETag"])[0] == 304
    assert fetch(url, If_Modified_Since=headers["Last-Modified"])[0] == 304
    status, part, some = fetch(url, Range="bytes=10-19")
    assert (status, some, part["Content-Range"]) == (206, body[10:20], f"bytes 10-19/{len(body)}")
    assert fetch(url, Range="bytes=100-")[2] == body[100:]
    assert fetch(url, Range="bytes=-7")[2] == body[-7:]
    assert fetch(url, Range="bytes=10-19", If_Range='"other"')[0] == 200
    status, part, _ = fetch(url, Range=f"bytes={len(body)}-")
    assert (status, part["Content-Range"]) == (416, f"bytes */{len(body)}")


def test_chunked_on_demand(site: EmbeddedSite) -> None:
    url = shot_image(site)["image"]
    whole = fetch(url)[2]
    site.media.chunked = True
    _, headers, body = fetch(url)
    assert headers["Transfer-Encoding"] == "chunked"
    assert headers["Content-Length"] is None
    assert body == whole


@pytest.mark.parametrize("chunked", [False, True])
def test_large_attachment_is_streamed_and_can_be_resumed(site: EmbeddedSite, chunked: bool) -> None:
    site.media.stream_rate, site.media.chunked = None, chunked
    held = attachment(site, "NL010_0010_plates.bin")
    location = fetch(held["this_file"]["url"], Cookie=cookie(site))[1]["Location"]
    _, headers, body = fetch(location)
    assert len(body) == 20 * 1024 * 1024
    assert headers["Content-Length"] == (None if chunked else str(len(body)))
    assert fetch(location, Range="bytes=15000000-")[2] == body[15_000_000:]
    assert len({hashlib.md5(body[at : at + 65536]).digest() for at in range(0, len(body), 65536)}) == 320


def test_generated_files_read_the_same_in_any_cut() -> None:
    for form in ("txt", "json", "pdf"):
        whole = b"".join(Generated(form, 5).pieces())
        assert len(whole) == Generated(form, 5).length
        assert b"".join(Generated(form, 5).pieces(20)) == whole[20:]
    large = Generated.from_key(Generated("bin", 3, 200_000).key)
    whole = b"".join(large.pieces())
    assert len(whole) == 200_000
    assert b"".join(large.pieces(70_000, 140_001)) == whole[70_000:140_001]


def test_media_says_nothing_of_its_secret(site: EmbeddedSite) -> None:
    secret = site.media.signer._secret
    assert secret.hex() not in repr(site.media) + repr(site.media.signer) + shot_image(site)["image"]


def test_pictures_have_keys_that_stand_in_a_path() -> None:
    for picture in (Picture("shot", "NL010", "NL010_0010", 3), Picture("person", "Lead, 日本", "a/b?c%d é", 0)):
        assert Picture.from_key(picture.key) == picture
        assert urllib.parse.urlsplit("http://x/" + picture.key).path == "/" + picture.key
    for wrong in ("", "shot,a,b", "shot,a,b,c", "noise,a,b,1", "shot,=ff,b,1"):
        with pytest.raises(ValueError):
            Picture.from_key(wrong)
