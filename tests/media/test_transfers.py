"""Transfers that break, stall, drip, lie, or are cancelled."""

from __future__ import annotations

import gc
import gzip
import os
import socket
import ssl
import subprocess
import threading
import time
import zlib
from pathlib import Path
from typing import Callable, Optional

import pytest
import urllib3

from shotgun_data import errors
from shotgun_data.media.access import SiteAccess
from shotgun_data.media.library import MediaLibrary

from .conftest import files_below
from .origin import JPEG, PNG, Exchange, Origin, image, reply

TEXT = b"a line of text\n" * 20_000


def start(exchange: Exchange, *, length: Optional[int] = None, **headers: str) -> None:
    exchange.send_response(200)
    if length is not None:
        exchange.send_header("Content-Length", str(length))
    else:
        exchange.close_connection = True
    for name, value in headers.items():
        exchange.send_header(name.replace("_", "-"), value)
    exchange.end_headers()
    exchange.wfile.flush()


def failed(
    library: MediaLibrary, url: str, access: SiteAccess, kind: type[errors.ShotgunDataError]
) -> errors.ShotgunDataError:
    with pytest.raises(kind) as raised:
        library.download_thumbnail(url, access)
    assert type(raised.value) is kind
    assert files_below(library.cache.root) == []
    return raised.value


# Broken off


@pytest.mark.parametrize("ending", ["closed", "reset"])
def test_a_body_cut_short_is_never_kept(host: Origin, library: MediaLibrary, access: SiteAccess, ending: str) -> None:
    def cut(exchange: Exchange) -> None:
        start(exchange, length=len(JPEG))
        exchange.wfile.write(JPEG[:-1])
        exchange.reset() if ending == "reset" else setattr(exchange, "close_connection", True)

    host.routes["*"] = cut
    assert failed(library, f"{host.url}/1.jpg", access, errors.TransferFailed).retryable


def test_chunks_cut_short_are_never_kept(host: Origin, library: MediaLibrary, access: SiteAccess) -> None:
    def cut(exchange: Exchange) -> None:
        start(exchange, Transfer_Encoding="chunked")
        exchange.wfile.write(b"%x\r\n%s\r\n" % (len(JPEG), JPEG))  # whole, but for the last chunk

    host.routes["*"] = cut
    assert failed(library, f"{host.url}/1.jpg", access, errors.TransferFailed).retryable


@pytest.mark.parametrize("body", [JPEG, PNG])
def test_an_image_that_ends_with_the_connection_must_have_its_end(
    host: Origin, library: MediaLibrary, access: SiteAccess, body: bytes
) -> None:
    def unframed(exchange: Exchange) -> None:
        start(exchange)
        exchange.wfile.write(body if exchange.path == "/whole" else body[:-20])

    host.routes["*"] = unframed
    failed(library, f"{host.url}/cut", access, errors.TransferFailed)
    assert library.download_thumbnail(f"{host.url}/whole", access).read_bytes() == body


def test_chunks_are_put_together(host: Origin, library: MediaLibrary, access: SiteAccess) -> None:
    def chunked(exchange: Exchange) -> None:
        exchange.send_response(200)
        exchange.send_header("Transfer-Encoding", "chunked")
        exchange.end_headers()
        for offset in range(0, len(JPEG), 1000):
            piece = JPEG[offset : offset + 1000]
            exchange.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        exchange.wfile.write(b"0\r\n\r\n")

    host.routes["*"] = chunked
    for number in range(3):
        path = library.download_thumbnail(f"{host.url}/{number}.jpg", access)
        assert path.read_bytes() == JPEG
    assert len({seen.port for seen in host.seen}) == 1


@pytest.mark.parametrize("length", ["-1", "many", "1, 2"])
def test_a_length_that_is_no_number_does_not_break_anything(
    host: Origin, library: MediaLibrary, access: SiteAccess, length: str
) -> None:
    def lying(exchange: Exchange) -> None:
        start(exchange, Content_Length=length)
        exchange.wfile.write(JPEG)

    host.routes["*"] = lying
    try:
        assert library.download_thumbnail(f"{host.url}/1.jpg", access).read_bytes() == JPEG
    except errors.ShotgunDataError:
        assert files_below(library.cache.root) == []


