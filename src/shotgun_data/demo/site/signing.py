"""Signed, expiring urls in the form that hosted sites hand out for media.

A url's path names one file for good; its query says when it was signed, for how many seconds it is good, and
proves both with an HMAC. Nothing is stored for a url that was handed out: whoever holds it can be told right or
wrong from the url alone.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import secrets
import time
from calendar import timegm
from typing import Callable, Mapping, Optional
from urllib.parse import quote, unquote

DATE_FORMAT = "%Y%m%dT%H%M%SZ"
DEFAULT_LIFETIME = 900
"""Seconds for which a url is good: what hosted sites use."""


class Denied(Exception):
    """A url was not let through. ``code`` and ``message`` are those of the XML body that S3 sends."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class UrlSigner:
    """Signs paths and checks what comes back. All methods may be called from any thread.

    :param lifetime: seconds for which a url is good; may be changed at any time, for urls signed from then on.
    :param clock: gives the time in seconds since 1970.
    """

    def __init__(self, lifetime: int = DEFAULT_LIFETIME, clock: Callable[[], float] = time.time) -> None:
        self.lifetime = lifetime
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._generation = 0
        # Several finds fall into one second, and yet each must give another url, as a hosted site's does.
        self._nonces = itertools.count(secrets.randbits(32))
        self._stamp = (-1, "")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} lifetime={self.lifetime}s generation={self._generation}>"

    def sign(self, path: str) -> str:
        """Return `path`, which must already be percent-encoded, with a fresh signature as its query."""
        second = int(self._clock())
        stamped, date = self._stamp
        if stamped != second:
            date = time.strftime(DATE_FORMAT, time.gmtime(second))
            self._stamp = (second, date)
        query = (
            "X-Amz-Algorithm=AWS4-HMAC-SHA256"
            f"&X-Amz-Credential={self._credential(date, self._generation)}"
            f"&X-Amz-Date={date}&X-Amz-Expires={int(self.lifetime)}"
            f"&X-Amz-Security-Token={next(self._nonces):016x}&X-Amz-SignedHeaders=host"
        )
        return f"{path}?{query}&X-Amz-Signature={self._digest(path, query)}"

    def check(self, path: str, query: Mapping[str, str]) -> None:
        """Let a request for `path` (percent-encoded) with the parsed `query` through, or raise :class:`Denied`."""
        given = query.get("X-Amz-Signature")
        if given is None:
            raise Denied("AccessDenied", "Access Denied")
        credential = query.get("X-Amz-Credential", "")
        date = query.get("X-Amz-Date", "")
        expires = query.get("X-Amz-Expires", "")
        signed = (
            "X-Amz-Algorithm=AWS4-HMAC-SHA256"
            f"&X-Amz-Credential={quote(credential, safe='')}&X-Amz-Date={date}&X-Amz-Expires={expires}"
            f"&X-Amz-Security-Token={query.get('X-Amz-Security-Token', '')}&X-Amz-SignedHeaders=host"
        )
        if not hmac.compare_digest(self._digest(path, signed).encode("ascii"), given.encode("utf-8")):
            raise Denied(
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. "
                "Check your key and signing method.",
            )
        # The signature is ours, so the parts have the form that we gave them.
        signed_at = timegm(time.strptime(date, DATE_FORMAT))
        generation = int(credential.split("/", 1)[0].rpartition("-")[2])
        if generation != self._generation or self._clock() >= signed_at + int(expires):
            raise Denied("AccessDenied", "Request has expired")

    def expire_all(self) -> None:
        """Make every url signed so far an expired one; urls signed afterwards are good."""
        self._generation += 1

    @staticmethod
    def _credential(date: str, generation: int) -> str:
        return f"DEMO-{generation}%2F{date[:8]}%2Fus-west-2%2Fs3%2Faws4_request"

    def _digest(self, path: str, query: str) -> str:
        # Web frameworks write percent-encodings their own way: the meaning of the path is what is signed.
        return hmac.new(self._secret, f"{unquote(path)}\n{query}".encode(), hashlib.sha256).hexdigest()


def denial_xml(denied: Denied, resource: Optional[str] = None) -> bytes:
    """Return the body, in the form S3 gives it, of a 403 or 404 for `resource` (a url's path)."""
    parts = [f"<Code>{_escape(denied.code)}</Code>", f"<Message>{_escape(denied.message)}</Message>"]
    if resource is not None:
        parts.append(f"<Resource>{_escape(resource)}</Resource>")
    parts.append(f"<RequestId>{secrets.token_hex(8).upper()}</RequestId>")
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<Error>' + "".join(parts) + "</Error>").encode("utf-8")


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
