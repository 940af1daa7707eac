"""A transport that carries many exchanges on one thread: who is called, when and how often."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from shotgun_data import errors
from shotgun_data.media.transport import ConcurrentTransport, TransferReply

from .asking import Body, Ending, Outcome, ask, carriers, stall
from .conftest import needs_curl
from .origin import PNG, Exchange, Origin, image, reply
from .test_transfers import start

pytestmark = needs_curl


# done


def test_it_is_one(curl: ConcurrentTransport) -> None:
    assert isinstance(curl, ConcurrentTransport)
    assert "CurlTransport" in repr(curl)


def test_done_is_called_once_in_the_transports_thread(host: Origin, curl: ConcurrentTransport) -> None:
    host.routes["*"] = image()
    bodies, endings = [Body() for _ in range(20)], [Ending() for _ in range(20)]
    for body, ending in zip(bodies, endings):
        curl.begin(ask(f"{host.url}/1.png", body), ending)
    for body, ending in zip(bodies, endings):
        outcome = ending.wait()
        assert isinstance(outcome, TransferReply)
        assert (outcome.status, outcome.size, outcome.framed) == (200, len(PNG), True)
        assert outcome.headers["content-type"] == "image/png"
        assert body.data == PNG
    curl.close()
    assert [len(ending.outcomes) for ending in endings] == [1] * 20
    assert len({thread for ending in endings for thread in ending.threads}) == 1
    assert threading.current_thread() not in endings[0].threads


def test_done_is_never_called_before_begin_has_returned(host: Origin, curl: ConcurrentTransport) -> None:
    """In the transport's own thread too, where everything could happen at once."""
    host.routes["*"] = image()
    order: list[str] = []
    ended = Ending()

    def first(outcome: Outcome) -> None:
        curl.begin(ask(f"{host.url}/2.png", cancelled=lambda: True), second)
        order.append("returned")

    def second(outcome: Outcome) -> None:
        order.append("done")
        ended(outcome)

    curl.begin(ask(f"{host.url}/1.png"), first)
    assert isinstance(ended.wait(), errors.Cancelled)
    assert order == ["returned", "done"]
    assert [seen.path for seen in host.seen] == ["/1.png"]


def test_one_exchange_after_the_other_is_begun_by_the_last(host: Origin, curl: ConcurrentTransport) -> None:
    host.routes["*"] = image()
    left, ended = [50], Ending()

    def again(outcome: Outcome) -> None:
        assert isinstance(outcome, TransferReply)
        left[0] -= 1
        if left[0]:
            curl.begin(ask(f"{host.url}/{left[0]}.png"), again)
        else:
            ended(outcome)

    curl.begin(ask(f"{host.url}/50.png"), again)
    ended.wait()
    assert len(host.seen) == 50
    assert len({seen.port for seen in host.seen}) == 1


def test_two_hundred_at_once(host: Origin, curl: ConcurrentTransport) -> None:
    together = threading.Barrier(200)

    def answer(exchange: Exchange) -> None:
        together.wait(20)  # nobody is answered before the last one has asked
        exchange.give(200, exchange.path.encode())

    host.routes["*"] = answer
    bodies, endings = [Body() for _ in range(200)], [Ending() for _ in range(200)]
    for number, (body, ending) in enumerate(zip(bodies, endings)):
        curl.begin(ask(f"{host.url}/{number}", body), ending)
    for number, (body, ending) in enumerate(zip(bodies, endings)):
        assert isinstance(ending.wait(), TransferReply)
        assert body.data == f"/{number}".encode()


def test_a_done_that_fails_is_logged_and_hurts_nobody(
    host: Origin, curl: ConcurrentTransport, caplog: pytest.LogCaptureFixture
) -> None:
    host.routes["*"] = image()

    called = Ending()

    def broken(outcome: Outcome) -> None:
        called(outcome)
        raise ValueError("of the caller")

    curl.begin(ask(f"{host.url}/1.png?Signature=s3cr3t"), broken)
    called.wait()
    assert curl.fetch(ask(f"{host.url}/2.png")).status == 200
    assert "of the caller" in caplog.text
    assert "s3cr3t" not in caplog.text


def test_its_own_thread_cannot_wait_for_it(host: Origin, curl: ConcurrentTransport) -> None:
    host.routes["*"] = image()
    raised, ended = [], Ending()

    def waiting(outcome: Outcome) -> None:
        try:
            curl.fetch(ask(f"{host.url}/2.png"))
        except RuntimeError as error:
            raised.append(error)
        ended(outcome)

    curl.begin(ask(f"{host.url}/1.png"), waiting)
    ended.wait()
    assert len(raised) == 1


# Errors of the caller


@pytest.mark.parametrize("where", ["sink", "progress", "cancelled"])
def test_what_the_caller_raises_is_its_own_affair(host: Origin, curl: ConcurrentTransport, where: str) -> None:
    host.routes["/1.png"] = image()
    waiting = stall(host, 3)
    error = ValueError("mine")

    def fail(*_: object) -> bool:
        raise error

    options: dict[str, Any] = {} if where == "sink" else {where: fail}
    failing, others = Ending(), [Ending() for _ in range(3)]
    for other in others:
        curl.begin(ask(f"{host.url}/silent"), other)
    assert waiting.wait(20)
    curl.begin(ask(f"{host.url}/1.png", Body(error if where == "sink" else None), **options), failing)
    assert failing.wait() is error
    assert [other.outcomes for other in others] == [[], [], []]
    assert curl.fetch(ask(f"{host.url}/1.png")).status == 200


