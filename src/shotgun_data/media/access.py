"""What a download may use of a site's connection."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Callable, Optional

from ..errors import MediaRejected
from .address import MediaAddress


def never() -> bool:
    """The ``cancelled`` of a download that nobody can cancel."""
    return False


@dataclass(frozen=True, repr=False)
class SiteAccess:
    """How to reach a site's media as the person who is connected. Its ``repr`` shows no secret.

    :param base_url: the site's url, such as ``https://studio.example.com``; it may have a path prefix.
    :param session_token: ``session_token(refused) -> token or None``: called in a thread that may wait, and
        only where a url of the site's own origin is asked for. ``refused`` is the token that the site did not
        accept, or None. What it raises ends the download.
    :param known_token: the token if it can be had without waiting for anything.
    :param proxy: ``[user:password@]host[:port]``, as ``shotgun_api3`` takes it. Without one the connection
        is direct: ``HTTP_PROXY`` and ``NO_PROXY`` are not looked at, because the API calls of the same
        connection do not look at them either, and a site reached in two ways fails in two ways.
    :param ca_certs: path of a PEM file to trust instead of the system's.
    :param authorization: value of an ``Authorization`` header, for the site's own origin only.
    """

    base_url: str
    session_token: Callable[[Optional[str]], Optional[str]]
    proxy: Optional[str] = None
    ca_certs: Optional[str] = None
    authorization: Optional[str] = None
    known_token: Callable[[], Optional[str]] = lambda: None

    def owns(self, address: MediaAddress) -> bool:
        """Whether the address has the site's own scheme, host and port: only there do secrets go."""
        return self.site is not None and address.origin == self.site.origin

    @functools.cached_property
    def site(self) -> Optional[MediaAddress]:
        """The site's own address; None where ``base_url`` is none: then no url is the site's own."""
        try:
            return MediaAddress.parse(self.base_url)
        except MediaRejected:
            return None

    def __repr__(self) -> str:
        return f"<SiteAccess {self.site}{' by a proxy' if self.proxy else ''}>"
