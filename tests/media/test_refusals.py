"""What each answer of a site or media host means to a caller."""

from __future__ import annotations

import threading
import time
from email.utils import formatdate
from pathlib import Path
from typing import Callable, Optional

import pytest

from shotgun_data import errors
from shotgun_data.media.access import SiteAccess
from shotgun_data.media.library import MediaLibrary

from .conftest import Session, files_below
from .origin import JPEG, LOGIN_PAGE, PNG, S3_EXPIRED, Exchange, Origin, image, redirect, reply

SIGNED = "?X-Amz-Date=20260101&X-Amz-Expires=900&X-Amz-Signature=secret-signature"


def refused(
    library: MediaLibrary, url: str, access: SiteAccess, kind: type[errors.ShotgunDataError]
) -> errors.ShotgunDataError:
    """The error of a download, of exactly this kind, and nothing left on the disk."""
    with pytest.raises(kind) as raised:
        library.download_thumbnail(url, access)
    assert type(raised.value) is kind
    assert files_below(library.cache.root) == []
    message = str(raised.value)
    assert message.endswith(".")
    assert "secret" not in message
    return raised.value


def test_a_thumbnail_is_stored_and_found_with_another_signature(
    host: Origin, library: MediaLibrary, access: SiteAccess
) -> None:
    host.routes["/thumbs/1_t.jpg"] = image(JPEG, "image/jpeg")
    steps: list[tuple[int, Optional[int]]] = []
    path = library.download_thumbnail(
        f"{host.url}/thumbs/1_t.jpg{SIGNED}", access, progress=lambda *step: steps.append(step)
    )
    assert path.read_bytes() == JPEG
    assert path.suffix == ".jpg"
    assert library.cache.find_thumbnail(f"{host.url}/thumbs/1_t.jpg?X-Amz-Signature=other") == path
    assert steps[-1] == (len(JPEG), len(JPEG))
    assert files_below(library.cache.root) == [path]


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_signed_url_that_the_media_host_refuses_has_expired(
    host: Origin, library: MediaLibrary, access: SiteAccess, session: Session, status: int
) -> None:
    host.routes["*"] = reply(status, S3_EXPIRED, {"Content-Type": "application/xml"})
    error = refused(library, f"{host.url}/thumbs/1.jpg{SIGNED}", access, errors.MediaExpired)
    assert not error.retryable
    assert f"{host.url}/thumbs/1.jpg" in str(error)
    assert session.asked == []  # another host's refusal says nothing about our session


@pytest.mark.parametrize("status", [404, 410, 204])
def test_media_that_is_gone_is_missing(host: Origin, library: MediaLibrary, access: SiteAccess, status: int) -> None:
    host.routes["*"] = reply(status)
    assert not refused(library, f"{host.url}/1.jpg", access, errors.MediaMissing).retryable


