"""What goes over the wire, byte for byte, and what of the surroundings does not get there: for each transport."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from shotgun_data import errors
from shotgun_data.media.address import MediaAddress
from shotgun_data.media.transport import Transport

from .asking import Body, ask
from .origin import PNG, Origin, image, redirect
from .test_proxy import Proxy
from .test_proxy import proxy as proxy  # fixtures
from .test_transfers import certificate as certificate
from .test_transfers import tls_site as tls_site

HEADERS = {"User-Agent": "mine", "Accept": "*/*", "Accept-Encoding": "identity", "Cookie": "_session_id=token"}


class Listener:
    """Takes one request and keeps it as it came."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.got = b""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.close()
        self._thread.join(5)

    def _run(self) -> None:
        client, _ = self._listener.accept()
        with client:
            while b"\r\n\r\n" not in self.got:
                self.got += client.recv(65536)
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody")


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


def test_the_request_is_exactly_what_was_given(listener: Listener, transport: Transport) -> None:
    """No header more: not libcurl's Accept, User-Agent or Expect, not urllib3's."""
    body = Body()
    transport.fetch(ask(f"http://127.0.0.1:{listener.port}/1.png?a=b", body, headers=HEADERS))
    first, *rest = listener.got.decode("ascii").split("\r\n")
    assert body.data == b"body"
    assert first == "GET /1.png?a=b HTTP/1.1"
    given = {**HEADERS, "Host": f"127.0.0.1:{listener.port}"}
    assert sorted(rest[:-2]) == sorted(f"{name}: {value}" for name, value in given.items())


@pytest.mark.parametrize(
    "target",
    [
        "/a/../b/./c//d",
        "/%2E%2E/%2E./x",
        "/{1,2}/[1-3].png",
        "/a%2Fb?c=d%3De&X-Amz-Signature=ab%2Bcd&e=f+g",
        "/?a?b=c/../d",
        "/@evil.example.com/x:y",
        "//evil.example.com/x",
        "/;a=b,c='d'(e)*!$",
    ],
)
def test_paths_and_signatures_arrive_as_they_are(listener: Listener, transport: Transport, target: str) -> None:
    url = f"http://127.0.0.1:{listener.port}{target}"
    assert transport.fetch(ask(url)).status == 200
    assert listener.got.split(b" ")[1].decode("ascii") == MediaAddress.parse(url).target


def test_a_redirect_is_an_answer_like_any_other(host: Origin, site: Origin, transport: Transport) -> None:
    host.routes["*"] = redirect(f"{site.url}/2.png")
    answer = transport.fetch(ask(f"{host.url}/1.png"))
    assert (answer.status, answer.headers["location"], answer.excerpt) == (302, f"{site.url}/2.png", b"moved")
    assert site.seen == []


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "\u20ac"])
def test_a_header_that_cannot_be_sent_is_not_sent(host: Origin, transport: Transport, value: str) -> None:
    host.routes["*"] = image()
    with pytest.raises(errors.SiteUnreachable):
        transport.fetch(ask(f"{host.url}/1.png", headers={"X-Mine": value}))
    assert host.seen == []
    assert transport.fetch(ask(f"{host.url}/1.png", headers={"X-Mine": "\u00e9"})).status == 200
    assert host.seen[0].headers["x-mine"] == "\u00e9"


def test_no_header_of_one_request_is_left_for_the_next(host: Origin, transport: Transport) -> None:
    host.routes["*"] = image()
    for headers in (HEADERS, {}, {"X-Mine": "1"}):
        transport.fetch(ask(f"{host.url}/1.png", headers=headers))
    assert [("cookie" in seen.headers, "x-mine" in seen.headers) for seen in host.seen] == [
        (True, False),
        (False, False),
        (False, True),
    ]
    assert len({seen.port for seen in host.seen}) == 1


# The surroundings


def test_neither_netrc_nor_cookies_are_used(
    host: Origin, transport: Transport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("default login me password s3cr3t\n")
    (tmp_path / ".netrc").chmod(0o600)
    (tmp_path / ".curlrc").write_text('header = "X-Evil: 1"\n')
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    host.routes["*"] = lambda exchange: exchange.give(200, PNG, {"Set-Cookie": "a=b"})
    for _ in range(2):
        transport.fetch(ask(f"{host.url}/1.png"))
    for seen in host.seen:
        assert not {"authorization", "cookie", "x-evil"} & set(seen.headers)


def test_the_environment_does_not_go_round_the_connections_proxy(
    host: Origin, transport: Transport, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "*")
    host.routes["*"] = image()
    # The proxy's 407 for the wrong login.
    assert transport.fetch(ask(f"{host.url}/1.png", proxy=f"me:wrong@{proxy.address}")).status == 407
    assert host.seen == []


def test_a_tunnel_is_not_used_for_another_login(
    tls_site: Origin, certificate: tuple[Path, Path], transport: Transport, proxy: Proxy
) -> None:
    with tls_site as site:
        site.routes["*"] = image()
        trust = str(certificate[0])
        right = f"artist:p@ss:w%41rd@{proxy.address}"
        assert transport.fetch(ask(f"{site.url}/1.png", proxy=right, ca_certs=trust)).status == 200
        with pytest.raises(errors.SiteUnreachable, match="login"):
            transport.fetch(ask(f"{site.url}/2.png", proxy=f"me:wrong@{proxy.address}", ca_certs=trust))
        assert [seen.path for seen in site.seen] == ["/1.png"]
        assert transport.fetch(ask(f"{site.url}/3.png", proxy=right, ca_certs=trust)).status == 200
        assert len(proxy.heads) == 2


def test_a_connection_is_not_used_for_whoever_trusts_somebody_else(
    tls_site: Origin, certificate: tuple[Path, Path], transport: Transport
) -> None:
    with tls_site as site:
        site.routes["*"] = image()
        assert transport.fetch(ask(f"{site.url}/1.png", ca_certs=str(certificate[0]))).status == 200
        with pytest.raises(errors.SiteUnreachable, match="not trusted"):
            transport.fetch(ask(f"{site.url}/2.png"))
        assert len(site.seen) == 1


@pytest.mark.parametrize("trusted", [True, False])
def test_whom_pythons_ssl_trusts_is_trusted(
    tls_site: Origin,
    certificate: tuple[Path, Path],
    transport: Transport,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trusted: bool,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0] if trusted else tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with tls_site as site:
        site.routes["*"] = image()
        if trusted:
            assert transport.fetch(ask(f"{site.url}/1.png")).status == 200
        else:
            with pytest.raises(errors.SiteUnreachable, match="not trusted"):
                transport.fetch(ask(f"{site.url}/1.png"))
