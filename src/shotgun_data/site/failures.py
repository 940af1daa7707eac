"""What a failed call means: whether to try again, and what to tell the person at the screen."""

from __future__ import annotations

import email.utils
import http.client
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Optional
from xmlrpc.client import ProtocolError

from ..errors import OutcomeUnknown, SessionRefused, ShotgunDataError, SiteFault, SiteUnreachable

_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class UnreadableAnswer(ValueError):
    """A success whose body the client would take for a result, and that no ShotGrid site sent."""


@contextmanager
def explained(what: str, host: str, sg: Any, *, write: bool) -> Iterator[None]:
    """Turn what the client raises into our own errors.

    :param what: what was asked, for the message: ``find on Shot``.
    :param write: the call changes the site, so that a lost answer leaves its outcome unknown.
    """
    try:
        yield
    except ShotgunDataError:
        raise
    except Exception as error:
        # The client has dropped its HTTP object by now; the clone remembers it.
        sent = getattr(getattr(sg, "last_http", None), "reached", True)
        raise translate(error, what, host, write=write, sent=sent) from error


def translate(error: Exception, what: str, host: str, *, write: bool, sent: bool) -> Exception:
    """Our error for one of the client's; an error that is the caller's own comes back as it is."""
    kinds = {base.__name__ for base in type(error).__mro__}  # by name: there may be several copies of the client
    if isinstance(error, ProtocolError):
        return _for_status(error, what, host, write=write)
    if any(kind.endswith("AuthenticationFault") or "NotAllowedFor" in kind for kind in kinds):
        return SessionRefused(
            f"{what} failed: {host} refused the credentials ({error}). "
            "Check the script name and key, or log in again."
        )
    if "Fault" in kinds:
        return SiteFault(f"{what} failed at {host}: {error}")
    if isinstance(error, (ssl.SSLCertVerificationError, ssl.CertificateError)):
        return SiteFault(
            f"{what} failed: the certificate of {host} is not trusted ({getattr(error, 'verify_message', error)}). "
            "Pass ca_certs to the connection, or set SHOTGUN_API_CACERTS."
        )
    network = isinstance(error, (OSError, http.client.HTTPException)) or "HttpLib2Error" in kinds
    if isinstance(error, UnreadableAnswer) or (isinstance(error, ValueError) and "JSONDecodeError" in kinds):
        if write:
            return _unknown(what, host, "the answer was not readable")
        return SiteFault(
            f"{what} failed: {host} did not answer as a ShotGrid site does (its answer is not JSON). "
            "Check the site's address, and that no proxy or login page is in between."
        )
    if not network:
        return error
    if write and sent:
        return _unknown(what, host, _reason(error))
    return SiteUnreachable(
        f"{what} failed: no answer from {host} ({_reason(error)}). Check the network, then try again."
    )


def _for_status(error: ProtocolError, what: str, host: str, *, write: bool) -> ShotgunDataError:
    code = error.errcode
    if write and code >= 500:
        return _unknown(what, host, f"HTTP {code}")
    if code in _PASSING:
        wait = retry_after(getattr(error, "headers", None))
        if write:
            return SiteFault(
                f"{what} was refused by {host} (HTTP {code}) and not carried out. Try again later."
            )
        later = f"in {wait:.0f} seconds" if wait is not None else "later"
        return SiteUnreachable(
            f"{what} failed: {host} is busy or down (HTTP {code}). Try again {later}.", retry_after=wait
        )
    if 300 <= code < 400:
        return SiteFault(
            f"{what} failed: {host} redirects elsewhere (HTTP {code}). Check the site's address, and http or https."
        )
    return SiteFault(f"{what} was refused by {host} (HTTP {code} {error.errmsg}).")


def _unknown(what: str, host: str, reason: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{what} was sent to {host}, and no valid answer came ({reason}): it may or may not have been carried out. "
        "It is not sent again by itself; look at the site before you repeat it."
    )


def _reason(error: Exception) -> str:
    if isinstance(error, (socket.timeout, TimeoutError)):
        return "timed out"
    if isinstance(error, socket.gaierror):
        return "the name is not known"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def retry_after(headers: Optional[Mapping[str, str]], now: Optional[float] = None) -> Optional[float]:
    """The seconds that ``Retry-After`` asks for, given as seconds or as an HTTP date; None without one."""
    value = (headers or {}).get("retry-after", "").strip()
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        when = email.utils.parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return max(0.0, when.timestamp() - (time.time() if now is None else now))