def test_an_attachment_that_the_site_has_no_file_for_is_missing(
    site: Origin, library: MediaLibrary, access: SiteAccess
) -> None:
    site.routes["*"] = reply(400, b"Attachment id doesn't exist or is a local file")
    with pytest.raises(errors.MediaMissing):
        library.download_attachment(f"{site.url}/file_serve/attachment/1", "a.txt", access)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_retryable(host: Origin, library: MediaLibrary, access: SiteAccess, status: int) -> None:
    host.routes["*"] = reply(status, b"later", {"Retry-After": "7"})
    error = refused(library, f"{host.url}/1.jpg{SIGNED}", access, errors.SiteUnreachable)
    assert error.retryable
    assert error.retry_after == 7
    assert len(host.seen) == 1  # one attempt: repeating is decided elsewhere


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        (formatdate(time.time() + 3000, usegmt=True), 2000, 3000),
        (formatdate(time.time() - 100, usegmt=True), 0, 0),
        ("999999999999", 86400, 86400),
        ("soon", None, None),
        ("-5", None, None),
        ("", None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(
    host: Origin,
    library: MediaLibrary,
    access: SiteAccess,
    header: str,
    low: Optional[float],
    high: Optional[float],
) -> None:
    host.routes["*"] = reply(503, b"", {"Retry-After": header})
    asked = refused(library, f"{host.url}/1.jpg", access, errors.SiteUnreachable).retry_after
    assert asked == low if low is None or high is None or asked is None else low <= asked <= high


@pytest.mark.parametrize(("status", "retryable"), [(501, False), (418, False), (407, False), (304, False)])
def test_an_answer_that_will_not_change_is_not_retryable(
    host: Origin, library: MediaLibrary, access: SiteAccess, status: int, retryable: bool
) -> None:
    host.routes["*"] = reply(status)
    with pytest.raises(errors.ShotgunDataError) as raised:
        library.download_thumbnail(f"{host.url}/1.jpg", access)
    assert raised.value.retryable is retryable


def test_a_file_under_a_virus_scan_comes_later(site: Origin, library: MediaLibrary, access: SiteAccess) -> None:
    site.routes["*"] = reply(409, b"This file is undergoing a malware scan")
    with pytest.raises(errors.TransferFailed) as raised:
        library.download_attachment(f"{site.url}/file_serve/attachment/1", "a.txt", access)
    assert raised.value.retryable


# The transient placeholder


def test_the_transient_placeholder_is_not_even_asked_for(
    site: Origin, library: MediaLibrary, access: SiteAccess
) -> None:
    site.routes["*"] = image()
    url = f"{site.url}/images/status/transient/thumbnail_pending.png"
    refused(library, url, access, errors.MediaPending)
    assert site.seen == []


def test_a_redirect_to_the_transient_placeholder_is_never_kept(
    site: Origin, library: MediaLibrary, access: SiteAccess
) -> None:
    site.routes["/thumbnail/full/Shot/1"] = redirect("/images/status/transient/thumbnail_pending.png")
    refused(library, f"{site.url}/thumbnail/full/Shot/1", access, errors.MediaPending)


# What came is not what was asked for


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "image/jpeg"])
def test_a_web_page_is_no_image_whatever_its_header_says(
    host: Origin, library: MediaLibrary, access: SiteAccess, content_type: str
) -> None:
    host.routes["*"] = reply(200, b"<html><body>Sign in to the network</body></html>", {"Content-Type": content_type})
    error = refused(library, f"{host.url}/1.jpg{SIGNED}", access, errors.MediaRejected)
    assert "web page" in str(error)


