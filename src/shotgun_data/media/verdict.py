"""What an answer that is not the media means: one table from HTTP to our errors.

The codes are those that ShotGrid sites and the object stores behind them give; the messages say what was
asked and what a person can do, and hold no query of a url.
"""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime
from typing import Mapping, Optional

from ..errors import (
    MediaExpired,
    MediaMissing,
    MediaPending,
    MediaRejected,
    ShotgunDataError,
    SiteUnreachable,
    TransferFailed,
)
from .address import MediaAddress
from .transport import TransferReply

#: The folder of the pictures that a site shows while a thumbnail is being transcoded.
TRANSIENT = "/images/status/transient/"
#: The longest wait that is believed, in seconds.
MAX_RETRY_AFTER = 86400.0

# Below the site's root, or below the one folder that a site behind a path prefix has.
_LOGIN = re.compile(
    r"(?:/[^/]+)?/(?:user/(?:login|log_in|logout|sign_in)|users/sign_in|login|log_in|auth|saml|sso)(?:/|$)",
    re.I,
)
_WEB_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_REFUSED_SIGNATURE = re.compile(rb"expired|signature|AccessDenied|token|credential|RequestTimeTooSkewed", re.I)
_TRANSIENT_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})


def is_transient_placeholder(address: MediaAddress) -> bool:
    return TRANSIENT in address.path


def is_login(address: MediaAddress) -> bool:
    """Whether an address of the site itself is its login page, or a step on the way there."""
    return bool(_LOGIN.match(address.path))


def is_web_page(content_type: str, head: bytes) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind in ("text/html", "application/xhtml+xml") or bool(_WEB_PAGE.match(head))


def pending(asked: MediaAddress) -> MediaPending:
    return MediaPending(
        f"The site is still transcoding the picture at {asked}, and serves a placeholder. Try again soon."
    )


def refusal(address: MediaAddress, reply: TransferReply, own: bool) -> ShotgunDataError:
    """The error for an answer that is neither 2xx, nor a redirect, nor a refused session.

    :param own: the address is of the site itself, not of a host that holds media for it.
    """
    asked, status = f"GET {address}", reply.status
    if status in (204, 205):
        return MediaMissing(f"{asked}: there is nothing there (HTTP {status}).")
    if status in (404, 410):
        hint = "It was deleted" + (", or a virus scan put it into quarantine." if status == 410 else ".")
        return MediaMissing(f"{asked}: there is no such media (HTTP {status}). {hint}")
    if status == 409:
        return TransferFailed(
            f"{asked}: the site is still checking this file (HTTP 409). Try again in a few minutes.",
            retry_after=retry_after(reply.headers),
        )
    if status == 400 and own and not address.is_signed:
        return MediaMissing(f"{asked}: the site has no such file to download (HTTP 400).")
    if status in (401, 403) or (status == 400 and (address.is_signed or _REFUSED_SIGNATURE.search(reply.excerpt))):
        return MediaExpired(
            f"{asked}: the media host no longer accepts this url (HTTP {status}). Ask the site for a new one."
        )
    if status == 407:
        error = SiteUnreachable(
            f"{asked}: the proxy asks for a login (HTTP 407). Put a user name and password into the "
            "connection's http_proxy."
        )
        error.retryable = False
        return error
    if status in _TRANSIENT_STATUS:
        return SiteUnreachable(
            f"{asked}: {address.host} cannot answer now (HTTP {status}). Try again later.",
            retry_after=retry_after(reply.headers),
        )
    if status >= 500:
        error = SiteUnreachable(f"{asked}: {address.host} failed (HTTP {status}). Tell its administrator.")
        error.retryable = False
        return error
    return MediaRejected(f"{asked}: an answer that cannot be used (HTTP {status}).")


def retry_after(headers: Mapping[str, str]) -> Optional[float]:
    """Seconds that a ``Retry-After`` header asks us to wait, or None.

    A date is compared with the server's own clock where the answer tells it: an artist's clock may be wrong.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), MAX_RETRY_AFTER)
    until = _seconds(text)
    if until is None:
        return None
    now = _seconds(headers.get("date", ""))
    return min(max(until - (time.time() if now is None else now), 0.0), MAX_RETRY_AFTER)


def _seconds(date: str) -> Optional[float]:
    try:
        return parsedate_to_datetime(date).timestamp() if date else None
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
