"""Which trouble it was, by what urllib3, http.client, ssl and socket raise."""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import Iterator

from urllib3 import exceptions as urllib3_errors

from ..errors import SiteUnreachable
from .address import MediaAddress
from .failures import Trouble, no_answer


def no_answer_by(address: MediaAddress, error: BaseException) -> SiteUnreachable:
    """The error for a request that got no answer, by what the library raised."""
    causes = list(_causes(error))
    return no_answer(address, _trouble(causes), type(causes[-1]).__name__)


def _trouble(causes: list[BaseException]) -> Trouble:
    def met(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    text = " ".join(str(cause) for cause in causes)
    if met(urllib3_errors.ProxyError) or "Tunnel connection failed" in text:
        return Trouble.PROXY_LOGIN if "407" in text else Trouble.PROXY
    # urllib3 1.26 brings a CertificateError of its own.
    if met(ssl.SSLCertVerificationError) or any(type(cause).__name__ == "CertificateError" for cause in causes):
        return Trouble.UNTRUSTED
    if met(ssl.SSLError, urllib3_errors.SSLError):
        return Trouble.TLS
    if met(socket.gaierror):
        return Trouble.NO_HOST
    if met(ConnectionRefusedError):
        return Trouble.REFUSED
    if met(urllib3_errors.ConnectTimeoutError) and not met(urllib3_errors.NewConnectionError):
        return Trouble.CONNECT_TIMEOUT
    if met(urllib3_errors.ReadTimeoutError, socket.timeout):
        return Trouble.SILENT
    if met(ConnectionError, http.client.RemoteDisconnected, BrokenPipeError):
        return Trouble.CLOSED
    if met(http.client.HTTPException):
        return Trouble.NOT_HTTP
    return Trouble.OTHER


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it wraps, outermost first."""
    pending, seen = [error], set()
    while pending:
        current = pending.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = [
            current.__cause__,
            current.__context__,
            getattr(current, "original_error", None),
            *current.args,
        ]
        pending.extend(item for item in inner if isinstance(item, BaseException))