def test_a_length_that_is_too_small_leaves_nothing_for_the_next_answer(
    host: Origin, library: MediaLibrary, access: SiteAccess
) -> None:
    def lying(exchange: Exchange) -> None:
        start(exchange, length=len(PNG))
        exchange.wfile.write(PNG + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")

    host.routes["/lying.png"], host.routes["/next.png"] = lying, image()
    library.download_thumbnail(f"{host.url}/lying.png", access)
    assert library.download_thumbnail(f"{host.url}/next.png", access).read_bytes() == PNG


@pytest.mark.parametrize("moment", ["at once", "in the headers"])
def test_a_reset_before_the_answer_is_retryable(
    host: Origin, library: MediaLibrary, access: SiteAccess, moment: str
) -> None:
    def cut(exchange: Exchange) -> None:
        if moment == "in the headers":
            exchange.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Le")
        exchange.reset()

    host.routes["*"] = cut
    with pytest.raises(errors.ShotgunDataError) as raised:
        library.download_thumbnail(f"{host.url}/1.png", access)
    assert raised.value.retryable
    assert files_below(library.cache.root) == []


def test_a_server_that_does_not_speak_http_is_unreachable(
    host: Origin, library: MediaLibrary, access: SiteAccess
) -> None:
    def other(exchange: Exchange) -> None:
        exchange.wfile.write(b"220 mail.example.com ESMTP\r\n")
        exchange.close_connection = True

    host.routes["*"] = other
    failed(library, f"{host.url}/1.png", access, errors.SiteUnreachable)


def test_a_refused_connection_and_an_unknown_host_are_unreachable(library: MediaLibrary, access: SiteAccess) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        refusing = f"http://127.0.0.1:{free.getsockname()[1]}/1.png?Signature=s"
    error = failed(library, refusing, access, errors.SiteUnreachable)
    assert error.retryable
    assert "refuses" in str(error)
    error = failed(library, "http://no-such-host.invalid/1.png", access, errors.SiteUnreachable)
    assert "no host named no-such-host.invalid" in str(error)


# Encodings


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "raw deflate", "two gzip members"])
def test_encoded_bodies_are_decoded(host: Origin, library: MediaLibrary, access: SiteAccess, encoding: str) -> None:
    compressor = zlib.compressobj(wbits=-15)
    bodies = {
        "deflate": zlib.compress(TEXT),
        "raw deflate": compressor.compress(TEXT) + compressor.flush(),
        "two gzip members": gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]),
    }
    body = bodies.get(encoding, gzip.compress(TEXT))
    name = encoding if encoding in ("gzip", "x-gzip") else "deflate" if "deflate" in encoding else "gzip"
    host.routes["*"] = reply(200, body, {"Content-Encoding": name})
    assert library.download_attachment(f"{host.url}/1", "a.txt", access).read_bytes() == TEXT


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(TEXT)[:-9],
        gzip.compress(TEXT)[:200],
        b"no gzip at all",
        gzip.compress(TEXT)[:-8] + b"x" * 8,
    ],
)
def test_gzip_that_lies_is_an_error(host: Origin, library: MediaLibrary, access: SiteAccess, body: bytes) -> None:
    host.routes["*"] = reply(200, body, {"Content-Encoding": "gzip"})
    with pytest.raises(errors.TransferFailed):
        library.download_attachment(f"{host.url}/1", "a.txt", access)
    assert files_below(library.cache.root) == []


def test_an_encoding_that_nobody_asked_for_is_rejected(host: Origin, library: MediaLibrary, access: SiteAccess) -> None:
    host.routes["*"] = reply(200, b"?", {"Content-Encoding": "br"})
    failed(library, f"{host.url}/1.png", access, errors.MediaRejected)


def test_a_small_body_that_decodes_to_a_huge_one_meets_the_limit(
    host: Origin, new_library: Callable[..., MediaLibrary], access: SiteAccess
) -> None:
    host.routes["*"] = reply(200, gzip.compress(b"\0" * 50_000_000), {"Content-Encoding": "gzip"})
    library = new_library(max_attachment_bytes=1_000_000)
    with pytest.raises(errors.MediaRejected):
        library.download_attachment(f"{host.url}/1", "a.bin", access)
    assert files_below(library.cache.root) == []


# Silence


@pytest.mark.parametrize("silent", ["before the answer", "in the body", "dripping headers", "dripping body"])
def test_silence_ends_at_the_read_timeout(
    host: Origin, new_library: Callable[..., MediaLibrary], access: SiteAccess, silent: str
) -> None:
    def quiet(exchange: Exchange) -> None:
        if silent == "dripping headers":
            exchange.wfile.write(b"HTTP/1.1 200 OK\r\n")
        elif silent != "before the answer":
            start(exchange, length=1_000_000)
            exchange.wfile.write(JPEG[:10])
        while not host.released.wait(0.05):
            if silent.startswith("dripping"):
                exchange.wfile.write(b"x")

    host.routes["*"] = quiet
    begun = time.monotonic()
    with pytest.raises((errors.SiteUnreachable, errors.TransferFailed)) as raised:
        new_library(read_timeout=0.5).download_thumbnail(f"{host.url}/1.jpg", access)
    assert time.monotonic() - begun < 10
    assert raised.value.retryable