@pytest.mark.parametrize("body", [b"", b"{}", b"BM, a text", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_image_is_rejected(host: Origin, library: MediaLibrary, access: SiteAccess, body: bytes) -> None:
    host.routes["*"] = image(body)
    refused(library, f"{host.url}/1.png", access, errors.MediaRejected)


def test_an_image_with_a_wrong_header_is_an_image(host: Origin, library: MediaLibrary, access: SiteAccess) -> None:
    host.routes["*"] = reply(200, PNG, {"Content-Type": "text/html"})
    assert library.download_thumbnail(f"{host.url}/1.png", access).read_bytes() == PNG


def test_a_web_page_is_no_attachment_unless_the_name_says_so(
    host: Origin, library: MediaLibrary, access: SiteAccess
) -> None:
    host.routes["*"] = reply(200, LOGIN_PAGE, {"Content-Type": "text/html"})
    with pytest.raises(errors.MediaRejected):
        library.download_attachment(f"{host.url}/files/1", "plate.mov", access)
    assert files_below(library.cache.root) == []
    path = library.download_attachment(f"{host.url}/files/1", "notes.html", access)
    assert path.read_bytes() == LOGIN_PAGE


def test_an_empty_attachment_is_rejected(host: Origin, library: MediaLibrary, access: SiteAccess) -> None:
    host.routes["*"] = reply(200)
    with pytest.raises(errors.MediaRejected):
        library.download_attachment(f"{host.url}/files/1", "a.txt", access)


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_above_the_limit_is_refused(
    host: Origin, new_library: Callable[..., MediaLibrary], access: SiteAccess, announced: bool
) -> None:
    def endless(exchange: Exchange) -> None:
        exchange.send_response(200)
        if announced:
            exchange.send_header("Content-Length", str(10**12))
        else:
            exchange.close_connection = True
        exchange.end_headers()
        while not host.released.is_set():
            exchange.wfile.write(PNG * 100)

    host.routes["*"] = endless
    error = refused(new_library(max_thumbnail_bytes=100_000), f"{host.url}/1.png", access, errors.MediaRejected)
    assert "100,000" in str(error)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://h/x", "javascript:1", "http://[bad/", "http://ho st/", "http:///x", "a\nb"],
)
def test_only_http_is_downloaded(library: MediaLibrary, access: SiteAccess, url: str) -> None:
    refused(library, url, access, errors.MediaRejected)


def test_a_url_without_a_host_is_the_sites_own(site: Origin, library: MediaLibrary, access: SiteAccess) -> None:
    site.routes["/file_serve/attachment/1"] = reply(200, b"text")
    assert library.download_attachment("/file_serve/attachment/1", "a.txt", access).read_bytes() == b"text"


# Where the result goes


def test_the_extension_is_that_of_the_url_after_redirects(
    site: Origin, host: Origin, library: MediaLibrary, access: SiteAccess
) -> None:
    site.routes["/thumbnail/full/Shot/1"] = redirect(f"{host.url}/files/Source.PNG{SIGNED}")
    host.routes["/files/Source.PNG"] = image()
    url = f"{site.url}/thumbnail/full/Shot/1"
    path = library.download_thumbnail(url, access)
    assert path.suffix == ".png"
    assert library.cache.find_thumbnail(url) == path


def test_a_url_without_any_extension_gets_the_images_own(
    site: Origin, library: MediaLibrary, access: SiteAccess
) -> None:
    site.routes["*"] = image(JPEG, "application/octet-stream")
    path = library.download_thumbnail(f"{site.url}/thumbnail/Shot/1", access)
    assert path.suffix == ".jpg"
    assert library.cache.find_thumbnail(f"{site.url}/thumbnail/Shot/1") == path


def test_two_attachments_of_one_name_never_meet(host: Origin, library: MediaLibrary, access: SiteAccess) -> None:
    host.routes["/files/1"], host.routes["/files/2"] = reply(200, b"one"), reply(200, b"two")
    one = library.download_attachment(f"{host.url}/files/1", "notes.txt", access)
    two = library.download_attachment(f"{host.url}/files/2", "notes.txt", access)
    assert (one.read_bytes(), two.read_bytes()) == (b"one", b"two")
    assert library.cache.find_attachment(f"{host.url}/files/1", "notes.txt") == one
    assert library.cache.find_attachment(f"{host.url}/files/2", "notes.txt") == two


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "C:\\x", "..", "", "\0"])
def test_an_attachment_cannot_leave_its_folder(
    host: Origin, library: MediaLibrary, access: SiteAccess, tmp_path: Path, name: str
) -> None:
    host.routes["*"] = reply(200, b"content")
    path = library.download_attachment(f"{host.url}/files/1", name, access)
    assert path.resolve().is_relative_to(library.cache.root.resolve() / "attachments")
    assert files_below(tmp_path) == [path]
    assert library.cache.find_attachment(f"{host.url}/files/1", name) == path


# Many at once


def test_downloads_share_connections_and_keep_them_alive(
    host: Origin, new_library: Callable[..., MediaLibrary], access: SiteAccess
) -> None:
    library = new_library(transfer_threads=4)
    host.routes["*"] = image()

    def some(first: int) -> None:
        for number in range(first, first + 10):
            library.download_thumbnail(f"{host.url}/{number}.png", access)

    threads = [threading.Thread(target=some, args=(first,)) for first in (0, 10, 20, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(files_below(library.cache.root)) == len(host.seen) == 40
    assert len({seen.port for seen in host.seen}) <= 4


def test_a_refusal_keeps_its_connection_alive(host: Origin, library: MediaLibrary, access: SiteAccess) -> None:
    host.routes["/gone.png"] = reply(404, b"x" * 3000)
    host.routes["/there.png"] = image()
    with pytest.raises(errors.MediaMissing):
        library.download_thumbnail(f"{host.url}/gone.png", access)
    library.download_thumbnail(f"{host.url}/there.png", access)
    assert len({seen.port for seen in host.seen}) == 1
