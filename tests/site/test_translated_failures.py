"""What a client's error becomes: whether it may be tried again, and what a person is told."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from email.utils import formatdate
from typing import Any
from xmlrpc.client import ProtocolError

import pytest
from shotgun_api3 import AuthenticationFault, Fault, MissingTwoFactorAuthenticationFault
from shotgun_api3.lib.httplib2.error import ServerNotFoundError

from shotgun_data.errors import OutcomeUnknown, SessionRefused, SiteFault, SiteUnreachable
from shotgun_data.site.failures import UnreadableAnswer, retry_after, translate


def protocol_error(code: int, **headers: str) -> ProtocolError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ProtocolError("studio.example/api3/json", code, "reason", named)


def json_error() -> ValueError:
    try:
        json.loads("<html>")
    except ValueError as error:
        return error
    raise AssertionError


def meaning(error: Exception, write: bool = False, sent: bool = True) -> Exception:
    return translate(error, "find on Shot", "studio.example", write=write, sent=sent)


@pytest.mark.parametrize(
    ("error", "kind", "retryable", "part"),
    [
        (AuthenticationFault("Can't authenticate"), SessionRefused, False, "Check the script name and key"),
        (MissingTwoFactorAuthenticationFault("2FA"), SessionRefused, False, "log in again"),
        (Fault("API read() Shot.nope doesn't exist"), SiteFault, False, "Shot.nope doesn't exist"),
        (socket.timeout("timed out"), SiteUnreachable, True, "timed out"),
        (ConnectionRefusedError(111, "Connection refused"), SiteUnreachable, True, "connection refused"),
        (ConnectionResetError(104, "Connection reset by peer"), SiteUnreachable, True, "Connection reset by peer"),
        (socket.gaierror(-2, "Name or service not known"), SiteUnreachable, True, "the name is not known"),
        (ServerNotFoundError("Unable to find the server"), SiteUnreachable, True, "Unable to find the server"),
        (http.client.IncompleteRead(b"half"), SiteUnreachable, True, "IncompleteRead"),
        (ssl.SSLCertVerificationError(1, "self-signed certificate"), SiteFault, False, "ca_certs"),
        (json_error(), SiteFault, False, "not JSON"),
        (UnreadableAnswer("a web page"), SiteFault, False, "not JSON"),
        (protocol_error(503), SiteUnreachable, True, "busy or down (HTTP 503)"),
        (protocol_error(429), SiteUnreachable, True, "HTTP 429"),
        (protocol_error(302), SiteFault, False, "redirects elsewhere"),
        (protocol_error(403), SiteFault, False, "HTTP 403"),
        (protocol_error(404), SiteFault, False, "HTTP 404"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_failed_read(error: Exception, kind: Any, retryable: bool, part: str) -> None:
    translated = meaning(error)
    assert type(translated) is kind
    assert translated.retryable is retryable  # type: ignore[attr-defined]
    assert part in str(translated)
    assert "studio.example" in str(translated)
    assert str(translated).startswith("find on Shot")


@pytest.mark.parametrize(
    "error",
    [
        socket.timeout("timed out"),
        ConnectionResetError(104, "Connection reset by peer"),
        http.client.IncompleteRead(b"half"),
        json_error(),
        UnreadableAnswer("a web page"),
        protocol_error(500),
        protocol_error(502),
        protocol_error(503),
        protocol_error(504),
    ],
)
def test_a_write_whose_answer_was_lost_has_an_unknown_outcome_and_is_not_sent_again(error: Exception) -> None:
    translated = meaning(error, write=True)
    assert type(translated) is OutcomeUnknown
    assert translated.retryable is False
    assert "may or may not have been carried out" in str(translated)


def test_a_write_that_never_left_may_be_sent_again() -> None:
    translated = meaning(ConnectionRefusedError(111, "Connection refused"), write=True, sent=False)
    assert type(translated) is SiteUnreachable
    assert translated.retryable


@pytest.mark.parametrize("code", [400, 403, 429])
def test_a_write_that_was_refused_has_a_known_outcome(code: int) -> None:
    translated = meaning(protocol_error(code), write=True)
    assert type(translated) is SiteFault
    assert "refused" in str(translated)


@pytest.mark.parametrize("error", [ValueError("of the caller"), TypeError("missing argument"), KeyError("x")])
def test_the_callers_own_mistakes_stay_as_they_are(error: Exception) -> None:
    assert meaning(error) is error
    assert meaning(error, write=True) is error


def test_what_the_site_asks_to_wait_is_kept() -> None:
    translated = meaning(protocol_error(503, retry_after="17"))
    assert translated.retry_after == 17.0  # type: ignore[attr-defined]
    assert "in 17 seconds" in str(translated)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0.0), ("1.5", 1.5), ("-3", 0.0), ("", None), ("soon", None), ("Thu, 32 Jan 2026 10:00:00 GMT", None)],
)
def test_retry_after_in_seconds(value: str, seconds: Any) -> None:
    assert retry_after({"retry-after": value}) == seconds
    assert retry_after({}) is None
    assert retry_after(None) is None


def test_retry_after_as_a_date() -> None:
    now = float(int(time.time()))
    assert retry_after({"retry-after": formatdate(now + 30, usegmt=True)}, now) == 30.0
    assert retry_after({"retry-after": formatdate(now - 30, usegmt=True)}, now) == 0.0