def test_a_slow_body_that_gets_on_is_whole_in_the_end(
    host: Origin, new_library: Callable[..., MediaLibrary], access: SiteAccess
) -> None:
    def slow(exchange: Exchange) -> None:
        start(exchange, length=len(JPEG))
        for offset in range(0, len(JPEG), 4000):
            exchange.wfile.write(JPEG[offset : offset + 4000])
            host.released.wait(0.2)

    host.routes["*"] = slow
    library = new_library(read_timeout=1)
    assert library.download_thumbnail(f"{host.url}/1.jpg", access).read_bytes() == JPEG


# Cancelling


@pytest.mark.parametrize("moment", ["waiting for the answer", "silent in the body", "chunks coming"])
def test_cancelling_ends_a_transfer_soon_and_leaves_no_file(
    host: Origin, new_library: Callable[..., MediaLibrary], access: SiteAccess, moment: str
) -> None:
    under_way, cancel = threading.Event(), threading.Event()

    def answer(exchange: Exchange) -> None:
        if moment != "waiting for the answer":
            start(exchange, length=10**9)
            exchange.wfile.write(JPEG)
        under_way.set()
        while not host.released.wait(0.01):
            if moment == "chunks coming":
                exchange.wfile.write(JPEG)

    host.routes["*"] = answer
    library = new_library(read_timeout=60, max_thumbnail_bytes=10**10)
    outcome: list[BaseException] = []

    def download() -> None:
        try:
            library.download_thumbnail(f"{host.url}/1.jpg", access, cancelled=cancel.is_set)
        except errors.ShotgunDataError as error:
            outcome.append(error)

    thread = threading.Thread(target=download)
    thread.start()
    assert under_way.wait(10)
    cancel.set()
    thread.join(5)
    assert not thread.is_alive()
    assert [type(error) for error in outcome] == [errors.Cancelled]
    assert files_below(library.cache.root) == []


def test_closing_ends_what_is_under_way_and_takes_no_more(
    host: Origin, new_library: Callable[..., MediaLibrary], access: SiteAccess
) -> None:
    under_way = threading.Event()

    def quiet(exchange: Exchange) -> None:
        under_way.set()
        host.released.wait()

    host.routes["*"] = quiet
    library = new_library(read_timeout=60)
    outcome: list[BaseException] = []

    def download() -> None:
        try:
            library.download_thumbnail(f"{host.url}/1.jpg", access)
        except errors.ShotgunDataError as error:
            outcome.append(error)

    thread = threading.Thread(target=download)
    thread.start()
    assert under_way.wait(10)
    library.close()
    library.close()
    thread.join(5)
    assert [type(error) for error in outcome] == [errors.Cancelled]
    with pytest.raises(errors.Stopped):
        library.download_thumbnail(f"{host.url}/1.jpg", access)


def test_a_cancelled_download_does_not_start(host: Origin, library: MediaLibrary, access: SiteAccess) -> None:
    with pytest.raises(errors.Cancelled):
        library.download_thumbnail(f"{host.url}/1.png", access, cancelled=lambda: True)
    assert host.seen == []
    assert files_below(library.cache.root) == []


def test_an_error_of_the_caller_is_the_callers(host: Origin, library: MediaLibrary, access: SiteAccess) -> None:
    def broken(done: int, total: Optional[int]) -> None:
        raise ValueError("mine")

    host.routes["*"] = image()
    with pytest.raises(ValueError, match="mine"):
        library.download_thumbnail(f"{host.url}/1.png", access, progress=broken)
    assert files_below(library.cache.root) == []
    assert library.download_thumbnail(f"{host.url}/1.png", access)


