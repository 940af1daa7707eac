"""The connection's own proxy carries its downloads, with its credentials and nothing more."""

from __future__ import annotations

import base64
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from shotgun_data import errors
from shotgun_data.media.access import SiteAccess
from shotgun_data.media.library import MediaLibrary

from .conftest import Session
from .origin import PNG, Origin, image
from .test_transfers import certificate as certificate  # a fixture
from .test_transfers import tls_site as tls_site

LOGIN = "artist:p@ss:w%41rd"


class Proxy:
    """A forward proxy that asks for :data:`LOGIN`, as small as one can be. ``heads`` is what its log would see."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.heads: list[str] = []
        threading.Thread(target=self._run, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self._listener.close()

    def _run(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            data = b""
            while b"\r\n\r\n" not in data:
                piece = client.recv(65536)
                if not piece:
                    return
                data += piece
            head = data.decode("latin-1")
            self.heads.append(head)
            if f"Basic {base64.b64encode(LOGIN.encode()).decode()}" not in head:
                client.sendall(b"HTTP/1.1 407 Login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            method, target = head.split(" ", 2)[:2]
            authority = target if method == "CONNECT" else target.split("/", 3)[2]
            host, _, port = authority.rpartition(":")
            with socket.create_connection((host, int(port))) as server:
                if method == "CONNECT":
                    client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                else:
                    path = "/" + target.split("/", 3)[3]
                    kept = [line for line in head.split("\r\n")[1:] if not line.startswith("Proxy-")]
                    server.sendall("\r\n".join([f"{method} {path} HTTP/1.1", *kept]).encode("latin-1"))
                self._relay(client, server)

    @staticmethod
    def _relay(one: socket.socket, other: socket.socket) -> None:
        while True:
            for ready in select.select([one, other], [], [], 10)[0] or [one]:
                data = ready.recv(65536) if select.select([ready], [], [], 0)[0] else b""
                if not data:
                    return
                (other if ready is one else one).sendall(data)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    proxy = Proxy()
    yield proxy
    proxy.close()


def test_http_goes_through_the_proxy(
    site: Origin, host: Origin, library: MediaLibrary, session: Session, proxy: Proxy
) -> None:
    host.routes["*"] = image()
    access = SiteAccess(site.url, session, proxy=f"{LOGIN}@{proxy.address}")
    path = library.download_thumbnail(f"{host.url}/1.png?Signature=x", access)
    assert path.read_bytes() == PNG
    assert proxy.heads[0].startswith(f"GET {host.url}/1.png?Signature=x HTTP/1.1")
    assert "proxy-authorization" not in host.seen[0].headers
    assert host.seen[0].headers["host"] == f"127.0.0.1:{host.port}"


def test_https_tunnels_so_that_the_proxy_sees_no_session(
    tls_site: Origin, certificate: tuple[Path, Path], library: MediaLibrary, session: Session, proxy: Proxy
) -> None:
    with tls_site as site:
        site.routes["*"] = image()
        access = SiteAccess(site.url, session, proxy=f"{LOGIN}@{proxy.address}", ca_certs=str(certificate[0]))
        for number in range(3):
            library.download_thumbnail(f"{site.url}/{number}.png?Signature=x", access)
        assert len(proxy.heads) == 1  # one tunnel, kept alive
        assert proxy.heads[0].startswith(f"CONNECT 127.0.0.1:{site.port} HTTP/1.")
        assert "first-token" not in proxy.heads[0]
        assert "Signature" not in proxy.heads[0]
        assert "proxy-authorization" not in site.seen[0].headers
        assert site.seen[0].headers["cookie"] == "_session_id=first-token"


@pytest.mark.parametrize("secure", [False, True])
def test_a_proxy_that_wants_another_login_says_so(
    host: Origin, library: MediaLibrary, session: Session, proxy: Proxy, secure: bool
) -> None:
    access = SiteAccess(host.url, session, proxy=f"artist:wrong-s3cr3t@{proxy.address}")
    url = f"https://127.0.0.1:{host.port}/1.png" if secure else f"{host.url}/1.png"
    with pytest.raises(errors.SiteUnreachable) as raised:
        library.download_thumbnail(url, access)
    assert "http_proxy" in str(raised.value)
    assert "s3cr3t" not in str(raised.value)
    assert not raised.value.retryable
    assert host.seen == []


def test_a_proxy_that_is_not_there_is_named_as_the_trouble(
    host: Origin, library: MediaLibrary, session: Session, proxy: Proxy
) -> None:
    proxy.close()
    access = SiteAccess(host.url, session, proxy=f"me:s3cr3t@{proxy_address_of_nobody()}")
    with pytest.raises(errors.SiteUnreachable) as raised:
        library.download_thumbnail(f"{host.url}/1.png", access)
    assert "proxy" in str(raised.value)
    assert "s3cr3t" not in str(raised.value)
    assert raised.value.retryable


def proxy_address_of_nobody() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"


def test_a_tls_site_behind_a_context_of_its_own(certificate: tuple[Path, Path]) -> None:
    """The certificate of these tests is itself good, so that a refusal above is ours."""
    assert ssl.create_default_context(cafile=str(certificate[0])).cert_store_stats()["x509_ca"] == 1
