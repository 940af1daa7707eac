"""What went wrong below HTTP, in words: names, connections, certificates, proxies, broken-off bodies.

The messages are ours alone. Those of the libraries quote urls with their signatures, and proxies with their
passwords. Which trouble it was is told by each transport's own library: :mod:`.urllib3_failures`,
:mod:`.curl_failures`.
"""

from __future__ import annotations

import enum

from ..errors import Cancelled, MediaRejected, ShotgunDataError, SiteUnreachable, Stopped, TransferFailed
from .address import MediaAddress


class Trouble(enum.Enum):
    """Why there was no answer."""

    PROXY_LOGIN = (
        "{asked}: the proxy asks for a login (HTTP 407). Put a user name and password into the connection's http_proxy."
    )
    PROXY = "{asked}: the connection's proxy did not connect to {host}. Check http_proxy."
    UNTRUSTED = (
        "{asked}: the certificate of {host} is not trusted. If a studio proxy signs it, pass "
        "that proxy's CA file as ca_certs, or set SHOTGUN_API_CACERTS to it."
    )
    TLS = "{asked}: no secure connection to {host} could be made. Check its TLS set-up."
    NO_HOST = "{asked}: there is no host named {host}. Check the url and the network."
    REFUSED = "{asked}: {host} refuses connections. Check that it runs, and the port."
    CONNECT_TIMEOUT = "{asked}: {host} did not accept a connection in time. Check the network."
    SILENT = "{asked}: {host} accepted the connection and then was silent. Try again later."
    CLOSED = "{asked}: {host} closed the connection without an answer. Try again."
    NOT_HTTP = "{asked}: {host} did not answer in HTTP. Check the url and its port."
    OTHER = "{asked}: {host} cannot be reached ({detail}). Check the network."


#: Nothing but another setting helps.
_FINAL = frozenset({Trouble.PROXY_LOGIN, Trouble.UNTRUSTED})


def no_answer(address: MediaAddress, trouble: Trouble, detail: str = "") -> SiteUnreachable:
    """The error for a request that got no answer."""
    message = trouble.value.format(asked=f"GET {address}", host=address.host, detail=detail)
    return _final(message) if trouble in _FINAL else SiteUnreachable(message)


def bad_ca_file(path: str) -> SiteUnreachable:
    """The error for a CA file that cannot be read."""
    return _final(f"The CA file {path} of the connection cannot be used. Correct ca_certs.")


def broken_off(address: MediaAddress, why: str) -> TransferFailed:
    """The error for an answer that ended before it was whole."""
    return TransferFailed(f"GET {address}: the download broke off ({why}). Try again.")


def too_slow(address: MediaAddress, read_timeout: float, *, begun: bool) -> ShotgunDataError:
    """The error for an answer that got on by less than a byte now and then. ``begun``: some of it came."""
    message = f"GET {address}: hardly anything came within {read_timeout:g} seconds. Check the network, and try again."
    return TransferFailed(message) if begun else SiteUnreachable(message)


def too_large(address: MediaAddress, size: int, max_bytes: int) -> MediaRejected:
    """The error for a body that is larger than its caller takes."""
    return MediaRejected(
        f"GET {address}: at {size:,} bytes or more it is larger than the {max_bytes:,} that the settings allow. "
        "Raise max_thumbnail_bytes or max_attachment_bytes if it is to be downloaded."
    )


def cancelled(address: MediaAddress) -> Cancelled:
    """The error for a transfer that was cancelled, or under way when its transport was closed."""
    return Cancelled(f"GET {address}: cancelled.")


def stopped() -> Stopped:
    """The error for a request to a transport that was closed."""
    return Stopped("Downloads have been stopped; no more are taken.")


def _final(message: str) -> SiteUnreachable:
    error = SiteUnreachable(message)
    error.retryable = False
    return error
