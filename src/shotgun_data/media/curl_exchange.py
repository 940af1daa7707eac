"""One exchange that libcurl carries: from a request to the one call of its ``done``."""

from __future__ import annotations

import logging
from typing import Any, Optional, Union

import pycurl

from .body import IncomingBody
from .curl_failures import no_answer_by, why_broken
from .failures import Trouble, broken_off, cancelled, no_answer, too_slow
from .transport import Done, TransferReply, TransferRequest
from .watchdog import Pace

_log = logging.getLogger(__name__)

Outcome = Union[TransferReply, BaseException]


class Exchange:
    """Used by the transport's thread alone, but for the two flags.

    :ivar is_late: begun after the transport was closed.
    :ivar is_abandoned: nobody waits any more.
    """

    def __init__(self, request: TransferRequest, done: Done) -> None:
        self.request = request
        self.is_late = False
        self.is_abandoned = False
        self._done: Optional[Done] = done
        self._body: Optional[IncomingBody] = None
        self._is_enough = False
        self._error: Optional[BaseException] = None
        self._pace: Optional[Pace] = None
        self._seen = -1
        self._moved = 0.0

    def take(self, head: list[bytes], chunk: bytes) -> bool:
        """The next bytes of the body. False: libcurl is to break the answer off."""
        try:
            body = self._body or self._open_body(head)
            if body is not None and body.take(chunk):
                return True
            self._is_enough = True
        except BaseException as error:  # noqa: BLE001 - the sink's, for instance; pycurl would print it
            self._error = error
        return False

    def refused(self) -> Optional[Outcome]:
        """Whether its caller does not want it any more."""
        try:
            if self.is_abandoned or self.request.cancelled():
                return cancelled(self.request.address)
        except BaseException as error:  # noqa: BLE001 - the caller's function, and the caller's error
            return error
        return None

    def look(self, now: float, head: list[bytes], curl: Any) -> Optional[Outcome]:
        """What to end this exchange with now, if it is to end. Asked ten times a second.

        :param now: seconds of a clock that stands while nobody receives.
        """
        request = self.request
        ended = self.refused()
        if ended is not None:
            return ended
        try:
            if self._pace is None:
                if not head and not curl.getinfo(pycurl.PRETRANSFER_TIME):
                    return None  # still connecting, which has its own timeout
                self._pace = Pace(request.read_timeout)
            body = self._body or self._open_body(head)
        except BaseException as error:  # noqa: BLE001 - whatever it is, this exchange's ``done`` gets it
            return error
        received = body.received if body is not None else 0
        if received + len(head) != self._seen:
            self._seen, self._moved = received + len(head), now
        is_silent = now - self._moved >= request.read_timeout
        if not is_silent and not self._pace.is_too_slow(now, received):
            return None
        if body is not None and not body.is_wanted:
            return body.refusal()
        if not is_silent:
            return too_slow(request.address, request.read_timeout, begun=received > 0)
        if body is None:
            return no_answer(request.address, Trouble.SILENT)
        return broken_off(request.address, f"nothing came for {request.read_timeout:g} seconds")

    def outcome(self, head: list[bytes], code: int, curl: Any) -> Outcome:
        """What came of it, when libcurl is done with it."""
        request = self.request
        if self._error is not None:
            # Not kept: its traceback leads back to this object.
            error, self._error = self._error, None
            return error
        try:
            body = self._body or self._open_body(head)
            if body is None:
                return no_answer_by(request, code, curl)
            if self._is_enough or (code and not body.is_wanted):
                return body.refusal()
            if not code:
                return body.finish()
            if body.length is not None and body.received < body.length:
                return broken_off(request.address, f"{body.received} of {body.length} bytes came")
            return broken_off(request.address, why_broken(code))
        except BaseException as error:  # noqa: BLE001 - as above
            return error

    def deliver(self, outcome: Outcome) -> None:
        done, self._done = self._done, None
        if done is None:
            return
        try:
            done(outcome)
        except BaseException:  # noqa: BLE001 - it must not take all other transfers down
            _log.exception("What was to happen after GET %s failed", self.request.address)

    def _open_body(self, head: list[bytes]) -> Optional[IncomingBody]:
        """None where the answer's head is not whole."""
        parsed = parse_head(head)
        if parsed is not None:
            self._body = IncomingBody(self.request, *parsed)
        return self._body


def parse_head(lines: list[bytes]) -> Optional[tuple[int, dict[str, str]]]:
    """Status and headers of an answer, names in lower case; None where they are not whole.

    :param lines: what libcurl's header function got, in order: perhaps interim answers (103) before the last
        one, and the trailer of a chunked body after it.
    """
    first = next((index for index in reversed(range(len(lines))) if lines[index][:5] == b"HTTP/"), None)
    if first is None:
        return None
    headers: dict[str, str] = {}
    name = ""
    for line in lines[first + 1 :]:
        text = line.decode("latin-1").rstrip("\r\n")
        if not text:
            return int(lines[first].split(None, 2)[1]), headers
        if text[0] in " \t":  # folded
            headers[name] = f"{headers.get(name, '')} {text.strip()}"
            continue
        name, _, value = text.partition(":")
        name = name.strip().lower()
        headers[name] = value.strip()
    return None