# Cancelling


def test_wake_asks_at_once(host: Origin, curl: ConcurrentTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    from shotgun_data.media import curl_loop

    monkeypatch.setattr(curl_loop, "TICK", 3600.0)
    cancel, waiting = threading.Event(), stall(host, 2)
    one, other = Ending(), Ending()
    curl.begin(ask(f"{host.url}/silent", cancelled=cancel.is_set), one)
    curl.begin(ask(f"{host.url}/silent"), other)
    assert waiting.wait(20)
    curl.wake()
    cancel.set()
    curl.wake()
    assert isinstance(one.wait(), errors.Cancelled)
    assert other.outcomes == []


def test_waking_an_idle_transport_does_nothing(curl: ConcurrentTransport) -> None:
    before = set(carriers())  # of an earlier test's transport, perhaps, on its way out
    curl.wake()
    assert set(carriers()) <= before


def test_an_exchange_that_is_cancelled_before_its_turn_is_not_sent(host: Origin, curl: ConcurrentTransport) -> None:
    ending = Ending()
    curl.begin(ask(f"{host.url}/1.png", cancelled=lambda: True), ending)
    assert isinstance(ending.wait(), errors.Cancelled)
    assert host.seen == []


# Kept-alive connections


def test_connections_that_the_server_has_closed_are_not_used(host: Origin, curl: ConcurrentTransport) -> None:
    """Thirty at once: libcurl itself gives up after five."""
    together = threading.Barrier(30)

    def close(exchange: Exchange) -> None:
        together.wait(20)
        exchange.give(200, PNG)
        exchange.close_connection = True  # which the answer does not say

    host.routes["/1.png"], host.routes["/2.png"] = close, image()
    endings = [Ending() for _ in range(30)]
    for ending in endings:
        curl.begin(ask(f"{host.url}/1.png"), ending)
    for ending in endings:
        assert isinstance(ending.wait(), TransferReply)
    assert curl.fetch(ask(f"{host.url}/2.png")).status == 200


def test_a_server_that_resets_kept_alive_connections_is_asked_once_more(
    host: Origin, curl: ConcurrentTransport
) -> None:
    ports: set[int] = set()

    def once(exchange: Exchange) -> None:
        port = exchange.client_address[1]
        exchange.reset() if port in ports else exchange.give(200, PNG)
        ports.add(port)

    host.routes["*"] = once
    assert curl.fetch(ask(f"{host.url}/1.png")).status == 200
    assert curl.fetch(ask(f"{host.url}/2.png")).status == 200
    assert [seen.path for seen in host.seen] == ["/1.png", "/2.png", "/2.png"]


def test_a_server_that_resets_every_connection_is_an_error_and_no_loop(host: Origin, curl: ConcurrentTransport) -> None:
    host.routes["/1.png"], host.routes["/2.png"] = image(), Exchange.reset
    assert curl.fetch(ask(f"{host.url}/1.png")).status == 200
    with pytest.raises(errors.SiteUnreachable) as raised:
        curl.fetch(ask(f"{host.url}/2.png"))
    assert raised.value.retryable
    assert len(host.seen) <= 3


def test_an_answer_too_many_that_comes_late_is_nobodys(host: Origin, curl: ConcurrentTransport) -> None:
    sent = threading.Event()

    def lying(exchange: Exchange) -> None:
        exchange.give(200, b"good")
        exchange.wfile.flush()
        ended.wait()
        exchange.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
        exchange.wfile.flush()
        sent.set()

    host.routes["/lying"], host.routes["/next"] = lying, reply(200, b"next")
    ended = Ending()
    curl.begin(ask(f"{host.url}/lying"), ended)
    assert sent.wait(20)
    body = Body()
    curl.fetch(ask(f"{host.url}/next", body))
    assert body.data == b"next"


def test_silence_while_the_transports_thread_is_held_up_is_not_the_servers(
    host: Origin, curl: ConcurrentTransport
) -> None:
    """A sink that blocks must not do so; if it does, nobody else's download is given up for it."""
    begun, go_on, looked_at = threading.Event(), threading.Event(), threading.Event()
    looks = []

    def not_cancelled() -> bool:
        looks.append(begun.is_set())
        if sum(looks) > 2:
            looked_at.set()
        return False

    def slow(exchange: Exchange) -> None:
        start(exchange, length=len(PNG))
        exchange.wfile.write(PNG[:10])
        exchange.wfile.flush()
        begun.set()
        go_on.wait(20)
        exchange.wfile.write(PNG[10:])

    class Blocking(Body):
        def write(self, chunk: bytes) -> None:
            go_on.set()
            never_set.wait(1.5)

    never_set = threading.Event()
    host.routes["/slow.png"], host.routes["/1.png"] = slow, image()
    slow_one = Ending()
    curl.begin(ask(f"{host.url}/slow.png", read_timeout=1.0, cancelled=not_cancelled), slow_one)
    assert begun.wait(20)
    assert looked_at.wait(20)  # the measuring has begun
    curl.fetch(ask(f"{host.url}/1.png", Blocking()))
    assert isinstance(slow_one.wait(), TransferReply)
