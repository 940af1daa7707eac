"""The session goes to the site's own origin and nowhere else; secrets are shown nowhere."""

from __future__ import annotations

import logging
from typing import Callable

import pytest

from shotgun_data import errors
from shotgun_data.media.access import SiteAccess
from shotgun_data.media.address import MediaAddress
from shotgun_data.media.library import MediaLibrary

from .conftest import Session, files_below
from .origin import LOGIN_PAGE, PNG, Exchange, Origin, image, redirect, reply

SITE = "https://studio.example.com"


def test_the_site_gets_the_session_and_the_redirects_target_does_not(
    site: Origin, host: Origin, library: MediaLibrary, session: Session
) -> None:
    access = SiteAccess(site.url, session, authorization="Basic c2VjcmV0")
    site.routes["/file_serve/attachment/1"] = redirect("/file_serve/again")
    site.routes["/file_serve/again"] = redirect(f"{host.url}/files/a.txt?Signature=x")
    host.routes["/files/a.txt"] = reply(200, b"content", {"Set-Cookie": "host=1", "Content-Type": "text/plain"})
    library.download_attachment(f"{site.url}/file_serve/attachment/1", "a.txt", access)
    library.download_attachment(f"{site.url}/file_serve/attachment/1", "a.txt", access)
    assert [seen.headers.get("cookie") for seen in site.seen] == ["_session_id=first-token"] * 4
    assert {seen.headers.get("authorization") for seen in site.seen} == {"Basic c2VjcmV0"}
    for seen in host.seen:
        assert not {"cookie", "authorization"} & set(seen.headers)  # nor the cookie that it set itself
    assert session.asked == [False, False]


def test_another_host_or_port_is_never_asked_for_a_session(
    host: Origin, library: MediaLibrary, access: SiteAccess, session: Session
) -> None:
    host.routes["*"] = image()
    library.download_thumbnail(f"{host.url}/1.png?{access.base_url}", access)
    assert session.asked == []
    assert "cookie" not in host.seen[0].headers


@pytest.mark.parametrize(
    "url",
    [
        "https://studio.example.com.evil.com/x",
        "https://evil.com/?https://studio.example.com",
        "https://evil.com/studio.example.com",
        "https://studio.example.com@evil.com/x",
        "https://studio.example.com:secret@evil.com/x",
        "https://evil.com#studio.example.com",
        "http://studio.example.com/x",
        "https://studio.example.com:8443/x",
        "https://studio-example.com/x",
        "https://studio.example.com./x",
    ],
)
def test_look_alikes_are_not_the_site(url: str) -> None:
    assert not SiteAccess(SITE, lambda renew: "token").owns(MediaAddress.parse(url))


@pytest.mark.parametrize("url", ["https://studio.example.com\\@evil.com/", "https://studio.example.com\\.evil.com/"])
def test_urls_that_parsers_disagree_about_are_refused(url: str) -> None:
    with pytest.raises(errors.MediaRejected):
        MediaAddress.parse(url)


@pytest.mark.parametrize("url", ["https://STUDIO.example.com/x", "https://studio.example.com:443/x", "/x"])
def test_other_spellings_of_the_site_are_the_site(url: str) -> None:
    access = SiteAccess(SITE + "/prefix", lambda renew: "token")
    assert access.owns(MediaAddress.parse(url, MediaAddress.parse(SITE)))


def test_without_a_sites_address_no_url_is_the_sites(host: Origin, library: MediaLibrary, session: Session) -> None:
    """As with a Mockgun: media of other hosts is downloaded all the same."""
    host.routes["*"] = image()
    assert library.download_thumbnail(f"{host.url}/1.png", SiteAccess("", session)).read_bytes() == PNG
    assert session.asked == []
    with pytest.raises(errors.MediaRejected):
        library.download_thumbnail("/1.png", SiteAccess("", session))


# The session is refused


@pytest.mark.parametrize("refusal", ["401", "403", "login redirect", "login page", "redirect to a page"])
def test_a_refused_session_is_renewed_once(
    site: Origin, host: Origin, library: MediaLibrary, access: SiteAccess, session: Session, refusal: str
) -> None:
    refusals = {
        "401": reply(401, b"no"),
        "403": reply(403, b"no"),
        "login redirect": redirect("/user/login"),
        "login page": reply(200, LOGIN_PAGE, {"Content-Type": "text/html"}),
        "redirect to a page": redirect(f"{host.url}/sso"),
    }
    host.routes["/sso"] = reply(200, LOGIN_PAGE, {"Content-Type": "text/html"})

    def media(exchange: Exchange) -> None:
        if "second-token" in exchange.headers.get("Cookie", ""):
            exchange.give(200, PNG)
        else:
            refusals[refusal](exchange)

    site.routes["/thumbnail/full/Shot/1"] = media
    path = library.download_thumbnail(f"{site.url}/thumbnail/full/Shot/1", access)
    assert path.read_bytes() == PNG
    assert session.asked == [False, True]
    library.download_attachment(f"{site.url}/thumbnail/full/Shot/1", "a.png", access)


