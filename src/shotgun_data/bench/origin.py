"""The server that everything is measured against: a program of its own, as quick as Python can be.

``python -m shotgun_data.bench.origin --rows N --latencies 0,40 --scratch DIR`` serves on free ports of
127.0.0.1, prints one line of JSON that names them, and ends when its standard input is closed: the system does
that in every case, also when the benchmark is killed. Then it removes the folder. The folder's ``pictures``
are what it serves as thumbnails.

Each latency has a port for the site's API and one for media. All answers are canned bytes; the time from the
last byte of a request to the first of its answer is the latency and some 50 microseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import shutil
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable, Optional, cast

from . import rows

_VERSION = [8, 60, 0]
#: The client's own default.
_USUAL_PAGE = 500

Answer = Callable[[bytes, bytes], bytes]


def response(body: bytes, kind: str, status: str = "200 OK") -> bytes:
    """A whole answer of HTTP/1.1, kept alive."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode("ascii") + body


class Door:
    """One port: how far away it is, and how many came in."""

    def __init__(self, answer: Answer, latency: float) -> None:
        self.answer = answer
        self.latency = latency
        self.requests = 0
        self.inside = 0
        self.most = 0

    def enter(self) -> None:
        self.requests += 1
        self.inside += 1
        if self.inside > self.most:
            self.most = self.inside

    def leave(self) -> None:
        self.inside -= 1

    def forget(self) -> None:
        self.requests = 0
        self.most = self.inside


class Conversation(asyncio.Protocol):
    """One connection: a request at a time, answered in order."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._received = bytearray()
        self._answering = False
        self._transport: Optional[asyncio.Transport] = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Optional[Exception]) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._received += data
        self._go_on()

    def _go_on(self) -> None:
        while not self._answering:
            taken = self._take()
            if taken is None:
                return
            door = self._door
            door.enter()
            answer = door.answer(*taken)
            if door.latency:
                self._answering = True
                asyncio.get_running_loop().call_later(door.latency, self._late, answer)
            else:
                self._send(answer)

    def _take(self) -> Optional[tuple[bytes, bytes]]:
        """The next whole request: its first line, and its body."""
        received = self._received
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(received[:end])
        size = end + 4
        if not head.startswith(b"GET "):
            size += _content_length(head)
            if len(received) < size:
                return None
        body = bytes(received[end + 4 : size])
        del received[:size]
        return head.partition(b"\r\n")[0], body

    def _late(self, answer: bytes) -> None:
        self._answering = False
        self._send(answer)
        self._go_on()

    def _send(self, answer: bytes) -> None:
        self._door.leave()
        if self._transport is not None:
            self._transport.write(answer)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


class Site:
    """The API, as far as ``info`` and ``find`` ask for it; each page is made once."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._texts = [json.dumps(rows.row(number), ensure_ascii=False) for number in range(1, count + 1)]
        self._pages: dict[tuple[int, int, bool], bytes] = {}
        for page in range(1, count // _USUAL_PAGE + 2):
            for counted in (False, True):
                self._page(page, _USUAL_PAGE, counted)

    def __call__(self, line: bytes, body: bytes) -> bytes:
        try:
            call = json.loads(body)
            method = call["method_name"]
            if method == "info":
                return _json({"results": {"version": _VERSION, "full_version": _VERSION}})
            params = call["params"][-1]
            if method != "read" or params["type"] != rows.ENTITY_TYPE:
                raise ValueError(f"this site only finds {rows.ENTITY_TYPE}s; it was asked to {method}")
            paging = params["paging"]
            counted = bool(params.get("return_paging_info"))
            return self._page(int(paging["current_page"]), int(paging["entities_per_page"]), counted)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            return _json({"exception": True, "message": f"the benchmark's origin: {error!r}", "error_code": 103})

    def _page(self, number: int, size: int, counted: bool) -> bytes:
        known = self._pages.get((number, size, counted))
        if known is None:
            first = (number - 1) * size
            last = min(first + size, self._count)
            paging: dict[str, Any] = (
                {"entity_count": self._count, "current_page": number, "entities_per_page": size}
                if counted
                else {"has_next_page": last < self._count, "current_page": number, "entities_per_page": size}
            )
            text = '{"results": {"entities": [%s], "paging_info": %s}}' % (  # noqa: UP031 - braces all over
                ", ".join(self._texts[first:last]),
                json.dumps(paging),
            )
            known = self._pages[number, size, counted] = response(text.encode("utf-8"), "application/json")
        return known


class Media:
    """Thumbnails: path ``.../<n>_t.jpg`` is picture number ``n`` modulo the count of pictures."""

    def __init__(self, pictures: Sequence[bytes]) -> None:
        self._answers = [response(picture, "image/jpeg") for picture in pictures]
        self._none = response(b"no such thumbnail", "text/plain", "404 Not Found")

    def __call__(self, line: bytes, body: bytes) -> bytes:
        end = line.find(b"_t.jpg")
        try:
            return self._answers[int(line[end - 6 : end]) % len(self._answers)]
        except ValueError:
            return self._none


class Control:
    """``/counts`` tells what came in at each port; ``/forget`` begins anew."""

    def __init__(self, doors: dict[str, Door]) -> None:
        self._doors = doors

    def __call__(self, line: bytes, body: bytes) -> bytes:
        if b" /forget" in line:
            for door in self._doors.values():
                door.forget()
        return _json(
            {name: {"requests": door.requests, "most_at_once": door.most} for name, door in self._doors.items()}
        )


def _json(value: Any) -> bytes:
    return response(json.dumps(value).encode("utf-8"), "application/json")


async def serve(count: int, latencies: Sequence[int], scratch: Path) -> None:
    """Serve until the standard input is closed."""
    loop = asyncio.get_running_loop()
    site = Site(count)
    media = Media([path.read_bytes() for path in sorted((scratch / "pictures").iterdir())])
    doors: dict[str, Door] = {}
    for latency in latencies:
        doors[f"api/{latency}"] = Door(site, latency / 1000.0)
        doors[f"media/{latency}"] = Door(media, latency / 1000.0)
    ports: dict[str, int] = {}
    for name, door in [*doors.items(), ("control", Door(Control(doors), 0.0))]:
        server = await loop.create_server(functools.partial(Conversation, door), "127.0.0.1", 0, backlog=1024)
        ports[name] = server.sockets[0].getsockname()[1]
    ended = asyncio.Event()

    def watch() -> None:
        while sys.stdin.read(1):
            pass
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()
    print(json.dumps(ports), flush=True)
    await ended.wait()


def main() -> int:
    """Serve; gives the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--latencies", required=True, help="milliseconds, with commas between them")
    parser.add_argument("--scratch", type=Path, required=True)
    arguments = parser.parse_args()
    # Ctrl-C in a terminal reaches the whole group: it is the benchmark that decides, and closes our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        asyncio.run(serve(arguments.rows, [int(each) for each in arguments.latencies.split(",")], arguments.scratch))
    finally:
        shutil.rmtree(arguments.scratch, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
