"""How the thread, the descriptors and the connections of the transport on libcurl begin and end."""

from __future__ import annotations

import gc
import os
import ssl
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Callable

import pytest

from shotgun_data import errors
from shotgun_data.media.transport import ConcurrentTransport

from .asking import Ending, Outcome, ask, carriers, stall
from .conftest import needs_curl
from .origin import Origin, image, reply
from .test_transfers import certificate as certificate  # a fixture

pytestmark = needs_curl


def test_closing_breaks_everything_off_and_takes_no_more(host: Origin, curl: ConcurrentTransport) -> None:
    waiting, endings, late = stall(host, 10), [Ending() for _ in range(10)], Ending()
    for ending in endings:
        curl.begin(ask(f"{host.url}/silent"), ending)
    assert waiting.wait(20)
    curl.close()
    assert [[type(outcome) for outcome in ending.outcomes] for ending in endings] == [[errors.Cancelled]] * 10
    assert carriers() == []
    with pytest.raises(errors.Stopped):
        curl.fetch(ask(f"{host.url}/1.png"))
    curl.begin(ask(f"{host.url}/1.png"), late)
    assert isinstance(late.wait(), errors.Stopped)
    assert late.threads != [threading.current_thread()]
    curl.close()
    assert carriers() == []
    assert len(host.seen) == 10


def test_closing_before_anything_was_begun(curl: ConcurrentTransport) -> None:
    curl.close()
    assert carriers() == []


def test_closing_in_its_own_thread(host: Origin, curl: ConcurrentTransport) -> None:
    waiting, other, closed = stall(host), Ending(), Ending()
    host.routes["/1.png"] = image()

    def close(outcome: Outcome) -> None:
        curl.close()
        closed(outcome)

    curl.begin(ask(f"{host.url}/silent"), other)
    assert waiting.wait(20)
    curl.begin(ask(f"{host.url}/1.png"), close)
    closed.wait()
    assert isinstance(other.wait(), errors.Cancelled)
    curl.close()  # from here it waits for the thread
    assert carriers() == []


def test_the_thread_ends_when_there_is_nothing_to_do(
    host: Origin, new_curl: Callable[..., ConcurrentTransport]
) -> None:
    curl = new_curl(idle=0.05)
    host.routes["*"] = image()
    for _ in range(2):
        assert curl.fetch(ask(f"{host.url}/1.png")).status == 200
        for thread in carriers():
            thread.join(10)
        assert carriers() == []
    assert len({seen.port for seen in host.seen}) == 2


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="descriptors are counted in /proc")
def test_nothing_is_open_after_close(host: Origin, new_curl: Callable[..., ConcurrentTransport]) -> None:
    host.routes["*"] = reply(200, b"x", {"Connection": "close"})  # so that the server's side is closed as well

    def count() -> int:
        gc.collect()
        return len(os.listdir("/proc/self/fd"))

    def use() -> None:
        curl = new_curl()
        endings = [Ending() for _ in range(8)]
        for ending in endings:
            curl.begin(ask(f"{host.url}/1.png"), ending)
        for ending in endings:
            ending.wait()
        curl.close()

    use()
    before = count()
    for _ in range(5):
        use()
    deadline = time.monotonic() + 5
    while count() > before and time.monotonic() < deadline:
        host.released.wait(0.02)
    assert count() <= before


def test_descriptors_above_1023(host: Origin, curl: ConcurrentTransport) -> None:
    """Where ``select`` fails, and so libcurl's own way of waiting."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2048:
        pytest.skip(f"only {hard} descriptors are allowed here")
    host.routes["*"] = image()
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    held: list[int] = []
    try:
        held.append(os.open(os.devnull, os.O_RDONLY))
        while held[-1] < 1100:
            held.append(os.dup(held[0]))
        for _ in range(3):
            assert curl.fetch(ask(f"{host.url}/1.png")).status == 200
        assert len({seen.port for seen in host.seen}) == 1
    finally:
        curl.close()
        for descriptor in held:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_process_ends_while_exchanges_are_under_way(host: Origin) -> None:
    stall(host)
    script = """
        import sys, threading
        from shotgun_data.media.address import MediaAddress
        from shotgun_data.media.curl_transport import CurlTransport
        from shotgun_data.media.transport import TransferRequest
        import io
        transport = CurlTransport()
        request = TransferRequest(MediaAddress.parse(sys.argv[1]), {}, io.BytesIO(), 10**6, 30, 30)
        for _ in range(5):
            transport.begin(request, lambda outcome: print(type(outcome).__name__))
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), f"{host.url}/silent"],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.split() == ["Cancelled"] * 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_has_a_thread_and_connections_of_its_own(certificate: tuple[Path, Path]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    script = """
        import io, os, sys
        from shotgun_data.media.address import MediaAddress
        from shotgun_data.media.curl_transport import CurlTransport
        from shotgun_data.media.transport import TransferRequest
        transport = CurlTransport()
        def fetch(name):
            address = MediaAddress.parse(f"{sys.argv[1]}/{name}.png")
            return transport.fetch(TransferRequest(address, {}, io.BytesIO(), 10**6, 30, 30, ca_certs=sys.argv[2]))
        assert fetch("parent").status == 200
        child = os.fork()
        if child == 0:
            assert fetch("child").status == 200
            transport.close()
            sys.exit(0)
        assert os.waitpid(child, 0)[1] == 0
        assert fetch("parent").status == 200
    """
    with Origin(context) as site:
        site.routes["*"] = image()
        ran = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script), site.url, str(certificate[0])],
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        assert (ran.returncode, ran.stderr) == (0, "")
        ports = {path: {seen.port for seen in site.seen if seen.path == path} for path in ("/parent.png", "/child.png")}
        assert len(ports["/parent.png"]) == 1  # the child has not ended the parent's connection
        assert len(ports["/child.png"]) == 1
        assert ports["/parent.png"] != ports["/child.png"]
