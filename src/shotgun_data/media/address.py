"""Where media is: one parse of a url, so that what is checked is what is connected to.

Two parsers that disagree about ``https://site\\@evil`` or ``https://site@evil`` are how secrets leave a
site. Here a url is taken apart once; the transport is given the parts and never sees the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Optional
from urllib.parse import quote, urljoin, urlsplit

from ..errors import MediaRejected

_DEFAULT_PORTS = {"http": 80, "https": 443}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_.])?|[0-9a-f:.]*:[0-9a-f:.]*(?:%[a-z0-9._-]+)?")
# What may stand in a path or query as it is; "%" too, because what is encoded already must stay as it is.
_AS_IS = "/%:@!$&'()*+,;=~-._"
# What nearly all urls of media look like. Of these nothing is decoded, quoted or left out, so that taking them apart
# is one match; all others go the long way, and the two ways agree (a test draws urls).
_PLAIN = re.compile(
    r"(https?)://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::([0-9]{1,5}))?"
    r"(/[A-Za-z0-9/%:@!$&'()*+,;=~._-]*)?(?:\?([A-Za-z0-9/%:@!$&'()*+,;=~._?-]*))?"
)
_EXPIRING = re.compile(r"(?:^|&)(?:x-amz-|x-goog-)?(?:signature|expires|sig|security-token|key-pair-id)=", re.I)


@dataclass(frozen=True)
class MediaAddress:
    """An http or https url without its user name, password and fragment.

    ``str()`` gives scheme, host and path: never the query, which signs for whoever holds it.
    """

    scheme: str
    host: str
    port: int
    path: str
    query: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str, base: Optional[MediaAddress] = None) -> MediaAddress:
        """:raises MediaRejected: where the text is not a url that can be downloaded from."""
        plain = _PLAIN.fullmatch(url)
        if plain is not None:
            scheme, host, port_text, path, query = plain.groups()
            port = int(port_text) if port_text else _DEFAULT_PORTS[scheme]
            if port < 65536:
                return cls(scheme, host, port, path or "/", query or "")
        return cls._parse_any(url, base)

    @classmethod
    def _parse_any(cls, url: str, base: Optional[MediaAddress]) -> MediaAddress:
        text = url.strip(" ")
        if _CONTROL.search(text):
            raise MediaRejected("The url of the media holds control characters. Ask the site for it again.")
        try:
            # urljoin would complete "http:///x" with the base's host.
            if base is not None and not _SCHEME.match(text):
                text = urljoin(base.url, text)
            parts = urlsplit(text)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise MediaRejected("The url of the media cannot be read. Ask the site for it again.") from None
        if parts.scheme not in _DEFAULT_PORTS:
            raise MediaRejected(
                f"The media's url has the scheme {parts.scheme[:20]!r}; only http and https are downloaded. "
                "A local file is opened by its own path."
            )
        if not host.isascii():
            try:
                host = host.encode("idna").decode("ascii")
            except UnicodeError:
                host = ""
        # Browsers end the host at a backslash, and Python does not.
        if not _HOST.fullmatch(host) or "\\" in parts.netloc:
            raise MediaRejected("The url of the media names no valid host. Ask the site for it again.")
        return cls(
            scheme=parts.scheme,
            host=host,
            port=_DEFAULT_PORTS[parts.scheme] if port is None else port,
            path=quote(parts.path or "/", safe=_AS_IS),
            query=quote(parts.query, safe=_AS_IS + "?"),
        )

    def follow(self, location: str) -> MediaAddress:
        """The address that a ``Location`` header of an answer from here leads to.

        :raises MediaRejected: not http or https, or from https down to http.
        """
        try:  # header bytes were read as Latin-1; servers that do not escape send UTF-8
            location = location.encode("latin-1").decode("utf-8")
        except UnicodeError:
            pass
        target = MediaAddress.parse(location, self)
        if self.scheme == "https" and target.scheme != "https":
            raise MediaRejected(
                f"{self} redirects to the unprotected {target}, which is not followed. "
                "Ask the site's administrator to serve media over https."
            )
        return target

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """Host and port as a ``Host`` header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def target(self) -> str:
        """Path and query as a request line has them."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def is_signed(self) -> bool:
        """Whether the query looks like a signature that expires."""
        return bool(_EXPIRING.search(self.query))

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"