def test_threads_end_with_their_work(host: Origin, library: MediaLibrary, access: SiteAccess) -> None:
    host.routes["*"] = image()
    library.download_thumbnail(f"{host.url}/1.png", access)
    library.close()
    watchers = [thread for thread in threading.enumerate() if thread.name.startswith("shotgun-data-")]
    for thread in watchers:
        thread.join(8)
        assert not thread.is_alive()


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="descriptors are counted in /proc")
def test_failures_leave_no_descriptor_behind(
    host: Origin, new_library: Callable[..., MediaLibrary], access: SiteAccess
) -> None:
    def cut(exchange: Exchange) -> None:
        start(exchange, length=len(JPEG))
        exchange.wfile.write(JPEG[:-1])
        exchange.close_connection = True

    answers = [cut, Exchange.reset, reply(404), reply(503), reply(200, b"text"), image()]

    def round_of_failures() -> None:
        library = new_library()
        for answer in answers:
            host.routes["*"] = answer
            try:
                library.download_thumbnail(f"{host.url}/1.png", access)
            except errors.ShotgunDataError:
                pass
        library.close()

    def count() -> int:
        gc.collect()
        return len(os.listdir("/proc/self/fd"))

    round_of_failures()
    before = count()
    for _ in range(20):
        round_of_failures()
    deadline = time.monotonic() + 5
    while count() > before + 3 and time.monotonic() < deadline:
        host.released.wait(0.05)  # the server's side of the connections is in this process too
    assert count() <= before + 3


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, pem = folder / "key.pem", folder / "cert.pem"
    command = [
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"),
        *(
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-addext",
            "keyUsage=critical,digitalSignature,keyCertSign",
        ),
        *("-keyout", str(key), "-out", str(pem)),
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no certificate can be made with the openssl command here: {error}")
    return pem, key


@pytest.fixture
def tls_site(certificate: tuple[Path, Path]) -> Origin:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return Origin(context)


def test_the_connections_own_ca_file_is_trusted_and_nothing_else(
    tls_site: Origin, certificate: tuple[Path, Path], library: MediaLibrary
) -> None:
    with tls_site as site:
        site.routes["*"] = image()
        trusting = SiteAccess(site.url, lambda renew: "token", ca_certs=str(certificate[0]))
        assert library.download_thumbnail(f"{site.url}/1.png", trusting).read_bytes() == PNG
        assert site.seen[0].headers["cookie"] == "_session_id=token"
        with pytest.raises(errors.SiteUnreachable) as raised:
            library.download_thumbnail(f"{site.url}/2.png", SiteAccess(site.url, lambda renew: "token"))
        assert "not trusted" in str(raised.value)
        assert not raised.value.retryable
        assert len(site.seen) == 1


def test_a_certificate_of_another_host_is_not_trusted(
    tls_site: Origin, certificate: tuple[Path, Path], library: MediaLibrary
) -> None:
    with tls_site as site:
        url = f"https://localhost:{site.port}"
        access = SiteAccess(url, lambda renew: "token", ca_certs=str(certificate[0]))
        error = failed(library, f"{url}/1.png", access, errors.SiteUnreachable)
        assert "not trusted" in str(error)
        assert not error.retryable
        assert site.seen == []


def test_a_silent_tls_server_can_be_cancelled(
    tls_site: Origin, certificate: tuple[Path, Path], library: MediaLibrary
) -> None:
    with tls_site as site:
        asked = threading.Event()

        def quiet(exchange: Exchange) -> None:
            asked.set()
            site.released.wait()

        site.routes["*"] = quiet
        access = SiteAccess(site.url, lambda renew: None, ca_certs=str(certificate[0]))
        with pytest.raises(errors.Cancelled):
            library.download_thumbnail(f"{site.url}/1.png", access, cancelled=asked.is_set)


def test_a_ca_file_that_is_not_there_is_named(library: MediaLibrary, tmp_path: Path) -> None:
    access = SiteAccess("https://127.0.0.1:1", lambda renew: None, ca_certs=str(tmp_path / "none.pem"))
    with pytest.raises(errors.SiteUnreachable) as raised:
        library.download_thumbnail("https://127.0.0.1:1/x.png", access)
    assert "none.pem" in str(raised.value)
    assert not raised.value.retryable


# Nothing global


def test_the_environments_proxy_is_not_used(
    host: Origin, library: MediaLibrary, access: SiteAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    host.routes["*"] = image()
    assert library.download_thumbnail(f"{host.url}/1.png", access)


def test_other_users_of_urllib3_keep_their_log(host: Origin, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    host.routes["*"] = image()
    urllib3.PoolManager().request("GET", f"{host.url}/1.png?mine=1")
    assert "/1.png?mine=1" in caplog.text


def test_a_body_is_streamed_and_never_held_as_a_whole(host: Origin, library: MediaLibrary, access: SiteAccess) -> None:
    size, piece = 32 * 1024**2, bytes(1024**2)

    def large(exchange: Exchange) -> None:
        start(exchange, length=size)
        for _ in range(size // len(piece)):
            exchange.wfile.write(piece)

    host.routes["*"] = large
    steps = [0]
    path = library.download_attachment(
        f"{host.url}/1", "a.bin", access, progress=lambda done, total: steps.append(done)
    )
    assert path.stat().st_size == steps[-1] == size
    assert max(after - before for before, after in zip(steps, steps[1:])) <= 64 * 1024
