"""A small HTTP server that answers exactly as a test says, down to the broken byte."""

from __future__ import annotations

import http.server
import socket
import ssl
import struct
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Callable, Mapping, Optional

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"pixels" * 50 + b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"pixels" * 5000 + b"\xff\xd9"
LOGIN_PAGE = b"<!DOCTYPE html>\n<html><body><form>Log in</form></body></html>"
S3_EXPIRED = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>'

Answer = Callable[["Exchange"], None]


@dataclass(frozen=True)
class Seen:
    """One request as it arrived. ``port`` is the client's: the same port is the same connection."""

    target: str
    headers: Mapping[str, str]
    port: int

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


class Exchange(http.server.BaseHTTPRequestHandler):
    """One connection; an answer is given by writing to it."""

    protocol_version = "HTTP/1.1"
    origin: Origin

    def do_GET(self) -> None:
        origin = self.origin
        seen = Seen(self.path, {k.lower(): v for k, v in self.headers.items()}, self.client_address[1])
        origin.seen.append(seen)
        answer = origin.routes.get(seen.path) or origin.routes.get("*") or reply(404)
        try:
            answer(self)
        except OSError:
            self.close_connection = True  # the client has gone, which some tests want

    def give(self, status: int, body: bytes = b"", headers: Optional[Mapping[str, str]] = None) -> None:
        """A whole answer; a Content-Length that the headers name is left as it is."""
        self.send_response(status)
        given = dict(headers or {})
        if "Content-Length" not in given and "Transfer-Encoding" not in given and status != 204:
            given["Content-Length"] = str(len(body))
        for name, value in given.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def reset(self) -> None:
        """Cut the connection with an RST."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True
        self.rfile = self.wfile = _Nowhere()  # type: ignore[assignment]

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Nowhere:
    closed = True

    def close(self) -> None: ...

    def flush(self) -> None: ...


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256  # with the usual 5, the connections beyond wait for a second


class Origin:
    """One server on a free port of 127.0.0.1. ``released`` lets answers go on that wait for the test."""

    def __init__(self, tls: Optional[ssl.SSLContext] = None) -> None:
        handler = type("Bound", (Exchange,), {"origin": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self._scheme = "https" if tls else "http"
        self.routes: dict[str, Answer] = {}
        self.seen: list[Seen] = []
        self.released = threading.Event()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}"

    def __enter__(self) -> Origin:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def reply(status: int, body: bytes = b"", headers: Optional[Mapping[str, str]] = None) -> Answer:
    return lambda exchange: exchange.give(status, body, headers)


def image(body: bytes = PNG, content_type: str = "image/png") -> Answer:
    return reply(200, body, {"Content-Type": content_type})


def redirect(location: str, status: int = 302) -> Answer:
    return reply(status, b"moved", {"Location": location})