@pytest.mark.parametrize("token", ["first-token", None])
def test_a_session_that_stays_refused_is_an_error(site: Origin, library: MediaLibrary, token: str) -> None:
    session = Session(token)
    site.routes["*"] = redirect("/user/login")
    with pytest.raises(errors.SessionRefused) as raised:
        library.download_thumbnail(f"{site.url}/thumbnail/full/Shot/1", SiteAccess(site.url, session))
    assert session.asked == [False, True]
    assert len(site.seen) == 2
    assert "token" not in str(raised.value)
    assert files_below(library.cache.root) == []


def test_an_error_of_the_session_itself_reaches_the_caller(site: Origin, library: MediaLibrary) -> None:
    def broken(renew: bool) -> str:
        raise errors.SiteFault("the key is expired")

    with pytest.raises(errors.SiteFault):
        library.download_thumbnail(f"{site.url}/1.png", SiteAccess(site.url, broken))
    assert files_below(library.cache.root) == []


@pytest.mark.parametrize("token", ["a\r\nX-Evil: 1", "a; other=1", "é"])
def test_a_token_cannot_smuggle_headers(site: Origin, library: MediaLibrary, token: str) -> None:
    with pytest.raises(errors.SessionRefused):
        library.download_thumbnail(f"{site.url}/1.png", SiteAccess(site.url, Session(token)))
    assert site.seen == []


# Redirects


def test_redirect_loops_end(site: Origin, library: MediaLibrary, access: SiteAccess) -> None:
    site.routes["/a"], site.routes["/b"] = redirect("/b"), redirect("/a", 307)
    with pytest.raises(errors.MediaRejected) as raised:
        library.download_attachment(f"{site.url}/a", "a", access)
    assert "circle" in str(raised.value)
    assert len(site.seen) == 2


def test_endless_redirects_end(site: Origin, library: MediaLibrary, access: SiteAccess) -> None:
    def further(exchange: Exchange) -> None:
        exchange.give(302, b"", {"Location": exchange.path + "x"})

    site.routes["*"] = further
    with pytest.raises(errors.MediaRejected):
        library.download_attachment(f"{site.url}/a", "a", access)
    assert len(site.seen) == 11


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://h/x", "gopher://h", "http://", "http://h\\@x/"])
def test_a_redirect_to_another_scheme_is_refused(
    site: Origin, library: MediaLibrary, access: SiteAccess, location: str
) -> None:
    site.routes["*"] = redirect(location)
    with pytest.raises(errors.MediaRejected):
        library.download_attachment(f"{site.url}/a", "a", access)


def test_https_never_becomes_http() -> None:
    with pytest.raises(errors.MediaRejected):
        MediaAddress.parse(SITE).follow("http://studio.example.com/x")
    assert MediaAddress.parse("http://studio.example.com").follow(SITE + "/x").scheme == "https"


def test_a_location_that_is_not_escaped_is_followed(site: Origin, library: MediaLibrary, access: SiteAccess) -> None:
    site.routes["/a"] = redirect("/Sh\u00c3\u00b6t 1.txt")  # UTF-8 bytes in a header, as some servers send them
    site.routes["/Sh%C3%B6t%201.txt"] = reply(200, b"content")
    assert library.download_attachment(f"{site.url}/a", "a", access).read_bytes() == b"content"


# Nothing is shown


def test_no_secret_is_logged_or_shown(
    site: Origin,
    host: Origin,
    new_library: Callable[..., MediaLibrary],
    transport_name: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    session = Session("s3cr3t-token")
    access = SiteAccess(site.url, session, authorization="Basic s3cr3t", proxy=None)
    with_proxy = SiteAccess("https://me:s3cr3t@h", session, "me:s3cr3t@proxy:1")
    site.routes["/thumbnail/full/Shot/1"] = redirect(f"{host.url}/files/a.png?Signature=s3cr3t")
    shown = [repr(access), repr(with_proxy), str(with_proxy)]
    for answer in (image(), reply(403), reply(500), reply(200, b"html"), Exchange.reset):
        host.routes["/files/a.png"] = answer
        library = new_library()
        shown.append(repr(library))
        try:
            library.download_thumbnail(f"{site.url}/thumbnail/full/Shot/1?s3cr3t", access)
            library.download_thumbnail(f"{host.url}/files/a.png?Signature=s3cr3t", access)
        except errors.ShotgunDataError as error:
            shown.append(f"{error!r} {error} {error.__cause__!r} {error.__suppress_context__}")
    out, err = capfd.readouterr()
    assert len(site.seen) >= 5
    if transport_name == "urllib3":
        assert "urllib3" in caplog.text  # or this test would prove nothing
    assert "s3cr3t" not in "".join(shown) + caplog.text + out + err
