"""What went wrong below HTTP, in words: names, connections, certificates, proxies, broken-off bodies.

The messages are ours alone. Those of the libraries quote urls with their signatures, and proxies with their
passwords.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import Iterator

from urllib3 import exceptions as urllib3_errors

from ..errors import SiteUnreachable, TransferFailed
from .address import MediaAddress


def no_answer(address: MediaAddress, error: BaseException) -> SiteUnreachable:
    """The error for a request that got no answer."""
    asked, host = f"GET {address}", address.host
    causes = list(_causes(error))

    def met(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    text = " ".join(str(cause) for cause in causes)
    if met(urllib3_errors.ProxyError) or "Tunnel connection failed" in text:
        if "407" in text:
            return _final(
                f"{asked}: the proxy asks for a login (HTTP 407). Put a user name and password into the "
                "connection's http_proxy."
            )
        return SiteUnreachable(f"{asked}: the connection's proxy did not connect to {host}. Check http_proxy.")
    # urllib3 1.26 brings a CertificateError of its own.
    if met(ssl.SSLCertVerificationError) or any(type(cause).__name__ == "CertificateError" for cause in causes):
        return _final(
            f"{asked}: the certificate of {host} is not trusted. If a studio proxy signs it, pass "
            "that proxy's CA file as ca_certs, or set SHOTGUN_API_CACERTS to it."
        )
    if met(ssl.SSLError, urllib3_errors.SSLError):
        return SiteUnreachable(f"{asked}: no secure connection to {host} could be made. Check its TLS set-up.")
    if met(socket.gaierror):
        return SiteUnreachable(f"{asked}: there is no host named {host}. Check the url and the network.")
    if met(ConnectionRefusedError):
        return SiteUnreachable(f"{asked}: {host} refuses connections. Check that it runs, and the port.")
    if met(urllib3_errors.ConnectTimeoutError) and not met(urllib3_errors.NewConnectionError):
        return SiteUnreachable(f"{asked}: {host} did not accept a connection in time. Check the network.")
    if met(urllib3_errors.ReadTimeoutError, socket.timeout):
        return SiteUnreachable(f"{asked}: {host} accepted the connection and then was silent. Try again later.")
    if met(ConnectionError, http.client.RemoteDisconnected, BrokenPipeError):
        return SiteUnreachable(f"{asked}: {host} closed the connection without an answer. Try again.")
    if met(http.client.HTTPException):
        return SiteUnreachable(f"{asked}: {host} did not answer in HTTP. Check the url and its port.")
    return SiteUnreachable(f"{asked}: {host} cannot be reached ({type(causes[-1]).__name__}). Check the network.")


def bad_ca_file(path: str) -> SiteUnreachable:
    """The error for a CA file that cannot be read."""
    return _final(f"The CA file {path} of the connection cannot be used. Correct ca_certs.")


def broken_off(address: MediaAddress, why: str) -> TransferFailed:
    """The error for an answer that ended before it was whole."""
    return TransferFailed(f"GET {address}: the download broke off ({why}). Try again.")


def _final(message: str) -> SiteUnreachable:
    error = SiteUnreachable(message)
    error.retryable = False
    return error


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
